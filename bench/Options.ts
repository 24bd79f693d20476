import { parseArgs } from "node:util"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { maxMembers } from "./load/Line.ts"
import { isInstalled, type PeerName, peerNames } from "./peers.ts"
import type { Plan } from "./Plan.ts"

export const help = `Usage: npm run bench -- [options]

  --clients LIST   sizes of the room (1000)
  --mode LIST      saturated, paced or both (saturated,paced)
  --rate LIST      messages a second in all, in paced mode (50,300)
  --peers LIST     what to compare with: ${peerNames.join(", ")}, or none (those installed)
  --seconds N      length of a measured window (8)
  --warm-up N      seconds of talk before it (2)
  --rounds N       how often all of it is run, in turn; the table shows medians (3)
  --server FILE    the built program (dist/cli.js)

Big quiet rooms: --clients 5000,10000 --mode paced --rate 1 --peers none`

const positive = Schema.NumberFromString.pipe(Schema.positive())
const list = <A extends string | number, I extends string>(item: Schema.Schema<A, I>) =>
  Schema.compose(Schema.split(","), Schema.NonEmptyArray(item), { strict: false })

const Options = Schema.Struct({
  clients: list(positive.pipe(Schema.int(), Schema.between(2, maxMembers))),
  mode: list(Schema.Literal("saturated", "paced")),
  rate: list(positive),
  peers: Schema.Union(Schema.Literal("installed", "none"), list(Schema.Literal(...peerNames))),
  seconds: positive,
  "warm-up": positive,
  rounds: positive.pipe(Schema.int()),
  server: Schema.NonEmptyString
})
export type Options = typeof Options.Type

const option = (value: string) => ({ type: "string", default: value }) as const

const spec = {
  clients: option("1000"),
  mode: option("saturated,paced"),
  rate: option("50,300"),
  peers: option("installed"),
  seconds: option("8"),
  "warm-up": option("2"),
  rounds: option("3"),
  server: option("dist/cli.js")
} as const

/** What was asked for on the command line; throws with the help when it makes no sense. */
export const parse = (args: ReadonlyArray<string>): Options => {
  try {
    return Schema.decodeUnknownSync(Options)(parseArgs({ args: [...args], options: spec }).values)
  } catch (error) {
    throw new Error(`${complaint(error)}\n\n${help}`, { cause: error })
  }
}

/** The runs of one round. */
export const plans = ({ clients, mode, rate }: Options): ReadonlyArray<Plan> =>
  clients.flatMap((size) =>
    mode.flatMap((each): ReadonlyArray<Plan> =>
      each === "saturated" ? [{ clients: size }] : rate.map((messages) => ({ clients: size, rate: messages }))
    )
  )

/** The peers that were asked for. */
export const peersOf = ({ peers }: Options): ReadonlyArray<PeerName> =>
  peers === "none" ? [] : peers === "installed" ? peerNames.filter(isInstalled) : peers

const complaint = (error: unknown): string =>
  ParseResult.isParseError(error)
    ? ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => `--${String(path[0])}: ${message}`).join("\n")
    : error instanceof Error
      ? error.message
      : String(error)
