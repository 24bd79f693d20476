import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { Roster } from "../../../src/client/Roster.ts"
import * as Chat from "../../../src/domain/Chat.ts"
import type { Command, Question } from "../../../src/domain/command/index.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import type { Presence } from "../../../src/domain/PresenceEvent.ts"
import type { Reply } from "../../../src/domain/Reply.ts"
import { lobby, RoomName } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import { crowd } from "../../../src/domain/spans.ts"
import { deliver } from "../../../src/server/delivery/deliver.ts"
import { isEvent } from "../../../src/server/dialect/Dialect.ts"
import { native, NativeInterpreter } from "../../../src/server/dialect/native.ts"
import { gather, type Told } from "../../../src/server/delivery/gather.ts"
import type { Handed, Handing } from "../../../src/server/chat/Handed.ts"
import { Outbox } from "../../../src/server/delivery/Outbox.ts"
import * as Registry from "../../../src/server/chat/Registry.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { join } from "../../support/client.ts"
import { membersOf, named, type Node, nobody as empty, rename, say } from "../../support/chat.ts"
import { enter as coming, exit, numbering, perform, type Performed } from "../../support/handed.ts"
import { connect, eventually, otherEnd, type Peer } from "../../support/Peer.ts"
import { always } from "../../support/property.ts"
import { Recorder } from "../../support/Recorder.ts"
import { event, eventsOf, member, opened, plainMember, tell, upTo } from "../../support/room.ts"

// Who is told is compared, never written to: one outbox is as good as many.
const nobody = new Outbox(new Recorder(), defaults, () => undefined, native)

/** Something that happens in a room; `who` is taken around the corner among those who are here. */
type Move =
  | { readonly _tag: "Enter" }
  | { readonly _tag: "Leave" | "Say" | "Rename" | "Who" | "Ping"; readonly who: number }

/** A room, and all that is handed on of it. */
class Room {
  node: Node<Outbox> = empty()
  readonly told: Array<Handed> = []
  readonly #numbered = numbering()

  get members(): ReadonlyArray<Chat.Person<Outbox>> {
    return membersOf(this.node)
  }

  get seq(): number {
    return Chat.roomOf(this.node.chat, lobby).seq
  }

  move(move: Move): void {
    if (move._tag === "Enter") {
      this.enter(nobody)
      return
    }
    const [host, ...guests] = this.members
    // The host stays.
    const client = guests[move.who % Math.max(1, guests.length)]?.client ?? (move._tag === "Leave" ? undefined : host?.client)
    if (client === undefined) return
    switch (move._tag) {
      case "Leave":
        this.leave(client)
        break
      case "Say":
        this.#decide(client, say("hello"))
        break
      case "Rename":
        this.#decide(client, rename(`other ${this.node.chat.seq}`))
        break
      default:
        this.#ask(client, { _tag: move._tag })
    }
  }

  enter(outbox: Outbox): void {
    this.#take(coming(this.node, "somebody", outbox))
  }

  leave(client: Chat.ClientId): void {
    this.#take(exit(this.node, client))
  }

  #decide(who: Chat.ClientId, command: Command): void {
    this.#take(perform(this.node, { _tag: "Decide", who, command, now: 0 }, nobody))
  }

  #ask(who: Chat.ClientId, question: Question): void {
    this.#take(perform(this.node, { _tag: "Ask", who, question, now: 0 }, nobody))
  }

  #take({ handings, node }: Performed<Outbox>): void {
    this.node = node
    this.told.push(...this.#numbered(handings))
  }
}

const move = (tag: "Leave" | "Say" | "Rename" | "Who" | "Ping"): FastCheck.Arbitrary<Move> =>
  FastCheck.record({ _tag: FastCheck.constant(tag), who: FastCheck.nat() })
const enter: FastCheck.Arbitrary<Move> = FastCheck.constant({ _tag: "Enter" })

// Crowds come and crowds go, with this and that in between.
const stretch = (often: FastCheck.Arbitrary<Move>) =>
  FastCheck.array(FastCheck.oneof({ weight: 60, arbitrary: often }, { weight: 15, arbitrary: FastCheck.oneof(enter, move("Leave")) }, move("Who"), move("Ping")), {
    maxLength: 40,
    size: "max"
  })
const moves = FastCheck.array(
  FastCheck.tuple(stretch(enter), stretch(move("Leave")), FastCheck.oneof(move("Say"), move("Rename"), move("Ping"))).map(([coming, going, between]) => [
    ...coming,
    ...going,
    between
  ]),
  { maxLength: 4, size: "max" }
).map((all) => all.flat())

const play = (moves: ReadonlyArray<Move>): Room => {
  const room = new Room()
  room.move({ _tag: "Enter" })
  for (const move of moves) room.move(move)
  return room
}

