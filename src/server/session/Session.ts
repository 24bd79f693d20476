import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { ClientId } from "../../domain/Chat.ts"
import { clean } from "../../domain/Text.ts"
import type { Connection } from "../../net/Connection.ts"
import { CutOff, type ReadError } from "../../net/Errors.ts"
import { silence } from "../../net/Inbox.ts"
import { Admission, type Full } from "./Admission.ts"
import { Broadcaster } from "../delivery/Broadcaster.ts"
import { monotonicMillis } from "../clock.ts"
import { Closing } from "../Closing.ts"
import type { Heard, Interpreter } from "../dialect/Dialect.ts"
import { plain } from "../dialect/plain.ts"
import { PlainInterpreter } from "../dialect/PlainInterpreter.ts"
import { recognise } from "../door/recognise.ts"
import { farewell, Quit } from "./Farewell.ts"
import { Hub } from "../chat/Hub.ts"
import { Outbox } from "../delivery/Outbox.ts"
import { Allowance, weight } from "./Allowance.ts"
import { Registry } from "../chat/Registry.ts"
import { ServerConfig } from "../ServerConfig.ts"

/** A client's actor: one scope and one fiber, from the first byte to the goodbye. */
export class Session extends Context.Tag("brusio/Session")<Session, {
  /**
   * Serves one connection until it ends, in whatever way. `fork` runs what
   * drains a slow client's outbox. How it ended is told by then.
   */
  readonly serve: (
    connection: Connection,
    fork: (drain: Effect.Effect<void>) => void
  ) => Effect.Effect<Quit | undefined, ReadError>
}>() {}

/** One who is being heard. */
interface Client {
  readonly id: ClientId
  readonly connection: Connection
  readonly outbox: Outbox
  readonly interpreter: Interpreter
  /** Absent where nothing limits how much is said. */
  readonly allowance: Allowance | undefined
}

const nothing = new Uint8Array(0)

/** How much is made out at a time. */
const pieceBytes = 1024

