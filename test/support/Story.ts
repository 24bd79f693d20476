import * as FastCheck from "effect/FastCheck"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Entry, Happening } from "../../src/domain/Entry.ts"
import { type Event, isResumption, type MemberId } from "../../src/domain/Event.ts"
import { type Keep, keepFor } from "../../src/domain/Keep.ts"
import { Proof, type Seen } from "../../src/domain/Place.ts"
import { clean } from "../../src/domain/Text.ts"
import { join, rename, settings } from "./chat.ts"

/** What a client sends. A hello names how far it has heard when it is sent. */
type Sent = Command | { readonly _tag: "Quit" }

/** A connection: what is on its way, in both directions. */
interface Wire {
  readonly client: Chat.ClientId
  readonly up: Array<Sent>
  readonly down: Array<Event>
  /** Whether what the server sends still arrives. */
  isWhole: boolean
  /** Whether the server knows that it is over. */
  isOver: boolean
}

/** What one client heard as one member, from one welcome or new life on. */
export interface Life {
  readonly id: MemberId
  /** Whether it was there from its welcome on; a program that was started again is not. */
  readonly isFromStart: boolean
  readonly heard: Array<Event>
  /** How many events of the lobby are missing, by the gaps in their numbers. */
  missed: number
  /** How many moves it was told of without names. */
  nameless: number
  /** Whether the server has said that something is gone. */
  hasGaps: boolean
  lastSeq: number
}

/** What has happened in a story, to be counted: a property of stories in which nothing happens proves nothing. */
export interface Counts {
  resumes: number
  silentResumes: number
  takeovers: number
  replayed: number
  losses: number
  thieves: number
  expired: number
  resent: number
  lostUp: number
  lostDown: number
  tooSoon: number
  returnedToWriter: number
  whispersWhileAway: number
  nameless: number
}

export const noCounts = (): Counts => ({
  resumes: 0, silentResumes: 0, takeovers: 0, replayed: 0, losses: 0, thieves: 0, expired: 0, resent: 0, lostUp: 0, lostDown: 0, tooSoon: 0, returnedToWriter: 0, whispersWhileAway: 0, nameless: 0
})

/** What happens next; numbers of people are taken modulo five. */
export type Deed =
  | { readonly _tag: "Connect" | "Say" | "Notice" | "Quit" | "Thieve" | "Reload" | "Flap" | "Again"; readonly who: number }
  | { readonly _tag: "Whisper"; readonly who: number; readonly to: number }
  | { readonly _tag: "Rename"; readonly who: number; readonly name: number }
  | { readonly _tag: "Up" | "Down" | "Cut"; readonly who: number; readonly count: number }
  | { readonly _tag: "Wait"; readonly millis: number }

const names = ["ann", "bob", "eve", "kim", "zoe"]
const spares = ["Ann B", "bobby", "evelyn", "kimmy", "zoey", "ann", "bob"]

/** A program that comes back by the rules of `docs/wire/native.md`, and whose connection is cut now and then. */
export class Client {
  readonly name: string
  readonly secret: string
  /** Whether it can come back. */
  readonly hasSecret: boolean
  readonly lives: Array<Life> = []
  wire: Wire | undefined
  isIn = false
  seen: Seen | undefined
  pending: Array<{ readonly ref: string; readonly text: string }> = []
  /** What was typed while it was not in. */
  ahead: Array<string> = []
  /** What was given back to its writer, as it is not known whether it was said. */
  readonly returned: Array<string> = []
  readonly typed: Array<string> = []
  /** The marks of the process: another process uses others. */
  process = 0
  #refs = 0

  constructor(name: string, hasSecret: boolean) {
    this.name = name
    this.secret = `secret of ${name}`
    this.hasSecret = hasSecret
  }

  get life(): Life | undefined {
    return this.lives.at(-1)
  }

  send(sent: Sent): void {
    if (this.wire?.isWhole === true) this.wire.up.push(sent)
  }

  say(text: string): void {
    this.typed.push(text)
    // Nothing is said between the hello and its answer.
    if (!this.isIn) this.ahead.push(text)
    else this.#put(text)
  }

