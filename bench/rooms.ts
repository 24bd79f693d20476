// The load generator of many rooms beside one: members enter rooms of their own, talk
// as much as the server takes, and every delivery is checked. Writes its result as JSON.
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Talk } from "./against/rooms.ts"
import { plain } from "./load/Dialect.ts"
import { Fault } from "./load/Fault.ts"
import { join } from "./load/join.ts"
import { cpuSeconds } from "./load/proc.ts"
import { Room } from "./load/Room.ts"
import { choose, saturate } from "./load/talk.ts"

/** How many messages of each who talks are under way: one in each of many rooms, ten where there is one room only. */
const inFlight = 10
/** How long nothing may come before all are where they should be, and the longest that it may take, ms. */
const quietMillis = 2000
const patienceMillis = 300_000
const drainMillis = 30_000

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})

const option = { type: "string", default: "" } as const
const { values } = parseArgs({
  options: { host: option, port: option, pid: option, "at-once": option, rooms: option, members: option, seconds: option, "warm-up": option }
})
const pid = Number(values.pid)
const count = Number(values.rooms)
const size = Number(values.members)

const { listen, members } = await join({ host: values.host, ports: [Number(values.port)], dialect: plain, count: count * size, atOnce: Number(values["at-once"]) })

let heardAt = performance.now()
if (count > 1) {
  listen(() => {
    heardAt = performance.now()
  })
  const until = heardAt + patienceMillis
  for (const member of members) member.send(`/join room-${Math.floor(member.index / size)}\n/leave lobby\n`)
  while (performance.now() - heardAt < quietMillis) {
    if (performance.now() > until) throw new Fault("the members did not come to rest in their rooms")
    await sleep(10)
  }
}

const rooms = Array.from({ length: count }, (_, n) => {
  const inIt = members.slice(n * size, (n + 1) * size)
  const talking = choose(inIt, count === 1 ? 10 : 1)
  return { room: new Room(inIt, talking), talking }
})
listen((member, bytes) => {
  rooms[Math.floor(member.index / size)]?.room.hear(member, bytes)
})
const stops = rooms.map(({ room, talking }) => saturate(room, talking, inFlight))
await sleep(Number(values["warm-up"]) * 1000)

const deliveries = () => rooms.reduce((sum, { room }) => sum + room.deliveries, 0)
const now = () => ({ at: performance.now(), deliveries: deliveries(), cpu: cpuSeconds(pid) })
const start = now()
await sleep(Number(values.seconds) * 1000)
const end = now()

for (const stop of stops) stop()
const drainUntil = performance.now() + drainMillis
while (!rooms.every(({ room }) => room.settled) && performance.now() < drainUntil) await sleep(10)
for (const { room } of rooms) room.check()

const result: Talk = {
  seconds: (end.at - start.at) / 1000,
  deliveries: end.deliveries - start.deliveries,
  serverCpuSeconds: start.cpu === undefined || end.cpu === undefined ? null : end.cpu - start.cpu
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
