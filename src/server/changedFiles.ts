import { stat } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

/** How often it is looked whether files have changed. */
export const lookEvery = "2 seconds"

// What changes with a file, also where it is another one behind a link: links are followed, as secrets and certificates are often behind one.
const versionOf = (path: string): Effect.Effect<string> =>
  Effect.tryPromise(() => stat(path)).pipe(
    Effect.map(({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`),
    Effect.orElseSucceed(() => "none")
  )

/**
 * Makes the look at files, to be taken in rounds: whether they have changed since the one before
 * that said so, or since this was made. Several files do not change at once, and none is written
 * at once: what is there counts only when a second look finds it as the first one did (debounce).
 * By polling: notifications of a file system miss files behind links, and those of other machines.
 */
export const makeChanged = (paths: ReadonlyArray<string>): Effect.Effect<Effect.Effect<boolean>> =>
  Effect.gen(function* () {
    const versions = Effect.map(Effect.forEach(paths, versionOf), (all) => all.join("\n"))
    const first = yield* versions
    const taken = yield* Ref.make(first)
    const seen = yield* Ref.make(first)
    return Effect.gen(function* () {
      const now = yield* versions
      const isStill = (yield* Ref.getAndSet(seen, now)) === now
      return isStill && (yield* Ref.getAndSet(taken, now)) !== now
    })
  })
