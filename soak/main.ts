// Soak test: hundreds of clients act at random, and each is compared with a model of what it must have received.
import { setTimeout as sleep } from "node:timers/promises"
import { RunningServer } from "../test/load/support/RunningServer.ts"
import { Counts } from "./Counts.ts"
import { Crowd, type Plan } from "./Crowd.ts"
import { Difference } from "./Difference.ts"
import { Nodes } from "./Nodes.ts"
import { help, type Options, parse } from "./Options.ts"
import { Pulse } from "./Pulse.ts"
import { RoomCounts } from "./rooms/RoomCounts.ts"
import { keepSeconds, travel } from "./rooms/travel.ts"

/** How long the server's memory may take to come back, s. */
const memoryPatience = 20
/** The bound on closing that the server promises, ms. */
const closeWithin = 3000

let isInterrupted = false
const interrupt = () => {
  if (isInterrupted) process.exit(130)
  isInterrupted = true
  console.log("Ending early; once more to end at once.")
}
process.on("SIGINT", interrupt)
process.on("SIGTERM", interrupt)
process.on("SIGHUP", interrupt)

const memory = { base: Number.NaN, peak: 0, after: Number.NaN }

const soakRooms = async ({ clients, rateLimit, seconds, seed }: Options, counts: RoomCounts): Promise<ReadonlyArray<string>> => {
  const pulse = new Pulse()
  const server = await RunningServer.start(["--rate-limit", rateLimit, "--keep", String(keepSeconds)])
  const plan = (part: number) => ({ clients, seed: seed * 3 + part })
  try {
    await travel(plan(0), server, pulse, new RoomCounts(), Math.min(15, Math.max(5, seconds / 5)) * 1000, () => isInterrupted)
    if (!isInterrupted) await sleep(4000)
    const base = server.residentMb
    const allowed = base * 1.5 + 30
    console.log(`rooms, warmed up: ${base.toFixed(0)} MB`)
    const [start, cpu] = [performance.now(), server.cpuSeconds]
    await travel(plan(1), server, pulse, counts, seconds * 1000, () => isInterrupted)
    const took = (performance.now() - start) / 1000
    const used = server.cpuSeconds - cpu
    const peak = server.residentMb
    const until = performance.now() + memoryPatience * 1000
    while (server.residentMb > allowed && performance.now() < until) await sleep(200)
    const after = server.residentMb
    if (after > allowed) throw new Difference(`memory does not come back: ${after.toFixed(0)} MB, allowed ${allowed.toFixed(0)} MB`)
    const { code, millis, signal } = await server.stop()
    if (code !== 0 || millis > closeWithin) throw new Difference(`asked to end, the server ended with ${String(code ?? signal)} after ${millis.toFixed(0)} ms`)
    if (server.logged.error > 0) throw new Difference(`the server has logged ${server.logged.error} errors: ${server.complaints.join("\n")}`)
    return [`rooms: ${took.toFixed(0)} s, ${used.toFixed(1)} s CPU of the server; memory ${base.toFixed(0)} MB before, ${peak.toFixed(0)} as all had left, ${after.toFixed(0)} after`]
  } finally {
    pulse.stop()
    await server.kill()
  }
}

const soakNodes = async ({ clients, rateLimit, seconds, seed }: Options, counts: RoomCounts): Promise<ReadonlyArray<string>> => {
  const pulse = new Pulse()
  const nodes = await Nodes.start(["--rate-limit", rateLimit, "--keep", String(keepSeconds)])
  const start = performance.now()
  let isOver = false
  try {
    const faults = nodes.befall(seconds * 1000, () => isOver, (what) => {
      console.log(`after ${((performance.now() - start) / 1000).toFixed(0)} s ${what}`)
    })
    faults.catch((error: unknown) => {
      pulse.fail(error)
    })
    await travel({ clients, seed }, nodes, pulse, counts, seconds * 1000, () => isInterrupted)
    isOver = true
    await faults
    return [`rooms on three nodes: ${((performance.now() - start) / 1000).toFixed(0)} s`, ...nodes.complaints]
  } finally {
    isOver = true
    pulse.stop()
    await nodes.kill()
  }
}

