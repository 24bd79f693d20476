import { parseArgs } from "node:util"

/** The help text. */
export const help = `Usage: npm run soak [-- options]

  --seconds N         how long, without the warm-up and the end (60)
  --clients N         how many clients at most at a time (300)
  --seed N            what they do comes from this number (one of its own for each run)
  --rate-limit off|N  the server's limit on messages a second of one client (off)`

/** The options of a soak. */
export interface Options {
  readonly seconds: number
  readonly clients: number
  readonly seed: number
  readonly rateLimit: string
}

const whole = (name: string, value: string, least: number, most: number): number => {
  const number = Number(value)
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new Error(`--${name}: expected a whole number from ${least} to ${most}, and not ${value}\n\n${help}`)
  }
  return number
}

/** Parses the command line; throws an error with the help if it is not valid. */
export const parse = (args: ReadonlyArray<string>): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "60" },
      clients: { type: "string", default: "300" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      "rate-limit": { type: "string", default: "off" }
    }
  })
  const rateLimit = values["rate-limit"]
  return {
    seconds: whole("seconds", values.seconds, 1, 86_400),
    clients: whole("clients", values.clients, 2, 5000),
    seed: whole("seed", values.seed, 0, 2 ** 31 - 1),
    rateLimit: rateLimit === "off" ? rateLimit : String(whole("rate-limit", rateLimit, 1, 1_000_000))
  }
}