  #put(text: string): void {
    const ref = `${this.process}-${(this.#refs += 1)}`
    this.pending.push({ ref, text })
    this.send({ _tag: "Say", text: clean(text), ref })
  }

  hear(event: Event, counts: Counts): void {
    switch (event._tag) {
      case "Welcome":
        this.#begin(event.you.id, event.seq, counts)
        this.seen = { id: event.you.id, n: event.n ?? 0 }
        this.#enter()
        return
      case "Resumed": {
        const { life } = this
        const lobby = event.rooms[0]
        if (life?.id !== event.you.id || this.seen?.id !== event.you.id) {
          this.#begin(event.you.id, undefined, counts)
          this.seen = { id: event.you.id, n: 0 }
        } else {
          // Before the replay is heard, or what it lacks would be taken for unsaid.
          const last = this.pending.findIndex(({ ref }) => ref === event.last)
          this.pending = this.pending.slice(last + 1)
        }
        if (event.gaps && this.life !== undefined) this.life.hasGaps = true
        if (lobby === undefined) throw new Error("Somebody is back, and in no room")
        counts.resent += this.pending.length
        for (const { ref, text } of this.pending) this.send({ _tag: "Say", text: clean(text), ref })
        this.#enter()
        return
      }
      case "Goodbye":
        this.cut()
        return
      case "Refused":
        if (!this.isIn) {
          if (event.code === "too-soon") counts.tooSoon += 1
          this.cut()
          return
        }
        this.pending = this.pending.filter(({ ref }) => ref !== event.ref)
        this.#heard(event, counts)
        return
      default:
        this.#heard(event, counts)
    }
  }

  #heard(event: Event, counts: Counts): void {
    const { life } = this
    if (life === undefined) throw new Error(`${this.name} is nobody and hears ${event._tag}`)
    life.heard.push(event)
    if (event._tag === "Presence" && life.lastSeq >= 0) {
      life.nameless += event.seq - Math.max(event.first - 1, life.lastSeq)
      counts.nameless += 1
    }
    if ("n" in event && event.n !== undefined) this.seen = { id: life.id, n: event.n }
    if ("seq" in event) {
      const first = event._tag === "Presence" ? event.first : event.seq
      if (life.lastSeq >= event.seq) throw new Error(`${this.name} has heard ${life.lastSeq}, and is told ${event._tag} ${event.seq}`)
      if (life.lastSeq >= 0) life.missed += Math.max(0, first - life.lastSeq - 1)
      life.lastSeq = event.seq
    }
    if ("from" in event && event.from.id === life.id) this.pending = this.pending.filter(({ ref }) => ref !== event.ref)
  }

  // Another member: what has no receipt goes back to its writer.
  #begin(id: MemberId, seq: number | undefined, counts: Counts): void {
    if (this.pending.length > 0) counts.returnedToWriter += this.pending.length
    this.returned.push(...this.pending.map(({ text }) => text))
    this.pending = []
    this.lives.push({ id, isFromStart: seq !== undefined, heard: [], missed: 0, nameless: 0, hasGaps: false, lastSeq: seq ?? -1 })
  }

  #enter(): void {
    this.isIn = true
    const { ahead } = this
    this.ahead = []
    for (const text of ahead) this.#put(text)
  }

  /** The connection is gone, and what is on its way to here with it. */
  cut(): void {
    if (this.wire !== undefined) this.wire.isWhole = false
    this.wire = undefined
    this.isIn = false
  }

  /** The program is started again, and knows nothing but its secret. */
  reload(): void {
    this.cut()
    this.returned.push(...this.pending.map(({ text }) => text), ...this.ahead)
    this.pending = []
    this.ahead = []
    this.seen = undefined
    this.process += 1
  }
}

/** One story: a server, five people, and the network between them. */
export class Story {
  readonly clients: ReadonlyArray<Client>
  readonly keep: Keep
  readonly counts = noCounts()
  readonly log: Array<Entry> = []
  readonly told: Array<Chat.Envelope<Chat.ClientId>> = []
  readonly states: Array<Chat.Chat<Chat.ClientId>> = []
  chat: Chat.Chat<Chat.ClientId>
  now = 1_000_000
  readonly #wires = new Map<Chat.ClientId, Wire>()
  readonly #thieves: Array<Chat.ClientId> = []
  #texts = 0

