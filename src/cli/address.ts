import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { Written } from "../net/address.ts"
import { BadSetting, given, host, type Setting, sourceOf } from "./settings.ts"

/** Where to listen, or to connect to, as far as it was given. */
export interface Where {
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
  /** Whether it is written as a link that asks for TLS, and the fingerprint in it. */
  readonly secured: { readonly fingerprint: string | undefined } | undefined
}

/**
 * The given host and port; a port may stand behind the host (`HOST:PORT`) or in an option of its own. The command line
 * goes before the environment. Fails for two ports that differ. `undone` is what errors begin with, of a host: `Cannot connect to HOST`.
 */
export const givenWhere = (
  options: { readonly host: Option.Option<string>; readonly port: Option.Option<string> },
  setting: Setting<number>,
  undone: (host: string | undefined) => string
): Effect.Effect<Where, BadSetting> =>
  Effect.gen(function* () {
    const written = yield* given(host, options.host)
    const at = Option.map(written, ({ host }) => host)
    const within = (bad: BadSetting) => bad.within(undone(Option.getOrUndefined(at)))
    const behind = yield* Effect.mapError(portBehind(written, setting, sourceOf(host, options.host)), within)
    const separate = yield* Effect.mapError(given(setting, options.port), within)
    const areBothTyped = Option.isSome(options.host) && Option.isSome(options.port)
    if (areBothTyped && Option.isSome(behind) && !Option.contains(separate, behind.value)) {
      const expected = `the port behind the host (${behind.value}), or left out`
      return yield* new BadSetting({ name: setting.name, value: Option.getOrElse(options.port, () => ""), source: `--${setting.name}`, expected })
    }
    const isSeparateFirst = Option.isSome(options.port) || Option.isNone(options.host)
    const { fingerprint, isSecure } = Option.getOrElse(written, (): Partial<Written> => ({}))
    return { secured: isSecure === true ? { fingerprint } : undefined, host: at, port: isSeparateFirst ? Option.orElse(separate, () => behind) : Option.orElse(behind, () => separate) }
  })

const portBehind = (written: Option.Option<Written>, setting: Setting<number>, source: string): Effect.Effect<Option.Option<number>, BadSetting> =>
  Option.match(written, {
    onNone: () => Effect.succeedNone,
    onSome: ({ host, port }) => {
      if (port === undefined) return Effect.succeedNone
      const decoded = setting.decode(port)
      return Either.isRight(decoded)
        ? Effect.succeedSome(decoded.right)
        : new BadSetting({ name: "host", value: `${host}:${port}`, source, expected: `a host, and a port behind the colon that is ${setting.expected}` })
    }
  })
