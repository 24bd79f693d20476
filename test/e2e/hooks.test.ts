import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join as inside } from "node:path"
import { describe, expect } from "vitest"
import { type Answer, ask } from "./support/http.ts"
import { run, serve } from "./support/program.ts"
import type { Event } from "../../src/domain/Event.ts"
import { connect, eventOf, lineClient, type Native, nativeClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"
import { Transcript } from "./support/transcript.ts"

const token = "0123456789abcdef0123456789abcdef"

/** A file with these bytes, gone with the stage. */
const file = (stage: Stage, text: string | Uint8Array): string => {
  const directory = mkdtempSync(inside(tmpdir(), "brusio-"))
  stage.onEnd(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const path = inside(directory, "token")
  writeFileSync(path, text)
  return path
}

const serveHooks = (stage: Stage, ...args: ReadonlyArray<string>) => serve(stage, { args: ["--hook-token-file", file(stage, `${token}\n`), ...args] })

const bearer = { authorization: `Bearer ${token}` }

const say = (port: number, path: string, body: string | Uint8Array): Promise<Answer> => ask(port, path, { method: "POST", headers: bearer, body })

/** What a client was told so far; without the greeting that who is slow to say hello gets. */
const eventsOf = ({ heard }: Native): ReadonlyArray<Event> => heard.lines.filter(({ text }) => text.startsWith("{")).map(eventOf)

const saidBy = (native: Native, name: string): ReadonlyArray<string> => eventsOf(native).flatMap((event) => (event._tag === "Said" && event.from.name === name ? [event.text] : []))

/** curl, as a script runs it. */
const curl = (...args: ReadonlyArray<string>): string => spawnSync("curl", ["-s", "-w", "%{http_code}", ...args], { encoding: "utf8" }).stdout

/** curl that is told what happens, until the test ends. */
const listening = (stage: Stage, url: string): { readonly heard: Transcript; readonly stop: () => void } => {
  const child = spawn("curl", ["-sN", "-H", `Authorization: Bearer ${token}`, url])
  const heard = new Transcript()
  child.stdout.on("data", (bytes: Buffer) => {
    heard.add(bytes)
  })
  child.once("close", () => {
    heard.end()
  })
  const stop = () => {
    child.kill("SIGKILL")
  }
  stage.onEnd(stop)
  return { heard, stop }
}

describe.concurrent("A script with curl", { timeout: 60_000 }, () => {
  it("says lines, and comes once for many", async ({ stage }) => {
    const { port } = await serveHooks(stage)
    const ada = await nativeClient(stage, port, "ada")
    const url = `http://127.0.0.1:${port}/rooms/lobby?as=CI`
    const once = curl("-H", `Authorization: Bearer ${token}`, "-d", "deployed", url)
    expect(once).toMatch(/^\{"_tag":"Said",.*"text":"deployed".*\}\n201$/u)
    expect(await ada.event("Joined")).toMatchObject({ member: { name: "CI" }, room: "lobby" })
    expect(await ada.event("Said")).toMatchObject({ from: { name: "CI" }, text: "deployed", room: "lobby" })
    const more = await say(port, "/rooms/%23lobby?as=ci", "one\r\n\n  two \n/quit\n")
    expect(more.status).toBe(201)
    expect(more.body.trimEnd().split("\n").map((line) => (/"text":"([^"]*)"/u.exec(line) ?? [])[1])).toEqual(["one", "  two", "/quit"])
    await ada.event("Said", ({ text }) => text === "/quit")
    expect(saidBy(ada, "CI")).toEqual(["deployed", "one", "  two", "/quit"])
    expect(eventsOf(ada).filter(({ _tag }) => _tag === "Joined" || _tag === "Left")).toHaveLength(1)
    await ada.send({ _tag: "Who" })
    expect(await ada.event("Members")).toMatchObject({ here: 2 })
  })

  it("says them in the room that it names, and in the lobby is not seen then", async ({ stage }) => {
    const { port } = await serveHooks(stage)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await nativeClient(stage, port, "bob")
    await ada.send({ _tag: "Enter", room: "dev" })
    await ada.event("Entered")
    expect(await say(port, "/rooms/dev", "built")).toMatchObject({ status: 201 })
    expect(await ada.event("Said")).toMatchObject({ from: { name: "hook" }, text: "built", room: "dev" })
    await bob.roundTrip()
    expect(eventsOf(bob).filter((event) => JSON.stringify(event).includes("hook"))).toEqual([])
  })

  it("is told what happens in a room, and goodbye", async ({ stage }) => {
    const { port, program } = await serveHooks(stage)
    const ada = await nativeClient(stage, port, "ada")
    const { heard } = listening(stage, `http://127.0.0.1:${port}/rooms/lobby/events?as=watcher`)
    expect(await ada.event("Joined")).toMatchObject({ member: { name: "watcher" } })
    await heard.line(/^data: \{"_tag":"Entered"/u)
    await ada.send({ _tag: "Say", text: "hello" })
    const said = await ada.event("Said")
    await heard.line(/^data: \{"_tag":"Said".*"text":"hello"/u)
    const { lines } = heard
    const at = lines.findIndex(({ text }) => text.includes('"text":"hello"'))
    expect(lines[at - 1]?.text).toBe(`id: ${said.n}`)
    expect(lines[at + 1]?.text).toBe("")
    program.kill("SIGTERM")
    await heard.line(/^data: \{"_tag":"Goodbye".*"code":"closing"/u)
    await program.ended()
  })

  it("is seen to leave when it ends to listen", async ({ stage }) => {
    const { port } = await serveHooks(stage)
    const ada = await nativeClient(stage, port, "ada")
    const { heard, stop } = listening(stage, `http://127.0.0.1:${port}/rooms/lobby/events`)
    await heard.line(/"_tag":"Entered"/u)
    stop()
    expect(await ada.event("Left")).toMatchObject({ member: { name: "events" } })
  })

  it("is told by what is wrong with its request, and nothing of it is said", async ({ stage }) => {
    const { port } = await serveHooks(stage, "--max-line", "256")
    const ada = await nativeClient(stage, port, "ada")
    const wrong: ReadonlyArray<readonly [number, string, string | Uint8Array, RegExp]> = [
      [404, "/rooms/nowhere", "x", /^There is no room #nowhere\.$/u],
      [400, "/rooms/a,b", "x", /^The name of a room has 1 to 32 characters/u],
      [400, "/rooms/%ff", "x", /not encoded/u],
      [400, "/rooms/lobby", "", /^There is nothing to say: the body is empty\.$/u],
      [400, "/rooms/lobby", " \n\t\n", /nothing to say/u],
      [400, "/rooms/lobby", Uint8Array.of(0x61, 0xff), /no UTF-8/u],
      [400, "/rooms/lobby", "one\n\u2066", /^There is nothing in this message to say\.$/u],
      [400, "/rooms/lobby", "one\u2028two", /^A message is one line/u],
      [413, "/rooms/lobby", `one\n${"x".repeat(257)}`, /^A line has at most 256 bytes: one was longer, and nothing was said\.$/u],
      [413, "/rooms/lobby", "x\n".repeat(40_000), /^At most 65536 bytes are said at once\.$/u],
      [409, "/rooms/lobby?as=ada", "x", /ada/u],
      [400, "/rooms/lobby?as=", "x", /name/u],
      [400, "/rooms/lobby?as=%23x", "x", /name/iu],
      [400, `/rooms/lobby?as=${"x".repeat(100)}`, "x", /name/iu]
    ]
    for (const [status, path, body, words] of wrong) {
      const answer = await say(port, path, body)
      expect([status, path, answer.body]).toEqual([answer.status, path, expect.stringMatching(new RegExp(words.source.replace(/\$$/u, "\\n$"), words.flags))])
    }
    expect(await ask(port, "/rooms/lobby", { headers: bearer })).toMatchObject({ status: 405, headers: { allow: "POST" }, body: "Only POST is served here.\n" })
    expect(await ask(port, "/rooms/lobby/events", { method: "POST", headers: bearer, body: "x" })).toMatchObject({ status: 405, headers: { allow: "GET" } })
    expect(await ask(port, "/rooms/nowhere/events", { headers: bearer })).toMatchObject({ status: 404 })
    expect(await ask(port, "/rooms/lobby/events?as=ada", { headers: bearer })).toMatchObject({ status: 409 })
    expect(await ask(port, "/rooms/lobby/other", { headers: bearer })).toMatchObject({ status: 404 })
    await ada.roundTrip()
    expect(eventsOf(ada).filter(({ _tag }) => _tag === "Said" || _tag === "Joined")).toEqual([])
  })

  it("without the token is nobody, and waits after wrong ones", async ({ stage }) => {
    const { port } = await serveHooks(stage)
    const asks = (authorization?: string) => ask(port, "/rooms/lobby", { method: "POST", body: "x", ...(authorization === undefined ? {} : { headers: { authorization } }) })
    const challenge = { "www-authenticate": 'Bearer realm="brusio"' }
    expect(await asks()).toMatchObject({ status: 401, headers: challenge })
    expect(await asks("Basic YTpi")).toMatchObject({ status: 401, headers: challenge })
    for (let n = 0; n < 4; n += 1) expect(await asks(`Bearer ${"x".repeat(32)}`)).toMatchObject({ status: 401, headers: challenge, body: "That is not the token.\n" })
    const early = await asks(bearer.authorization)
    expect(early).toMatchObject({ status: 429, body: "Too many wrong tokens came from your address: try again later.\n" })
    expect(Number(early.headers["retry-after"])).toBeGreaterThan(0)
    expect(await ask(port, "/rooms/lobby", { method: "POST", body: "x", headers: bearer, from: "127.0.0.2" })).toMatchObject({ status: 201 })
  })

  it("where the server has none finds nothing there", async ({ stage }) => {
    const { port } = await serve(stage)
    for (const [method, path] of [["POST", "/rooms/lobby"], ["GET", "/rooms/lobby/events"], ["GET", "/rooms/lobby"]] as const) {
      expect(await ask(port, path, { method, headers: bearer })).toMatchObject({ status: 404, body: "There is no such page here.\n" })
    }
  })

  it("is bound by roles, limits and places as everybody", async ({ stage }) => {
    const { port, program } = await serveHooks(stage, "--rate-limit", "1", "--rate-burst", "5", "--max-clients", "2")
    const ada = await nativeClient(stage, port, "ada")
    expect(await say(port, "/rooms/lobby?as=CI", "x\n".repeat(6))).toMatchObject({ status: 413, body: "That is too much at once: 5 messages may come at once, 1 a second, and a long one counts once for each KiB. Nothing was said.\n" })
    expect(await say(port, "/rooms/lobby?as=CI", "1\n2\n3")).toMatchObject({ status: 201 })
    const fast = await say(port, "/rooms/lobby?as=CI", "4\n5\n6\n7")
    expect(fast).toMatchObject({ status: 429 })
    expect(Number(fast.headers["retry-after"])).toBeGreaterThan(0)
    expect(await say(port, "/rooms/lobby?as=other", "x")).toMatchObject({ status: 503, body: "The room is full (2 at most): try again later.\n" })
    program.type("/room lobby\n/mute CI\n")
    await ada.event("Moderated")
    const muted = await say(port, "/rooms/lobby?as=CI", "psst")
    expect(muted.status).toBe(403)
    expect(muted.body).toMatch(/^You cannot say something in #lobby for .*: you are muted there\.\n$/u)
    program.type("/remove CI\n")
    await ada.event("Left", ({ member }) => member.name === "CI")
    expect(await say(port, "/rooms/lobby?as=CI2", "back")).toMatchObject({ status: 201 })
    expect(saidBy(ada, "CI")).toEqual(["1", "2", "3"])
  })

  it("comes in where people need a password, by its token alone", async ({ stage }) => {
    const { port } = await serveHooks(stage, "--password-file", file(stage, "sesame\n"))
    expect(await say(port, "/rooms/lobby", "x")).toMatchObject({ status: 201 })
  })

  it("who does not read what happens is cut off", async ({ stage }) => {
    const { port } = await serveHooks(stage, "--max-waiting", "65536", "--stall-above", "1024", "--stall-timeout", "2")
    const ada = await nativeClient(stage, port, "ada")
    const raw = await connect(stage, port)
    await raw.write(`GET /rooms/lobby/events?as=lazy HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    await ada.event("Joined")
    const line = "x".repeat(15_000)
    const isGone = () => eventsOf(ada).some((event) => event._tag === "Left" && event.member.name === "lazy" && event.code === "too-slow")
    for (let n = 0; !isGone(); n += 1) {
      for (let each = 0; each < 20; each += 1) await ada.send({ _tag: "Say", text: line, ref: `${n} ${each}` })
      await ada.event("Said", ({ ref }) => ref === `${n} 19`)
    }
  })

  it("makes room for others where there are too many names: who said nothing for longest leaves", async ({ stage }) => {
    const { port } = await serveHooks(stage)
    const ada = await lineClient(stage, port, "ada")
    for (let n = 0; n < 17; n += 1) expect(await say(port, `/rooms/lobby?as=bot${n}`, "hi")).toMatchObject({ status: 201 })
    await ada.heard.line(/^bot0 has left/u)
    expect(ada.heard.text).not.toMatch(/^bot1 has left/mu)
  })
})

describe.concurrent("The file of a token", () => {
  it("is taken up anew when it changes", async ({ stage }) => {
    const path = file(stage, `${"x".repeat(32)}\n`)
    const { port, program } = await serve(stage, { args: ["--hook-token-file", path] })
    expect(await say(port, "/rooms/lobby", "x")).toMatchObject({ status: 401 })
    writeFileSync(path, `${token}\n`)
    await program.line(/The token of scripts was taken up anew from /u)
    expect(await say(port, "/rooms/lobby", "x")).toMatchObject({ status: 201 })
  })

  it("is refused where it is no good, and what is in it is never shown", async ({ stage }) => {
    const of = async (path: string, words: string) => {
      expect(await run(stage, ["serve", "--hook-token-file", path, "--no-input"])).toEqual({ code: 1, stdout: "", stderr: `--hook-token-file cannot be "${path}": it must be ${words}.\n` })
    }
    await of("/nowhere/at/all", "a file that can be read")
    await of(file(stage, Buffer.from([0xff, 0xfe])), "a file of text in UTF-8")
    await of(file(stage, "\n"), "a file with the token on its first line: letters, digits and signs of ASCII, without blanks")
    await of(file(stage, "two words of a token\n"), "a file with the token on its first line: letters, digits and signs of ASCII, without blanks")
    await of(file(stage, "short\n"), "a file with a token of 16 to 1024 characters, such as openssl rand -hex 32 makes")
    const { port, program } = await serve(stage, { env: { BRUSIO_HOOK_TOKEN_FILE: file(stage, token) } })
    expect(await say(port, "/rooms/lobby", "x")).toMatchObject({ status: 201 })
    expect(program.stdout.text + program.stderr.text).not.toContain(token)
  })
})
