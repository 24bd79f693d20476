import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Chat from "../../../src/domain/Chat.ts"
import type { Command, Question } from "../../../src/domain/command/index.ts"
import { refusal as refusedAs } from "../../../src/domain/command/refusal.ts"
import { Refusal } from "../../../src/domain/Refusal.ts"
import type { MemberId } from "../../../src/domain/Member.ts"
import type { Presence } from "../../../src/domain/PresenceEvent.ts"
import type { Reply } from "../../../src/domain/Reply.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import { crowd } from "../../../src/domain/spans.ts"
import * as Broadcaster from "../../../src/server/delivery/Broadcaster.ts"
import * as Closing from "../../../src/server/Closing.ts"
import type { Dialect, Interpreter } from "../../../src/server/dialect/Dialect.ts"
import { native, NativeInterpreter } from "../../../src/server/dialect/native.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { PlainInterpreter } from "../../../src/server/dialect/PlainInterpreter.ts"
import type { Handed, Handing } from "../../../src/server/chat/Handed.ts"
import { isMove, sort, waiting } from "../../../src/server/delivery/crowd.ts"
import { gather } from "../../../src/server/delivery/gather.ts"
import * as Hub from "../../../src/server/chat/Hub.ts"
import type { Peer } from "../../../src/server/chat/Peer.ts"
import { Outbox } from "../../../src/server/delivery/Outbox.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import {
  ask, connect, decide, join, membersOf, type Node, nobody as nobodyIn, rename, say as saying, type Step, steps, submit
} from "../../support/chat.ts"
import { enter as entering, exit, numbering, perform, type Performed, replyTo, wordsOf } from "../../support/handed.ts"
import { Recorder, SlowRecorder } from "../../support/Recorder.ts"
import { samples } from "../../support/samples.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"

const { defaults } = ServerConfig

type Room = Node<Outbox>
type Batch = ReadonlyArray<Handing>

/** The clients of a small room: two members, and one who has not said its name. */
const ann = 1
const bob = 2
const newcomer = 3

// Who is told is compared, never written to.
const somebody = () => new Outbox(new Recorder(), defaults, () => undefined, native)
const nobody = somebody()

const enter = (room: Room, name: string): Performed<Outbox> => entering(room, name, somebody())

const empty = nobodyIn<Outbox>()
const members = ["ann", "bob"].reduce((room, name) => enter(room, name).node, empty)
const room = connect(members, nobody)

const idOf = (client: Chat.ClientId): MemberId => Chat.personOf(room.chat, client)!.member.id
const say = saying("hello")
const refusal = refusedAs({ at: 0 }, new Refusal({ code: "bad-line", message: "no" }))
const throttled: Reply = { _tag: "Throttled", at: 0, perSecond: 1, message: clean("slower") }
const verbatim: Reply = { _tag: "Verbatim", at: 0, size: 1, words: () => "" }
const ofComing: Reply = { ...verbatim, ofComing: true }
const words = clean("hear, hear")

const does = (who: Chat.ClientId, command: Command, at: Room = room): Batch => decide(at, who, command).told
const asks = (who: Chat.ClientId, question: Question): Batch => replyTo(room, who, ask(room, who, question))
const goes = (who: Chat.ClientId, at: Room = room): Batch => exit(at, who).handings
const announces = (at: Room): Batch => submit(at, { _tag: "Announce", text: words }).told
const closes = (at: Room): Batch => submit(at, { _tag: "Close", reason: words }).told

const handedOn = (batch: Batch): ReadonlyArray<Handed> => numbering()(batch)

/** The members of this room wait to be told that somebody left before. */
const held: ReadonlyArray<Handed> = handedOn(goes(newcomer, enter(members, "zed").node))

/** Whether the moves go on waiting, those that are held and those of the batch. */
const goOnWaiting = (held: ReadonlyArray<Handed>, batch: ReadonlyArray<Handed>): boolean => !sort(held, batch, true).now.some(isMove)

const kindsOf = (batch: Batch) => batch.map(({ event }) => event._tag)

