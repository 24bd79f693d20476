import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { roomOf } from "../../src/domain/Chat.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { encode } from "../../src/domain/wire/Ndjson.ts"
import { throttled } from "../../src/domain/phrases.ts"
import * as Registry from "../../src/server/chat/Registry.ts"
import * as Server from "../../src/server/Server.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { connect, eventually, otherEnd, type Peer } from "../support/Peer.ts"
import { event, eventsOf, loggingTo, member, next, open, opened, plainMember, tell, upTo } from "../support/room.ts"

/** The line with which somebody says hello. */
const hello = (nickname: string) => `${JSON.stringify({ _tag: "Hello", v: 1, nickname })}\n`

/** Holds that this native client is there, and has been told nothing that nobody asked for. */
const isUndisturbed = (peer: Peer) =>
  Effect.gen(function* () {
    yield* tell(peer, { _tag: "Ping", ref: "still there" })
    expect(yield* event(peer)).toMatchObject({ _tag: "Pong", ref: "still there" })
  })

/** Holds that this native client was told goodbye in its own words, as the last thing. */
const isToldGoodbye = (peer: Peer, told: object) =>
  Effect.map(peer.rest, (rest) => {
    expect(eventsOf(rest).at(-1)).toMatchObject({ _tag: "Goodbye", ...told })
  })

const full = { code: "full", reason: "the room is full (1 at most): try again later" }

describe.concurrent("When the room is full", () => {
  const plainWords = `You have been disconnected: ${full.reason}.\n`
  const refused: ReadonlyArray<readonly [string, string, (words: string) => void]> = [
    ["a native client", hello("bob"), (words) => { expect(eventsOf(words)).toMatchObject([{ _tag: "Goodbye", ...full }]) }],
    ["a plain one", "bob\n", (words) => { expect(words).toBe(plainWords) }],
    ["one who sends no line feed", "bob", (words) => { expect(words).toBe(plainWords) }],
    ["one who says nothing", "", (words) => { expect(words).toBe(plainWords) }],
    ["a browser", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", (words) => { expect(words).toMatch(/^HTTP\/1\.1 503 /u) }],
    ["an IRC client", "NICK bob\r\nUSER bob 0 * :bob\r\n", (words) => { expect(words).toMatch(/^:brusio NOTICE \* :.*full.*\r\nERROR :.*\r\n$/u) }],
    ["one who sends far more than is read", `bob\n${"x".repeat(200_000)}\n`, (words) => { expect(words).toBe(plainWords) }]
  ]
  for (const [title, bytes, isTold] of refused) {
    it.scopedLive(`${title} is told so in its own words, and its connection ends in order`, () =>
      Effect.gen(function* () {
        const { port } = yield* opened({ maxClients: 1, greetAfter: 300, nameSilence: 20 })
        const ada = yield* member(port, "ada")
        const newcomer = yield* connect(port)
        yield* newcomer.send(bytes)
        isTold(yield* newcomer.rest)
        yield* isUndisturbed(ada)
      })
    )
  }

  it.scopedLive("there is room again as soon as one has left, for as many as have", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxClients: 3 })
      const [first, second] = [yield* member(port, "first"), yield* plainMember(port, "second")]
      // Without a name one takes a place too.
      const nameless = yield* connect(port)
      yield* tell(nameless, { _tag: "Ping" })
      yield* next(nameless, "Pong")
      for (const leave of [tell(first, { _tag: "Quit" }), second.send("/quit\n"), Effect.sync(() => nameless.socket.resetAndDestroy())]) {
        const refused = yield* connect(port)
        yield* refused.send(hello("late"))
        yield* isToldGoodbye(refused, { code: "full" })
        yield* leave
        yield* entersInTheEnd(port)
      }
    })
  )
})

/** Tries until there is room: a place is free when the room has been told. */
const entersInTheEnd = (port: number): Effect.Effect<void, never, Effect.Effect.Context<ReturnType<typeof connect>>> =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    yield* peer.send(hello(`late ${peer.socket.localPort}`))
    const { _tag } = yield* event(peer)
    if (_tag !== "Welcome") yield* entersInTheEnd(port)
  })

