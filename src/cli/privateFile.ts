import { randomBytes } from "node:crypto"
import { dirname } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"

/**
 * Writes a file that this user alone can read, and its folder where there is none.
 * Atomic: whoever reads meanwhile finds the old content or the new one, and of several who
 * write at once one has written it all.
 */
export const writePrivate = (path: string, content: string): Effect.Effect<void, PlatformError, FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem
    const next = `${path}.${randomBytes(4).toString("hex")}`
    yield* files.makeDirectory(dirname(path), { recursive: true, mode: 0o700 })
    yield* Effect.onError(Effect.zipRight(files.writeFileString(next, content, { flag: "wx", mode: 0o600 }), files.rename(next, path)), () => Effect.ignore(files.remove(next)))
  })
