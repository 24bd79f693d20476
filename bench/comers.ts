// The clients of a reconnect storm, and those who go on talking meanwhile. On a line
// of its standard input all but the talkers lose their connections at once, and come
// back by themselves; says when all are in, when all are back, and what was missed.
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { Fault } from "./load/Fault.ts"
import { addressOf } from "./load/addressOf.ts"
import { Returner } from "./load/Returner.ts"

/** How many talk, and how many messages a second they say together: fewer are said until all are back than a room keeps. */
const talkers = 5
const perSecond = 5
/** How many messages are said at most until all are back: what a room keeps. */
const kept = 250
/** How long all may take to get in, to be back, and to have heard everything, ms. */
const patienceMillis = 300_000
/** How often it is looked, ms. */
const lookMillis = 10

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})
// The end of standard input means that the process that started this one is gone, and nobody else would end this one.
process.stdin.on("end", () => process.exit(0))

const option = { type: "string", default: "" } as const
const { values } = parseArgs({ options: { host: option, port: option, "at-once": option, clients: option } })
const { host } = values
const port = Number(values.port)
const count = Number(values.clients)

const until = async (what: string, holds: () => boolean) => {
  const end = performance.now() + patienceMillis
  while (!holds()) {
    if (performance.now() > end) throw new Fault(`it never came to be: ${what}`)
    await sleep(lookMillis)
  }
}

const tell = (message: Readonly<Record<string, number>>) => process.stdout.write(`${JSON.stringify(message)}\n`)

const all = Array.from({ length: count }, (_, n) => new Returner({ host, port, name: `client-${n}`, localAddress: addressOf(n) }))
const talking = Array.from({ length: talkers }, (_, n) => new Returner({ host, port, name: `talker-${n}` }))
const everybody = [...talking, ...all]
const comes = everybody.values()
const comeMore = async () => {
  for (const client of comes) {
    client.come()
    await until(`${client.name} is in`, () => client.isIn)
  }
}
await Promise.all(Array.from({ length: Number(values["at-once"]) }, comeMore))

const lobby = (client: Returner): number => client.rooms.get("lobby") ?? 0
/** Whether all have heard the last that anybody has. */
const isEven = (): boolean => {
  const last = everybody.reduce((most, client) => Math.max(most, lobby(client)), 0)
  return everybody.every((client) => lobby(client) === last && client.pending.length === 0)
}
await until("all have heard that all are in", isEven)
tell({ joined: count })

let said = 0
let most = Infinity
const talk = setInterval(() => {
  if (said >= most) return
  talking[said % talkers]?.say(`message ${said}`)
  said += 1
}, 1000 / perSecond)

await once(process.stdin, "data")
const before = said
most = said + kept
const lostAt = performance.now()
for (const client of all) client.lose("reset")
await until("all are back", () => all.every(({ answeredAt, isIn }) => isIn && answeredAt > lostAt))
const backMillis = all.reduce((latest, { answeredAt }) => Math.max(latest, answeredAt), 0) - lostAt
const meanwhile = said - before
clearInterval(talk)
await until("all have heard everything", isEven)
for (const { faults, lives, missed, name, returned } of everybody) {
  const [fault] = faults
  if (fault !== undefined) throw new Fault(fault)
  if (lives !== 1) throw new Fault(`${name} is not back as who it was: it has come in ${lives} times`)
  if (missed + returned.length > 0) throw new Fault(`${name} has missed ${missed} numbers, and ${returned.length} of its messages have come back to it`)
}
const sum = (of: (client: Returner) => number) => all.reduce((total, client) => total + of(client), 0)
tell({ backMillis, said: meanwhile, gaps: sum(({ resumesWithGaps }) => resumesWithGaps), bytes: sum(({ bytes }) => bytes) })
