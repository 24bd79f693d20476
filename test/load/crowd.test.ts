import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect } from "vitest"
import { Histogram } from "../../bench/load/Histogram.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { asManyAsAllowed } from "./support/machine.ts"
import { gather, serve } from "./support/room.ts"

const many = 10_000
const talkMillis = 10_000
/** Twice as many may cost that much more to let in: linear is 2, quadratic is 4. */
const growth = 3.2

const letIn = async (stage: Stage, count: number) => {
  const server = await serve(stage)
  const cpu = server.cpuSeconds
  const from = performance.now()
  const audience = await gather(stage, server, { count, natives: 20, atOnce: 1000 })
  // All that they are told of each other is part of their coming.
  audience.members[0]?.say(audience.next())
  await audience.settle()
  const seconds = (performance.now() - from) / 1000
  const used = server.cpuSeconds - cpu
  console.log(`${count} have joined within ${seconds.toFixed(1)} s: ${used.toFixed(2)} s of CPU, ${((used * 1000) / count).toFixed(2)} ms each, ${server.residentMb.toFixed(0)} MB`)
  return { audience, server, used }
}

describe("A crowd", () => {
  it("of twice as many costs hardly more than twice as much to let in", async ({ stage }) => {
    const fewer = await letIn(stage, 2000)
    await stage.clear()
    const more = await letIn(stage, 4000)
    const ratio = more.used / fewer.used
    console.log(`CPU of letting in 4000 and 2000: ratio ${ratio.toFixed(2)}, at most ${growth}`)
    expect(ratio).toBeLessThan(growth)
  }, 90_000)

  it(`of ${many} loses nothing of one message a second`, async ({ stage }) => {
    const { audience, server } = await letIn(stage, asManyAsAllowed(many))
    const latencies = new Histogram()
    const before = audience.said
    await audience.measure(latencies, async () => {
      const stop = audience.talk(1)
      await sleep(talkMillis)
      stop()
      await audience.settle()
    })
    const messages = audience.said - before
    console.log(`${messages} messages to ${audience.members.length}: p50 ${latencies.percentile(0.5)} ms, p99 ${latencies.percentile(0.99)} ms, ${server.residentMb.toFixed(0)} MB`)
    expect(messages).toBeGreaterThanOrEqual(talkMillis / 1000)
    expect(latencies.count).toBe(messages * audience.members.length)
    expect(server.logged.error, server.complaints.join("\n")).toBe(0)
  }, 90_000)
})
