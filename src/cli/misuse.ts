import { limitNames } from "./serve/limits.ts"
import { allowHost, echo, host, listenPort, logFormat, name, passwordFile, rateBurst, rateLimit, serverPort, trustProxy } from "./settings.ts"

/** The error for a password given on the command line. */
const misplaced = "--password takes no value, as others could read it: it asks for one. Or use --password-file or BRUSIO_PASSWORD"

/** The options that may be given several times. */
const severalTimes = [allowHost, trustProxy]

const valueOptions: ReadonlySet<string> = new Set(
  [...[host, listenPort, serverPort, name, logFormat, echo, passwordFile, rateLimit, rateBurst, ...severalTimes].map(({ name }) => name), ...limitNames].map((name) => `--${name}`)
)

/** Checks a command line for mistakes that @effect/cli reports unclearly or not at all. Returns the error, or `undefined`. */
export const misused = (args: ReadonlyArray<string>): string | undefined => {
  if (args.includes("--wizard")) return "There is no option --wizard (see --help)"
  // Matched in any case of letters: the value after `--PASSWORD` is a secret too, and must not be printed in an error.
  const isMisplaced = args.some((arg, index) => /^--password(?:=|$)/iu.test(arg) && (arg.includes("=") || !(args[index + 1] ?? "--").startsWith("--")))
  if (isMisplaced) return misplaced
  const names = args.filter((arg) => arg.startsWith("--")).map((arg) => arg.replace(/=.*$/su, ""))
  const twice = names.find((name, index) => !severalTimes.some((setting) => name === `--${setting.name}`) && names.indexOf(name) < index)
  if (twice !== undefined) return `${twice} was given twice: once is enough`
  const bare = args.find((arg, index) => valueOptions.has(arg.replace(/=$/u, "")) && ((args[index + 1] ?? "--").startsWith("--") || arg.endsWith("=")))
  return bare === undefined ? undefined : `${bare.replace(/=$/u, "")} needs a value (see --help)`
}
