import { decode, incompleteTail, Transcoder, type Utf16 } from "../../domain/wire/encoding.ts"
import { endsInEscape } from "../../domain/escapes.ts"
import { type Line, LineSplitter, tooLong } from "../../domain/wire/Lines.ts"
import type { Hearing } from "./Dialect.ts"
import { edited } from "./edit.ts"
import { canBecomeProtocolLine, protocolOfLine } from "./firstLines.ts"
import type { Protocol } from "./foreign.ts"
import { parts } from "./framing.ts"
import { LineEnds } from "./LineEnds.ts"
import { binaryProtocol, canBecomeGamePing, headBytes } from "./signatures.ts"
import { TelnetFilter } from "./telnet.ts"
import { Typing } from "./typing.ts"

/** What a plain client's bytes come to. */
export type Unit =
  /** What was typed up to a line end, or sent up to a silence: a name or a message. */
  | { readonly _tag: "Words"; readonly words: string }
  | { readonly _tag: "TooLong" }
  /** Bytes that the client's protocol wants answered at once, as they are. */
  | { readonly _tag: "Answer"; readonly bytes: Uint8Array }
  /** A client that is silent has to be asked for its name. */
  | { readonly _tag: "Ask" }
  /** Another protocol has shown in place of a name. */
  | { readonly _tag: "Foreign"; readonly protocol: Protocol }

const nothing = new Uint8Array(0)

/** The words with which a plain client leaves are shorter than this, in bytes, also where NULs pad them. */
const longestQuitWord = 256

/**
 * Parses the bytes of a plain client into units. There are three kinds of sender:
 *
 * - `unknown`: has not sent a unit yet
 * - `line`: ended its first unit, a name, with a line end, and its messages end with one too
 * - `chunk`: ended its name with a silence, and its messages end with one too
 */
export class UnitReader {
  readonly #hearing: Hearing
  readonly #isQuitWord: (words: string) => boolean
  readonly #telnet = new TelnetFilter()
  readonly #lineEnds = new LineEnds()
  readonly #typing = new Typing()
  readonly #lines: LineSplitter
  // The very first bytes, held back while they can still be the mark of UTF-16; `undefined` once that is known.
  #mark: Uint8Array | undefined = nothing
  #transcoder: Transcoder | undefined
  // The first bytes as they came, before telnet's commands are taken out; `undefined` once there is a name.
  #head: Uint8Array | undefined = nothing
  #sender: "unknown" | "line" | "chunk" = "unknown"
  // Whether a client that was not asked for its name has sent nothing yet but telnet's commands; `undefined` before the first read.
  #isUnasked: boolean | undefined
  // Whether a silence has come already over what is not complete.
  #isOverdue = false

  /** `isGreeted`: whether the client was asked for its name before it sent anything. `isQuitWord`: whether words leave. */
  constructor(hearing: Hearing, isGreeted: boolean, isQuitWord: (words: string) => boolean) {
    this.#hearing = hearing
    this.#isUnasked = isGreeted ? false : undefined
    this.#isQuitWord = isQuitWord
    this.#lines = new LineSplitter(hearing.maxLine)
  }

  get sender(): "unknown" | "line" | "chunk" {
    return this.#sender
  }

  /** Whether lines to this client end in CR LF, as telnet and terminals in raw mode want it. */
  get wantsCrLf(): boolean {
    return this.#telnet.isSpoken || this.#typing.isByKey
  }

