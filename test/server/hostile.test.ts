import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "../../src/domain/Event.ts"
import { NativeInterpreter } from "../../src/server/dialect/native.ts"
import { detect, judge, type Kind, settle } from "../../src/server/door/detect.ts"
import type { Heard } from "../../src/server/dialect/Dialect.ts"
import { PlainInterpreter } from "../../src/server/dialect/PlainInterpreter.ts"
import { Certificate, usable } from "../../src/server/door/tls/Certificate.ts"
import * as Server from "../../src/server/Server.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { corpus, isShort, patient, type Sending, unsafe } from "../support/hostile.ts"
import { oneByOne } from "../support/bytes.ts"
import { connect, connectTls, eventually, otherEnd, type Peer } from "../support/Peer.ts"
import { eventsOf, member, next, open, opened, plainMember, tell, upTo } from "../support/room.ts"
import { selfSigned } from "../support/selfSigned.ts"

// `npm run test:tls`: the strangers come with TLS.
const isEncrypted = process.env["TLS_UNDER_TEST"] === "1"

const certificate = Layer.effect(Certificate, Effect.map(usable(selfSigned, "the tests'", Date.now()), (current) => Certificate.of({ current: Effect.succeed(current), isOfAuthority: false })))

/** A room for strangers, who come with TLS or without. */
const openedForStrangers = (settings: Parameters<typeof opened>[0] = {}) =>
  isEncrypted ? open(Server.layer({ port: 0, rateLimit: undefined, ...settings }).pipe(Layer.provide(certificate))) : opened(settings)

/** A stranger, and how many bytes it has put on the wire so far. */
const connectStranger = (port: number) =>
  isEncrypted ? connectTls(port) : Effect.map(connect(port), (peer) => ({ peer, sent: () => peer.socket.bytesWritten }))

/** What somebody's bytes come to: what they ask for, or the protocol that they are taken for. */
const meaning = (bytes: Uint8Array, reads: ReadonlyArray<Uint8Array> = [bytes]) => {
  const kind = judge(detect(bytes) ?? settle(bytes), reads[0] ?? bytes)
  if (kind !== "native" && kind !== "plain") return { kind, heard: [] }
  const interpreter = kind === "native" ? new NativeInterpreter(defaults) : new PlainInterpreter({ ...defaults, ...patient }, false)
  const heard = bytes.length === 0 ? [] : [...reads.flatMap((read) => [...interpreter.hear(read)]), ...interpreter.end()]
  return { kind: turnedAwayAs(heard) ?? kind, heard }
}

const reasons: Readonly<Record<string, Kind>> = {
  "an HTTP request that did not come at once": "http",
  "a PROXY protocol header, and no proxy is trusted at that address": "proxy",
  "a first line that is too long for a name": "endless"
}

/** What one who was taken for a person has turned out to be. */
const turnedAwayAs = (heard: ReadonlyArray<Heard>): Kind | undefined => {
  const rejection = heard.find(({ _tag }) => _tag === "Reject")
  if (rejection?._tag !== "Reject") return undefined
  return reasons[rejection.reason] ?? "unknown"
}

/** What the others are told of one who has sent that and ended its half. */
const toldToOthers = (heard: ReadonlyArray<Heard>): ReadonlyArray<string> => {
  const told: Array<string> = []
  let name: string | undefined
  for (const item of heard) {
    if (item._tag === "Quit") return name === undefined ? told : [...told, `${name} left: ${item.reason ?? ""}`]
    if (item._tag === "Reject") return name === undefined ? told : [...told, `${name} left: ${item.reason}`]
    if (item._tag === "Hello" && name === undefined) {
      name = item.join.name.name
      told.push(`${name} joined`)
    }
    if (item._tag !== "Command" || name === undefined) continue
    const { command } = item
    if (command._tag === "Say" || command._tag === "Act") told.push(`${name}: ${command.text}`)
  }
  return name === undefined ? told : [...told, `${name} left: connection closed`]
}

const brief = (event: Event): string | undefined => {
  switch (event._tag) {
    case "Joined":
      return `${event.member.name} joined`
    case "Left":
      return `${event.member.name} left: ${event.reason ?? ""}`
    case "Said":
    case "Acted":
      return `${event.from.name}: ${event.text}`
    default:
      return event._tag
  }
}

