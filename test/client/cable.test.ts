import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as ChatClient from "../../src/client/ChatClient.ts"
import * as Form from "../../src/client/screen/form.ts"
import { KeyDecoder } from "../../src/client/terminal/keys.ts"
import { type Happening, start, update } from "../../src/client/terminal/screen.ts"
import type { Event } from "../../src/domain/Event.ts"
import type { Refusal } from "../../src/domain/Refusal.ts"
import { encode } from "../../src/domain/wire/Ndjson.ts"
import type { ServerOptions } from "../../src/server/ServerConfig.ts"
import { join } from "../support/client.ts"
import { cable, type Manner } from "../support/Cable.ts"
import { connect, type Peer } from "../support/Peer.ts"
import { member, opened, plainMember, tell, upTo } from "../support/room.ts"
import { samples } from "../support/samples.ts"

const host = "127.0.0.1"
const calm: Partial<ServerOptions> = { greetAfter: 60_000 }

/** Somebody at our screen, who types lines, sees what comes, and is told what was not sent. */
const seated = (client: ChatClient.ChatClient) => {
  const form = Form.unasked(Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "ada"))
  const events: Array<Event> = []
  const unsent: Array<string> = []
  let { screen } = update(start(form).screen, { _tag: "Entered", welcome: client.welcome })

  const happens = (happening: Happening) =>
    Effect.suspend(() => {
      const step = update(screen, happening)
      screen = step.screen
      return Effect.forEach(
        step.wishes,
        (wish): Effect.Effect<unknown, Refusal> => {
          if (wish._tag === "Send") return client.perform(wish.command, wish.ref)
          if (wish._tag === "Print" && wish.line._tag === "Error") unsent.push(wish.line.text)
          return Effect.void
        },
        { discard: true }
      )
    })
  const listen = Stream.runForEach(client.events, (event) => {
    events.push(event)
    return happens({ _tag: "Told", event })
  }).pipe(Effect.either, Effect.tap(() => happens({ _tag: "Over" })))
  return {
    type: (line: string) =>
      Effect.forEach(new KeyDecoder().push(`${line}\r`), (key) => happens({ _tag: "Key", key, members: [] }), { discard: true }),
    /** Hears all up to the end: how it ended. */
    listen,
    events,
    unsent
  }
}

const saidBy = (name: string, events: ReadonlyArray<Event>): ReadonlyArray<string> =>
  events.flatMap((event) => (event._tag === "Said" && event.from.name === name ? [event.text] : []))

interface Talk {
  readonly manner: Manner
  /** What is said through the cable. */
  readonly words: ReadonlyArray<string>
  /** What somebody else says meanwhile. */
  readonly others: ReadonlyArray<string>
}

/**
 * Ada talks through the cable and then quits, unless it was cut before. What
 * she and one who is connected directly know of it in the end is the result;
 * nothing if she never got in.
 */
const talk = ({ manner, others, words }: Talk) =>
  Effect.gen(function* () {
    const { port } = yield* opened(calm)
    const way = yield* cable(port, manner)
    const witness = yield* member(port, "witness")
    const joined = yield* Effect.option(join({ host, port: way.port, nickname: "ada", patience: 60_000 }))
    if (Option.isNone(joined)) {
      yield* tell(witness, { _tag: "Ping" })
      expect(saidBy("ada", yield* upTo(witness, ({ _tag }) => _tag === "Pong"))).toEqual([])
      return undefined
    }
    const client = joined.value
    const ada = seated(client)
    const listening = yield* Effect.fork(ada.listen)
    yield* tell(witness, ...others.map((text) => ({ _tag: "Say", text }) as const))
    yield* Effect.forEach(words, ada.type, { discard: true })
    yield* client.settled
    // Where a cable still holds, all that others said comes before the goodbye.
    yield* client.quit()
    const ended = yield* Fiber.join(listening)
    const told = yield* upTo(witness, ({ _tag }) => _tag === "Left")
    return {
      isLost: Either.isLeft(ended),
      heard: saidBy("ada", told),
      receipts: saidBy("ada", ada.events),
      unsent: ada.unsent,
      othersHeard: saidBy("witness", ada.events)
    }
  }).pipe(Effect.scoped)

/** What has to be so, however the cable was. */
const check = ({ manner, others, words }: Talk, result: Effect.Effect.Success<ReturnType<typeof talk>>) => {
  if (result === undefined) {
    expect(manner.cut).toBeDefined()
    return
  }
  const { heard, isLost, othersHeard, receipts, unsent } = result
  // Once, in order, and whole, as far as it came.
  expect(heard).toEqual(words.slice(0, heard.length))
  expect(othersHeard).toEqual(others.slice(0, othersHeard.length))
  // What has a receipt was heard; what has none is said to be missing.
  expect(receipts).toEqual(heard.slice(0, receipts.length))
  expect(unsent).toEqual(words.slice(receipts.length).map((text) => `Not sent: ${text}`))
  if (!isLost) expect([heard, othersHeard]).toEqual([words, others])
  if (manner.cut === undefined) expect(isLost).toBe(false)
}



const scripts = ["hello", "żółw", "漢字かな", "👩‍👩‍👧 und 👍🏽", "שלום", "naïve café", "x".repeat(300)]

const words = FastCheck.array(FastCheck.constantFrom(...scripts), { maxLength: 8 }).map((texts) =>
  texts.map((text, n) => `${n} ${text}`)
)

const talks: FastCheck.Arbitrary<Talk> = FastCheck.record({
  words,
  others: words,
  manner: FastCheck.record({
    pieceBytes: FastCheck.constantFrom(undefined, 1, 2, 3, 7, 64),
    delay: FastCheck.constantFrom(undefined, 0, 1, 5),
    cut: FastCheck.option(
      FastCheck.record({
        direction: FastCheck.constantFrom("up" as const, "down" as const),
        after: FastCheck.integer({ min: 1, max: 900 }),
        fate: FastCheck.constantFrom("reset" as const, "end" as const)
      }),
      { nil: undefined }
    )
  })
})

