import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import type * as Chat from "../../src/domain/Chat.ts"
import type { Event } from "../../src/domain/Event.ts"
import { clean } from "../../src/domain/Text.ts"
import { encode } from "../../src/domain/wire/Ndjson.ts"
import { deliver } from "../../src/server/delivery/deliver.ts"
import { native, NativeInterpreter } from "../../src/server/dialect/native.ts"
import { plain } from "../../src/server/dialect/plain.ts"
import { PlainInterpreter } from "../../src/server/dialect/PlainInterpreter.ts"
import * as Hub from "../../src/server/chat/Hub.ts"
import { Outbox } from "../../src/server/delivery/Outbox.ts"
import { defaults, type ServerOptions } from "../../src/server/ServerConfig.ts"
import { join, nobody, type Step, steps } from "../support/chat.ts"
import { numbering, perform } from "../support/handed.ts"
import { connect, type Peer } from "../support/Peer.ts"
import { always } from "../support/property.ts"
import { Recorder } from "../support/Recorder.ts"
import { member, opened, tell } from "../support/room.ts"
import { samples } from "../support/samples.ts"
import { arrivals, departures, readTold, type Told, toldUpTo } from "../support/told.ts"

/** What happened in the room, by its number. */
type History = ReadonlyMap<number, Event>

const historyOf = (handed: ReadonlyArray<Pick<Hub.Handed, "event" | "room">>): History =>
  new Map(handed.flatMap(({ event, room }) => (room !== undefined && "seq" in event ? [[event.seq, event] as const] : [])))

const same = (what: string, actual: unknown, expected: unknown) => {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (found !== wanted) throw new Error(`${what}: ${found} and not ${wanted}`)
}

const among = (history: History, first: number, last: number): ReadonlyArray<Told> =>
  Array.from({ length: last - first + 1 }, (_, n) => readTold(encode(history.get(first + n)!)))

/**
 * Holds that native lines tell the history from their `Welcome` on, without a
 * gap and each number once: the first and the last number of it.
 */
const follow = (lines: ReadonlyArray<string>, history: History): { readonly first: number; readonly last: number } | undefined => {
  let first: number | undefined
  let next = 0
  for (const line of lines) {
    const told = readTold(line)
    if (told.seq === undefined) continue
    if (told._tag === "Welcome") {
      same("the only welcome", first, undefined)
      first = next = told.seq + 1
      continue
    }
    same(`what follows, in ${line}`, told.first ?? told.seq, next)
    if (told.first === undefined) same("an event", line, encode(history.get(told.seq)!).trimEnd())
    else {
      const part = among(history, told.first, told.seq)
      same("who came", arrivals(told), part.flatMap(arrivals))
      same("who went", departures(told), part.flatMap(departures))
    }
    next = told.seq + 1
  }
  return first === undefined ? undefined : { first, last: next - 1 }
}

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").slice(0, -1)

/** The marks of what was said, in either dialect. */
const marks = (text: string): ReadonlyArray<string> => Array.from(text.matchAll(/<(\d+)>/gu), ([, mark = ""]) => mark)

