import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { clean } from "../domain/Text.ts"
import type { JoinError } from "../client/Errors.ts"
import { maxPasswordLength, normalised } from "../domain/password.ts"
import { complain, Failed, type Left } from "./process.ts"
import { BadSetting, described, given, option, passwordFile, variable } from "./settings.ts"

/** The options for a password. Its value is never on the command line, where every process of the machine can read it. */
export const passwordOptions = {
  password: described(Options.boolean("password"), {
    label: "--password",
    words: `Asks for the password in the terminal. The variable ${variable("password")} holds the password itself.`,
    fallback: "off"
  }),
  passwordFile: option(passwordFile, "A file with the password on its first line.", "none")
}

/** The given password: typed in the terminal (`mayAsk`), from a file or from the environment. Fails if it cannot be read or used, or the user leaves while it is asked for. */
export const givenPassword = (
  options: { readonly password: boolean; readonly passwordFile: Option.Option<string> },
  mayAsk: boolean
): Effect.Effect<Option.Option<Redacted.Redacted>, BadSetting | Failed | Left, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const password = yield* found(options, mayAsk)
    if (Option.exists(password, (secret) => hasControl.test(Redacted.value(secret)))) {
      return yield* Effect.zipRight(complain("This password has control characters in it, which nobody can type."), new Failed())
    }
    if (Option.exists(password, (secret) => normalised(Redacted.value(secret)) === undefined)) {
      return yield* Effect.zipRight(complain(`This password is too long: ${maxPasswordLength} characters at most.`), new Failed())
    }
    return password
  })

const hasControl = /\p{Cc}/u

const found = (options: { readonly password: boolean; readonly passwordFile: Option.Option<string> }, mayAsk: boolean) =>
  Effect.gen(function* () {
    if (options.password && !mayAsk) return yield* cannotAsk("left out with --no-input; use --password-file or BRUSIO_PASSWORD")
    if (options.password) return Option.some(Redacted.make(yield* asked))
    const file = yield* given(passwordFile, options.passwordFile)
    const isChosen = Option.isSome(options.passwordFile)
    const environment = yield* Effect.orDie(Config.option(Config.redacted(variable("password"))))
    const fromEnvironment = Option.filter(environment, (password) => Redacted.value(password) !== "")
    if (Option.isSome(fromEnvironment) && !isChosen) return fromEnvironment
    return Option.isSome(file) ? Option.some(Redacted.make(yield* firstLine(file.value, isChosen))) : Option.none()
  })

const strictUtf8 = new TextDecoder("utf-8", { fatal: true })

const firstLine = (path: string, isChosen: boolean) =>
  Effect.gen(function* () {
    const source = isChosen ? "--password-file" : variable("password-file")
    const bad = (expected: string) => new BadSetting({ name: "password-file", value: clean(path), source, expected })
    const files = yield* FileSystem.FileSystem
    const bytes = yield* Effect.mapError(files.readFile(path), () => bad("a file that can be read"))
    const text = yield* Effect.try({ try: () => strictUtf8.decode(bytes), catch: () => bad("a file of text in UTF-8") })
    const [line = ""] = text.split(/\r?\n/u)
    return line === "" ? yield* bad("a file with the password on its first line") : line
  })

const cannotAsk = (expected: string) => new BadSetting({ name: "password", value: "on", source: "--password", expected })

const asked = Effect.gen(function* () {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    return yield* cannotAsk("given where a terminal can ask for it; elsewhere use --password-file or BRUSIO_PASSWORD")
  }
  // Lazy loading: only a password that is typed needs the line editor.
  const { ask } = yield* Effect.promise(() => import("./hidden.ts"))
  return yield* ask("Password: ")
})

const passwordCodes: ReadonlySet<string> = new Set(["password-required", "password-wrong", "password-wait"])

/** Whether joining failed because the password was missing or wrong, or may be tried again only later. */
export const needsPassword = (error: JoinError): boolean => error._tag === "JoinRefused" && passwordCodes.has(error.code)

/** The error in words, with advice if a password is needed. */
export const explain = (error: JoinError): string =>
  error._tag === "JoinRefused" && passwordCodes.has(error.code) && error.code !== "password-wait"
    ? `${error.message} Give it with --password, --password-file or BRUSIO_PASSWORD.`
    : error.message
