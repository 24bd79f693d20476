import * as FastCheck from "effect/FastCheck"
import type { Seat } from "../../src/domain/Chat.ts"
import type { Event } from "../../src/domain/Event.ts"
import { type Member, MemberId } from "../../src/domain/Member.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import { RoomName } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import type { Handed } from "../../src/server/chat/Handed.ts"
import { Outbox } from "../../src/server/delivery/Outbox.ts"
import type { Dialect, Interpreter } from "../../src/server/dialect/Dialect.ts"
import { native, NativeInterpreter } from "../../src/server/dialect/native.ts"
import { plain } from "../../src/server/dialect/plain.ts"
import { PlainInterpreter } from "../../src/server/dialect/PlainInterpreter.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { named, settings } from "./chat.ts"
import { Recorder } from "./Recorder.ts"

/** The rooms of these tests. */
export const rooms = ["lobby", "kitchen", "garden", "attic"].map((name) => RoomName.make(name))

/** How a client is served: `silent` does not get its own messages back (no echo), `noting` is a dialect that records the event objects. */
export type Kind = "native" | "plain" | "silent plain" | "noting" | "silent noting"

/** Somebody who is connected. */
export interface Client {
  readonly kind: Kind
  readonly dialect: Dialect
  readonly interpreter: Interpreter
  readonly connection: Recorder
  readonly outbox: Outbox
  /** Whom others see; absent before its first room. */
  member: Member | undefined
  seat: Seat<Outbox>
  isGone: boolean
}

/** What a client does; `to` and `room` are used only by deeds that need them. */
interface Deed {
  readonly _tag: "Enter" | "Exit" | "Say" | "Act" | "Notice" | "Rename" | "Reply" | "Quit" | "Whisper"
  readonly who: number
  readonly to: number
  readonly room: number
}

/** Something that happens. Every number is an index, taken modulo the number of clients or rooms there are. */
export type Happening =
  | { readonly _tag: "Connect" | "Close" }
  | Deed
  /** `count` clients enter a room at once, or are gone that were in it. */
  | { readonly _tag: "Come" | "Go"; readonly room: number; readonly count: number }

/** A client's stay in a room, by the room's sequence numbers: it receives what is after `entered` and before `left`. */
export interface Visit {
  readonly client: Client
  readonly room: RoomName
  readonly entered: number
  left: number
}

interface Room {
  audience: ReadonlyArray<Seat<Outbox>>
  seq: number
}

/** A model of several rooms: it makes what the Hub would hand on, and knows who has to receive it. */
export class House {
  readonly clients: Array<Client> = []
  readonly handed: Array<Handed> = []
  readonly visits: Array<Visit> = []
  readonly #kinds: ReadonlyArray<Kind>
  readonly #noted: Array<Reply> = []
  readonly #rooms = new Map<RoomName, Room>(rooms.map((name) => [name, { audience: [], seq: 0 }]))
  #names = 0

  readonly #noting: Dialect = { ...plain, name: "noting", encode: (event) => `${this.#noted.push(event) - 1}\n` }

  constructor(kinds: ReadonlyArray<Kind>) {
    this.#kinds = kinds
  }

