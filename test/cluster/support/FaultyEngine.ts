import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Chunk from "effect/Chunk"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { NodeId, Position } from "../../../src/domain/replica/Position.ts"
import { Engine, EngineLost, type Logged } from "../../../src/server/cluster/Engine.ts"

/** How far back `recent` goes, ms. */
const recently = 2000

/** How often what goes wrong, from 0 to 1. */
export interface Faults {
  /** A record is lost. */
  readonly drop?: number
  /** A record is written twice, the second time after others. */
  readonly double?: number
  /** What is sent beside the log is lost. */
  readonly dropSent?: number
}

/** One node's engine, and what can happen to it alone. */
interface FaultyNode {
  readonly engine: Engine["Type"]
  /** Nothing reaches the engine, or comes from it. */
  readonly cut: Effect.Effect<void>
  readonly mend: Effect.Effect<void>
  /** What the node appends is taken, but it is given nothing to read. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
}

/** An engine in memory, which fails as a seed and a test want. */
export interface FaultyEngine {
  /** Another node that uses it, as long as the scope. */
  readonly node: Effect.Effect<FaultyNode, never, Scope.Scope>
  /** Loses all records: the log begins anew. */
  readonly forget: Effect.Effect<void>
  /** Cannot be reached by anybody. */
  readonly down: Effect.Effect<void>
  readonly up: Effect.Effect<void>
  /** Drops so many of the oldest records. */
  readonly truncate: (count: number) => Effect.Effect<void>
  /** Changes what goes wrong by itself. */
  readonly fail: (faults: Faults) => Effect.Effect<void>
  /** All records that are kept. */
  readonly records: Effect.Effect<ReadonlyArray<Logged>>
}

/** mulberry32: numbers from 0 to 1, which the seed decides. */
const chances = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** After how much silence an engine counts as not reachable, as in the real one. */
const silence = 2000

/** The most records that are given to a reader at once. */
const atOnce = 16

interface Log {
  readonly epoch: string
  readonly records: Array<Logged>
  /** The number of the next record. */
  next: number
}

/** An engine without records. Its times are those of the clock of the test. */
export const make = (seed: number, given: Faults = {}): Effect.Effect<FaultyEngine> =>
  Effect.map(Effect.clock, (clock) => {
    const chance = chances(seed)
    let faults = given
    let isDown = false
    let epochs = 0
    const begin = (): Log => ({ epoch: `epoch ${++epochs}`, records: [], next: 1 })
    let log = begin()
    let doubled: Uint8Array | undefined
    const wakes = new Set<() => void>()
    const nodes = new Set<{ readonly changed: Effect.Effect<void> }>()
    const listeners = new Map<NodeId, Set<(bytes: Uint8Array) => void>>()

    const wake = Effect.sync(() => {
      for (const one of [...wakes]) one()
    })
    const woken = Effect.async<void>((resume) => {
      const one = () => {
        wakes.delete(one)
        resume(Effect.void)
      }
      wakes.add(one)
      return Effect.sync(() => wakes.delete(one))
    })
    const change = (work: () => void): Effect.Effect<void> =>
      Effect.sync(work).pipe(Effect.zipRight(Effect.suspend(() => Effect.forEach(nodes, ({ changed }) => changed, { discard: true }))), Effect.zipRight(wake))

    const write = (bytes: Uint8Array): void => {
      log.records.push({ at: { epoch: log.epoch, seq: log.next++ }, time: clock.unsafeCurrentTimeMillis(), bytes })
    }
    const append = (bytes: Uint8Array): void => {
      if (chance() < (faults.drop ?? 0)) return
      write(bytes.slice())
      if (doubled !== undefined) write(doubled)
      doubled = chance() < (faults.double ?? 0) ? bytes.slice() : undefined
      for (const one of [...wakes]) one()
    }

    const node = Effect.gen(function* () {
      const scope = yield* Effect.scope
      const reachable = yield* SubscriptionRef.make(true)
      const state = { isCut: false, isPaused: false, isClosed: false, silences: 0, lastRead: Option.none<number>() }
      const isAway = () => state.isCut || isDown
      const changed = Effect.gen(function* () {
        const silent = ++state.silences
        if (!isAway()) {
          yield* SubscriptionRef.set(reachable, true)
          return
        }
        yield* Effect.sleep(silence).pipe(
          Effect.zipRight(Effect.suspend(() => (silent === state.silences ? SubscriptionRef.set(reachable, false) : Effect.void))),
          Effect.forkIn(scope)
        )
      })
      const self = { changed }
      nodes.add(self)
      yield* Effect.addFinalizer(() =>
        Effect.zipRight(
          Effect.sync(() => {
            state.isClosed = true
            nodes.delete(self)
          }),
          wake
        )
      )

      const read = (after: Position | "recent" | undefined): Stream.Stream<Logged, EngineLost> =>
        Stream.suspend(() => {
          let at = after === "recent" ? log.records.findLast(({ time }) => time < clock.unsafeCurrentTimeMillis() - recently)?.at : after
          const pull: Effect.Effect<Chunk.Chunk<Logged>, EngineLost> = Effect.suspend(() => {
            if (state.isClosed) return new EngineLost({ why: "away" })
            if (isAway() || state.isPaused) return Effect.zipRight(woken, pull)
            if (at !== undefined && at.epoch !== log.epoch) return new EngineLost({ why: "forgot" })
            const oldest = log.next - log.records.length
            if (at !== undefined && at.seq + 1 < oldest) return new EngineLost({ why: "truncated" })
            const from = at === undefined ? 0 : at.seq + 1 - oldest
            const some = log.records.slice(from, from + 1 + Math.floor(chance() * atOnce))
            const last = some.at(-1)
            if (last === undefined) return Effect.zipRight(woken, pull)
            at = last.at
            state.lastRead = Option.some(last.time)
            return Effect.succeed(Chunk.unsafeFromArray(some))
          })
          return Stream.repeatEffectChunkOption(Effect.mapError(pull, Option.some))
        })

      const engine = Engine.of({
        maxRecord: 1_048_576,
        unsafeAppend: (bytes) => {
          if (!isAway() && !state.isClosed) append(bytes)
        },
        read,
        send: (to, bytes) =>
          Effect.sync(() => {
            if (isAway() || chance() < (faults.dropSent ?? 0)) return
            for (const listen of listeners.get(to) ?? []) listen(bytes.slice())
          }),
        received: (me) =>
          Effect.gen(function* () {
            const mailbox = yield* Mailbox.make<Uint8Array>()
            const listen = (bytes: Uint8Array) => {
              if (!isAway()) mailbox.unsafeOffer(bytes)
            }
            listeners.set(me, (listeners.get(me) ?? new Set()).add(listen))
            yield* Effect.addFinalizer(() => Effect.zipRight(Effect.sync(() => listeners.get(me)?.delete(listen)), mailbox.end))
            return Mailbox.toStream(mailbox)
          }),
        reachable,
        lastRead: Effect.sync(() => Option.getOrUndefined(state.lastRead)),
        erase: Effect.suspend(() => (isAway() ? Effect.void : forget))
      })
      const set = (part: Partial<Pick<typeof state, "isCut" | "isPaused">>) => Effect.zipRight(Effect.sync(() => Object.assign(state, part)), Effect.zipRight(changed, wake))
      return { engine, cut: set({ isCut: true }), mend: set({ isCut: false }), pause: set({ isPaused: true }), resume: set({ isPaused: false }) }
    })

    const forget = change(() => {
      log = begin()
      doubled = undefined
    })
    return {
      node,
      forget,
      down: change(() => {
        isDown = true
      }),
      up: change(() => {
        isDown = false
      }),
      truncate: (count) =>
        change(() => {
          log.records.splice(0, count)
        }),
      fail: (next) =>
        Effect.sync(() => {
          faults = next
        }),
      records: Effect.sync(() => [...log.records])
    }
  })
