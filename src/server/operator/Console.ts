import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { elapsed } from "../../domain/elapsed.ts"
import { authorOf } from "../../domain/Reply.ts"
import { countHere } from "../../domain/membership.ts"
import { clean } from "../../domain/Text.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { describe, describeLog, type ConsoleLine, type Format } from "./ConsoleLine.ts"
import { Feed } from "./Feed.ts"
import { Silent } from "./Silent.ts"
import { type Handed, Hub } from "../chat/Hub.ts"
import { Registry } from "../chat/Registry.ts"
import { Visitors } from "../Visitors.ts"

export { describe, describeSkipped, type ConsoleLine, type Format, formats } from "./ConsoleLine.ts"

/** Where the console writes. Neither function ever waits: the output skips what it has no room for, and says so. */
export class ConsoleOutput extends Context.Tag("brusio/ConsoleOutput")<ConsoleOutput, {
  readonly write: (text: string) => void
  /** Shows the status line in place of the one before; absent where the output is not a terminal. */
  readonly status?: (line: string) => void
}>() {}

/** Shows everything that happens in the room, in order. */
export class Console extends Context.Tag("brusio/Console")<Console, {
  /** Writes these lines first, and from then on whatever happens. `address` is shown at the start of the status line. */
  readonly open: (address: string, lines: ReadonlyArray<ConsoleLine>) => Effect.Effect<void>
  /** Answers whoever types in the console. */
  readonly tell: (line: string) => Effect.Effect<void>
  /** How many messages were said so far. */
  readonly said: Effect.Effect<number>
}>() {}

/** How many events are shown in one write at most. */
const batchSize = 1024

/** Shows lines: in this format on the output, and as they are in the {@link Feed} where there is one. */
const showing = (format: Format) =>
  Effect.gen(function* () {
    const output = yield* ConsoleOutput
    const feed = Option.getOrUndefined(yield* Effect.serviceOption(Feed))
    return (lines: ReadonlyArray<ConsoleLine>) => {
      if (feed !== undefined) for (const line of lines) feed.unsafePush(line)
      const text = lines.map(format).join("")
      if (text.length > 0) output.write(text)
    }
  })

const make = (format: Format) =>
  Effect.gen(function* () {
    const hub = yield* Hub
    const { status } = yield* ConsoleOutput
    const put = yield* showing(format)
    const visitors = yield* Visitors
    const registry = yield* Registry
    const subscription = yield* hub.subscribe
    const opened = yield* Deferred.make<void>()

    const started = yield* monotonicMillis
    const silent = new Silent()
    let said = 0
    let address = ""

    const show = (envelopes: ReadonlyArray<Handed>) => {
      said += envelopes.filter(({ event }) => authorOf(event) !== undefined).length
      put(envelopes.flatMap((envelope) => silent.shown(envelope)).flatMap((envelope) => describe(envelope) ?? []))
    }
    // A defect in showing one batch is logged, and the console goes on.
    const showSafely = (envelopes: ReadonlyArray<Handed>) =>
      Effect.catchAllCause(
        Effect.sync(() => {
          show(envelopes)
        }),
        (cause) => Effect.logError("The console has failed", cause)
      ).pipe(Effect.catchAllCause(() => Effect.void))
    // Shows what is left: the scope of the console closes after the sessions', whose goodbyes are shown too.
    const showRest: Effect.Effect<void> = Effect.flatMap(subscription.poll(batchSize), (envelopes) =>
      envelopes.length > 0 ? Effect.zipRight(showSafely(envelopes), showRest) : Effect.void
    )
    const sumUp = Effect.gen(function* () {
      const line = silent.sum(yield* Clock.currentTimeMillis, yield* monotonicMillis)
      if (line !== undefined) put([line])
    })
    const sumUpIfDue = Effect.flatMap(monotonicMillis, (now) => (silent.isDue(now) ? sumUp : Effect.void))
    yield* Effect.addFinalizer(() => Effect.zipRight(showRest, sumUp))
    yield* Deferred.await(opened).pipe(Effect.zipRight(Effect.repeat(sumUpIfDue, Schedule.spaced("1 second"))), Effect.forkScoped)
    yield* Deferred.await(opened).pipe(
      Effect.zipRight(
        subscription.forEachBatch(batchSize, showSafely)
      ),
      Effect.forkScoped
    )
    if (status !== undefined) {
      let before = 0
      const tick = Effect.gen(function* () {
        const connections = HashMap.size(yield* registry.connections) - visitors.size
        // Counted, not listed: there may be thousands, and nobody is named here.
        const members = countHere(yield* registry.chat)
        const seconds = Math.round(((yield* monotonicMillis) - started) / 1000)
        status(statusLine({ address, seconds, messages: said - before, members, connections }))
        before = said
      })
      const safely = Effect.catchAllCause(tick, (cause) => Effect.logError("The status line has failed", cause))
      yield* Effect.forkScoped(Effect.zipRight(Deferred.await(opened), Effect.repeat(safely, Schedule.spaced("1 second"))))
    }
    return Console.of({
      tell: (line) =>
        Effect.map(Clock.currentTimeMillis, (at) => {
          put([{ at, level: "info", event: "console", message: clean(line), fields: {} }])
        }),
      said: Effect.sync(() => said),
      open: (at, lines) =>
        Effect.sync(() => {
          address = at
          put(lines)
        }).pipe(Effect.zipRight(Deferred.succeed(opened, undefined)), Effect.asVoid)
    })
  })

/** The status line: `127.0.0.1:25565 · 3 here · 12 messages/s · up 0:01:40 · 58 MB`. `messages` are those of the last second, `seconds` the uptime. */
export const statusLine = (room: {
  readonly address: string
  readonly seconds: number
  readonly messages: number
  readonly members: number
  readonly connections: number
}): string => {
  const { address, connections, members, messages, seconds } = room
  const nameless = connections > members ? ` (and ${connections - members} without a name)` : ""
  const memory = Math.round(process.memoryUsage.rss() / 1_048_576)
  return `${address} · ${members} here${nameless} · ${messages} messages/s · up ${elapsed(seconds)} · ${memory} MB`
}

/** The logger of the server: writes log messages to the console, among the events. */
export const logger = (format: Format) =>
  Layer.unwrapEffect(
    Effect.map(showing(format), (put) =>
      Logger.replace(
        Logger.defaultLogger,
        Logger.make((logged) => {
          put([describeLog(logged)])
        })
      )
    )
  )

/** The console, in this format. Its {@link logger} is a layer of its own, to be provided below all that may log. */
export const layer = (format: Format) => Layer.scoped(Console, make(format))
