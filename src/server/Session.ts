import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { ClientId } from "../domain/Chat.ts"
import { type Connection, silence } from "../net/Connection.ts"
import { CutOff } from "../net/Errors.ts"
import { Broadcaster } from "./Broadcaster.ts"
import { Closing } from "./Closing.ts"
import type { Heard, Interpreter } from "./dialect/Dialect.ts"
import { recognise } from "./dialect/recognise.ts"
import { farewell, Quit } from "./Farewell.ts"
import { Hub } from "./Hub.ts"
import { Outbox } from "./Outbox.ts"
import { Registry } from "./Registry.ts"
import { ServerConfig } from "./ServerConfig.ts"

/** A client's actor: one scope and one fiber, from the first byte to the goodbye. */
export interface Session {
  /**
   * Serves one connection until it ends, in whatever way. `fork` runs what
   * drains a slow client's outbox.
   */
  readonly serve: (connection: Connection, fork: (drain: Effect.Effect<void>) => void) => Effect.Effect<void>
}

export const Session = Context.GenericTag<Session>("brusio/Session")

const make = Effect.gen(function* () {
  const config = yield* ServerConfig
  const closing = yield* Closing
  const hub = yield* Hub
  const registry = yield* Registry
  const broadcaster = yield* Broadcaster

  // The goodbye is a finalizer of the session's scope, so it is said on every
  // way out: first the room is told, then the one who goes. Nothing here waits
  // without a bound.
  const goodbye = (connection: Connection, outbox: Outbox, id: ClientId, exit: Exit.Exit<unknown, unknown>) =>
    Effect.gen(function* () {
      const { code, goodbye, reason } = farewell(exit, yield* closing.reason)
      const seq = yield* registry.leave(id, code, reason)
      if (connection.writable) {
        yield* broadcaster.handedOver(seq, config.farewellOrder)
        outbox.farewell({ _tag: "Goodbye", at: yield* Clock.currentTimeMillis, code, reason: goodbye })
        yield* outbox.flushed
        yield* connection.close(config.closeGrace)
      } else {
        yield* connection.destroy
      }
    })

  // Does what was heard, in order, until it is a quit.
  const perform = Effect.fnUntraced(function* (id: ClientId, interpreter: Interpreter, heard: ReadonlyArray<Heard>) {
    for (const item of heard) {
      yield* hub.room
      switch (item._tag) {
        case "Command": {
          const told = yield* registry.decide(id, item.command)
          for (const { event } of told) {
            if (event._tag === "Welcome") interpreter.joined(event.you.name)
            if (event._tag === "Renamed") interpreter.joined(event.member.name)
          }
          break
        }
        case "Refuse":
          yield* registry.refuse(id, item.refusal)
          break
        case "Reject":
          return yield* Effect.fail(new CutOff({ code: item.code, reason: item.reason }))
        case "Quit":
          return new Quit({ reason: item.reason })
      }
    }
    return undefined
  })

  const receive = Effect.fnUntraced(function* (connection: Connection, outbox: Outbox, id: ClientId) {
    const { chunks, dialect, interpreter } = yield* recognise(connection, config)
    outbox.speak(dialect, interpreter)
    let ended: Quit | undefined
    for (const chunk of chunks) ended ??= yield* perform(id, interpreter, interpreter.hear(chunk))
    while (ended === undefined) {
      const bytes = yield* connection.read(interpreter.patience).pipe(
        Effect.catchTag("EndOfInput", (end) =>
          Effect.flatMap(perform(id, interpreter, interpreter.end()), (quit) =>
            quit === undefined ? Effect.fail(end) : Effect.succeed(quit)
          )
        )
      )
      ended =
        bytes instanceof Quit
          ? bytes
          : yield* perform(id, interpreter, bytes === silence ? interpreter.silence() : interpreter.hear(bytes))
    }
    return ended
  })

  const serve: Session["serve"] = (connection, fork) =>
    Effect.scopedWith((scope) => {
      const outbox = new Outbox(connection, config, fork)
      return registry.connect(connection.address, outbox).pipe(
        Effect.tap((id) => Scope.addFinalizerExit(scope, (exit) => goodbye(connection, outbox, id, exit))),
        Effect.uninterruptible,
        Effect.flatMap((id) => receive(connection, outbox, id))
      )
    }).pipe(
      Effect.asVoid,
      Effect.catchAllCause((cause) =>
        Chunk.isEmpty(Cause.defects(cause))
          ? Effect.void
          : Effect.logError(`The session of ${connection.address} has failed`, cause)
      )
    )

  return Session.of({ serve })
})

export const layer = Layer.effect(Session, make)