describe.concurrent("When too many come from one address", () => {
  it.scopedLive("one more is told so; others come in, and those of that address again when one has left", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxClientsPerAddress: 2 })
      const enter = (from: string, name: string) => Effect.tap(connect(port, from), (peer) => peer.send(hello(name)))
      const [ada, bob] = [yield* enter("127.0.0.2", "ada"), yield* enter("127.0.0.2", "bob")]
      yield* next(ada, "Welcome")
      yield* next(bob, "Welcome")
      const third = yield* enter("127.0.0.2", "eve")
      yield* isToldGoodbye(third, { code: "full", reason: "too many come from your address (2 at most): try again later" })
      const plain = yield* connect(port, "127.0.0.2")
      yield* plain.send("eve\n")
      expect(yield* plain.rest).toBe("You have been disconnected: too many come from your address (2 at most): try again later.\n")
      yield* next(yield* enter("127.0.0.3", "eve"), "Welcome")
      yield* tell(bob, { _tag: "Quit" })
      yield* next(ada, "Left")
      yield* bob.rest
      yield* next(yield* enter("127.0.0.2", "bob"), "Welcome")
    })
  )

  it.scopedLive("an IPv4 address is one address, also where the server listens on IPv6", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ host: "::", maxClientsPerAddress: 1 })
      yield* next(yield* Effect.tap(connect(port, "127.0.0.2"), (peer) => peer.send(hello("ada"))), "Welcome")
      const second = yield* connect(port, "127.0.0.2")
      yield* second.send(hello("bob"))
      yield* isToldGoodbye(second, { code: "full" })
    })
  )
})

describe.concurrent("Without a name", () => {
  const isHeard = (peer: Peer) => Effect.zipRight(tell(peer, { _tag: "Ping" }), next(peer, "Pong"))

  it.scopedLive("one more than may be makes one of the address with most go: the one that tried to come in longest ago, who is told", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxNameless: 3, password: Redacted.make("sesame"), greetAfter: 60_000 })
      const thinking = yield* connect(port, "127.0.0.2")
      yield* isHeard(thinking)
      const first = yield* connect(port)
      yield* isHeard(first)
      const second = yield* connect(port)
      // Another word is no step towards a name; to say one is, also where it does not get in yet.
      yield* tell(first, { _tag: "Hello", v: 1, nickname: "first" })
      yield* next(first, "Refused")
      for (let n = 0; n < 5; n += 1) yield* isHeard(second)
      const third = yield* connect(port)
      yield* isToldGoodbye(second, { code: "full", reason: "others wait for your place, and you have given no name or no password" })
      const fourth = yield* connect(port)
      yield* isToldGoodbye(first, { code: "full" })
      for (const [n, peer] of [thinking, third, fourth].entries()) {
        yield* tell(peer, { _tag: "Hello", v: 1, nickname: `somebody ${n}`, password: "sesame" })
        yield* next(peer, "Welcome")
      }
    })
  )

  it.scopedLive("those who send a byte now and then do not push out one who thinks about a name", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxNameless: 5, greetAfter: 60_000 })
      const thinking = yield* connect(port, "127.0.0.2")
      yield* thinking.send("a")
      yield* eventually("it is heard", () => (otherEnd(thinking)?.bytesRead ?? 0) > 0)
      const attackers = yield* Effect.forEach(Array.from({ length: 15 }), () => Effect.tap(connect(port), (peer) => peer.send("x")), { concurrency: 1 })
      for (const peer of attackers.slice(10)) yield* peer.send("x")
      yield* eventually("those have made room for each other", () => attackers.filter(({ ended }) => ended !== undefined).length >= 11)
      yield* thinking.send("da\n")
      expect(yield* thinking.line).toBe("Welcome ada! To leave, type {quit}.")
    })
  )

  it.scopedLive("one who has to make room without having said a word is told in plain ones", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxNameless: 1, greetAfter: 60_000 })
      const silent = yield* connect(port)
      yield* eventually("it is let in", () => otherEnd(silent) !== undefined)
      yield* isHeard(yield* connect(port))
      expect(yield* silent.rest).toBe("You have been disconnected: others wait for your place, and you have given no name.\n")
    })
  )

  it.scopedLive("those who storm the door do not keep one out who gives a name at once", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxNameless: 10, greetAfter: 60_000 })
      const silent = yield* Effect.forEach(Array.from({ length: 100 }), () => connect(port), { concurrency: 20 })
      yield* member(port, "ada")
      yield* eventually("ninety have made room, and no more", () => silent.filter(({ ended }) => ended === "end").length >= 90)
      expect(silent.filter(({ ended }) => ended !== undefined).length).toBeLessThanOrEqual(91)
      expect(silent.filter(({ ended }) => ended === "reset")).toEqual([])
    })
  )

  it.scopedLive("one has so much time to give one, and is told when it is over; who has a name stays", () =>
    Effect.gen(function* () {
      const nameTimeout = 600
      const { port } = yield* opened({ nameTimeout, greetAfter: 60_000 })
      const ada = yield* member(port, "ada")
      const start = performance.now()
      const [native, plain] = [yield* connect(port), yield* connect(port)]
      yield* isHeard(native)
      yield* isToldGoodbye(native, { code: "no-name" })
      expect(performance.now() - start).toBeGreaterThan(nameTimeout - 20)
      expect(yield* plain.rest).toMatch(/^You have been disconnected: no name was given in time \(\d+ s\)\.\n$/u)
      yield* isUndisturbed(ada)
    })
  )

  it.scopedLive("one is also who has not given the password", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ nameTimeout: 400, password: Redacted.make("sesame") })
      const bob = yield* connect(port)
      yield* bob.send("bob\n")
      expect(yield* bob.rest).toMatch(/^Password:\nYou have been disconnected: no name or no password was given in time/u)
    })
  )
})

