import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as HashSet from "effect/HashSet"
import { type ClientId, personAt, personOf } from "../../domain/Chat.ts"
import type { Command, Question } from "../../domain/command/index.ts"
import type { Join } from "../../domain/command/join.ts"
import { refusal } from "../../domain/command/refusal.ts"
import type { Goodbye } from "../../domain/Event.ts"
import type { Reply } from "../../domain/Reply.ts"
import { closingCode } from "../../domain/LeaveCode.ts"
import type { Seen as SeenBefore } from "../../domain/Place.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import { clean } from "../../domain/Text.ts"
import type { Connection } from "../../net/Connection.ts"
import { CutOff, type ReadError } from "../../net/Errors.ts"
import { silence } from "../../net/Inbox.ts"
import { after, type Wait } from "../../net/Wait.ts"
import { Identity, makeAccounts } from "./accounts.ts"
import { Addresses } from "./Addresses.ts"
import { Admission, type Full } from "./Admission.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { Closing } from "../Closing.ts"
import { bytesOf, type Dialect, type Heard, type Interpreter, type Seen, type View } from "../dialect/Dialect.ts"
import { Diverted, Quit } from "./Farewell.ts"
import { makeCameBack } from "./cameBack.ts"
import { makeGoodbye } from "./goodbye.ts"
import { Outbox, superseded } from "../delivery/Outbox.ts"
import { Allowance, type Due, type Notice, weight } from "./Allowance.ts"
import { Answered, makeAnswer } from "./answer.ts"
import { Backlog } from "./Backlog.ts"
import { Guesses } from "./Guesses.ts"
import { makeGuessing } from "./guessing.ts"
import { neighbourhood } from "./neighbourhood.ts"
import * as Proof from "../chat/proof.ts"
import { makeOperating } from "./operating.ts"
import { makePipeline } from "./pipeline.ts"
import { makeSealed } from "./sealed.ts"
import { Gate } from "./Password.ts"
import { Flow, Turns } from "./Turns.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import { currentSecrets } from "../Secrets.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { border } from "../border.ts"
import * as Tally from "../Tally.ts"

/** A connection whose dialect is recognised: how it speaks, and what it has sent so far, read by read. */
export interface Recognised {
  readonly dialect: Dialect
  readonly interpreter: Interpreter
  readonly chunks: ReadonlyArray<Uint8Array>
}

/** Where a connection comes in: what recognises its dialect. */
export interface Door {
  /** The dialect that is spoken to a connection before its own is recognised. */
  readonly unrecognised: Dialect
  /**
   * Waits until the dialect is recognised, or that this is no client's connection.
   * `noRoom`: why there is no place for the connection, where there is none: it is
   * only to be turned away then, and not asked for a name. Fails when the
   * connection ends first.
   */
  readonly recognise: (connection: Connection, noRoom?: Full) => Effect.Effect<Recognised | Diverted, ReadError>
}

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

/** The client of a session, once its dialect is recognised. */
interface Client {
  readonly id: ClientId
  readonly connection: Connection
  readonly outbox: Outbox
  readonly interpreter: Interpreter
  readonly backlog: Backlog
  /** What of this client waits for its turn. */
  readonly flow: Flow
  /** The token bucket of this client; absent without a rate limit. */
  readonly allowance: Allowance | undefined
  /** What it has said and is not decided yet, in order. */
  readonly undecided: Array<Effect.Effect<ReadonlyArray<Envelope>>>
  /** The last long answer that it was given. */
  readonly answered: Answered
  /** What counts as one address, for what it has guessed. */
  readonly neighbours: string
  /** What counts as one address, for the limit on places. */
  readonly neighbourhood: string
  /** The check of the room's password, which counts only until the client has come in; absent where there is no password. */
  readonly gate: Gate | undefined
  /** What it has shown to have claimed before it has come in. */
  readonly identity: Identity
}

/** What a client says to come in, or back. */
interface Entering {
  readonly join: Join
  readonly password: string | undefined
  readonly secret?: string | undefined
  readonly seen?: SeenBefore | undefined
  readonly returning?: string | undefined
  readonly verbatim?: string | undefined
}

const nothing = new Uint8Array(0)

