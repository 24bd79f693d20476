import { setTimeout } from "node:timers/promises"
import { describe, expect } from "vitest"
import { start } from "../e2e/support/program.ts"
import { Proxy } from "../e2e/support/proxy.ts"
import { greeting, heardBy, lose, member, secretOf } from "../e2e/support/returning.ts"
import { awaitEvent, lineClient, nativeClient } from "../e2e/support/raw.ts"
import { it } from "../e2e/support/stage.ts"
import { hasNats } from "./support/NatsServer.ts"
import { agree, departures, engineOf, hears, node, person, staged, talking, two } from "./support/party.ts"
import { recordsOf, stream } from "./support/records.ts"

// Several nodes that do something at the same moment, or have to do with each other's people.

const is = (name: string) => (event: { readonly member: { readonly name: string } }) => event.member.name === name

describe.runIf(hasNats).concurrent("Two nodes", { timeout: 120_000 }, () => {
  it("that start at the same moment on an empty engine are one room", async ({ stage }) => {
    const engine = await engineOf(stage)
    const served = await Promise.all([1, 2, 3].map(() => node(stage, engine.url)))
    const people = await Promise.all(served.map((one, n) => person(stage, one, `ada${n}`)))
    await Promise.all(people.flatMap((each) => [0, 1, 2].map(async (n) => each.heard.line(new RegExp(`"name":"ada${n}"`, "u")))))
    const talks = people.map((each, n) => talking(each, `ada${n}`))
    for (const each of people) await hears(each, "ada0 20")
    const counts = Object.fromEntries(talks.map((talk, n) => [`ada${n}`, talk.stop()]))
    await agree(people, counts)
  })

  it("that leave at the same moment leave no log behind", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const { manager } = await staged(stage, recordsOf(engine.url))
    await manager.streams.info(stream)
    for (const { program } of [one, other]) program.kill("SIGTERM")
    for (const { program } of [one, other]) expect((await program.ended()).code).toBe(0)
    await expect(manager.streams.info(stream)).rejects.toThrow("stream not found")
  })

  it("of which one leaves leave the log to the other", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const { manager } = await staged(stage, recordsOf(engine.url))
    one.program.kill("SIGTERM")
    await one.program.ended()
    expect((await manager.streams.info(stream)).state.messages).toBeGreaterThan(0)
    await person(stage, other, "ada")
    other.program.kill("SIGTERM")
    await other.program.ended()
    await expect(manager.streams.info(stream)).rejects.toThrow("stream not found")
  })

  it("give a name that is claimed on both at once to one", async ({ stage }) => {
    const { one, other } = await two(stage)
    for (let round = 0; round < 20; round += 1) {
      const claims = [await nativeClient(stage, one.port), await nativeClient(stage, other.port)]
      await Promise.all(claims.map((claim) => claim.send({ _tag: "Hello", v: 1, nickname: `ada${round}` })))
      const answers = await Promise.all(claims.map((claim) => claim.heard.find("An answer", (line) => /"_tag":"(Welcome|Refused)"/u.exec(line.text)?.[1])))
      expect(answers.toSorted()).toEqual(["Refused", "Welcome"])
    }
  })

  it("of other settings do not go together: the newcomer says which, and ends", async ({ stage }) => {
    const engine = await engineOf(stage)
    await node(stage, engine.url)
    const program = start(stage, ["serve", "--port", "0", "--cluster", engine.url, "--keep", "0"])
    expect((await program.ended()).code).toBe(1)
    expect(program.stderr.text).toMatch(/^[^\n]*other settings: --keep, --max-rooms[^\n]*\n$/u)
  })

  it("have each other's people: who was lost at one comes back at the other with all that was missed, also once the first was killed", async ({ stage }) => {
    const { one, other } = await two(stage)
    const [first, second] = [secretOf(), secretOf()]
    const { native: ada, you } = await member(stage, one.port, "ada", first)
    const { native: eve, you: her } = await member(stage, one.port, "eve", second)
    const bob = await person(stage, other, "bob")
    await Promise.all([ada, eve].map((each) => awaitEvent(each.heard, "Joined", is("bob"))))
    const seen = { id: you.id, n: heardBy(ada) }
    lose(ada)
    await bob.event("Detached", is("ada"))
    for (const n of [1, 2, 3]) await bob.send({ _tag: "Say", text: `bob ${n}` })
    await hears(eve, "bob 3")
    const back = await greeting(stage, other.port, "ada", first, seen)
    expect(await back.event("Resumed")).toMatchObject({ you, gaps: false })
    await hears(back, "bob 3")
    expect(back.saidBy("bob")).toEqual(["bob 1", "bob 2", "bob 3"])
    const last = { id: her.id, n: heardBy(eve) }
    one.program.kill("SIGKILL")
    await bob.send({ _tag: "Say", text: "bob 4" })
    await hears(bob, "bob 4")
    const again = await greeting(stage, other.port, "eve", second, last)
    expect(await again.event("Resumed")).toMatchObject({ you: her, gaps: false })
    await hears(again, "bob 4")
    await bob.roundTrip()
    expect(departures(bob, "eve") + departures(bob, "ada")).toBe(0)
  })

  it.for(["at once", "one by one, each in a segment of its own"])("take many lines of one person %s, and not each after the round trip of the one before", async (how, { stage }) => {
    const engine = await engineOf(stage)
    const far = await Proxy.open(stage, engine.port, [{ delay: 40 }])
    const one = await node(stage, `nats://127.0.0.1:${far.port}`, { args: ["--rate-limit", "off"] })
    const other = await node(stage, engine.url)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    await ada.event("Joined", is("bob"))
    const from = performance.now()
    await ada.send({ _tag: "Say", text: "first" })
    await hears(ada, "first")
    const roundTrip = performance.now() - from
    expect(roundTrip).toBeGreaterThan(80)
    const lines = Array.from({ length: 400 }, (_, n) => `line ${n}`)
    const start = performance.now()
    if (how === "at once") await ada.write(lines.map((text) => `${JSON.stringify({ _tag: "Say", text })}\n`).join(""))
    else
      for (const text of lines) {
        await ada.send({ _tag: "Say", text })
        await setTimeout(3)
      }
    await hears(ada, "line 399")
    expect(performance.now() - start).toBeLessThan(roundTrip * (lines.length / 10))
    await hears(bob, "line 399")
    for (const each of [ada, bob]) expect(each.saidBy("ada").slice(1)).toEqual(lines)
  })

  it("tell whoever has lines waiting how many were not said, where one closes: those that were are said at the other, and no more", async ({ stage }) => {
    const engine = await engineOf(stage)
    const far = await Proxy.open(stage, engine.port, [{ delay: 40 }])
    const one = await node(stage, `nats://127.0.0.1:${far.port}`, { args: ["--rate-limit", "off"] })
    const other = await node(stage, engine.url)
    const bob = await person(stage, other, "bob")
    const ada = await lineClient(stage, one.port, "ada")
    await bob.event("Joined", is("ada"))
    const count = 4000
    await ada.write(Array.from({ length: count }, (_, n) => `line ${n}\n`).join(""))
    await hears(bob, "line 300")
    one.program.kill("SIGTERM")
    const [, unsaid = ""] = /(\d+) (?:of your )?(?:lines|messages) were not said/u.exec((await ada.heard.line(/were not said/u)).text) ?? []
    await bob.event("Left", is("ada"))
    await bob.roundTrip()
    const said = bob.saidBy("ada")
    expect(said).toEqual(Array.from({ length: said.length }, (_, n) => `line ${n}`))
    expect(Number(unsaid)).toBe(count - said.length)
  })

  it("pass on whispers, notices and kicks to each other's people", async ({ stage }) => {
    const { one, other } = await two(stage)
    const [ada, bob, eve] = [await person(stage, one, "ada"), await person(stage, other, "bob"), await person(stage, other, "eve")]
    const { member: of } = await ada.event("Joined", is("bob"))
    await ada.send({ _tag: "Whisper", to: of.id, text: "psst" })
    expect(await bob.event("Whispered")).toMatchObject({ from: { name: "ada" }, text: "psst" })
    one.program.type("dinner at seven\n")
    for (const each of [ada, bob, eve]) expect(await each.event("Notice")).toMatchObject({ text: "dinner at seven" })
    one.program.type("/kick bob noise\n")
    expect(await bob.event("Goodbye")).toMatchObject({ code: "removed" })
    await Promise.all([ada, eve].map((each) => awaitEvent(each.heard, "Left", is("bob"))))
    expect([departures(ada, "bob"), departures(eve, "bob")]).toEqual([1, 1])
    expect(eve.events.some((event) => event._tag === "Whispered")).toBe(false)
  })
})
