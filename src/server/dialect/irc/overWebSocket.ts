import type { Dialect, Interpreter } from "../Dialect.ts"
import { FrameInterpreter } from "../FrameInterpreter.ts"
import { binaryFrame, textFrame } from "../frames.ts"
import type { IrcInterpreter } from "./IrcInterpreter.ts"
import { longestBody, longestTags } from "./message.ts"

/** The subprotocols by which IRC travels over a WebSocket, each message one line: see https://ircv3.net/specs/extensions/websocket. */
const subprotocols = ["binary.ircv3.net", "text.ircv3.net"] as const
export type Subprotocol = (typeof subprotocols)[number]

/** How the lines of the dialect travel in frames: each line, without its end, is one message. */
export const framer = (subprotocol: Subprotocol): NonNullable<Dialect["frame"]> => {
  const frameOf = subprotocol === "text.ircv3.net" ? textFrame : binaryFrame
  return (lines) => Buffer.concat(lines.split("\r\n").flatMap((line) => (line === "" ? [] : frameOf(line))))
}

const lineEnd = Buffer.from("\r\n")

/** How long a message may be before it ends the connection: a longer line than IRC takes is refused by IRC's own words. */
const longest = 4 * (longestTags + longestBody)

/** Parses the messages of a WebSocket, each of which is a line of IRC, of whichever kind it is: bytes that are not UTF-8 the dialect refuses in its own words. */
export const overWebSocket = (irc: IrcInterpreter, subprotocol: Subprotocol): Interpreter => {
  const frame = framer(subprotocol)
  return new FrameInterpreter({
    lines: irc,
    lineEnd,
    longest,
    lastWords: (goodbye) => frame(irc.lastWords(goodbye))
  })
}

/** The subprotocol that is chosen of those that a client offers, in its order; `undefined` where it offers none of these. */
export const chosen = (offered: string): Subprotocol | undefined =>
  offered.split(",").map((one) => one.trim()).flatMap((one) => subprotocols.find((known) => known === one) ?? [])[0]
