import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Ref from "effect/Ref"
import { type Chat, roomOf } from "../../domain/Chat.ts"
import { countHere, hereIn } from "../../domain/membership.ts"
import type { ToDesk } from "../../domain/wire/Desk.ts"
import type { Peer } from "../chat/Peer.ts"
import { Registry } from "../chat/Registry.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { Visitors } from "../Visitors.ts"
import { Console } from "./Console.ts"
import { nodesNow } from "./nodes.ts"
import { allRooms } from "./rooms.ts"

/** How many people, and how many rooms, a window is told of. */
const mostPeople = 1000
const mostRooms = 200

const peopleOf = (chat: Chat<Peer>) => {
  const here = hereIn(chat)
  const people = here.slice(0, mostPeople).flatMap(({ address, attachment, member: { id, name }, rooms, seat: { peer } }) =>
    attachment._tag === "Detached" ? [] : [{ id, name, address, client: peer?.dialect.client ?? "at another server", rooms: rooms.map(({ room }) => roomOf(chat, room).name) }]
  )
  return { _tag: "People", total: here.length, people } satisfies ToDesk
}

const roomsOf = (chat: Chat<Peer>) => {
  const all = allRooms(chat)
  const rooms = all.slice(0, mostRooms).map(({ hidden, lock, name, seats, topic }) => ({
    room: name,
    here: seats.length,
    ...(topic === undefined ? {} : { topic }),
    locked: lock !== undefined,
    hidden
  }))
  return { _tag: "Rooms", total: all.length, rooms } satisfies ToDesk
}

// What is made of a table, the same value as long as the table is the same, or what was made of another is equal: a table is
// another one whenever anything in it has changed.
const remembered = <Table, Told>(table: Effect.Effect<Table>, told: Effect.Effect<Told>) =>
  Effect.gen(function* () {
    const last = yield* Ref.make({ table: yield* table, told: yield* told })
    return Effect.gen(function* () {
      const known = yield* Ref.get(last)
      const now = yield* table
      if (now === known.table) return known.told
      const next = yield* told
      const kept = JSON.stringify(next) === JSON.stringify(known.told) ? known.told : next
      yield* Ref.set(last, { table: now, told: kept })
      return kept
    })
  })

/** How the room is, for the operator's windows: `status` since it was last asked for, and who is here, which rooms there are and which nodes, the same values as long as nothing of them has changed. */
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
      people: countHere(yield* registry.chat),
      connections: HashMap.size(yield* registry.connections) - visitors.size,
      messages: said - (yield* Ref.getAndSet(saidBefore, said)),
      uptime: ((yield* monotonicMillis) - started) / 1000,
      memory: process.memoryUsage.rss()
    } satisfies ToDesk
  })

  const people = yield* remembered(Effect.map(registry.chat, (chat) => chat.people), Effect.map(registry.chat, peopleOf))
  const rooms = yield* remembered(Effect.map(registry.chat, (chat) => chat.rooms), Effect.map(registry.chat, roomsOf))
  const now = yield* nodesNow
  // Each time another table: how long a node is silent is in none.
  const nodes = yield* remembered(Effect.sync(() => ({})), now)
  return { status, people, rooms, nodes }
})
