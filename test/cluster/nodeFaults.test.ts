import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { join, start } from "../e2e/support/program.ts"
import { lineClient } from "../e2e/support/raw.ts"
import { it } from "../e2e/support/stage.ts"
import { hasNats } from "./support/NatsServer.ts"
import { again, agree, departures, engineOf, heardAllOf, hears, isBeginning, isWhole, lasting, later, node, patience, person, talking, two } from "./support/party.ts"

// What befalls a node of a cluster: processes of the built program, and a real nats-server.

const is = (name: string) => (event: { readonly member: { readonly name: string } }) => event.member.name === name

const outage = "The rest of the room cannot be reached; what you say waits."

/** The most memory that a process has held, in bytes. */
const peakOf = (pid: number): number => Number(/VmHWM:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024

describe.runIf(hasNats).concurrent("A node of a cluster", { timeout: 120_000 }, () => {
  it("is killed: its people leave once, within 12 s, and nobody else loses anything", async ({ stage }) => {
    const engine = await engineOf(stage)
    const [one, other, third] = [await node(stage, engine.url), await node(stage, engine.url), await node(stage, engine.url)]
    const [ada, bob, eve] = [await person(stage, one, "ada"), await person(stage, other, "bob"), await person(stage, third, "eve")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob"), eve: talking(eve, "eve") }
    await hears(bob, "ada 20")
    const at = one.program.kill("SIGKILL")
    talks.ada.stop()
    for (const heardAt of await Promise.all([bob, eve].map((each) => later(each, "Left")))) expect(heardAt - at).toBeLessThan(12_000)
    await agree([bob, eve], { bob: talks.bob.stop(), eve: talks.eve.stop() })
    expect([bob, eve].map((each) => departures(each, "ada"))).toEqual([1, 1])
    heardAllOf(bob, "ada")
    isBeginning(ada, bob)
    // Its name is free, and the rest goes on.
    await person(stage, other, "ada")
  })

  it("closes on SIGTERM: its people are told goodbye, the others hear of it once and at once", async ({ stage }) => {
    const { one, other } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const at = one.program.kill("SIGTERM")
    expect(await ada.event("Goodbye")).toMatchObject({ code: "lost" })
    const { heardAt } = await bob.event("Left", is("ada"))
    expect(heardAt - at).toBeLessThan(2000)
    expect((await one.program.ended()).code).toBe(0)
    await bob.roundTrip()
    expect(departures(bob, "ada")).toBe(1)
    isWhole(bob)
    await person(stage, other, "ada")
  })

  it("is restarted with /restart: its people are told why, the others hear of it once; it ends with exit code 75, and is started again as a part of the room", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const ours = await join(stage, one.port, "ours", { args: ["--reconnect", "60"] })
    await bob.event("Joined", is("ours"))
    one.program.type("/restart a new version\n")
    expect(await ada.event("Goodbye")).toMatchObject({ code: "lost", reason: "a new version" })
    await bob.event("Left", is("ada"))
    expect((await one.program.ended()).code).toBe(75)
    await bob.roundTrip()
    expect(departures(bob, "ada")).toBe(1)
    isWhole(bob)
    start(stage, ["serve", "--port", String(one.port), "--cluster", engine.url, "--rate-limit", "off"])
    await bob.event("Joined", is("ours"))
    await bob.send({ _tag: "Say", text: "welcome back" })
    await ours.line("bob: welcome back")
  })

  it("is stopped for less than the others wait for it: nothing is lost", async ({ stage }) => {
    const { one, other } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 20")
    const at = one.program.kill("SIGSTOP")
    await lasting(5000, at)
    one.program.kill("SIGCONT")
    await agree([ada, bob], { ada: talks.ada.stop(), bob: talks.bob.stop() })
    expect(departures(bob, "ada")).toBe(0)
  })

  it("is stopped for longer: what its people say then is void, they are told goodbye, and it comes back as a new one", async ({ stage }) => {
    const { one, other } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const nc = await lineClient(stage, one.port, "nc")
    const talk = talking(bob, "bob")
    await hears(ada, "bob 20")
    one.program.kill("SIGSTOP")
    await ada.send({ _tag: "Say", text: "too late" })
    await later(bob, "Left")
    one.program.kill("SIGCONT")
    const words = "The others have given this node up: it was silent for more than 10 s."
    expect(await ada.event("Goodbye")).toMatchObject({ code: "lost", reason: words })
    await nc.heard.line(new RegExp(words, "u"))
    const eve = await person(stage, await again(one), "eve")
    // The last line is said after she has come in.
    await eve.event("Said")
    const count = talk.stop()
    for (const each of [bob, eve]) await hears(each, `bob ${count}`)
    heardAllOf(bob, "bob", count)
    expect(bob.saidBy("ada")).toEqual([])
    expect(["ada", "nc"].map((name) => departures(bob, name))).toEqual([1, 1])
    isWhole(bob)
    isWhole(eve)
    isBeginning(ada, bob)
  })

  it("is cut off from the engine: its people are told, and when it is mended nothing is lost", async ({ stage }) => {
    const { one, other, way } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const nc = await lineClient(stage, one.port, "nc")
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 20")
    const at = performance.now()
    await Effect.runPromise(way.hush)
    const told = await ada.event("Outage")
    expect(told).toMatchObject({ message: outage })
    expect(told.heardAt - at).toBeGreaterThan(1000)
    expect(told.heardAt - at).toBeLessThan(4000)
    await nc.heard.line(new RegExp(outage, "u"))
    await lasting(6000, at)
    await Effect.runPromise(way.mend)
    await ada.event("Outage", ({ over }) => over === true)
    await agree([ada, bob], { ada: talks.ada.stop(), bob: talks.bob.stop() })
    expect(bob.events.some(({ _tag }) => _tag === "Outage" || _tag === "Left")).toBe(false)
  })

  it("is cut off for longer than the others wait for it: as if it had been stopped", async ({ stage }) => {
    const { one, other, way } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 20")
    await Effect.runPromise(way.cut)
    await ada.event("Outage")
    await later(bob, "Left")
    await Effect.runPromise(way.mend)
    expect(await ada.heard.find("Goodbye", ({ text }) => /"_tag":"Goodbye".*"code":"(\w+)"/u.exec(text)?.[1], patience)).toBe("lost")
    talks.ada.stop()
    const count = talks.bob.stop()
    await hears(bob, `bob ${count}`)
    heardAllOf(bob, "bob", count)
    // What came of ada's words is what was said before the cut, to all.
    heardAllOf(bob, "ada")
    expect(departures(bob, "ada")).toBe(1)
    isWhole(bob)
    isBeginning(ada, bob)
    await person(stage, await again(one), "ada")
  })

  it("that cannot write does not read: what floods it waits with who sends it, and comes when it can", async ({ stage }) => {
    const { one, other, way } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    await Effect.runPromise(way.hush)
    await ada.event("Outage")
    const before = peakOf(one.program.pid)
    const padding = "x".repeat(16_000)
    const count = 2000
    for (let n = 1; n <= count; n += 1) ada.socket.write(`${JSON.stringify({ _tag: "Say", text: `${n} ${padding}` })}\n`)
    await lasting(3000)
    const taken = ada.socket.bytesWritten - ada.socket.writableLength
    expect(taken).toBeLessThan(16e6)
    expect(peakOf(one.program.pid) - before).toBeLessThan(48e6)
    await Effect.runPromise(way.mend)
    await bob.heard.find("The last line", ({ text }) => (text.includes(`"text":"${count} x`) ? true : undefined), patience)
    const numbers = bob.saidBy("ada").map((text) => Number(text.split(" ")[0]))
    expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i + 1))
    isWhole(bob)
  })

  it("may have a clock that is an hour off: nothing changes", async ({ stage }) => {
    const engine = await engineOf(stage)
    const one = await node(stage, engine.url)
    const other = await node(stage, engine.url, { env: { NODE_OPTIONS: `--import ${new URL("support/hourAhead.mjs", import.meta.url).href}` } })
    expect(Date.parse(/^\S+/u.exec(other.program.stdout.text)?.[0] ?? "") - Date.now()).toBeGreaterThan(3_500_000)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 100")
    await agree([ada, bob], { ada: talks.ada.stop(), bob: talks.bob.stop() })
    const times = [ada, bob].map((each) => each.events.flatMap((event) => (event._tag === "Said" ? [event.at] : [])))
    expect(times[0]).toEqual(times[1])
    for (const each of [ada, bob]) for (const { at } of each.events) expect(Math.abs(at - Date.now())).toBeLessThan(60_000)
  })
})
