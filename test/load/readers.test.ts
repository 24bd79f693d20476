import { setTimeout as sleep } from "node:timers/promises"
import { beforeAll, describe, expect } from "vitest"
import { Histogram } from "../../bench/load/Histogram.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import type { Audience } from "./support/Audience.ts"
import { Member } from "./support/Member.ts"
import { absorbedBySystem, comesBack } from "./support/machine.ts"
import { gather, serve } from "./support/room.ts"
import { Sleeper } from "./support/Sleeper.ts"
import { until } from "../support/waiting.ts"

const awake = 400
const asleep = 100
const perSecond = 100
/** As many as it takes for a noisy machine to average out, all of them measured together. */
const rounds = { least: 2, most: 3 }
const wakersEvery = 10
const calmMillis = 4000
const afterFilling = 1000
/** s; so long that all are asleep at the same time for some seconds. */
const stallTimeout = 8
/** s; so long that nobody is cut off. */
const noStallTimeout = 600
/** How much more than the system takes a sleeper is told: enough to be held back, and less than cuts it off at once. */
const heldBytes = 400_000
const portions = 10
/** Below it, ms, a difference of latencies is noise. */
const latencyFloor = 20
const closeWithin = 3000
const patience = 40_000

let absorbed = 0

beforeAll(async () => {
  absorbed = await absorbedBySystem()
})

const open = async (stage: Stage, timeout: number) => {
  const server = await serve(stage, ["--stall-timeout", String(timeout)])
  return { audience: await gather(stage, server, { count: awake }), server }
}

/** So many more come, read, and have nothing else to do. */
const comeAlong = (stage: Stage, port: number, round: number): Promise<ReadonlyArray<Sleeper>> =>
  Promise.all(
    Array.from({ length: asleep }, async (_, index) => {
      const sleeper = await Sleeper.come(port, `sleeper-${round}-${index}`, index % 2 === 0 ? "native" : "plain")
      stage.onEnd(() => {
        sleeper.socket.destroy()
      })
      return sleeper
    })
  )

/** What one whisper to a sleeper says. */
const whisper = "so much to tell ".repeat(900)

/**
 * They stop reading, and somebody whispers to them more than the system takes; it
 * comes in portions, so that it is taken. What they ask for themselves would not
 * do: an answer waits until the one before was taken.
 */
const fallAsleep = async (audience: Audience, whisperer: Member, sleepers: ReadonlyArray<Sleeper>): Promise<void> => {
  for (const sleeper of sleepers) sleeper.fallAsleep()
  const times = Math.ceil((absorbed + heldBytes) / portions / whisper.length)
  for (let portion = 1; portion <= portions; portion += 1) {
    for (const { name } of sleepers) whisperer.socket.write(`/msg ${name} ${whisper}\n`.repeat(times))
    const said = new Map([[audience.said, whisperer.name]])
    whisperer.say(audience.next())
    await audience.hears(said)
  }
}

const whispererIn = async (stage: Stage, port: number): Promise<Member> => {
  const whisperer = new Member(port, "whisperer", "plain")
  stage.onEnd(() => {
    whisperer.socket.destroy()
  })
  await until(() => "the whisperer is in the room", () => whisperer.isWelcome, patience)
  return whisperer
}

const inRoom = (audience: Audience, sleepers: ReadonlyArray<Sleeper>) => sleepers.filter(({ name }) => !audience.departures.has(name))

const summary = (latencies: Histogram): string => `p50 ${latencies.percentile(0.5)} ms, p99 ${latencies.percentile(0.99)} ms of ${latencies.count}`

