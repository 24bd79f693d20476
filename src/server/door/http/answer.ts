import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from "node:http"
import type { Asset } from "./Site.ts"

/**
 * What every answer says to a browser: only scripts and styles of this server run
 * in the page, no page of another site may frame, embed or read it, and nothing
 * of where somebody chats is told to the sites that they go to.
 */
export const guarded: OutgoingHttpHeaders = {
  "content-security-policy": [
    "default-src 'none'",
    ...["script-src", "style-src", "connect-src", "img-src", "manifest-src", "worker-src"].map((kind) => `${kind} 'self'`),
    ...["frame-ancestors", "base-uri", "form-action"].map((kind) => `${kind} 'none'`),
    "require-trusted-types-for 'script'",
    "trusted-types brusio"
  ].join("; "),
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer"
}

const textHeaders = (body: Uint8Array, more: OutgoingHttpHeaders): OutgoingHttpHeaders => ({
  ...guarded,
  "content-type": "text/plain; charset=utf-8",
  "content-length": body.length,
  "cache-control": "no-store",
  ...more
})

/** Answers with a line of text. */
export const answerText = (response: ServerResponse, status: number, words: string, headers: OutgoingHttpHeaders = {}): void => {
  const body = Buffer.from(`${words}\n`)
  response.writeHead(status, textHeaders(body, headers))
  response.end(body)
}

/** The same as it goes over the wire, where there is no response to write to; the last answer on its connection. */
export const lastAnswer = (status: number, words: string, headers: OutgoingHttpHeaders = {}): Buffer => {
  const body = Buffer.from(`${words}\n`)
  const lines = Object.entries(textHeaders(body, { ...headers, connection: "close" })).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`), body])
}

type Coding = "br" | "gzip"

// Whether the client takes this content coding: it is named, and not with the weight 0.
const takes = (accepted: string, coding: Coding): boolean =>
  accepted.split(",").some((each) => {
    const [name = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase())
    return name === coding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/u.test(parameter))
  })

/** Answers with a file of the page: compressed where the client takes it, and `304` where the client has it already. */
export const answerAsset = (request: IncomingMessage, response: ServerResponse, asset: Asset): void => {
  const [accepted = ""] = request.headersDistinct["accept-encoding"] ?? []
  const coded =
    asset.brotli !== undefined && takes(accepted, "br")
      ? { body: asset.brotli, coding: { "content-encoding": "br" } }
      : asset.gzip !== undefined && takes(accepted, "gzip")
        ? { body: asset.gzip, coding: { "content-encoding": "gzip" } }
        : { body: asset.body, coding: {} }
  const headers: OutgoingHttpHeaders = {
    ...guarded,
    "content-type": asset.type,
    vary: "accept-encoding",
    etag: asset.tag,
    "cache-control": asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache"
  }
  if (request.headers["if-none-match"] === asset.tag) {
    response.writeHead(304, headers)
    response.end()
    return
  }
  response.writeHead(200, { ...headers, ...coded.coding, "content-length": coded.body.length })
  response.end(request.method === "HEAD" ? undefined : coded.body)
}
