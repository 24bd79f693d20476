import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { maxPasswordLength } from "../../domain/password.ts"
import { badFile, firstLineOf } from "../secretFile.ts"
import { type BadSetting, file, given, option, sourceOf } from "../settings.ts"

/** The file with the token of scripts. */
export const hookTokenFile = file("hook-token-file")

/** The option for it. */
export const hookOptions = {
  hookTokenFile: option(hookTokenFile, "A file with a token on its first line: scripts that send it say lines over HTTP and are told what happens in a room.", "no script can")
}

/** How short a token may be, in characters: whoever reaches the port may guess. */
const leastLength = 16

/** The token that was given. Fails if the file cannot be read or used. */
export const givenHookToken = (options: { readonly hookTokenFile: Option.Option<string> }) =>
  Effect.gen(function* () {
    const path = yield* given(hookTokenFile, options.hookTokenFile)
    return Option.isNone(path) ? undefined : yield* hookTokenIn(path.value, sourceOf(hookTokenFile, options.hookTokenFile))
  })

/** Reads the token from the first line of a file. Fails where there is none that can be used. */
export const hookTokenIn = (path: string, source: string): Effect.Effect<Redacted.Redacted, BadSetting, FileSystem> =>
  Effect.gen(function* () {
    const found = { setting: hookTokenFile, path, source }
    const token = yield* firstLineOf(found)
    if (!/^[\x21-\x7e]+$/u.test(token)) return yield* badFile(found, "a file with the token on its first line: letters, digits and signs of ASCII, without blanks")
    if (token.length < leastLength || token.length > maxPasswordLength) return yield* badFile(found, `a file with a token of ${leastLength} to ${maxPasswordLength} characters, such as openssl rand -hex 32 makes`)
    return Redacted.make(token)
  })
