import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import type * as Scope from "effect/Scope"
import type { ClientId } from "../../domain/Chat.ts"
import type { Connection } from "../../net/Connection.ts"
import type { ReadError } from "../../net/Errors.ts"
import { silence } from "../../net/Inbox.ts"
import { Identity } from "./accounts.ts"
import { Addresses } from "./Addresses.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { Diverted, type Quit } from "./Farewell.ts"
import { Outbox } from "../delivery/Outbox.ts"
import { Allowance } from "./Allowance.ts"
import { Answered } from "./answer.ts"
import { Backlog } from "./Backlog.ts"
import { Guesses } from "./Guesses.ts"
import { neighbourhood } from "./neighbourhood.ts"
import * as Proof from "../chat/proof.ts"
import { Gate } from "./Password.ts"
import { Flow } from "./Turns.ts"
import { currentSecrets } from "../Secrets.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { border } from "../border.ts"
import * as Tally from "../Tally.ts"
import { makeArrival } from "./arrival.ts"
import type { Client } from "./Client.ts"
import type { Door } from "./Door.ts"
import { makePerforming } from "./performing.ts"

/** A client's actor: one scope and one fiber, from the first byte to the goodbye. */
export class Session extends Context.Tag("brusio/Session")<Session, {
  /**
   * Serves one connection until it ends, in whatever way; by then the client and
   * the room have been told how. `fork` runs the fiber that drains a slow client's
   * outbox. Succeeds with the `Quit` of a client that asked to leave, with `undefined`
   * for a connection that was turned away, or with `Diverted` for one that is no
   * client's, which the caller has to serve; fails with why nothing more can be read.
   */
  readonly serve: (
    connection: Connection,
    door: Door,
    fork: (drain: Effect.Effect<void>) => void
  ) => Effect.Effect<Quit | Diverted | undefined, ReadError>
}>() {}

const make = Effect.gen(function* () {
  const config = yield* ServerConfig
  const addresses = yield* Addresses
  const guesses = new Guesses(yield* monotonicMillis)
  const { password } = yield* currentSecrets
  const { takePlace, turnAway } = yield* makeArrival
  const { hear, perform, settle } = yield* makePerforming

  // Waits until the dialect is recognised, and performs what was sent until then.
  const meet = Effect.fnUntraced(function* (connection: Connection, door: Door, outbox: Outbox, id: ClientId) {
    const recognised = yield* border("brusio.recognise", { "client.address": connection.address })(door.recognise(connection))
    if (recognised instanceof Diverted) return recognised
    const { chunks, dialect, interpreter } = recognised
    const backlog = new Backlog(interpreter)
    outbox.speak(dialect, interpreter, () => backlog.count(connection.unread))
    connection.hearOut(config.hearOut)
    const { passwordTries, rateLimit } = config
    const now = yield* monotonicMillis
    const { key, messages } = addresses.unsafeOf(connection, now)
    const allowance = rateLimit === undefined ? undefined : new Allowance(rateLimit, now, messages)
    const gate = password === undefined ? undefined : new Gate(() => MutableRef.get(password), passwordTries, guesses, key)
    const flow = new Flow(() => connection.unreadBytes)
    const client: Client = { id, connection, outbox, interpreter, backlog, flow, allowance, undecided: [], answered: new Answered(), neighbours: key, neighbourhood: neighbourhood(connection.host), gate, identity: new Identity() }
    return { client, quit: yield* hear(client, chunks) }
  })

  // One generator for the whole session: a call that waits inside another would cost memory for each client.
  const visit = Effect.fnUntraced(function* (
    connection: Connection,
    door: Door,
    fork: (drain: Effect.Effect<void>) => void,
    scope: Scope.Scope
  ) {
    const outbox = new Outbox(connection, config, fork, door.unrecognised)
    const place = yield* takePlace(connection, door, outbox, scope)
    if (typeof place !== "number") return yield* turnAway(connection, door, place)
    const met = yield* meet(connection, door, outbox, place)
    if (met instanceof Diverted) return met
    const { client, quit } = met
    let ended = quit
    while (ended === undefined) {
      // Pipelining: what is undecided is waited for once nothing more has come, so it does not matter how the network has cut the bytes.
      if (connection.unreadBytes === 0) yield* settle(client)
      client.flow.rest()
      const bytes = yield* connection.read(client.interpreter.patience)
      if (bytes instanceof Uint8Array) ended = yield* hear(client, [bytes])
      else {
        if (bytes === silence) ended = yield* perform(client, client.interpreter.silence())
        else if (bytes._tag === "EndOfInput") ended = yield* perform(client, client.interpreter.end())
        yield* settle(client)
        if (bytes !== silence && ended === undefined) return yield* Effect.fail(bytes)
      }
    }
    return ended
  })

  const serve: Session["Type"]["serve"] = (connection, door, fork) => Effect.scopedWith((scope) => visit(connection, door, fork, scope))

  return Session.of({ serve })
})

/** Sessions of the room that these services are. */
export const layer = Layer.scoped(Session, make).pipe(Layer.provideMerge(Proof.layer), Layer.provideMerge(Tally.layer))
