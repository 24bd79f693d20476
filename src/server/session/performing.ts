/** What a client has sent is performed, in order, message by message, as fast as its allowance and its turn let it. */
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import { personAt, personOf } from "../../domain/Chat.ts"
import type { Command, Question } from "../../domain/command/index.ts"
import type { Join } from "../../domain/command/join.ts"
import { refusal } from "../../domain/command/refusal.ts"
import type { Reply } from "../../domain/Reply.ts"
import type { Seen as SeenBefore } from "../../domain/Place.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import { CutOff } from "../../net/Errors.ts"
import { after, type Wait } from "../../net/Wait.ts"
import { makeAccounts } from "./accounts.ts"
import { Admission } from "./Admission.ts"
import { monotonicMillis } from "../../net/clock.ts"
import type { Heard, Seen, View } from "../dialect/Dialect.ts"
import { Quit } from "./Farewell.ts"
import { makeCameBack } from "./cameBack.ts"
import { superseded } from "../delivery/Outbox.ts"
import { type Allowance, type Due, type Notice, weight } from "./Allowance.ts"
import { makeAnswer } from "./answer.ts"
import { makeGuessing } from "./guessing.ts"
import * as Proof from "../chat/proof.ts"
import { makeOperating } from "./operating.ts"
import { makePipeline } from "./pipeline.ts"
import { makeSealed } from "./sealed.ts"
import { Turns } from "./Turns.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import * as Tally from "../Tally.ts"
import type { Client } from "./Client.ts"

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

/** Performs what clients of one server have sent. */
export const makePerforming = Effect.gen(function* () {
  const admission = yield* Admission
  const answer = yield* makeAnswer
  const registry = yield* Registry
  const turns = yield* Turns
  const tally = yield* Tally.Tally
  const cameBack = yield* makeCameBack

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
    return undefined
  })

  return {
    /** Interprets what was read, and performs it, or sends it on its way; ends with the `Quit` of a client that leaves. */
    hear,
    /** Performs what was heard, in order, up to a `Quit`. */
    perform,
    /** Waits until all that a client has said is decided. */
    settle: pipeline.settle
  }
})
