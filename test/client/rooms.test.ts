import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import * as Stream from "effect/Stream"
import { Roster } from "../../src/client/Roster.ts"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Happening } from "../../src/domain/Entry.ts"
import type { Event } from "../../src/domain/Event.ts"
import { type Member, MemberId } from "../../src/domain/Member.ts"
import { joinOrRefuse } from "../../src/domain/command/join.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { Proof } from "../../src/domain/Place.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import { type AskedRoom, type RoomKey } from "../../src/domain/RoomName.ts"
import { parse } from "../../src/domain/roomNames.ts"
import { clean } from "../../src/domain/Text.ts"
import { gather } from "../../src/server/delivery/gather.ts"
import { native } from "../../src/server/dialect/native.ts"
import { Outbox } from "../../src/server/delivery/Outbox.ts"
import { named, rename, settings } from "../support/chat.ts"
import { join as joined } from "../support/client.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { Recorder } from "../support/Recorder.ts"
import { always } from "../support/property.ts"
import { member, next, opened, tell } from "../support/room.ts"

const room = (name: string): AskedRoom => {
  const parsed = parse(name)
  if (parsed instanceof Refusal) throw parsed
  return parsed
}
const rooms = ["lobby", "dev", "ops"].map(room)

/** What somebody does; `to` and `where` are taken modulo how many people and rooms there are. */
interface Deed {
  readonly what: "come" | "enter" | "exit" | "say" | "rename" | "drop" | "quit" | "kick" | "ban" | "op" | "deop" | "topic" | "lock" | "wait" | "flood"
  readonly who: number
  readonly to: number
  readonly where: number
}

const people = 24
const deed: FastCheck.Arbitrary<Deed> = FastCheck.record({
  what: FastCheck.oneof(
    { weight: 6, arbitrary: FastCheck.constantFrom("come" as const, "enter" as const) },
    { weight: 4, arbitrary: FastCheck.constantFrom("exit" as const, "drop" as const, "say" as const) },
    { weight: 3, arbitrary: FastCheck.constantFrom("kick" as const, "ban" as const) },
    { weight: 2, arbitrary: FastCheck.constantFrom("rename" as const, "quit" as const, "op" as const, "deop" as const, "topic" as const, "lock" as const, "wait" as const, "flood" as const) }
  ),
  who: FastCheck.oneof(FastCheck.nat({ max: 2 }), FastCheck.nat({ max: people - 1 })),
  to: FastCheck.oneof(FastCheck.nat({ max: 2 }), FastCheck.nat({ max: people - 1 })),
  where: FastCheck.nat({ max: 2 })
})

type Envelope = Chat.Envelope<Outbox>

const outbox = new Outbox(new Recorder(), defaults, () => undefined, native)

/** Ada, the first who comes, is never lost: what she is told is what this test looks at. */
class Hall {
  chat = Chat.empty<Outbox>(settings, { ...keepFor(120_000, 1000, 1000), resumeEvery: 0 })
  told: Array<Envelope> = []
  #at = 0
  readonly #clients = new Map<number, number>()
  #lastClient = 0

  /** Who is lost, of those with a place in a room. */
  lostIn(key: RoomKey): ReadonlyArray<Member> {
    return [...HashMap.values(this.chat.people)].flatMap((person) => (person.attachment._tag === "Detached" && person.attachment.told && Chat.membershipIn(person, key) !== undefined ? [person.member] : []))
  }

