import { throttled, throttledAddress } from "../../domain/phrases.ts"
import type { Text } from "../../domain/Text.ts"
import type { Wait } from "../../net/Wait.ts"
import type { RateLimit } from "../ServerConfig.ts"
import { Bucket } from "./Bucket.ts"
import { levelOf } from "./FairQueue.ts"
import type { Shaper } from "./Shaper.ts"

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

/**
 * Who says a message a second at most, says little: it waits for no neighbour who says more. How far a client is above
 * that is kept for so many messages, and each counts as so many bytes of a burst.
 */
const little = { perSecond: 1, burst: 128, bytes: 64 }

/** What a client has to wait for before something of its is taken up. */
export interface Due {
  /** For how long its own bucket is in debt, ms. */
  readonly wait: number
  /** How many tokens of its address it takes after that. */
  readonly shared: number
}

/** What a client that waits is told: at what rate it is heard, and that in words. */
export interface Notice {
  readonly perSecond: number
  readonly message: Text
}

/**
 * What a client may send, see docs/adr/0008 and 0015: its own token bucket, and that
 * which all clients of its address share. Each message takes a token out of both, a
 * long one as many as it has KiB. Bytes that are no message take some out too, but no
 * byte counts twice, in however many reads a message comes. The client waits until
 * its own bucket is out of debt, and then for its turn among its neighbours.
 */
export class Allowance {
  readonly #own: Bucket
  readonly #address: Shaper | undefined
  // How far the client is above saying little.
  readonly #lately: Bucket
  // How many tokens have been taken out already for bytes that can be the beginning of the next message.
  #ahead = 0
  // How often each bucket had become full when the client was told of it; before that, -1.
  #ownToldAt = -1
  #addressToldAt = -1

  /** `address`: what all clients of the address share. `now` in ms, of any clock that never goes back. */
  constructor(limit: RateLimit, now: number, address?: Shaper) {
    this.#own = new Bucket(limit, now)
    this.#lately = new Bucket(little, now)
    this.#address = address
  }

  /** Takes out the tokens of a message: what is due before the message is taken up. */
  message(now: number): Due {
    const rest = 1 - this.#ahead
    this.#ahead = 0
    return this.#take(rest, rest, now)
  }

  /** Takes out so many `messages` worth of tokens for what a read held beyond its messages: what is due before more is read. */
  beyond(messages: number, now: number): Due {
    this.#ahead = Math.min(1, this.#ahead + messages)
    // Blank lines cost the neighbours a token a read at most: who sent them waits for all of them.
    return this.#take(messages, Math.min(1, messages), now)
  }

  /**
   * Takes out the tokens of an answer of so many bytes, but for the message that the question was: what is due before
   * more is taken up. The address pays for each KiB: what many clients ask for and do not read, the system holds for all of them.
   */
  answered(bytes: number, now: number): Due {
    return this.#take(Math.max(0, bytes / answerBytes - 1), Math.max(0, bytes / messageBytes - 1), now)
  }

  /** Takes out so many `messages` worth of tokens for work that one message asks for: what is due before it is done. */
  worked(messages: number, now: number): Due {
    return this.#take(messages, messages, now)
  }

  /**
   * Takes out the tokens of the address that are due: `undefined` where they are there, and else the wait for them.
   * `level`: that of the client's burst, see `Turns.ts`; who says much lately is at a higher one.
   */
  turn({ shared }: Due, level: number): Wait | undefined {
    if (this.#address === undefined || this.#address.take(shared)) return undefined
    return this.#address.wait(shared, Math.max(level, levelOf(this.#lately.missing * little.bytes)))
  }

  /**
   * What the client is to be told now that it waits for its own bucket, if anything:
   * once, and again after that has been full. Reading it counts as telling.
   */
  get notice(): Notice | undefined {
    const { fillings, perSecond } = this.#own
    if (this.#ownToldAt === fillings) return undefined
    this.#ownToldAt = fillings
    return { perSecond, message: throttled(perSecond) }
  }

  /** As {@link notice}, where the client waits for its turn among its neighbours. */
  get sharedNotice(): Notice | undefined {
    if (this.#address === undefined) return undefined
    const { fillings, perSecond } = this.#address
    if (this.#addressToldAt === fillings) return undefined
    this.#addressToldAt = fillings
    return { perSecond, message: throttledAddress(perSecond) }
  }

  #take(ofOwn: number, shared: number, now: number): Due {
    this.#lately.take(ofOwn, now)
    return { wait: this.#own.take(ofOwn, now), shared }
  }
}