describe.concurrent("A line", () => {
  const lineBytes = 300
  const padded = (bytes: number) => {
    const empty = JSON.stringify({ _tag: "Say", text: "" }).length
    return { _tag: "Say", text: "x".repeat(bytes - empty) } as const
  }
  const words = `A line has at most ${lineBytes} bytes: this one was longer and was not taken. Send it in parts.`

  it.scopedLive("may be just so long; a longer one is refused and told of once, and the next one counts", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxLine: lineBytes })
      const ada = yield* member(port, "ada")
      const bob = yield* plainMember(port, "bob")
      yield* next(ada, "Joined")
      yield* tell(ada, padded(lineBytes))
      expect(yield* event(ada)).toMatchObject({ _tag: "Said", text: padded(lineBytes).text })
      yield* tell(ada, padded(lineBytes + 1), padded(100_000), { _tag: "Ping" })
      expect(yield* event(ada)).toMatchObject({ _tag: "Refused", code: "line-too-long", message: words })
      expect(yield* event(ada)).toMatchObject({ _tag: "Refused", code: "line-too-long" })
      expect((yield* event(ada))._tag).toBe("Pong")
      yield* bob.line

      yield* bob.send(`${"y".repeat(lineBytes)}\n${"z".repeat(lineBytes + 1)}\nshort\n`)
      expect(yield* event(ada)).toMatchObject({ _tag: "Said", text: "y".repeat(lineBytes) })
      expect(yield* bob.line).toBe(words)
      expect(yield* event(ada)).toMatchObject({ _tag: "Said", text: "short" })
    })
  )
})

describe.concurrent("A name", () => {
  it.scopedLive("may be just so long: a longer one is refused to programs and cut for people, and all are told beforehand", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxName: 6, maxLine: 400 })
      const ada = yield* connect(port)
      yield* ada.send(hello("abcdefg"))
      expect(yield* event(ada)).toMatchObject({ _tag: "Refused", code: "name-too-long", message: "A name has at most 6 characters and 24 bytes." })
      yield* ada.send(hello("ábcdéf"))
      expect(yield* event(ada)).toMatchObject({ _tag: "Welcome", you: { name: "ábcdéf" }, limits: { lineBytes: 400, nameGraphemes: 6, nameBytes: 24 } })
      yield* tell(ada, { _tag: "Rename", nickname: "seven77" })
      expect(yield* event(ada)).toMatchObject({ _tag: "Refused", code: "name-too-long" })
      const bob = yield* connect(port)
      yield* bob.send("bobbobbob\n")
      expect(yield* bob.line).toBe("Welcome bobbob! To leave, type {quit}.")
      const again = yield* connect(port)
      yield* again.send("bobbob\n")
      expect(yield* again.line).toBe("Welcome bobb_2! To leave, type {quit}.")
    })
  )

  it.scopedLive("that is one character of as many bytes as a name may have is taken by two people", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      // A family of nine with a pile of marks: as much as any writing may join and pile up.
      const one = `${"\u{1f468}\u{1f3fd}\u200d".repeat(8)}\u{1f468}\u{1f3fd}${"\u{1e8d0}".repeat(8)}`
      expect([Buffer.byteLength(one), [...new Intl.Segmenter().segment(one)].length]).toEqual([128, 1])
      const ada = yield* connect(port)
      yield* ada.send(`${one}\n`)
      expect(yield* ada.line).toBe(`Welcome ${one}! To leave, type {quit}.`)
      const bob = yield* connect(port)
      yield* bob.send(`${one}\n`)
      expect(yield* bob.line).toBe("Welcome _2! To leave, type {quit}.")
    })
  )
})

/** So many messages, each with its number. */
const messages = (count: number, rest = "") => Array.from({ length: count }, (_, n) => ({ _tag: "Say", text: `${n} ${rest}` }) as const)

