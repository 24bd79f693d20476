import { parseArgs } from "node:util"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { maxMembers } from "./load/Line.ts"

export const help = `Usage: npm run bench -- [options]

  --clients LIST   sizes of the room (100,1000)
  --mode LIST      paced, saturated or both (paced,saturated)
  --rate N         messages a second in all, in paced mode (50)
  --seconds N      length of a measured window (8)
  --warm-up N      seconds of talk before it (2)
  --rounds N       how often all of it is run, in turn; the table shows medians (3)
  --server FILE    the built program (dist/cli.js)`

const positive = Schema.NumberFromString.pipe(Schema.positive())
const list = <A extends string | number, I extends string>(item: Schema.Schema<A, I>) =>
  Schema.compose(Schema.split(","), Schema.NonEmptyArray(item), { strict: false })

const Mode = Schema.Literal("paced", "saturated")
export type Mode = typeof Mode.Type

const Options = Schema.Struct({
  clients: list(positive.pipe(Schema.int(), Schema.between(2, maxMembers))),
  mode: list(Mode),
  rate: positive,
  seconds: positive,
  "warm-up": positive,
  rounds: positive.pipe(Schema.int()),
  server: Schema.NonEmptyString
})
export type Options = typeof Options.Type

const option = (value: string) => ({ type: "string", default: value }) as const

const spec = {
  clients: option("100,1000"),
  mode: option("paced,saturated"),
  rate: option("50"),
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

const complaint = (error: unknown): string =>
  ParseResult.isParseError(error)
    ? ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => `--${String(path[0])}: ${message}`).join("\n")
    : error instanceof Error
      ? error.message
      : String(error)
