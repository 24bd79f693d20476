import type { Observed } from "../chat/Hub.ts"
import type { ConsoleLine } from "./ConsoleLine.ts"

/** Of how many addresses it is counted who came from them; those of more are not told apart. */
const mostAddresses = 1000
/** How many of these are named. */
const named = 3
const minute = 60_000

/**
 * Keeps those out of the log who connect and leave without a word, such as the
 * checks of a load balancer: that somebody has connected is shown with the first
 * that comes of it, and the others are summed up, at most once a minute.
 */
export class Silent {
  // Who has connected, and has not been heard of since, by client.
  readonly #connected = new Map<number, Observed>()
  #count = 0
  #lastAt: number | undefined
  #from = new Map<string, number>()

  /** What is to be shown now that this has happened, in order. */
  shown(observed: Observed): ReadonlyArray<Observed> {
    const { event, from } = observed
    if (from === undefined) return [observed]
    if (event._tag === "Connected") {
      this.#connected.set(from.client, observed)
      return []
    }
    const connected = this.#connected.get(from.client)
    this.#connected.delete(from.client)
    if (connected === undefined) return [observed]
    // A handshake that failed was no word, but the operator may want to know why.
    if (event._tag !== "Disconnected" || event.hasSpoken || event.code === "not-for-us") return [connected, observed]
    this.#count += 1
    const host = from.address.slice(0, from.address.lastIndexOf(":"))
    const before = this.#from.get(host)
    if (before !== undefined || this.#from.size < mostAddresses) this.#from.set(host, (before ?? 0) + 1)
    return []
  }

  /** Whether there is something to sum up, and the last line about it is a minute old; `now` is in ms of a clock that is never set. */
  isDue(now: number): boolean {
    return this.#count > 0 && (this.#lastAt === undefined || now - this.#lastAt >= minute)
  }

  /** The line about those who have left without a word since the last one; `undefined` if nobody has. `at` is now, ms since 1970. */
  sum(at: number, now: number): ConsoleLine | undefined {
    const count = this.#count
    if (count === 0) return undefined
    this.#lastAt = now
    // Of one that was reset before it was accepted, the system does not know the address any more.
    this.#from.delete("unknown")
    const hosts = [...this.#from].sort(([, one], [, other]) => other - one).map(([host]) => host)
    this.#count = 0
    this.#from = new Map()
    const addresses = [...hosts.slice(0, named), ...(hosts.length > named ? ["others"] : [])].join(", ")
    const words = count === 1 ? "1 connection came and went" : `${count} connections came and went`
    return {
      at,
      level: "info",
      event: "silent",
      message: `${words} without a word${addresses === "" ? "" : ` (${addresses})`}`,
      fields: { count, addresses: addresses === "" ? undefined : addresses }
    }
  }
}
