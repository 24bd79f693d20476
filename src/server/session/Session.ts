import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { type ClientId, personOf } from "../../domain/Chat.ts"
import type { Command } from "../../domain/command/index.ts"
import type { Goodbye, LeaveCode, Refused } from "../../domain/Event.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import { clean } from "../../domain/Text.ts"
import { throttled } from "../../domain/wording.ts"
import type { Connection } from "../../net/Connection.ts"
import { CutOff, type ReadError } from "../../net/Errors.ts"
import { silence } from "../../net/Inbox.ts"
import { Admission, type Full } from "./Admission.ts"
import { Broadcaster } from "../delivery/Broadcaster.ts"
import { monotonicMillis } from "../clock.ts"
import { Closing } from "../Closing.ts"
import type { Dialect, Heard, Interpreter } from "../dialect/Dialect.ts"
import { farewell, Quit } from "./Farewell.ts"
import { Hub } from "../chat/Hub.ts"
import { Outbox } from "../delivery/Outbox.ts"
import { Allowance, weight } from "./Allowance.ts"
import { Gate } from "./Password.ts"
import { Turnstile } from "./Turnstile.ts"
import { Registry } from "../chat/Registry.ts"
import { ServerConfig } from "../ServerConfig.ts"

/** How a client speaks, and what it has sent so far, read by read. */
export interface Recognised {
  readonly dialect: Dialect
  readonly interpreter: Interpreter
  readonly chunks: ReadonlyArray<Uint8Array>
}

/** Where a connection comes in: what tells how it speaks. */
export interface Door {
  /** What is spoken to a connection that has not shown that. */
  readonly unrecognised: Dialect
  /** Waits until a connection has shown it. `greets`: whether one that says nothing is asked for its name. */
  readonly recognise: (connection: Connection, greets: boolean) => Effect.Effect<Recognised, ReadError>
}

