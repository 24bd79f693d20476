import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { networkInterfaces, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect } from "vitest"
import { ask } from "./support/http.ts"
import { metrics } from "./support/metrics.ts"
import { run, serve } from "./support/program.ts"
import { chunkClient, connect, lineClient, nativeClient } from "./support/raw.ts"
import { it } from "./support/stage.ts"
import { webClient } from "./support/web.ts"

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0
if (!hasPromtool) console.warn("The test with promtool is skipped: it is not installed (apt-get install prometheus).")

const elsewhere = Object.values(networkInterfaces()).flatMap((all = []) => all).find(({ family, internal }) => family === "IPv4" && !internal)?.address
if (elsewhere === undefined) console.warn("The test of metrics for others is skipped: this machine has no address but the loopback's.")

/** Asks again and again until `holds`. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(10)
}

const from = (all: ReadonlyMap<string, number>, ...names: ReadonlyArray<string>) => names.map((name) => all.get(name))

describe.concurrent("The metrics of a server", { timeout: 60_000 }, () => {
  it("tell who is there, by what, and what was said to how many", async ({ stage }) => {
    const { port } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    const cleo = await webClient(stage, port, "cleo")
    const irc = (await connect(stage, port)).read()
    await irc.write("NICK dan\r\nUSER dan 0 * :Dan\r\nJOIN #lobby\r\n")
    await irc.heard.line(/ 366 dan #lobby /u)
    await ada.send({ _tag: "Enter", room: "dev" })
    await ada.event("Entered")
    const before = await metrics(port)
    expect(from(before, "brusio_people", "brusio_rooms", "brusio_kept_places")).toEqual([4, 2, 0])
    expect(from(before, ...["native", "plain", "web", "irc", "http", "unknown"].map((dialect) => `brusio_connections{dialect="${dialect}"}`))).toEqual([1, 1, 1, 1, 1, 0])
    expect(from(before, 'brusio_messages_total{to="room"}', 'brusio_messages_total{to="person"}', "brusio_deliveries_total")).toEqual([0, 0, 0])
    await bob.write("hello\n")
    await ada.event("Said")
    await bob.write("/msg ada psst\n")
    await ada.event("Whispered")
    await bob.write("/msg nobody psst\n")
    await bob.heard.line(/Nobody|nobody/u)
    const after = await metrics(port)
    expect(from(after, 'brusio_messages_total{to="room"}', 'brusio_messages_total{to="person"}', "brusio_deliveries_total")).toEqual([1, 1, 6])
    expect(after.get('brusio_refusals_total{reason="no-such-member"}')).toBe(1)
    expect((after.get("brusio_received_bytes_total") ?? 0) - (before.get("brusio_received_bytes_total") ?? 0)).toBe("hello\n/msg ada psst\n/msg nobody psst\n".length)
    expect(after.get("brusio_sent_bytes_total")).toBeGreaterThan(before.get("brusio_sent_bytes_total") ?? 0)
    expect(from(after, "brusio_waiting_bytes", "brusio_turned_away_total")).toEqual([0, 0])
    expect(after.get("process_resident_memory_bytes")).toBeGreaterThan(30e6)
    expect(after.get("process_cpu_seconds_total")).toBeGreaterThan(0)
    expect(Math.abs((after.get("process_start_time_seconds") ?? 0) - Date.now() / 1000)).toBeLessThan(600)
    expect(after.has("brusio_cluster_nodes")).toBe(false)
    await bob.write("{quit}\n")
    await bob.closed
    cleo.socket.resetAndDestroy()
    await until(async () => (await metrics(port)).get("brusio_people") === 2)
    const gone = await metrics(port)
    expect(from(gone, 'brusio_sessions_ended_total{reason="quit"}', 'brusio_connections{dialect="plain"}')).toEqual([1, 0])
    expect(gone.get("brusio_sent_bytes_total")).toBeGreaterThanOrEqual(after.get("brusio_sent_bytes_total") ?? 0)
  })

  it("keep the bytes of those who are gone, to the last goodbye", async ({ stage }) => {
    const { port } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    await ada.event("Joined")
    await bob.write("hello\n")
    await ada.event("Said")
    await bob.write("{quit}\n")
    await bob.closed
    await ada.event("Left")
    await ada.send({ _tag: "Quit" })
    await ada.closed
    await until(async () => (await metrics(port)).get("brusio_people") === 0)
    const bytes = [ada, bob].reduce((sum, { heard }) => sum + Buffer.byteLength(heard.text), 0)
    expect((await metrics(port)).get("brusio_sent_bytes_total")).toBe(bytes)
  })

  it("tell why scripts are refused over HTTP, each refusal once", async ({ stage }) => {
    const directory = mkdtempSync(join(tmpdir(), "brusio-"))
    stage.onEnd(() => {
      rmSync(directory, { recursive: true, force: true })
    })
    const file = join(directory, "token")
    const token = "0123456789abcdef"
    writeFileSync(file, `${token}\n`)
    const { port, program } = await serve(stage, { args: ["--hook-token-file", file, "--rate-limit", "1", "--rate-burst", "5", "--max-line", "256"] })
    const ada = await nativeClient(stage, port, "ada")
    const say = async (path: string, body: string | Uint8Array, given = token): Promise<number> =>
      (await ask(port, path, { method: "POST", body, headers: { authorization: `Bearer ${given}` } })).status
    expect(await say("/rooms/lobby", "1\n2\n3")).toBe(201)
    program.type("/room lobby\n\n")
    const refused: ReadonlyArray<readonly [reason: string, status: number, path: string, body: string | Uint8Array, token?: string]> = [
      ["no-such-room", 404, "/rooms/nowhere", "x"],
      ["room-name", 400, "/rooms/a,b", "x"],
      ["text-empty", 400, "/rooms/lobby", ""],
      ["text-line-break", 400, "/rooms/lobby", "one\u2028two"],
      ["bad-line", 400, "/rooms/lobby", Uint8Array.of(0x61, 0xff)],
      ["name-taken", 409, "/rooms/lobby?as=ada", "x"],
      ["name-not-allowed", 400, "/rooms/lobby?as=%23x", "x"],
      ["line-too-long", 413, "/rooms/lobby", "x".repeat(257)],
      ["too-soon", 429, "/rooms/lobby", "4\n5\n6\n7\n8"],
      ["password-wrong", 401, "/rooms/lobby", "x", "z".repeat(16)]
    ]
    for (const [reason, status, path, body, given] of refused) {
      expect([reason, await say(path, body, given)]).toEqual([reason, status])
      expect([reason, (await metrics(port)).get(`brusio_refusals_total{reason="${reason}"}`)]).toEqual([reason, 1])
    }
    program.type("/mute hook\n")
    await ada.event("Moderated")
    expect(await say("/rooms/lobby", "x")).toBe(403)
    const all = await metrics(port)
    expect(all.get('brusio_refusals_total{reason="muted"}')).toBe(1)
    expect([...all].filter(([name]) => name.startsWith("brusio_refusals_total"))).toHaveLength(refused.length + 1)
    for (let n = 0; n < 4; n += 1) await say("/rooms/lobby", "x", "z".repeat(16))
    expect(await say("/rooms/lobby", "x")).toBe(429)
    expect((await metrics(port)).get('brusio_refusals_total{reason="password-wait"}')).toBeGreaterThan(0)
  })

  it("tell of the event loop from the first scrape on", async ({ stage }) => {
    const { port } = await serve(stage)
    expect((await metrics(port)).get("brusio_event_loop_delay_seconds_count")).toBe(0)
    await until(async () => ((await metrics(port)).get("brusio_event_loop_delay_seconds_count") ?? 0) > 10)
    const all = await metrics(port)
    expect(all.get('brusio_event_loop_delay_seconds{quantile="0.5"}')).toBeLessThanOrEqual(all.get('brusio_event_loop_delay_seconds{quantile="1"}') ?? 0)
  })

  it("tell whom a rate limit makes wait", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--rate-limit", "1", "--rate-burst", "2"] })
    const ada = await nativeClient(stage, port, "ada")
    await ada.write([1, 2, 3, 4].map((n) => `${JSON.stringify({ _tag: "Say", text: `line ${n}` })}\n`).join(""))
    await ada.event("Said", ({ text }) => text === "line 4")
    expect((await metrics(port)).get('brusio_throttled_total{limit="client"}')).toBeGreaterThan(0)
  })

  it("tell who is cut off", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--max-waiting", "65536", "--stall-above", "1024"] })
    const ada = await nativeClient(stage, port, "ada")
    // Somebody who reads nothing.
    const lazy = await connect(stage, port)
    await lazy.write("lazy\n")
    await ada.event("Joined")
    const line = "x".repeat(15_000)
    for (let n = 0; (await metrics(port)).get('brusio_sessions_ended_total{reason="too-slow"}') !== 1; n += 1) {
      for (let each = 0; each < 20; each += 1) await ada.send({ _tag: "Say", text: line, ref: `${n} ${each}` })
      await ada.event("Said", ({ ref }) => ref === `${n} 19`)
    }
  })

  it("are served where the room is full too, and take no place", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--max-clients", "1"] })
    expect((await ask(port, "/ready")).body).toBe("ready\n")
    const ada = await lineClient(stage, port, "ada")
    const full = await metrics(port)
    expect(full.get("brusio_turned_away_total")).toBe(1)
    expect(await ask(port, "/health")).toMatchObject({ status: 200, body: "ok\n" })
    expect(await ask(port, "/ready")).toMatchObject({ status: 503, body: "The room is full (1 at most): try again later.\n" })
    expect(await ask(port, "/")).toMatchObject({ status: 503 })
    await ada.write("{quit}\n")
    await ada.closed
    await until(async () => (await ask(port, "/ready")).status === 200)
    await metrics(port)
    await lineClient(stage, port, "bob")
  })

  it("are served to this machine alone, whatever a proxy is", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--trust-proxy", "127.0.0.1"] })
    const asks = async (from: string): Promise<string> => {
      const raw = (await connect(stage, port)).read()
      await raw.write(`PROXY TCP4 ${from} 127.0.0.1 1000 ${port}\r\nGET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
      await raw.closed
      return raw.heard.text.slice(0, 12)
    }
    expect(await asks("203.0.113.9")).toBe("HTTP/1.1 404")
    expect(await asks("127.0.0.1")).toBe("HTTP/1.1 200")
  })

  it.skipIf(elsewhere === undefined)("are served to others where that is said, and to nobody where not even this machine is to have them", async ({ stage }) => {
    const of = async (args: ReadonlyArray<string>) => {
      const { port } = await serve(stage, { args: ["--host", "0.0.0.0", ...args] })
      return Promise.all([ask(port, "/metrics"), ask(port, "/metrics", { host: elsewhere ?? "" })])
    }
    const hidden = { status: 404, body: "There is no such page here.\n" }
    expect(await of([])).toMatchObject([{ status: 200 }, hidden])
    expect(await of(["--metrics", "all"])).toMatchObject([{ status: 200 }, { status: 200 }])
    expect(await of(["--metrics", "off"])).toMatchObject([hidden, hidden])
  })

  it("are only read", async ({ stage }) => {
    const { port } = await serve(stage)
    for (const path of ["/metrics", "/health", "/ready"]) {
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
        expect(await ask(port, path, { method }), `${method} ${path}`).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" }, body: "Only GET and HEAD are served here.\n" })
      }
      expect(await ask(port, path, { method: "HEAD" })).toMatchObject({ status: 200, body: "" })
    }
    expect(await ask(port, "/metrics", { headers: { host: "evil.example" } })).toMatchObject({ status: 421 })
    expect(await ask(port, "/ready", { headers: { host: "balancer.example" } })).toMatchObject({ status: 200 })
    expect(await run(stage, ["serve", "--metrics", "some"])).toMatchObject({ code: 1, stderr: '--metrics cannot be "some": it must be loopback, all or off.\n' })
    expect(await run(stage, ["serve"], { env: { BRUSIO_METRICS: "some" } })).toMatchObject({ code: 1, stderr: 'BRUSIO_METRICS cannot be "some": it must be loopback, all or off.\n' })
  })

  it.skipIf(!hasPromtool)("are good for Prometheus", async ({ stage }) => {
    const { port } = await serve(stage)
    const old = await chunkClient(stage, port, "old")
    await old.write("/nonsense")
    await old.heard.line(/nonsense/u)
    old.socket.end()
    await old.closed
    const { body } = await ask(port, "/metrics")
    expect(body).toContain("brusio_sessions_ended_total")
    expect(body).toContain("brusio_refusals_total")
    const { status, stderr, stdout } = spawnSync("promtool", ["check", "metrics"], { input: body, encoding: "utf8" })
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: "", stdout: "" })
  })
})
