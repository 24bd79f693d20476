import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { get } from "node:http"
import * as Net from "node:net"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { cli, environment, node, root, run, serve, start } from "./support/program.ts"
import { freePort, lineClient, listen } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"
import { keyFiles, knocking, linkOf, quietly, runtime, serveWindow, windowOf } from "./support/window.ts"

const fetched = (host: string, port: number, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ host, port, path, agent: false }, (response) => {
      response.resume()
      response.once("end", () => {
        resolve(response.statusCode)
      })
    }).on("error", reject)
  })

const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all)
const elsewhere = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address
const hasIpv6 = addresses.some(({ address }) => address === "::1")
if (elsewhere === undefined) console.log("Skipped: this machine has no address but the loopback's")
if (!hasIpv6) console.log("Skipped: this machine has no IPv6")

/** What a second start with these options comes to. */
const again = (stage: Stage, folder: string, port: number, ...args: ReadonlyArray<string>) =>
  run(stage, ["serve", "--window", "--port", String(port), ...args], { env: quietly(folder) })

const inUse = (port: number) => ({
  code: 1,
  stdout: "",
  stderr: `Cannot listen on 127.0.0.1, port ${port}: the port is in use. Stop the program that uses it, or choose another with --port (0 takes a free one).\n`
})

/** A program on this port that is none of ours, and says nothing but what it is told to. */
const stranger = (stage: Stage, port: number, answer?: string): Promise<number> => {
  const server = Net.createServer((socket) => {
    socket.on("error", () => undefined)
    stage.onEnd(() => {
      socket.destroy()
    })
    socket.resume()
    if (answer !== undefined) socket.end(answer)
  })
  return listen(stage, server, port)
}

