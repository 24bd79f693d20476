import { type IncomingHttpHeaders, request } from "node:http"

/** An answer over HTTP. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What is asked besides the path. */
interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly host?: string
  /** The address of this machine that it comes from. */
  readonly from?: string
}

/** Asks the server on this port, over a connection of its own. */
export const ask = (port: number, path: string, { body, from, headers, host = "127.0.0.1", method = "GET" }: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request({ host, port, path, method, agent: false, localAddress: from, headers: { ...headers } }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.once("error", reject)
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") })
      })
    })
    asking.once("error", reject)
    asking.end(body)
  })