describe("What waits may be overtaken by", () => {
  it.each<readonly [string, Batch, ReadonlyArray<Handing["event"]["_tag"]>]>([
    ["nothing at all", [], []],
    ["a connection", perform(members, { _tag: "Connect", now: 0 }, nobody).handings, ["Connected"]],
    ["the end of one without a name", goes(newcomer), ["Disconnected"]],
    ["a newcomer's welcome, and that it came", does(newcomer, join("eve")), ["Welcome", "Joined"]],
    ["the welcome of the first to come", enter(empty, "ann").handings, ["Connected", "Welcome", "Joined"]],
    ["a welcome alone", does(newcomer, join("eve")).slice(0, 1), ["Welcome"]],
    ["that somebody came", does(newcomer, join("eve")).slice(1), ["Joined"]],
    ["that somebody left", goes(bob), ["Left"]],
    ["that the last one left", exit(enter(empty, "ann").node, ann, "lost").handings, ["Left"]],
    ["what one without a name is refused", replyTo(room, newcomer, refusal), ["Refused"]],
    ["a name that is taken", does(newcomer, join("ann")), ["Refused"]],
    ["words that need a name", does(newcomer, say), ["Refused"]],
    ["who is here, which needs a name", asks(newcomer, { _tag: "Who" }), ["Refused"]],
    ["an answer to one without a name", asks(newcomer, { _tag: "Ping" }), ["Pong"]],
    ["help for one without a name", asks(newcomer, { _tag: "Help" }), ["Lines"]],
    ["a word to one without a name, who sends too fast", replyTo(room, newcomer, throttled), ["Throttled"]],
    ["what the room was when a newcomer came", [...does(newcomer, join("eve")), ...replyTo(decide(room, newcomer, join("eve")).node, newcomer, ofComing)], ["Welcome", "Joined", "Verbatim"]],
    ["many of these", [...goes(newcomer), ...enter(room, "eve").handings, ...goes(ann)], ["Disconnected", "Connected", "Welcome", "Joined", "Left"]]
  ])("%s", (_, batch, kinds) => {
    expect(kindsOf(batch)).toEqual(kinds)
    expect(goOnWaiting(held, handedOn(batch))).toBe(true)
  })
})

const heldUp: ReadonlyArray<readonly [string, Batch, ReadonlyArray<Handing["event"]["_tag"]>]> = [
  ["what is said", does(ann, say), ["Said"]],
  ["what is said to oneself alone", does(ann, say, enter(empty, "ann").node), ["Said"]],
  ["what is done", does(ann, { _tag: "Act", text: words }), ["Acted"]],
  ["another name", does(ann, rename("eve")), ["Renamed"]],
  ["what the server says", announces(room), ["Notice"]],
  ["what the server says to nobody", announces(empty), ["Notice"]],
  ["a whisper", does(ann, { _tag: "Whisper", to: idOf(bob), text: words }), ["Whispered"]],
  ["an answer to a member", asks(ann, { _tag: "Ping" }), ["Pong"]],
  ["help for a member", asks(ann, { _tag: "Help" }), ["Lines"]],
  ["what a member is refused", replyTo(room, ann, refusal), ["Refused"]],
  ["words that name nobody", does(ann, { _tag: "Address", words, readings: [] }), ["Refused"]],
  ["a word to a member who sends too fast", replyTo(room, ann, throttled), ["Throttled"]],
  ["what a dialect says to a newcomer once it is there", [...does(newcomer, join("eve")), ...replyTo(decide(room, newcomer, join("eve")).node, newcomer, verbatim)], ["Welcome", "Joined", "Verbatim"]],
  ["the goodbye", closes(room), ["Goodbye"]],
  ["a goodbye that nobody is there to hear", closes(empty), ["Goodbye"]],
  ["a newcomer who looks like another", does(newcomer, join("b0b")), ["Welcome", "Joined", "Notice"]]
]

describe("What waits is not overtaken by", () => {
  it.each(heldUp)("%s", (_, batch, kinds) => {
    expect(kindsOf(batch)).toEqual(kinds)
    expect(goOnWaiting(held, handedOn(batch))).toBe(false)
  })

  it.each(heldUp)("newcomers and %s in one batch", (_, batch) => {
    const coming = enter(room, "zoe").handings
    expect(goOnWaiting([], handedOn([...coming, ...batch]))).toBe(false)
    expect(goOnWaiting(held, handedOn([...batch, ...coming]))).toBe(false)
  })
})