describe("serve --window", { timeout: 60_000 }, () => {
  it("prints a link that opens the window once, beside the console", async ({ stage }) => {
    const { link, port, program } = await serveWindow(stage)
    expect(link).toMatchObject({ host: "127.0.0.1", port })
    const ada = await lineClient(stage, port, "ada")
    const window = await windowOf(stage, link)
    program.type("from the console\n")
    await ada.heard.line("[server] from the console")
    await Effect.runPromise(window.tell({ _tag: "Type", text: "from the window" }))
    await ada.heard.line("[server] from the window")
    await program.line(/from the window$/u)
    await Effect.runPromise(window.line(/from the console$/u))
    // The window sees what was before it, but for the link, which is for whoever reads the output.
    const lines = window.all.flatMap((message) => (message._tag === "Line" ? [message.message] : []))
    expect(lines[0]).toMatch(/^Listening on /u)
    expect(lines.filter((line) => line.includes(link.code))).toEqual([])
    const late = await knocking(stage, link)
    await Effect.runPromise(late.tell({ _tag: "Open", code: link.code }))
    await Effect.runPromise(late.next("Denied"))
  })

  it("keeps the room open when the page is loaded again", async ({ stage }) => {
    const { link, port, program } = await serveWindow(stage)
    const ada = await lineClient(stage, port, "ada")
    const first = await windowOf(stage, link)
    await Effect.runPromise(first.close)
    await program.line(/INFO +The operator's window was closed: the room closes in 5 s unless it is opened again$/u)
    const second = await windowOf(stage, { port, secret: first.opened.secret })
    await Effect.runPromise(second.next("Staying"))
    await program.line(/INFO +The operator's window is back: the room stays open$/u)
    await Effect.runPromise(second.tell({ _tag: "Type", text: "/quit sleep well" }))
    await ada.heard.line("The server is closing: sleep well.")
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("opens it with the program that BRUSIO_BROWSER names, and goes on where there is none", async ({ stage }) => {
    const folder = runtime(stage)
    const [browser, told] = [join(folder, "browser"), join(folder, "told")]
    writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > "${told}.part" && mv "${told}.part" "${told}" && exec sleep 5\n`)
    chmodSync(browser, 0o755)
    const { link, port } = await serveWindow(stage, { env: { BRUSIO_BROWSER: browser } })
    await expect.poll(() => readFileSync(told, { encoding: "utf8", flag: "a+" }), { timeout: 10_000 }).toBe(`http://127.0.0.1:${port}/operator#${link.code}`)
    const other = await serveWindow(stage, { env: { BRUSIO_BROWSER: join(folder, "none") } })
    await other.program.line(/WARN +No browser could be started: open the link to the window in one on this machine, within 30 seconds\.$/u)
    await windowOf(stage, other.link)
  })

  it("runs without a terminal, as a launcher starts it", async ({ stage }) => {
    const { link, program } = await serveWindow(stage, { stdin: "ignore" })
    const window = await windowOf(stage, link)
    await Effect.runPromise(window.tell({ _tag: "Type", text: "/quit sleep well" }))
    expect(await Effect.runPromise(window.next("Closing"))).toEqual({ _tag: "Closing", reason: "sleep well" })
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("runs with no stream open at all", async ({ stage }) => {
    const folder = runtime(stage)
    const port = await freePort(stage)
    const child = spawn("sh", ["-c", 'exec "$0" "$@" <&- >&- 2>&-', node, cli, "serve", "--window", "--port", String(port)], {
      cwd: root,
      env: environment(quietly(folder)),
      stdio: "ignore"
    })
    const exit = new Promise((resolve) => child.once("exit", resolve))
    stage.onEnd(() => {
      child.kill("SIGKILL")
    })
    await expect.poll(() => keyFiles(folder), { timeout: 20_000 }).toEqual([`window-${port}.json`])
    const second = start(stage, ["serve", "--window", "--port", String(port)], { env: quietly(folder) })
    const window = await windowOf(stage, await linkOf(second))
    await Effect.runPromise(window.tell({ _tag: "Type", text: "/quit" }))
    expect(await Effect.runPromise(window.next("Closing"))).toMatchObject({ reason: "stopped from its console" })
    expect(await exit).toBe(0)
  })

  it("is as well in JSON lines", async ({ stage }) => {
    const { program } = await serveWindow(stage, { args: ["--log-format", "json"] })
    await program.line(/^\{"time":"[^"]+","level":"info","event":"window","url":"(http:\/\/127\.0\.0\.1:\d+\/operator#[\w-]{22})","message":"Your window: \1"\}$/u)
  })

  it("listens where it is told, as long as that is on the loopback too", async ({ stage }) => {
    for (const host of ["0.0.0.0", "localhost", "127.0.0.1"]) {
      const { link } = await serveWindow(stage, { args: ["--host", host] })
      expect(await fetched("127.0.0.1", link.port, "/operator/code")).toBe(404)
      if (link.host === "127.0.0.1") await windowOf(stage, link)
    }
  })

  it.runIf(process.platform === "linux")("is brought back for the address that is asked for, where several have one port", async ({ stage }) => {
    const { folder, port, program } = await serveWindow(stage)
    const other = start(stage, ["serve", "--window", "--port", String(port), "--host", "127.0.0.2"], { env: quietly(folder) })
    expect(await linkOf(other)).toMatchObject({ host: "127.0.0.2", port })
    expect([...keyFiles(folder)].sort()).toEqual([`window-127.0.0.2-${port}.json`, `window-${port}.json`])
    for (const host of ["127.0.0.1", "127.0.0.2"]) {
      const second = await again(stage, folder, port, "--host", host)
      expect(second).toMatchObject({ code: 0, stderr: "" })
      expect(second.stdout).toContain(`Your window: http://${host}:${port}/operator#`)
    }
    other.kill("SIGTERM")
    await other.ended()
    expect(keyFiles(folder)).toEqual([`window-${port}.json`])
    program.kill("SIGTERM")
    await program.ended()
    expect(keyFiles(folder)).toEqual([])
  })

  it.runIf(hasIpv6)("listens on IPv6, too", async ({ stage }) => {
    const any = await serveWindow(stage, { args: ["--host", "::"] })
    await windowOf(stage, any.link)
    const { folder, link, port } = await serveWindow(stage, { args: ["--host", "::1"] })
    expect(link.host).toBe("[::1]")
    const second = await again(stage, folder, port, "--host", "::1")
    expect(second).toMatchObject({ code: 0, stderr: "" })
    expect(second.stdout).toMatch(new RegExp(`^The room on port ${port} is open already\\. Your window: http://\\[::1\\]:${port}/operator#[\\w-]{22}\n$`, "u"))
  })

  it.runIf(elsewhere !== undefined)("says what to do where it could not be reached", async ({ stage }) => {
    expect(await run(stage, ["serve", "--window", "--port", "0", "--host", elsewhere ?? ""], { env: quietly(runtime(stage)) })).toEqual({
      code: 1,
      stdout: "",
      stderr: `The operator's window is served over the loopback only, and the server would not listen there: leave out --host ${elsewhere}, or listen on all addresses with --host 0.0.0.0.\n`
    })
  })
})

describe("A second start with --window", { timeout: 60_000 }, () => {
  it("opens the window of the room that is open, with a code of its own, and ends", async ({ stage }) => {
    const { folder, link, port, program } = await serveWindow(stage)
    const window = await windowOf(stage, link)
    const second = await again(stage, folder, port)
    expect(second).toMatchObject({ code: 0, stderr: "" })
    const [, code = ""] = /^The room on port \d+ is open already\. Your window: http:\/\/127\.0\.0\.1:\d+\/operator#(\S+)\n$/u.exec(second.stdout) ?? []
    const other = await windowOf(stage, { port, code })
    await Effect.runPromise(other.tell({ _tag: "Type", text: "/who" }))
    await Effect.runPromise(window.line("Nobody is here."))
    expect(program.child.exitCode).toBeNull()
    // A room is found under whatever address it is asked for: the port is the same.
    expect(await again(stage, folder, port, "--host", "0.0.0.0")).toMatchObject({ code: 0 })
  })

  it("finds what the first has left where only this user can read it, as long as that runs", async ({ stage }) => {
    const { folder, port, program } = await serveWindow(stage)
    const mode = (...path: ReadonlyArray<string>) => (statSync(join(folder, ...path)).mode & 0o777).toString(8)
    expect(keyFiles(folder)).toEqual([`window-${port}.json`])
    expect([mode("brusio"), mode("brusio", `window-${port}.json`)]).toEqual(["700", "600"])
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ code: 0 })
    expect(keyFiles(folder)).toEqual([])
  })

  it("says that the port is in use where that is another program, whatever it answers, and forgets the server that is gone", async ({ stage }) => {
    for (const answer of [undefined, "", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n", "hello\n", `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(100_000)}`]) {
      const { folder, port, program } = await serveWindow(stage)
      program.kill("SIGKILL")
      await program.ended()
      expect(keyFiles(folder)).toEqual([`window-${port}.json`])
      await stranger(stage, port, answer)
      const second = await again(stage, folder, port)
      expect(second).toEqual(inUse(port))
      expect(keyFiles(folder)).toEqual([])
    }
  })

  it("opens a room of its own where the first is gone, and leaves its own key", async ({ stage }) => {
    const first = await serveWindow(stage)
    first.program.kill("SIGKILL")
    await first.program.ended()
    const second = start(stage, ["serve", "--window", "--port", String(first.port)], { env: quietly(first.folder) })
    await windowOf(stage, await linkOf(second))
    second.kill("SIGTERM")
    expect(await second.ended()).toMatchObject({ code: 0 })
    expect(keyFiles(first.folder)).toEqual([])
  })

  it("says that the port is in use where the room has no window", async ({ stage }) => {
    const { port } = await serve(stage)
    expect(await again(stage, runtime(stage), port)).toMatchObject(inUse(port))
  })

  it("takes nothing that others could have put there", async ({ stage }) => {
    const { folder, port } = await serveWindow(stage)
    const [own, file] = [join(folder, "brusio"), join(folder, "brusio", `window-${port}.json`)]
    chmodSync(file, 0o644)
    expect(await again(stage, folder, port)).toMatchObject(inUse(port))
    chmodSync(file, 0o600)
    chmodSync(own, 0o777)
    expect(await again(stage, folder, port)).toMatchObject(inUse(port))
    chmodSync(own, 0o700)
    const content = readFileSync(file)
    rmSync(file)
    writeFileSync(join(folder, "elsewhere"), content, { mode: 0o600 })
    symlinkSync(join(folder, "elsewhere"), file)
    expect(await again(stage, folder, port)).toMatchObject(inUse(port))
    rmSync(file)
    for (const bad of ["", "{", "[]", JSON.stringify({ host: "127.0.0.1", port: port + 1, key: "k", pid: 1 })]) {
      writeFileSync(file, bad, { mode: 0o600 })
      expect(await again(stage, folder, port)).toMatchObject(inUse(port))
    }
    writeFileSync(file, content)
    expect(await again(stage, folder, port)).toMatchObject({ code: 0 })
  })

  it("falls back on a folder of this user's among the temporary files, and says so where there is none either", async ({ stage }) => {
    const folder = runtime(stage)
    const { port, program } = await serveWindow(stage, { env: { XDG_RUNTIME_DIR: join(folder, "none"), TMPDIR: folder } })
    const second = await run(stage, ["serve", "--window", "--port", String(port)], { env: { ...quietly(""), TMPDIR: folder } })
    expect(second).toMatchObject({ code: 0 })
    program.kill("SIGTERM")
    await program.ended()
    const file = join(folder, "file")
    writeFileSync(file, "")
    mkdirSync(join(folder, "open", "brusio"), { recursive: true, mode: 0o777 })
    chmodSync(join(folder, "open", "brusio"), 0o777)
    const other = await serveWindow(stage, { env: { XDG_RUNTIME_DIR: join(folder, "open"), TMPDIR: file } })
    await other.program.line(/WARN +There is no folder that only you can write, for the key to the window: a second start cannot open it$/u)
    await windowOf(stage, other.link)
  })
})
