import type { RateLimit } from "../ServerConfig.ts"

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

/** How many messages the bytes of one read count for, whatever they say. */
export const weight = (bytes: Uint8Array): number => Math.max(linesIn(bytes), bytes.length / messageBytes, readWeight)

/**
 * The token bucket of a client, see docs/adr/0008: it fills with `perSecond`
 * tokens a second, up to `burst`. Each message takes one out, a long one as many
 * as it has KiB. Bytes that are no message take some out too, but no byte counts
 * twice, in however many reads a message comes. The bucket may go into debt: then
 * the client waits until the debt is paid.
 */
export class Allowance {
  readonly #limit: RateLimit
  #left: number
  #at: number
  // How many tokens have been taken out already for bytes that can be the beginning of the next message.
  #ahead = 0
  #isTold = false

  /** `now` in ms, of any clock that never goes back. */
  constructor(limit: RateLimit, now: number) {
    this.#limit = limit
    this.#left = limit.burst
    this.#at = now
  }

  /** How many tokens a second fill the bucket. */
  get perSecond(): number {
    return this.#limit.perSecond
  }

  /** Takes out the tokens of a message: how long to wait before the message is taken up, ms. */
  message(now: number): number {
    const rest = 1 - this.#ahead
    this.#ahead = 0
    return this.#take(rest, now)
  }

  /** Takes out so many `messages` worth of tokens for what a read held beyond its messages: how long to wait before more is read, ms. */
  beyond(messages: number, now: number): number {
    this.#ahead = Math.min(1, this.#ahead + messages)
    return this.#take(messages, now)
  }

  /** Whether the client is to be told now that it waits. True once, and again after the bucket has been full; reading it counts as telling. */
  get tellsNow(): boolean {
    const tells = !this.#isTold
    this.#isTold = true
    return tells
  }

  #take(messages: number, now: number): number {
    const { burst, perSecond } = this.#limit
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * perSecond) / 1000)
    this.#at = now
    if (this.#left === burst) this.#isTold = false
    this.#left -= messages
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left * 1000) / perSecond)
  }
}
