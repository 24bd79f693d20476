import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command, RoomRule } from "../../src/domain/command/index.ts"
import type { Entry, Happening } from "../../src/domain/Entry.ts"
import type { MemberId } from "../../src/domain/Member.ts"
import { isResumption } from "../../src/domain/Reply.ts"
import type { Keep } from "../../src/domain/Keep.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { Proof } from "../../src/domain/Place.ts"
import type { AskedRoom, RoomName } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import { readingsOf } from "../../src/domain/addressee.ts"
import { join, rename, roomNamed as named, settings } from "./chat.ts"
import { Client, isOfPerson, noCounts, type Wire } from "./StoryClient.ts"

type Moderated = Extract<RoomRule, { readonly _tag: "Moderate" }>

/** What happens next; numbers of people and rooms are taken modulo how many there are. */
export type Deed =
  | { readonly _tag: "Connect" | "Notice" | "Quit" | "Thieve" | "Reload" | "Flap" | "Again" | "Dismiss"; readonly who: number }
  | { readonly _tag: "Say"; readonly who: number; readonly room: number }
  | { readonly _tag: "Whisper"; readonly who: number; readonly to: number }
  | { readonly _tag: "Rename"; readonly who: number; readonly name: number }
  | { readonly _tag: "Key" | "Lapse"; readonly who: number }
  | { readonly _tag: "Back"; readonly who: number; readonly to: number; readonly isRight: boolean }
  | { readonly _tag: "Up" | "Down" | "Cut"; readonly who: number; readonly count: number }
  | { readonly _tag: "Enter"; readonly who: number; readonly room: number; readonly word: number }
  | { readonly _tag: "Exit" | "Topic" | "Unlock" | "Hide" | "Show"; readonly who: number; readonly room: number }
  | { readonly _tag: "Lock"; readonly who: number; readonly room: number; readonly word: number }
  | { readonly _tag: "Invite"; readonly who: number; readonly room: number; readonly to: number }
  | { readonly _tag: "Moderate"; readonly who: number; readonly room: number; readonly deed: Moderated["deed"]; readonly to: number; readonly forMs: number | undefined; readonly how: number }
  | { readonly _tag: "Announce"; readonly who: number; readonly room: number; readonly to: number }
  | { readonly _tag: "Wait"; readonly millis: number }
  | { readonly _tag: "Flow" }

/** What the server does in place of somebody: its number. */
export const theServer = 5

const names = ["ann", "bob", "eve", "kim", "zoe"]
const spares = ["Ann B", "bobby", "evelyn", "kimmy", "zoey", "ann", "bob"]
// Some share an address, and some do not.
const hosts = ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]

/** What people call the rooms that they enter: two of these are one. */
const rooms = ["dev", "tea", "DEV", "Überraum"].map(named)
const theLobby = named("lobby")

/** What a room is locked with: nothing, or one of two words. */
const words = [undefined, Proof.make("word one"), Proof.make("word two")] as const

/** An entry, what it told, and the chat before and after it. */
export interface Step {
  readonly entry: Entry
  readonly told: ReadonlyArray<Chat.Envelope<Chat.ClientId>>
  readonly before: Chat.Chat<Chat.ClientId>
  readonly after: Chat.Chat<Chat.ClientId>
}

/** One story: a server, five people, and the network between them. */
export class Story {
  readonly clients: ReadonlyArray<Client>
  readonly keep: Keep
  readonly counts = noCounts()
  readonly steps: Array<Step> = []
  /** By the number of the answer to a `Back`: the number from which on the one who is back hears. */
  readonly heardFrom = new Map<number, number>()
  chat: Chat.Chat<Chat.ClientId>
  now = 1_000_000
  readonly #wires = new Map<Chat.ClientId, Wire>()
  readonly #thieves: Array<Chat.ClientId> = []
  // How far people were told things whose connection was lost then.
  readonly #lostAt = new Map<Chat.ClientId, number>()
  #texts = 0

