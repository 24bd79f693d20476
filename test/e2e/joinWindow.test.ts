import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"
import { cli, type Program, run, serve, start } from "./support/program.ts"
import { lineClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

// The form of `join --window` as a browser meets it, and as others do that should not reach it.

interface Form {
  readonly program: Program
  readonly port: number
  readonly token: string
}

const openForm = async (stage: Stage, args: ReadonlyArray<string> = [], env: Readonly<Record<string, string>> = { BRUSIO_BROWSER: "none" }): Promise<Form> => {
  const program = start(stage, ["join", "--window", ...args], { stdin: "ignore", env })
  const [port = "", token = ""] = await program.stdout.find("the form", ({ text }) => /^The form is at http:\/\/127\.0\.0\.1:(\d+)\/#([\w-]{22})$/u.exec(text)?.slice(1))
  return { program, port: Number(port), token }
}

interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

const ask = (port: number, { body, headers = {}, method = "GET", path = "/" }: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("end", () => {
        resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() })
      })
    })
    asked.once("error", reject)
    asked.end(body)
  })

/** A window of the form: what it is told at its opening, and how to close it. */
const openWindow = ({ port, token }: Form): Promise<{ readonly given: string; readonly close: () => void }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/window", headers: { "x-brusio-form": token }, agent: false }, (response) => {
      response.on("data", (part: Buffer) => {
        resolve({ given: part.toString(), close: () => { asked.destroy() } })
      })
      response.once("error", () => undefined)
    })
    asked.on("error", reject)
    asked.end()
  })

interface Answers {
  readonly host: string
  readonly port: string | number
  readonly name: string
}

const Outcome = Schema.parseJson(Schema.Struct({ _tag: Schema.String, field: Schema.optional(Schema.String), words: Schema.optional(Schema.String), location: Schema.optional(Schema.String) }))

const own = (form: Form): Readonly<Record<string, string>> => ({ origin: `http://127.0.0.1:${form.port}`, "x-brusio-form": form.token, "content-type": "application/json" })

const submit = async (form: Form, { host, name, port }: Answers) => {
  const { status, text } = await ask(form.port, { method: "POST", path: "/find", headers: own(form), body: JSON.stringify({ host, port: String(port), name }) })
  expect(status).toBe(200)
  return Schema.decodeUnknownSync(Outcome)(text)
}

/** Something else on a port: it does this with whoever connects. */
const listening = (stage: Stage, meet: (socket: Socket) => void): Promise<number> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => undefined)
      meet(socket)
    })
    stage.onEnd(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(address !== null && typeof address === "object" ? address.port : 0)
    })
  })

