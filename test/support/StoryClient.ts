import type * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Event, Resumed } from "../../src/domain/Event.ts"
import type { MemberId } from "../../src/domain/Member.ts"
import type { Place } from "../../src/domain/RoomEvent.ts"
import type { Seen } from "../../src/domain/Place.ts"
import type { Role } from "../../src/domain/Role.ts"
import { type AskedRoom, lobby, type RoomName } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"

/** What a client sends. A hello names how far it has heard when it is sent. */
export type Sent = Command | { readonly _tag: "Quit" }

/** A connection: what is on its way, in both directions. */
export interface Wire {
  readonly client: Chat.ClientId
  readonly host: string
  readonly up: Array<Sent>
  readonly down: Array<Event>
  /** Whether what the server sends still arrives. */
  isWhole: boolean
  /** Whether the server knows that it is over. */
  isOver: boolean
}

/** A room as a client sees it that is in it. */
export interface View {
  /** The last number of the room that it knows of; absent where it knows none yet. */
  lastSeq: number | undefined
  role: Role
  topic: string | undefined
  locked: boolean
  hidden: boolean
}

/** What one client heard as one member, from one welcome or new life on. */
export interface Life {
  readonly id: MemberId
  /** Whether it was there from its welcome on; a program that was started again is not. */
  readonly isFromStart: boolean
  readonly heard: Array<Event>
  /** The number of the answer by which it came back by words, as somebody whom this client had not been a moment before; absent for all others. */
  readonly backAt?: number | undefined
  /** How many events of its rooms are missing, by the gaps in their numbers. */
  missed: number
  /** How many moves it was told of without names. */
  nameless: number
  /** Whether the server has said that something is gone. */
  hasGaps: boolean
  /** Whether it was told of each room that it has entered and left: else it cannot count what it has missed there. */
  isCounted: boolean
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
  resumesInSeveralRooms: number
  replaysOfSeveralRooms: number
  removedWhileAway: number
  noticesOutsideLobby: number
  backs: number
  backsWithLosses: number
  wrongWords: number
}

export const noCounts = (): Counts => ({
  resumes: 0, silentResumes: 0, takeovers: 0, replayed: 0, losses: 0, thieves: 0, expired: 0, resent: 0, lostUp: 0, lostDown: 0, tooSoon: 0, returnedToWriter: 0,
  whispersWhileAway: 0, nameless: 0, resumesInSeveralRooms: 0, replaysOfSeveralRooms: 0, removedWhileAway: 0, noticesOutsideLobby: 0, backs: 0, backsWithLosses: 0, wrongWords: 0
})

/** Events of a person and not of a room: told once to all who share a room with it, bearing one of its rooms. */
export const isOfPerson = (event: Event): boolean =>
  event._tag === "Renamed" || event._tag === "Detached" || event._tag === "Returned" || event._tag === "Notice" || (event._tag === "Left" && event.code !== "exited")

interface Pending {
  readonly ref: string
  readonly text: string
  readonly room: AskedRoom | undefined
}

/** A program that comes back by the rules of `docs/wire/native.md`, and whose connection is cut now and then. */
export class Client {
  readonly name: string
  readonly host: string
  readonly secret: string
  /** Whether it can come back. */
  readonly hasSecret: boolean
  readonly lives: Array<Life> = []
  wire: Wire | undefined
  isIn = false
  seen: Seen | undefined
  /** The rooms that it is in, as far as it has heard. */
  rooms = new Map<RoomName, View>()
  pending: Array<Pending> = []
  /** What was typed while it was not in. */
  ahead: Array<string> = []
  /** What was given back to its writer, as it was not said, or it is not known whether it was. */
  readonly returned: Array<string> = []
  readonly typed: Array<string> = []
  /** What does not agree of what it has heard. */
  readonly faults: Array<string> = []
  /** The marks of the process: another process uses others. */
  process = 0
  #refs = 0
  // What the server had taken when it came back last: the answer is in what is told again.
  #taken: Array<Pending> = []
  // Where it is once it has heard what is told again, up to `n`.
  #truth: { readonly n: number; readonly gaps: boolean; readonly rooms: ReadonlyArray<Place> } | undefined