describe.each([
  ["who is here", asks(ann, { _tag: "Who" })],
  ["what a client of IRC asks when it has come into a room", replyTo(room, ann, { ...verbatim, mayWait: true })]
])("An answer to %s", (_, answers) => {
  const [answer] = handedOn(answers)

  it("waits behind the moves that its asker is owed, and does not make them go out", () => {
    expect(sort(held, [answer!], true)).toMatchObject({ now: [], held: [...held, answer!] })
    const coming = handedOn(enter(room, "zoe").handings)
    const { held: waits, now } = sort([], [...coming, answer!], true)
    expect(waits.map(({ event }) => event._tag)).toEqual(["Joined", answer?.event._tag])
    expect(now).not.toContain(answer)
  })

  it("goes out at once where nothing is owed to its asker, or nothing may wait", () => {
    expect(sort([], [answer!], true)).toMatchObject({ now: [answer!], held: [] })
    expect(sort(held, [answer!], false)).toMatchObject({ now: [...held, answer!], held: [] })
  })
})

describe("What waits", () => {
  it("is who came and who left, and nothing else", () => {
    const all = [...enter(room, "eve").handings, ...goes(bob), ...goes(newcomer), ...heldUp.flatMap(([, batch]) => batch)]
    for (const each of handedOn(all)) expect(isMove(each)).toBe(["Joined", "Left"].includes(each.event._tag))
  })

  /** So many who came, one after the other. */
  const came = (count: number): ReadonlyArray<Handed> =>
    handedOn(Array.from({ length: count }).reduce<Performed<Outbox>>(
      ({ handings, node }) => {
        const next = enter(node, "eve")
        return { node: next.node, handings: [...handings, ...next.handings.filter(isMove)] }
      },
      { node: room, handings: [] }
    ).handings)

  it.each([0, 1, crowd, 2 * crowd])("is told as it was meant to be, if it is no more than that: %i", (count) => {
    const held = came(count)
    expect(held).toHaveLength(count)
    expect(waiting(held)).toBe(held)
  })

  it.each([2 * crowd + 1, 5 * crowd])("is told to those who are there in the end, if it is many: %i", (count) => {
    const held = came(count)
    const kept = waiting(held)
    expect(kept).toEqual(held.map((envelope) => ({ ...envelope, audience: held.at(-1)?.audience })))
    for (const { audience } of kept) expect(audience).toBe(held.at(-1)?.audience)
    expect(held[0]?.audience).not.toEqual(held.at(-1)?.audience)
  })

  it("is not told to the last one who left, nor to anybody where nobody is left", () => {
    const held = came(2 * crowd + 1)
    const left = handedOn(goes(bob))
    for (const { audience } of waiting([...held, ...left])) expect(audience.map(({ id }) => id)).toEqual(["m1"])
    const alone = exit(room, bob).node
    for (const { audience } of waiting([...held, ...handedOn(goes(ann, alone))])) expect(audience).toEqual([])
  })
})

/** What happens before anybody is told of it; then so many turns of the event loop, and so much time, go by. */
interface Moment {
  readonly come: number
  readonly steps: number
  readonly go: number
  /** Whether those go first who came first. */
  readonly isOldest: boolean
  readonly turns: number
  readonly wait: number
  /** Whether somebody waits until all of it has been handed over. */
  readonly isAwaited: boolean
}

interface Script {
  readonly moments: ReadonlyArray<Moment>
  /** What people do, for the moments to take their part of. */
  readonly all: ReadonlyArray<Step>
  readonly kindOf: ReadonlyArray<Kind>
  readonly batchSize: number
  /** How long a write takes, ms. */
  readonly cost: number
}

const most = (max: number) =>
  FastCheck.oneof(
    { weight: 6, arbitrary: FastCheck.constant(0) },
    { weight: 4, arbitrary: FastCheck.integer({ min: 1, max: 3 }) },
    { weight: 1, arbitrary: FastCheck.integer({ min: 4, max }) }
  )

const moments: FastCheck.Arbitrary<ReadonlyArray<Moment>> = FastCheck.array(
  FastCheck.record({
    come: most(2 * crowd),
    steps: most(6),
    go: most(2 * crowd),
    isOldest: FastCheck.boolean(),
    turns: FastCheck.integer({ min: 0, max: 3 }),
    wait: FastCheck.oneof(
      { weight: 6, arbitrary: FastCheck.constant(0) },
      { weight: 3, arbitrary: FastCheck.integer({ min: 1, max: 30 }) },
      { weight: 1, arbitrary: FastCheck.integer({ min: 30, max: 1000 }) }
    ),
    isAwaited: FastCheck.nat({ max: 3 }).map((n) => n === 0)
  }),
  { minLength: 3, maxLength: 16, size: "max" }
)

