// A bot that tells the time to whoever says !time, and comes back by itself: node bot.js HOST PORT
import { ChatClient, TcpDial } from "brusio/client"
import type { Event } from "brusio/domain"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const [host = "127.0.0.1", port = "25565"] = process.argv.slice(2)

// Everybody hears the answer, whoever asked; what the bot says itself is no question. An answer that is too long is none.
const answer = (client: ChatClient.ChatClient, event: Event.Event) =>
  event._tag === "Said" && event.text === "!time" && event.from.name !== client.welcome.you.name
    ? Effect.ignore(client.say(`${event.from.name}: it is ${new Date(event.at).toISOString()}`, undefined, event.room))
    : Effect.void

const program = Effect.gen(function* () {
  // For an hour after each loss of the connection, and after each restart of the server, it tries to come back.
  const client = yield* ChatClient.connect({ host, port: Number(port), nickname: "clock", reconnect: 3_600_000 })
  // The stream goes on over all connections: it ends with the goodbye of a server that closes, and fails where there was no way back.
  yield* Stream.runForEach(client.events, (event) => answer(client, event))
})

const complain = ({ message }: { readonly message: string }) =>
  Effect.sync(() => {
    process.stderr.write(`${message}\n`)
    process.exitCode = 1
  })

await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(TcpDial.layer), Effect.catchAll(complain)))
