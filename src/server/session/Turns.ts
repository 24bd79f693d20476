import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { endOfTurn, Hub } from "../chat/Hub.ts"
import { FairQueue, levelOf } from "./FairQueue.ts"

/** What a client has sent and what of that has had its turn: the key of the fair queue. */
export class Flow {
  readonly #unread: () => number
  #burst = 0
  /** The turn of the event loop in which the client was served last, and how often in that turn. */
  readonly served = { turn: 0, times: 0 }

  /** `unread`: how many bytes have come from the client and have not been read; 0 when nothing has. */
  constructor(unread: () => number) {
    this.#unread = unread
  }

  /** So many bytes were read, and are going to be interpreted. */
  heard(bytes: number): void {
    this.#burst += bytes
  }

  /** All that was heard has had its turn. When nothing is unread either, the burst is over, and the next bytes begin another. */
  rest(): void {
    if (this.#unread() === 0) this.#burst = 0
  }

  /** The level in the queue: by the size of the whole burst, so those with equal bursts take turns until the end. */
  get level(): number {
    return levelOf(this.#burst + this.#unread())
  }
}

/**
 * Fair queueing before the Hub, see docs/adr/0014: whose turn it is to be heard.
 * Within one turn of the event loop clients are heard for a few ms, and each a few
 * times; all else waits for later turns, those with little to say first. So
 * between two parts of somebody's burst all others are read.
 */
export class Turns extends Context.Tag("brusio/Turns")<Turns, {
  /** Whether the client may be heard once more in this turn of the event loop; then that counts. */
  readonly unsafeTake: (flow: Flow) => boolean
  /** Waits until it is the client's turn; for when `unsafeTake` said no. */
  readonly next: (flow: Flow) => Effect.Effect<void>
}>() {}

/** For how long clients are heard in one turn of the event loop, ms: what has begun is finished. */
const turnMillis = 8

/** How many messages of one client are heard in a turn. */
const slice = 16

/** How many of those who wait are woken in a turn. */
const wokenAtOnce = 16

interface Waiter {
  readonly flow: Flow
  readonly wake: () => void
}

const make = Effect.gen(function* () {
  const hub = yield* Hub
  const clock = yield* Effect.clock
  // Monotonic, ms.
  const now = () => Number(clock.unsafeCurrentTimeNanos()) / 1e6
  const queue = new FairQueue<Waiter>()
  const someWait = yield* Effect.makeLatch()
  const turn = { number: 0, start: 0, isOver: true }

  const begin = () => {
    turn.number += 1
    turn.start = now()
    turn.isOver = false
    const { number } = turn
    setImmediate(() => {
      if (turn.number === number) turn.isOver = true
    })
  }

  const unsafeTake = (flow: Flow): boolean => {
    if (turn.isOver) begin()
    const { served } = flow
    if (served.turn !== turn.number) {
      // Who comes now does not overtake those who have waited, unless its place would be before theirs.
      if (flow.level >= queue.lowest) return false
      served.turn = turn.number
      served.times = 0
    }
    if (served.times >= slice || !hub.unsafeHasRoom() || now() - turn.start >= turnMillis) return false
    served.times += 1
    return true
  }

  const wait = (flow: Flow) =>
    Effect.async<void>((resume) => {
      const waiter: Waiter = {
        flow,
        wake: () => {
          resume(Effect.void)
        }
      }
      queue.add(waiter, flow.level)
      someWait.unsafeOpen()
      return Effect.sync(() => {
        queue.delete(waiter)
      })
    })

  const next = (flow: Flow): Effect.Effect<void> =>
    Effect.flatMap(wait(flow), () => (unsafeTake(flow) ? Effect.void : next(flow)))

  const wakeSome = Effect.sync(() => {
    begin()
    for (let woken = 0; woken < wokenAtOnce; woken += 1) {
      const waiter = woken === wokenAtOnce - 1 ? queue.longest() : queue.next()
      if (waiter === undefined) break
      waiter.flow.served.turn = turn.number
      waiter.flow.served.times = 0
      waiter.wake()
    }
    if (queue.lowest === Infinity) someWait.unsafeClose()
  })

  yield* someWait.await.pipe(
    Effect.zipRight(endOfTurn),
    Effect.zipRight(hub.room),
    Effect.zipRight(wakeSome),
    Effect.forever,
    Effect.forkScoped
  )
  return Turns.of({ unsafeTake, next })
})

/** Nobody waits. */
export const layer = Layer.scoped(Turns, make)