/** The numbers of the messages that somebody hears, as far as this one. */
const hears = (peer: Peer, last: number) =>
  Effect.map(
    upTo(peer, (told) => told._tag === "Said" && told.text.startsWith(`${last} `)),
    (told) => told.flatMap((event) => (event._tag === "Said" ? [Number(event.text.split(" ")[0])] : []))
  )

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** Says words without a line feed; once they are read, a silence that ends them, with room for a machine that is busy. */
const saysAndIsSilent = (peer: Peer, words: string) =>
  Effect.gen(function* () {
    const there = otherEnd(peer)
    const read = (there?.bytesRead ?? 0) + Buffer.byteLength(words)
    yield* peer.send(words)
    yield* eventually("the server reads them", () => (there?.bytesRead ?? 0) >= read)
    yield* Effect.sleep(6 * defaults.chunkSilence)
  })

describe("Who sends too fast", () => {
  it.scopedLive("is told so once and alone, and all of it is taken up in order, at the rate and not slower", () =>
    Effect.gen(function* () {
      // The bucket is full again, so that she would be told once more, only where the machine stands still for half a second.
      const { port } = yield* opened({ rateLimit: { perSecond: 20, burst: 10 } })
      const bob = yield* member(port, "bob")
      const ada = yield* member(port, "ada")
      const start = performance.now()
      yield* tell(ada, ...messages(30))
      const heard = yield* upTo(bob, (told) => told._tag === "Said" && told.text === "29")
      const took = performance.now() - start
      // Her hello was the first of the burst.
      expect(took).toBeGreaterThan(((30 - 10) * 1000) / 20 - 20)
      expect(took).toBeLessThan(3 * (((30 - 9) * 1000) / 20))
      expect(heard.flatMap((event) => (event._tag === "Said" ? [event.text] : []))).toEqual(numbers(30).map(String))
      expect(heard.map(({ _tag }) => _tag)).not.toContain("Throttled")
      const told = yield* upTo(ada, (event) => event._tag === "Said" && event.text === "29")
      expect(told.filter(({ _tag }) => _tag === "Throttled")).toMatchObject([{ perSecond: 20, message: throttled(20) }])
    })
  )

  it.scopedLive("is also who says long things: one counts as many as it has KiB", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 10, burst: 20 } })
      const ada = yield* member(port, "ada")
      const [long, short] = [`1 ${"x".repeat(16_000)}`, "2 x"]
      yield* tell(ada, { _tag: "Say", text: long }, { _tag: "Say", text: short })
      expect([(yield* event(ada))._tag, (yield* event(ada))._tag]).toEqual(["Said", "Said"])
      yield* tell(ada, { _tag: "Say", text: long })
      expect([(yield* event(ada))._tag, (yield* event(ada))._tag]).toEqual(["Throttled", "Said"])
    })
  )

  it.scopedLive("and who are many, do not make those too slow who read what they can", () =>
    Effect.gen(function* () {
      const strangers = 12
      const { port } = yield* opened({ rateLimit: defaults.rateLimit })
      const readers = yield* Effect.forEach(Array.from({ length: 6 }), (_, n) => (n % 2 === 0 ? member(port, `reader ${n}`) : plainMember(port, `reader ${n}`)))
      const talkers = yield* Effect.forEach(Array.from({ length: strangers }), (_, n) => plainMember(port, `stranger ${n}`))
      for (const talker of talkers) for (const { text } of messages(99, "x".repeat(16_000))) yield* talker.send(`${text}\n`)
      // Nearly as much as all of them may say at once.
      const all = strangers * 90 * 1024
      yield* eventually("all have heard it", () => readers.every(({ ended, unread }) => ended !== undefined || unread.length >= all))
      expect(readers.map(({ ended }) => ended)).toEqual(readers.map(() => undefined))
    })
  )

  it.scopedLive("is told so in plain words", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 50, burst: 3 } })
      const bob = yield* plainMember(port, "bob")
      yield* bob.send(`${numbers(10).join("\n")}\n/who\n`)
      expect(yield* bob.line).toBe(throttled(50))
      expect(yield* bob.line).toBe("Here: bob (1)")
    })
  )

  it.scopedLive("is told so again only after having been slow for long enough", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 20, burst: 8 } })
      const ada = yield* member(port, "ada")
      const flood = (ref: string) => Effect.zipRight(
        tell(ada, ...messages(12), { _tag: "Ping", ref }),
        Effect.map(upTo(ada, (told) => told._tag === "Pong" && told.ref === ref), (told) => told.filter(({ _tag }) => _tag === "Throttled").length)
      )
      expect(yield* flood("first")).toBe(1)
      expect(yield* flood("second, at once")).toBe(0)
      // To be full again it takes 400 ms at most.
      yield* Effect.sleep(420)
      expect(yield* flood("third, rested")).toBe(1)
    })
  )

  it.scopedLive("and ends in order still says all of it, at the rate", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 50, burst: 2 } })
      const bob = yield* member(port, "bob")
      const ada = yield* member(port, "ada")
      yield* tell(ada, ...messages(20))
      yield* ada.end
      const told = yield* upTo(bob, ({ _tag }) => _tag === "Left")
      expect(told.flatMap((event) => (event._tag === "Said" ? [event.text] : []))).toEqual(numbers(20).map(String))
      expect(told.at(-1)).toMatchObject({ code: "closed" })
      yield* isToldGoodbye(ada, { code: "closed" })
    })
  )

  it.scopedLive("and ends in order still says all of it, also where it reads nothing any more", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 50, burst: 2 } })
      const bob = yield* member(port, "bob")
      const ada = yield* plainMember(port, "ada")
      yield* next(bob, "Joined")
      yield* ada.pause
      yield* ada.send(`${numbers(20).join("\n")}\n`)
      ada.socket.end(() => ada.socket.destroy())
      // What it is sent from now on is answered with a reset.
      yield* tell(bob, ...messages(3))
      const told = yield* upTo(bob, ({ _tag }) => _tag === "Left")
      expect(told.flatMap((event) => (event._tag === "Said" && event.from.name === "ada" ? [event.text] : []))).toEqual(numbers(20).map(String))
      expect(told.at(-1)).toMatchObject({ code: "closed" })
    })
  )

  it.scopedLive("is sent away, or hears the server close, in the middle of the wait", () =>
    Effect.gen(function* () {
      const room = yield* opened({ rateLimit: { perSecond: 1, burst: 1 } })
      const [ada, bob] = [yield* member(room.port, "ada"), yield* member(room.port, "bob")]
      for (const peer of [ada, bob]) {
        yield* tell(peer, ...messages(100))
        yield* next(peer, "Throttled")
      }
      const start = performance.now()
      for (const { member, peer } of yield* Context.get(room.context, Registry.Registry).members) {
        if (member.name === "bob") peer?.remove("too loud")
      }
      yield* isToldGoodbye(bob, { code: "removed", reason: "too loud" })
      yield* room.close("the end")
      expect(performance.now() - start).toBeLessThan(700)
      yield* isToldGoodbye(ada, { code: "closing", reason: "the end" })
    })
  )

  it.scopedLive("and is gone after more than the server holds still says what it holds, also where it reads nothing any more", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 2000, burst: 2 } })
      const bob = yield* member(port, "bob")
      const ada = yield* plainMember(port, "ada")
      yield* next(bob, "Joined")
      yield* ada.pause
      const lines = numbers(3000).map((n) => String(n).padEnd(99, "."))
      yield* ada.send(`${lines.join("\n")}\n`)
      const there = otherEnd(ada)
      yield* eventually("the server reads no more", () => there?.isPaused() === true)
      ada.socket.end(() => ada.socket.destroy())
      // What it is sent from now on is answered with a reset.
      yield* tell(bob, ...messages(3))
      const told = yield* upTo(bob, ({ _tag }) => _tag === "Left")
      const said = told.flatMap((event) => (event._tag === "Said" && event.from.name === "ada" ? [event.text] : []))
      expect(said).toEqual(lines.slice(0, said.length))
      expect(said.length * 100).toBeGreaterThan(65_536)
    })
  )

  it.scopedLive("and is silent between two short waits is heard message by message as well", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 40, burst: 1 } })
      const bob = yield* member(port, "bob")
      const ada = yield* connect(port)
      yield* ada.send("ada")
      yield* next(bob, "Joined")
      // It takes 400 ms to take it up, in waits that are shorter than the silence.
      const long = "A".repeat(16_000)
      for (const words of [long, "one", "two"]) yield* saysAndIsSilent(ada, words)
      const told = yield* upTo(bob, (event) => event._tag === "Said" && event.text.endsWith("two"))
      expect(told.flatMap((event) => (event._tag === "Said" ? [event.text] : []))).toEqual([long, "one", "two"])
    })
  )

  it.scopedLive("and ends each message with a silence is heard message by message, to the quit", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 1, burst: 2 } })
      const bob = yield* member(port, "bob")
      const ada = yield* connect(port)
      yield* ada.send("ada")
      yield* next(bob, "Joined")
      const words = ["one", "two", "three", "four", "{quit}"]
      for (const word of words) yield* saysAndIsSilent(ada, word)
      const told = yield* upTo(bob, ({ _tag }) => _tag === "Left")
      expect(told.flatMap((event) => (event._tag === "Said" ? [event.text] : []))).toEqual(words.slice(0, -1))
      expect(told.at(-1)).toMatchObject({ code: "quit" })
      expect(yield* ada.rest).toMatch(/\{quit\}$/u)
    })
  )

  it.scopedLive("has to wait with more than the server holds, and nothing of it is lost", () =>
    Effect.gen(function* () {
      const count = 1000
      const { context, port } = yield* opened({ rateLimit: { perSecond: 5000, burst: 50 }, addressRateLimit: 5000, addressRateBurst: 50_000 })
      const [bob, ada] = [yield* member(port, "bob"), yield* member(port, "ada")]
      const said = numbers(count).map((n) => ({ _tag: "Say", text: `${n} `.padEnd(12_000, "x") }) as const)
      const lineLength = Buffer.byteLength(encode(said[0]!))
      const there = otherEnd(ada)
      const registry = Context.get(context, Registry.Registry)
      const before = { bytes: there?.bytesRead ?? 0, seq: roomOf(yield* registry.chat, lobby).seq }
      yield* tell(ada, ...said)
      yield* next(ada, "Throttled")
      let mostHeld = 0
      let blocked = false
      const heard: Array<number> = []
      while (heard.at(-1) !== count - 1) {
        heard.push(...(yield* hears(bob, heard.length)))
        const takenUp = (roomOf(yield* registry.chat, lobby).seq - before.seq) * lineLength
        mostHeld = Math.max(mostHeld, (there?.bytesRead ?? 0) - before.bytes - takenUp)
        blocked ||= ada.socket.writableLength > 0
      }
      expect(heard).toEqual(numbers(count))
      expect(blocked).toBe(true)
      // What may wait and the read that went beyond it, one more that the socket holds, and the one that is being taken up.
      expect(mostHeld).toBeLessThan(4 * 65_536 + lineLength)
    })
  )

  it.scopedLive("does not keep the others from being heard", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 5, burst: 2 } })
      const [ada, bob, eve] = [yield* member(port, "ada"), yield* member(port, "bob"), yield* plainMember(port, "eve")]
      yield* tell(ada, ...messages(100))
      yield* next(ada, "Throttled")
      const start = performance.now()
      yield* eve.send("hello\n")
      yield* next(bob, "Said", ({ text }) => text === "hello")
      expect(performance.now() - start).toBeLessThan(500)
    })
  )
})

