import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { authorOf } from "../domain/Reply.ts"
import type { LeaveCode } from "../domain/LeaveCode.ts"
import type { RefusalCode } from "../domain/Refusal.ts"
import type { Handed } from "./chat/Handed.ts"

/** What a client has been sent, as its outbox counts it. */
export interface Traffic {
  readonly dialect: { readonly name: string }
  /** Whether anything has come from the client by which its dialect is known. */
  readonly hasSpoken: boolean
  /** How many bytes were to be sent in all, and how many of them the system has taken. */
  readonly handed: number
  readonly taken: number
}

/** Whose rate limit has made somebody wait: that of a client, of its address, or of the connections from there. */
export type Throttle = "client" | "address" | "connections"

type Audience = Handed["audience"]

/**
 * Counts what has happened on this server, for whoever measures it. All of it is
 * plain numbers: one addition for a batch, a read or a session, and none for a
 * delivery. What can be known by a look at the moment of asking is not counted.
 */
export class Counts {
  /** Messages to rooms, and to one person. */
  readonly messages = { room: 0, person: 0 }
  /** How many of these went to how many clients of this server, summed up. */
  deliveries = 0
  /** Bytes that clients have sent. */
  received = 0
  /** Connections that found no place. */
  turnedAway = 0
  readonly throttled: Record<Throttle, number> = { client: 0, address: 0, connections: 0 }
  readonly refused = new Map<RefusalCode, number>()
  /** How sessions have ended. */
  readonly ended = new Map<LeaveCode, number>()
  readonly #open = new Set<Traffic>()
  #sentBefore = 0
  // An audience is the same array from one change of its room to the next, so this is looked up nearly always.
  readonly #here = new WeakMap<Audience, number>()

  /** The clients that are connected. */
  get open(): ReadonlySet<Traffic> {
    return this.#open
  }

  /** Bytes that were to be sent to clients, those who are gone included. */
  get sent(): number {
    let sum = this.#sentBefore
    for (const { handed } of this.#open) sum += handed
    return sum
  }

  /** A client is connected from now on. */
  begin(traffic: Traffic): void {
    this.#open.add(traffic)
  }

  /** A client is gone. */
  end(traffic: Traffic): void {
    if (this.#open.delete(traffic)) this.#sentBefore += traffic.handed
  }

  /** A session has ended so. */
  sessionEnded(code: LeaveCode): void {
    this.ended.set(code, (this.ended.get(code) ?? 0) + 1)
  }

  /** A request was refused, with this code. */
  refuse(code: RefusalCode): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
  }

  /** This batch is handed over to those it is for. */
  delivered(batch: ReadonlyArray<Handed>): void {
    for (const { also, audience, event } of batch) {
      if (event._tag === "Refused") {
        if (this.#count(audience) > 0) this.refuse(event.code)
        continue
      }
      const isToRoom = authorOf(event) !== undefined
      if (!isToRoom && event._tag !== "Whispered") continue
      this.messages[isToRoom ? "room" : "person"] += 1
      this.deliveries += this.#count(audience) + (also === undefined ? 0 : this.#count(also))
    }
  }

  // How many of an audience are clients of this server.
  #count(audience: Audience): number {
    const known = this.#here.get(audience)
    if (known !== undefined) return known
    const count = audience.reduce((sum, { peer }) => (peer === undefined ? sum : sum + 1), 0)
    this.#here.set(audience, count)
    return count
  }
}

/** The counts of one server. */
export class Tally extends Context.Tag("brusio/Tally")<Tally, Counts>() {}

/** Nothing has happened yet. Layers that count are given this very value, so that those of one server share it. */
export const layer = Layer.sync(Tally, () => new Counts())
