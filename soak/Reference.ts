import * as Schema from "effect/Schema"
import { Event, type Welcome } from "../src/domain/Event.ts"
import { plain } from "../src/server/dialect/plain.ts"
import { Difference } from "./Difference.ts"

/** Decodes a line of the native dialect; throws if it is not an event. */
export const readEvent = Schema.decodeUnknownSync(Schema.parseJson(Event))

/** An event told to the whole room, which has a sequence number. */
type RoomEvent = Exclude<Extract<Event, { readonly seq: number }>, Welcome>

const isOfTheRoom = (event: Event): event is RoomEvent => "seq" in event && event._tag !== "Welcome"

/** One entry of the room's total order: the line that native clients have to receive, and those that plain clients do. */
export interface Entry {
  /** The first sequence number that the entry stands for. */
  readonly first: number
  readonly event: RoomEvent
  readonly native: string
  readonly plain: ReadonlyArray<string>
}

interface Arrival {
  /** The index of the entry that announced it. */
  readonly place: number
  readonly id: string
}

interface Departure {
  readonly place: number
  readonly code: string
  readonly reason: string | undefined
}

/** The model: the room's total order and its members, as received by the witness, which never leaves and always reads. */
export class Reference {
  readonly entries: Array<Entry> = []
  /** The members' names by id, in the order of joining. */
  readonly members = new Map<string, string>()
  /** Joins, by the name at that time, which no client of a soak uses twice. */
  readonly arrivals = new Map<string, Arrival>()
  readonly departures = new Map<string, Departure>()
  /** The messages of each member, by id. */
  readonly said = new Map<string, Array<string>>()
  /** The server's own notices. */
  readonly notices: Array<string> = []
  /** Whether the witness has received everything up to its goodbye. */
  isComplete = false
  seq: number

  constructor({ members, seq }: Welcome) {
    this.seq = seq
    for (const { id, name } of members) this.members.set(id, name)
  }

  /** Adds the next line that the witness received. */
  add(native: string): Entry {
    const event = readEvent(native)
    if (!isOfTheRoom(event)) throw new Difference(`not an event of the room: ${native}`)
    const first = event._tag === "Presence" ? event.first : event.seq
    if (first !== this.seq + 1 || event.seq < first) throw new Difference(`a gap: after number ${this.seq} comes ${native}`)
    this.seq = event.seq
    const place = this.entries.length
    const entry: Entry = { first, event, native, plain: plain.encode(event).split("\n").slice(0, -1) }
    this.entries.push(entry)
    this.#apply(event, place)
    return entry
  }

  /** The index of the first entry after this sequence number. */
  after(seq: number): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.entries[middle]?.event.seq ?? Number.POSITIVE_INFINITY) > seq) high = middle
      else low = middle + 1
    }
    return low
  }

  #apply(event: RoomEvent, place: number): void {
    switch (event._tag) {
      case "Said":
      case "Acted": {
        const { from, text } = event
        if (this.members.get(from.id) !== from.name) throw new Difference(`${from.name} (${from.id}) speaks and is not here`)
        const texts = this.said.get(from.id)
        if (texts === undefined) this.said.set(from.id, [text])
        else texts.push(text)
        break
      }
      case "Renamed":
        if (this.members.get(event.member.id) !== event.was) throw new Difference(`${event.was} gets another name and is not here`)
        this.members.set(event.member.id, event.member.name)
        break
      case "Joined":
        this.#arrive(event.member, place)
        break
      case "Left":
        this.#depart(event, place)
        break
      case "Presence": {
        for (const member of event.joined) this.#arrive(member, place)
        for (const left of event.left) this.#depart(left, place)
        const moves = event.joined.length + event.left.length
        if (moves !== event.seq - event.first + 1) throw new Difference(`${moves} have come or gone, as told with ${event.first} to ${event.seq}`)
        if (event.here !== this.members.size) throw new Difference(`${event.here} are said to be here, and ${this.members.size} are`)
        break
      }
      case "Notice":
        this.notices.push(event.text)
        break
      // No client of the soak has a secret, so none has a place that is kept.
      case "Detached":
      case "Returned":
        throw new Difference(`${event._tag} of ${event.member.name}, who cannot come back`)
      // All of them stay in the lobby, and nobody rules it, is away or says more of itself than its name.
      case "Away":
      case "Described":
      case "Entered":
      case "TopicSet":
      case "Moderated":
        throw new Difference(`${event._tag} of #${event.room}, where nobody asks for it`)
    }
  }

  #arrive({ id, name }: { readonly id: string; readonly name: string }, place: number): void {
    if (this.members.has(id)) throw new Difference(`${name} (${id}) has joined twice`)
    this.members.set(id, name)
    this.arrivals.set(name, { place, id })
  }

  #depart({ code, member, reason }: { readonly member: { readonly id: string; readonly name: string }; readonly code: string; readonly reason?: string | undefined }, place: number): void {
    if (this.members.get(member.id) !== member.name) throw new Difference(`${member.name} (${member.id}) has left and was not here`)
    this.members.delete(member.id)
    this.departures.set(member.id, { place, code, reason })
  }
}