describe.concurrent("Floods that say nothing", () => {
  const floods: ReadonlyArray<readonly [string, Buffer]> = [
    ["blank lines", Buffer.from("\n".repeat(65_536))],
    ["lines that are no commands", Buffer.from("{}\n".repeat(22_000))],
    ["a line that does not end", Buffer.alloc(65_536, "x")]
  ]
  for (const [title, bytes] of floods) {
    it.scopedLive(`are not read faster than anything else: ${title}`, () =>
      Effect.gen(function* () {
        const times = 200
        const { port } = yield* opened({ rateLimit: { perSecond: 10, burst: 20 } })
        const ada = yield* member(port, "ada")
        const there = otherEnd(ada)
        for (let n = 0; n < times; n += 1) yield* ada.send(bytes)
        const all = times * bytes.length
        yield* eventually("the server reads no more", () => there?.isPaused() === true || (there?.bytesRead ?? 0) >= all)
        expect(there?.bytesRead).toBeLessThan(all / 2)
        expect(ada.ended).toBeUndefined()
      })
    )
  }
})

describe.concurrent("Who reads too slowly", () => {
  const long = "x".repeat(15_000)
  /** Says long things until so much waits in the server for the one who does not read. */
  const fill = (talker: Peer, stalled: Peer, bytes: number) =>
    Effect.gen(function* () {
      const there = otherEnd(stalled)
      yield* stalled.pause
      while ((there?.writableLength ?? 0) < bytes && there?.destroyed === false) {
        yield* tell(talker, { _tag: "Say", text: long }, { _tag: "Ping", ref: "heard" })
        yield* next(talker, "Pong")
      }
    })

  it.scopedLive("is cut off when too much waits: the others are told why, and so is it", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxWaiting: 300_000, stallTimeout: 600_000, closeGrace: 50, farewellDrain: 50 })
      const [ada, bob, eve] = [yield* member(port, "ada"), yield* member(port, "bob"), yield* plainMember(port, "eve")]
      for (const stalled of [bob, eve]) yield* stalled.pause
      const flood = Effect.forever(
        Effect.zipRight(tell(ada, ...Array.from({ length: 5 }, () => ({ _tag: "Say", text: long }) as const), { _tag: "Ping" }), next(ada, "Pong"))
      )
      const witness = yield* member(port, "witness")
      yield* Effect.raceFirst(flood, Effect.forEach(["bob", "eve"], () => next(witness, "Left", ({ code, reason }) => code === "too-slow" && reason === "too slow")))
      // They have as long to read on as any who is slow.
      yield* Effect.sleep(500)
      yield* bob.resume
      yield* eve.resume
      yield* isToldGoodbye(bob, { code: "too-slow", reason: "too slow" })
      expect((yield* eve.rest).endsWith("\nYou have been disconnected: too slow.\n")).toBe(true)
      yield* tell(witness, { _tag: "Ping", ref: "still there" })
      yield* next(witness, "Pong")
    })
  )

  it.scopedLive("is cut off when it takes nothing of what is held back for too long", () =>
    Effect.gen(function* () {
      const stallTimeout = 300
      const { port } = yield* opened({ maxWaiting: 600_000_000, stallTimeout, closeGrace: 50, farewellDrain: 50 })
      const [ada, bob] = [yield* member(port, "ada"), yield* member(port, "bob")]
      yield* fill(ada, bob, 65_537)
      const start = performance.now()
      yield* tell(ada, { _tag: "Say", text: "this is held back" })
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "bob" }, code: "too-slow", reason: "too slow" })
      expect(performance.now() - start).toBeGreaterThan(stallTimeout - 20)
      yield* bob.resume
      yield* isToldGoodbye(bob, { code: "too-slow" })
    })
  )

  it.scopedLive("is cut off also with no more than the soft limit waiting, when its socket takes nothing of it", () =>
    Effect.gen(function* () {
      const stallTimeout = 300
      const { port } = yield* opened({ maxWaiting: 600_000_000, stallTimeout, keepaliveEvery: 20, closeGrace: 50, farewellDrain: 50 })
      const [ada, bob] = [yield* member(port, "ada"), yield* member(port, "bob")]
      yield* fill(ada, bob, 1)
      expect(otherEnd(bob)?.writableLength).toBeLessThan(65_536)
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "bob" }, code: "too-slow", reason: "too slow" })
    })
  )

  it.scopedLive("stays as long as its socket takes something now and then", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxWaiting: 600_000_000, stallTimeout: 600, keepaliveEvery: 20 })
      const [ada, bob] = [yield* member(port, "ada"), yield* member(port, "bob")]
      const there = otherEnd(bob)
      for (let round = 0; round < 4; round += 1) {
        yield* fill(ada, bob, 1)
        yield* Effect.sleep(250)
        yield* bob.resume
        yield* eventually("it is taken", () => there?.writableLength === 0)
      }
      yield* tell(ada, { _tag: "Say", text: "still here" })
      yield* next(bob, "Said", ({ text }) => text === "still here")
    })
  )

  it.scopedLive("is answered no more than its socket takes: who asks and never reads is sent one page, and is cut off", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ stallTimeout: 500, keepaliveEvery: 20, closeGrace: 50, farewellDrain: 50 })
      const witness = yield* member(port, "witness")
      // A page of the longest names.
      yield* Effect.forEach(Array.from({ length: 99 }, (_, n) => n), (n) => member(port, `${"\u{1f468}".repeat(28)}${String(n).padStart(4, "0")}`), { concurrency: 10 })
      const asker = yield* member(port, "asker")
      const there = otherEnd(asker)
      yield* asker.pause
      yield* tell(asker, ...Array.from({ length: 3000 }, () => ({ _tag: "Who" }) as const))
      let most = 0
      yield* Effect.raceFirst(
        next(witness, "Left", ({ member: { name } }) => name === "asker"),
        Effect.forever(
          Effect.zipRight(
            Effect.sleep(5),
            Effect.sync(() => {
              most = Math.max(most, there?.writableLength ?? 0)
            })
          )
        )
      )
      // What the socket holds and has not taken: a page of at most 20 KB, and what was told besides.
      expect(most).toBeLessThan(40_000)
    })
  )
})

