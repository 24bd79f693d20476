import { asked } from "../../domain/command/index.ts"
import { type Line, LineSplitter, tooLong } from "../../domain/wire/Lines.ts"
import { encode, readMessage } from "../../domain/wire/Ndjson.ts"
import { isResumption, type Reply } from "../../domain/Reply.ts"
import { silence } from "../../net/Inbox.ts"
import { type Dialect, type Heard, heard, type Hearing, type Interpreter, isEvent, lineTooLong, nameLimits, refuse } from "./Dialect.ts"

const encodeReply = (reply: Reply): string => {
  if (isResumption(reply)) {
    const { replay, ...resumed } = reply
    return [{ ...resumed, was: undefined }, ...replay].map(encode).join("")
  }
  return isEvent(reply) ? encode(reply) : ""
}

/** One JSON object a line: see `docs/wire/native.md`. */
export const native: Dialect = {
  name: "native",
  client: "terminal",
  encode: encodeReply,
  ping: (at) => encode({ _tag: "Ping", at }),
  open: (hearing) => new NativeInterpreter(hearing)
}

/** Parses native clients, line by line. A bad line is refused; only `Quit` ends the connection. */
export class NativeInterpreter implements Interpreter {
  readonly echo = true
  readonly patience = undefined
  readonly separator = undefined
  readonly #lines: LineSplitter
  readonly #hearing: Pick<Hearing, "maxLine" | "maxName">

  constructor(hearing: Pick<Hearing, "maxLine" | "maxName">) {
    this.#hearing = hearing
    this.#lines = new LineSplitter(hearing.maxLine)
  }

  *hear(bytes: Uint8Array): Iterable<Heard> {
    for (const line of this.#lines.push(bytes)) yield* this.#line(line)
  }

  silence(): Iterable<Heard> {
    return []
  }

  end(): Iterable<Heard> {
    return this.#lines.pending.length === 0 ? [] : this.#line(this.#lines.flush())
  }

  waiting(unheard: ReadonlyArray<Uint8Array | typeof silence>): number {
    const bytes = Buffer.concat([this.#lines.pending, ...unheard.filter((item) => item !== silence)])
    const whole = bytes.toString("latin1", this.#lines.skipping ? bytes.indexOf(lineFeed) : 0, bytes.lastIndexOf(lineFeed) + 1)
    let count = 0
    for (const [, tag = ""] of whole.matchAll(anyTag)) if (sayings.has(tag)) count += 1
    return count
  }

  told(): void {
    // A native line means the same whatever came of those before it.
  }

  goodbye(): undefined {
    return undefined
  }

  #line(line: Line): ReadonlyArray<Heard> {
    if (line === tooLong) return [refuse(lineTooLong(this.#hearing.maxLine))]
    return line.every(isBlank) ? [] : heard(readMessage(line, nameLimits(this.#hearing)))
  }
}

// In a string the quotes would have backslashes, so this is only found where an object has a tag.
const anyTag = /"_tag"\s*:\s*"(\w+)"/gu

const lineFeed = 10

// The tags of what a member wants done, unlike its hello, a question or a sign of life.
const sayings: ReadonlySet<string> = new Set(
  Object.values(asked).flatMap(({ message }) => (message === undefined || message === asked.Join?.message ? [] : message.tag))
)

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d