const make = Effect.gen(function* () {
  const config = yield* ServerConfig
  const admission = yield* Admission
  const closing = yield* Closing
  const hub = yield* Hub
  const registry = yield* Registry
  const broadcaster = yield* Broadcaster

  // The goodbye is a finalizer of the session's scope, so it is said on every
  // way out: first the room is told, then the one who goes. Nothing here waits
  // without a bound.
  const goodbye = (connection: Connection, outbox: Outbox, id: ClientId, exit: Exit.Exit<unknown, unknown>) => {
    let mayReadOn = false
    return Effect.gen(function* () {
      if (Exit.isFailure(exit) && !Chunk.isEmpty(Cause.defects(exit.cause))) {
        yield* Effect.logError(`The session of ${connection.address} has failed`, exit.cause)
      }
      const { code, goodbye, reason } = farewell(exit, yield* closing.reason)
      const seq = yield* registry.leave(id, code, reason)
      if (connection.writable) {
        yield* broadcaster.handedOver(seq, config.farewellOrder)
        outbox.farewell({ _tag: "Goodbye", at: yield* Clock.currentTimeMillis, code, reason: goodbye })
        yield* outbox.flushed
      }
      mayReadOn = code === "too-slow" && !(yield* registry.chat).closed
    }).pipe(
      // A fault in the last words keeps nobody here.
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause) ? Effect.void : Effect.logError(`The goodbye to ${connection.address} has failed`, cause)
      ),
      Effect.ensuring(
        Effect.zipRight(
          admission.leave(connection),
          Effect.suspend(() => {
            if (!connection.writable) return connection.destroy
            if (!mayReadOn) return connection.close(config.closeGrace)
            // Who reads so slowly is gone for the room, and may still come to the end of what it was sent.
            connection.linger(config.stallTimeout)
            return Effect.void
          })
        )
      )
    )
  }

  // Above the rate limit, what a client has sent waits; it is told so once.
  const waitForTurn = Effect.fnUntraced(function* ({ connection, id, interpreter }: Client, allowance: Allowance, wait: number) {
    if (wait === 0) return
    if (allowance.tellsNow) yield* registry.throttle(id, allowance.perSecond)
    yield* connection.pause(wait, interpreter.separator)
  })

  // Does what was heard, in order, until it is a quit. What says nothing counts too.
  const perform = Effect.fnUntraced(function* (client: Client, heard: ReadonlyArray<Heard>, bytes: Uint8Array = nothing) {
    const { allowance, connection, id, interpreter } = client
    for (const item of heard) {
      yield* hub.room
      if (allowance !== undefined) yield* waitForTurn(client, allowance, allowance.message(yield* monotonicMillis))
      switch (item._tag) {
        case "Command": {
          const told = yield* registry.decide(id, item.command)
          for (const { event } of told) {
            if (event._tag === "Welcome") {
              interpreter.joined(event.you.name)
              yield* admission.named(connection)
            }
            if (event._tag === "Renamed") interpreter.joined(event.member.name)
          }
          break
        }
        case "Refuse":
          yield* registry.refuse(id, item.refusal)
          break
        case "Ask":
          yield* registry.ask(id, item.question)
          break
        case "Reject":
          return yield* Effect.fail(new CutOff({ code: item.code, reason: item.reason }))
        case "Quit":
          return new Quit({ reason: item.reason })
      }
    }
    if (allowance !== undefined && bytes.length > 0) {
      const beyond = weight(bytes) - heard.length
      if (beyond > 0) yield* waitForTurn(client, allowance, allowance.beyond(beyond, yield* monotonicMillis))
    }
    return undefined
  })

  // Piece by piece: what a flood says in one read is not all made out before it has to wait.
  const hear = Effect.fnUntraced(function* (client: Client, bytes: Uint8Array) {
    admission.unsafeHeard(client.connection)
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      const piece = bytes.subarray(start, start + pieceBytes)
      const quit = yield* perform(client, client.interpreter.hear(piece), piece)
      if (quit !== undefined) return quit
    }
    return undefined
  })

  // Nobody knows of it yet who could say goodbye.
  const cannotEnter = (connection: Connection, cause: Cause.Cause<unknown>) =>
    Effect.logError(`${connection.address} could not be taken in`, cause).pipe(
      Effect.zipRight(admission.leave(connection)),
      Effect.zipRight(
        Effect.sync(() => {
          connection.write(plain.encode({ _tag: "Goodbye", at: 0, code: "internal-error", reason: clean("internal error") }))
        })
      ),
      Effect.zipRight(connection.close(config.closeGrace))
    )

  // Takes a place and is known from then on, whatever happens; or is told why there is none.
  const enter = (connection: Connection, outbox: Outbox, scope: Scope.Scope) =>
    Effect.gen(function* () {
      const full = yield* admission.enter(connection)
      if (full !== undefined) return full
      const id = yield* Effect.onError(registry.connect(connection.address, outbox), (cause) => cannotEnter(connection, cause))
      yield* Scope.addFinalizerExit(scope, (exit) => goodbye(connection, outbox, id, exit))
      return id
    }).pipe(Effect.uninterruptible)

  const meet = Effect.fnUntraced(function* (connection: Connection, outbox: Outbox, id: ClientId) {
    const { chunks, dialect, interpreter } = yield* recognise(connection, config)
    outbox.speak(dialect, interpreter)
    const { rateLimit } = config
    const allowance = rateLimit === undefined ? undefined : new Allowance(rateLimit, yield* monotonicMillis)
    const client: Client = { id, connection, outbox, interpreter, allowance }
    let quit: Quit | undefined
    for (const chunk of chunks) quit ??= yield* hear(client, chunk)
    return { client, quit }
  })

  // For whom there is no room is told so, in words of its own.
  const turnAway = (connection: Connection, { code, reason }: Full) =>
    recognise(connection, config, false).pipe(
      Effect.map(({ interpreter }) => interpreter),
      Effect.catchAll(() => Effect.succeed(new PlainInterpreter(config, false))),
      Effect.flatMap((interpreter) =>
        Effect.map(Clock.currentTimeMillis, (at) => {
          connection.write(interpreter.goodbye({ _tag: "Goodbye", at, code, reason: clean(reason) }))
        })
      ),
      Effect.onInterrupt(() =>
        Effect.map(closing.reason, ({ reason }) => {
          connection.write(plain.encode({ _tag: "Goodbye", at: 0, code: "closing", reason }))
        })
      ),
      Effect.ensuring(connection.close(config.closeGrace)),
      Effect.as(undefined)
    )

  // One generator from the first byte to the goodbye: every frame that waits is kept for each client.
  const visit = Effect.fnUntraced(function* (
    connection: Connection,
    fork: (drain: Effect.Effect<void>) => void,
    scope: Scope.Scope
  ) {
    const outbox = new Outbox(connection, config, fork)
    const entered = yield* enter(connection, outbox, scope)
    if (typeof entered !== "number") return yield* turnAway(connection, entered)
    const { client, quit } = yield* meet(connection, outbox, entered)
    let ended = quit
    while (ended === undefined) {
      const bytes = yield* connection.read(client.interpreter.patience)
      if (bytes instanceof Uint8Array) ended = yield* hear(client, bytes)
      else if (bytes === silence) ended = yield* perform(client, client.interpreter.silence())
      else {
        if (bytes._tag === "EndOfInput") ended = yield* perform(client, client.interpreter.end())
        if (ended === undefined) return yield* Effect.fail(bytes)
      }
    }
    return ended
  })

  const serve: Session["Type"]["serve"] = (connection, fork) => Effect.scopedWith((scope) => visit(connection, fork, scope))

  return Session.of({ serve })
})

export const layer = Layer.effect(Session, make)
