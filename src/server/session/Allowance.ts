import type { RateLimit } from "../ServerConfig.ts"

/** How many messages a read counts for that says less: a key that somebody presses is next to nothing. */
const readWeight = 1 / 16

const lineFeed = 10
const linesIn = (bytes: Uint8Array): number => {
  let lines = 0
  for (const byte of bytes) if (byte === lineFeed) lines += 1
  return lines
}

/** How many bytes a message may have and still count for one: everybody in the room is sent them. */
const messageBytes = 1024

/** How many messages these bytes are worth, whatever they say. */
export const weight = (bytes: Uint8Array): number => Math.max(linesIn(bytes), bytes.length / messageBytes, readWeight)

/**
 * What a client may still send: it fills at the rate, up to the burst, and each
 * message takes one out, a long one as many as it has KiB. What says nothing
 * counts too, but nothing twice, in however many parts it came. It may owe: then
 * the client waits until it owes nothing.
 */
export class Allowance {
  readonly #limit: RateLimit
  #left: number
  #at: number
  // How much has been taken out for what can be the beginning of the next message.
  #ahead = 0
  #isTold = false

  /** `now` in ms, of any clock that never goes back. */
  constructor(limit: RateLimit, now: number) {
    this.#limit = limit
    this.#left = limit.burst
    this.#at = now
  }

  /** How many messages a second fill it. */
  get perSecond(): number {
    return this.#limit.perSecond
  }

  /** Takes a message out: how long to wait before it is taken up, ms. */
  message(now: number): number {
    const rest = 1 - this.#ahead
    this.#ahead = 0
    return this.#take(rest, now)
  }

  /** Takes out what was read beyond the messages in it: how long to wait before more is read, ms. */
  beyond(messages: number, now: number): number {
    this.#ahead = Math.min(1, this.#ahead + messages)
    return this.#take(messages, now)
  }

  /** Whether the client is still to be told that it waits: once, until the allowance has been full again. */
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
