import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import * as Chat from "../../src/domain/Chat.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import type { MemberId } from "../../src/domain/Member.ts"
import * as Console from "../../src/server/operator/Console.ts"
import type { ListenError } from "../../src/server/Errors.ts"
import * as Hub from "../../src/server/chat/Hub.ts"
import type { Peer as PeerOf } from "../../src/server/chat/Peer.ts"
import * as Registry from "../../src/server/chat/Registry.ts"
import * as Server from "../../src/server/Server.ts"
import type { ServerOptions } from "../../src/server/ServerConfig.ts"
import * as Session from "../../src/server/session/Session.ts"
import { fault, faulty, type Place, sometimes, withPeers, withWays } from "../support/faults.ts"
import { connect, eventually, otherEnd, type Peer } from "../support/Peer.ts"
import { assembled, eventsOf, member, next, open, opened, plainMember, tell } from "../support/room.ts"
import { arrivals, departures, toldUpTo } from "../support/told.ts"

// Nobody is greeted, or cut off, because a test is slow.
const calm: Partial<ServerOptions> = { greetAfter: 60_000, maxWaiting: 200_000_000, hubCapacity: 65_536, rateLimit: undefined }

type Room = Effect.Effect.Success<ReturnType<typeof opened>>

interface Watched {
  readonly context: Context.Context<Registry.Registry>
}

const stateOf = ({ context }: Watched) => {
  const { chat, connections } = Context.get(context, Registry.Registry)
  return Effect.runSync(Effect.all({ chat, connections }))
}

/** Who is connected, and under which names, by each of the registry's own lists. */
const registered = (room: Watched) => {
  const { chat, connections } = stateOf(room)
  const namesOf = (ids: Iterable<MemberId | undefined>) =>
    Array.from(ids, (id) => (id === undefined ? undefined : Chat.personWith(chat, id)?.member.name)).sort()
  return {
    connections: HashMap.size(connections),
    people: Array.from(HashMap.values(chat.people), ({ member }) => member.name).sort(),
    byClient: namesOf(HashMap.values(chat.clients)),
    byMember: namesOf(Chat.roomOf(chat, lobby).seats.map(({ id }) => id)),
    firstPage: Chat.roomOf(chat, lobby).firstPage.map(({ name }) => name).sort(),
    byName: namesOf(HashMap.values(chat.names)),
    byLook: namesOf(new Set(Array.from(HashMap.values(chat.looks)).flat()))
  }
}

/** What the registry holds when only these are connected, all of them in the room. */
const only = (...names: ReadonlyArray<string>) => ({
  connections: names.length,
  people: names,
  byClient: names,
  byMember: names,
  firstPage: names,
  byName: names,
  byLook: names
})

/** Waits until just so many are connected. */
const holds = (room: Watched, connections: number) =>
  eventually(`${connections} are connected`, () => HashMap.size(stateOf(room).connections) === connections)

let marks = 0

/** All that this member has been told up to now. */
const toldSoFar = (peer: Peer) =>
  Effect.suspend(() => {
    const ref = `mark ${(marks += 1)}`
    return Effect.zipRight(tell(peer, { _tag: "Ping", ref }), toldUpTo(peer, (told) => told._tag === "Pong" && told.ref === ref))
  })

const long = "x".repeat(15_000)

/** Talks until so much waits in the server for this one, who does not read. */
const fillUp = (talker: Peer, stalled: Peer) =>
  Effect.gen(function* () {
    const there = otherEnd(stalled)
    yield* stalled.pause
    while ((there?.writableLength ?? 0) <= 65_536) {
      yield* tell(talker, ...Array.from({ length: 20 }, () => ({ _tag: "Say", text: long }) as const))
      yield* toldSoFar(talker)
    }
    // From here on frames are held back.
    yield* tell(talker, { _tag: "Say", text: long })
    yield* toldSoFar(talker)
  })

interface Way {
  readonly title: string
  readonly end: (peer: Peer) => void
  /** What the room may be told: one who closes with something unread resets the connection. */
  readonly codes: ReadonlyArray<string>
}

const ways: ReadonlyArray<Way> = [
  { title: "a reset", end: ({ socket }) => socket.resetAndDestroy(), codes: ["lost"] },
  { title: "a half-close", end: ({ socket }) => socket.end(), codes: ["closed"] },
  { title: "a close", end: ({ socket }) => socket.destroy(), codes: ["closed", "lost"] }
]

