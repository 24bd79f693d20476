import { throttled, throttledAddress } from "../../domain/wording.ts"
import type { Text } from "../../domain/Text.ts"
import type { RateLimit } from "../ServerConfig.ts"
import { Bucket } from "./Bucket.ts"

/** How many messages a read counts for at least (docs/adr/0008): a key that somebody presses is next to nothing. */
const readWeight = 1 / 16

const lineFeed = 10
const carriageReturn = 13
// CR LF is one line end, as LF and CR alone are.
const linesIn = (bytes: Uint8Array): number => {
  let lines = 0
  let last = 0
  for (const byte of bytes) {
    if (byte === carriageReturn || (byte === lineFeed && last !== carriageReturn)) lines += 1
    last = byte
  }
  return lines
}

/** How many bytes of a message count for one message: a long one costs more, as everybody in the room is sent it (docs/adr/0008). */
const messageBytes = 1024

/** How many bytes of an answer count for one message of its asker: less than what is said, as the asker alone is sent it (docs/adr/0015). */
const answerBytes = 4096

/** How many messages the bytes of one read count for, whatever they say. `hasLines`: whether line feeds end messages in them. */
export const weight = (bytes: Uint8Array, hasLines = true): number => Math.max(hasLines ? linesIn(bytes) : 0, bytes.length / messageBytes, readWeight)

/** What a client that waits is told: at what rate it is heard, and that in words. */
export interface Notice {
  readonly perSecond: number
  readonly message: Text
}

/**
 * What a client may send, see docs/adr/0008 and 0015: two token buckets, its own
 * and that of its address. Each message takes a token out of both, a long one as
 * many as it has KiB. Bytes that are no message take some out too, but no byte
 * counts twice, in however many reads a message comes. The client waits until
 * neither bucket is in debt.
 */
export class Allowance {
  readonly #own: Bucket
  readonly #address: Bucket | undefined
  // How many tokens have been taken out already for bytes that can be the beginning of the next message.
  #ahead = 0
  #waitsFor: Bucket
  // How often each bucket had become full when the client was told of it; before that, -1.
  #ownToldAt = -1
  #addressToldAt = -1

  /** `address`: the bucket that all clients of the address share. `now` in ms, of any clock that never goes back. */
  constructor(limit: RateLimit, now: number, address?: Bucket) {
    this.#own = new Bucket(limit, now)
    this.#waitsFor = this.#own
    this.#address = address
  }

  /** Takes out the tokens of a message: how long to wait before the message is taken up, ms. */
  message(now: number): number {
    const rest = 1 - this.#ahead
    this.#ahead = 0
    return this.#take(rest, rest, now)
  }

  /** Takes out so many `messages` worth of tokens for what a read held beyond its messages: how long to wait before more is read, ms. */
  beyond(messages: number, now: number): number {
    this.#ahead = Math.min(1, this.#ahead + messages)
    // Blank lines cost the neighbours a token a read at most: who sent them waits for all of them.
    return this.#take(messages, Math.min(1, messages), now)
  }

  /**
   * Takes out the tokens of an answer of so many bytes, but for the message that the question was: how long to wait before
   * more is taken up, ms. The address pays for each KiB: what many clients ask for and do not read, the system holds for all of them.
   */
  answered(bytes: number, now: number): number {
    return this.#take(Math.max(0, bytes / answerBytes - 1), Math.max(0, bytes / messageBytes - 1), now)
  }

  /**
   * What the client is to be told now that it waits, if anything: once for each of
   * the two buckets, and again after that has been full. Reading it counts as telling.
   */
  get notice(): Notice | undefined {
    const { fillings, perSecond } = this.#waitsFor
    if (this.#waitsFor === this.#own) {
      if (this.#ownToldAt === fillings) return undefined
      this.#ownToldAt = fillings
      return { perSecond, message: throttled(perSecond) }
    }
    if (this.#addressToldAt === fillings) return undefined
    this.#addressToldAt = fillings
    return { perSecond, message: throttledAddress(perSecond) }
  }

  #take(ofOwn: number, ofAddress: number, now: number): number {
    const own = this.#own.take(ofOwn, now)
    const address = this.#address?.take(ofAddress, now) ?? 0
    this.#waitsFor = this.#address !== undefined && address > own ? this.#address : this.#own
    return Math.max(own, address)
  }
}