/** The answer that is the last or only one of each kind of sender. */
const lastWord = {
  native: /"_tag":"Goodbye"[^\n]*\n$/u,
  plain: /^Goodbye!\n$/mu,
  http: /^HTTP\/1\.1 (?:400|403|404|405|421) /u,
  irc: /(?:^|\n)ERROR :.*\n$/u,
  tls: /^\u0015\u0003\u0001\0\u0002\u0002F$/u,
  proxy: /^This is a chat room for brusio, nc and telnet\. No proxy is trusted at your address, so a PROXY protocol header is not taken from it\.\n$/u,
  endless: /^This is a chat room for brusio, nc and telnet\. The first line is a name: yours was too long for one\.\n$/u,
  // What nobody knows has no words for a refusal: it is closed.
  unknown: /^This is a chat room for brusio, nc and telnet\.\n$/u
}

const refusals = (heard: ReadonlyArray<Heard>) => heard.flatMap((item) => (item._tag === "Refuse" ? [item.refusal.code] : []))

/** What comes before the last word to one who is turned away: an empty line is answered as soon as it is there. */
const prompts = (heard: ReadonlyArray<Heard>) =>
  turnedAwayAs(heard) === undefined ? "" : "Please type a name and press Enter:\n".repeat(refusals(heard).length)

/** Sends it piece by piece, each read by itself, ends its half, and returns all that comes back. */
const deliver = (port: number, pieces: ReadonlyArray<Uint8Array>) =>
  Effect.gen(function* () {
    const { peer, sent } = yield* connectStranger(port)
    yield* eventually("the server accepts", () => otherEnd(peer) !== undefined)
    const there = otherEnd(peer)
    for (const piece of pieces) {
      // Who was turned away already says nothing more.
      if (peer.ended !== undefined) break
      yield* peer.send(piece)
      const bytes = sent()
      if (pieces.length > 1) yield* eventually("the server reads", () => there === undefined || there.destroyed || there.bytesRead >= bytes)
    }
    yield* peer.end
    return yield* peer.rest
  }).pipe(Effect.scoped)

/** Two who talk, in a dialect each; `heard` is all that both were told since. */
const conversation = (port: number) =>
  Effect.gen(function* () {
    const ada = yield* member(port, "ada")
    const bob = yield* plainMember(port, "bob")
    yield* next(ada, "Joined", (event) => event.member.name === "bob")
    let words = 0
    const exchange = Effect.suspend(() => {
      words += 2
      return Effect.zipRight(tell(ada, { _tag: "Say", text: `${words - 1}` }), bob.send(`${words}\n`))
    })
    const heard = Effect.gen(function* () {
      yield* Effect.zipRight(tell(ada, { _tag: "Say", text: "over" }), bob.send("over\n"))
      let talking = 2
      const toAda = (yield* upTo(ada, (event) => {
        if (event._tag === "Said" && event.text === "over") talking -= 1
        return talking === 0
      })).map(brief)
      const toBob: Array<string> = []
      do toBob.push(yield* bob.line)
      while (toBob.at(-1) !== "ada: over")
      return { toAda, toBob, words }
    })
    return { exchange, heard }
  })

const isTheirs = (line: string | undefined) => line !== undefined && /^(?:ada|bob): (?:\d+|over)$/u.test(line)

