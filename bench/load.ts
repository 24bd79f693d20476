// The load generator: plain Node in a process of its own, so that the server is
// the bottleneck. It joins, talks, checks every delivery, and writes its result as JSON.
import { parseArgs } from "node:util"
import { setTimeout as sleep } from "node:timers/promises"
import { dialects, isDialect } from "./load/Dialect.ts"
import { Fault } from "./load/Fault.ts"
import { handshakes, quiet } from "./load/handshakes.ts"
import { Histogram } from "./load/Histogram.ts"
import { join } from "./load/join.ts"
import { busySeconds, cpuSeconds, residentKb, sumOf } from "./load/proc.ts"
import { Room } from "./load/Room.ts"
import { choose, pace, saturate } from "./load/talk.ts"
import { makeTls } from "./load/tls.ts"
import type { Result } from "./Result.ts"

// How many members talk, and how many messages of each are under way, when saturated; how many talk when paced; how long the last messages may take, ms.
const saturatedSenders = 10
const saturatedInFlight = 10
const pacedSenders = 50
const drainMillis = 10_000
/** How long the clients go on listening in the end, ms: long enough for a message too many to come. */
const quietMillis = 250

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})

const option = { type: "string", default: "" } as const
const { values } = parseArgs({
  options: { host: option, port: option, pid: option, dialect: option, "at-once": option, clients: option, rate: option, talkers: { type: "string", default: String(saturatedSenders) }, seconds: option, "warm-up": option, tls: { type: "boolean", default: false } }
})
const pids = values.pid.split(",").map(Number)

const serverCpu = () => sumOf(pids, cpuSeconds)
const usage = () => ({ server: serverCpu(), own: cpuSeconds(process.pid) })

const empty = { kb: sumOf(pids, residentKb), ...usage() }
if (!isDialect(values.dialect)) throw new Fault(`there is no dialect ${values.dialect}`)
const dialect = dialects[values.dialect]()
const ports = values.port.split(",").map(Number)
const connectTls = values.tls ? makeTls() : undefined
const { leave, listen, members, seconds: joinSeconds } = await join({
  host: values.host,
  ports,
  dialect,
  connectTls,
  count: Number(values.clients),
  atOnce: Number(values["at-once"])
})
const full = { kb: sumOf(pids, residentKb), ...usage() }

const isPaced = values.rate !== ""
const senders = choose(members, isPaced ? pacedSenders : Number(values.talkers))
const room = new Room(members, senders)
listen((member, bytes) => {
  room.hear(member, bytes)
})
const stop = isPaced ? pace(senders, Number(values.rate)) : saturate(room, senders, saturatedInFlight)
await sleep(Number(values["warm-up"]) * 1000)

const latencies = new Histogram()
const now = () => ({ at: performance.now(), deliveries: room.deliveries, ...usage(), each: pids.map(cpuSeconds), all: busySeconds() })
const start = now()
room.latencies = latencies
await sleep(Number(values.seconds) * 1000)
room.latencies = undefined
const end = now()

stop()
const drainUntil = performance.now() + drainMillis
while (!room.settled && performance.now() < drainUntil) await sleep(10)
await sleep(quietMillis)
room.check()

const difference = (from: number | undefined, to: number | undefined): number | null =>
  from === undefined || to === undefined ? null : to - from

// Once all are gone, as many shake hands and nothing else, so that it costs what a handshake does.
const shaken = await (async () => {
  if (connectTls === undefined) return undefined
  leave()
  await quiet(serverCpu)
  const before = usage()
  const seconds = await handshakes(connectTls, { count: members.length, host: values.host, port: ports[0] ?? 0 })
  const own = difference(before.own, cpuSeconds(process.pid))
  await quiet(serverCpu)
  return { seconds, server: difference(before.server, serverCpu()), own }
})()

const result: Result = {
  clients: members.length,
  joinSeconds,
  joinServerCpuSeconds: difference(empty.server, full.server),
  joinGeneratorCpuSeconds: difference(empty.own, full.own),
  emptyKb: empty.kb ?? null,
  fullKb: full.kb ?? null,
  seconds: (end.at - start.at) / 1000,
  deliveries: end.deliveries - start.deliveries,
  serverCpuSeconds: difference(start.server, end.server),
  eachCpuSeconds: pids.map((_, n) => difference(start.each[n], end.each[n])),
  generatorCpuSeconds: difference(start.own, end.own),
  allCpuSeconds: difference(start.all, end.all),
  p50: latencies.percentile(0.5),
  p99: latencies.percentile(0.99),
  handshakeSeconds: shaken?.seconds ?? null,
  handshakeServerCpuSeconds: shaken?.server ?? null,
  handshakeGeneratorCpuSeconds: shaken?.own ?? null
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
