import { randomBytes } from "node:crypto"
import type { Stats } from "node:fs"
import { lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { isAbsolute, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/**
 * What a server with an operator's window leaves for a second start: where it is,
 * and the key for which it gives codes that open its window.
 */
export const Key = Schema.Struct({
  /** Where the server is reached from this machine. */
  host: Schema.String,
  port: Schema.Number,
  key: Schema.String,
  /** The server's process. */
  pid: Schema.Number
})
export type Key = typeof Key.Type

/** The user who runs this; `undefined` on Windows, where what is in the folder for temporary files is that user's alone. */
const user = process.getuid?.()

// The runtime directory of the user (XDG Base Directory Specification), or a folder of theirs among the temporary files.
const folders = (): ReadonlyArray<string> => {
  const runtime = process.env["XDG_RUNTIME_DIR"] ?? ""
  return [...(isAbsolute(runtime) ? [join(runtime, "brusio")] : []), join(tmpdir(), user === undefined ? "brusio" : `brusio-${user}`)]
}

const nameOf = (port: number): string => `window-${port}.json`

// What others can write, or have put there, is not trusted.
const isPrivate = ({ mode, uid }: Stats): boolean => user === undefined || (uid === user && (mode & 0o077) === 0)

const decode = Schema.decodeUnknownEither(Schema.parseJson(Key))

const attempt = <A>(work: () => Promise<A>): Effect.Effect<A, unknown> => Effect.tryPromise({ try: work, catch: (error) => error })

/** A folder of this user's alone. Fails where there is none, and none can be made. */
const privateFolder = Effect.firstSuccessOf(
  folders().map((folder) =>
    attempt(() => mkdir(folder, { mode: 0o700 })).pipe(
      // It may be there already.
      Effect.ignore,
      Effect.zipRight(attempt(() => lstat(folder))),
      Effect.filterOrFail((stats) => stats.isDirectory() && isPrivate(stats), () => folder),
      Effect.as(folder)
    )
  )
)

/**
 * Leaves the key as long as the scope, in a file that only this user can read.
 * Whether that could be done: without it, a second start cannot open the window.
 */
export const leave = (key: Key): Effect.Effect<boolean, never, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* privateFolder
    const file = join(folder, nameOf(key.port))
    const content = JSON.stringify(key)
    // Atomic: whoever reads meanwhile finds the old file or the new one.
    const next = `${file}.${randomBytes(4).toString("hex")}`
    yield* Effect.acquireRelease(
      Effect.zipRight(attempt(() => writeFile(next, content, { flag: "wx", mode: 0o600 })), attempt(() => rename(next, file))),
      // Another server may have left its own there since.
      () => Effect.ignore(Effect.flatMap(attempt(() => readFile(file, "utf8")), (now) => (now === content ? remove(file) : Effect.void)))
    )
    return true
  }).pipe(Effect.orElseSucceed(() => false))

const remove = (file: string) => attempt(() => rm(file, { force: true }))

/** A key that was left, and how to take it away where its server is gone. */
export interface Found {
  readonly key: Key
  readonly remove: Effect.Effect<void>
}

/** The keys that servers of this user have left for this port; none that others could have written. */
export const find = (port: number): Effect.Effect<ReadonlyArray<Found>> =>
  Effect.map(
    Effect.forEach(folders(), (folder) => {
      const file = join(folder, nameOf(port))
      return Effect.gen(function* () {
        const all = [yield* attempt(() => lstat(folder)), yield* attempt(() => lstat(file))]
        if (!all.every(isPrivate) || all[1]?.isFile() !== true) return []
        const key = Either.getOrUndefined(decode(yield* attempt(() => readFile(file, "utf8"))))
        return key?.port === port ? [{ key, remove: Effect.ignore(remove(file)) }] : []
      }).pipe(Effect.orElseSucceed((): ReadonlyArray<Found> => []))
    }),
    (found) => found.flat()
  )
