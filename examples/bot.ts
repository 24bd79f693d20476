// A bot that tells the time to whoever says !time: node bot.js HOST PORT
import { ChatClient, TcpDial } from "brusio/client"
import type { Event } from "brusio/domain"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const [host = "127.0.0.1", port = "25565"] = process.argv.slice(2)

// Everybody hears the answer, whoever asked; what the bot says itself is no question.
const answer = (client: ChatClient.ChatClient, event: Event.Event) =>
  event._tag === "Said" && event.text === "!time" && event.from.id !== client.welcome.you.id
    ? client.say(`${event.from.name}: it is ${new Date(event.at).toISOString()}`)
    : Effect.void

const program = Effect.gen(function* () {
  const client = yield* ChatClient.connect({ host, port: Number(port), nickname: "clock" })
  // The stream ends with the server's goodbye, and fails where the connection is lost without one.
  yield* Stream.runForEach(client.events, (event) => answer(client, event))
})

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(TcpDial.layer)))