const soak = async ({ clients, rateLimit, seconds, seed }: Options, counts: Counts): Promise<ReadonlyArray<string>> => {
  const pulse = new Pulse()
  // All clients come from one address: the limits of addresses would hold them up, and not the server.
  const roomy = ["address-rate-limit", "address-rate-burst", "connect-rate-limit", "connect-rate-burst"].flatMap((name) => [`--${name}`, "1000000"])
  const server = await RunningServer.start(["--rate-limit", rateLimit, ...roomy, "--stall-timeout", "2"])
  const stopLooking = pulse.each(() => {
    memory.peak = Math.max(memory.peak, server.residentMb)
  })
  let crowd: Crowd | undefined
  const plan = (part: number, count: number): Plan => ({ clients: count, seed: seed * 3 + part, isLimited: rateLimit !== "off" })
  try {
    crowd = await Crowd.gather(pulse, server, new Counts(), plan(0, clients))
    await crowd.live(Math.min(15, Math.max(5, seconds / 5)) * 1000, () => isInterrupted)
    if (!isInterrupted) await sleep(4000)
    memory.base = server.residentMb
    memory.peak = memory.base
    const allowed = memory.base * 1.5 + 30
    console.log(`warmed up: ${memory.base.toFixed(0)} MB`)

    const start = performance.now()
    const cpu = server.cpuSeconds
    crowd = await Crowd.gather(pulse, server, counts, plan(1, clients))
    await crowd.live(seconds * 1000, () => isInterrupted, () => {
      const { messages, quietPoints } = counts
      console.log(`quiet point ${quietPoints} after ${((performance.now() - start) / 1000).toFixed(0)} s: ${messages} messages, ${server.residentMb.toFixed(0)} MB`)
    })
    const took = (performance.now() - start) / 1000
    const used = server.cpuSeconds - cpu
    stopLooking()

    const until = performance.now() + memoryPatience * 1000
    if (!isInterrupted) await sleep(4000)
    while (server.residentMb > allowed && performance.now() < until) await sleep(200)
    memory.after = server.residentMb
    if (memory.after > allowed) throw new Difference(`memory does not come back: ${memory.after.toFixed(0)} MB, allowed ${allowed.toFixed(0)} MB`)

    crowd = await Crowd.gather(pulse, server, counts, plan(2, Math.min(clients, 50)))
    const { code, millis, signal } = await crowd.seeOut()
    if (code !== 0 || millis > closeWithin) throw new Difference(`asked to end, the server ended with ${String(code ?? signal)} after ${millis.toFixed(0)} ms`)
    if (server.logged.error > 0) throw new Difference(`the server has logged ${server.logged.error} errors: ${server.complaints.join("\n")}`)
    return [`${took.toFixed(0)} s, ${used.toFixed(1)} s CPU of the server, which ended within ${millis.toFixed(0)} ms`]
  } finally {
    pulse.stop()
    crowd?.destroy()
    await server.kill()
  }
}

const words = (name: string): string => name.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`)

const table = (counts: Counts, roomCounts: RoomCounts): string => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ...[counts, roomCounts].flatMap((all) => Object.entries(all).map(([name, count]) => [words(name), String(count)] as const)),
    ["memory before, MB", memory.base.toFixed(0)],
    ["memory at most, MB", memory.peak.toFixed(0)],
    ["memory after, MB", memory.after.toFixed(0)]
  ]
  const [left, right] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(([name, value]) => `  ${name.padEnd(left ?? 0)}  ${value.padStart(right ?? 0)}`).join("\n")
}

const main = async (): Promise<number> => {
  if (process.argv.includes("--help")) {
    console.log(help)
    return 0
  }
  const options = parse(process.argv.slice(2))
  const { clients, isCluster, part, rateLimit, seconds, seed } = options
  const counts = new Counts()
  const roomCounts = new RoomCounts()
  console.log(`seed ${seed}: ${clients} clients for ${seconds} s, rate limit ${rateLimit}`)
  try {
    const notes = isCluster ? await soakNodes(options, roomCounts) : [
      ...(part === "rooms" ? [] : await soak(options, counts)),
      ...(part === "lobby" || isInterrupted ? [] : await soakRooms(options, roomCounts))
    ]
    console.log([table(counts, roomCounts), ...notes, isInterrupted ? "ended early, without a difference" : "no difference"].join("\n"))
    return 0
  } catch (error) {
    console.log(table(counts, roomCounts))
    console.error(error instanceof Difference ? `difference: ${error.message}` : error)
    console.error(`again: npm run soak -- ${isCluster ? "--cluster" : `--part ${part}`} --seed ${seed} --clients ${clients} --seconds ${seconds} --rate-limit ${rateLimit}`)
    return 1
  }
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
)
