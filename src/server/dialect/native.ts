import { type Line, LineSplitter, tooLong } from "../../domain/wire/Lines.ts"
import { encode, readMessage } from "../../domain/wire/Ndjson.ts"
import { type Dialect, type Heard, heard, type Hearing, type Interpreter, isEvent, lineTooLong, nameLimits, refuse } from "./Dialect.ts"

/** One JSON object a line: see `docs/wire/native.md`. */
export const native: Dialect = {
  name: "native",
  encode: (reply) => (isEvent(reply) ? encode(reply) : ""),
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

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d