const opening: Moment = { come: 5, steps: 0, go: 0, isOldest: true, turns: 3, wait: 10, isAwaited: false }

/** How a client speaks, and whether it gets its own words back. */
interface Kind {
  readonly isNative: boolean
  readonly echo: "on" | "off"
}

const kinds: ReadonlyArray<Kind> = [
  { isNative: true, echo: "on" },
  { isNative: false, echo: "off" },
  { isNative: false, echo: "on" }
]

const interpreterOf = ({ echo, isNative }: Kind): Interpreter =>
  isNative ? new NativeInterpreter(defaults) : new PlainInterpreter({ ...defaults, echo }, false)

const scripts: FastCheck.Arbitrary<Script> = FastCheck.record({
  moments: moments.map((all) => [opening, ...all]),
  all: steps,
  kindOf: FastCheck.array(FastCheck.constantFrom(...kinds), { minLength: 1, maxLength: 8 }),
  // So small that one line can always name all who wait.
  batchSize: FastCheck.oneof(FastCheck.integer({ min: 1, max: 12 }), FastCheck.integer({ min: 13, max: 120 })),
  cost: FastCheck.integer({ min: 0, max: 3 })
})

interface Client {
  /** The number of its connection. */
  readonly number: Chat.ClientId
  readonly outbox: Outbox
  readonly dialect: Dialect
  readonly interpreter: Interpreter
  readonly connection: Recorder
}

/** Somebody had waited until all up to this place was handed over: how many writes each client had got by then. */
interface HandedOver {
  readonly place: number
  readonly writes: ReadonlyMap<Client, number>
}

interface Played {
  readonly told: ReadonlyArray<Handed>
  readonly clients: ReadonlyArray<Client>
  /** What was put into words, of each dialect, in that order. */
  readonly worded: ReadonlyArray<ReadonlyArray<Reply>>
  readonly handed: ReadonlyArray<HandedOver>
}

/** Each thing that is said bears a mark of its own, and anybody who is there may be the one to act. */
const adapted = (step: Step, { chat, peers }: Room): Step => {
  if (!("who" in step)) return step
  const present = [...peers.keys()].sort((a, b) => a - b)
  const who = present[step.who % (present.length + 1)] ?? 0
  if (step._tag !== "Decide") return { ...step, who }
  const { command } = step
  const isSaid = command._tag === "Say" || command._tag === "Act"
  return { ...step, who, command: isSaid ? { ...command, text: clean(`<${chat.seq}>`) } : command }
}

const joins = (who: Chat.ClientId): Step => ({
  _tag: "Decide",
  who,
  command: join(`guest ${who}`),
  now: 0
})

/** A dialect that keeps what was put into it. */
const noting = (spoken: Dialect): { readonly dialect: Dialect; readonly worded: ReadonlyArray<Reply> } => {
  const worded: Array<Reply> = []
  return {
    worded,
    dialect: {
      ...spoken,
      encode: (event) => {
        worded.push(event)
        return spoken.encode(event)
      }
    }
  }
}

/** As long as anything waits at most, ms. */
const longest = 500
const patience = 1000 * longest

const turns = (count: number) => Effect.forEach(Array.from({ length: count }), () => Hub.endOfTurn, { discard: true })

