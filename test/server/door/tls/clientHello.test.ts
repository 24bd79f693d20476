import * as Net from "node:net"
import * as Tls from "node:tls"
import { describe, expect, it } from "vitest"
import { offersHttp, recordLength } from "../../../../src/server/door/tls/clientHello.ts"

/** What a client of TLS says first. */
const helloOf = (options: Tls.ConnectionOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const server = Net.createServer((socket) => {
      socket.once("data", (bytes) => {
        socket.destroy()
        server.close()
        resolve(bytes)
      })
    })
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const client = Tls.connect({ host: "127.0.0.1", port: typeof address === "object" && address !== null ? address.port : 0, rejectUnauthorized: false, ...options })
      client.on("error", () => undefined)
    })
  })

describe("The hello of a client of TLS", () => {
  it("tells how long its record is as soon as the header is here", async () => {
    const hello = await helloOf({})
    for (let length = 0; length < 5; length += 1) expect(recordLength(hello.subarray(0, length))).toBeUndefined()
    for (const length of [5, 100, hello.length]) expect(recordLength(hello.subarray(0, length))).toBe(hello.length)
  })

  it("is none where its length or its kind cannot be", () => {
    for (const bytes of [[0x16, 3, 1, 0, 0], [0x16, 3, 1, 0x40, 1], [0x16, 3, 1, 0xff, 0xff], [0x15, 3, 1, 0, 2], [0x16, 2, 1, 0, 2]]) {
      expect(recordLength(Uint8Array.from(bytes))).toBe(0)
    }
    expect(recordLength(Uint8Array.of(0x16, 3, 1, 0x40, 0))).toBe(5 + 2 ** 14)
  })

  it("shows who offers HTTP, as browsers do", async () => {
    expect(offersHttp(await helloOf({}))).toBe(false)
    expect(offersHttp(await helloOf({ ALPNProtocols: ["irc"] }))).toBe(false)
    expect(offersHttp(await helloOf({ ALPNProtocols: ["h2", "http/1.1"] }))).toBe(true)
    expect(offersHttp(await helloOf({ ALPNProtocols: ["http/1.1"] }))).toBe(true)
  })
})