interface State {
  readonly title: string
  readonly config?: Partial<ServerOptions>
  /** Brings somebody called bob to this point. */
  readonly reach: (room: Room, ada: Peer, bob: Peer) => Effect.Effect<unknown>
  /** Whether bob has been in the room by then. */
  readonly joined: boolean
  /** What the room is told of bob, whatever the way. */
  readonly code?: string
}

const greet = (bob: Peer) => Effect.zipRight(bob.send("bob\n"), bob.line)
const hello = (bob: Peer) => Effect.zipRight(tell(bob, { _tag: "Hello", v: 1, nickname: "bob" }), next(bob, "Welcome"))
/** Sends something, and waits until the server has it. */
const arrives = (bob: Peer, bytes: string) =>
  Effect.suspend(() => {
    const before = otherEnd(bob)?.bytesRead ?? 0
    return Effect.zipRight(
      bob.send(bytes),
      eventually("the bytes have come", () => otherEnd(bob)?.bytesRead === before + Buffer.byteLength(bytes))
    )
  })

// Only what the client does ends such a farewell.
const patient = { farewellDrain: 600_000, closeGrace: 600_000, stallTimeout: 600_000 }

const states: ReadonlyArray<State> = [
  { title: "one who has said nothing", joined: false, reach: () => Effect.void },
  { title: "one who was greeted", config: { greetAfter: 1 }, joined: false, reach: (_room, _ada, bob) => bob.line },
  { title: "one whose first bytes may be HTTP", joined: false, reach: (_room, _ada, bob) => arrives(bob, "GE") },
  { title: "one whose first bytes may be native", joined: false, reach: (_room, _ada, bob) => arrives(bob, "{ ") },
  { title: "half a Hello", joined: false, reach: (_room, _ada, bob) => arrives(bob, `{"_tag":"Hello","v":1,"nick`) },
  { title: "half a plain name", joined: false, reach: (_room, _ada, bob) => arrives(bob, "b") },
  {
    title: "a native client whose name was refused",
    joined: false,
    reach: (_room, _ada, bob) => Effect.zipRight(tell(bob, { _tag: "Hello", v: 1, nickname: "ada" }), next(bob, "Refused"))
  },
  {
    title: "a plain client whose name was refused",
    joined: false,
    reach: (_room, _ada, bob) => Effect.zipRight(bob.send("\n"), bob.line)
  },
  { title: "a native member", joined: true, reach: (_room, _ada, bob) => hello(bob) },
  { title: "a plain member", joined: true, reach: (_room, _ada, bob) => greet(bob) },
  {
    title: "a native member in the middle of a line",
    joined: true,
    reach: (_room, _ada, bob) => Effect.zipRight(hello(bob), arrives(bob, `{"_tag":"Say","te`))
  },
  { title: "a plain member in the middle of a line", joined: true, reach: (_room, _ada, bob) => Effect.zipRight(greet(bob), arrives(bob, "hal")) },
  {
    title: "a member with something unread",
    joined: true,
    reach: (_room, ada, bob) =>
      Effect.gen(function* () {
        yield* hello(bob)
        yield* bob.pause
        yield* tell(ada, { _tag: "Say", text: long })
        yield* toldSoFar(ada)
      })
  },
  {
    title: "a native member for whom much is held back",
    config: patient,
    joined: true,
    reach: (_room, ada, bob) => Effect.zipRight(hello(bob), fillUp(ada, bob))
  },
  {
    title: "a plain member for whom much is held back",
    config: patient,
    joined: true,
    reach: (_room, ada, bob) => Effect.zipRight(greet(bob), fillUp(ada, bob))
  },
  {
    title: "one who is being told goodbye",
    config: patient,
    joined: true,
    code: "quit",
    reach: (room, ada, bob) =>
      Effect.gen(function* () {
        yield* hello(bob)
        yield* fillUp(ada, bob)
        yield* tell(bob, { _tag: "Quit" })
        yield* holds(room, 2)
      })
  },
  {
    title: "one who is being sent away",
    config: patient,
    joined: true,
    code: "removed",
    reach: (room, ada, bob) =>
      Effect.gen(function* () {
        yield* greet(bob)
        yield* fillUp(ada, bob)
        for (const { member, peer } of yield* Context.get(room.context, Registry.Registry).members) {
          if (member.name === "bob") peer?.remove("removed")
        }
        yield* holds(room, 2)
      })
  }
]

