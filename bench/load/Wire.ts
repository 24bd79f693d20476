import { Fault } from "./Fault.ts"
import { Translation } from "./Translation.ts"

/** How the lines of one client travel, where they do not travel as they are. Bytes to send are strings with one character for each. */
export interface Wire {
  /** What is sent as soon as there is a connection. */
  readonly opening: string
  /** Takes bytes that have come, and gives the whole lines in them, as a plain client would read them. */
  readonly hear: (bytes: Buffer) => Buffer
  /** A line as it is sent. */
  readonly encode: (line: string) => string
}

/** What a wire needs of its client. */
interface Client {
  readonly name: string
  /** Sends a line. */
  readonly send: (line: string) => void
}

/** Makes the wire of a client of this server. */
export type MakeWire = (client: Client, hello: string, address: string) => Wire

const nothing = Buffer.alloc(0)
const joined = (lines: ReadonlyArray<Buffer>): Buffer => (lines.length === 1 ? (lines[0] ?? nothing) : Buffer.concat(lines))

/** Cuts what comes into pieces; `cut` gives the end of the piece at `from`, and of its content, or `undefined` while it is not whole. */
const cutter = (cut: (bytes: Buffer, from: number) => readonly [start: number, end: number, next: number] | undefined) => {
  let rest = nothing
  return (bytes: Buffer): ReadonlyArray<string> => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const pieces: Array<string> = []
    let from = 0
    for (let piece = cut(all, 0); piece !== undefined; piece = cut(all, from)) {
      const [start, end, next] = piece
      pieces.push(all.toString("latin1", start, end))
      from = next
    }
    // The bytes that came are valid only now.
    rest = from === all.length ? nothing : Buffer.from(all.subarray(from))
    return pieces
  }
}

const lineFeed = 0x0a

/** Wires of the native dialect: lines of JSON. */
export const nativeWires = (): MakeWire => {
  const translation = new Translation()
  return (client, hello) => {
    const pieces = cutter((bytes, from) => {
      const end = bytes.indexOf(lineFeed, from)
      return end < 0 ? undefined : [from, end, end + 1]
    })
    return {
      opening: hello,
      encode: (line) => line,
      hear: (bytes) => joined(pieces(bytes).flatMap((line) => translation.of(line, client) ?? []))
    }
  }
}

/** Wires of IRC with capabilities: what they add to a line is taken off. */
export const taggedWires = (): MakeWire => (_, hello) => {
  const pieces = cutter((bytes, from) => {
    const end = bytes.indexOf(lineFeed, from)
    return end < 0 ? undefined : [from, end, end + 1]
  })
  return {
    opening: hello,
    encode: (line) => line,
    hear: (bytes) => joined(pieces(bytes).map((line) => Buffer.from(`${line.replace(/^@\S+ /u, "").replace(/^(:\S+ JOIN \S+) \* :.*\r$/u, "$1\r")}\n`, "latin1")))
  }
}

const request = (address: string) =>
  ["GET / HTTP/1.1", `Host: ${address}`, `Origin: http://${address}`, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", "", ""].join("\r\n")

const textFrame = 0x81
const masked = 0x80

// The mask is four zeros, which leaves the payload as it is: the server takes it off all the same.
const frame = (payload: string): string => {
  const { length } = payload
  const size = length < 126 ? String.fromCharCode(masked | length) : String.fromCharCode(masked | 126, length >> 8, length & 0xff)
  return `${String.fromCharCode(textFrame)}${size}\0\0\0\0${payload}`
}

/** The place of the frame at `from`; a server's frames are not masked, and a room's are whole. */
const frameAt = (bytes: Buffer, from: number): readonly [number, number, number] | undefined => {
  if (bytes.length < from + 2) return undefined
  if (bytes[from] !== textFrame) throw new Fault(`a frame of another kind came: ${bytes.subarray(from, from + 80).toString("latin1")}`)
  const short = bytes[from + 1] ?? 0
  const start = from + (short < 126 ? 2 : short === 126 ? 4 : 10)
  if (bytes.length < start) return undefined
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(from + 2) : Number(bytes.readBigUInt64BE(from + 2))
  return bytes.length < start + length ? undefined : [start, start + length, start + length]
}

/** Wires of a page in a browser: the native dialect, over WebSockets. */
export const webWires = (): MakeWire => {
  const translation = new Translation()
  return (client, hello, address) => {
    let answer = ""
    const pieces = cutter(frameAt)
    return {
      opening: request(address),
      encode: (lines) => lines.split("\n").filter((line) => line !== "").map(frame).join(""),
      hear: (bytes) => {
        if (answer !== "done") {
          answer += bytes.toString("latin1")
          if (!answer.endsWith("\r\n\r\n")) return nothing
          if (!answer.startsWith("HTTP/1.1 101 ")) throw new Fault(`no WebSocket was opened: ${answer}`)
          answer = "done"
          client.send(hello)
          return nothing
        }
        return joined(pieces(bytes).flatMap((line) => translation.of(line, client) ?? []))
      }
    }
  }
}