  /** The event objects that a noting client received. */
  heardBy({ connection }: Client): ReadonlyArray<Reply> {
    return connection.writes.flatMap((write) => write.split("\n").flatMap((line) => (line === "" ? [] : [this.#noted[Number(line)]!])))
  }

  /** The last sequence number of a room. */
  seqOf(room: RoomName): number {
    return this.#room(room).seq
  }

  happen(happening: Happening): void {
    switch (happening._tag) {
      case "Connect":
        this.#connect()
        return
      case "Close":
        this.#tell({ _tag: "Goodbye", n: this.#next, at: 0, code: "closing", reason: clean("the end") }, this.#present.map(({ seat }) => seat))
        for (const client of this.#present) client.isGone = true
        for (const room of this.#rooms.values()) room.audience = []
        return
      case "Come":
        for (let n = 0; n < happening.count; n += 1) this.#enter(this.#connect(), this.#at(happening.room))
        return
      case "Go": {
        const room = this.#at(happening.room)
        for (const { peer } of this.#room(room).audience.slice(-happening.count)) if (peer !== undefined) this.#quit(this.#of(peer))
        return
      }
      default:
        this.#do(happening)
    }
  }

  #do(happening: Deed): void {
    const present = this.#present
    const client = present[happening.who % Math.max(1, present.length)]
    if (client === undefined) return
    if (happening._tag === "Enter") this.#enter(client, this.#at(happening.room))
    else if (happening._tag === "Reply") this.#tell({ _tag: "Pong", at: 0, ref: String(this.handed.length) }, [client.seat])
    else if (happening._tag === "Quit") this.#quit(client)
    else this.#act(client, happening, present)
  }

  #act(client: Client, happening: Deed, present: ReadonlyArray<Client>): void {
    const { member: from } = client
    if (from === undefined) return
    const text = clean(`<${this.handed.length}>`)
    if (happening._tag === "Whisper") {
      const to = present[happening.to % present.length]
      if (to?.member !== undefined) this.#tell({ _tag: "Whispered", n: this.#next, at: 0, from, to: to.member, text }, to === client ? [client.seat] : [to.seat, client.seat])
      return
    }
    if (happening._tag === "Rename") {
      const member = { ...from, name: named(`other ${(this.#names += 1)}`) }
      client.member = member
      for (const room of rooms) if (this.#isIn(client, room)) this.#tellRoom(room, (at) => ({ _tag: "Renamed", ...at, member, was: from.name }))
      return
    }
    const room = this.#at(happening.room)
    if (happening._tag === "Exit") {
      if (!this.#isIn(client, room)) return
      this.#exit(client, room)
      this.#tell({ _tag: "Exited", n: this.#next, at: 0, room }, [client.seat])
    }
    else if (happening._tag === "Notice") this.#tellRoom(room, (at) => ({ _tag: "Notice", ...at, text }))
    else if (this.#isIn(client, room)) this.#tellRoom(room, (at) => ({ _tag: happening._tag === "Say" ? "Said" : "Acted", ...at, from, text }))
  }

  #connect(): Client {
    const kind = this.#kinds[this.clients.length % this.#kinds.length] ?? "native"
    const connection = new Recorder()
    const outbox = new Outbox(connection, defaults, () => undefined, plain)
    const dialect = kind.endsWith("noting") ? this.#noting : kind === "native" ? native : plain
    const interpreter = kind === "native" ? new NativeInterpreter(defaults) : new PlainInterpreter({ ...defaults, echo: kind.startsWith("silent") ? "off" : "on" }, false)
    outbox.speak(dialect, interpreter)
    const client: Client = { kind, dialect, interpreter, connection, outbox, member: undefined, seat: { id: undefined, peer: outbox }, isGone: false }
    this.clients.push(client)
    this.handed.push({ place: this.handed.length + 1, event: { _tag: "Connected", at: 0 }, audience: [] })
    return client
  }

  #enter(client: Client, name: RoomName): void {
    if (this.#isIn(client, name)) return
    const you = client.member ?? { id: MemberId.make(`m${this.clients.indexOf(client)}`), name: named(`guest ${(this.#names += 1)}`) }
    const isFirst = client.member === undefined
    if (isFirst) client.seat = { id: you.id, peer: client.outbox }
    client.member = you
    const room = this.#room(name)
    const before = room.audience
    room.audience = [...before, client.seat]
    room.seq += 1
    const at = { seq: room.seq, at: 0, room: name }
    this.visits.push({ client, room: name, entered: room.seq, left: Infinity })
    const welcome = { n: this.#next, ...at, you, here: room.audience.length, members: [] }
    this.#tell(isFirst ? { _tag: "Welcome", ...welcome, ...settings } : { _tag: "Entered", ...welcome, role: "member", locked: false, hidden: false }, [client.seat])
    this.#tell({ _tag: "Joined", n: this.#next, ...at, member: you }, before, name)
  }

  #quit(client: Client): void {
    for (const room of rooms) this.#exit(client, room)
    client.isGone = true
  }

  #exit(client: Client, name: RoomName): void {
    const { member } = client
    if (member === undefined || !this.#isIn(client, name)) return
    const room = this.#room(name)
    room.audience = room.audience.filter(({ peer }) => peer !== client.outbox)
    this.#tellRoom(name, (at) => ({ _tag: "Left", ...at, member, code: "quit" }))
    const visit = this.visits.findLast((visit) => visit.client === client && visit.room === name)
    if (visit !== undefined) visit.left = room.seq
  }

  #tellRoom(name: RoomName, event: (at: { readonly n: number; readonly seq: number; readonly at: number; readonly room: RoomName }) => Event): void {
    const room = this.#room(name)
    room.seq += 1
    this.#tell(event({ n: this.#next, seq: room.seq, at: 0, room: name }), room.audience, name)
  }

  #tell(event: Event, audience: Handed["audience"], room?: RoomName): void {
    this.handed.push({ place: this.handed.length + 1, event, audience, room })
  }

  // The number of the next event; replies have a place and no number.
  get #next(): number {
    return this.handed.length + 1
  }

  get #present(): ReadonlyArray<Client> {
    return this.clients.filter(({ isGone }) => !isGone)
  }

  #at(n: number): RoomName {
    return rooms[n % rooms.length]!
  }

  #of(outbox: Outbox): Client {
    return this.clients.find((client) => client.outbox === outbox)!
  }

  #room(name: RoomName): Room {
    return this.#rooms.get(name)!
  }