describe("However somebody's connection ends, and wherever it stands, nothing of it stays, and the room is told once:", () => {
  for (const way of ways) {
    for (const state of states) {
      it.scopedLive(`${way.title}, of ${state.title}`, () =>
        Effect.gen(function* () {
          const room = yield* opened({ ...calm, ...state.config })
          const witness = yield* member(room.port, "witness")
          const ada = yield* member(room.port, "ada")
          const bob = yield* connect(room.port)
          yield* holds(room, 3)
          const there = otherEnd(bob)
          yield* state.reach(room, ada, bob)

          way.end(bob)
          // One who has only ended its own half reads to the end.
          bob.socket.resume()
          yield* holds(room, 2)
          expect(registered(room)).toEqual(only("ada", "witness"))
          yield* eventually("its socket is gone", () => there?.destroyed === true)

          const told = yield* toldSoFar(witness)
          const [, ...came] = told.flatMap(arrivals)
          const went = told.flatMap(departures)
          expect(went.map(({ id }) => id)).toEqual(came)
          if (state.joined) expect(went.map(({ name }) => name)).toEqual(["bob"])
          const codes = state.code === undefined ? way.codes : [state.code]
          for (const { code } of went) expect(codes).toContain(code)

          // The name is free again, and those who are left go on.
          const other = yield* plainMember(room.port, "bob")
          yield* tell(ada, { _tag: "Say", text: "still here" })
          expect(yield* other.line).toBe("ada: still here")
          expect(registered(room)).toEqual(only("ada", "bob", "witness"))
        })
      )
    }
  }

  it.scopedLive("in the middle of what it is told, after any number of bytes", () =>
    Effect.gen(function* () {
      const room = yield* opened(calm)
      const witness = yield* member(room.port, "witness")
      const ada = yield* member(room.port, "ada")
      const lines = Array.from({ length: 400 }, (_, n) => ({ _tag: "Say", text: `${n} ${"é".repeat(500)}` }) as const)
      const lengths = [...Array.from({ length: 60 }, (_, n) => 1 + n * 7), ...Array.from({ length: 60 }, (_, n) => 500 + n * 6_000)]
      const enders = yield* Effect.forEach(
        lengths,
        (bytes, n) =>
          Effect.gen(function* () {
            const way = ways[n % ways.length]!
            const peer = yield* connect(room.port)
            const ended = peer.until("place to end at", () => (peer.socket.bytesRead >= bytes ? true : undefined)).pipe(
              Effect.map(() => {
                way.end(peer)
              })
            )
            const name = `ender${n}`
            yield* n % 2 === 0 ? tell(peer, { _tag: "Hello", v: 1, nickname: name }) : peer.send(`${name}\n`)
            return { name, codes: way.codes, ended: yield* Effect.fork(ended) }
          }),
        { concurrency: "unbounded" }
      )
      yield* eventually("all have joined", () => stateOf(room).chat.lastMember === enders.length + 2)
      for (let start = 0; start < lines.length; start += 10) {
        yield* tell(ada, ...lines.slice(start, start + 10))
        yield* toldSoFar(ada)
      }
      yield* Effect.forEach(enders, ({ ended }) => ended, { discard: true })
      yield* holds(room, 2)
      expect(registered(room)).toEqual(only("ada", "witness"))

      const told = yield* toldSoFar(witness)
      const went = told.flatMap(departures)
      expect(went.map(({ name }) => name).sort()).toEqual(enders.map(({ name }) => name).sort())
      expect(new Set(told.flatMap(arrivals)).size).toBe(enders.length + 1)
      const codes = new Map(enders.map(({ codes, name }) => [name, codes]))
      for (const { code, name } of went) expect(codes.get(name)).toContain(code)
    })
  )

  it.scopedLive("while the server itself says goodbye", () =>
    Effect.gen(function* () {
      const room = yield* opened({ ...calm, closeGrace: 600_000 })
      const peers = yield* Effect.forEach(Array.from({ length: 60 }), (_, n) =>
        n % 2 === 0 ? member(room.port, `member${n}`) : plainMember(room.port, `member${n}`)
      )
      for (const [n, peer] of peers.entries()) {
        peer.socket.on("data", (bytes: Buffer) => {
          if (bytes.includes("the end")) ways[n % ways.length]!.end(peer)
        })
      }
      yield* room.close("the end")
      expect(registered(room)).toEqual(only())
    })
  )

  it.scopedLive("a thousand resets in one turn, of which the room hears within seconds", () =>
    Effect.gen(function* () {
      const room = yield* opened(calm)
      const crowd = yield* Effect.forEach(Array.from({ length: 1000 }), () => connect(room.port), { concurrency: 50 })
      // They read nothing: what a thousand are told of a thousand takes long to read.
      yield* Effect.forEach(
        crowd,
        (peer, n) => Effect.zipRight(peer.pause, tell(peer, { _tag: "Hello", v: 1, nickname: `crowd${n}` })),
        { discard: true }
      )
      yield* eventually("all have joined", () => Chat.membersOf(stateOf(room).chat, lobby).length === crowd.length)
      const ada = yield* member(room.port, "ada")
      const bob = yield* plainMember(room.port, "bob")
      yield* toldSoFar(ada)
      const start = performance.now()
      for (const { socket } of crowd) socket.resetAndDestroy()
      yield* holds(room, 2)
      const told = yield* toldSoFar(ada)
      expect(performance.now() - start).toBeLessThan(5000)

      expect(registered(room)).toEqual(only("ada", "bob"))
      const went = told.flatMap(departures)
      expect(went.map(({ name }) => name).sort()).toEqual(crowd.map((_, n) => `crowd${n}`).sort())
      expect(new Set(went.map(({ code }) => code))).toEqual(new Set(["lost"]))
      yield* bob.send("still here\n")
      expect(yield* next(ada, "Said")).toMatchObject({ text: "still here" })
    })
  )
})

