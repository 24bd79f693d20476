import type { silence } from "../../net/Inbox.ts"
import type { Heard, Interpreter } from "../dialect/Dialect.ts"

/** How many bytes are interpreted at a time, see docs/adr/0008. */
const pieceBytes = 1024

/**
 * What a client has sent and the session has not performed yet: the session goes
 * through what it reads by {@link pieces}, and through what an interpreter made of
 * that by {@link items}, so that {@link count} always knows what is left.
 */
export class Backlog {
  readonly #interpreter: Interpreter
  #rest: ReadonlyArray<Uint8Array> = []
  #items: Iterator<Heard> | undefined
  #item: Heard | undefined
  #count: number | undefined

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  /** Cuts what was read into pieces, so that a flood in one read has to wait before all of it is interpreted. */
  *pieces(chunks: ReadonlyArray<Uint8Array>): Iterable<Uint8Array> {
    for (const [n, chunk] of chunks.entries()) {
      for (let start = 0; start < chunk.length; start += pieceBytes) {
        const end = start + pieceBytes
        this.#rest = [chunk.subarray(end), ...chunks.slice(n + 1)]
        yield chunk.subarray(start, end)
      }
    }
  }

  /** The item that was given last has been performed. */
  performed(): void {
    this.#item = undefined
  }

  /** Goes through what was heard. An item is left until it is {@link performed}, or the next one is asked for. */
  *items(heard: Iterable<Heard>): Iterable<Heard> {
    const items = heard[Symbol.iterator]()
    this.#items = items
    for (let next = items.next(); next.done !== true; next = items.next()) {
      this.#item = next.value
      yield next.value
      this.#item = undefined
    }
    this.#items = undefined
  }

  /**
   * How many messages are left: of what was read, and of what has come and was not.
   * It uses the interpreter up, so nothing more is performed after it; asked again,
   * it says the same.
   */
  count(unread: ReadonlyArray<Uint8Array | typeof silence>): number {
    this.#count ??= this.#left + this.#interpreter.waiting([...this.#rest, ...unread])
    return this.#count
  }

  get #left(): number {
    let left = isMessage(this.#item) ? 1 : 0
    const items = this.#items
    if (items === undefined) return left
    for (let next = items.next(); next.done !== true; next = items.next()) if (isMessage(next.value)) left += 1
    return left
  }
}

// What the client wanted to be done, unlike a question or its hello.
const isMessage = (item: Heard | undefined): boolean => item?._tag === "Command"