describe("Whatever happens in whatever order,", () => {
  interface Listener {
    readonly outbox: Outbox
    readonly connection: Recorder
    readonly isNative: boolean
  }

  const listener = (isNative: boolean): Listener => {
    const connection = new Recorder()
    const outbox = new Outbox(connection, defaults, () => undefined, plain)
    if (isNative) outbox.speak(native, new NativeInterpreter(defaults))
    else outbox.speak(plain, new PlainInterpreter({ ...defaults, echo: "off" }, false))
    return { outbox, connection, isNative }
  }

  // Each thing that is said bears a mark of its own.
  const marked = (step: Step, mark: number): Step =>
    step._tag === "Decide" && (step.command._tag === "Say" || step.command._tag === "Act")
      ? { ...step, command: { ...step.command, text: clean(`<${mark}>`) } }
      : step

  const play = (all: ReadonlyArray<Step>) => {
    const listeners = new Map<Outbox, Listener>()
    const outboxes = new Map<Chat.ClientId, Outbox>()
    let node = nobody<Outbox>()
    const numbered = numbering()
    const told = all.flatMap((step, index) => {
      const newcomer = listener(node.lastClient % 3 !== 0)
      const performed = perform(node, marked(step, index), newcomer.outbox)
      node = performed.node
      if (step._tag === "Connect") {
        listeners.set(newcomer.outbox, newcomer)
        outboxes.set(node.lastClient, newcomer.outbox)
      }
      return numbered(performed.handings)
    })
    const peerOf = (origin: Chat.Origin | undefined) => origin && outboxes.get(origin.client)
    return { told, listeners, peerOf, lastSeq: Math.max(0, ...historyOf(told).keys()) }
  }

  /** From which number to which one each was in the room, by what was decided. */
  const stays = ({ lastSeq, peerOf, told }: ReturnType<typeof play>) => {
    const spans = new Map<Outbox, { readonly first: number; readonly last: number }>()
    let isClosed = false
    for (const { event, from } of told) {
      if (event._tag === "Goodbye") isClosed = true
      const peer = peerOf(from)
      if (isClosed || peer === undefined) continue
      if (event._tag === "Welcome") spans.set(peer, { first: event.seq + 1, last: lastSeq })
      const span = spans.get(peer)
      if (event._tag === "Left" && span !== undefined) spans.set(peer, { ...span, last: event.seq - 1 })
    }
    return spans
  }

  // Some are there from the start, so that much is heard by many.
  const entering = Array.from({ length: 6 }, (_, n): ReadonlyArray<Step> => [
    { _tag: "Connect", now: 0 },
    { _tag: "Decide", who: n + 1, command: join("ann", "number"), now: 0 }
  ]).flat()

  const happenings = FastCheck.record({
    all: steps.map((all) => [...entering, ...all]),
    batches: FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
  })

  it("each is told all of its time in the room, once and in the one order, and nothing else", () => {
    let checked = 0
    always(
      happenings,
      ({ all, batches }) => {
        const played = play(all)
        const { listeners, peerOf, told } = played
        for (let start = 0, n = 0; start < told.length; n += 1) {
          const size = batches[n % batches.length]!
          deliver(told.slice(start, start + size))
          start += size
        }
        const history = historyOf(told)
        const spans = stays(played)
        for (const { connection, isNative, outbox } of listeners.values()) {
          const text = connection.writes.join("")
          const span = spans.get(outbox)
          if (isNative) same("the time in the room", follow(linesOf(text), history), span)
          const heard = told.flatMap(({ event, from }) =>
            span !== undefined &&
            (event._tag === "Said" || event._tag === "Acted") &&
            event.seq >= span.first &&
            event.seq <= span.last &&
            (isNative || peerOf(from) !== outbox)
              ? marks(event.text)
              : []
          )
          same("what was heard", marks(text), heard)
          checked += heard.length
        }
      },
      2000
    )
    expect(checked).toBeGreaterThan(10_000)
  })
})

