import { Refusal } from "../../domain/Refusal.ts"
import { type Dialect, type Hearing, type Interpreter, lineTooLong } from "./Dialect.ts"
import { FrameInterpreter } from "./FrameInterpreter.ts"
import { textFrame } from "./frames.ts"
import { native, NativeInterpreter } from "./native.ts"

// Nearly always one.
const linesOf = (lines: string): ReadonlyArray<string> => (lines.endsWith("\n") ? lines.slice(0, -1) : lines).split("\n")

const frame = (lines: string): Buffer => Buffer.concat(linesOf(lines).map(textFrame))

/**
 * The native dialect, each line of it a text message of a WebSocket: what a page
 * in a browser speaks. It needs no subprotocol.
 */
export const web: Dialect = {
  ...native,
  name: "web",
  client: "browser",
  frame,
  open: (hearing) => open(hearing)
}

/** How much longer than the longest line a message may be and still be refused; a longer one ends the connection before it is held in memory. */
const refusable = 4

const lineFeed = 0x0a
const notText = new Refusal({ code: "bad-line", message: "A binary message is not understood: send each line as a text message." })
const severalLines = new Refusal({ code: "bad-line", message: "A message is one line: send each line as a message of its own." })

const open = (hearing: Pick<Hearing, "maxLine" | "maxName">): Interpreter => {
  const { maxLine } = hearing
  return new FrameInterpreter({
    lines: new NativeInterpreter(hearing),
    lineEnd: Buffer.of(lineFeed),
    notText,
    longest: maxLine * refusable,
    objection: (message) => (message.length > maxLine ? lineTooLong(maxLine) : message.includes(lineFeed) ? severalLines : undefined),
    lastWords: (goodbye) => frame(native.encode(goodbye))
  })
}
