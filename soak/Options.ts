import { parseArgs } from "node:util"

/** The help text. */
export const help = `Usage: npm run soak [-- options]

  --part lobby|rooms|both  who is there: visitors of the lobby, or travellers from
                      room to room who are lost and come back; or the ones after
                      the others (both)
  --cluster           the rooms are on three nodes over a nats-server: one of them is
                      killed, one stopped, and the engine restarted
  --seconds N         how long each part takes, without the warm-up and the end (60)
  --clients N         how many clients at most at a time (300)
  --seed N            what they do comes from this number (one of its own for each run)
  --rate-limit off|N  the server's limit on messages a second of one client (off)`

const parts = ["lobby", "rooms", "both"] as const
type Part = (typeof parts)[number]

/** The options of a soak. */
export interface Options {
  readonly part: Part
  /** Whether the rooms are on several nodes that fail. */
  readonly isCluster: boolean
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
      cluster: { type: "boolean", default: false },
      part: { type: "string", default: "both" },
      seconds: { type: "string", default: "60" },
      clients: { type: "string", default: "300" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      "rate-limit": { type: "string", default: "off" }
    }
  })
  const rateLimit = values["rate-limit"]
  const part = parts.find((each) => each === values.part)
  if (part === undefined) throw new Error(`--part: expected one of ${parts.join(", ")}, and not ${values.part}\n\n${help}`)
  return {
    part,
    isCluster: values.cluster,
    seconds: whole("seconds", values.seconds, 1, 86_400),
    clients: whole("clients", values.clients, 2, 5000),
    seed: whole("seed", values.seed, 0, 2 ** 31 - 1),
    rateLimit: rateLimit === "off" ? rateLimit : String(whole("rate-limit", rateLimit, 1, 1_000_000))
  }
}
