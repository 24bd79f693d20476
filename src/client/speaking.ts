import * as Effect from "effect/Effect"
import { type ClientMessage, type Command, isReceipted, messageOf } from "../domain/command/index.ts"
import { Refusal } from "../domain/Refusal.ts"
import type { AskedRoom } from "../domain/RoomName.ts"
import { parse as parseRoom } from "../domain/roomNames.ts"
import * as Text from "../domain/Text.ts"
import { encode, isRef } from "../domain/wire/Ndjson.ts"
import type { Link } from "./Link.ts"
import type { Receipts } from "./Receipts.ts"

const utf8 = new TextEncoder()

/** Sends commands over a link. What the server would not accept is refused here and not sent. */
export const speaker = (link: Link, receipts: Receipts) => {
  const transmit = Effect.fnUntraced(function* (message: ClientMessage, ref: string | undefined) {
    const { limits } = link
    const line = utf8.encode(encode(message))
    if (limits !== undefined && line.length - 1 > limits.lineBytes) {
      return yield* new Refusal({
        code: "line-too-long",
        message: `This message is too long (a line has at most ${limits.lineBytes} bytes): send it in parts.`
      })
    }
    const { connection } = link
    // What has a receipt is kept until it has come: where there is no connection, it is sent over the next one.
    if (ref !== undefined) receipts.sent(ref, line)
    else if (connection === undefined) return yield* new Refusal({ code: "not-joined", message: "The connection is lost: try again once it is back." })
    if (connection === undefined) return
    connection.write(line)
    // Back-pressure: the sender waits while the server does not read.
    yield* connection.drained
  })
  const marked = Effect.fnUntraced(function* (command: Command, given: string | undefined) {
    if (given !== undefined && !isRef(given)) {
      return yield* new Refusal({ code: "bad-command", message: "This cannot be a mark: it is too long, or could steer a terminal." })
    }
    yield* receipts.room
    const ref = receipts.next("text" in command ? command.text : "", given)
    yield* Effect.tapError(sent(command, ref), () =>
      Effect.sync(() => {
        receipts.cancel(ref)
      })
    )
    return ref
  })
  const sent = (command: Command, ref: string | undefined, word?: string): Effect.Effect<void, Refusal> => {
    const message = withWord(messageOf(command, ref), word)
    return message === undefined
      ? new Refusal({ code: "bad-command", message: `${command._tag} is not sent as it is: another command travels in its place.` })
      : transmit(message, ref)
  }
  return {
    perform: (command: Command, ref?: string, word?: string): Effect.Effect<string | undefined, Refusal> =>
      isReceipted(command) ? marked(command, ref) : Effect.as(sent(command, undefined, word), undefined),
    put: (words: string, ref: string | undefined, room: string | undefined, command: (text: Text.Text, room: AskedRoom | undefined) => Command): Effect.Effect<string, Refusal> => {
      const text = Text.parse(words)
      const where = room === undefined ? undefined : parseRoom(room)
      return text instanceof Refusal ? text : where instanceof Refusal ? where : marked(command(text, where), ref)
    }
  }
}

// The word stands beside its command, which has only its hash: it travels in the message.
const withWord = (message: ClientMessage | undefined, word: string | undefined): ClientMessage | undefined =>
  word !== undefined && (message?._tag === "Enter" || message?._tag === "Lock") ? { ...message, word } : message
