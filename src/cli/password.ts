import * as Options from "@effect/cli/Options"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { JoinError } from "../client/Errors.ts"
import { maxPasswordLength, normalised } from "../domain/password.ts"
import { complain, Failed, type Left } from "./process.ts"
import { badFile, firstLineOf } from "./secretFile.ts"
import { BadSetting, described, given, option, passwordFile, sourceOf, variable } from "./settings.ts"

/** The options for a password. Its value is never on the command line, where every process of the machine can read it. */
export const passwordOptions = {
  password: described(Options.boolean("password"), {
    label: "--password",
    words: `Asks for the password in the terminal. The variable ${variable("password")} holds the password itself.`,
    fallback: "off"
  }),
  passwordFile: option(passwordFile, "A file with the password on its first line.", "none")
}

/** A password that nobody could say, and why. */
export class BadPassword extends Data.TaggedError("BadPassword")<{ readonly message: string }> {}

interface Given {
  readonly password: boolean
  readonly passwordFile: Option.Option<string>
}

/** The given password: typed in the terminal (`mayAsk`), from a file or from the environment. Fails if it cannot be read or used, or the user leaves while it is asked for. */
export const givenPassword = (options: Given, mayAsk: boolean): Effect.Effect<Option.Option<Redacted.Redacted>, BadSetting | Failed | Left, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const password = yield* found(options, mayAsk)
    return Option.isNone(password) ? password : Option.some(yield* checked(password.value))
  }).pipe(Effect.catchTag("BadPassword", ({ message }) => Effect.zipRight(complain(message), new Failed())))

/** The file that the given password is in; none where it is from elsewhere. */
export const givenPasswordFile = (options: Given) =>
  Effect.gen(function* () {
    const file = yield* given(passwordFile, options.passwordFile)
    const isFromFile = !options.password && (Option.isSome(options.passwordFile) || Option.isNone(yield* fromEnvironment))
    return isFromFile ? file : Option.none()
  })

/** Reads a password from the first line of a file. Fails where there is none that could be said. */
export const passwordIn = (path: string, source: string): Effect.Effect<Redacted.Redacted, BadSetting | BadPassword, FileSystem.FileSystem> =>
  Effect.flatMap(firstLine(path, source), (line) => checked(Redacted.make(line)))

const checked = (password: Redacted.Redacted): Effect.Effect<Redacted.Redacted, BadPassword> => {
  const secret = Redacted.value(password)
  if (hasControl.test(secret)) return new BadPassword({ message: "This password has control characters in it, which nobody can type." })
  if (normalised(secret) === undefined) return new BadPassword({ message: `This password is too long: ${maxPasswordLength} characters at most.` })
  return Effect.succeed(password)
}

const hasControl = /\p{Cc}/u

const fromEnvironment = Effect.map(Effect.orDie(Config.option(Config.redacted(variable("password")))), Option.filter((password) => Redacted.value(password) !== ""))

const found = (options: Given, mayAsk: boolean) =>
  Effect.gen(function* () {
    if (options.password && !mayAsk) return yield* cannotAsk("left out with --no-input; use --password-file or BRUSIO_PASSWORD")
    if (options.password) return Option.some(Redacted.make(yield* asked))
    const file = yield* givenPasswordFile(options)
    return Option.isSome(file) ? Option.some(Redacted.make(yield* firstLine(file.value, sourceOf(passwordFile, options.passwordFile)))) : yield* fromEnvironment
  })

const firstLine = (path: string, source: string) =>
  Effect.filterOrFail(firstLineOf({ setting: passwordFile, path, source }), (line) => line !== "", () => badFile({ setting: passwordFile, path, source }, "a file with the password on its first line"))

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
