// A bot that makes one conversation of two rooms, of two servers: node bridge.js HOST:PORT/ROOM HOST:PORT/ROOM
import { ChatClient, TcpDial } from "brusio/client"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

// Enters the room of a link such as chat.example.org:25565/garden, and comes back to it by itself.
const enter = (link: string) =>
  Effect.gen(function* () {
    const { hostname: host, pathname, port } = new URL(`brusio://${link}`)
    const room = decodeURIComponent(pathname.slice(1)).toLowerCase()
    const client = yield* ChatClient.connect({ host, port: Number(port === "" ? 25565 : port), nickname: "bridge", reconnect: 3_600_000 })
    yield* client.enter(room)
    return { client, host, room }
  })
type Side = Effect.Effect.Success<ReturnType<typeof enter>>

// What is said on one side is said on the other, with its author; never what a bridge has said, or it would go in circles.
const carry = (from: Side, to: Side) =>
  Stream.runForEach(from.client.events, (event) => {
    if (event._tag === "Refused") return Effect.logWarning(`${from.host}: ${event.message}`)
    if (event._tag !== "Said" || event.room.toLowerCase() !== from.room || event.from.name === "bridge") return Effect.void
    return Effect.catchTag(to.client.say(`${event.from.name}: ${event.text}`, undefined, to.room), "Refusal", ({ message }) => Effect.logWarning(message))
  })

const program = Effect.gen(function* () {
  const links = process.argv.slice(2).filter((link) => URL.canParse(`brusio://${link}`))
  const [one, other] = links
  if (one === undefined || other === undefined || links.length !== 2) return yield* Effect.fail({ message: "Usage: node bridge.js HOST:PORT/ROOM HOST:PORT/ROOM" })
  const [left, right] = yield* Effect.all([enter(one), enter(other)])
  // It ends when one of the servers closes for good.
  yield* Effect.raceFirst(carry(left, right), carry(right, left))
})

const complain = ({ message }: { readonly message: string }) =>
  Effect.sync(() => {
    process.stderr.write(`${message}\n`)
    process.exitCode = 1
  })

await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(TcpDial.layer), Effect.catchAll(complain)))
