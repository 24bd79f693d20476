import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "./Fault.ts"
import type { ConnectTls } from "./tls.ts"

/** The longest that all handshakes may take, and that a server may be busy before and after them, ms. */
const patienceMillis = 60_000

/** A server is quiet when within so many ms it takes so little CPU time, in seconds. */
const quietMillis = 500
const quietSeconds = 0.02

/** Waits until the server has nothing left to do, as far as its CPU time tells. */
export const quiet = async (cpu: () => number | undefined): Promise<void> => {
  const until = performance.now() + patienceMillis
  for (let before = cpu(); performance.now() < until; ) {
    await sleep(quietMillis)
    const now = cpu()
    if (before === undefined || now === undefined || now - before <= quietSeconds) return
    before = now
  }
}

/** So many clients connect at once, say nothing, and go once all have shaken hands: how long it took until then, in seconds. */
export const handshakes = async (connect: ConnectTls, { count, host, port }: { readonly count: number; readonly host: string; readonly port: number }): Promise<number> => {
  const start = performance.now()
  let done = 0
  const patience = setTimeout(() => {
    throw new Fault(`${done} of ${count} handshakes were over`)
  }, patienceMillis)
  const sockets = await Promise.all(
    Array.from({ length: count }, () =>
      new Promise<ReturnType<ConnectTls>>((resolve) => {
        const socket = connect({ host, port, noDelay: true }, () => {
          done += 1
          resolve(socket)
        })
        socket.on("error", (error: Error) => {
          throw new Fault(`in a handshake: ${error.message}`)
        })
      })
    )
  )
  clearTimeout(patience)
  const seconds = (performance.now() - start) / 1000
  for (const socket of sockets) socket.destroy()
  return seconds
}