  submit(happening: Happening): void {
    const { chat, told } = apply(this.chat, { at: (this.#at += 1), ...happening }, () => outbox)
    this.chat = chat
    this.told.push(...told)
  }

  act({ to, what, where, who }: Deed): void {
    const client = this.#clients.get(who)
    const place = rooms[where] ?? room("lobby")
    const other = MemberId.make(`m${to + 1}`)
    const command = (command: Command) => {
      if (client !== undefined) this.submit({ _tag: "Command", client, address: `10.0.0.${who}:1`, command })
    }
    switch (what) {
      case "come":
        if (client === undefined) this.#come(who)
        break
      case "enter":
        command({ _tag: "Enter", room: place })
        break
      case "exit":
        // Ada can always be told where she is.
        command({ _tag: "Exit", room: place, stays: true })
        break
      case "say":
        command({ _tag: "Say", text: clean("hi"), room: place })
        break
      case "rename":
        command(rename(`p${who}${"x".repeat(to % 3)}`))
        break
      case "drop":
      case "quit":
        if (client === undefined || who === 0) break
        this.submit({ _tag: what === "drop" ? "Drop" : "Quit", client, code: what === "drop" ? "lost" : "quit" })
        this.#clients.delete(who)
        break
      case "topic":
        command({ _tag: "Topic", room: place, text: clean(to % 2 === 0 ? "" : "work") })
        break
      case "lock":
        command(to % 2 === 0 ? { _tag: "Unlock", room: place } : { _tag: "Hide", room: place })
        break
      case "wait":
        this.#at += to * 6000
        this.submit({ _tag: "Expire", by: this.#at })
        break
      case "flood":
        for (let n = 1; n < people; n += 1) this.act({ what: (["come", "enter", "drop", "quit"] as const)[to % 4] ?? "come", who: n, to, where })
        if (to % 4 === 2) this.act({ what: "wait", who, to: 1, where })
        break
      default:
        command({ _tag: "Moderate", room: place, deed: what, target: { _tag: "Id", id: other } })
    }
  }

  #come(who: number): void {
    const client = (this.#lastClient += 1)
    const claim = { proof: Proof.make(`proof of ${who}`), neighbourhood: String(who) }
    this.#clients.set(who, client)
    this.submit({ _tag: "Command", client, address: `10.0.0.${who}:1`, command: { ...joinOrRefuse(named(`p${who}`)), claim } })
  }
}

const isTo = (audience: Chat.Audience<unknown>, id: MemberId) => audience.some((seat) => seat.id === id)

/** What she hears of a batch, with the crowds in one line. */
const heardBy = (id: MemberId, told: ReadonlyArray<Envelope>): ReadonlyArray<Event> =>
  gather(told.map(({ also, audience, event, room }) => ({ event, audience, room, ...(also === undefined ? {} : { also }) }))).flatMap(({ also = [], audience, event }) => (event._tag !== "Lines" && event._tag !== "Verbatim" && (isTo(audience, id) || isTo(also, id)) ? [event] : []))

const sorted = (members: Iterable<Member>) => Array.from(members, ({ id, name }) => `${id} ${name}`).sort()

describe("Who is in which room, whatever happens there and however it is told,", () => {
  it("is known of each room that one is in, who is lost there too, and how many are there is counted right", () => {
    const seen = { rooms: 0, presences: 0, away: 0, elsewhere: 0, removed: 0 }
    always(FastCheck.array(FastCheck.array(deed, { minLength: 1, maxLength: 6 }), { maxLength: 25, size: "max" }), (batches) => {
      const hall = new Hall()
      const roster = new Roster({ ask: () => true, enter: () => true })
      const counts = new Map<string, number>()
      // Who was lost when she entered is not known to her there: it may come back without a word of this room.
      const unknown = new Map<string, Set<MemberId>>()
      const ada = MemberId.make("m1")
      for (let who = 0; who < 8; who += 1) hall.act({ what: "come", who, to: 0, where: 0 })
      for (const who of [1, 0, 2, 3]) for (const where of [1, 2]) hall.act({ what: "enter", who, to: 0, where })
      const tellHer = () => {
        for (const event of heardBy(ada, hall.told.splice(0))) {
          roster.heard(event)
          const concerns = roster.concernsOf(event)
          if (event._tag === "Presence") seen.presences += 1
          if (event._tag === "Removed") seen.removed += 1
          if (concerns.length > 1) seen.elsewhere += 1
          if (event._tag === "Exited" || event._tag === "Removed") unknown.delete(event.room)
          for (const { change, room } of concerns) counts.set(room, (counts.get(room) ?? 0) + change)
          if (event._tag === "Welcome" || event._tag === "Entered" || event._tag === "Presence") counts.set(event.room, event.here)
        }
        const person = Chat.personWith(hall.chat, ada)!
        const mine = person.rooms.map(({ room }) => Chat.roomOf(hall.chat, room))
        expect(roster.rooms.map(({ room }) => room)).toEqual(mine.map(({ name }) => name))
        expect(roster.current).toBe(person.current === undefined ? undefined : Chat.roomOf(hall.chat, person.current).name)
        for (const { hidden, key, lock, name, seats, topic } of mine) {
          if (!unknown.has(name)) unknown.set(name, new Set(hall.lostIn(key).map(({ id }) => id)))
          const known = (members: ReadonlyArray<Member>) => sorted(members.filter(({ id }) => unknown.get(name)?.has(id) !== true))
          const here = known(seats.map(({ id }) => Chat.personWith(hall.chat, id!)!.member))
          expect(known(roster.membersIn(name)), name).toEqual(here)
          const lost = known(hall.lostIn(key))
          expect(known(roster.awayIn(name)), name).toEqual(lost)
          if (unknown.get(name)?.size === 0) expect(counts.get(name), name).toBe(here.length)
          expect(roster.rooms.find(({ room }) => room === name)).toEqual({ room: name, role: Chat.membershipIn(person, key)?.role, ...(topic === undefined ? {} : { topic }), locked: lock !== undefined, hidden })
          seen.away += lost.length
        }
        seen.rooms = Math.max(seen.rooms, mine.length)
      }
      tellHer()
      for (const batch of batches) {
        for (const each of batch) {
          const isHers = each.who === 0 && each.what === "enter"
          if (isHers) tellHer()
          hall.act(each)
          if (isHers) tellHer()
        }
        tellHer()
      }
    }, 400)
    // A property of stories in which nothing of the kind happens proves nothing.
    expect(seen.rooms).toBe(3)
    expect(seen.presences).toBeGreaterThan(30)
    expect(seen.away).toBeGreaterThan(1000)
    expect(seen.elsewhere).toBeGreaterThan(100)
    expect(seen.removed).toBeGreaterThan(10)
  })
})

describe.concurrent("A client in several rooms", () => {
  it.scopedLive("enters and leaves them, says something in one of them, and knows who is where", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const host = "127.0.0.1"
      const ada = yield* joined({ host, port, nickname: "ada" })
      const bob = yield* member(port, "bob")
      const hears = (tag: Event["_tag"]) => Stream.runDrain(Stream.takeUntil(ada.events, ({ _tag }) => _tag === tag))
      yield* ada.enter("dev", "sesame")
      yield* ada.perform({ _tag: "Lock", room: room("dev") }, undefined, "sesame")
      yield* hears("Moderated")
      yield* tell(bob, { _tag: "Enter", room: "dev" })
      expect(yield* next(bob, "Refused")).toMatchObject({ code: "locked" })
      yield* tell(bob, { _tag: "Enter", room: "dev", word: "sesame" })
      yield* next(bob, "Entered")
      yield* ada.say("in the lobby", "1", "lobby")
      yield* ada.act("works", "2", "#dev")
      yield* ada.settled
      expect(yield* next(bob, "Said")).toMatchObject({ room: "lobby", text: "in the lobby" })
      expect(yield* next(bob, "Acted")).toMatchObject({ room: "dev", text: "works" })
      expect(yield* ada.rooms).toMatchObject([{ room: "lobby", role: "member" }, { room: "dev", role: "owner", locked: true }])
      expect((yield* ada.membersIn("dev")).map(({ name }) => name)).toEqual(["ada", "bob"])
      expect((yield* ada.members).map(({ name }) => name)).toEqual(["ada", "bob"])
      yield* ada.exit("dev")
      yield* hears("Exited")
      expect(yield* ada.rooms).toMatchObject([{ room: "lobby" }])
      expect(yield* Effect.flip(ada.enter("no room"))).toMatchObject({ code: "room-name" })
    })
  )
})
