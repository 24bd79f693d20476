import type { IncomingMessage } from "node:http"

/**
 * Whether a request offers to go on in a protocol that is not spoken here: HTTP/2 in clear, as
 * curl's --http2 and Java's HttpClient do by default. A server may pass over that (RFC 9110, 7.8), and
 * the request is one as any other; but node:http takes each for the last on its connection.
 */
export const asksForOther = ({ headers: { upgrade = "" } }: IncomingMessage): boolean => upgrade.toLowerCase() !== "websocket"

// What goes with such an offer.
const offers = new Set(["upgrade", "http2-settings"])

/** The head of a request as it came, but for that offer. */
export const withoutUpgrade = ({ httpVersion, method = "", rawHeaders, url = "" }: IncomingMessage): Buffer => {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2)
    if (offers.has(name.toLowerCase())) continue
    const left = name.toLowerCase() === "connection" ? value.split(",").filter((each) => !offers.has(each.trim().toLowerCase())).join(",") : value
    if (left !== "" || value === "") lines.push(`${name}: ${left}`)
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1")
}