  constructor(keep: Keep, secrets: ReadonlyArray<boolean>) {
    this.keep = keep
    this.clients = names.map((name, index) => new Client(name, secrets[index] ?? true))
    this.chat = Chat.empty(settings, keep)
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
        client.say(`${client.name} ${(this.#texts += 1)}`)
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
    }
  }

  /** In the end everybody's connection holds, who is lost comes back, and all that is on its way arrives. */
  finish(): void {
    for (let round = 0; round < 6; round += 1) {
      this.#pass(1500)
      for (const client of this.clients) {
        this.#connect(client)
        for (let n = 0; n < 4; n += 1) {
          for (const each of this.clients) {
            if (each.wire !== undefined) this.#up(each.wire, Infinity)
            this.#down(each, Infinity)
          }
        }
      }
      for (const wire of this.#wires.values()) if (!wire.isWhole && !wire.isOver) this.#end(wire)
      for (const each of this.clients) this.#down(each, Infinity)
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
    this.log.push(entry)
    this.chat = chat
    this.states.push(chat)
    for (const envelope of told) this.#tell(envelope)
  }

  #tell(envelope: Chat.Envelope<Chat.ClientId>): void {
    const { audience, event } = envelope
    this.told.push(envelope)
    if (event._tag === "Goodbye" && event.code === "resumed") this.counts.takeovers += 1
    if (event._tag === "Left" && event.detached === true) this.counts.expired += 1
    if (isResumption(event)) {
      this.counts.resumes += 1
      if (event.replay.length > 0) this.counts.replayed += 1
      if (event.gaps) this.counts.losses += 1
    }
    if (event._tag === "Returned") this.counts.silentResumes -= 1
    if (event._tag === "Resumed") this.counts.silentResumes += 1
    for (const { peer } of audience) {
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
    client.wire = this.#wire()
    client.send(this.#hello(client))
  }

  #hello({ hasSecret, name, secret, seen }: Client): Command {
    const hello = join(name, "number")
    const claim = hasSecret ? { claim: { proof: Proof.make(secret), neighbourhood: "here", seen } } : {}
    return hello._tag === "Join" ? { ...hello, ...claim } : hello
  }

  #wire(): Wire {
    const client = this.#wires.size + 1
    const wire: Wire = { client, up: [], down: [], isWhole: true, isOver: false }
    this.#wires.set(client, wire)
    return wire
  }

  // Somebody asks for another's name, with another secret.
  #thieve(victim: Client): void {
    const wire = this.#wire()
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
      } else this.submit({ _tag: "Command", client: wire.client, address: `10.0.0.1:${wire.client}`, command: sent })
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

const who = FastCheck.nat({ max: 4 })
const count = FastCheck.integer({ min: 0, max: 4 })
const of = <T extends Deed["_tag"]>(tag: T) => FastCheck.constant(tag)

const deeds = FastCheck.array(
  FastCheck.oneof(
    { weight: 14, arbitrary: FastCheck.record({ _tag: of("Connect"), who }) },
    { weight: 22, arbitrary: FastCheck.record({ _tag: of("Say"), who }) },
    { weight: 9, arbitrary: FastCheck.record({ _tag: of("Whisper"), who, to: who }) },
    { weight: 4, arbitrary: FastCheck.record({ _tag: of("Rename"), who, name: FastCheck.nat({ max: 6 }) }) },
    { weight: 30, arbitrary: FastCheck.record({ _tag: of("Up"), who, count: FastCheck.integer({ min: 1, max: 8 }) }) },
    { weight: 30, arbitrary: FastCheck.record({ _tag: of("Down"), who, count: FastCheck.integer({ min: 1, max: 12 }) }) },
    { weight: 10, arbitrary: FastCheck.record({ _tag: of("Cut"), who, count }) },
    { weight: 10, arbitrary: FastCheck.record({ _tag: of("Notice"), who }) },
    { weight: 2, arbitrary: FastCheck.record({ _tag: of("Flap"), who }) },
    { weight: 4, arbitrary: FastCheck.record({ _tag: of("Again"), who }) },
    { weight: 2, arbitrary: FastCheck.record({ _tag: of("Quit"), who }) },
    { weight: 2, arbitrary: FastCheck.record({ _tag: of("Reload"), who }) },
    { weight: 3, arbitrary: FastCheck.record({ _tag: of("Thieve"), who }) },
    { weight: 9, arbitrary: FastCheck.record({ _tag: of("Wait"), millis: FastCheck.constantFrom(100, 300, 600, 600, 2000, 2000, 40_000, 130_000) }) }
  ),
  { minLength: 40, maxLength: 160, size: "max" }
)

// All come in first, most of them.
const opening: ReadonlyArray<Deed> = [0, 1, 2, 3].flatMap((who) => [
  { _tag: "Connect", who },
  { _tag: "Up", who, count: 1 },
  { _tag: "Down", who, count: 4 }
])

/** How a story is told: how much windows hold, and who has a secret. */
export interface Telling {
  readonly deeds: ReadonlyArray<Deed>
  readonly events: number
  readonly secrets: ReadonlyArray<boolean>
}

/** Stories of five people whose connections are cut again and again; small windows are outrun, large ones never. */
export const tellings: FastCheck.Arbitrary<Telling> = FastCheck.record({
  deeds: deeds.map((all) => [...opening, ...all]),
  events: FastCheck.constantFrom(4, 8, 256, 256),
  secrets: FastCheck.constantFrom([true, true, true, true, true], [true, true, true, true, false], [true, true, false, false, false])
})

/** How places are kept in a story. */
export const keepIn = (events: number, millis = 120_000): Keep => ({
  ...keepFor(millis, 5, 5),
  room: { events, bytes: 262_144 },
  moves: { events: events / 4, bytes: 65_536 },
  own: { events, bytes: 65_536 }
})

/** Plays a story to its end. */
export const play = ({ deeds, events, secrets }: Telling, millis?: number): Story => {
  const story = new Story(keepIn(events, millis), secrets)
  for (const deed of deeds) story.do(deed)
  story.finish()
  return story
}
