import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { maxPasswordLength } from "../../domain/password.ts"
import { clean } from "../../domain/Text.ts"
import { BadSetting, given, option, type Setting, sourceOf } from "../settings.ts"

/** The file with the token of scripts. */
export const hookTokenFile: Setting<string> = { name: "hook-token-file", pseudoName: "FILE", expected: "the path of a file", decode: Schema.decodeUnknownEither(Schema.NonEmptyString) }

/** The option for it. The token is never on the command line, where every process of the machine can read it. */
export const hookOptions = {
  hookTokenFile: option(hookTokenFile, "A file with a token on its first line: scripts that send it say lines over HTTP and are told what happens in a room.", "no script can")
}

/** How short a token may be, in characters: whoever reaches the port may guess. */
const leastLength = 16

const strictUtf8 = new TextDecoder("utf-8", { fatal: true })

/** The token that was given. Fails if the file cannot be read or used. */
export const givenHookToken = (options: { readonly hookTokenFile: Option.Option<string> }) =>
  Effect.gen(function* () {
    const file = yield* given(hookTokenFile, options.hookTokenFile)
    return Option.isNone(file) ? undefined : yield* hookTokenIn(file.value, sourceOf(hookTokenFile, options.hookTokenFile))
  })

/** Reads the token from the first line of a file. Fails where there is none that can be used. */
export const hookTokenIn = (path: string, source: string): Effect.Effect<Redacted.Redacted, BadSetting, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const bad = (expected: string) => new BadSetting({ name: hookTokenFile.name, value: clean(path), source, expected })
    const files = yield* FileSystem.FileSystem
    const bytes = yield* Effect.mapError(files.readFile(path), () => bad("a file that can be read"))
    const text = yield* Effect.try({ try: () => strictUtf8.decode(bytes), catch: () => bad("a file of text in UTF-8") })
    const [token = ""] = text.split(/\r?\n/u)
    if (!/^[\x21-\x7e]+$/u.test(token)) return yield* bad("a file with the token on its first line: letters, digits and signs of ASCII, without blanks")
    if (token.length < leastLength || token.length > maxPasswordLength) return yield* bad(`a file with a token of ${leastLength} to ${maxPasswordLength} characters, such as openssl rand -hex 32 makes`)
    return Redacted.make(token)
  })