describe("A server that closes", () => {
  it.scopedLive("waits for those who were cut off as long as for those who are told now, and not for one after the other", () =>
    Effect.gen(function* () {
      const closeGrace = 1000
      const room = yield* opened({ maxWaiting: 300_000, stallTimeout: 600_000, closeGrace, farewellDrain: 100 })
      const [ada, bob] = [yield* member(room.port, "ada"), yield* member(room.port, "bob")]
      yield* bob.pause
      const talk = Effect.forever(Effect.zipRight(tell(ada, { _tag: "Say", text: "x".repeat(15_000) }, { _tag: "Ping" }), next(ada, "Pong")))
      const witness = yield* plainMember(room.port, "witness")
      yield* Effect.raceFirst(talk, Effect.iterate("", { while: (line) => !line.startsWith("bob has left"), body: () => witness.line }))
      // Reads nothing from now on, and does not end its half.
      const eve = yield* member(room.port, "eve")
      yield* eve.pause
      const start = performance.now()
      yield* room.close("the end")
      expect(performance.now() - start).toBeLessThan(1.7 * closeGrace)
    })
  )
})

describe("A sign of life", () => {
  const short = { keepaliveEvery: 20, keepalive: 100, goneAfter: 800 }
  const count = 24

  it.scopedLive("is asked also of one who has to wait, and who gives it stays", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...short, rateLimit: { perSecond: 20, burst: 1 } })
      const bob = yield* plainMember(port, "bob")
      const ada = yield* member(port, "ada")
      yield* tell(ada, ...messages(count))
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(next(ada, "Ping"), tell(ada, { _tag: "Pong" }))))
      yield* linesFrom(bob, `ada: ${count - 1}`)
    })
  )

  it.scopedLive("is missed also in one who has to wait: it is gone before all of it is said", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...short, hearOut: 100, rateLimit: { perSecond: 5, burst: 1 } })
      const bob = yield* member(port, "bob")
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(50), tell(bob, { _tag: "Pong" }))))
      const ada = yield* member(port, "ada")
      yield* tell(ada, ...messages(100))
      const { code, reason } = yield* next(bob, "Left")
      expect(code).toBe("lost")
      expect(reason).toMatch(/^no sign of life; \d\d messages were not said$/u)
      yield* isToldGoodbye(ada, { code: "lost", reason: "no sign of life" })
    })
  )

  it.scopedLive("is not missed in one of whom nothing is read, as it has sent too much", () =>
    Effect.gen(function* () {
      const perSecond = 200
      // Of 8 KiB each: so many are taken up in twice the time that a silence may last, and more than may wait are left.
      const heard = (2 * short.goneAfter * perSecond) / 8 / 1000
      const count = heard + 20
      const { port } = yield* opened({ ...short, rateLimit: { perSecond, burst: 1 } })
      const bob = yield* plainMember(port, "bob")
      const ada = yield* member(port, "ada")
      const start = performance.now()
      yield* tell(ada, ...messages(count, "x".repeat(8 * 1024)))
      yield* next(ada, "Throttled")
      yield* eventually("no more is read", () => otherEnd(ada)?.isPaused() === true)
      yield* Effect.iterate("", { while: (line) => !line.startsWith(`ada: ${heard} `), body: () => bob.line })
      expect(performance.now() - start).toBeGreaterThan(short.goneAfter)
    })
  )

  it.scopedLive("is given by what is still to be taken up, also where it was read at once", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...short, rateLimit: { perSecond: 20, burst: 1 } })
      const bob = yield* plainMember(port, "bob")
      const ada = yield* member(port, "ada")
      yield* tell(ada, ...messages(count))
      yield* ada.end
      yield* linesFrom(bob, `ada: ${count - 1}`)
      expect(yield* bob.line).toBe("ada has left the chat. (connection closed)")
    })
  )

  it.scopedLive("is not asked of a plain client", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(short)
      const bob = yield* plainMember(port, "bob")
      const eve = yield* plainMember(port, "eve")
      yield* member(port, "ada")
      yield* linesFrom(bob, "ada has left the chat. (no sign of life)")
      yield* eve.send("still here\n")
      yield* linesFrom(bob, "eve: still here")
    })
  )
})