/** Plays all of it through the real broadcast, on a clock of its own, until everything is handed over. */
const play = ({ all, batchSize, cost, kindOf, moments }: Script): Effect.Effect<Played> => {
  const clock = new StoppedClock()
  return Effect.gen(function* () {
    const context = yield* Layer.build(
      Broadcaster.layer.pipe(
        Layer.provideMerge(Hub.layer),
        Layer.provide(Closing.layer),
        Layer.provide(ServerConfig.layer({ batchSize, hubCapacity: 2048, maxClients: 600 }))
      )
    )
    const timeGoesBy = Effect.suspend(() => {
      clock.pass(longest)
      return turns(2)
    })
    // Whoever sleeps there cannot be interrupted.
    yield* Effect.addFinalizer(() => timeGoesBy)
    const { unsafePublish } = Context.get(context, Hub.Hub)
    const { handedOver } = Context.get(context, Broadcaster.Broadcaster)
    const clients: Array<Client> = []
    const handed: Array<HandedOver> = []
    const told: Array<Handed> = []
    const numbered = numbering()
    let node = empty

    const [natively, plainly] = [noting(native), noting(plain)]
    const opened = (): Outbox => {
      const kind = kindOf[clients.length % kindOf.length]!
      const connection = new SlowRecorder(() => {
        clock.take(cost)
      })
      const outbox = new Outbox(connection, defaults, () => undefined, plain)
      const interpreter = interpreterOf(kind)
      outbox.speak((kind.isNative ? natively : plainly).dialect, interpreter)
      clients.push({ number: node.lastClient + 1, outbox, dialect: kind.isNative ? native : plain, interpreter, connection })
      return outbox
    }
    const publish = (step: Step) => {
      const performed = perform(node, step, step._tag === "Connect" ? opened() : nobody)
      node = performed.node
      told.push(...numbered(performed.handings))
      if (!unsafePublish(performed.handings)) throw new Error("The Hub had no room for what was handed on")
    }
    const happen = ({ come, go, isOldest }: Moment, steps: ReadonlyArray<Step>) => {
      for (let n = 0; n < come; n += 1) {
        publish({ _tag: "Connect", now: 0 })
        publish(joins(node.lastClient))
      }
      for (const step of steps) publish(adapted(step, node))
      const present = membersOf(node)
      const going = isOldest ? present.slice(0, go) : present.slice(Math.max(0, present.length - go))
      for (const { client } of going) publish({ _tag: "Leave", who: client, code: "lost", now: 0 })
    }

    let start = 0
    for (const moment of moments) {
      happen(moment, all.slice(start, start + moment.steps))
      start += moment.steps
      if (moment.isAwaited) {
        const place = told.length
        yield* Effect.fork(
          Effect.map(handedOver(place, patience), () => {
            handed.push({ place, writes: new Map(clients.map((client) => [client, client.connection.writes.length])) })
          })
        )
      }
      yield* turns(moment.turns)
      clock.pass(moment.wait)
      yield* turns(moment.turns)
    }
    yield* Effect.raceFirst(handedOver(told.length, patience), Effect.forever(timeGoesBy))
    return { told, clients, worded: [natively.worded, plainly.worded], handed }
  }).pipe(Effect.scoped, Effect.withClock(clock))
}

/** Many who came or went, of whom one line is told; where everybody went, nobody is told of it. */
interface Crowd {
  readonly seq: number
  readonly presence: Presence | undefined
}

/** Whose number is part of a crowd. */
type Crowds = ReadonlyMap<number, Crowd>

/** The crowds that were told of: holds that each names all that it stands for, and that nothing is in two. */
const crowdsOf = ({ told, worded }: Played): Crowds => {
  const crowds = new Map<number, Crowd>()
  const add = (first: number, all: Crowd) => {
    for (let seq = first; seq <= all.seq; seq += 1) {
      if (crowds.has(seq)) throw new Error(`Number ${seq} was told twice`)
      crowds.set(seq, all)
    }
  }
  const moves = told.flatMap(({ event }) => (event._tag === "Joined" || event._tag === "Left" ? [event] : []))
  for (const presence of new Set(worded.flat().flatMap((event) => (event._tag === "Presence" ? [event] : [])))) {
    const { first, here, joined, left, seq } = presence
    const part = moves.filter((move) => move.seq >= first && move.seq <= seq)
    expect(part).toHaveLength(seq - first + 1)
    expect(joined).toEqual(part.flatMap((event) => (event._tag === "Joined" ? [event.member] : [])))
    expect(left.map(({ member }) => member)).toEqual(part.flatMap((event) => (event._tag === "Left" ? [event.member] : [])))
    expect(here).toBe(presentAfter(moves, seq))
    expect(Math.max(joined.length, left.length)).toBeGreaterThan(crowd)
    add(first, { seq, presence })
  }
  const alone = new Set(worded.flat().flatMap((event) => (event._tag === "Joined" || event._tag === "Left" ? [event.seq] : [])))
  const untold = moves.filter(({ seq }) => !alone.has(seq) && !crowds.has(seq))
  for (const stretch of stretches(untold)) {
    const { seq } = stretch.at(-1)!
    const gone = stretch.filter(({ _tag }) => _tag === "Left").length
    const isMany = Math.max(gone, stretch.length - gone) > crowd
    if (isMany && stretch.some((move) => presentAfter(moves, move.seq) === 0)) add(stretch[0]!.seq, { seq, presence: undefined })
  }
  return crowds
}

interface Move {
  readonly _tag: "Joined" | "Left"
  readonly seq: number
}

