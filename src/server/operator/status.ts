import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Ref from "effect/Ref"
import { personWith, roomOf } from "../../domain/Chat.ts"
import { lobby } from "../../domain/RoomName.ts"
import type { ToDesk } from "../../domain/wire/Desk.ts"
import { Registry } from "../chat/Registry.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { Visitors } from "../Visitors.ts"
import { Console } from "./Console.ts"

/** How many people a window is told of. */
const mostPeople = 1000

/** How the room is, for the operator's windows: `status` since it was last asked for, and who is here, the same value as long as nothing of it has changed. */
export const makeStatus = Effect.gen(function* () {
  const visitors = yield* Visitors
  const registry = yield* Registry
  const console = yield* Console
  const started = yield* monotonicMillis
  const saidBefore = yield* Ref.make(yield* console.said)

  const status = Effect.gen(function* () {
    const said = yield* console.said
    return {
      _tag: "Status",
      people: roomOf(yield* registry.chat, lobby).seats.length,
      connections: HashMap.size(yield* registry.connections) - visitors.size,
      messages: said - (yield* Ref.getAndSet(saidBefore, said)),
      uptime: ((yield* monotonicMillis) - started) / 1000,
      memory: process.memoryUsage.rss()
    } satisfies ToDesk
  })

  const count = Effect.map(registry.chat, (chat) => {
    const { seats } = roomOf(chat, lobby)
    const people = seats.slice(0, mostPeople).flatMap(({ id, peer }) => {
      const person = id === undefined ? undefined : personWith(chat, id)
      return person === undefined || peer === undefined ? [] : [{ id: person.member.id, name: person.member.name, address: person.address, client: peer.dialect.client }]
    })
    return { table: chat.people, told: { _tag: "People", total: seats.length, people } satisfies ToDesk }
  })
  const last = yield* Ref.make(yield* count)
  const people = Effect.gen(function* () {
    const known = yield* Ref.get(last)
    // The table is another one as soon as somebody has come, gone, or changed a name.
    if ((yield* registry.chat).people === known.table) return known.told
    const next = yield* count
    yield* Ref.set(last, next)
    return next.told
  })
  return { status, people }
})
