import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { maxPasswordLength } from "../../domain/password.ts"
import { clean } from "../../domain/Text.ts"
import type { OperatorSecret } from "../../server/Secrets.ts"
import { BadSetting, given, option, type Setting, sourceOf } from "../settings.ts"

/** The file with the name and the secret of an operator. */
export const operatorFile: Setting<string> = { name: "operator-file", pseudoName: "FILE", expected: "the path of a file", decode: Schema.decodeUnknownEither(Schema.NonEmptyString) }

/** The option for it. The secret is never on the command line, where every process of the machine can read it. */
export const operatorOptions = {
  operatorFile: option(operatorFile, "A file with a name and a secret on its first line: who says both over IRC (OPER) is an operator of the server.", "nobody can be one")
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true })

/** The operator that was given. Fails if the file cannot be read or used. */
export const givenOperator = (options: { readonly operatorFile: Option.Option<string> }) =>
  Effect.gen(function* () {
    const file = yield* given(operatorFile, options.operatorFile)
    if (Option.isNone(file)) return undefined
    return yield* operatorIn(file.value, sourceOf(operatorFile, options.operatorFile))
  })

/** Reads the name and the secret of an operator from the first line of a file. Fails where they are not there. */
export const operatorIn = (path: string, source: string): Effect.Effect<OperatorSecret, BadSetting, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const bad = (expected: string) => new BadSetting({ name: "operator-file", value: clean(path), source, expected })
    const files = yield* FileSystem.FileSystem
    const bytes = yield* Effect.mapError(files.readFile(path), () => bad("a file that can be read"))
    const text = yield* Effect.try({ try: () => strictUtf8.decode(bytes), catch: () => bad("a file of text in UTF-8") })
    const [, name, secret] = /^(\S+)[ \t]+(\S+)[ \t]*(?:\r?\n|$)/u.exec(text) ?? []
    if (name === undefined || secret === undefined) return yield* bad("a file with a name and a secret on its first line, and a blank between them")
    if (Math.max(name.length, secret.length) > maxPasswordLength) return yield* bad(`a file with a name and a secret of at most ${maxPasswordLength} characters each`)
    return { name: Redacted.make(name), secret: Redacted.make(secret) }
  })