/** Keeps what is logged, its cause included. */
const keepingLog = (lines: Array<string>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ cause, logLevel, message }) => {
      lines.push(`${logLevel.label} ${[message].flat().map(String).join(" ")}: ${Cause.pretty(cause)}`)
    })
  )

interface Fault {
  readonly title: string
  /** What throws, once. */
  readonly place: Place
  /** The first time that something comes by, or a later one. */
  readonly nth?: number
  /** What bob then does. */
  readonly trigger: (bob: Peer) => Effect.Effect<unknown>
  readonly goodbye: "native" | "plain"
}

// The message that met the fault may be one that was not said.
const inWords = /^You have been disconnected: internal error\.(?: 1 of your messages was not said\.)?\n$/mu

/** Where the server makes commands of bytes, and of silences. */
const decoding: ReadonlyArray<Fault & { readonly enter: (port: number) => ReturnType<typeof member>; readonly joined: boolean }> = [
  {
    title: "the first bytes",
    place: "recognise",
    enter: connect,
    joined: false,
    trigger: (bob) => bob.send("bob\n"),
    goodbye: "plain"
  },
  {
    title: "a Hello",
    place: "hear",
    enter: connect,
    joined: false,
    trigger: (bob) => tell(bob, { _tag: "Hello", v: 1, nickname: "bob" }),
    goodbye: "native"
  },
  {
    title: "a native line",
    place: "hear",
    enter: (port) => member(port, "bob"),
    joined: true,
    trigger: (bob) => tell(bob, { _tag: "Say", text: "hi" }),
    goodbye: "native"
  },
  {
    title: "the end of a native client's input",
    place: "end",
    enter: (port) => member(port, "bob"),
    joined: true,
    trigger: (bob) => bob.end,
    goodbye: "native"
  },
  {
    title: "a plain line",
    place: "hear",
    enter: (port) => plainMember(port, "bob"),
    joined: true,
    trigger: (bob) => bob.send("hi\n"),
    goodbye: "plain"
  },
  {
    title: "a plain client's silence",
    place: "silence",
    enter: connect,
    joined: false,
    trigger: (bob) => bob.send("bob"),
    goodbye: "plain"
  },
  {
    title: "how long a plain client's silence may be",
    place: "patience",
    enter: (port) => plainMember(port, "bob"),
    joined: true,
    trigger: (bob) => bob.send("hi\n"),
    goodbye: "plain"
  },
  {
    title: "a plain client's name, once it is in",
    place: "told",
    enter: connect,
    joined: true,
    trigger: (bob) => Effect.zipRight(bob.send("bob\n"), bob.line),
    goodbye: "plain"
  }
]