  constructor(name: string, host: string, hasSecret: boolean) {
    this.name = name
    this.host = host
    this.secret = `secret of ${name}`
    this.hasSecret = hasSecret
  }

  get life(): Life | undefined {
    return this.lives.at(-1)
  }

  send(sent: Sent): void {
    if (this.wire?.isWhole === true) this.wire.up.push(sent)
  }

  /** Does something in a room; nothing is asked between the hello and its answer. */
  ask(command: Command): void {
    if (this.isIn) this.send(command)
  }

  say(text: string, room?: AskedRoom): void {
    this.typed.push(text)
    // Nothing is said between the hello and its answer.
    if (!this.isIn) this.ahead.push(text)
    else this.#put(text, room)
  }

  #put(text: string, room?: AskedRoom): void {
    const one = { ref: `${this.process}-${(this.#refs += 1)}`, text, room }
    this.pending.push(one)
    this.#speak(one)
  }

  #speak({ ref, room, text }: Pending): void {
    this.send({ _tag: "Say", text: clean(text), ref, ...(room === undefined ? {} : { room }) })
  }

  hear(event: Event, counts: Counts): void {
    switch (event._tag) {
      case "Welcome":
        this.#begin(event.you.id, true, counts)
        this.rooms.set(lobby, { lastSeq: event.seq, role: "member", topic: event.topic, locked: false, hidden: false })
        this.seen = { id: event.you.id, n: event.n ?? 0 }
        this.#enter()
        return
      case "Resumed":
        this.#resume(event, counts)
        return
      case "Goodbye":
        this.cut()
        return
      case "Refused":
        if (!this.isIn) {
          if (event.code === "too-soon") counts.tooSoon += 1
          this.cut()
          return
        }
        if (event.code === "no-such-place") counts.wrongWords += 1
        // Words that were refused are its writer's again.
        this.returned.push(...this.#marked(event.ref).map(({ text }) => text))
        this.#done(event.ref)
        this.#heard(event, counts)
        return
      default:
        this.#heard(event, counts)
    }
  }

  #resume({ gaps, last, n = 0, rooms, you: { id } }: Resumed, counts: Counts): void {
    if (this.life?.id !== id || this.seen?.id !== id) {
      // Who is in already has said words.
      this.#begin(id, false, counts, this.isIn ? n : undefined)
      this.seen = { id, n: 0 }
    } else {
      // Before the replay is heard, or what it lacks would be taken for unsaid.
      const taken = this.pending.findIndex(({ ref }) => ref === last) + 1
      this.#taken.push(...this.pending.slice(0, taken))
      this.pending = this.pending.slice(taken)
    }
    if (gaps && this.life !== undefined) this.life.hasGaps = true
    // Of what was gone the last time nothing more is said, though not all that came then has been heard.
    this.#truth = { n, gaps: gaps || this.#truth?.gaps === true, rooms }
    counts.resent += this.pending.length
    for (const one of this.pending) this.#speak(one)
    this.#enter()
  }

  #marked(wanted: string | undefined): ReadonlyArray<Pending> {
    return [...this.pending, ...this.#taken].filter(({ ref }) => ref === wanted)
  }

  // What has this mark was said or refused.
  #done(wanted: string | undefined): void {
    this.pending = this.pending.filter(({ ref }) => ref !== wanted)
    this.#taken = this.#taken.filter(({ ref }) => ref !== wanted)
  }

  // What was taken and has no answer all the same, as something is gone, is its writer's again.
  #giveUp(): void {
    this.returned.push(...this.#taken.map(({ text }) => text))
    this.#taken = []
  }

  #heard(event: Event, counts: Counts): void {
    const { life } = this
    if (life === undefined) throw new Error(`${this.name} is nobody and hears ${event._tag}`)
    if ("n" in event && event.n !== undefined) {
      if (this.#truth !== undefined && event.n > this.#truth.n) this.settle()
      this.seen = { id: life.id, n: event.n }
    }
    life.heard.push(event)
    this.#follow(event, life, counts)
    if ("from" in event && event.from.id === life.id) this.#done(event.ref)
  }

  // Where it is, and how far it has heard there.
  #follow(event: Event, life: Life, counts: Counts): void {
    switch (event._tag) {
      case "Entered": {
        const { hidden, locked, role, room, seq, topic } = event
        const view = this.rooms.get(room)
        const missed = view?.lastSeq === undefined ? 0 : seq - view.lastSeq
        if (missed < 0 || (missed > 0 && !life.hasGaps)) this.faults.push(`is in ${room} at ${view?.lastSeq}, and is told ${seq}`)
        life.missed += missed
        this.rooms.set(room, { lastSeq: seq, role, topic, locked, hidden })
        return
      }
      case "Exited":
      case "Removed":
        // What is gone of a room that it has left is not counted.
        if (!this.rooms.delete(event.room) || life.hasGaps) life.isCounted = false
        return
      default:
    }
    if (!("seq" in event)) return
    const view = this.rooms.get(event.room)
    if (view === undefined) {
      // Of somebody with whom it shares another room.
      if (isOfPerson(event)) return
      if (life.isCounted && !life.hasGaps) this.faults.push(`hears ${event._tag} of ${event.room}, and is not there`)
      life.isCounted = false
      return
    }
    this.#count(event, event.seq, view, life, counts)
    switch (event._tag) {
      case "TopicSet":
        view.topic = event.text === "" ? undefined : event.text
        return
      case "Moderated":
        if (event.deed === "lock" || event.deed === "unlock") view.locked = event.deed === "lock"
        if (event.deed === "hide" || event.deed === "show") view.hidden = event.deed === "hide"
        if (event.target?.id !== life.id) return
        if (event.deed === "op") view.role = "operator"
        if (event.deed === "deop") view.role = "member"
        if (event.deed === "owner") view.role = "owner"
        return
      default:
    }
  }

  #count(event: Event, seq: number, view: View, life: Life, counts: Counts): void {
    const { lastSeq } = view
    const first = event._tag === "Presence" ? event.first : seq
    if (lastSeq !== undefined) {
      if (lastSeq >= seq) this.faults.push(`has heard ${lastSeq}, and is told ${event._tag} ${seq}`)
      life.missed += Math.max(0, first - lastSeq - 1)
      if (event._tag === "Presence") {
        life.nameless += seq - Math.max(first - 1, lastSeq)
        counts.nameless += 1
      }
    }
    view.lastSeq = seq
  }

  /** All that is told again has been heard: the server's word is where it is, which is no news unless something is gone. */
  settle(): void {
    const { life } = this
    const truth = this.#truth
    this.#truth = undefined
    if (truth === undefined || life === undefined) return
    const isNews = truth.gaps || !life.isCounted
    if (this.#taken.length > 0 && !truth.gaps) this.faults.push("has no answer to what was taken")
    this.#giveUp()
    const before = this.rooms
    this.rooms = new Map()
    for (const { hidden, locked, role, room, seq, topic } of truth.rooms) {
      const view = before.get(room)
      const now: View = { lastSeq: seq, role, topic, locked, hidden }
      if (!isNews && JSON.stringify(view) !== JSON.stringify(now)) this.faults.push(`has heard ${JSON.stringify(view)} of ${room}, which is ${JSON.stringify(now)}`)
      if (view?.lastSeq === undefined) life.isCounted = false
      else life.missed += Math.max(0, seq - view.lastSeq)
      this.rooms.set(room, now)
    }
    for (const room of before.keys()) {
      if (this.rooms.has(room)) continue
      if (!isNews) this.faults.push(`is not in ${room} any more, and has not heard of that`)
      life.isCounted = false
    }
  }

  // Another member: what has no receipt goes back to its writer.
  #begin(id: MemberId, isFromStart: boolean, counts: Counts, backAt?: number): void {
    if (this.pending.length > 0) counts.returnedToWriter += this.pending.length
    this.returned.push(...this.pending.map(({ text }) => text))
    this.pending = []
    this.#giveUp()
    this.rooms = new Map()
    this.#truth = undefined
    this.lives.push({ id, isFromStart, backAt, heard: [], missed: 0, nameless: 0, hasGaps: false, isCounted: isFromStart })
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
    this.#giveUp()
    this.ahead = []
    this.seen = undefined
    this.process += 1
  }
}
