import { parseArgs } from "node:util"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { clusterTrialNames, trialNames } from "./against/Trial.ts"
import { spoken } from "./brusio.ts"
import { maxMembers } from "./load/Line.ts"
import { isInstalled, type PeerName, peerNames, peersWithTls } from "./peers.ts"
import type { Plan } from "./Plan.ts"

/** The text of `--help`. */
export const help = `Usage: npm run bench -- [options]

  --clients LIST   sizes of the room (1000)
  --mode LIST      saturated, paced or both (saturated,paced)
  --rate LIST      messages a second in all, in paced mode (50,300)
  --dialect LIST   what the clients speak: ${spoken.join(", ")}, a column each (plain)
  --peers LIST     what to compare with: ${peerNames.join(", ")}, or none (those installed)
  --tls            clients come with TLS, and beside that without; they speak irc where --dialect does not say otherwise
  --seconds N      length of a measured window (8)
  --warm-up N      seconds of talk before it (2)
  --rounds N       how often all of it is run, in turn; the table shows medians (3)
  --server FILE    the built program (dist/cli.js)

Two builds, in pairs of runs, the one after the other (paired comparison), or trials of this one alone:

  --against DIR    another checkout of this project that is built; --rounds is how many pairs (9)
  --only LIST      what is compared, or measured where there is no other: ${trialNames.join(", ")} (all)
  --cluster        two nodes with a nats-server beside one server: ${clusterTrialNames.join(", ")}, or what --only names
  --keep N         for how many seconds places of clients are kept that are lost (120)

--clients, --mode, --rate, --dialect, --peers and --tls are for a run without --against and --only. Big quiet rooms: --clients 5000,10000 --mode paced --rate 1 --peers none
Browsers beside programs: --dialect web,native --mode paced --rate 50 --peers none`

const positive = Schema.NumberFromString.pipe(Schema.positive())
const list = <A extends string | number, I extends string>(item: Schema.Schema<A, I>) =>
  Schema.compose(Schema.split(","), Schema.NonEmptyArray(item), { strict: false })

const Options = Schema.Struct({
  clients: list(positive.pipe(Schema.int(), Schema.between(2, maxMembers))),
  mode: list(Schema.Literal("saturated", "paced")),
  rate: list(positive),
  dialect: list(Schema.Literal(...spoken)),
  peers: Schema.Union(Schema.Literal("installed", "none"), list(Schema.Literal(...peerNames))),
  seconds: positive,
  "warm-up": positive,
  rounds: positive.pipe(Schema.int()),
  server: Schema.NonEmptyString,
  against: Schema.optional(Schema.NonEmptyString),
  only: list(Schema.Literal(...trialNames, ...clusterTrialNames)),
  keep: positive
})
/** The options of a run, as {@link help} explains them. */
export type Options = typeof Options.Type & {
  /** Whether trials are run, and not a room beside its peers. */
  readonly isTrial: boolean
  /** Whether all is measured over TLS, too. */
  readonly tls: boolean
}

const defaults = {
  clients: "1000",
  mode: "saturated,paced",
  rate: "50,300",
  dialect: "plain",
  peers: "installed",
  seconds: "8",
  "warm-up": "2",
  rounds: "3",
  server: "dist/cli.js",
  only: trialNames.join(","),
  keep: "120"
}

/** The default of `--rounds` with `--against`: a difference of a few per cent shows only in the median of so many pairs. */
const pairs = "9"

const option = { type: "string" } as const
const spec = {
  clients: option,
  mode: option,
  rate: option,
  dialect: option,
  peers: option,
  seconds: option,
  "warm-up": option,
  rounds: option,
  server: option,
  against: option,
  only: option,
  keep: option,
  cluster: { type: "boolean" },
  tls: { type: "boolean", default: false }
} as const

/** Reads the command line; throws an `Error` with the complaint and the help when it makes no sense. */
export const parse = (args: ReadonlyArray<string>): Options => {
  try {
    const { cluster, tls, ...given } = parseArgs({ args: [...args], options: spec }).values
    const isTrial = given.against !== undefined || given.only !== undefined || cluster === true
    const senseless = (isTrial ? ["clients", "mode", "rate", "dialect", "peers"] : ["keep"]).filter((name) => Object.hasOwn(given, name))
    if (isTrial && tls) senseless.push("tls")
    if (senseless.length > 0) throw new Error(`--${senseless.join(", --")}: ${isTrial ? "not" : "only"} with --against, --only or --cluster`)
    const options = Schema.decodeUnknownSync(Options)({ ...defaults, ...(given.against === undefined ? {} : { rounds: pairs }), ...(cluster === true ? { only: clusterTrialNames.join(",") } : {}), ...(tls ? { dialect: "irc" } : {}), ...given })
    const { peers } = options
    const clear = tls && typeof peers !== "string" ? peers.filter((name) => !hasTls(name)) : []
    if (clear.length > 0) throw new Error(`--peers: ${clear.join()} is measured without TLS only`)
    return { ...options, isTrial, tls }
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
export const peersOf = ({ peers, tls }: Options): ReadonlyArray<PeerName> =>
  peers === "none" ? [] : peers === "installed" ? peerNames.filter((name) => (!tls || hasTls(name)) && isInstalled(name)) : peers

const hasTls = (name: PeerName): boolean => peersWithTls.some((each) => each === name)

const complaint = (error: unknown): string =>
  ParseResult.isParseError(error)
    ? ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => `--${String(path[0])}: ${message}`).join("\n")
    : error instanceof Error
      ? error.message
      : String(error)