describe("Over real connections, whoever comes, talks, changes names and goes at once,", () => {
  const calm: Partial<ServerOptions> = { greetAfter: 60_000 }

  type Deed = "say" | "act" | "rename" | "pause" | "quit" | "reset"

  const scripts = FastCheck.array(
    FastCheck.array(
      FastCheck.oneof(
        { weight: 10, arbitrary: FastCheck.constant<Deed>("say") },
        { weight: 3, arbitrary: FastCheck.constant<Deed>("act") },
        { weight: 3, arbitrary: FastCheck.constant<Deed>("rename") },
        { weight: 4, arbitrary: FastCheck.constant<Deed>("pause") },
        { weight: 2, arbitrary: FastCheck.constant<Deed>("quit") },
        { weight: 1, arbitrary: FastCheck.constant<Deed>("reset") }
      ),
      { minLength: 10, maxLength: 40, size: "max" }
    ),
    { minLength: 12, maxLength: 16, size: "max" }
  )

  let asked = 0

  /** Waits until all that this one asked for is done: what it was told is still unread. */
  const caughtUp = (peer: Peer) =>
    Effect.suspend(() => {
      const ref = `asked-${(asked += 1)}`
      return Effect.zipRight(tell(peer, { _tag: "Ping", ref }), peer.until("answer", () => (peer.unread.includes(ref) ? true : undefined)))
    })

  /** Does all of it, in as many lives as it takes: what was told in each, and whether that was heard to the end. */
  const perform = (port: number, who: number, deeds: ReadonlyArray<Deed>) =>
    Effect.gen(function* () {
      const lives: Array<{ readonly text: string; readonly isWhole: boolean }> = []
      const enter = Effect.gen(function* () {
        const peer = yield* connect(port)
        yield* tell(peer, { _tag: "Hello", v: 1, nickname: `actor${who}.${lives.length}` })
        return peer
      })
      let peer = yield* enter
      for (const [n, deed] of deeds.entries()) {
        switch (deed) {
          case "say":
            yield* tell(peer, { _tag: "Say", text: `<${who * 1000 + n}>`, ref: `${n}` })
            break
          case "act":
            yield* tell(peer, { _tag: "Act", text: `waves <${who * 1000 + n}>` })
            break
          case "rename":
            yield* tell(peer, { _tag: "Rename", nickname: `actor${who}.${lives.length}.${n}` })
            break
          case "pause":
            yield* caughtUp(peer)
            break
          case "quit":
            yield* tell(peer, { _tag: "Quit" })
            lives.push({ text: yield* peer.rest, isWhole: true })
            peer = yield* enter
            break
          case "reset":
            yield* caughtUp(peer)
            peer.socket.resetAndDestroy()
            lives.push({ text: peer.unread.toString(), isWhole: false })
            peer = yield* enter
            break
        }
      }
      yield* tell(peer, { _tag: "Quit" })
      lives.push({ text: yield* peer.rest, isWhole: true })
      return lives
    })

  /** The number with which somebody left, by its id. */
  const leaves = (history: History) =>
    new Map(Array.from(history.values()).flatMap((event) => (event._tag === "Left" ? [[event.member.id, event.seq] as const] : [])))

  const run = (script: ReadonlyArray<ReadonlyArray<Deed>>) =>
    Effect.gen(function* () {
      const room = yield* opened(calm)
      const { poll } = yield* Context.get(room.context, Hub.Hub).subscribe
      const resident = yield* member(room.port, "resident")
      const all = yield* Effect.forEach(script, (deeds, who) => perform(room.port, who, deeds), { concurrency: "unbounded" })
      const lives = all.flat()
      // The last of them has left when everybody's leave was told.
      let unsettled = lives.length
      const lines = yield* toldUpTo(resident, (told) => (unsettled -= departures(told).length) === 0)
      const history = historyOf(yield* poll(100_000))

      // The one who was there all the time was told everything.
      same("the resident's numbers", lines.flatMap(({ first, seq }) => (seq === undefined ? [] : [[first ?? seq, seq]])).at(-1)?.[1], Math.max(...history.keys()))
      const left = leaves(history)
      for (const { isWhole, text } of lives) {
        const told = linesOf(text)
        const span = follow(told, history)
        const you = /"you":\{"id":"([^"]+)"/u.exec(text)?.[1]
        same("a welcome", span !== undefined && you !== undefined, true)
        const end = Array.from(left).find(([id]) => id === you)?.[1] ?? 0
        if (isWhole) same("the end of a life", span?.last, end - 1)
      }
      const said = Array.from(history.values()).flatMap((event) => (event._tag === "Said" || event._tag === "Acted" ? marks(event.text) : []))
      const wanted = script.flatMap((deeds, who) => deeds.flatMap((deed, n) => (deed === "say" || deed === "act" ? [String(who * 1000 + n)] : [])))
      same("all that was said", [...said].sort(), [...wanted].sort())
      // Each one's words in the order in which it said them.
      for (const who of script.keys()) {
        const own = said.map(Number).filter((mark) => Math.floor(mark / 1000) === who)
        same("somebody's own order", own, [...own].sort((a, b) => a - b))
      }
      return said.length
    }).pipe(Effect.scoped)

  it.scopedLive("each hears all of its time in the room, once and in the one order", () =>
    Effect.gen(function* () {
      const said = yield* Effect.forEach(samples(scripts, 24), run, { concurrency: 4 })
      expect(said.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(1000)
    })
  )
})