/** A client's actor: one scope and one fiber, from the first byte to the goodbye. */
export class Session extends Context.Tag("brusio/Session")<Session, {
  /**
   * Serves one connection until it ends, in whatever way. `fork` runs what
   * drains a slow client's outbox. How it ended is told by then.
   */
  readonly serve: (
    connection: Connection,
    door: Door,
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
  /** Asks for the room's password; absent where there is none, and open for good once the client is in. */
  readonly gate: Gate | undefined
}

const nothing = new Uint8Array(0)

// Who ends so may have meant to stay.
const mayReturn = (code: LeaveCode): boolean => code === "lost" || code === "closed" || code === "too-slow" || code === "internal-error"

/** How many goodbyes begin in one turn of the event loop: together they take some 10 ms of it. */
const leavesPerTurn = 32

/** How much is made out at a time. */
const pieceBytes = 1024

const make = Effect.gen(function* () {
  const config = yield* ServerConfig
  const admission = yield* Admission
  const closing = yield* Closing
  const hub = yield* Hub
  const registry = yield* Registry
  const broadcaster = yield* Broadcaster
  const leaving = new Turnstile(leavesPerTurn)

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
      yield* leaving.pass
      yield* registry.disconnect(id, { _tag: mayReturn(code) ? "Drop" : "Quit", code, reason })
      if (connection.writable) {
        yield* broadcaster.handedOver(yield* hub.place, config.farewellOrder)
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
    if (allowance.tellsNow) {
      const { perSecond } = allowance
      yield* registry.reply(id, (at) => ({ _tag: "Throttled", at, perSecond, message: throttled(perSecond) }))
    }
    yield* connection.pause(wait, interpreter.separator)
  })

  // Answers what cannot be asked, as its sender alone is concerned.
  const refuse = Effect.fnUntraced(function* ({ id, interpreter }: Client, { code, message, ref }: Refusal) {
    const refused = (at: number): Refused => ({ _tag: "Refused", at, code, message: clean(message), ref })
    yield* registry.reply(id, refused)
    interpreter.told(refused(0))
  })

  // Decides what a client asks; the client is told with all the others, but what it says next may depend on it.
  const submit = Effect.fnUntraced(function* ({ connection, id, interpreter }: Client, command: Command) {
    const told = yield* registry.submit({ _tag: "Command", client: id, address: connection.address, command })
    for (const { event } of told) {
      interpreter.told(event)
      if (event._tag === "Welcome") yield* admission.named(connection)
    }
  })

  // The room's password is asked for here, for every dialect, and until it has let somebody in.
  const enter = Effect.fnUntraced(function* (client: Client, join: Command, password: string | undefined) {
    const { gate, id } = client
    const isIn = gate === undefined || personOf(yield* registry.chat, id) !== undefined
    const denied = isIn ? undefined : gate.knock(password)
    if (denied instanceof CutOff) return yield* Effect.fail(denied)
    yield* denied === undefined ? submit(client, join) : refuse(client, denied)
  })

  // Does one thing that was heard. The end of it is a quit.
  const take = Effect.fnUntraced(function* (client: Client, item: Heard) {
    switch (item._tag) {
      case "Enter":
        yield* enter(client, item.join, item.password)
        break
      case "Command":
        yield* submit(client, item.command)
        break
      case "Question":
        yield* registry.ask(client.id, item.question)
        break
      case "Refuse":
        yield* refuse(client, item.refusal)
        break
      case "Reject":
        return yield* Effect.fail(new CutOff({ code: item.code, reason: item.reason }))
      case "Quit":
        return new Quit({ reason: item.reason })
    }
    return undefined
  })

  // Does what was heard, in order, until it is a quit. What says nothing counts too.
  const perform = Effect.fnUntraced(function* (client: Client, heard: Iterable<Heard>, bytes: Uint8Array = nothing) {
    const { allowance } = client
    let messages = 0
    for (const item of heard) {
      messages += 1
      yield* hub.room
      if (allowance !== undefined) yield* waitForTurn(client, allowance, allowance.message(yield* monotonicMillis))
      const quit = yield* take(client, item)
      if (quit !== undefined) return quit
    }
    if (allowance !== undefined && bytes.length > 0) {
      const beyond = weight(bytes) - messages
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

  // Takes a place and is known from then on, whatever happens; or is told why there is none.
  const takePlace = (connection: Connection, door: Door, outbox: Outbox, scope: Scope.Scope) =>
    Effect.gen(function* () {
      const full = yield* admission.enter(connection)
      if (full !== undefined) return full
      const id = yield* Effect.onError(registry.connect({ address: connection.address, peer: outbox }), (cause) => cannotEnter(connection, door, cause))
      yield* Scope.addFinalizerExit(scope, (exit) => goodbye(connection, outbox, id, exit))
      return id
    }).pipe(Effect.uninterruptible)

  const meet = Effect.fnUntraced(function* (connection: Connection, door: Door, outbox: Outbox, id: ClientId) {
    const { chunks, dialect, interpreter } = yield* door.recognise(connection, true)
    outbox.speak(dialect, interpreter)
    const { password, passwordTries, rateLimit } = config
    const allowance = rateLimit === undefined ? undefined : new Allowance(rateLimit, yield* monotonicMillis)
    const gate = password === undefined ? undefined : new Gate(password, passwordTries)
    const client: Client = { id, connection, outbox, interpreter, allowance, gate }
    let quit: Quit | undefined
    for (const chunk of chunks) quit ??= yield* hear(client, chunk)
    return { client, quit }
  })

  // For whom there is no room is told so, in words of its own.
  const turnAway = (connection: Connection, { recognise, unrecognised }: Door, { code, reason }: Full) => {
    const unknown: Recognised = { dialect: unrecognised, interpreter: unrecognised.open(config, false), chunks: [] }
    return recognise(connection, false).pipe(
      Effect.catchAll(() => Effect.succeed(unknown)),
      Effect.flatMap(({ dialect, interpreter }) =>
        Effect.map(Clock.currentTimeMillis, (at) => {
          const words: Goodbye = { _tag: "Goodbye", at, code, reason: clean(reason) }
          connection.write(interpreter.goodbye(words) ?? dialect.encode(words))
        })
      ),
      Effect.onInterrupt(() =>
        Effect.map(closing.reason, ({ reason }) => {
          connection.write(unrecognised.encode({ _tag: "Goodbye", at: 0, code: "closing", reason }))
        })
      ),
      Effect.ensuring(connection.close(config.closeGrace)),
      Effect.as(undefined)
    )
  }

  // One generator from the first byte to the goodbye: every frame that waits is kept for each client.
  const visit = Effect.fnUntraced(function* (
    connection: Connection,
    door: Door,
    fork: (drain: Effect.Effect<void>) => void,
    scope: Scope.Scope
  ) {
    const outbox = new Outbox(connection, config, fork, door.unrecognised)
    const place = yield* takePlace(connection, door, outbox, scope)
    if (typeof place !== "number") return yield* turnAway(connection, door, place)
    const { client, quit } = yield* meet(connection, door, outbox, place)
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

  const serve: Session["Type"]["serve"] = (connection, door, fork) => Effect.scopedWith((scope) => visit(connection, door, fork, scope))

  return Session.of({ serve })
})

export const layer = Layer.effect(Session, make)
