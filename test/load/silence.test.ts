import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect } from "vitest"
import { Histogram } from "../../bench/load/Histogram.ts"
import { it } from "../e2e/support/stage.ts"
import type { Audience } from "./support/Audience.ts"
import { asManyAsAllowed, comesBack } from "./support/machine.ts"
import { Member } from "./support/Member.ts"
import { gather, serve } from "./support/room.ts"
import { forMany, until } from "../support/waiting.ts"

const people = 50
const perSecond = 50
const silences = 5000
const stormPerSecond = 1000
const stormSeconds = 3
const quietMillis = 3000
/** What the people in the room may notice of it, ms. */
const p99Within = 1500
const patience = 60_000

/** A connection that says nothing. */
interface Silence {
  readonly socket: Net.Socket
  heard: string
  ended: boolean
}

const connect = (port: number): Promise<Silence> =>
  new Promise((resolve, reject) => {
    const socket = Net.connect({ host: "127.0.0.1", port })
    const silence: Silence = { socket, heard: "", ended: false }
    socket.setEncoding("latin1").on("data", (text: string) => {
      silence.heard += text
    })
    socket.once("connect", () => {
      resolve(silence)
    })
    socket.once("error", reject)
    socket.once("close", () => {
      silence.ended = true
    })
  })

/** So many a second come, say something, and leave, whether the server keeps up or not. */
const storm = async (audience: Audience, port: number, round: number): Promise<ReadonlyArray<Member>> => {
  const all: Array<Member> = []
  const start = performance.now()
  while (all.length < stormPerSecond * stormSeconds) {
    const due = Math.min(((performance.now() - start) * stormPerSecond) / 1000, stormPerSecond * stormSeconds)
    while (all.length < due) {
      const member = new Member(port, `storm-${round}-${all.length}`, all.length % 2 === 0 ? "native" : "plain")
      let hasSpoken = false
      member.ears = {
        onLine: () => {
          if (hasSpoken || !member.isWelcome) return
          hasSpoken = true
          member.say(audience.next())
          member.quit()
        }
      }
      all.push(member)
    }
    await sleep(1)
  }
  await until(() => `all of the storm are gone: ${all.filter(({ ended }) => ended === undefined).length} are not`, () => all.every(({ ended }) => ended !== undefined), patience)
  return all
}

describe("People who chat", () => {
  it(`notice little of ${silences} connections that say nothing, and of ${stormPerSecond} a second that come and go`, async ({ stage }) => {
    const server = await serve(stage)
    const audience = await gather(stage, server, { count: people })
    const ownSockets = server.sockets
    const count = asManyAsAllowed(silences)

    const round = async (number: number) => {
      const latencies = { silence: new Histogram(), storm: new Histogram() }
      const stop = audience.talk(perSecond)
      const silent: Array<Silence> = []
      stage.onEnd(() => {
        for (const { socket } of silent) socket.destroy()
      })
      await audience.measure(latencies.silence, async () => {
        await forMany(count, 200, async () => {
          silent.push(await connect(server.port))
        })
        await until(() => "all who are silent are greeted", () => silent.every(({ heard }) => heard.startsWith("Welcome to brusio")), patience)
        await sleep(quietMillis)
      })
      const withSilence = server.residentMb
      const from = performance.now()
      let visitors: ReadonlyArray<Member> = []
      await audience.measure(latencies.storm, async () => {
        visitors = await storm(audience, server.port, number)
      })
      const millis = performance.now() - from
      stop()
      await audience.settle()
      const sentAway = silent.filter(({ ended }) => ended)
      const told = sentAway.filter(({ heard }) => heard.includes("others wait for your place"))
      const rude = visitors.filter(({ ended, lastLine }) => ended !== "FIN" || !/"code":"quit"|Goodbye!/u.test(lastLine))
      for (const { socket } of silent) socket.end()
      await until(() => `the connections are gone: ${server.sockets - ownSockets} are there`, () => server.sockets === ownSockets, patience)
      console.log(
        [
          `round ${number}: ${audience.said} messages so far, none lost`,
          `p99 ${latencies.silence.percentile(0.99)} ms beside ${count} who say nothing (${withSilence.toFixed(0)} MB)`,
          `p99 ${latencies.storm.percentile(0.99)} ms in a storm of ${visitors.length} within ${(millis / 1000).toFixed(1)} s, for which ${sentAway.length} made room`
        ].join("; ")
      )
      expect(told.length).toBe(sentAway.length)
      expect(rude.map(({ ended, lastLine, name }) => ({ ended, lastLine, name })).slice(0, 5)).toStrictEqual([])
      return latencies
    }

    await round(0)
    await sleep(3000)
    const before = server.residentMb
    const latencies = await round(1)
    const after = await comesBack(server, before)
    console.log(`memory before ${before.toFixed(0)} MB, after ${after.toFixed(0)} MB`)
    expect(latencies.silence.percentile(0.99)).toBeLessThan(p99Within)
    expect(latencies.storm.percentile(0.99)).toBeLessThan(p99Within)
    expect(server.logged.error, server.complaints.join("\n")).toBe(0)
  }, 150_000)
})