  #isIn({ outbox }: Client, name: RoomName): boolean {
    return this.#room(name).audience.some(({ peer }) => peer === outbox)
  }
}

const happening = (tag: Deed["_tag"]): FastCheck.Arbitrary<Happening> =>
  FastCheck.record({ _tag: FastCheck.constant(tag), who: FastCheck.nat({ max: 30 }), to: FastCheck.nat({ max: 30 }), room: FastCheck.nat({ max: 3 }) })

const everyday: ReadonlyArray<FastCheck.WeightedArbitrary<Happening>> = [
  { weight: 8, arbitrary: FastCheck.constant<Happening>({ _tag: "Connect" }) },
  { weight: 24, arbitrary: happening("Enter") },
  { weight: 10, arbitrary: happening("Exit") },
  { weight: 24, arbitrary: happening("Say") },
  { weight: 4, arbitrary: happening("Act") },
  { weight: 3, arbitrary: happening("Notice") },
  { weight: 6, arbitrary: happening("Rename") },
  { weight: 8, arbitrary: happening("Whisper") },
  { weight: 6, arbitrary: happening("Reply") },
  { weight: 3, arbitrary: happening("Quit") }
]

const crowds = (tag: "Come" | "Go"): FastCheck.Arbitrary<Happening> =>
  FastCheck.record({ _tag: FastCheck.constant(tag), room: FastCheck.nat({ max: 3 }), count: FastCheck.integer({ min: 5, max: 30 }) })

const opening = Array.from({ length: 8 }, (_, who): ReadonlyArray<Happening> => [
  { _tag: "Connect" },
  { _tag: "Enter", who, to: 0, room: who % 3 },
  { _tag: "Enter", who, to: 0, room: 3 }
]).flat()

const kinds = (all: ReadonlyArray<Kind>) => FastCheck.array(FastCheck.constantFrom(...all), { minLength: 1, maxLength: 6 })

/** Random happenings; some clients are in several rooms from the start, and sometimes the server closes. */
export const days = FastCheck.record({
  kinds: kinds(["native", "plain", "silent plain"]),
  all: FastCheck.array(FastCheck.oneof(...everyday, { weight: 1, arbitrary: FastCheck.constant<Happening>({ _tag: "Close" }) }), { maxLength: 60, size: "max" }).map((all) => [...opening, ...all])
})

/** Random happenings with crowds that come and go, for noting clients, whose events can be compared as objects. */
export const crowdedDays = FastCheck.record({
  kinds: kinds(["noting", "silent noting"]),
  all: FastCheck.array(
    FastCheck.oneof(...everyday, { weight: 12, arbitrary: crowds("Come") }, { weight: 10, arbitrary: crowds("Go") }),
    { maxLength: 40, size: "max" }
  ).map((all) => [...opening, ...all])
})
