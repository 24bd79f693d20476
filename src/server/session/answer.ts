import * as Effect from "effect/Effect"
import { type ClientId, personOf } from "../../domain/Chat.ts"
import type { Question } from "../../domain/command/index.ts"
import type { ReadError } from "../../net/Errors.ts"
import type { Connection } from "../../net/Connection.ts"
import { after } from "../../net/Wait.ts"
import { Hub } from "../chat/Hub.ts"
import { Registry } from "../chat/Registry.ts"
import { Broadcaster } from "../delivery/Broadcaster.ts"
import type { Outbox } from "../delivery/Outbox.ts"
import type { Interpreter, Seen, View } from "../dialect/Dialect.ts"
import { ServerConfig } from "../ServerConfig.ts"

/** An answer of so many bytes or fewer is not waited for: a sign of life is to be answered also where much waits. */
const shortAnswer = 1024

/** How often it is looked whether a client's socket has taken an answer, ms. */
const lookEvery = 50

/** The place of the last long answer of a client, until it is known that the client's socket has taken it. */
export class Answered {
  place: number | undefined
}

/** A client that asks. */
interface Asker {
  readonly id: ClientId
  readonly connection: Connection
  readonly outbox: Outbox
  readonly interpreter: Interpreter
  readonly answered: Answered
}

/**
 * Answers the questions of clients, with back-pressure, see docs/adr/0015: a long
 * answer has to be taken by the client's socket before anything else is answered.
 * Succeeds with the bytes of the answer in the client's dialect, and with those that stand for looking for it.
 */
export const makeAnswer = Effect.gen(function* () {
  const { farewellOrder } = yield* ServerConfig
  const broadcaster = yield* Broadcaster
  const hub = yield* Hub
  const registry = yield* Registry

  const lastIsTaken = Effect.fnUntraced(function* ({ answered, connection, interpreter, outbox }: Asker) {
    if (answered.place === undefined) return
    yield* broadcaster.handedOver(answered.place, farewellOrder)
    answered.place = undefined
    const { handed } = outbox
    while (outbox.taken < handed && connection.writable) yield* connection.pause(after(lookEvery), interpreter.separator)
  })

  const noted = Effect.fnUntraced(function* (asker: Asker, bytes: number) {
    if (bytes > shortAnswer) asker.answered.place = yield* hub.place
    return bytes
  })

  return {
    /** Answers a question. */
    toQuestion: (asker: Asker, question: Question): Effect.Effect<number, ReadError> =>
      Effect.gen(function* () {
        yield* lastIsTaken(asker)
        const reply = yield* registry.answer(asker.id, question)
        return reply === undefined ? 0 : yield* noted(asker, Buffer.byteLength(asker.outbox.dialect.encode(reply)))
      }),
    /** Answers what the dialect of the client sees for itself. */
    byLook: (asker: Asker, look: (view: View) => Seen): Effect.Effect<number, ReadError> =>
      Effect.gen(function* () {
        yield* lastIsTaken(asker)
        let cost = 0
        const reply = yield* registry.reply(asker.id, (at, chat) => {
          const { effort = 0, ...seen } = look({ chat, me: personOf(chat, asker.id), at })
          cost = effort
          return { _tag: "Verbatim", at, ...seen }
        })
        return cost + (reply?._tag === "Verbatim" ? yield* noted(asker, reply.size) : 0)
      })
  }
})