/** What of all that is handed on clients are told. */
const tellable = (handed: ReadonlyArray<Handing>): ReadonlyArray<Told> =>
  handed.flatMap(({ audience, event, room }) =>
    event._tag === "Connected" || event._tag === "Disconnected" || audience.length === 0 ? [] : [{ event, audience, room }]
  )

/** The same, gathered in batches of such sizes. */
const inBatches = (told: ReadonlyArray<Told>, sizes: ReadonlyArray<number>): ReadonlyArray<Told> => {
  const gathered: Array<Told> = []
  let start = 0
  for (let index = 0; start < told.length; index += 1) {
    const size = sizes[index % sizes.length] ?? told.length
    gathered.push(...gather(told.slice(start, start + size)))
    start += size
  }
  return gathered
}

const happenings = FastCheck.record({
  room: moves.map(play),
  sizes: FastCheck.array(FastCheck.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 })
})

/** What one of the clients hears. */
const heardBy = (told: ReadonlyArray<Told>, member: Member): ReadonlyArray<Reply> =>
  told.flatMap(({ audience, event }) => (audience.some(({ id }) => id === member.id) ? [event] : []))

const comesOrGoes = ({ event }: Told): boolean => event._tag === "Joined" || event._tag === "Left" || event._tag === "Presence"

const presences = (told: ReadonlyArray<Told>): ReadonlyArray<Presence> => told.flatMap(({ event }) => (event._tag === "Presence" ? [event] : []))

/** Who is in the room by what is heard, whenever something else happens there and at last. */
const replay = (heard: ReadonlyArray<Reply>): ReadonlyArray<ReadonlyArray<string>> => {
  const roster = new Roster({ ask: () => true, enter: () => true })
  const names = () => roster.members.map(({ name }) => name)
  const moments = heard.flatMap((event) => {
    if (isEvent(event)) roster.heard(event)
    return event._tag === "Said" || event._tag === "Renamed" ? [names()] : []
  })
  return [...moments, names()]
}

describe("What is gathered", () => {
  it("is worth the trouble in these tests", () => {
    let seen = 0
    always(happenings, ({ room, sizes }) => {
      seen += presences(inBatches(tellable(room.told), sizes)).length
    }, 30)
    expect(seen).toBeGreaterThan(30)
  })

  it("leaves everything else as it is, in its order", () => {
    always(happenings, ({ room, sizes }) => {
      const told = tellable(room.told)
      const kept = inBatches(told, sizes).filter((entry) => !comesOrGoes(entry))
      const others = told.filter((entry) => !comesOrGoes(entry))
      expect(kept).toHaveLength(others.length)
      expect(kept.every((entry, place) => entry === others[place])).toBe(true)
    }, 40)
  })

  it("names the same people as if each had been told of alone, whenever anybody looks", () => {
    always(happenings, ({ room, sizes }) => {
      const told = tellable(room.told)
      const gathered = inBatches(told, sizes)
      for (const { member } of room.members) {
        const moments = replay(heardBy(gathered, member))
        expect(moments).toEqual(replay(heardBy(told, member)))
        expect(moments.at(-1)).toEqual(room.members.map(({ member }) => member.name))
      }
    }, 40)
  })

  it("stands for every number from the first to its own: nobody misses one, and none is told twice", () => {
    always(happenings, ({ room, sizes }) => {
      const gathered = inBatches(tellable(room.told), sizes)
      for (const { member } of room.members) {
        let last: number | undefined
        for (const event of heardBy(gathered, member)) {
          if (event._tag === "Welcome") last = event.seq
          else if ("seq" in event && last !== undefined) {
            const first = event._tag === "Presence" ? event.first : event.seq
            // Who comes in the middle of a crowd is told of all of it.
            if (event._tag === "Presence") expect(first).toBeLessThanOrEqual(last + 1)
            else expect(first).toBe(last + 1)
            expect(event.seq).toBeGreaterThan(last)
            last = event.seq
          }
        }
        expect(last).toBe(room.seq)
      }
    }, 50)
  })

  it("counts who is here, and names nobody twice", () => {
    always(happenings, ({ room, sizes }) => {
      const told = tellable(room.told)
      for (const { first, here, joined, left, seq } of presences(inBatches(told, sizes))) {
        const moves = room.told.flatMap(({ event }) => ((event._tag === "Joined" || event._tag === "Left") && event.seq >= first && event.seq <= seq ? [event] : []))
        // Where only one person is left, nobody has been told that it came.
        expect(joined.length + left.length).toBe(told.filter(({ event }) => (event._tag === "Joined" || event._tag === "Left") && event.seq >= first && event.seq <= seq).length)
        expect(moves.length).toBe(seq - first + 1)
        expect(new Set(joined.map(({ id }) => id)).size).toBe(joined.length)
        expect(new Set(left.map(({ member }) => member.id)).size).toBe(left.length)
        expect(Math.max(joined.length, left.length)).toBeGreaterThan(crowd)
        let present = 0
        for (const { event } of room.told) {
          if (!("seq" in event) || event._tag === "Welcome" || event.seq > seq) continue
          if (event._tag === "Joined") present += 1
          if (event._tag === "Left") present -= 1
        }
        expect(here).toBe(present)
      }
    }, 50)
  })

  it("is a crowd only: up to ten are named one by one", () => {
    const coming = (count: number) => tellable(play(Array.from({ length: count }, () => ({ _tag: "Enter" }) as const)).told)
    expect(presences(gather(coming(crowd)))).toEqual([])
    expect(presences(gather(coming(crowd + 1)))).toHaveLength(1)
  })

  it("is told of in parts, none of which is longer than a client takes, and none of which is no crowd", () => {
    for (const many of [256, 257, 511, 513, 2000]) {
      const left: ReadonlyArray<Told> = Array.from({ length: many }, (_, n) => ({
        event: { _tag: "Left", seq: n + 1, at: 0, room: RoomName.make("lobby"), member: { id: MemberId.make(`m${n}`), name: named("x".repeat(32)) }, code: "quit", reason: Text.clean("語".repeat(300)) },
        audience: [],
        room: RoomName.make("lobby")
      }))
      const parts = gather(left).map(({ event }) => event)
      expect(parts.flatMap((event) => (event._tag === "Presence" ? event.left : []))).toHaveLength(many)
      for (const part of parts) {
        expect(part).toMatchObject({ _tag: "Presence" })
        expect(Buffer.byteLength(native.encode(part))).toBeLessThan(1_048_576)
      }
    }
  })

  it("is never both sides of something that was said", () => {
    const half = Array.from({ length: crowd }, () => ({ _tag: "Enter" }) as const)
    const told = tellable(play([...half, { _tag: "Say", who: 0 }, ...half]).told)
    expect(gather(told)).toEqual(told)
  })
})