/** Where the room decides what comes of what was heard. */
const deciding: typeof decoding = [
  {
    title: "a Hello",
    place: "command",
    enter: connect,
    joined: false,
    trigger: (bob) => tell(bob, { _tag: "Hello", v: 1, nickname: "bob" }),
    goodbye: "native"
  },
  {
    title: "a name, in the middle of the decision",
    place: "key",
    enter: connect,
    joined: false,
    trigger: (bob) => bob.send("bob\n"),
    goodbye: "plain"
  },
  {
    title: "a name, once it is the newcomer's",
    place: "looks",
    nth: 2,
    enter: connect,
    joined: false,
    trigger: (bob) => bob.send("bob\n"),
    goodbye: "plain"
  },
  {
    title: "another name, once the one before is free",
    place: "looks",
    enter: (port) => member(port, "bob"),
    joined: true,
    trigger: (bob) => tell(bob, { _tag: "Rename", nickname: "rob" }),
    goodbye: "native"
  },
  {
    title: "a native message",
    place: "command",
    enter: (port) => member(port, "bob"),
    joined: true,
    trigger: (bob) => tell(bob, { _tag: "Say", text: "hi" }),
    goodbye: "native"
  },
  {
    title: "a plain message",
    place: "command",
    enter: (port) => plainMember(port, "bob"),
    joined: true,
    trigger: (bob) => bob.send("hi\n"),
    goodbye: "plain"
  },
  {
    title: "what is no command",
    place: "reply",
    enter: (port) => member(port, "bob"),
    joined: true,
    trigger: (bob) => bob.send("no JSON\n"),
    goodbye: "native"
  }
]

/** A room, what it logs, and whether it wants to close. */
const watched = <A>(layer: Layer.Layer<A | Server.Server | Registry.Registry, ListenError>) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const room = yield* open(layer.pipe(Layer.provide(keepingLog(log))))
    const closing = yield* Effect.forkScoped(room.server.closing)
    return { ...room, log, isClosing: () => closing.unsafePoll() !== null }
  })

/** A room into whose parts a fault can be put. */
const brittle = Effect.gen(function* () {
  const { door, inject, registry } = faulty()
  return { ...(yield* watched(assembled(calm, { door, registry }))), inject }
})

/** What is said in the room still comes to others who are in it, and to newcomers. */
const goesOn = (room: { readonly port: number; readonly isClosing: () => boolean }, ada: Peer) =>
  Effect.gen(function* () {
    const newcomer = yield* plainMember(room.port, "newcomer")
    yield* tell(ada, { _tag: "Say", text: "still here" })
    expect(yield* newcomer.line).toBe("ada: still here")
    expect(room.isClosing()).toBe(false)
  })

