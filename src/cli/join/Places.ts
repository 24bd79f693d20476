import { hostname } from "node:os"
import { join } from "node:path"
import { FileSystem } from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { newMark, newSecret } from "../../client/entering.ts"
import type { Event } from "../../domain/Event.ts"
import type { Member } from "../../domain/Member.ts"
import { writePrivate } from "../privateFile.ts"
import { stateFolder } from "../xdg.ts"

/** Where somebody wants to be, and under which name. */
interface Wanted {
  readonly host: string
  readonly port: number
  readonly name: string
}

/** A place that is kept for this program, and for the next one where this is killed. */
export interface Kept {
  readonly secret: string
  /** Whether a program before had it. */
  readonly isOld: boolean
  /** Its owner is called like this now. */
  readonly named: (name: string) => Effect.Effect<void>
  /** There is no place any more. */
  readonly forget: Effect.Effect<void>
}

/** The places of this user at servers, each in a small file, so that a program that was killed is who it was when it is started again. */
export class Places extends Context.Tag("brusio/Places")<Places, {
  /** The place that a program left which is gone and had asked for the same, or had that name; otherwise a new one. */
  readonly take: (wanted: Wanted) => Effect.Effect<Kept>
}>() {}

const File = Schema.parseJson(Schema.Struct({
  host: Schema.String,
  port: Schema.Number,
  /** The name that was asked for, and the one that is borne. */
  asked: Schema.String,
  name: Schema.String,
  secret: Schema.String.pipe(Schema.minLength(32), Schema.maxLength(128)),
  /** Homes are shared by machines, whose processes have numbers of their own. */
  machine: Schema.String
}))
type File = typeof File.Type

const encode = Schema.encodeSync(File)
const decode = Schema.decodeUnknownOption(File)

/** After so long a file of a program that is gone is taken away, ms: no server keeps a place nearly as long. */
const staleAfter = 86_400_000

const machine = hostname()

/** A place that is in no file. */
const unkept: Effect.Effect<Kept> = Effect.sync(() => ({ secret: newSecret(), isOld: false, named: () => Effect.void, forget: Effect.void }))

/** No place outlives its program. */
export const none: Layer.Layer<Places> = Layer.succeed(Places, { take: () => unkept })

const folder = Effect.map(stateFolder, (state) => join(state, "places"))

// Whose a file is stands in its name, so that a rename is what gives it to another process: only one can do it.
const ownName = (): string => `${process.pid}.${newMark()}json`
const ownerOf = (name: string): number | undefined => {
  const [, pid] = /^(\d+)\.[\da-f]+\.json$/u.exec(name) ?? []
  return pid === undefined ? undefined : Number(pid)
}

// A process of somebody else (EPERM) is there, too. One of a file of our own is done with it.
const isGone = (pid: number): boolean =>
  pid === process.pid ||
  Either.match(Either.try({ try: () => process.kill(pid, 0), catch: (error) => error }), {
    onLeft: (error) => error instanceof Error && "code" in error && error.code === "ESRCH",
    onRight: () => false
  })

/** Places in files that this user alone can read. Whatever goes wrong with them, the program goes on without. */
export const layer: Layer.Layer<Places, never, FileSystem> = Layer.effect(
  Places,
  Effect.gen(function* () {
    const files = yield* FileSystem

    const read = (path: string) => Effect.map(files.readFileString(path), decode)

    const write = (path: string, file: File) => Effect.provideService(writePrivate(path, encode(file)), FileSystem, files)

    // What was left by programs that are gone: those for this one, newest first. What is old is taken away.
    const left = (home: string, { host, name, port }: Wanted) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const found: Array<{ readonly path: string; readonly file: File; readonly at: number }> = []
        for (const entry of yield* files.readDirectory(home)) {
          const path = join(home, entry)
          const owner = ownerOf(entry)
          if (owner !== undefined && !isGone(owner)) continue
          const file = owner === undefined ? undefined : Option.getOrUndefined(yield* Effect.orElseSucceed(read(path), Option.none<File>))
          const { mtime } = yield* Effect.orElseSucceed(files.stat(path), () => ({ mtime: Option.none<Date>() }))
          const at = Option.match(mtime, { onNone: () => now, onSome: (date) => date.getTime() })
          const isWanted = file?.machine === machine && file.host === host && file.port === port && (file.asked === name || file.name === name)
          if (isWanted) found.push({ path, file, at })
          else if (now - at > staleAfter) yield* Effect.ignore(files.remove(path))
        }
        return found.sort((one, other) => other.at - one.at)
      })

    const kept = (path: string, before: File, isOld: boolean): Kept => {
      let file = before
      return {
        secret: file.secret,
        isOld,
        named: (name) =>
          Effect.suspend(() => {
            if (name === file.name) return Effect.void
            file = { ...file, name }
            return Effect.ignore(write(path, file))
          }),
        forget: Effect.ignore(files.remove(path))
      }
    }

    const take = (wanted: Wanted) =>
      Effect.gen(function* () {
        const home = yield* folder
        yield* files.makeDirectory(home, { recursive: true, mode: 0o700 })
        const path = join(home, ownName())
        for (const { file, path: theirs } of yield* left(home, wanted)) {
          const isOurs = yield* Effect.isSuccess(files.rename(theirs, path))
          if (isOurs) return kept(path, file, true)
        }
        const { host, name, port } = wanted
        const file: File = { host, port, asked: name, name, secret: newSecret(), machine }
        yield* write(path, file)
        return kept(path, file, false)
      })

    return { take: (wanted) => Effect.catchAllCause(take(wanted), () => unkept) }
  })
)

/** Keeps a place under the name that its owner bears, the member `first` to begin with, until there is a goodbye: takes all events, in order. */
export const follow = (place: Kept, first: Member): ((event: Event) => Effect.Effect<void>) => {
  let me = first
  return (event) => {
    switch (event._tag) {
      case "Welcome":
      case "Resumed":
        me = event.you
        return place.named(me.name)
      case "Renamed":
        if (event.member.id === me.id) me = event.member
        return place.named(me.name)
      case "Goodbye":
        // After a restart the same program comes back, and its place at the new server has the same secret.
        return event.code === "restarting" ? Effect.void : place.forget
      default:
        return Effect.void
    }
  }
}