/** How many were in the room after so many numbers. */
const presentAfter = (moves: ReadonlyArray<Move>, last: number): number =>
  moves.reduce((present, { _tag, seq }) => (seq > last ? present : present + (_tag === "Joined" ? 1 : -1)), 0)

/** Those whose numbers follow each other. */
const stretches = (moves: ReadonlyArray<Move>): ReadonlyArray<ReadonlyArray<Move>> => {
  const found: Array<Array<Move>> = []
  for (const move of moves) {
    if (found.at(-1)?.at(-1)?.seq === move.seq - 1) found.at(-1)?.push(move)
    else found.push([move])
  }
  return found
}

/** What is meant for each, in the order in which it was decided. */
const meantFor = ({ clients, told }: Played): ReadonlyMap<Client, ReadonlyArray<Handed>> => {
  const meant = new Map<Peer, Array<Handed>>(clients.map(({ outbox }) => [outbox, []]))
  const peers = new Map<Chat.ClientId, Peer>(clients.map(({ number, outbox }) => [number, outbox]))
  for (const handed of told) {
    const isOwn = handed.event._tag === "Said" || handed.event._tag === "Acted"
    for (const { peer } of handed.audience) {
      if (peer === undefined) continue
      if (!isOwn || (handed.from && peers.get(handed.from.client)) !== peer || peer.echo) meant.get(peer)?.push(handed)
    }
  }
  return new Map(clients.map((client) => [client, meant.get(client.outbox) ?? []]))
}

/** Where in what a client was told each thing that was handed on to it ends. */
type Ends = ReadonlyArray<{ readonly place: number; readonly end: number }>

/**
 * Holds that a client was told this and nothing else, each once and in this
 * order, where a crowd's line stands for the moves in it. Whoever leaves in a
 * crowd is not told of that crowd any more, nor of those right before it.
 */
const follow = (client: Client, meant: ReadonlyArray<Handed>, crowds: Crowds, leftAs: number | undefined): Ends => {
  const text = client.connection.writes.join("")
  const ends: Array<{ readonly place: number; readonly end: number }> = []
  let at = 0
  let owed: ReadonlyArray<number> = []
  let isOver = false
  const heard = (place: number, words: string) => {
    if (!text.startsWith(words, at)) throw new Error(`What was to come was ${JSON.stringify(words)}, and not ${JSON.stringify(text.slice(at, at + 300))}`)
    at += words.length
    ends.push({ place, end: at })
  }
  for (const { event, place, room } of meant) {
    if (event._tag === "Connected" || event._tag === "Disconnected" || isOver) continue
    const part = room !== undefined && "seq" in event ? crowds.get(event.seq) : undefined
    if (part !== undefined && "seq" in event) {
      owed = [...owed, event.seq]
      if (part.presence === undefined || part.seq !== event.seq) continue
      heard(place, client.dialect.encode(part.presence))
      owed = []
    } else {
      if (room !== undefined && owed.length > 0) throw new Error(`Before ${event._tag} ${place} there was nothing of ${owed.join()}`)
      heard(place, wordsOf(event, client))
      // Whatever is answered after that, a farewell is the last thing that is written.
      isOver = event._tag === "Goodbye"
    }
  }
  if (at < text.length) throw new Error(`There was more: ${JSON.stringify(text.slice(at, at + 300))}`)
  const isInCrowds = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n).every((seq) => crowds.has(seq))
  for (const number of owed) {
    if (leftAs === undefined || !isInCrowds(number, leftAs)) throw new Error(`At last there was nothing of ${owed.join()}`)
  }
  return ends
}

/** Holds of all that was played that each client was told its own, and nothing else: where what it was told of ends. */
const followAll = (played: Played): ReadonlyMap<Client, Ends> => {
  const crowds = crowdsOf(played)
  const left = new Map(played.told.flatMap(({ event, from }) => (event._tag === "Left" ? [[from?.client, event.seq] as const] : [])))
  return new Map(
    Array.from(meantFor(played), ([client, meant]) => [client, follow(client, meant, crowds, left.get(client.number))])
  )
}

/** How often the room was told of somebody who came or went after the welcome of one who came later. */
const overtakings = ({ worded }: Played): number =>
  worded.reduce((sum, events) => {
    let welcomed = 0
    const late = events.filter((event) => {
      if (event._tag === "Welcome") welcomed = Math.max(welcomed, event.seq)
      return (event._tag === "Joined" || event._tag === "Left" || event._tag === "Presence") && event.seq < welcomed
    })
    return sum + late.length
  }, 0)