describe("A fault ends one session at most:", () => {
  const sessions = [
    ...decoding.map((one) => ({ ...one, where: `what hears ${one.title}` })),
    ...deciding.map((one) => ({ ...one, where: `what decides of ${one.title}` }))
  ]
  for (const { enter, goodbye, joined, nth, place, trigger, where } of sessions) {
    it.scopedLive(`in ${where}`, () =>
      Effect.gen(function* () {
        const room = yield* brittle
        const ada = yield* member(room.port, "ada")
        const bob = yield* enter(room.port)
        room.inject(place, nth)
        yield* trigger(bob)
        const heard = yield* bob.rest
        if (goodbye === "plain") expect(heard).toMatch(inWords)
        else expect(eventsOf(heard).at(-1)).toMatchObject({ _tag: "Goodbye", code: "internal-error", reason: "internal error" })

        const went = (yield* toldSoFar(ada)).flatMap(departures)
        expect(went).toMatchObject(joined ? [{ name: "bob", code: "internal-error", reason: "internal error" }] : [])
        expect(room.log).toHaveLength(1)
        expect(room.log[0]).toMatch(/^ERROR The session of 127\.0\.0\.1:\d+ has failed: Error: a fault of the test\n\s+at /u)
        expect(registered(room)).toEqual(only("ada"))
        yield* goesOn(room, ada)
      })
    )
  }

  it.scopedLive("in its own goodbye, and its connection is closed all the same", () =>
    Effect.gen(function* () {
      const room = yield* brittle
      const ada = yield* member(room.port, "ada")
      const bob = yield* member(room.port, "bob")
      room.inject("goodbye")
      yield* tell(bob, { _tag: "Quit" })
      yield* bob.closed
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "bob" }, code: "quit" })
      yield* eventually("the fault is logged", () => room.log.join().includes("Error: a fault of the test"))
      yield* goesOn(room, ada)
    })
  )

  it.scopedLive("in the goodbye of one when the server closes, and the others are told", () =>
    Effect.gen(function* () {
      const room = yield* brittle
      const peers = yield* Effect.forEach(["ada", "bob", "eve"], (name) => member(room.port, name))
      room.inject("goodbye")
      yield* room.close("the end")
      const last = yield* Effect.forEach(peers, (peer) => Effect.zipRight(peer.closed, Effect.sync(() => peer.unread.toString())))
      expect(last.filter((text) => text.includes(`"code":"closing","reason":"the end"`)).length).toBeGreaterThanOrEqual(2)
    })
  )

  it.scopedLive("in one who watches the room, and none at all", () =>
    Effect.gen(function* () {
      const room = yield* watched(Server.layer({ port: 0, ...calm, hubCapacity: 32, maxClients: 10 }))
      const watching = yield* Context.get(room.context, Hub.Hub).observe(8).pipe(
        Stream.runForEach(() => Effect.sync(fault)),
        Effect.exit,
        Effect.fork
      )
      const ada = yield* member(room.port, "ada")
      yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.zipRight(tell(ada, ...Array.from({ length: 20 }, () => ({ _tag: "Say", text: "hi" }) as const)), toldSoFar(ada))
      )
      expect(watching.unsafePoll()).not.toBeNull()
      yield* goesOn(room, ada)
    })
  )

  const consoles: ReadonlyArray<readonly [string, Console.Format, Console.ConsoleOutput["Type"]]> = [
    ["how the console looks", (entry) => (entry.message.includes("boom") ? fault() : entry.message), { write: () => undefined }],
    [
      "where the console writes",
      ({ message }) => message,
      {
        write: (text) => {
          if (text.includes("boom")) fault()
        }
      }
    ]
  ]
  for (const [title, format, output] of consoles) {
    it.scopedLive(`in ${title}, and none at all`, () =>
      Effect.gen(function* () {
        const hubCapacity = 64
        const room = yield* watched(
          Server.port.pipe(
            Layer.provideMerge(Console.layer(format)),
            Layer.provideMerge(Layer.succeed(Console.ConsoleOutput, output)),
            Layer.provideMerge(Server.core({ port: 0, ...calm, hubCapacity, maxClients: 10 }))
          )
        )
        yield* Context.get(room.context, Console.Console).open("here", [])
        const ada = yield* member(room.port, "ada")
        yield* tell(ada, { _tag: "Say", text: "boom" })
        // More than the Hub holds.
        for (let n = 0; n < hubCapacity; n += 1) yield* toldSoFar(ada)
        yield* goesOn(room, ada)
      })
    )
  }

  /** A room in which the way to the first client gets these faults once the test says so. */
  const withFaults = (config: Partial<ServerOptions>, faults: Partial<Pick<PeerOf, "send" | "farewell" | "keepAlive">>) => {
    let isFirst = true
    let isDue = false
    const registry = withPeers((peer) => {
      const isHit = isFirst
      isFirst = false
      return isHit ? sometimes(peer, withWays(peer, faults), () => isDue) : peer
    })
    return Effect.map(watched(assembled({ ...calm, ...config }, { registry })), (room) => ({
      ...room,
      inject: () => {
        isDue = true
      }
    }))
  }

  it.scopedLive("in asking one for a sign of life: the others are asked all the same, and which timer it was is logged", () =>
    Effect.gen(function* () {
      const room = yield* withFaults({ keepaliveEvery: 5, keepalive: 10 }, { keepAlive: fault })
      const ada = yield* member(room.port, "ada")
      const bob = yield* member(room.port, "bob")
      room.inject()
      expect(eventsOf(yield* ada.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "internal-error" })
      expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "ada" }, code: "internal-error" })
      yield* next(bob, "Ping")
      expect(room.log).toHaveLength(1)
      expect(room.log[0]).toMatch(/^ERROR To ask 127\.0\.0\.1:\d+ for a sign of life has failed: Error: a fault of the test\n\s+at /u)
    })
  )

  it.scopedLive("in writing to one, in the middle of a broadcast: all others are told", () =>
    Effect.gen(function* () {
      const room = yield* withFaults({}, { send: fault })
      const ada = yield* member(room.port, "ada")
      const bob = yield* member(room.port, "bob")
      const eve = yield* plainMember(room.port, "eve")
      yield* toldSoFar(ada)
      room.inject()
      yield* tell(bob, { _tag: "Say", text: "hi" })
      expect(yield* next(bob, "Said")).toMatchObject({ text: "hi" })
      expect(yield* eve.line).toBe("bob: hi")
      expect(eventsOf(yield* ada.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "internal-error", reason: "internal error" })
      expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "ada" }, code: "internal-error" })
      expect(yield* eve.line).toBe("ada has left the chat. (internal error)")
      expect(room.log).toHaveLength(1)
      expect(room.log[0]).toMatch(/^ERROR What was to be sent to a client has failed: Error: a fault of the test\n\s+at /u)
      yield* tell(bob, { _tag: "Say", text: "still here" })
      expect(yield* eve.line).toBe("bob: still here")
    })
  )

  const broadcasts: ReadonlyArray<readonly [string, Place]> = [
    ["what an event looks like", "encode"],
    ["who gets its own messages back", "echo"]
  ]
  for (const [title, place] of broadcasts) {
    it.scopedLive(`in the broadcast, over ${title}: it is that of who spoke`, () =>
      Effect.gen(function* () {
        const room = yield* brittle
        const ada = yield* member(room.port, "ada")
        const bob = yield* plainMember(room.port, "bob")
        yield* toldSoFar(ada)
        room.inject(place)
        yield* bob.send("hi\n")
        expect(yield* bob.rest).toMatch(inWords)
        expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "bob" }, code: "internal-error" })
        expect(room.log).toHaveLength(1)
        expect(room.log[0]).toMatch(/^ERROR What was to be sent to a client has failed: Error: a fault of the test\n\s+at /u)
        yield* goesOn(room, ada)
      })
    )
  }

  it.scopedLive("in the goodbye of the server to one: the others are told", () =>
    Effect.gen(function* () {
      const room = yield* withFaults({}, { farewell: fault })
      const [ada, bob] = [yield* member(room.port, "ada"), yield* plainMember(room.port, "bob")]
      yield* toldSoFar(ada)
      room.inject()
      yield* room.close("the end")
      expect(yield* bob.rest).toMatch(/The server is closing: the end\.\n$/u)
      yield* ada.closed
    })
  )
})