const many = 1000
const crowdBound = 200

/** Connects so many, who say hello at the same moment once all are connected, every second one in plain words. */
const arrive = (port: number, count: number, name = "somebody") =>
  Effect.gen(function* () {
    const peers = yield* Effect.forEach(Array.from({ length: count }), () => connect(port), { concurrency: 50 })
    yield* eventually("all are connected", () => peers.every((peer) => otherEnd(peer) !== undefined))
    for (const [n, peer] of peers.entries()) {
      yield* n % 2 === 0 ? tell(peer, { _tag: "Hello", v: 1, nickname: `${name} ${n}` }) : peer.send(`${name} ${n}\n`)
    }
    return peers
  })

/** The lines that a plain client is told, up to one that fits, that one included. */
const linesUpTo = (peer: Peer, fits: (line: string) => boolean): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    for (;;) {
      const line = yield* peer.line
      lines.push(line)
      if (fits(line)) return lines
    }
  })

/** How many came, or went, by lines of the plain dialect. */
const counted = (lines: ReadonlyArray<string>, words: "joined the chat!" | "left the chat."): number =>
  lines.reduce((sum, line) => {
    const [, people] = new RegExp(`^(\\d+) people have ${words}$`, "u").exec(line) ?? []
    return sum + (people === undefined ? (line.includes(` has ${words}`) ? 1 : 0) : Number(people))
  }, 0)

describe("Where everybody goes before a crowd comes", () => {
  it("those who come are not told of anybody who has gone", () => {
    const room = new Room()
    room.move({ _tag: "Enter" })
    room.move({ _tag: "Enter" })
    const [first, second] = room.members
    for (const gone of [first, second]) if (gone !== undefined) room.leave(gone.client)
    const connection = new Recorder()
    const witness = new Outbox(connection, defaults, () => undefined, native)
    witness.speak(native, new NativeInterpreter(defaults))
    room.enter(witness)
    for (let n = 0; n <= crowd; n += 1) room.move({ _tag: "Enter" })
    deliver(room.told)
    expect(replay(eventsOf(connection.writes.join(""))).at(-1)).toEqual(room.members.map(({ member }) => member.name))
  })
})

