import { join } from "node:path"
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { untrusted } from "../../client/Dial.ts"
import type { Known, KnownServers } from "../../client/TlsDial.ts"
import { ConnectionLost } from "../../net/Errors.ts"
import { fingerprintForm } from "../../net/fingerprint.ts"
import { writePrivate } from "../privateFile.ts"
import { configFolder } from "../xdg.ts"

/** How a server stands in the file for whose certificate an authority vouches. */
const byAuthority = "authority"

/** A line of the file: `HOST:PORT FINGERPRINT`, or `HOST:PORT authority`. */
interface Line {
  readonly number: number
  readonly address: string
  /** `undefined` where what stands behind the address is neither. */
  readonly known: Known | undefined
}

const read = (text: string): ReadonlyArray<Line> =>
  text.split(/\r?\n/u).flatMap((line, index) => {
    const [address = "", word = "", ...more] = line.trim().split(/\s+/u)
    const known: Known | undefined = word === byAuthority ? { _tag: "Authority" } : fingerprintForm.test(word) ? { _tag: "Fingerprint", fingerprint: word } : undefined
    return address === "" || address.startsWith("#") ? [] : [{ number: index + 1, address, known: more.length > 0 ? undefined : known }]
  })

const header = "# Rooms that were joined over TLS, and by what they are known again. Take a line out to meet its room anew.\n"

/** The rooms that this user knows, in a file that a person can read and edit; and what there is to say of those that are new. */
export interface KnownRooms {
  readonly servers: KnownServers
  /** What there is to say to the person since the last time. */
  readonly news: Effect.Effect<ReadonlyArray<string>>
}

/**
 * Rooms in `known_rooms`, in the user's configuration directory. What cannot be
 * read is trusted no more than what is wrong: dialling fails, in words.
 */
export const makeKnownRooms: Effect.Effect<KnownRooms, never, FileSystem> = Effect.gen(function* () {
  const files = yield* FileSystem
  const path = join(yield* configFolder, "known_rooms")
  const news = yield* Ref.make<ReadonlyArray<string>>([])

  const text = files.readFileString(path).pipe(
    Effect.catchIf((error) => error._tag === "SystemError" && error.reason === "NotFound", () => Effect.succeed("")),
    Effect.mapError(() => new ConnectionLost({ code: untrusted, reason: `${path}, where the rooms are that you know, cannot be read.` }))
  )
  const spoiled = ({ number }: Line) => new ConnectionLost({ code: untrusted, reason: `line ${number} of ${path}, by which you know this room, is spoiled: take it out to meet the room anew.` })
  const lineOf = (address: string) => Effect.map(text, (text) => read(text).find((line) => line.address === address))

  const tell = (words: string) => Ref.update(news, (all) => [...all, words])

  const write = (address: string, known: Known) =>
    Effect.gen(function* () {
      const before = yield* text
      const line = `${address} ${known._tag === "Authority" ? byAuthority : known.fingerprint}`
      const old = read(before).find((each) => each.address === address)
      const lines = (before === "" ? header : before).replace(/\n$/u, "").split("\n")
      if (old === undefined) lines.push(line)
      else lines[old.number - 1] = line
      yield* Effect.provideService(writePrivate(path, `${lines.join("\n")}\n`), FileSystem, files)
    })

  // Where nothing can be written, as in a home that is read-only, the room is joined all the same: what is not known the next time is new then, too.
  const remember = (address: string, known: Known) =>
    Effect.flatMap(Effect.isSuccess(write(address, known)), (isKnown) => {
      if (known._tag === "Authority") return Effect.void
      const first = `You are at ${address} for the first time: its certificate has the fingerprint ${known.fingerprint}`
      return tell(isKnown ? `${first}, by which you will know it again (${path}).` : `${first}. It could not be remembered: ${path} cannot be written.`)
    })

  return {
    servers: {
      find: (address) => Effect.flatMap(lineOf(address), (line) => (line !== undefined && line.known === undefined ? Effect.fail(spoiled(line)) : Effect.succeed(line?.known))),
      remember,
      place: (address) => Effect.map(Effect.orElseSucceed(lineOf(address), () => undefined), (line) => (line === undefined ? path : `line ${line.number} of ${path}`))
    },
    news: Ref.getAndSet(news, [])
  }
})
