import * as Predicate from "effect/Predicate"
import { Returner } from "../../bench/load/Returner.ts"
import { Difference } from "../Difference.ts"
import type { Random } from "../Random.ts"
import { text } from "../text.ts"
import type { Annals } from "./Annals.ts"
import type { RoomCounts } from "./RoomCounts.ts"

/** Where a traveller comes from, and who compares what it hears. */
interface Journey {
  readonly port: number
  readonly annals: Annals
  readonly counts: RoomCounts
  readonly fail: (error: unknown) => void
}

const head = /^\{"_tag":"(\w+)"/u

/** A member that goes from room to room, is lost, and comes back: what it hears is compared line by line. */
export class Traveller {
  readonly client: Returner
  readonly random: Random
  readonly #journey: Journey
  /** What it has said and others have to hear, until it is known that they have. */
  readonly #said = new Set<string>()
  #texts = 0
  #missed = 0
  #returned = 0
  /** Whether it was told that something is gone: then numbers may be missing. */
  hasGaps = false
  /** How many members a room had, as it was told last when it asked. */
  readonly here = new Map<string, number>()

  constructor(journey: Journey, name: string, localAddress: string, random: Random) {
    this.#journey = journey
    this.random = random
    const onLine = (line: string) => {
      try {
        this.#hear(line)
      } catch (error) {
        journey.fail(error)
      }
    }
    this.client = new Returner({ port: journey.port, name, localAddress, onLine, onSaid: () => undefined })
    journey.counts.comers += 1
    this.client.come()
  }

  /** Says a text that nobody has said before, in one of its rooms. */
  say(): void {
    const room = this.aRoom
    if (room === undefined) return
    this.#texts += 1
    const said = text(this.random, `${this.client.name}.${this.#texts}`, true)
    this.#said.add(said)
    this.client.say(said, room)
    this.#journey.counts.saidInRooms += 1
  }

  /** One of its rooms. */
  get aRoom(): string | undefined {
    return this.random.pick([...this.client.rooms.keys()])
  }

  /** Whether it is in, and each line that it said was answered. */
  get isAtRest(): boolean {
    return this.client.isIn && this.client.pending.length === 0
  }

  /** All is quiet: what it said was said once, unless it was refused, or given back to it. Throws a {@link Difference} otherwise. `isBehind`: whether numbers are still to be found missing. */
  check(isBehind: boolean): void {
    const { faults, name, returned } = this.client
    const [fault] = faults
    if (fault !== undefined) throw new Difference(fault)
    const back = new Set(returned)
    for (const text of this.#said) {
      if (!back.has(text) && !this.hasGaps && !this.#journey.annals.hasHeard(text)) throw new Difference(`${name} said ${text}, and nobody has heard it`)
    }
    this.#said.clear()
    this.hasGaps &&= isBehind
  }

  #hear(line: string): void {
    const { annals, counts } = this.#journey
    const [, tag = ""] = head.exec(line) ?? []
    switch (tag) {
      case "Resumed":
        counts.resumes += 1
        if (line.includes('"gaps":true')) {
          counts.resumesWithGaps += 1
          this.hasGaps = true
        }
        break
      case "Welcome":
        counts.newLives += 1
        counts.givenBack += this.client.returned.length - this.#returned
        this.#returned = this.client.returned.length
        break
      case "Entered":
        counts.entered += 1
        break
      case "Exited":
        counts.exited += 1
        break
      case "Removed":
        counts.removals += 1
        break
      case "Refused":
        counts.roomRefusals += 1
        this.#refused(line)
        break
      case "Members":
        this.#counted(line)
        break
      default:
    }
    const missed = this.client.missed - this.#missed
    if (missed > 0 && !this.hasGaps) throw new Difference(`${this.client.name} has missed ${missed} numbers of a room before ${line}`)
    this.#missed += missed
    counts.numbersMissed += missed
    annals.hear(this.client.name, line)
  }

  // What was refused was not said.
  #refused(line: string): void {
    const refused: unknown = JSON.parse(line)
    if (!Predicate.hasProperty(refused, "ref")) return
    const [mark] = String(refused.ref).split("-").slice(-1)
    for (const text of this.#said) {
      if (!text.startsWith(`${this.client.name}.${mark ?? ""} `)) continue
      if (this.#journey.annals.hasHeard(text)) throw new Difference(`${text} was refused, and heard all the same`)
      this.#said.delete(text)
    }
  }

  #counted(line: string): void {
    const members: unknown = JSON.parse(line)
    if (Predicate.hasProperty(members, "room") && Predicate.hasProperty(members, "here")) this.here.set(String(members.room), Number(members.here))
  }
}
