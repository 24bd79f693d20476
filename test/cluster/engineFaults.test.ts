import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { ask } from "../e2e/support/http.ts"
import { metrics } from "../e2e/support/metrics.ts"
import { type Served, start } from "../e2e/support/program.ts"
import { connect } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { hasNats, natsCluster } from "./support/NatsServer.ts"
import { again, agree, departures, heardAllOf, hears, isWhole, later, node, patience, person, staged, talking, two } from "./support/party.ts"
import { doubling, recordsOf, stream } from "./support/records.ts"

// What befalls the engine of a cluster: processes of the built program, and a real nats-server.

/** Waits until nobody listens there any more. */
const isClosed = async (stage: Stage, { port }: Served): Promise<void> => {
  for (;;) {
    const raw = await connect(stage, port).catch(() => undefined)
    if (raw === undefined) return
    await raw.read().closed
  }
}

describe.runIf(hasNats).concurrent("The engine of a cluster", { timeout: 120_000 }, () => {
  it("is killed and has forgotten all: nothing is lost or doubled, and it goes on", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    for (const round of [1, 2, 3]) {
      await hears(bob, `ada ${round * 50}`)
      await Effect.runPromise(engine.kill)
      await Effect.runPromise(engine.start)
      const from = bob.saidBy("ada").length
      await bob.heard.until("More of ada", () => bob.saidBy("ada").length > from + 50 ? true : undefined, patience)
    }
    await agree([ada, bob], { ada: talks.ada.stop(), bob: talks.bob.stop() })
    expect([departures(ada, "bob"), departures(bob, "ada")]).toEqual([0, 0])
  })

  it("is away for a while, and then has forgotten all: people are told, and nothing is lost", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 20")
    await Effect.runPromise(engine.kill)
    for (const each of [ada, bob]) await each.event("Outage")
    await Effect.runPromise(engine.start)
    for (const each of [ada, bob]) await each.event("Outage", ({ over }) => over === true)
    await agree([ada, bob], { ada: talks.ada.stop(), bob: talks.bob.stop() })
    expect([departures(ada, "bob"), departures(bob, "ada")]).toEqual([0, 0])
  })

  it("is away for good: people are told, and told goodbye after a minute; the port is closed", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const people = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const at = performance.now()
    await Effect.runPromise(engine.kill)
    for (const each of people) await each.event("Outage")
    for (const each of people) {
      const heardAt = await later(each, "Goodbye", 75_000)
      expect(heardAt - at).toBeGreaterThan(55_000)
      expect(heardAt - at).toBeLessThan(65_000)
      expect(await each.event("Goodbye")).toMatchObject({ code: "lost", reason: "The rest of the cluster could not be reached for a minute." })
    }
    await isClosed(stage, one)
    // Once it is back, so are they.
    await Effect.runPromise(engine.start)
    const [eve, abe] = [await person(stage, await again(one), "eve"), await person(stage, await again(other), "abe")]
    const talk = talking(eve, "eve")
    await hears(abe, "eve 10")
    await agree([eve, abe], { eve: talk.stop() })
  })

  it("is stopped: what watches a node is told that nobody can come in, and by the metrics how long nothing came; and then that all is well again", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const ada = await person(stage, one, "ada")
    const people = [ada, await person(stage, other, "bob")]
    await ada.event("Joined")
    const all = [one, other]
    const silences = (found: ReadonlyMap<string, number>) => [...found].flatMap(([name, value]) => (name.startsWith("brusio_cluster_node_silence_seconds") ? [value] : []))
    for (const { port } of all) {
      expect(await ask(port, "/ready")).toMatchObject({ status: 200 })
      const before = await metrics(port)
      expect([before.get("brusio_people"), before.get("brusio_cluster_nodes"), before.get("brusio_cluster_cut_off")]).toEqual([2, 2, 0])
    }
    const at = performance.now()
    await Effect.runPromise(engine.signal("SIGSTOP"))
    for (const each of people) await each.event("Outage")
    for (const { port } of all) {
      const away = (performance.now() - at) / 1000
      expect(await ask(port, "/ready")).toMatchObject({ status: 503, body: "The rest of the cluster cannot be reached: what is said here waits.\n" })
      expect(await ask(port, "/health")).toMatchObject({ status: 200, body: "ok\n" })
      const meanwhile = await metrics(port)
      expect([meanwhile.get("brusio_people"), meanwhile.get("brusio_cluster_nodes"), meanwhile.get("brusio_cluster_cut_off")]).toEqual([2, 2, 1])
      expect(meanwhile.get("brusio_cluster_behind_seconds")).toBeGreaterThan(away - 0.5)
      const [silence, ...more] = silences(meanwhile)
      expect(silence).toBeGreaterThan(away - 0.5)
      expect(more).toEqual([])
    }
    await Effect.runPromise(engine.signal("SIGCONT"))
    for (const each of people) await each.event("Outage", ({ over }) => over === true)
    for (const { port } of all) {
      expect(await ask(port, "/ready")).toMatchObject({ status: 200 })
      const after = await metrics(port)
      expect([after.get("brusio_people"), after.get("brusio_cluster_nodes"), after.get("brusio_cluster_cut_off")]).toEqual([2, 2, 0])
      expect(after.get("brusio_cluster_behind_seconds")).toBeLessThan((performance.now() - at) / 1000)
    }
  })

  it("that gives records twice, and late, changes nothing", async ({ stage }) => {
    const { engine, one, other } = await two(stage)
    const doubled = await doubling(await staged(stage, recordsOf(engine.url)))
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 300")
    await agree([ada, bob], { ada: talks.ada.stop(), bob: talks.bob.stop() })
    expect(doubled()).toBeGreaterThan(100)
  })

  it("that has dropped records which a slow node has not read ends that node, and nobody else loses anything", async ({ stage }) => {
    const { engine, one, other, way } = await two(stage)
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 20")
    await Effect.runPromise(way.cut)
    const from = bob.saidBy("bob").length
    await bob.heard.until("More of bob", () => (bob.saidBy("bob").length > from + 20 ? true : undefined), patience)
    const { manager } = await staged(stage, recordsOf(engine.url))
    await manager.streams.purge(stream, { keep: 1 })
    await Effect.runPromise(way.mend)
    expect(await ada.event("Goodbye")).toMatchObject({ code: "lost", reason: "This node was so far behind that the log has been cut before it could read it." })
    talks.ada.stop()
    await person(stage, await again(one), "eve")
    const count = talks.bob.stop()
    await hears(bob, `bob ${count}`)
    heardAllOf(bob, "bob", count)
    heardAllOf(bob, "ada")
    isWhole(bob)
  })

  it("of three servers goes on when the leader of the log dies: nothing is lost, and nobody waits for more than 12 s", async ({ stage }) => {
    const servers = await staged(stage, natsCluster)
    const url = servers.map(({ url }) => url).join(",")
    const [one, other] = [await node(stage, url), await node(stage, url)]
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(bob, "ada 50")
    const { manager } = await staged(stage, recordsOf(url))
    const info = await manager.streams.info(stream)
    expect(info.config.num_replicas).toBe(3)
    const leader = servers[Number(info.cluster?.leader?.slice(1)) - 1]
    if (leader === undefined) throw new Error("The log has a leader")
    await Effect.runPromise(leader.kill)
    const from = bob.saidBy("ada").length
    await bob.heard.until("More of ada", () => (bob.saidBy("ada").length > from + 50 ? true : undefined), patience)
    await agree([ada, bob], { ada: talks.ada.stop(), bob: talks.bob.stop() })
    const times = bob.heard.lines.flatMap(({ at, text }) => (text.includes('"_tag":"Said"') ? [at] : []))
    const stall = Math.max(...times.map((at, i) => at - (times[i - 1] ?? at)))
    console.log(`Nobody heard anything for ${stall.toFixed(0)} ms when the leader of the log died`)
    expect(stall).toBeLessThan(12_000)
  })

  it("of three servers of which one runs keeps no log: a node says so and ends", async ({ stage }) => {
    const [first, ...rest] = await staged(stage, natsCluster)
    if (first === undefined) throw new Error("There are three")
    await Promise.all(rest.map(({ kill }) => Effect.runPromise(kill)))
    const program = start(stage, ["serve", "--port", "0", "--no-input", "--cluster", first.url])
    const { code } = await program.ended(patience)
    expect(program.stderr.text).toMatch(/^[^\n]*JetStream does not answer: too few of its servers may be running[^\n]*\n$/u)
    expect([code, program.stdout.text]).toEqual([1, ""])
  })
})