const make = Effect.gen(function* () {
  const config = yield* ServerConfig
  const addresses = yield* Addresses
  const admission = yield* Admission
  const closing = yield* Closing
  const answer = yield* makeAnswer
  const guesses = new Guesses(yield* monotonicMillis)
  const registry = yield* Registry
  const turns = yield* Turns
  const tally = yield* Tally.Tally
  const goodbye = yield* makeGoodbye
  const cameBack = yield* makeCameBack
  const { password } = yield* currentSecrets

  // Reads nothing more while the client waits; it is told why, where it was not told before.
  const pause = Effect.fnUntraced(function* ({ connection, id, interpreter }: Client, wait: Wait, notice: Notice | undefined) {
    if (notice !== undefined) yield* registry.reply(id, (at) => ({ _tag: "Throttled", at, ...notice }))
    yield* connection.pause(wait, interpreter.separator)
  })

  // Above the rate limit, what a client has sent waits.
  const waitForTurn = Effect.fnUntraced(function* (client: Client, allowance: Allowance, due: Due) {
    if (due.wait > 0) {
      tally.throttled.client += 1
      yield* pause(client, after(due.wait), allowance.notice)
    }
    const turn = allowance.turn(due, client.flow.level)
    if (turn !== undefined) {
      tally.throttled.address += 1
      yield* pause(client, turn, allowance.sharedNotice)
    }
  })

  // Refuses what needs no decision of the chat, such as a line that is too long; only its sender is told.
  const refuse = (client: Client, why: Refusal) => tell(client, (at) => refusal({ at }, why))

  const tell = Effect.fnUntraced(function* ({ id, interpreter }: Client, reply: (at: number) => Reply) {
    yield* registry.reply(id, reply)
    interpreter.told(reply(0), () => true)
  })

  // Submits a command to the log. The client is told by the fan-out, like all others; its interpreter was told at the decision
  // (`Peer.decided`), as what the client's next words mean may depend on that.
  const submit = Effect.fnUntraced(function* (client: Client, command: Command) {
    return yield* performed(client, yield* registry.submit({ _tag: "Command", client: client.id, address: client.connection.address, command }))
  })

  // What comes of a command once it is decided.
  const performed = Effect.fnUntraced(function* ({ backlog, connection, id, outbox }: Client, told: ReadonlyArray<Envelope>) {
    if (told.length === 0) {
      const chat = yield* registry.chat
      // The room has closed before this: it stays in the backlog, and is counted as not said when the session is interrupted.
      if (chat.closed) return yield* Effect.never
      // Its client has come back over another connection before this, and says it there.
      if (HashSet.has(chat.superseded, id)) return yield* Effect.fail(superseded())
    }
    backlog.performed()
    for (const { event } of told) {
      if (event._tag === "Welcome" || event._tag === "Admitted" || event._tag === "Resumed") {
        outbox.isIn = true
        yield* admission.named(connection)
      }
    }
    return told
  })

  const pipeline = yield* makePipeline(performed)

  // Comes in, if the password is right: it is checked here for every dialect. A client that is in already is not asked again, nor is
  // one that takes up its place. That may be gone before the command is decided, which then refuses it.
  const enter = Effect.fnUntraced(function* (client: Client, { join, password, returning, secret, seen, verbatim }: Entering) {
    const { connection, gate, id } = client
    admission.unsafeAttempted(connection)
    const chat = yield* registry.chat
    const claim = secret === undefined ? undefined : { proof: Proof.proofOf(secret), neighbourhood: client.neighbourhood, seen }
    const isIn = gate === undefined || personOf(chat, id) !== undefined
    const isBackOnly = !isIn && password === undefined && claim !== undefined && personAt(chat, claim.proof) !== undefined
    const denied = isIn || isBackOnly ? undefined : gate.knock(password, yield* monotonicMillis, verbatim)
    if (denied instanceof CutOff) return yield* Effect.fail(denied)
    if (denied !== undefined) return yield* refuse(client, denied)
    const account = client.identity.credentials
    const told = yield* submit(client, { ...join, ...(claim === undefined ? {} : { claim }), ...(isBackOnly ? { isBackOnly } : {}), ...(account === undefined ? {} : { account }) })
    if (returning === "restarted" && told.some(({ event }) => event._tag === "Welcome")) yield* cameBack
  })

  const guessing = yield* makeGuessing({ refuse, waitForTurn })
  const submitSealed = yield* makeSealed({ submit, refuse }, guessing)
  const identify = yield* makeAccounts({ submit, refuse, tell }, guessing)
  const operate = yield* makeOperating({ submit, refuse })

  // Answers a question. The allowance counts the answer by its bytes.
  const ask = Effect.fnUntraced(function* (client: Client, question: Question) {
    yield* count(client, yield* answer.toQuestion(client, question))
  })

  // Answers what the client's dialect sees for itself, in the same way.
  const see = Effect.fnUntraced(function* (client: Client, look: (view: View) => Seen) {
    yield* count(client, yield* answer.byLook(client, look))
  })

  const count = Effect.fnUntraced(function* (client: Client, bytes: number) {
    const { allowance } = client
    if (allowance !== undefined) yield* waitForTurn(client, allowance, allowance.answered(bytes, yield* monotonicMillis))
  })

  // Performs one thing that was heard; a `Quit` ends the session.
  const take = Effect.fnUntraced(function* (client: Client, item: Heard) {
    const sent = item._tag === "Command" ? pipeline.send(client, item.command) : undefined
    if (sent !== undefined) {
      yield* sent
      return undefined
    }
    yield* pipeline.settle(client)
    switch (item._tag) {
      case "Hello":
        yield* enter(client, item)
        break
      case "Command":
        yield* submit(client, item.command)
        break
      case "Sealed":
      case "SetKey":
      case "Back":
        yield* submitSealed(client, item)
        break
      case "Authenticate":
      case "ClaimName":
        yield* identify(client, item)
        break
      case "Operate":
      case "Remove":
        yield* operate(client, item)
        break
      case "Question":
        yield* ask(client, item.question)
        break
      case "Refuse":
        yield* refuse(client, item.refusal)
        break
      case "Answer":
        client.outbox.send(item.bytes)
        break
      case "Tell":
        yield* registry.reply(client.id, (at) => ({ _tag: "Lines", at, lines: item.lines }))
        break
      case "Look":
        yield* see(client, item.look)
        break
      case "Reject":
        return yield* Effect.fail(new CutOff({ code: item.code, reason: item.reason }))
      case "Quit":
        if (item.unless === undefined || client.gate?.isRight(item.unless.password) !== true) return new Quit({ reason: item.reason })
        yield* enter(client, item.unless)
    }
    return undefined
  })

  // Performs what was heard, in order, up to a quit. The rate limit counts each message, and the `bytes` beyond all messages.
  const perform = Effect.fnUntraced(function* (client: Client, heard: Iterable<Heard>, bytes: Uint8Array = nothing) {
    const { allowance, backlog, flow } = client
    let messages = 0
    for (const item of backlog.items(heard)) {
      // One line may be looked up in several steps: it counts below, by its bytes, and each answer by its own.
      if (item._tag !== "Look") {
        messages += 1
        if (allowance !== undefined) yield* waitForTurn(client, allowance, allowance.message(yield* monotonicMillis))
      }
      if (!turns.unsafeTake(flow)) yield* turns.next(flow)
      const quit = yield* take(client, item)
      if (quit !== undefined) return quit
    }
    if (allowance !== undefined && bytes.length > 0) {
      const beyond = weight(bytes, client.interpreter.isFramed !== true) - messages
      if (beyond > 0) yield* waitForTurn(client, allowance, allowance.beyond(beyond, yield* monotonicMillis))
    }
    return undefined
  })

  // Interprets what was read, piece by piece, and performs it.
  const hear = Effect.fnUntraced(function* (client: Client, chunks: ReadonlyArray<Uint8Array>) {
    for (const chunk of chunks) {
      client.flow.heard(chunk.length)
      tally.received += chunk.length
    }
    for (const piece of client.backlog.pieces(chunks)) {
      const quit = yield* perform(client, client.interpreter.hear(piece), piece)
      if (quit !== undefined) return quit
    }
    yield* pipeline.settle(client)
    return undefined
  })

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

  // Takes a place, registers the connection and adds the finalizer that says goodbye, all or nothing; or says why there is no place.
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
      client.flow.rest()
      const bytes = yield* connection.read(client.interpreter.patience)
      if (bytes instanceof Uint8Array) ended = yield* hear(client, [bytes])
      else {
        if (bytes === silence) ended = yield* perform(client, client.interpreter.silence())
        else if (bytes._tag === "EndOfInput") ended = yield* perform(client, client.interpreter.end())
        yield* pipeline.settle(client)
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