describe("A fault closes the server, and everybody is told:", () => {
  const told = { _tag: "Goodbye", code: "closing", reason: "internal error" }
  const inWords = "The server is closing: internal error.\n"

  it.scopedLive("in the accept loop", () =>
    Effect.gen(function* () {
      let isBroken = false
      const breaking = Layer.effect(
        Session.Session,
        Effect.map(
          Session.Session,
          ({ serve }): Session.Session["Type"] => ({ serve: (...visit) => (isBroken ? fault() : serve(...visit)) })
        )
      )
      const room = yield* watched(Server.port.pipe(Layer.provideMerge(breaking), Layer.provideMerge(Server.core({ port: 0, ...calm }))))
      const ada = yield* member(room.port, "ada")
      const bob = yield* plainMember(room.port, "bob")
      isBroken = true
      const unlucky = yield* connect(room.port)
      expect(yield* room.server.closing).toEqual({ reason: "internal error", asked: false })
      expect(room.log).toHaveLength(1)
      expect(room.log[0]).toMatch(/^FATAL The accept loop has failed: Error: a fault of the test\n\s+at /u)
      const late = yield* connect(room.port)
      yield* room.shut
      expect(eventsOf(yield* ada.rest).at(-1)).toMatchObject(told)
      expect(yield* bob.rest).toBe(inWords)
      expect(yield* unlucky.rest).toBe(inWords)
      expect(yield* late.rest).toBe(inWords)
    })
  )
})
