import * as Net from "node:net"
import * as Schema from "effect/Schema"
import type { RunningServer } from "./RunningServer.ts"
import { until } from "../../support/waiting.ts"

const Report = Schema.Struct({ userLimits: Schema.Struct({ open_files: Schema.Struct({ soft: Schema.Number }) }) })
const readReport = Schema.decodeUnknownSync(Report)

/** As many of these connections as this process may have open; says so aloud where that is fewer. */
export const asManyAsAllowed = (wanted: number): number => {
  const { soft } = readReport(process.report.getReport()).userLimits.open_files
  const allowed = Math.min(wanted, soft - 500)
  if (allowed < wanted) console.warn(`ONLY ${allowed} CONNECTIONS INSTEAD OF ${wanted}: ulimit -n is ${soft}`)
  return allowed
}

/** How many bytes the system takes for a connection whose other end does not read. */
export const absorbedBySystem = (): Promise<number> =>
  new Promise((resolve) => {
    const chunk = Buffer.alloc(16_384)
    const server = Net.createServer((socket) => {
      socket.on("error", () => undefined)
      let before = -1
      const fill = () => {
        while (socket.writableLength < chunk.length) socket.write(chunk)
        const taken = socket.bytesWritten - socket.writableLength
        if (taken > before) {
          before = taken
          setTimeout(fill, 50)
        } else {
          resolve(taken)
          client.destroy()
          socket.destroy()
          server.close()
        }
      }
      fill()
    })
    let client: Net.Socket
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("A TCP server has an address and a port")
      client = Net.connect(address.port, "127.0.0.1")
      client.on("error", () => undefined)
      client.pause()
    })
  })

/** How long memory may take to come back, ms: V8 gives it back when it has been idle for most of a minute. */
const memoryPatience = 120_000

/** What the memory may be afterwards, to what it was before. */
const allowance = 1.1

/** Waits until the server has hardly more memory than it had before, and says how much it has then, MB. */
export const comesBack = async (server: RunningServer, before: number): Promise<number> => {
  const allowed = before * allowance
  await until(() => `the memory comes back to ${allowed.toFixed(1)} MB: it is ${server.residentMb.toFixed(1)} MB`, () => server.residentMb <= allowed, memoryPatience)
  return server.residentMb
}
