import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ClientId } from "../../domain/Chat.ts"
import type { LeaveCode } from "../../domain/LeaveCode.ts"
import type { Connection } from "../../net/Connection.ts"
import { Hub } from "../chat/Hub.ts"
import { Registry } from "../chat/Registry.ts"
import { Closing } from "../Closing.ts"
import { Broadcaster } from "../delivery/Broadcaster.ts"
import type { Outbox } from "../delivery/Outbox.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { border } from "../border.ts"
import { Tally } from "../Tally.ts"
import { Admission } from "./Admission.ts"
import { Diverted, farewell } from "./Farewell.ts"
import { Turnstile } from "./Turnstile.ts"

/** The connection whose session has ended. */
export interface Leaver {
  readonly id: ClientId
  readonly connection: Connection
  readonly outbox: Outbox
}

/** How many leaves are decided in one turn of the event loop: more would delay all other clients. With 512, turns took 60 to 80 ms of processor time. */
const leavesPerTurn = 128

/** How many goodbyes are said in one turn: each is a write and a close. */
const goodbyesPerTurn = 128

// Whether a client that ends so may have meant to stay: its end is a `Drop` in the log, and no `Quit`.
const mayReturn = (code: LeaveCode): boolean => code === "lost" || code === "closed" || code === "too-slow" || code === "internal-error"

/**
 * The goodbye of a session: a finalizer of its scope (docs/adr/0005), so it is
 * said on every way out: first to the room, then to the client that leaves. Every
 * wait in it has a bound.
 */
export const makeGoodbye = Effect.gen(function* () {
  const config = yield* ServerConfig
  const admission = yield* Admission
  const closing = yield* Closing
  const hub = yield* Hub
  const registry = yield* Registry
  const broadcaster = yield* Broadcaster
  const tally = yield* Tally
  const leaving = new Turnstile(leavesPerTurn)
  const saying = new Turnstile(goodbyesPerTurn)

  return ({ connection, id, outbox }: Leaver, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> => {
    if (Exit.isSuccess(exit) && exit.value instanceof Diverted) {
      tally.end(outbox)
      return Effect.zipRight(registry.disconnect(id, { _tag: "Quit", code: "quit", reason: undefined }), admission.leave(connection))
    }
    let mayReadOn = false
    return Effect.gen(function* () {
      if (Exit.isFailure(exit) && !Chunk.isEmpty(Cause.defects(exit.cause))) {
        yield* Effect.logError(`The session of ${connection.address} has failed`, exit.cause)
      }
      const { code, goodbye, reason } = farewell(exit, yield* closing.reason, outbox.unsaid)
      tally.sessionEnded(code)
      yield* Effect.annotateCurrentSpan("brusio.reason", code)
      yield* leaving.pass
      yield* registry.disconnect(id, { _tag: mayReturn(code) ? "Drop" : "Quit", code, reason })
      if (connection.writable) {
        yield* broadcaster.handedOver(yield* hub.place, config.farewellOrder)
        // Thousands are woken together once their leaves have been handed over.
        yield* saying.pass
        outbox.farewell({ _tag: "Goodbye", at: yield* registry.now, code, reason: goodbye })
        yield* outbox.flushed
      }
      mayReadOn = code === "too-slow" && !(yield* registry.chat).closed
    }).pipe(
      border("brusio.goodbye", { "client.address": connection.address }),
      // A defect in the last words does not keep the connection open.
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause) ? Effect.void : Effect.logError(`The goodbye to ${connection.address} has failed`, cause)
      ),
      Effect.ensuring(
        Effect.zipRight(
          admission.leave(connection),
          Effect.suspend(() => {
            tally.end(outbox)
            if (!connection.writable) return connection.destroy
            if (!mayReadOn) return connection.close(config.closeGrace)
            // A slow client has left the room, but may still read to the end of what it was sent.
            connection.linger(config.stallTimeout)
            return Effect.void
          })
        )
      )
    )
  }
})