  get patience(): number | undefined {
    const { chunkSilence, detectWithin, greetAfter, nameSilence, typedSilence } = this.#hearing
    if (this.#isUnasked === true) return greetAfter
    const { pending, skipping } = this.#lines
    if (pending.length === 0 && !(skipping && this.#sender === "chunk")) return undefined
    if (this.wantsCrLf) return undefined
    if (this.#sender === "line") return this.#isQuitPending ? chunkSilence : undefined
    if (this.#isOverdue) return detectWithin
    if (this.#typing.isOpen) return typedSilence
    if (this.#sender === "chunk") return chunkSilence
    return this.#canBecomeForeign(pending) ? detectWithin : nameSilence
  }

  /** How many ms of silence separate two messages of this client; `undefined` where line ends do. */
  get separator(): number | undefined {
    return this.#sender === "chunk" && !this.wantsCrLf ? this.#hearing.chunkSilence : undefined
  }

  /** The client has a name: what it sends is no other protocol. */
  named(): void {
    this.#head = undefined
  }

  *hear(read: Uint8Array): Iterable<Unit> {
    this.#isOverdue = false
    this.#isUnasked ??= true
    const bytes = this.#mark === undefined ? read : this.#afterMark(Uint8Array.from([...this.#mark, ...read]))
    if (bytes !== undefined) yield* this.#hearBytes(bytes)
  }

  *silence(): Iterable<Unit> {
    yield* this.#withoutMark()
    const { pending } = this.#lines
    if (this.#isUnasked === true) {
      this.#isUnasked = false
      yield { _tag: "Ask" }
    } else if (!this.#isOverdue && (incompleteTail(pending) > 0 || endsInEscape(pending))) this.#isOverdue = true
    else yield* this.#flush()
  }

  *end(): Iterable<Unit> {
    yield* this.#withoutMark()
    if (this.#lines.pending.length > 0) yield* this.#unit(this.#lines.flush())
  }

  // Looks for the mark of UTF-16 in the first bytes: `undefined` while they can still be one.
  #afterMark(start: Uint8Array): Uint8Array | undefined {
    const encoding = markOf(start)
    this.#mark = encoding === "open" ? start : undefined
    if (encoding === "open") return undefined
    if (encoding !== undefined) {
      this.#transcoder = new Transcoder(encoding)
      this.named()
    }
    return start
  }

  // What was held back is no mark.
  *#withoutMark(): Iterable<Unit> {
    const held = this.#mark
    this.#mark = undefined
    if (held !== undefined && held.length > 0) yield* this.#hearBytes(held)
  }

  *#hearBytes(read: Uint8Array): Iterable<Unit> {
    if (this.#transcoder !== undefined) {
      yield* this.#hearData(this.#transcoder.push(read), false)
      return
    }
    const foreign = this.#foreignIn(read)
    yield* this.#hearTelnet(read.subarray(0, foreign?.at), foreign === undefined)
    if (foreign === undefined) return
    // A line before may have been a name.
    if (this.#head === undefined) yield* this.#hearTelnet(read.subarray(foreign.at), false)
    else yield { _tag: "Foreign", protocol: foreign.protocol }
  }

  // Which other protocol shows in the read, and where. It is looked for byte by byte, so that the result does not depend on how the bytes were split into reads.
  #foreignIn(read: Uint8Array): { readonly protocol: Protocol; readonly at: number } | undefined {
    const before = this.#head
    if (before === undefined || before.length === headBytes) return undefined
    const head = Uint8Array.of(...before, ...read.subarray(0, headBytes - before.length))
    this.#head = head
    for (let end = before.length + 1; end <= head.length; end += 1) {
      const protocol = binaryProtocol(head.subarray(0, end))
      if (protocol !== undefined) return { protocol, at: end - before.length - 1 }
    }
    return undefined
  }

  *#hearTelnet(bytes: Uint8Array, isWholeRead: boolean): Iterable<Unit> {
    const data = this.#telnet.filter(bytes)
    const { answer } = this.#telnet
    if (answer.length > 0) yield { _tag: "Answer", bytes: answer }
    if (data.length > 0) yield* this.#hearData(data, isWholeRead)
  }

  *#hearData(data: Uint8Array, isWholeRead: boolean): Iterable<Unit> {
    if (data.length === 0) return
    this.#isUnasked = false
    this.#typing.read(data, this.#lines.pending.length > 0)
    const isGame = this.#head !== undefined && canBecomeGamePing(this.#head)
    const mayHoldSeveral = isWholeRead && this.#sender !== "line" && !this.wantsCrLf && !isGame
    const read = mayHoldSeveral ? parts(data) : [data]
    for (const [index, part] of read.entries()) {
      for (const line of this.#lines.push(this.#lineEnds.read(part))) {
        if (this.#sender === "unknown" && line !== tooLong) this.#sender = "line"
        yield* this.#unit(line)
      }
      if (index < read.length - 1) yield* this.#flush()
    }
  }

  *#flush(): Iterable<Unit> {
    if (this.#sender === "unknown") this.#sender = "chunk"
    yield* this.#unit(this.#lines.flush())
  }

  *#unit(line: Line): Iterable<Unit> {
    this.#isOverdue = false
    const protocol = this.#head === undefined ? undefined : line === tooLong ? "endless" : protocolOfLine(line)
    if (protocol !== undefined) yield { _tag: "Foreign", protocol }
    else yield line === tooLong ? { _tag: "TooLong" } : { _tag: "Words", words: this.#words(line) }
  }

  #words(line: Uint8Array): string {
    return edited(decode(line), this.wantsCrLf)
  }

  get #isQuitPending(): boolean {
    const { pending } = this.#lines
    return pending.length <= longestQuitWord && this.#isQuitWord(this.#words(pending))
  }

  #canBecomeForeign(pending: Uint8Array): boolean {
    return this.#head !== undefined && (canBecomeGamePing(this.#head) || canBecomeProtocolLine(pending))
  }
}

/**
 * The encoding that the first bytes of a client mark; "open" while it is not
 * known. The mark FF FE is a command of telnet too, IAC DONT, so that it counts
 * only before a character as most texts begin with, from U+0020 to U+00FF.
 */
const markOf = ([first, second, third, fourth]: Uint8Array): Utf16 | "open" | undefined => {
  if (first === undefined) return "open"
  if (first === 0xfe) return second === undefined ? "open" : second === 0xff ? "utf-16be" : undefined
  if (first !== 0xff) return undefined
  if (second === undefined) return "open"
  if (second !== 0xfe) return undefined
  if (third === undefined) return "open"
  if (third < 0x20) return undefined
  return fourth === undefined ? "open" : fourth === 0 ? "utf-16le" : undefined
}
