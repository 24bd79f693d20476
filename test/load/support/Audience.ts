import * as Schema from "effect/Schema"
import type { Histogram } from "../../../bench/load/Histogram.ts"
import { type Dialect, Member, messageOf } from "./Member.ts"
import { forMany, until } from "../../support/waiting.ts"

const filling = "the quick brown fox jumps over the lazy dog"
const patience = 30_000

const Departed = Schema.Struct({ member: Schema.Struct({ name: Schema.String }), code: Schema.String })
const Departures = Schema.parseJson(Schema.Union(Departed, Schema.Struct({ left: Schema.Array(Departed) })))
const readDepartures = Schema.decodeUnknownSync(Departures)

/** Who come. */
export interface Coming {
  readonly port: number
  readonly count: number
  readonly natives?: number
  /** How many may be on their way in at the same time. */
  readonly atOnce?: number
  readonly nameOf?: (index: number) => string
}

/**
 * People in a room of which some talk. Each has to get every message, once, and
 * in the order in which the first of them got it.
 */
export class Audience {
  readonly members: Array<Member> = []
  /** The code of each who left, by the name. */
  readonly departures = new Map<string, string>()
  /** Where the latencies go, while they are measured. */
  latencies: Histogram | undefined
  /** What was not as it has to be. */
  readonly faults: Array<string> = []
  readonly #order: Array<number> = []
  readonly #heard = new Set<number>()
  /** How far in the order each has come. */
  readonly #places: Array<number> = []
  #said = 0
  /** How many were not said in the end. */
  #unsaid = 0

  /** So many join; the first of them are native, the others plain. */
  static async gather({ atOnce = 200, count, nameOf = (index) => `member-${index}`, natives = count / 2, port }: Coming): Promise<Audience> {
    const audience = new Audience()
    await forMany(count, atOnce, async (index) => {
      const member = audience.#come(port, index, nameOf(index), index < natives ? "native" : "plain")
      await until(() => `${member.name} is in the room (${member.ended ?? member.lastLine})`, () => member.isWelcome, patience)
    })
    return audience
  }

  /** The next message; everybody else is to get it. */
  next(): string {
    this.#said += 1
    return messageOf(this.#said - 1, filling)
  }

  /** The native ones say so many messages a second, in turn, until it is told to stop. */
  talk(perSecond: number): () => void {
    const talkers = this.members.filter(({ dialect }) => dialect === "native").slice(0, 50)
    const start = performance.now()
    let count = 0
    const timer = setInterval(() => {
      for (; count < ((performance.now() - start) * perSecond) / 1000; count += 1) talkers[count % talkers.length]?.say(this.next())
    }, 1)
    return () => {
      clearInterval(timer)
    }
  }

  /** Measures while this takes place. */
  async measure(into: Histogram, during: () => Promise<void>): Promise<void> {
    this.latencies = into
    await during()
    this.latencies = undefined
  }

  /** Waits until the first has got these messages, whatever else is being said, or heard that whoever was to say one has left. */
  async hears(messages: ReadonlyMap<number, string>): Promise<void> {
    const missing = () => [...messages].filter(([number]) => !this.#heard.has(number))
    const awaited = () => missing().filter(([, name]) => !this.departures.has(name))
    await until(() => `${awaited().length} of ${messages.size} messages are still to be heard`, () => awaited().length === 0, patience)
    this.#unsaid += missing().length
  }

  /** When nobody talks any more: waits until everybody has got everything, and complains of what is lost, doubled or out of order. */
  async settle(): Promise<void> {
    const behind = () => this.#places.filter((place) => place < this.#expected).length
    await until(
      () => `all have all ${this.#expected} messages: ${behind()} of ${this.members.length} have not, ${this.#order.length} came at all; ${this.faults.slice(0, 3).join("; ")}`,
      () => behind() === 0 || this.faults.length > 0 || this.members.some(({ ended }) => ended !== undefined),
      patience
    )
    const gone = this.members.filter(({ ended }) => ended !== undefined)
    if (gone.length > 0) throw new Error(`${gone.length} were disconnected, such as ${gone[0]?.name ?? ""} (${gone[0]?.ended ?? ""}): ${gone[0]?.lastLine ?? ""}`)
    if (this.faults.length > 0) throw new Error(this.faults.slice(0, 10).join("\n"))
    if (this.#heard.size !== this.#expected) throw new Error(`of ${this.#expected} messages ${this.#heard.size} have come`)
  }

  get said(): number {
    return this.#said
  }

  get #expected(): number {
    return this.#said - this.#unsaid
  }

  destroy(): void {
    for (const { socket } of this.members) socket.destroy()
  }

  #come(port: number, index: number, name: string, dialect: Dialect): Member {
    this.#places[index] = this.#order.length
    const member = new Member(port, name, dialect, {
      onMessage: (number, sentAt, now) => {
        this.latencies?.add(now - sentAt)
        const place = this.#places[index] ?? 0
        if (place === this.#order.length) {
          this.#order.push(number)
          this.#heard.add(number)
        } else if (this.#order[place] !== number) this.faults.push(`${name} got message ${number} in the place of ${this.#order[place] ?? ""}`)
        this.#places[index] = place + 1
      },
      ...(index === 0 && {
        onLine: (line) => {
          this.#note(line)
        }
      })
    })
    this.members[index] = member
    return member
  }

  #note(line: string): void {
    if (!line.startsWith('{"_tag":"Left"') && !line.startsWith('{"_tag":"Presence"')) return
    const told = readDepartures(line)
    for (const { code, member } of "left" in told ? told.left : [told]) this.departures.set(member.name, code)
  }
}