describe("When a thousand come at once, and go at once", () => {
  it.scopedLive("they are told of in far fewer lines: a native client by name, a plain one by number", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const native = yield* member(port, "native witness")
      const plain = yield* plainMember(port, "plain witness")
      yield* event(native)
      const peers = yield* arrive(port, many)

      const isFull = (event: Event) => (event._tag === "Joined" || event._tag === "Presence") && here(event) === many + 2
      let present = 2
      const here = (event: Event) => (present += event._tag === "Joined" ? 1 : event._tag === "Presence" ? event.joined.length : 0)
      const came = yield* upTo(native, isFull)
      expect(came.length).toBeLessThan(crowdBound)
      expect(came.some(({ _tag }) => _tag === "Presence")).toBe(true)
      expect(came.flatMap((event) => (event._tag === "Presence" ? event.joined : event._tag === "Joined" ? [event.member] : [])).map(({ id }) => id).length).toBe(many)
      expect(came.flatMap((event) => (event._tag === "Presence" ? [event.here] : [])).at(-1)).toBeLessThanOrEqual(many + 2)

      // What is told in order: once this is, all that came before has been.
      yield* tell(native, { _tag: "Say", text: "all are here" })
      const lines = yield* linesUpTo(plain, (line) => line === "native witness: all are here")
      expect(counted(lines, "joined the chat!")).toBe(many)
      expect(lines.length).toBeLessThan(crowdBound)
      expect(lines.some((line) => /^\d+ people have joined the chat!$/u.test(line))).toBe(true)

      for (const peer of peers) peer.socket.end()
      yield* upTo(native, (event) => {
        present -= event._tag === "Left" ? 1 : event._tag === "Presence" ? event.left.length : 0
        return present === 2
      })
      yield* tell(native, { _tag: "Say", text: "all are gone" })
      const gone = yield* linesUpTo(plain, (line) => line === "native witness: all are gone")
      expect(counted(gone, "left the chat.")).toBe(many)
      expect(gone.length).toBeLessThan(crowdBound)
    })
  )

  it.scopedLive("each of them is welcomed first, and knows in the end who is here", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* member(port, "ada")
      const peers = yield* arrive(port, 80)
      let present = 1
      yield* upTo(ada, (event) => {
        present += event._tag === "Presence" ? event.joined.length : event._tag === "Joined" ? 1 : 0
        return present === peers.length + 1
      })
      yield* tell(ada, { _tag: "Say", text: "all are here" }, { _tag: "Quit" })
      for (const peer of peers.filter((_, n) => n % 2 === 0)) {
        const heard = yield* upTo(peer, ({ _tag }) => _tag === "Left")
        expect(heard[0]?._tag).toBe("Welcome")
        expect(heard.map(({ _tag }) => _tag)).toContain("Said")
        expect(replay(heard).at(-1)).toHaveLength(peers.length)
      }
    })
  )
})

describe("After a storm of people who come, go and bear other names", () => {
  it.scopedLive("a client knows exactly who is here", () =>
    Effect.gen(function* () {
      const { context, port } = yield* opened()
      const early = yield* Effect.forEach(Array.from({ length: 250 }, (_, n) => n), (n) => member(port, `early ${n}`), { concurrency: 25 })
      const ada = yield* join({ host: "127.0.0.1", port, nickname: "ada" })
      yield* Effect.forkScoped(Stream.runDrain(ada.events))
      const some = yield* arrive(port, 300, "some")
      const stay: Array<string> = ["ada"]
      for (const [n, peer] of early.entries()) {
        if (n % 3 === 0) yield* tell(peer, { _tag: "Quit" })
        else if (n % 3 === 1) peer.socket.resetAndDestroy()
        else if (n % 5 === 2) {
          yield* tell(peer, { _tag: "Rename", nickname: `renamed ${n}` })
          stay.push(`renamed ${n}`)
        } else stay.push(`early ${n}`)
      }
      for (const [n, peer] of some.entries()) {
        if (n % 2 === 0) peer.socket.end()
        else if (n % 4 === 1) yield* peer.send("/quit gone again\n")
        else stay.push(`some ${n}`)
      }
      const late = yield* arrive(port, 120, "late")
      for (const [n, peer] of late.entries()) {
        if (n % 6 === 0) peer.socket.destroy()
        else stay.push(`late ${n}`)
      }
      const registry = Context.get(context, Registry.Registry)
      const registered = Effect.map(registry.members, (members) => members.map(({ member }) => member))
      const inOrder = (members: Effect.Effect<ReadonlyArray<Member>>) => JSON.stringify([...Effect.runSync(members)].sort((one, other) => one.id.localeCompare(other.id)))
      const names = (members: Effect.Effect<ReadonlyArray<Member>>) => JSON.stringify(Effect.runSync(members).map(({ name }) => name).sort())
      const expected = JSON.stringify(stay.sort())
      yield* eventually("those are here who stay", () => names(registered) === expected)
      yield* eventually("the client knows them", () => inOrder(ada.members) === inOrder(registered))
    })
  )
})