  constructor(keep: Keep, secrets: ReadonlyArray<boolean>, bounds = Chat.defaultBounds) {
    this.keep = keep
    this.clients = names.map((name, index) => new Client(name, hosts[index] ?? "", secrets[index] ?? true))
    this.chat = Chat.empty(settings, keep, bounds)
  }

  get log(): ReadonlyArray<Entry> {
    return this.steps.map(({ entry }) => entry)
  }

  get told(): ReadonlyArray<Chat.Envelope<Chat.ClientId>> {
    return this.steps.flatMap(({ told }) => told)
  }

  get states(): ReadonlyArray<Chat.Chat<Chat.ClientId>> {
    return this.steps.map(({ after }) => after)
  }

  /** How many connections the server has at most. */
  get open(): ReadonlySet<Chat.ClientId> {
    return new Set([...this.#wires.values()].filter(({ isOver }) => !isOver).map(({ client }) => client))
  }

  do(deed: Deed): void {
    this.#pass(7)
    if (deed._tag === "Wait") {
      this.#pass(deed.millis)
      return
    }
    if (deed._tag === "Flow") {
      this.#flow()
      return
    }
    if (deed.who === theServer) {
      this.#rule(deed)
      return
    }
    const client = this.#client(deed.who)
    switch (deed._tag) {
      case "Connect":
        this.#connect(client)
        return
      case "Again":
        // Impatient, it says hello once more over the same connection.
        client.send(this.#hello(client))
        return
      case "Say":
        client.say(`${client.name} ${(this.#texts += 1)}`, deed.room === 0 ? undefined : this.#roomOf(client, deed.room))
        return
      case "Enter": {
        const word = words[deed.word % words.length]
        client.ask({ _tag: "Enter", room: rooms[deed.room % rooms.length] ?? theLobby, ...(word === undefined ? {} : { word }) })
        return
      }
      case "Exit":
        client.ask({ _tag: "Exit", room: this.#roomOf(client, deed.room) })
        return
      case "Announce":
        return
      case "Dismiss":
        if (client.life !== undefined) this.submit({ _tag: "Dismiss", id: client.life.id, reason: clean("away for too long") })
        return
      case "Whisper": {
        // Sooner to somebody who is away.
        const isAway = (id: MemberId | undefined) => id !== undefined && Chat.personWith(this.chat, id)?.attachment._tag === "Detached"
        const to = this.clients.find(({ life }) => isAway(life?.id))?.life?.id ?? this.#client(deed.to).life?.id
        if (to === undefined || !client.isIn) return
        if (isAway(to)) this.counts.whispersWhileAway += 1
        client.send({ _tag: "Whisper", to, text: clean(`psst ${(this.#texts += 1)}`) })
        return
      }
      case "Rename":
        if (client.isIn) client.send(rename(spares[deed.name % spares.length] ?? "nobody"))
        return
      case "Key": {
        const name = client.life === undefined ? undefined : Chat.personWith(this.chat, client.life.id)?.name.key
        if (name !== undefined) client.ask({ _tag: "SetKey", proof: Proof.make(`words of ${client.name}`), name, neighbourhood: "here" })
        return
      }
      case "Lapse":
        this.#lapse(client)
        return
      case "Back":
        this.#back(client, deed)
        return
      case "Quit":
        if (client.isIn) client.send({ _tag: "Quit" })
        return
      case "Thieve":
        this.#thieve(client)
        return
      case "Reload":
        client.reload()
        return
      case "Up":
        if (client.wire !== undefined) this.#up(client.wire, deed.count)
        return
      case "Down":
        this.#down(client, deed.count)
        return
      case "Cut": {
        const { wire } = client
        if (wire === undefined) return
        // Some of what was on its way still arrives.
        this.counts.lostUp += Math.max(0, wire.up.length - deed.count)
        this.counts.lostDown += wire.down.length
        wire.up.splice(deed.count)
        client.cut()
        return
      }
      case "Flap":
        // The connection is cut and there again at once, and so once more.
        for (let n = 0; n < 2; n += 1) {
          client.cut()
          this.#connect(client)
          if (client.wire !== undefined) this.#up(client.wire, Infinity)
          this.#down(client, Infinity)
        }
        return
      case "Notice":
        for (const wire of this.#wires.values()) if (!wire.isWhole && !wire.isOver && wire.client % 5 === deed.who % 5) this.#end(wire)
        return
      default: {
        const { ruler, room } = this.#ruledBy(client, deed)
        const command = this.#ruling(deed, room)
        if (command !== undefined) ruler.ask(command)
      }
    }
  }

  // Somebody says the words of a place, or wrong ones: rather who was lost and is somebody else now, and else of whoever has set some.
  #back(some: Client, { isRight, to }: Extract<Deed, { readonly _tag: "Back" }>): void {
    const keyedOf = ({ lives }: Client) => lives.flatMap(({ id }) => Chat.personWith(this.chat, id) ?? []).filter(({ place }) => place?.key !== undefined)
    const lost = this.clients.flatMap((client) =>
      client.isIn ? keyedOf(client).filter(({ attachment, member }) => attachment._tag === "Detached" && member.id !== client.life?.id).map((person) => ({ client, person })) : []
    )
    const others = to === 0 ? this.clients.filter((client) => client !== some).flatMap(keyedOf) : []
    const { client, person } = (to === 0 ? undefined : lost[0]) ?? { client: some, person: others[0] }
    const name = person?.name.key ?? Nickname.key(client.name)
    client.ask({ _tag: "Back", name, proof: (isRight ? person?.place?.key?.proof : undefined) ?? Proof.make("wrong words"), neighbourhood: "here" })
  }

  // Somebody without a secret is lost, and comes in anew: who has set words has another name then. Meanwhile the others talk.
  #lapse(client: Client): void {
    const { wire } = client
    if (wire === undefined || client.hasSecret || !client.isIn) return
    client.cut()
    this.#end(wire)
    for (let round = 0; round < 3; round += 1) {
      for (const other of this.clients) if (other.isIn) other.say(`${other.name} ${(this.#texts += 1)}`)
      this.#flow()
    }
    this.#connect(client)
    if (client.wire !== undefined) this.#up(client.wire, 1)
    this.#down(client, 4)
  }

  // One of the rooms that a client is in, as far as it knows; now and then another.
  #roomOf({ rooms: views }: Client, n: number): AskedRoom {
    const all: ReadonlyArray<RoomName> = [...views.keys()].reverse()
    const name = all[n % (all.length + 1)]
    return name === undefined ? (rooms[n % rooms.length] ?? theLobby) : named(name)
  }

  // Mostly it is somebody who may do that, as far as it knows: the owner of a room, or an operator.
  #ruledBy(client: Client, deed: Exclude<Deed, { readonly _tag: "Flow" | "Wait" }> & { readonly room?: number }): { readonly ruler: Client; readonly room: AskedRoom } {
    const { room = 0, who } = deed
    const all = [...this.clients.slice(who), ...this.clients.slice(0, who)].flatMap((ruler) =>
      ruler.isIn ? [...ruler.rooms].flatMap(([name, { role }]) => (role === "member" ? [] : [{ ruler, room: named(name) }])) : []
    )
    return (room === 0 ? undefined : all[room % Math.max(1, all.length)]) ?? { ruler: client, room: this.#roomOf(client, room) }
  }

  #ruling(deed: Deed, room: AskedRoom): RoomRule | undefined {
    switch (deed._tag) {
      case "Topic":
        return { _tag: "Topic", room, text: clean((this.#texts += 1) % 4 === 0 ? "" : `about ${this.#texts}`) }
      case "Lock": {
        const word = words[deed.word % words.length]
        return { _tag: "Lock", room, ...(word === undefined ? {} : { word }) }
      }
      case "Unlock":
      case "Hide":
      case "Show":
        return { _tag: deed._tag, room }
      case "Invite": {
        const id = this.#client(deed.to).life?.id
        return id === undefined ? undefined : { _tag: "Invite", room, target: { _tag: "Id", id } }
      }
      case "Moderate": {
        // Rather somebody who is there, unless it is to be let in again.
        const isThere = ({ life, rooms: views }: Client) => life !== undefined && [...views.keys()].some((known) => named(known).key === room.key)
        const others = [...this.clients.slice(deed.to), ...this.clients.slice(0, deed.to)]
        const { life, name } = (deed.how < 4 || deed.deed === "unban" ? undefined : others.find(isThere)) ?? this.#client(deed.to)
        const person = life === undefined ? undefined : Chat.personWith(this.chat, life.id)
        const called = person?.member.name ?? name
        const targets: ReadonlyArray<Moderated["target"] | undefined> = [
          life === undefined ? undefined : { _tag: "Id", id: life.id },
          { _tag: "Name", key: Nickname.key(called) },
          { _tag: "Words", words: clean(called), readings: readingsOf(called) }
        ]
        const target = targets[deed.how % targets.length]
        return target === undefined ? undefined : { _tag: "Moderate", room, deed: deed.deed, target, ...(deed.forMs === undefined ? {} : { forMs: deed.forMs }) }
      }
      default:
        return undefined
    }
  }

  // The server rules a room, or speaks: to everybody, in a room, or to one alone.
  #rule(deed: Deed): void {
    if (deed._tag === "Announce") {
      const text = clean(`hear, hear ${(this.#texts += 1)}`)
      const to = deed.to === 0 ? this.#client(deed.room).life?.id : undefined
      const room = deed.to === 1 ? rooms[deed.room % rooms.length]?.key : undefined
      this.submit({ _tag: "Announce", text, ...(to === undefined ? {} : { to }), ...(room === undefined ? {} : { room }) })
      return
    }
    if (!("room" in deed)) return
    const room = [...rooms, theLobby][deed.room % (rooms.length + 1)] ?? theLobby
    const command = this.#ruling(deed, room)
    if (command !== undefined) this.submit({ _tag: "Rule", room: room.key, command })
  }

  /** In the end everybody's connection holds, who is lost comes back, and all that is on its way arrives. */
  finish(): void {
    for (let round = 0; round < 6; round += 1) {
      this.#pass(1500)
      for (const client of this.clients) {
        this.#connect(client)
        for (let n = 0; n < 4; n += 1) this.#flow()
      }
      for (const wire of this.#wires.values()) if (!wire.isWhole && !wire.isOver) this.#end(wire)
      for (const each of this.clients) this.#down(each, Infinity)
    }
    for (const client of this.clients) if (client.isIn) client.settle()
  }

  #flow(): void {
    for (const each of this.clients) {
      if (each.wire !== undefined) this.#up(each.wire, Infinity)
      this.#down(each, Infinity)
    }
  }

  #client(n: number): Client {
    const client = this.clients[n % this.clients.length]
    if (client === undefined) throw new Error("There are five")
    return client
  }

  // Time passes, and what is due by then comes about as its time comes.
  #pass(millis: number): void {
    const end = this.now + millis
    for (;;) {
      const due = Chat.nextDeadline(this.chat)
      if (due === undefined || due > end) break
      this.now = Math.max(this.now, due)
      this.submit({ _tag: "Expire", by: due })
      // There is never more due at once than one entry meets: what is due still would be due for ever.
      const next = Chat.nextDeadline(this.chat)
      if (next !== undefined && next <= due) throw new Error(`What was due at ${due} was met, and at ${next} something is due still`)
    }
    this.now = end
  }

  submit(happening: Happening): void {
    const entry: Entry = { at: this.now, ...happening }
    const { chat, told } = apply(this.chat, entry, (client) => client)
    if (entry._tag === "Drop") this.#lostAt.set(entry.client, chat.seq)
    for (const { event } of told) {
      const before = isResumption(event) && event.was !== undefined ? Chat.personWith(this.chat, event.you.id) : undefined
      // Of a connection that was not lost nothing is told again.
      if (before !== undefined && "n" in event) this.heardFrom.set(event.n ?? 0, this.#lostAt.get(before.client) ?? event.n ?? 0)
    }
    this.steps.push({ entry, told, before: this.chat, after: chat })
    this.chat = chat
    for (const envelope of told) this.#tell(envelope)
  }

  #tell(envelope: Chat.Envelope<Chat.ClientId>): void {
    const { also = [], audience, event } = envelope
    if (event._tag === "Goodbye" && event.code === "resumed") this.counts.takeovers += 1
    if (event._tag === "Left" && event.detached === true) this.counts.expired += 1
    if (isResumption(event)) {
      this.counts.resumes += 1
      if (event.replay.length > 0) this.counts.replayed += 1
      if (event.gaps) this.counts.losses += 1
      if (event.was !== undefined) this.counts.backs += 1
      if ((event.lost ?? 0) > 0) this.counts.backsWithLosses += 1
      if (event.rooms.length > 1) this.counts.resumesInSeveralRooms += 1
      const missed = new Set(event.replay.flatMap((each) => ("seq" in each && !isOfPerson(each) ? [each.room] : [])))
      if (missed.size > 1) this.counts.replaysOfSeveralRooms += 1
    }
    if (event._tag === "Removed" && audience.every(({ peer }) => peer === undefined)) this.counts.removedWhileAway += 1
    if (event._tag === "Notice" && also.length > 0) this.counts.noticesOutsideLobby += 1
    if (event._tag === "Returned") this.counts.silentResumes -= 1
    if (event._tag === "Resumed") this.counts.silentResumes += 1
    for (const { peer } of [...audience, ...also]) {
      const wire = peer === undefined ? undefined : this.#wires.get(peer)
      if (wire?.isWhole !== true) continue
      if (isResumption(event)) {
        const { replay, ...resumed } = event
        wire.down.push(resumed, ...replay)
      } else wire.down.push(event)
    }
  }

  #connect(client: Client): void {
    if (client.wire !== undefined) return
    client.wire = this.#wire(client.host)
    client.send(this.#hello(client))
  }

  #hello({ hasSecret, name, secret, seen }: Client): Command {
    const hello = join(name, "number")
    const claim = hasSecret ? { claim: { proof: Proof.make(secret), neighbourhood: "here", seen } } : {}
    return hello._tag === "Join" ? { ...hello, ...claim } : hello
  }

  #wire(host: string): Wire {
    const client = this.#wires.size + 1
    const wire: Wire = { client, host, up: [], down: [], isWhole: true, isOver: false }
    this.#wires.set(client, wire)
    return wire
  }

  // Somebody asks for another's name, with another secret.
  #thieve(victim: Client): void {
    const wire = this.#wire("10.0.0.9")
    this.#thieves.push(wire.client)
    const person = victim.life === undefined ? undefined : Chat.personWith(this.chat, victim.life.id)
    if (person !== undefined) this.counts.thieves += 1
    const hello = join(victim.name)
    const seen = victim.seen
    if (hello._tag !== "Join") return
    wire.up.push(victim.hasSecret ? { ...hello, claim: { proof: Proof.make(`thief ${wire.client}`), neighbourhood: "there", seen } } : hello)
    wire.up.push({ _tag: "Quit" })
    this.#up(wire, Infinity)
    wire.isWhole = false
  }

  #up(wire: Wire, count: number): void {
    for (let n = 0; n < count && !wire.isOver; n += 1) {
      const sent = wire.up.shift()
      if (sent === undefined) return
      if (sent._tag === "Quit") {
        wire.isOver = true
        this.submit({ _tag: "Quit", client: wire.client, code: "quit", reason: undefined })
        if (wire.isWhole) wire.down.push({ _tag: "Goodbye", at: this.now, code: "quit", reason: clean("you have left") })
      } else this.submit({ _tag: "Command", client: wire.client, address: `${wire.host}:${wire.client}`, command: sent })
    }
  }

  #down(client: Client, count: number): void {
    for (let n = 0; n < count; n += 1) {
      const event = client.wire?.down.shift()
      if (event === undefined) return
      client.hear(event, this.counts)
    }
  }

  // The server notices that a connection is broken: what had arrived is performed first.
  #end(wire: Wire): void {
    this.#up(wire, Infinity)
    if (wire.isOver) return
    wire.isOver = true
    this.submit({ _tag: "Drop", client: wire.client, code: "lost", reason: clean("connection lost") })
  }
}