const sendAll = (port: number, sendings: ReadonlyArray<Sending>, cut: (bytes: Uint8Array) => ReadonlyArray<Uint8Array>) =>
  Effect.gen(function* () {
    const talk = yield* conversation(port)
    const expected: Array<string> = []
    for (const { bytes, name } of sendings) {
      const pieces = cut(bytes)
      const { heard, kind } = meaning(bytes, pieces)
      yield* talk.exchange
      // Telnet and those who type key by key are told lines that end with CR LF.
      const answer = (yield* deliver(port, pieces)).replaceAll("\r\n", "\n")
      yield* talk.exchange
      const before = prompts(heard)
      expect(answer.slice(0, before.length), name).toBe(before)
      expect(answer.slice(before.length), name).toMatch(lastWord[kind])
      if (kind === "native" || kind === "plain") expect(answer, name).not.toMatch(unsafe)
      if (kind === "native") {
        const codes = eventsOf(answer).flatMap((event) => (event._tag === "Refused" ? [event.code] : []))
        // What is asked without a name is refused by the chat itself.
        expect(codes, name).toEqual(expect.arrayContaining(refusals(heard)))
      }
      expected.push(...toldToOthers(heard))
    }
    const { toAda, toBob, words } = yield* talk.heard
    const numbers = (mine: string) => Array.from({ length: words }, (_, n) => n + 1).filter((n) => (n % 2 === 1) === (mine === "ada"))
    for (const speaker of ["ada", "bob"]) {
      expect(toAda.filter((line) => isTheirs(line) && line?.startsWith(speaker))).toEqual([...numbers(speaker), "over"].map((n) => `${speaker}: ${n}`))
    }
    // One with `nc` gets what others say.
    expect(toBob.filter((line) => /^ada: \d+$/u.test(line))).toEqual(numbers("ada").map((n) => `ada: ${n}`))
    expect(toAda.filter((line) => !isTheirs(line))).toEqual(expected)
    for (const line of toBob) expect(line).not.toMatch(unsafe)
  })

describe("Two who talk hear each other, and of a stranger only what is a visit,", () => {
  it.scopedLive("whatever strangers send, and each of them gets an answer and its end", () =>
    Effect.gen(function* () {
      const { port } = yield* openedForStrangers(patient)
      yield* sendAll(port, corpus, (bytes) => [bytes])
    })
  )

  it.scopedLive("also when it comes a byte at a time", () =>
    Effect.gen(function* () {
      const { port } = yield* openedForStrangers(patient)
      yield* sendAll(port, corpus.filter(isShort), oneByOne)
    })
  )
})

describe("One who looks for something else, sends that and stays,", () => {
  // Silences are as long as they are for anybody.
  it.scopedLive.each(corpus.filter(({ name }) => /^(?:http|minecraft|ssl2|mongodb|text|binary)/u.test(name)))("is told at once, and nobody hears of it: $name", ({ bytes }) =>
    Effect.gen(function* () {
      const { port } = yield* openedForStrangers()
      const ada = yield* member(port, "ada")
      const { heard, kind } = meaning(bytes)
      const { peer } = yield* connectStranger(port)
      yield* peer.send(bytes)
      expect((yield* peer.rest).slice(prompts(heard).length)).toMatch(lastWord[kind])
      expect(["http", "irc", "proxy", "unknown"]).toContain(kind)
      yield* tell(ada, { _tag: "Ping", ref: "since" })
      const told = yield* upTo(ada, (event) => event._tag === "Pong")
      expect(told.map((event) => event._tag)).toEqual(["Pong"])
    })
  )
})

describe("The processor is idle", () => {
  /** How long this process works in a second in which nothing comes, ms. */
  const workInASecond = Effect.gen(function* () {
    const before = process.cpuUsage()
    yield* Effect.sleep(1000)
    const { system, user } = process.cpuUsage(before)
    return (system + user) / 1000
  })

  it.scopedLive("after all of that, and while those who sent a line without an end are still there", () =>
    Effect.gen(function* () {
      const { port } = yield* openedForStrangers()
      const staying: Array<Peer> = []
      for (const { bytes } of corpus) {
        const { peer, sent } = yield* connectStranger(port)
        yield* eventually("the server accepts", () => otherEnd(peer) !== undefined)
        const there = otherEnd(peer)
        yield* peer.send(bytes)
        yield* eventually("the server reads", () => there === undefined || there.destroyed || there.bytesRead >= sent())
        if (isShort({ name: "", bytes })) yield* peer.end
        else staying.push(peer)
      }
      const ada = yield* member(port, "ada")
      // Whatever is still to be done for them is done.
      yield* Effect.forEach(staying, (peer) => eventually("all is sent", () => peer.socket.writableLength === 0), { discard: true })
      // What was still to be done for them is done some time: then a second goes by with next to nothing.
      let work = Infinity
      for (let seconds = 0; seconds < 20 && work >= 300; seconds += 1) work = yield* workInASecond
      expect(work).toBeLessThan(300)
      expect(staying.filter(({ ended }) => ended === undefined).length).toBeGreaterThan(5)
      yield* tell(ada, { _tag: "Ping", ref: "still here" })
      expect(yield* next(ada, "Pong")).toMatchObject({ ref: "still here" })
    })
  )
})
