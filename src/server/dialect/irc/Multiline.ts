import type { SpokenLine } from "../../../domain/command/sayLines.ts"
import type { Tags } from "../../../domain/Tags.ts"
import type { Text } from "../../../domain/Text.ts"
import type { Response } from "./label.ts"

/** How many bytes a message of several lines has at most, with one for the end of each line but the last, and how many lines. */
export const mostBytes = 4096
export const mostLines = 32

/** What the capability says of itself. */
export const bounds = `max-bytes=${mostBytes},max-lines=${mostLines}`

/** A line that a client has sent as one of several. */
export interface Piece {
  readonly command: string
  readonly target: string
  readonly text: string
  /** Whether it goes on with the line before. */
  readonly isMore: boolean
}

/** Why a piece is not taken: the parameters of the failure, its code first, and words. */
export type Wrong = readonly [params: readonly [code: string, ...ReadonlyArray<string>], words: string]

/** A message of several lines while a client sends it: see https://ircv3.net/specs/extensions/multiline. */
export class Multiline {
  readonly id: string
  readonly target: string
  /** What its author's program says to others beside it. */
  readonly tags: Tags | undefined
  /** The response to the command that has begun it, where that has a label: it is sent when the message has ended, or failed. */
  response: Response | undefined
  /** Whether a line of it was refused: then the others mean nothing. */
  hasFailed = false
  #command: string | undefined
  #count = 0
  #bytes = 0
  readonly #lines: Array<Array<string>> = []

  constructor(id: string, target: string, tags: Tags | undefined, response: Response | undefined) {
    this.id = id
    this.target = target
    this.tags = tags
    this.response = response
  }

  /** Gives it up: why, its author was told. */
  fail(): void {
    this.hasFailed = true
    this.response = undefined
  }

  get isNotice(): boolean {
    return this.#command === "NOTICE"
  }

  /** Takes another piece; or says why it does not. */
  take({ command, isMore, target, text }: Piece): Wrong | undefined {
    if (command !== "PRIVMSG" && command !== "NOTICE") return [["MULTILINE_INVALID"], "Only PRIVMSG and NOTICE are lines of a message"]
    if (this.#command !== undefined && command !== this.#command) return [["MULTILINE_INVALID"], "All lines of a message are said by the same command"]
    if (target !== this.target) return [["MULTILINE_INVALID_TARGET", this.target, target], "All lines of a message have the same target"]
    if (text.includes("\u0001")) return [["MULTILINE_INVALID"], "What programs ask each other, or somebody does, has one line"]
    if (isMore && (text === "" || this.#lines.length === 0)) return [["MULTILINE_INVALID"], "A line that goes on with the one before is not empty, and not the first"]
    this.#command = command
    this.#count += 1
    this.#bytes += Buffer.byteLength(text) + (this.#lines.length === 0 || isMore ? 0 : 1)
    if (this.#count > mostLines) return [["MULTILINE_MAX_LINES", String(mostLines)], `A message has at most ${mostLines} lines`]
    if (this.#bytes > mostBytes) return [["MULTILINE_MAX_BYTES", String(mostBytes)], `A message has at most ${mostBytes} bytes`]
    const last = this.#lines.at(-1)
    if (isMore && last !== undefined) last.push(text)
    else this.#lines.push([text])
    return undefined
  }

  /** The lines in which there is something to be seen, as `clean` makes them of the words of a client; each with the empty ones before it. */
  lines(clean: (raw: string) => Text | undefined): ReadonlyArray<SpokenLine> {
    const lines: Array<SpokenLine> = []
    let blanks = 0
    for (const pieces of this.#lines) {
      const text = clean(pieces.join(""))
      if (text === undefined) {
        blanks += 1
        continue
      }
      const cuts = cutsOf(text, pieces)
      lines.push({ text, ...(blanks === 0 ? {} : { blanks }), ...(cuts === undefined ? {} : { cuts }) })
      blanks = 0
    }
    return lines
  }
}

// Where a line was cut; `undefined` where it was not, or is not shown as it was sent.
const cutsOf = (text: string, pieces: ReadonlyArray<string>): ReadonlyArray<number> | undefined => {
  if (pieces.length === 1 || !pieces.join("").startsWith(text)) return undefined
  const cuts: Array<number> = []
  let end = 0
  for (const piece of pieces) {
    end += piece.length
    // An empty line that others go on with was cut nowhere.
    if (end > 0 && end < text.length) cuts.push(end)
  }
  return cuts.length === 0 ? undefined : cuts
}
