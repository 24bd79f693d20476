/** How a connection comes in: it takes a place, or is told that there is none. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Goodbye } from "../../domain/Event.ts"
import { closingCode } from "../../domain/LeaveCode.ts"
import { clean } from "../../domain/Text.ts"
import type { Connection } from "../../net/Connection.ts"
import { Addresses } from "./Addresses.ts"
import { Admission, type Full } from "./Admission.ts"
import { Closing } from "../Closing.ts"
import { bytesOf } from "../dialect/Dialect.ts"
import { Diverted } from "./Farewell.ts"
import { makeGoodbye } from "./goodbye.ts"
import type { Outbox } from "../delivery/Outbox.ts"
import { Registry } from "../chat/Registry.ts"
import { ServerConfig } from "../ServerConfig.ts"
import * as Tally from "../Tally.ts"
import type { Door, Recognised } from "./Door.ts"

/** Takes connections in, or turns them away. */
export const makeArrival = Effect.gen(function* () {
  const config = yield* ServerConfig
  const addresses = yield* Addresses
  const admission = yield* Admission
  const closing = yield* Closing
  const registry = yield* Registry
  const tally = yield* Tally.Tally
  const goodbye = yield* makeGoodbye

  // For a connection that could not be registered, through a defect: the finalizer that says goodbye is not there yet, so this does.
  const cannotEnter = (connection: Connection, { unrecognised }: Door, cause: Cause.Cause<unknown>) =>
    Effect.logError(`${connection.address} could not be taken in`, cause).pipe(
      Effect.zipRight(admission.leave(connection)),
      Effect.zipRight(
        Effect.sync(() => {
          connection.write(unrecognised.encode({ _tag: "Goodbye", at: 0, code: "internal-error", reason: clean("internal error") }))
        })
      ),
      Effect.zipRight(connection.close(config.closeGrace))
    )

  // A connection that has a place, or is to be turned away, waits until its address may have one more. It is told nothing when
  // it is gone meanwhile, but for why this side has ended it.
  const awaitTurn = (connection: Connection, { unrecognised }: Door, hasPlace: boolean) =>
    Effect.onError(addresses.turn(connection), (cause) =>
      Effect.gen(function* () {
        if (hasPlace) yield* admission.leave(connection)
        const why = Option.getOrUndefined(Cause.failureOption(cause))
        if (why === undefined) return
        if (why._tag === "CutOff") connection.write(unrecognised.encode({ _tag: "Goodbye", at: 0, code: why.code, reason: clean(why.reason) }))
        connection.linger(config.closeGrace)
      })
    )

  const takePlace = (connection: Connection, door: Door, outbox: Outbox, scope: Scope.Scope) =>
    Effect.uninterruptibleMask((restore) => Effect.gen(function* () {
      const full = yield* admission.enter(connection)
      yield* restore(awaitTurn(connection, door, full === undefined))
      if (full !== undefined) return full
      const id = yield* Effect.onError(registry.connect({ address: connection.address, peer: outbox }), (cause) => cannotEnter(connection, door, cause))
      tally.begin(outbox)
      yield* Scope.addFinalizerExit(scope, (exit) => goodbye({ connection, id, outbox }, exit))
      return id
    }))

  // Tells a connection that there is no room for it, in its own dialect, and closes it; unless it is no client's, and needs no room.
  const turnAway = (connection: Connection, { recognise, unrecognised }: Door, full: Full): Effect.Effect<Diverted | undefined> => {
    const { code, reason } = full
    const unknown: Recognised = { dialect: unrecognised, interpreter: unrecognised.open(config, false), chunks: [] }
    return recognise(connection, full).pipe(
      Effect.catchAll(() => Effect.succeed(unknown)),
      Effect.flatMap((recognised) =>
        recognised instanceof Diverted
          ? Effect.succeed(recognised)
          : Effect.map(registry.now, (at) => {
              const { dialect, interpreter } = recognised
              const words: Goodbye = { _tag: "Goodbye", at, code, reason: clean(reason) }
              const spoken = interpreter.dialect ?? dialect
              connection.write(interpreter.goodbye(words) ?? bytesOf(spoken, spoken.encode(words)))
              return undefined
            })
      ),
      Effect.onInterrupt(() =>
        Effect.map(closing.reason, (why) => {
          connection.write(unrecognised.encode({ _tag: "Goodbye", at: 0, code: closingCode(why), reason: why.reason }))
        })
      ),
      Effect.onExit((exit) => (Exit.isSuccess(exit) && exit.value instanceof Diverted ? Effect.void : connection.close(config.closeGrace)))
    )
  }

  return {
    /** Takes a place, registers the connection and adds the finalizer that says goodbye, all or nothing; or says why there is no place. */
    takePlace,
    /** Tells a connection that there is no room for it, in its own dialect, and closes it. */
    turnAway
  }
})
