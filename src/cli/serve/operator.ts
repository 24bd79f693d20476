import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { maxPasswordLength } from "../../domain/password.ts"
import type { OperatorSecret } from "../../server/Secrets.ts"
import { badFile, firstLineOf } from "../secretFile.ts"
import { type BadSetting, file, given, option, sourceOf } from "../settings.ts"

/** The file with the name and the secret of an operator. */
export const operatorFile = file("operator-file")

/** The option for it. */
export const operatorOptions = {
  operatorFile: option(operatorFile, "A file with a name and a secret on its first line: who says both over IRC (OPER) is an operator of the server.", "nobody can be one")
}

/** The operator that was given. Fails if the file cannot be read or used. */
export const givenOperator = (options: { readonly operatorFile: Option.Option<string> }) =>
  Effect.gen(function* () {
    const path = yield* given(operatorFile, options.operatorFile)
    return Option.isNone(path) ? undefined : yield* operatorIn(path.value, sourceOf(operatorFile, options.operatorFile))
  })

/** Reads the name and the secret of an operator from the first line of a file. Fails where they are not there. */
export const operatorIn = (path: string, source: string): Effect.Effect<OperatorSecret, BadSetting, FileSystem> =>
  Effect.gen(function* () {
    const found = { setting: operatorFile, path, source }
    const [, name, secret] = /^(\S+)[ \t]+(\S+)[ \t]*$/u.exec(yield* firstLineOf(found)) ?? []
    if (name === undefined || secret === undefined) return yield* badFile(found, "a file with a name and a secret on its first line, and a blank between them")
    if (Math.max(name.length, secret.length) > maxPasswordLength) return yield* badFile(found, `a file with a name and a secret of at most ${maxPasswordLength} characters each`)
    return { name: Redacted.make(name), secret: Redacted.make(secret) }
  })
