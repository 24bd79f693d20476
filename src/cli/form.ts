import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as ChatClient from "../client/ChatClient.ts"
import type { JoinError } from "../client/Errors.ts"
import type { Keyboard } from "./keyboard.ts"
import { Failed } from "./process.ts"
import * as Settings from "./settings.ts"

export const defaults = { host: "127.0.0.1", port: 25565 } as const

/** What was given beforehand; the rest is asked for, or takes its default. */
export interface Given {
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
  readonly name: Option.Option<string>
}

interface Answers {
  readonly host: string
  readonly port: number
  readonly name: string
  /** The name is of our making: another number is as good. */
  readonly anyNumber: boolean
}

const anyName = Effect.map(Random.nextIntBetween(1000, 10_000), (number) => `User${number}`)

/** How many names of our making are tried. */
const maxTries = 20

/** Joins with what was given, and the defaults for the rest. */
export const accept = (given: Given): Effect.Effect<ChatClient.ChatClient, JoinError, Scope.Scope> =>
  Effect.flatMap(anyName, (name) =>
    connect({
      host: Option.getOrElse(given.host, () => defaults.host),
      port: Option.getOrElse(given.port, () => defaults.port),
      name: Option.getOrElse(given.name, () => name),
      anyNumber: Option.isNone(given.name)
    })
  )

/**
 * Asks for what was not given, each with its default. An attempt that fails
 * says why, and everything is asked again with the last answers as defaults.
 */
export const ask = (
  keyboard: Keyboard,
  given: Given
): Effect.Effect<ChatClient.ChatClient, Failed, Scope.Scope> =>
  Effect.gen(function* () {
    const host = Option.isSome(given.host) ? given.host.value : yield* askHost(keyboard, defaults.host)
    const port = Option.isSome(given.port) ? given.port.value : yield* askPort(keyboard, defaults.port)
    const ours = yield* anyName
    const name = Option.isSome(given.name) ? given.name.value : yield* askName(keyboard, ours)
    return yield* attempt(keyboard, { host, port, name, anyNumber: name === ours })
  })

const attempt = (keyboard: Keyboard, answers: Answers): Effect.Effect<ChatClient.ChatClient, Failed, Scope.Scope> =>
  keyboard.prompt("").pipe(
    Effect.zipRight(connect(answers)),
    Effect.catchAll(({ message }) =>
      Effect.gen(function* () {
        yield* keyboard.complain(message)
        const host = yield* askHost(keyboard, answers.host)
        const port = yield* askPort(keyboard, answers.port)
        const name = yield* askName(keyboard, answers.name)
        return yield* attempt(keyboard, { host, port, name, anyNumber: answers.anyNumber && name === answers.name })
      })
    )
  )

const connect = ({ anyNumber, host, name, port }: Answers) => {
  let tries = 0
  return ChatClient.connect({
    host,
    port,
    nickname: name,
    retry: ({ code }) => {
      tries += 1
      return anyNumber && code === "name-taken" && tries < maxTries ? `${name.slice(0, -4)}${Number(name.slice(-4)) + tries}` : undefined
    }
  })
}

const askHost = (keyboard: Keyboard, fallback: string) => question(keyboard, "Host", Settings.host, fallback)
const askPort = (keyboard: Keyboard, fallback: number) => question(keyboard, "Port", Settings.serverPort, fallback)
const askName = (keyboard: Keyboard, fallback: string) => question(keyboard, "Name", Settings.name, fallback)

const question = <A extends string | number>(
  keyboard: Keyboard,
  label: string,
  setting: Settings.Setting<A>,
  fallback: A
): Effect.Effect<A, Failed> =>
  Effect.gen(function* () {
    yield* keyboard.prompt(`${label} [${fallback}]: `)
    const answer = yield* Effect.mapError(keyboard.lines.take, () => new Failed())
    if (answer.trim() === "") return fallback
    const decoded = setting.decode(answer.trim())
    if (decoded._tag === "Right") return decoded.right
    yield* keyboard.complain(`${label} must be ${setting.expected}.`)
    return yield* question(keyboard, label, setting, fallback)
  })
