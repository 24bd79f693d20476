import { clean } from "../domain/Text.ts"
import { clusterSettings } from "./serve/cluster.ts"
import { limitNames } from "./serve/limits.ts"
import { operatorFile } from "./serve/operator.ts"
import { allowHost, echo, host, listenPort, logFormat, name, passwordFile, rateBurst, rateLimit, reconnect, serverName, serverPort, trustProxy } from "./settings.ts"

/** The commands. */
export type Topic = "serve" | "join"

/** What a command line asks for. `Wrong`: a mistake, in words, that @effect/cli would report unclearly or not at all. */
export type Asked =
  | { readonly _tag: "Help"; readonly topic: Topic | undefined }
  | { readonly _tag: "Run"; readonly args: ReadonlyArray<string> }
  | { readonly _tag: "Wrong"; readonly words: string }

/** The error for a password given on the command line. */
const misplaced = "--password takes no value, as others could read it: it asks for one. Or use --password-file or BRUSIO_PASSWORD"

/** The options that may be given several times. */
const severalTimes = [allowHost, trustProxy]

const valueSettings = [host, listenPort, serverPort, name, logFormat, echo, serverName, operatorFile, passwordFile, rateLimit, rateBurst, reconnect, ...clusterSettings, ...severalTimes]
const valueOptions: ReadonlySet<string> = new Set([...valueSettings.map(({ name }) => name), ...limitNames].map((name) => `--${name}`))
const shorts: ReadonlyMap<string, string> = new Map([
  ...valueSettings.flatMap(({ name, short }) => (short === undefined ? [] : [[`-${short}`, `--${name}`] as const])),
  ["-h", "--help"],
  ["-v", "--version"]
])

interface Token {
  readonly kind: "option" | "value" | "word"
  readonly text: string
}

/** Reads a command line, without Node and the script. */
export const read = (args: ReadonlyArray<string>): Asked => {
  const tokens = tokensOf(args)
  const [first, second] = args
  if (first === undefined) return { _tag: "Help", topic: undefined }
  if (first === "help") {
    const topic = second === undefined ? second : topicOf(second)
    return second !== undefined && topic === undefined
      ? { _tag: "Wrong", words: `There is no command ${clean(second)}: there are serve and join` }
      : { _tag: "Help", topic }
  }
  if (tokens.some(({ kind, text }) => kind === "option" && text === "--help")) return { _tag: "Help", topic: topicOf(first) }
  const wrong = misused(tokens.map(({ text }) => text))
  if (wrong !== undefined) return { _tag: "Wrong", words: wrong }
  if (tokens[0]?.kind === "word" && topicOf(first) === undefined) {
    return { _tag: "Wrong", words: `There is no command ${clean(first)}: there are serve, join and help (see --help)` }
  }
  return first === "join" ? joining(tokens) : { _tag: "Run", args: tokens.map(({ text }) => text) }
}

const topicOf = (word: string): Topic | undefined => (word === "serve" || word === "join" ? word : undefined)

// Splits what was typed into options, their values, and other words; short options are written out.
const tokensOf = (args: ReadonlyArray<string>): ReadonlyArray<Token> => {
  let isValueNext = false
  return args.map((arg): Token => {
    const isValue = isValueNext && !arg.startsWith("--")
    isValueNext = false
    if (isValue) return { kind: "value", text: arg }
    if (!arg.startsWith("-") || arg === "-") return { kind: "word", text: arg }
    const [, begin = arg, rest = ""] = /^([^=]*)(=.*)?$/su.exec(arg) ?? []
    const option = shorts.get(begin) ?? begin
    isValueNext = rest === "" && valueOptions.has(option)
    return { kind: "option", text: `${option}${rest}` }
  })
}

// `join HOST[:PORT]` is `join --host HOST[:PORT]`.
const joining = (tokens: ReadonlyArray<Token>): Asked => {
  const [, at, more] = tokens.filter(({ kind }) => kind === "word").map(({ text }) => text)
  if (at === undefined) return { _tag: "Run", args: tokens.map(({ text }) => text) }
  if (more !== undefined) return { _tag: "Wrong", words: `join takes one address, HOST or HOST:PORT: ${JSON.stringify(more)} is one too many` }
  if (tokens.some(({ kind, text }) => kind === "option" && /^--host(?:=|$)/u.test(text))) {
    return { _tag: "Wrong", words: "The host was given twice, by itself and with --host: once is enough" }
  }
  const args = tokens.filter(({ kind }) => kind !== "word").map(({ text }) => text)
  return { _tag: "Run", args: ["join", "--host", at, ...args] }
}

/** Checks a command line for mistakes that @effect/cli reports unclearly or not at all. Returns the error, or `undefined`. */
const misused = (args: ReadonlyArray<string>): string | undefined => {
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
