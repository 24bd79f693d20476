import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { isAddressRange } from "../net/addressRanges.ts"
import { clean } from "../domain/Text.ts"
import { parseAddress, type Written } from "../net/address.ts"
import type { HelpLine } from "./help.ts"

/** A value from the command line or the environment that is not valid. `source` is the option or variable. */
export class BadSetting extends Data.TaggedError("BadSetting")<{
  readonly name: string
  readonly value: string
  readonly source: string
  readonly expected: string
}> {
  override get message(): string {
    return `${this.source} cannot be ${JSON.stringify(this.value)}: it must be ${this.expected}.`
  }

  /** This error, preceded by what could not be done because of it. */
  within(undone: string): BadSetting {
    const { expected, name, source, value } = this
    return new BadSetting({ name, value, source: `${undone}: ${source}`, expected })
  }
}

/** A setting: an option of the command line that also comes from the environment. */
export interface Setting<A> {
  readonly name: string
  /** The one letter that stands for the name. */
  readonly short?: string
  /** The placeholder of its value in the help, such as `PORT`. */
  readonly pseudoName: string
  /** The valid values, in words. */
  readonly expected: string
  /** Parses the text that was given. */
  readonly decode: (value: unknown) => Either.Either<A, ParseResult.ParseError>
}

/** The environment variable of an option: `--log-format` is `BRUSIO_LOG_FORMAT`. */
export const variable = (name: string): string => `BRUSIO_${name.toUpperCase().replaceAll("-", "_")}`

const Address = Schema.transformOrFail(Schema.String, Schema.Struct({ host: Schema.String, port: Schema.UndefinedOr(Schema.String), isSecure: Schema.optionalWith(Schema.Literal(true), { exact: true }), fingerprint: Schema.optionalWith(Schema.String, { exact: true }) }), {
  strict: true,
  decode: (text, _, ast) => {
    const written = parseAddress(text)
    return written === undefined ? ParseResult.fail(new ParseResult.Type(ast, text)) : ParseResult.succeed(written)
  },
  encode: ({ host }) => ParseResult.succeed(host)
})

/** An address or a host name; a port may stand behind it. */
export const host: Setting<Written> = {
  name: "host", pseudoName: "HOST[:PORT]",
  expected: "an address or a host name, such as 127.0.0.1 or chat.example.org, and nothing else but a port behind a colon; or a whole link to a room, whose fingerprint has 43 characters",
  decode: Schema.decodeUnknownEither(Address)
}
const decodePort = (least: number) => {
  const decode = Schema.decodeUnknownEither(Schema.NumberFromString.pipe(Schema.between(least, 65_535)))
  const digits = Schema.decodeUnknownEither(Schema.String.pipe(Schema.pattern(/^\d{1,5}$/u)))
  return (value: unknown) => Either.flatMap(digits(value), decode)
}
/** The port to listen on. */
export const listenPort: Setting<number> = {
  name: "port", short: "p", pseudoName: "PORT",
  expected: "a whole number from 0 to 65535 (0 takes a free port)",
  decode: decodePort(0)
}
/** The port to connect to. */
export const serverPort: Setting<number> = { name: "port", short: "p", pseudoName: "PORT", expected: "a whole number from 1 to 65535", decode: decodePort(1) }
/** The name of the server, in dialects in which servers have one. */
export const serverName: Setting<string> = {
  name: "server-name",
  pseudoName: "NAME",
  expected: "letters, digits, dots and hyphens, at most 63 of them",
  decode: Schema.decodeUnknownEither(Schema.String.pipe(Schema.pattern(/^[A-Za-z\d](?:[A-Za-z\d.-]{0,61}[A-Za-z\d])?$/u)))
}

