import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import { mostGraphemes } from "../../domain/NameLimits.ts"
import { defaults, type ServerOptions } from "../../server/ServerConfig.ts"
import { BadSetting, count, type Described, given, option, type Setting, sourceOf } from "../settings.ts"

/** A limit of the server, and its option. */
interface Limit {
  readonly setting: Setting<number>
  readonly description: string
  /** The factor from the option's unit to the server's: 1000 for times (seconds to ms), otherwise 1. */
  readonly unit: number
}

const day = 86_400
/** The longest TCP keepalive time that Linux accepts, seconds; a longer one is ignored without an error. */
const longestProbe = 32_767
const gibibyte = 1_073_741_824

const amount = (name: string, description: string): Limit => ({
  setting: count(name, "N", 1, 1_000_000),
  description,
  unit: 1
})
const bytes = (name: string, description: string, least: number, most = gibibyte): Limit => ({
  setting: count(name, "BYTES", least, most),
  description,
  unit: 1
})
const seconds = (name: string, description: string, most = day): Limit => ({
  setting: count(name, "SECONDS", 1, most),
  description,
  unit: 1000
})

const limits = {
  addressRateLimit: amount("address-rate-limit", "How many messages a second all clients of one address may send together; more have to wait."),
  addressRateBurst: amount("address-rate-burst", "How many of them may come at once."),
  connectRateLimit: amount("connect-rate-limit", "How many connections a second may come from one address; more have to wait."),
  connectRateBurst: amount("connect-rate-burst", "How many of them may come at once."),
  maxClients: amount("max-clients", "How many clients there may be; fewer where the system allows fewer (ulimit -n)."),
  maxClientsPerAddress: amount("max-clients-per-address", "How many clients may come from one address."),
  maxNameless: amount("max-nameless", "How many clients may be without a name; for one more, one of the address with most of them makes room."),
  nameTimeout: seconds("name-timeout", "How long a client may take to give its name."),
  keep: {
    setting: count("keep", "SECONDS", 0, day),
    description: "How long the place of a client is kept that can come back, once its connection is lost; 0: it leaves at once.",
    unit: 1000
  },
  maxKeptPerAddress: amount("max-kept-per-address", "How many places are kept of clients of one address."),
  maxRooms: amount("max-rooms", "How many rooms there may be, with the lobby."),
  maxTurnedAway: amount("max-turned-away", "How many who find no room may be there at once to be told so; more find the door closed."),
  passwordTries: amount("password-tries", "How often somebody may be wrong about the password."),
  maxLine: bytes("max-line", "The longest line a client may send.", 256, 262_144),
  maxName: { setting: count("max-name", "CHARACTERS", 4, mostGraphemes), description: "The longest name.", unit: 1 },
  maxUnheard: bytes("max-unheard", "How much of a client that sends too fast is kept until its turn; then it is not read.", 1024),
  maxWaiting: bytes("max-waiting", "How much may wait for a client that reads slowly before it is cut off.", 65_536),
  stallAbove: bytes("stall-above", "How much may wait in the socket of a client; more is held back.", 1024),
  stallTimeout: seconds("stall-timeout", "How long a client may take nothing of what waits for it before it is cut off."),
  keepalive: seconds("keepalive", "After how much silence a native client is asked for a sign of life; it has as long and half as long again to give it."),
  tcpKeepalive: seconds("tcp-keepalive", "After how much silence the system asks whether a client is still there.", longestProbe)
} satisfies Partial<Record<keyof ServerOptions, Limit>>

type Limited = keyof typeof limits

/** The unit of a default, by the placeholder of its option; a plain number counts what the option is about. */
const unitWords: Readonly<Record<string, string>> = { BYTES: " bytes", SECONDS: " seconds", CHARACTERS: " characters" }

/** The command-line options of all limits here, with their defaults in the help. */
export const limitOptions: Record<Limited, Described<Option.Option<string>>> = Record.map(limits, ({ description, setting, unit }, field) =>
  option(setting, description, `${defaults[field] / unit}${unitWords[setting.pseudoName] ?? ""}`)
)

/** The values of these limits in the server's units, by option, environment or default. Fails with the first that cannot be used. */
export const givenLimits = (options: Record<Limited, Option.Option<string>>): Effect.Effect<Record<Limited, number>, BadSetting> =>
  Effect.gen(function* () {
    const all = yield* Effect.all(
      Record.map(limits, ({ setting, unit }, field) =>
        Effect.map(given(setting, options[field]), Option.match({ onNone: () => defaults[field], onSome: (value) => value * unit }))
      )
    )
    if (all.stallAbove > all.maxWaiting) {
      const { setting } = limits.stallAbove
      return yield* new BadSetting({
        name: setting.name,
        value: String(all.stallAbove),
        source: sourceOf(setting, options.stallAbove),
        expected: `at most what may wait for a client (--max-waiting, ${all.maxWaiting})`
      })
    }
    return all
  })

/** The names of these options. */
export const limitNames: ReadonlyArray<string> = Record.values(limits).map(({ setting }) => setting.name)
