import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { ServerConfig } from "./ServerConfig.ts"

/** Whom clients of IRC can be an operator of the server as. */
export interface OperatorSecret {
  readonly name: Redacted.Redacted
  readonly secret: Redacted.Redacted
}

/**
 * The secrets of the server as they are now, where they can change while it runs. Without this
 * service they are those of its configuration, from the start to the end.
 */
export class Secrets extends Context.Tag("brusio/Secrets")<Secrets, {
  /** The password that lets clients in; `undefined` lets everybody in. */
  readonly password: MutableRef.MutableRef<Redacted.Redacted> | undefined
  /** Whom clients of IRC can be an operator as; `undefined` lets nobody be one. */
  readonly operator: MutableRef.MutableRef<OperatorSecret> | undefined
  /** The token with which scripts come by HTTP; `undefined` lets none. */
  readonly hookToken: MutableRef.MutableRef<Redacted.Redacted> | undefined
}>() {}

/** The secrets of a configuration, which may change from then on. */
export const makeSecrets = ({ hookToken, operator, password }: Pick<ServerConfig["Type"], "hookToken" | "operator" | "password">): Secrets["Type"] => ({
  password: password === undefined ? undefined : MutableRef.make(password),
  operator: operator === undefined ? undefined : MutableRef.make(operator),
  hookToken: hookToken === undefined ? undefined : MutableRef.make(hookToken)
})

/** The secrets: of the service, or else of the configuration. */
export const currentSecrets: Effect.Effect<Secrets["Type"], never, ServerConfig> = Effect.gen(function* () {
  const given = yield* Effect.serviceOption(Secrets)
  return Option.isSome(given) ? given.value : makeSecrets(yield* ServerConfig)
})
