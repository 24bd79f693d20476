import { limitNames } from "./serve/limits.ts"
import { echo, host, listenPort, logFormat, name, passwordFile, rateBurst, rateLimit, serverPort } from "./settings.ts"

/** What somebody says in place of `--password` alone. */
const misplaced = "--password takes no value, as others could read it: it asks for one. Or use --password-file or BRUSIO_PASSWORD"

const valueOptions: ReadonlySet<string> = new Set(
  [...[host, listenPort, serverPort, name, logFormat, echo, passwordFile, rateLimit, rateBurst].map(({ name }) => name), ...limitNames].map((name) => `--${name}`)
)

/** What is wrong with a command line where @effect/cli answers in words that help nobody, or not at all. */
export const misused = (args: ReadonlyArray<string>): string | undefined => {
  if (args.includes("--wizard")) return "There is no option --wizard (see --help)"
  // In capitals it is as secret.
  const isMisplaced = args.some((arg, index) => /^--password(?:=|$)/iu.test(arg) && (arg.includes("=") || !(args[index + 1] ?? "--").startsWith("--")))
  if (isMisplaced) return misplaced
  const names = args.filter((arg) => arg.startsWith("--")).map((arg) => arg.replace(/=.*$/su, ""))
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) return `${twice} was given twice: once is enough`
  const bare = args.find((arg, index) => valueOptions.has(arg.replace(/=$/u, "")) && ((args[index + 1] ?? "--").startsWith("--") || arg.endsWith("=")))
  return bare === undefined ? undefined : `${bare.replace(/=$/u, "")} needs a value (see --help)`
}