describe("Through a bad cable, what is said arrives once and in order, or its sender is told that it did not:", () => {
  it.scopedLive("however it is delayed, split and cut", () =>
    Effect.gen(function* () {
      const results = yield* Effect.forEach(samples(talks, 120), (one) => Effect.map(talk(one), (result) => ({ one, result })), { concurrency: 16 })
      for (const { one, result } of results) check(one, result)
      // All of it happened: cables that held, that broke in time, and too early.
      const ends = results.map(({ result }) => (result === undefined ? "never in" : result.isLost ? "lost" : "well"))
      expect(new Set(ends).size).toBe(3)
      expect(results.some(({ result }) => result !== undefined && result.unsent.length > 0 && result.receipts.length > 0)).toBe(true)
      expect(results.some(({ result }) => result !== undefined && result.heard.length > result.receipts.length)).toBe(true)
    })
  )

  for (const fate of ["reset", "end"] as const) {
    it.scopedLive(`cut at any byte of a line, also within a character (${fate})`, () =>
      Effect.gen(function* () {
        const text = "ż漢👩‍👧é"
        const before = Buffer.byteLength(encode({ _tag: "Hello", v: 1, nickname: "ada" }))
        const line = Buffer.byteLength(encode({ _tag: "Say", text, ref: "s1" }))
        const cuts = Array.from({ length: line + 1 }, (_, n): Talk => ({
          words: [text],
          others: [],
          manner: { pieceBytes: 5, cut: { direction: "up", after: before + n, fate } }
        }))
        const results = yield* Effect.forEach(cuts, talk, { concurrency: 8 })
        for (const [n, result] of results.entries()) check(cuts[n]!, result)
        const heard = results.map((result) => result?.heard.length ?? 0)
        // Only a line that lacks no more than its line feed can have been heard.
        expect(heard.slice(0, line - 1)).toEqual(Array.from({ length: line - 1 }, () => 0))
      })
    )
  }

  it.scopedLive("of a plain client too, a byte at a time", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(calm)
      const way = yield* cable(port, { pieceBytes: 1, delay: 2 })
      const witness = yield* member(port, "witness")
      const zoe = yield* connect(way.port)
      const texts = scripts.map((text, n) => `${n} ${text}`)
      yield* zoe.send(`Zoë\n${texts.map((text) => `${text}\n`).join("")}{quit}\n`)
      const told = yield* upTo(witness, ({ _tag }) => _tag === "Left")
      expect(saidBy("Zoë", told)).toEqual(texts)
      expect(told.at(-1)).toMatchObject({ code: "quit" })
      // Whoever sends a byte at a time types key by key, and is sent CR LF.
      expect(yield* zoe.rest).toMatch(/^Welcome Zoë! To leave, type \{quit\}\.\r\n/u)
    })
  )
})

describe("A cable over which nothing comes any more, and nobody is told,", () => {
  // Those who are not ours are not asked, and so the witness is none of ours.
  const impatient = { ...calm, keepaliveEvery: 10, keepalive: 30, goneAfter: 400 }

  const gone = (name: string, witness: Peer) =>
    Effect.flatMap(
      witness.until("word of it", () => (witness.unread.includes(`${name} has left`) ? true : undefined)),
      () => Effect.sync(() => witness.unread.toString())
    )

  it.scopedLive("is noticed by the server, and the room is told; one who is silent behind a cable that is only slow stays", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(impatient)
      const slowWay = yield* cable(port, { delay: 20 })
      const deadWay = yield* cable(port)
      const witness = yield* plainMember(port, "witness")
      const slow = yield* join({ host, port: slowWay.port, nickname: "slow" })
      yield* join({ host, port: deadWay.port, nickname: "ada" })
      yield* deadWay.cut("stop")
      expect(yield* gone("ada", witness)).toContain("ada has left the chat. (no sign of life)\n")
      yield* slow.say("I am still here")
      yield* witness.until("its words", () => (witness.unread.includes("slow: I am still here\n") ? true : undefined))
      expect(witness.unread.toString()).not.toContain("slow has left")
    })
  )

  it.scopedLive("towards the server only: the client is told, and what of its words did not arrive", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(impatient)
      const way = yield* cable(port)
      const witness = yield* plainMember(port, "witness")
      const client = yield* join({ host, port: way.port, nickname: "ada" })
      const ada = seated(client)
      const listening = yield* Effect.fork(ada.listen)
      yield* ada.type("one")
      yield* client.settled
      yield* way.block("up")
      yield* ada.type("two")
      yield* ada.type("three")
      expect(yield* gone("ada", witness)).toContain("ada: one\nada has left the chat. (no sign of life)\n")
      yield* Fiber.join(listening)
      expect(ada.events.at(-1)).toMatchObject({ _tag: "Goodbye", code: "lost", reason: "no sign of life" })
      expect(ada.unsent).toEqual(["Not sent: two", "Not sent: three"])
    })
  )

  it.scopedLive("towards the client only: the server notices, and the client is never told of a receipt that it did not get", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(impatient)
      const way = yield* cable(port)
      const witness = yield* plainMember(port, "witness")
      const client = yield* join({ host, port: way.port, nickname: "ada" })
      yield* way.block("down")
      yield* client.say("one")
      const settling = yield* Effect.fork(client.settled)
      expect(yield* gone("ada", witness)).toContain("ada: one\nada has left the chat. (no sign of life)\n")
      expect(settling.unsafePoll()).toBeNull()
    })
  )
})
