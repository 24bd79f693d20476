/** Files with a secret on their first line: a secret is never on the command line, where every process of the machine can read it. */
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { clean } from "../domain/Text.ts"
import { decodeUtf8 } from "../net/utf8.ts"
import { BadSetting, type Setting } from "./settings.ts"

/** The file of a setting, as it was given. */
export interface GivenFile {
  readonly setting: Setting<string>
  readonly path: string
  /** The option or variable that it is from. */
  readonly source: string
}

/** That this file cannot be used: it has to be what is `expected`. */
export const badFile = ({ path, setting: { name }, source }: GivenFile, expected: string): BadSetting => new BadSetting({ name, value: clean(path), source, expected })

/** Reads the first line of a file, without its end. Fails where the file cannot be read, or is no text. */
export const firstLineOf = (file: GivenFile): Effect.Effect<string, BadSetting, FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem
    const text = decodeUtf8(yield* Effect.mapError(files.readFile(file.path), () => badFile(file, "a file that can be read")))
    const [line = ""] = text?.split(/\r?\n/u) ?? []
    return text === undefined ? yield* badFile(file, "a file of text in UTF-8") : line
  })
