import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect } from "vitest"
import { addressOf } from "../../bench/load/addressOf.ts"
import { Returner } from "../../bench/load/Returner.ts"
import { it } from "../e2e/support/stage.ts"
import { range } from "../support/range.ts"
import { until } from "../support/waiting.ts"
import { serve } from "./support/room.ts"

const many = 500
const speakers = 5
const perSecond = 100
/** How many messages are said at most until all are back: so many are kept. */
const kept = 256
const patience = 60_000

describe("Clients that come back by themselves", () => {
  it(`hear everything once and in order, where ${many} are lost at once while ${perSecond} messages a second are said`, async ({ stage }) => {
    const server = await serve(stage)
    const come = (name: string, localAddress: string) => {
      const texts: Array<string> = []
      const client = new Returner({ port: server.port, name, localAddress, onSaid: (text) => texts.push(text) })
      stage.onEnd(() => {
        client.destroy()
      })
      client.come()
      return { client, texts }
    }
    const talking = range(speakers, (n) => come(`speaker-${n}`, "127.0.0.1"))
    const all = range(many, (n) => come(`client-${n}`, addressOf(n)))
    await until(() => "all are in", () => [...talking, ...all].every(({ client }) => client.isIn), patience)
    const start = performance.now()
    let said = 0
    let most = Infinity
    const talk = setInterval(() => {
      for (; said < Math.min(most, ((performance.now() - start) * perSecond) / 1000); said += 1) talking[said % speakers]!.client.say(`message ${said}`)
    }, 1)
    stage.onEnd(() => {
      clearInterval(talk)
    })
    await sleep(1000)
    const cpu = server.cpuSeconds
    const lostAt = performance.now()
    // What was on its way to somebody then is told again too, so it counts in what is kept.
    most = Math.min(...all.map(({ texts }) => texts.length)) + kept
    const saidBefore = said
    for (const [n, { client }] of all.entries()) client.lose(n % 2 === 0 ? "reset" : "end")
    await until(() => `all are back: ${all.filter(({ client }) => !client.isIn).length} are not`, () => all.every(({ client }) => client.isIn), patience)
    const backAfter = Math.max(...all.map(({ client }) => client.answeredAt)) - lostAt
    const whileAway = said - saidBefore
    most = Infinity
    await sleep(1000)
    clearInterval(talk)
    const everybody = [...talking, ...all]
    const behind = () => everybody.filter(({ client, texts }) => client.pending.length > 0 || texts.length + client.missed < said)
    await until(() => `all have heard all ${said}: ${behind().slice(0, 3).map(({ client, texts }) => `${client.name} has heard ${texts.length}, ${client.missed} are missing`).join("; ")}`, () => behind().length === 0, patience)
    const millis = ((server.cpuSeconds - cpu) * 1000) / many
    const nameless = all.filter(({ client }) => client.resumesWithGaps > 0).length
    console.log(`${many} who were lost at once are back within ${backAfter.toFixed(0)} ms, for ${millis.toFixed(2)} ms of CPU each with all that was said; ${whileAway} messages were said meanwhile; ${nameless} were not told all names of who came and went`)
    const order = talking[0]?.texts ?? []
    expect(new Set(order).size).toBe(said)
    for (const { client, texts } of everybody) {
      expect(texts, client.name).toEqual(order)
      const { faults, lives, missed, returned } = client
      expect({ faults, lives, missed, returned }, client.name).toEqual({ faults: [], lives: 1, missed: 0, returned: [] })
    }
    expect(server.logged.error, server.complaints.join("\n")).toBe(0)
  }, 180_000)
})
