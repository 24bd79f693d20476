import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ConsoleLine } from "./ConsoleLine.ts"

/** Some lines of the feed, in order, and how many before them were not kept until they were asked for. */
export interface Piece {
  readonly skipped: number
  readonly lines: ReadonlyArray<ConsoleLine>
  /** How many lines there were up to the last of these: where the next piece begins. */
  readonly place: number
}

/**
 * The newest lines of the console, for any number of readers. A reader is only a
 * place in it, so one that lags costs nothing and slows nobody: it skips what is
 * not kept any more, and is told how much.
 */
export class Feed extends Context.Tag("brusio/Feed")<Feed, {
  /** Adds a line, without waiting. */
  readonly unsafePush: (line: ConsoleLine) => void
  /** The oldest lines behind this place that are kept, `most` at most; waits until there is one. Place 0 is before the first line. */
  readonly after: (place: number, most: number) => Effect.Effect<Piece>
  /** As `after`, without waiting: there may be no line. */
  readonly poll: (place: number, most: number) => Effect.Effect<Piece>
}>() {}

/** How many lines are kept: what a window shows that opens late, and how far one may lag. */
const kept = 1000

const make = Effect.sync(() => {
  const ring: Array<ConsoleLine> = []
  const wakes = new Set<() => void>()
  let count = 0

  const read = (place: number, most: number): Piece => {
    const start = Math.max(place, count - ring.length)
    const end = Math.min(count, start + most)
    const at = start % kept
    // The ring in the order of its lines, from the start on.
    const lines = [...ring.slice(at), ...ring.slice(0, at)].slice(0, end - start)
    return { skipped: start - place, lines, place: end }
  }
  const poll = (place: number, most: number) => Effect.sync(() => read(place, most))
  const wait = (place: number) =>
    Effect.async<void>((resume) => {
      const wake = () => {
        wakes.delete(wake)
        resume(Effect.void)
      }
      if (count > place) wake()
      else wakes.add(wake)
      return Effect.sync(() => wakes.delete(wake))
    })
  return Feed.of({
    unsafePush: (line) => {
      ring[count % kept] = line
      count += 1
      for (const wake of [...wakes]) wake()
    },
    after: (place, most) => Effect.zipRight(wait(place), poll(place, most)),
    poll
  })
})

/** No lines yet. */
export const layer = Layer.effect(Feed, make)