const answering = (head: string, body: string) => (socket: Socket) => {
  socket.once("data", () => {
    socket.end(`HTTP/1.1 ${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
  })
}

describe.concurrent("join --window", () => {
  it("serves a form, filled in with the defaults or with what was given", async ({ stage }) => {
    const form = await openForm(stage)
    const page = await ask(form.port)
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } })
    for (const [, name = ""] of page.text.matchAll(/(?:src|href)="([^"]+)"/gu)) expect((await ask(form.port, { path: name })).status).toBe(200)
    expect((await openWindow(form)).given).toMatch(/^\{"host":"127\.0\.0\.1","port":"25565","name":"User\d{4}"\}\n$/u)
    const other = await openForm(stage, ["--host", "[::1]:4000", "--name", "Ada L"])
    expect(JSON.parse((await openWindow(other)).given)).toEqual({ host: "::1", port: "4000", name: "Ada L" })
  })

  it("sends the window on to the room, with the name, and ends well", async ({ stage }) => {
    const { port } = await serve(stage)
    const form = await openForm(stage)
    await openWindow(form)
    expect(await submit(form, { host: "127.0.0.1", port, name: "Ada & Bob #1" })).toEqual({ _tag: "Found", location: `http://127.0.0.1:${port}/#name=Ada+%26+Bob+%231` })
    expect(await form.program.ended()).toMatchObject({ code: 0 })
    expect(form.program.stderr.text).toBe("")
  })

  it("understands an address with a port, and the link that serve prints; what is empty takes its default", async ({ stage }) => {
    const { port } = await serve(stage)
    for (const host of [`127.0.0.1:${port}`, ` http://127.0.0.1:${port}/#name=x `, `brusio://127.0.0.1:${port}`, `localhost:${port}`]) {
      const form = await openForm(stage)
      const { location } = await submit(form, { host, port: 25565, name: "Ada" })
      expect(location).toBe(`http://${host.includes("localhost") ? "localhost" : "127.0.0.1"}:${port}/#name=Ada`)
    }
    const form = await openForm(stage)
    expect((await submit(form, { host: "", port, name: "Ada" })).location).toBe(`http://127.0.0.1:${port}/#name=Ada`)
  })

  it("says in plain words what is wrong, with which answer, and goes on", async ({ stage }) => {
    const form = await openForm(stage)
    const { close } = await openWindow(form)
    const closed = await listening(stage, (socket) => { socket.destroy() })
    const told = async (answers: Partial<Answers>) => {
      const { field, words } = await submit(form, { host: "127.0.0.1", port: closed, name: "Ada", ...answers })
      return [field, words]
    }
    const nobody = await serve(stage)
    nobody.program.kill("SIGTERM")
    await nobody.program.ended()
    expect(await told({ port: nobody.port })).toEqual(["host", `Nobody answers at 127.0.0.1, port ${nobody.port}. Is the room open? Change what is wrong and try again.`])
    expect(await told({ host: "no-such-host.invalid" })).toEqual(["host", "There is no address no-such-host.invalid, or it is not known here. Is it spelt right?"])
    for (const host of ["a b", "http://", "me@127.0.0.1", "x/y", "fe80::1%eth0", "127.0.0.1\\evil", "999.1.1.1"]) {
      expect(await told({ host })).toEqual(["host", "An address is a name such as chat.example.org, or numbers such as 192.0.2.7."])
    }
    for (const port of ["0", "65536", "1e3", "http", "-1"]) expect(await told({ port })).toEqual(["port", "A port is a whole number from 1 to 65535."])
    expect(await told({ host: "127.0.0.1:70000" })).toEqual(["port", "A port is a whole number from 1 to 65535."])
    expect(await told({ name: "  " })).toEqual(["name", "A name is missing: any will do."])
    expect(await told({ port: 6667 })).toEqual(["port", `Browsers open no page on port 6667: the room needs another port. Or join it in a terminal: node ${cli} join --host 127.0.0.1 --port 6667`])
    const others = [
      closed,
      await listening(stage, (socket) => { socket.end("220 mail.example.org ESMTP\r\n") }),
      await listening(stage, answering("200 OK\r\nContent-Type: text/html", "<title>Another page</title>")),
      await listening(stage, answering("302 Found\r\nLocation: http://127.0.0.1:1/", ""))
    ]
    for (const port of others) {
      expect(await told({ port })).toEqual(["port", `What answers at 127.0.0.1, port ${port}, is another program and not a brusio room. Is the port right?`])
    }
    const old = await listening(stage, answering("400 Bad Request\r\nContent-Type: text/plain", "This is a chat room for brusio, nc and telnet.\n"))
    expect(await told({ port: old })).toEqual(["host", `The room at 127.0.0.1, port ${old}, has no page for browsers: its brusio is older than this one. Join it in a terminal: node ${cli} join --host 127.0.0.1 --port ${old}`])
    const silent = await listening(stage, () => undefined)
    expect(await told({ port: silent })).toEqual(["host", `There is no answer from 127.0.0.1, port ${silent}. Is the address right, and is the room open there?`])
    // It still serves.
    const { port } = await serve(stage)
    expect((await submit(form, { host: "127.0.0.1", port, name: "Ada" })).location).toBe(`http://127.0.0.1:${port}/#name=Ada`)
    close()
    expect(await form.program.ended()).toMatchObject({ code: 0 })
  })

  it("says that a room is full, and goes on to it once it is not", async ({ stage }) => {
    const form = await openForm(stage)
    const { port } = await serve(stage, { args: ["--max-clients", "1"] })
    const ada = await lineClient(stage, port, "Ada")
    const answers = { host: "127.0.0.1", port, name: "Bob" }
    expect(await submit(form, answers)).toMatchObject({ field: "host", words: `The room at 127.0.0.1, port ${port}, answers: The room is full (1 at most): try again later.` })
    await ada.write("{quit}\n")
    await ada.closed
    await expect.poll(async () => (await submit(form, answers)).location, { timeout: 15_000 }).toBe(`http://127.0.0.1:${port}/#name=Bob`)
  })

  it("ends well when its window is closed, but not when that was a reload", async ({ stage }) => {
    const form = await openForm(stage)
    const first = await openWindow(form)
    first.close()
    const second = await openWindow(form)
    // Longer than the grace: had the program not noticed that a window is open again, it would have ended.
    await delay(6000)
    expect(form.program.child.exitCode).toBeNull()
    const third = await openWindow(form)
    second.close()
    third.close()
    const closed = performance.now()
    const { at, code } = await form.program.ended()
    expect(code).toBe(0)
    // The grace for a reload, less what a busy machine takes to notice.
    expect(at - closed).toBeGreaterThan(4000)
  })

  it("ends on a signal, and exits with 0 as for every other way that was asked", async ({ stage }) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      const form = await openForm(stage)
      await openWindow(form).then(({ given }) => given)
      form.program.kill(signal)
      expect(await form.program.ended()).toMatchObject({ code: 0, signal: null })
    }
  })

  it("opens itself in the browser that BRUSIO_BROWSER names, or says that there is none", async ({ stage }) => {
    const folder = mkdtempSync(join(tmpdir(), "brusio-"))
    stage.onEnd(() => { rmSync(folder, { recursive: true, force: true }) })
    const browser = join(folder, "browser")
    writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/part'; mv '${folder}/part' '${folder}/asked'; exec curl -s "$1" -o /dev/null\n`)
    chmodSync(browser, 0o755)
    const form = await openForm(stage, [], { BRUSIO_BROWSER: browser })
    await expect.poll(() => {
      try {
        return readFileSync(join(folder, "asked"), "utf8")
      } catch {
        return ""
      }
    }, { timeout: 10_000 }).toBe(`http://127.0.0.1:${form.port}/#${form.token}\n`)
    for (const env of [{ BRUSIO_BROWSER: join(folder, "missing") }, { PATH: process.env["PATH"] ?? "", DISPLAY: "" }]) {
      const { program } = await openForm(stage, [], env)
      await program.stderr.line("No browser could be opened: open this link in one.")
    }
  })

  it("takes no options that are for a terminal", async ({ stage }) => {
    for (const option of ["--plain", "--json", "--text", "--no-input", "--strict-name", "--no-bell", "--no-color"]) {
      expect(await run(stage, ["join", "--window", option])).toMatchObject({ code: 1, stderr: `Leave ${option} out with --window: it is for a terminal or a pipe.\n` })
    }
    for (const options of [["--password"], ["--password-file", "x"]]) {
      expect(await run(stage, ["join", "--window", ...options])).toMatchObject({ code: 1, stderr: `Leave ${options[0] ?? ""} out with --window: the page asks for a password where the room has one.\n` })
    }
  })
})