describe("What has waited, of more than one line can name,", () => {
  const moves = FastCheck.array(FastCheck.record({ come: FastCheck.integer({ min: 0, max: 40 }), go: FastCheck.integer({ min: 0, max: 40 }), isOldest: FastCheck.boolean() }), {
    minLength: 15,
    maxLength: 30,
    size: "max"
  })

  it("is told in parts to those who are left of who was there at that time, with how many that were", () => {
    let parts = 0
    for (const script of samples(moves, 12)) {
      let node = members
      const numbered = numbering()
      const held: Array<Handed> = []
      const here = new Map<number, ReadonlySet<MemberId>>()
      const happens = ({ handings, node: next }: Performed<Outbox>) => {
        node = next
        held.push(...numbered(handings).filter(isMove))
        here.set(Chat.roomOf(node.chat, lobby).seq, new Set(membersOf(node).map(({ member }) => member.id)))
      }
      for (const { come, go, isOldest } of script) {
        for (let n = 0; n < come; n += 1) happens(enter(node, "guest"))
        // The last one stays: where nobody is left, nobody is told.
        for (let n = 0; n < go && membersOf(node).length > 1; n += 1) happens(exit(node, membersOf(node).at(isOldest ? 0 : -1)!.client, "lost"))
      }
      const left = new Set<MemberId | undefined>(membersOf(node).map(({ member }) => member.id))
      const told = waiting(held).flatMap(({ audience, event, room }) =>
        event._tag === "Joined" || event._tag === "Left" ? [{ audience, event, room }] : []
      )
      for (const { audience, event } of gather(told)) {
        if (event._tag !== "Presence") continue
        parts += 1
        expect(event.here).toBe(here.get(event.seq)?.size)
        for (const { id } of audience) {
          expect(left.has(id)).toBe(true)
          expect(here.get(event.seq)?.has(id!)).toBe(true)
        }
      }
    }
    expect(parts).toBeGreaterThan(20)
  })
})

describe("Whoever comes, talks, changes names and goes, and however long the room waits to hear of it,", () => {
  const count = 600
  // Played once, for each of the tests that read them, and forgotten when these are over.
  const [plays, forget] = Effect.runSync(
    Effect.cachedInvalidateWithTTL(
      Effect.suspend(() => Effect.forEach(samples(scripts, count), (script) => Effect.map(play(script), (played) => ({ played, ends: followAll(played) })))),
      Duration.infinity
    )
  )
  afterAll(() => Effect.runPromise(forget))

  it.live("each is told all that is meant for it, also where one line cannot name them all", () =>
    Effect.gen(function* () {
      for (const kind of kinds) {
        const played = yield* play({ all: [], batchSize: 1024, cost: 3, kindOf: [kind], moments: [opening, { ...opening, come: 300 }] })
        followAll(played)
        expect(new Set(crowdsOf(played).values()).size).toBeGreaterThan(1)
      }
    })
  )

  it.live("each is told all that is meant for it, once and in the one order, from its welcome on", () =>
    Effect.gen(function* () {
      const seen = { crowds: 0, overtakings: 0, renames: 0, leaves: 0 }
      for (const { played } of yield* plays) {
        seen.crowds += new Set(crowdsOf(played).values()).size
        seen.overtakings += overtakings(played)
        seen.renames += played.told.filter(({ event }) => event._tag === "Renamed").length
        seen.leaves += played.told.filter(({ event }) => event._tag === "Left").length
      }
      expect(seen.crowds).toBeGreaterThan(count / 10)
      expect(seen.overtakings).toBeGreaterThan(count)
      expect(seen.renames).toBeGreaterThan(count / 4)
      expect(seen.leaves).toBeGreaterThan(5 * count)
    })
  )

  it.live("each has been told of what somebody waits for, when that one need not wait any more", () =>
    Effect.gen(function* () {
      let checked = 0
      for (const { ends, played } of yield* plays) {
        for (const { place, writes } of played.handed) {
          for (const [client, count] of writes) {
            const due = ends.get(client)?.findLast((told) => told.place <= place)?.end ?? 0
            expect(client.connection.writes.slice(0, count).join("").length).toBeGreaterThanOrEqual(due)
            checked += 1
          }
        }
      }
      expect(checked).toBeGreaterThan(5000)
    })
  )
})
