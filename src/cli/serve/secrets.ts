import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import { clean } from "../../domain/Text.ts"
import { lookEvery, makeChanged } from "../../server/changedFiles.ts"
import { rounds } from "../../server/rounds.ts"
import { makeSecrets, Secrets } from "../../server/Secrets.ts"
import type { ServerOptions } from "../../server/ServerConfig.ts"
import { givenPasswordFile, passwordIn } from "../password.ts"
import { type BadSetting, given, passwordFile, sourceOf } from "../settings.ts"
import { hookTokenFile, hookTokenIn } from "./hooks.ts"
import { operatorFile, operatorIn } from "./operator.ts"

type Reading<A> = Effect.Effect<A, { readonly message: string }, FileSystem>

/** A file with a secret that is taken up anew when it changes. */
interface SecretFile<A> {
  readonly path: string
  /** Fails, with the reason, where what is in it now cannot be used. */
  readonly read: Effect.Effect<A, { readonly message: string }>
}

type SecretOf<Name extends keyof Secrets["Type"]> = Secrets["Type"][Name] extends MutableRef.MutableRef<infer A> | undefined ? A : never

/** The files with secrets of the server; absent for those that are from elsewhere, or not given. */
export interface SecretFiles {
  readonly password: SecretFile<SecretOf<"password">> | undefined
  readonly operator: SecretFile<SecretOf<"operator">> | undefined
  readonly hookToken: SecretFile<SecretOf<"hookToken">> | undefined
}

interface Options {
  readonly password: boolean
  readonly passwordFile: Option.Option<string>
  readonly operatorFile: Option.Option<string>
  readonly hookTokenFile: Option.Option<string>
}

/** The files that are given. */
export const givenSecretFiles = (options: Options): Effect.Effect<SecretFiles, BadSetting, FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem
    const inFile = <A>(path: Option.Option<string>, read: (path: string) => Reading<A>): SecretFile<A> | undefined =>
      Option.isSome(path) ? { path: path.value, read: Effect.provideService(read(path.value), FileSystem, files) } : undefined
    return {
      password: inFile(yield* givenPasswordFile(options), (path) => passwordIn(path, sourceOf(passwordFile, options.passwordFile))),
      operator: inFile(yield* given(operatorFile, options.operatorFile), (path) => operatorIn(path, sourceOf(operatorFile, options.operatorFile))),
      hookToken: inFile(yield* given(hookTokenFile, options.hookTokenFile), (path) => hookTokenIn(path, sourceOf(hookTokenFile, options.hookTokenFile)))
    }
  })

/**
 * The secrets of the server, which are taken up anew when their files change: whoever is there
 * stays, and the new ones count from then on. Where one cannot be used, the log says why, and the
 * one before stays.
 */
export const secrets = (files: SecretFiles, config: Pick<ServerOptions, "hookToken" | "operator" | "password">): Layer.Layer<Secrets> =>
  Layer.scoped(
    Secrets,
    Effect.gen(function* () {
      const all = makeSecrets(config)
      const follow = <A>(name: string, file: SecretFile<A> | undefined, current: MutableRef.MutableRef<A> | undefined) =>
        Effect.gen(function* () {
          if (file === undefined || current === undefined) return
          const changed = yield* makeChanged([file.path])
          const takeUp = Effect.matchEffect(file.read, {
            onSuccess: (next) => Effect.zipRight(Effect.sync(() => MutableRef.set(current, next)), Effect.logInfo(`The ${name} was taken up anew from ${clean(file.path)}`)),
            onFailure: ({ message }) => Effect.logError(`The ${name} was not taken up anew, and the one before stays: ${message}`)
          })
          yield* rounds(name, Effect.flatMap(changed, (isChanged) => (isChanged ? takeUp : Effect.void)), lookEvery)
        })
      yield* follow("password", files.password, all.password)
      yield* follow("secret of the operator", files.operator, all.operator)
      yield* follow("token of scripts", files.hookToken, all.hookToken)
      return all
    })
  )