/** The lines that a plain client is told up to this one; somebody's leave before it is a failure. */
const linesFrom = (peer: Peer, wanted: string): Effect.Effect<void> =>
  Effect.flatMap(peer.line, (line) => {
    if (line.trimEnd() === wanted) return Effect.void
    return line.includes("has left the chat") ? Effect.dieMessage(`Instead of "${wanted}": ${line}`) : linesFrom(peer, wanted)
  })

describe("Those who find no room", () => {
  it.scopedLive("are logged in numbers, at most once a second", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const start = performance.now()
      const { port } = yield* open(Server.layer({ port: 0, maxClients: 1 }).pipe(Layer.provide(loggingTo(logged))))
      yield* member(port, "ada")
      const counted = () => logged.reduce((sum, line) => sum + Number(/^WARN Turned away, as there was no room: (\d+) in the last second$/u.exec(line)?.[1] ?? Number.NaN), 0)
      for (const wave of [20, 40]) {
        for (let n = 0; n < 20; n += 1) {
          const peer = yield* connect(port)
          yield* peer.send("bob\n")
          yield* peer.rest
        }
        yield* eventually(`${wave} are counted`, () => counted() === wave)
      }
      expect(logged.length).toBeLessThanOrEqual((performance.now() - start) / 1000 + 1)
    })
  )

  it.scopedLive("and are still to be told so hear that the server closes", () =>
    Effect.gen(function* () {
      const room = yield* opened({ maxClients: 1, greetAfter: 60_000 })
      yield* member(room.port, "ada")
      const late = yield* connect(room.port)
      // They are taken one after the other: when the next one has been told, this one is at the door.
      const next = yield* connect(room.port)
      yield* next.send("bob\n")
      yield* next.rest
      yield* room.close("the end")
      expect(yield* late.rest).not.toBe("")
    })
  )
})
