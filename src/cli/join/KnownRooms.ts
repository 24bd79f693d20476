import { dirname, join } from "node:path"
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { untrusted } from "../../client/Dial.ts"
import type { Known, KnownServers } from "../../client/TlsDial.ts"
import { clean } from "../../domain/Text.ts"
import { ConnectionLost } from "../../net/Errors.ts"
import { fingerprintForm } from "../../net/fingerprint.ts"
import { decodeUtf8 } from "../../net/utf8.ts"
import { configFolder } from "../xdg.ts"

/** How a server stands in the file for whose certificate an authority vouches. */
const byAuthority = "authority"

/** A line of the file: `HOST:PORT FINGERPRINT`, or `HOST:PORT authority`. A host name is compared in lower case. */
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
    return address === "" || address.startsWith("#") ? [] : [{ number: index + 1, address: address.toLowerCase(), known: more.length > 0 ? undefined : known }]
  })

/**
 * By what a server is known, of whom there may be several lines: of programs that met it at the same moment the first
 * line counts, and an authority, which may have come later, counts before all fingerprints.
 */
const knownBy = (lines: ReadonlyArray<Line>): Known | undefined => lines.find(({ known }) => known?._tag === "Authority")?.known ?? lines[0]?.known

const header = "# Rooms that were joined over TLS, and by what they are known again. Take a line out to meet its room anew.\n"

/** The rooms that this user knows, in a file that a person can read and edit; and what there is to say of those that are new. */
export interface KnownRooms {
  readonly servers: KnownServers
  /** What there is to say to the person since the last time. */
  readonly news: Effect.Effect<ReadonlyArray<string>>
}

/**
 * Rooms in `known_rooms`, in the user's configuration directory. What cannot be
 * read is trusted no more than what is wrong: dialling fails, in words. The file is
 * only ever appended to, a line in one write (`O_APPEND`): so of several programs that write at
 * once none takes away the line of another, and it stays what it was, such as a link.
 */
export const makeKnownRooms: Effect.Effect<KnownRooms, never, FileSystem> = Effect.gen(function* () {
  const files = yield* FileSystem
  const path = join(yield* configFolder, "known_rooms")
  const news = yield* Ref.make<ReadonlyArray<string>>([])

  const unusable = (reason: string) => new ConnectionLost({ code: untrusted, reason: `${path}, where the rooms are that you know, ${reason}.` })
  // `undefined` where there is no file.
  const text: Effect.Effect<string | undefined, ConnectionLost> = Effect.gen(function* () {
    const bytes = yield* files.readFile(path).pipe(
      Effect.catchIf((error) => error._tag === "SystemError" && error.reason === "NotFound", () => Effect.succeed(undefined)),
      Effect.mapError(({ description = "of an unknown fault" }) => unusable(`cannot be read (${clean(description)})`))
    )
    if (bytes === undefined) return undefined
    return decodeUtf8(bytes) ?? (yield* Effect.fail(unusable("is no text in UTF-8")))
  })
  const linesOf = (address: string) => Effect.map(text, (text = "") => read(text).filter((line) => line.address === address))

  const tell = (words: string) => Ref.update(news, (all) => [...all, words])

  const write = (address: string, known: Known) =>
    Effect.gen(function* () {
      const before = yield* text
      const line = `${address} ${known._tag === "Authority" ? byAuthority : known.fingerprint}\n`
      const append = files.writeFileString(path, before === undefined || before === "" || before.endsWith("\n") ? line : `\n${line}`, { flag: "a", mode: 0o600 })
      if (before !== undefined) return yield* append
      yield* files.makeDirectory(dirname(path), { recursive: true, mode: 0o700 })
      // Exclusive: another program may have made the file meanwhile.
      const create = files.writeFileString(path, `${header}${line}`, { flag: "ax", mode: 0o600 })
      yield* Effect.catchIf(create, (error) => error._tag === "SystemError" && error.reason === "AlreadyExists", () => append)
    })

  // Where nothing can be written, as in a home that is read-only, the room is joined all the same: what is not known the next time is new then, too.
  const remember = (address: string, known: Known, unvouched: string) =>
    Effect.flatMap(Effect.isSuccess(write(address, known)), (isKnown) => {
      if (known._tag === "Authority") return Effect.void
      const first = `You are at ${address} for the first time, and no authority vouches for it (${unvouched}): its certificate has the fingerprint ${known.fingerprint}`
      return tell(isKnown ? `${first}, by which you will know it again (${path}).` : `${first}. It could not be remembered: ${path} cannot be written.`)
    })

  const find = (address: string) =>
    Effect.flatMap(linesOf(address), (lines) => {
      const spoiled = lines.find(({ known }) => known === undefined)
      if (spoiled === undefined) return Effect.succeed(knownBy(lines))
      return Effect.fail(new ConnectionLost({ code: untrusted, reason: `line ${spoiled.number} of ${path}, by which you know this room, is spoiled: take it out to meet the room anew.` }))
    })

  const place = (address: string) =>
    Effect.map(Effect.orElseSucceed(linesOf(address), () => []), (lines) => {
      const numbers = lines.map(({ number }) => number)
      if (numbers.length === 0) return path
      return numbers.length === 1 ? `line ${numbers.join("")} of ${path}` : `lines ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)} of ${path}`
    })

  return { servers: { find, place, remember }, news: Ref.getAndSet(news, []) }
})
