import { readFileSync } from "node:fs"

/** What Linux knows of one end of a connection. */
export interface TcpEnd {
  /** Bytes that the other end has not acknowledged. */
  readonly unsent: number
  /** Bytes that nobody has read. */
  readonly unread: number
  /** After how long without a word it asks whether the other end is still there, ms; `undefined` where another timer runs, or none. */
  readonly probeIn: number | undefined
}

const keepaliveTimer = "02"
const jiffy = 10

/** The end at this port of the connection with that port, both on the loopback. */
export const tcpEnd = (here: number, there: number): TcpEnd | undefined => {
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`
  const row = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/u))
    .find(([, local, remote]) => local === end(here) && remote === end(there))
  if (row === undefined) return undefined
  const [unsent = 0, unread = 0] = (row[4] ?? "").split(":").map((digits) => Number.parseInt(digits, 16))
  const [timer, rest] = (row[5] ?? "").split(":")
  return { unsent, unread, probeIn: timer === keepaliveTimer ? Number.parseInt(rest ?? "", 16) * jiffy : undefined }
}
