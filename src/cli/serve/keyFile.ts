import { randomBytes } from "node:crypto"
import type { Stats } from "node:fs"
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
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

/** The address at which a server is reached that listens on all addresses, or on none that was given. */
const usual = "127.0.0.1"

// Servers of several loopback addresses may have one port, and each leaves a file of its own.
const nameOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  host === usual ? `window-${port}.json` : `window-${host.replaceAll(/[^\w.]/gu, "_")}-${port}.json`

const isNameOf = (name: string, port: number): boolean => name === nameOf({ host: usual, port }) || (name.startsWith("window-") && name.endsWith(`-${port}.json`))

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
    const file = join(folder, nameOf(key))
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

const nothing: ReadonlyArray<Found> = []

const read = (folder: string, name: string, port: number): Effect.Effect<ReadonlyArray<Found>> =>
  Effect.gen(function* () {
    const file = join(folder, name)
    const stats = yield* attempt(() => lstat(file))
    if (!isPrivate(stats) || !stats.isFile()) return nothing
    const key = Either.getOrUndefined(decode(yield* attempt(() => readFile(file, "utf8"))))
    return key?.port === port ? [{ key, remove: Effect.ignore(remove(file)) }] : nothing
  }).pipe(Effect.orElseSucceed(() => nothing))

/**
 * The keys that servers of this user have left for this port, that of the one that
 * is reached at `host` first; none that others could have written.
 */
export const find = (host: string, port: number): Effect.Effect<ReadonlyArray<Found>> =>
  Effect.gen(function* () {
    const found: Array<Found> = []
    for (const folder of folders()) {
      const isOwn = yield* Effect.match(attempt(() => lstat(folder)), { onFailure: () => false, onSuccess: isPrivate })
      const names = isOwn ? yield* Effect.orElseSucceed(attempt(() => readdir(folder)), () => []) : []
      for (const name of names) if (isNameOf(name, port)) found.push(...(yield* read(folder, name, port)))
    }
    const rank = ({ key }: Found) => (key.host === host ? 0 : key.host === usual ? 1 : 2)
    return found.sort((one, other) => rank(one) - rank(other))
  })