describe(`${asleep} of ${awake + asleep} who stop reading`, () => {
  it("delay nobody, are cut off as too slow, and leave no memory behind", async ({ stage }) => {
    const { audience, server } = await open(stage, stallTimeout)
    const whisperer = await whispererIn(stage, server.port)
    const calm = new Histogram()
    const stalled = new Histogram()
    const round = async (number: number, latencies: { readonly calm: Histogram; readonly stalled: Histogram }) => {
      const sleepers = await comeAlong(stage, server.port, number)
      const stop = audience.talk(perSecond)
      await audience.measure(latencies.calm, () => sleep(calmMillis))
      await fallAsleep(audience, whisperer, sleepers)
      // What filled the buffers is no part of what is measured.
      await sleep(afterFilling)
      const from = performance.now()
      const held = inRoom(audience, sleepers).length
      const memory = server.residentMb
      const wakers = new Set(sleepers.filter((_, index) => index % wakersEvery === 0))
      await audience.measure(latencies.stalled, () =>
        until(
          () => `all who sleep are cut off: ${inRoom(audience, sleepers).length} are not`,
          () => {
            // Some read on as soon as the room is told that they have left.
            for (const waker of wakers) {
              if (!audience.departures.has(waker.name)) continue
              waker.wake()
              wakers.delete(waker)
            }
            return inRoom(audience, sleepers).length === 0
          },
          patience
        )
      )
      const millis = performance.now() - from
      stop()
      await audience.settle()
      expect(sleepers.map(({ name }) => audience.departures.get(name))).toStrictEqual(sleepers.map(() => "too-slow"))
      const woken = sleepers.filter((_, index) => index % wakersEvery === 0)
      await until(() => "those who read on are told all", () => woken.every(({ ended }) => ended !== undefined), patience)
      const told = woken.filter(({ lastLine }) => lastLine.includes("too slow")).length
      console.log(
        `round ${number}: ${held} held for ${(millis / 1000).toFixed(1)} s, ${memory.toFixed(0)} MB; calm ${summary(latencies.calm)}; stalled ${summary(latencies.stalled)}; ${told} of ${woken.length} who read on were told why`
      )
      expect(held).toBeGreaterThan(asleep / 2)
      expect(told).toBe(woken.length)
      for (const { socket } of sleepers) socket.destroy()
    }
    await round(0, { calm: new Histogram(), stalled: new Histogram() })
    await sleep(3000)
    const before = server.residentMb
    const bound = () => Math.max(2 * calm.percentile(0.99), latencyFloor)
    for (let number = 1; number <= rounds.most; number += 1) {
      if (number > rounds.least && stalled.percentile(0.99) <= bound()) break
      await round(number, { calm, stalled })
    }
    const after = await comesBack(server, before)
    console.log(`p99 of the others: ${stalled.percentile(0.99)} ms, at most ${bound()} ms; memory before ${before.toFixed(0)} MB, after ${after.toFixed(0)} MB`)
    expect(stalled.percentile(0.99)).toBeLessThanOrEqual(bound())
    expect(server.logged.error, server.complaints.join("\n")).toBe(0)
  }, 150_000)

  it(`do not keep the server from closing within ${closeWithin} ms, with a goodbye to all who read`, async ({ stage }) => {
    const { audience, server } = await open(stage, noStallTimeout)
    const whisperer = await whispererIn(stage, server.port)
    const sleepers = await comeAlong(stage, server.port, 0)
    const stop = audience.talk(perSecond)
    await fallAsleep(audience, whisperer, sleepers)
    const held = inRoom(audience, sleepers).length
    stop()
    await audience.settle()
    const { code, millis } = await server.stop()
    await until(() => "all connections end", () => audience.members.every(({ ended }) => ended !== undefined), patience)
    const untold = audience.members.filter(({ ended, lastLine }) => ended !== "FIN" || !/"code":"closing"|The server is closing/u.test(lastLine))
    console.log(`closed within ${millis.toFixed(0)} ms with ${held} who did not read; ${awake - untold.length} of ${awake} were told`)
    expect(held).toBe(asleep)
    expect(untold.map(({ ended, lastLine, name }) => ({ ended, lastLine, name }))).toStrictEqual([])
    expect(code).toBe(0)
    expect(millis).toBeLessThan(closeWithin)
  }, 60_000)
})