describe.concurrent("The form is out of reach", () => {
  it("of pages of other sites, of rebound names, and of whoever does not know its token", async ({ stage }) => {
    const { port: room } = await serve(stage)
    const form = await openForm(stage)
    const find: Asked = { method: "POST", path: "/find", headers: own(form), body: JSON.stringify({ host: "127.0.0.1", port: String(room), name: "Ada" }) }
    const without = (name: string) => Object.fromEntries(Object.entries(own(form)).filter(([key]) => key !== name))
    const refusals: ReadonlyArray<readonly [Asked, number]> = [
      [{ ...find, headers: { ...own(form), origin: "http://evil.example" } }, 403],
      [{ ...find, headers: { ...own(form), origin: "null" } }, 403],
      [{ ...find, headers: { ...own(form), origin: `http://127.0.0.1:${room}` } }, 403],
      [{ ...find, headers: without("origin") }, 403],
      [{ ...find, headers: without("x-brusio-form") }, 403],
      [{ ...find, headers: { ...own(form), "x-brusio-form": `${form.token.slice(0, -1)}!` } }, 403],
      [{ ...find, headers: { ...own(form), host: "evil.example", origin: "http://evil.example" } }, 421],
      [{ ...find, headers: { ...own(form), host: `localhost:${form.port}`, origin: `http://localhost:${form.port}` } }, 421],
      [{ ...find, headers: { ...own(form), host: "127.0.0.1", origin: "http://127.0.0.1" } }, 421],
      [{ ...find, body: "{}" }, 400],
      [{ ...find, body: "x".repeat(100_000) }, 400],
      [{ ...find, method: "PUT" }, 405],
      [{ path: "/find", headers: own(form) }, 405],
      [{ path: "/window" }, 403],
      [{ path: "/window", headers: { "x-brusio-form": "" } }, 403],
      [{ path: "/", headers: { host: `rebound.example:${form.port}` } }, 421],
      [{ path: "/", headers: { origin: "http://evil.example" } }, 403],
      [{ path: "/../package.json" }, 404],
      [{ path: "//evil.example/" }, 404],
      [{ path: "http://evil.example/" }, 400],
      [{ path: "/", method: "POST" }, 405]
    ]
    for (const [asked, status] of refusals) {
      const answer = await ask(form.port, asked)
      expect({ ...asked, status: answer.status }).toEqual({ ...asked, status })
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined()
    }
    const { headers } = await ask(form.port)
    expect(headers).toMatchObject({ "x-frame-options": "DENY", "cross-origin-opener-policy": "same-origin", "referrer-policy": "no-referrer" })
    expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*frame-ancestors 'none'/u)
    // Nothing of all that has ended it.
    expect((await submit(form, { host: "127.0.0.1", port: room, name: "Ada" })).location).toBe(`http://127.0.0.1:${room}/#name=Ada`)
  })
})
