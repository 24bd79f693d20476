import { randomBytes } from "node:crypto"
import { dirname } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"

// Writes a file beside this path that this user alone can read, and the folder of both where there is none; `place` puts it there. It is gone where that fails.
const beside = <A>(path: string, content: string, place: (files: FileSystem, next: string) => Effect.Effect<A, PlatformError>): Effect.Effect<A, PlatformError, FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem
    const next = `${path}.${randomBytes(4).toString("hex")}`
    yield* files.makeDirectory(dirname(path), { recursive: true, mode: 0o700 })
    return yield* Effect.onError(Effect.zipRight(files.writeFileString(next, content, { flag: "wx", mode: 0o600 }), place(files, next)), () => Effect.ignore(files.remove(next)))
  })

/**
 * Writes a file that this user alone can read, and its folder where there is none.
 * Atomic: whoever reads meanwhile finds the old content or the new one, and of several who
 * write at once one has written it all.
 */
export const writePrivate = (path: string, content: string): Effect.Effect<void, PlatformError, FileSystem> => beside(path, content, (files, next) => files.rename(next, path))

/**
 * Writes such a file where there is none. Atomic: of several who write at once, the
 * first has written it, and it is not replaced; the others leave it as it is.
 */
export const createPrivate = (path: string, content: string): Effect.Effect<void, PlatformError, FileSystem> =>
  beside(path, content, (files, next) =>
    files.link(next, path).pipe(
      Effect.catchIf(isThere, () => Effect.void),
      // A file system without hard links.
      Effect.catchAll(() => files.writeFileString(path, content, { flag: "wx", mode: 0o600 }).pipe(Effect.catchIf(isThere, () => Effect.void))),
      Effect.zipRight(files.remove(next))
    )
  )

const isThere = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "AlreadyExists"