/** The names under which browsers reach the server, beside its addresses and its own name. */
export const allowHost: Setting<ReadonlyArray<string>> = {
  name: "allow-host", pseudoName: "NAME",
  expected: "a host name without a port, such as chat.example.org; several with commas between",
  decode: Schema.decodeUnknownEither(Schema.split(",").pipe(Schema.compose(Schema.Array(Schema.Trim.pipe(Schema.pattern(/^[^\s:/?#@[\]]+$/u))))))
}

/** The trusted proxies: addresses or ranges of them. */
export const trustProxy: Setting<ReadonlyArray<string>> = {
  name: "trust-proxy", pseudoName: "ADDRESS[/BITS]",
  expected: "an IP address, or a range such as 10.0.0.0/8; several with commas between",
  decode: Schema.decodeUnknownEither(Schema.split(",").pipe(Schema.compose(Schema.Array(Schema.Trim.pipe(Schema.filter(isAddressRange))))))
}
/** A member's name; the room's own rules are checked when joining. */
export const name: Setting<string> = { name: "name", short: "n", pseudoName: "NAME", expected: "a name", decode: Schema.decodeUnknownEither(Schema.String) }
/** The format of the console's lines. */
export const logFormat: Setting<"text" | "json"> = {
  name: "log-format", pseudoName: "text|json",
  expected: "text or json",
  decode: Schema.decodeUnknownEither(Schema.Literal("text", "json"))
}
/** What clients are told when a signal ends the server. */
export const onStop: Setting<"close" | "restart"> = {
  name: "on-stop", pseudoName: "close|restart",
  expected: "close or restart",
  decode: Schema.decodeUnknownEither(Schema.Literal("close", "restart"))
}
/** Who is served metrics. */
export const metrics: Setting<"loopback" | "all" | "off"> = {
  name: "metrics", pseudoName: "loopback|all|off",
  expected: "loopback, all or off",
  decode: Schema.decodeUnknownEither(Schema.Literal("loopback", "all", "off"))
}
/** Whether plain clients get their own messages back. */
export const echo: Setting<"auto" | "on" | "off"> = {
  name: "echo", pseudoName: "auto|on|off",
  expected: "auto, on or off",
  decode: Schema.decodeUnknownEither(Schema.Literal("auto", "on", "off"))
}

/** The path of a file. */
export const file = (name: string): Setting<string> => ({ name, pseudoName: "FILE", expected: "the path of a file", decode: Schema.decodeUnknownEither(Schema.NonEmptyString) })

/** The file with the password on its first line. */
export const passwordFile = file("password-file")

/** A whole number from `least` to `most`, written in digits. */
export const count = (name: string, pseudoName: string, least: number, most: number): Setting<number> => {
  const decode = Schema.decodeUnknownEither(Schema.NumberFromString.pipe(Schema.between(least, most)))
  const digits = Schema.decodeUnknownEither(Schema.String.pipe(Schema.pattern(/^\d{1,10}$/u)))
  return {
    name,
    pseudoName,
    expected: `a whole number from ${least} to ${most}`,
    decode: (value) => Either.flatMap(digits(value), decode)
  }
}

/** The size of the token bucket: how many messages may come at once. */
export const rateBurst = count("rate-burst", "N", 1, 1_000_000)

const offOr = (number: Setting<number>): Setting<number | "off"> => ({
  ...number,
  expected: `${number.expected}, or off`,
  decode: (value) => (value === "off" ? Either.right("off") : number.decode(value))
})

/** For how many seconds the client tries to come back by itself; `off` for not at all. */
export const reconnect: Setting<number | "off"> = offOr(count("reconnect", "SECONDS|off", 1, 86_400))

const rate = count("rate-limit", "N|off", 1, 1_000_000)

/** The refill rate of the token bucket, messages a second; `off` for no limit. */
export const rateLimit: Setting<number | "off"> = offOr(rate)

/** An option of the command line, with its line in the help. */
export type Described<A> = Options.Options<A> & { readonly help: HelpLine }

/** Adds to an option its line in the help. */
export const described = <A>(option: Options.Options<A>, help: HelpLine): Described<A> => Object.assign(option, { help })

/** The command-line option of a setting, not yet parsed. `fallback` is its default as the help shows it, with its unit. */
export const option = <A>({ name, pseudoName, short }: Setting<A>, words: string, fallback: string): Described<Option.Option<string>> =>
  described(Options.optional(Options.text(name)), { label: `${short === undefined ? "" : `-${short}, `}--${name} ${pseudoName}`, words, fallback })

/** The command-line option of a setting that may be given several times: then the values are joined by commas. */
export const repeatable = <A>({ name, pseudoName }: Setting<A>, words: string, fallback: string): Described<Option.Option<string>> =>
  described(
    Options.map(Options.repeated(Options.text(name)), (values) => (values.length === 0 ? Option.none<string>() : Option.some(values.join(",")))),
    { label: `--${name} ${pseudoName}`, words, fallback }
  )

/** The command-line option of a switch, off by default. */
export const flag = (name: string, words: string): Described<boolean> =>
  described(Options.boolean(name), { label: `--${name}`, words, fallback: "off" })

/** The source of a value, for errors: the option, if it was given, or else the environment variable. */
export const sourceOf = <A>({ name }: Setting<A>, option: Option.Option<string>): string => (Option.isSome(option) ? `--${name}` : variable(name))

/** The given value: from the command line, or else from the environment, where an empty variable counts as absent. Fails if it is not valid. */
export const given = <A>(setting: Setting<A>, option: Option.Option<string>): Effect.Effect<Option.Option<A>, BadSetting> =>
  Effect.gen(function* () {
    const environment = yield* Effect.orDie(Config.option(Config.string(variable(setting.name))))
    const source = sourceOf(setting, option)
    const value = Option.orElse(option, () => Option.filter(environment, (text) => text !== ""))
    if (Option.isNone(value)) return Option.none()
    const decoded = setting.decode(value.value)
    return Either.isRight(decoded)
      ? Option.some(decoded.right)
      : yield* new BadSetting({ name: setting.name, value: clean(value.value), source, expected: setting.expected })
  })

const yes = new Set(["1", "true", "yes", "on"])
const no = new Set(["", "0", "false", "no", "off"])

/** Whether a switch is on, by the command line or the environment. Fails if the variable is neither on nor off. */
export const isOn = (name: string, flag: boolean): Effect.Effect<boolean, BadSetting> =>
  Effect.gen(function* () {
    if (flag) return true
    const value = Option.getOrElse(yield* Effect.orDie(Config.option(Config.string(variable(name)))), () => "")
    if (yes.has(value.toLowerCase())) return true
    if (no.has(value.toLowerCase())) return false
    return yield* new BadSetting({ name, value: clean(value), source: variable(name), expected: "on or off" })
  })
