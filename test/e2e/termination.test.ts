import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect } from "vitest"
import type { LeaveCode } from "../../src/domain/LeaveCode.ts"
import { grace } from "../../src/server/operator/Windows.ts"
import { enter, fakeServer } from "./support/fake.ts"
import { cli, environment, join, node, Program, root, type Served, serve, start, type StartOptions } from "./support/program.ts"
import { joinArgs } from "./support/encrypted.ts"
import { chunkClient, connect, lineClient, type Native, listen, nativeClient, type Raw, stalledClient } from "./support/raw.ts"
import { inTurn, it, Stage } from "./support/stage.ts"
import { linkOf, quietly, runtime, windowOf } from "./support/window.ts"
import { webClient, type Web } from "./support/web.ts"
import { gone, hasTmux, openTerminal, type Terminal } from "./support/tmux.ts"

// How every way out ends, for both sides. Times are in ms.

/** Others are told so soon that they call it at once. */
const atOnce = 900
/** For how long our client tries to come back in a pipe, ms. */
const triesFor = 3000
/** A server may take this long to say goodbye to all, also to those who do not read. */
const goodbyeWithin = 3000

interface Way {
  /** As it stands in the test's name. */
  readonly way: string
  readonly end: (program: Program) => void
  readonly fault?: StartOptions["fault"]
  readonly exit: number
}

const types = (line: string) => (program: Program) => {
  program.type(`${line}\n`)
}
const gets = (signal: NodeJS.Signals) => (program: Program) => {
  program.kill(signal)
}
const fails = (program: Program) => {
  program.fault()
}
const endsInput = (program: Program) => {
  program.endInput()
}

/** The server's ways out: everybody is told `The server is closing: REASON.`, then FIN. */
const serverWays: ReadonlyArray<Way & { readonly reason: string }> = [
  { way: "the quit command", end: types("/quit"), reason: "stopped from its console", exit: 0 },
  { way: "the word that leaves", end: types("{quit}"), reason: "stopped from its console", exit: 0 },
  { way: "the quit command with a reason", end: types("/quit moving to  room 7"), reason: "moving to  room 7", exit: 0 },
  { way: "Ctrl-C (SIGINT)", end: gets("SIGINT"), reason: "stopped by its operator", exit: 0 },
  { way: "SIGTERM", end: gets("SIGTERM"), reason: "terminated", exit: 0 },
  { way: "a closed window (SIGHUP)", end: gets("SIGHUP"), reason: "the window was closed", exit: 0 },
  { way: "Ctrl-\\ (SIGQUIT)", end: gets("SIGQUIT"), reason: "stopped by its operator", exit: 0 },
  { way: "an uncaught exception", end: fails, fault: "exception", reason: "internal error", exit: 1 },
  { way: "an unhandled rejection", end: fails, fault: "rejection", reason: "internal error", exit: 1 }
]

interface Departure {
  readonly code: LeaveCode
  /** What a native client is told. */
  readonly reason?: string
  /** What a plain client is told after the name. */
  readonly words: string
}

/** A client's ways out: everybody else is told why. */
const clientWays: ReadonlyArray<Way & Departure> = [
  { way: "the quit command", end: types("{quit}"), code: "quit", words: " has left the chat.", exit: 0 },
  { way: "/quit with a reason", end: types("/quit to lunch"), code: "quit", reason: "to lunch", words: " has left the chat. (to lunch)", exit: 0 },
  { way: "Ctrl-C (SIGINT)", end: gets("SIGINT"), code: "quit", words: " has left the chat.", exit: 0 },
  { way: "SIGTERM", end: gets("SIGTERM"), code: "quit", reason: "terminated", words: " has left the chat. (terminated)", exit: 0 },
  { way: "a closed window (SIGHUP)", end: gets("SIGHUP"), code: "quit", reason: "the window was closed", words: " has left the chat. (the window was closed)", exit: 0 },
  { way: "the end of its input", end: endsInput, code: "quit", words: " has left the chat.", exit: 0 },
  { way: "an uncaught exception", end: fails, fault: "exception", code: "quit", reason: "internal error", words: " has left the chat. (internal error)", exit: 1 },
  { way: "an unhandled rejection", end: fails, fault: "rejection", code: "quit", reason: "internal error", words: " has left the chat. (internal error)", exit: 1 }
]

/** A tab's ways out, as the page sends them: what a browser does for each, the tests in a real one show. */
const tabWays: ReadonlyArray<Departure & { readonly way: string; readonly end: (tab: Web) => unknown; readonly closeCode?: number }> = [
  { way: "{quit} or the leave button", end: (tab) => tab.send({ _tag: "Quit" }), code: "quit", words: " has left the chat.", closeCode: 1000 },
  { way: "/quit with a reason", end: (tab) => tab.send({ _tag: "Quit", reason: "to lunch" }), code: "quit", reason: "to lunch", words: " has left the chat. (to lunch)", closeCode: 1000 },
  { way: "a tab closed, or another page opened in it", end: (tab) => tab.close(1001), code: "closed", reason: "connection closed", words: " has left the chat. (connection closed)", closeCode: 1000 },
  { way: "the browser ended without a word", end: (tab) => tab.socket.end(), code: "closed", reason: "connection closed", words: " has left the chat. (connection closed)" },
  { way: "a reset connection", end: (tab) => tab.socket.resetAndDestroy(), code: "lost", reason: "connection lost", words: " has left the chat. (connection lost)" }
]

/** One of each kind, all in the room of this server but for the silent one, who has no name. */
const everyKind = async (stage: Stage, options: Parameters<typeof serve>[1] = {}, args: ReadonlyArray<string> = []) => {
  const { port, program } = await serve(stage, options)
  const { stalled, witness } = await stalledClient(stage, port)
  const silently = async () => {
    const silent = (await connect(stage, port)).read()
    await silent.heard.line(/Welcome to brusio/u)
    return silent
  }
  const [ours, line, chunk, silent] = await Promise.all([
    join(stage, port, "ours", { args }),
    lineClient(stage, port, "liner"),
    chunkClient(stage, port, "chunker"),
    silently()
  ])
  // The last: where a browser was, those who are silent are greeted much later.
  const web = await webClient(stage, port, "tab")
  return { port, program, stalled, native: witness, ours, web, line, chunk, silent }
}

// They wait for their turn.
describe.concurrent("However the server ends, everybody is told why", { timeout: 60_000 }, () => {
  for (const { end, exit, fault, reason, way } of serverWays) {
    it(`${way}: all are told "The server is closing: ${reason}." at once, then FIN; it exits with ${exit} in time, though one never reads`, async ({ stage }) => {
      const { chunk, line, native, ours, program, silent, web } = await inTurn(() => everyKind(stage, { fault }))

      const from = performance.now()
      end(program)

      const words = `The server is closing: ${reason}.`
      for (const raw of [line, chunk, silent]) {
        expect((await raw.heard.line(words)).at - from).toBeLessThan(atOnce)
        expect((await raw.closed).by).toBe("FIN")
        expect(raw.heard.texts.at(-1)).toBe(words)
        expect(raw.heard.text.endsWith("\n")).toBe(true)
      }
      const goodbye = await native.event("Goodbye")
      expect(goodbye.heardAt - from).toBeLessThan(atOnce)
      expect(goodbye).toMatchObject({ code: "closing", reason })
      expect((await native.closed).by).toBe("FIN")
      expect(native.last?._tag).toBe("Goodbye")

      const last = await web.event("Goodbye")
      expect(last.heardAt - from).toBeLessThan(atOnce)
      expect(last).toMatchObject({ code: "closing", reason })
      expect((await web.closed).by).toBe("FIN")
      expect(web.closeCode).toBe(1001)

      expect((await ours.line(words)).at - from).toBeLessThan(atOnce)
      expect(await ours.ended()).toMatchObject({ code: 0, signal: null })
      expect(ours.stdout.texts.at(-1)).toBe(words)
      expect(ours.stderr.text).toBe("")

      const ended = await program.ended()
      expect(ended).toMatchObject({ code: exit, signal: null })
      expect(ended.at - from).toBeLessThan(goodbyeWithin)
      expect(program.stdout.text).toContain(`closing: ${reason}`)
      if (fault !== undefined) expect(program.stdout.text).toContain("a fault from outside")
    })
  }

  const fromTheWindow = "its operator closed the window"
  it(`the operator's window closes: all are told "The server is closing: ${fromTheWindow}." after ${grace.Closed / 1000} s, then FIN; it exits with 0`, async ({ stage }) => {
    const { chunk, line, native, ours, program, silent } = await inTurn(() => everyKind(stage, { args: ["--window"], env: quietly(runtime(stage)) }))
    const window = await windowOf(stage, await linkOf(program))
    const from = performance.now()
    await Effect.runPromise(window.close)
    const warned = await program.line(new RegExp(`The operator's window was closed: the room closes in ${grace.Closed / 1000} s unless it is opened again$`, "u"))
    const words = `The server is closing: ${fromTheWindow}.`
    for (const raw of [line, chunk, silent]) {
      const { at } = await raw.heard.line(words)
      // A timer may be a little early.
      expect(at - from).toBeGreaterThan(grace.Closed - 50)
      expect(at - warned.at).toBeLessThan(grace.Closed + atOnce)
      expect((await raw.closed).by).toBe("FIN")
      expect(raw.heard.texts.at(-1)).toBe(words)
    }
    expect(await native.event("Goodbye")).toMatchObject({ code: "closing", reason: fromTheWindow })
    expect((await native.closed).by).toBe("FIN")
    await ours.line(words)
    expect(await ours.ended()).toMatchObject({ code: 0, signal: null })
    const ended = await program.ended()
    expect(ended).toMatchObject({ code: 0, signal: null })
    expect(ended.at - warned.at).toBeLessThan(grace.Closed + goodbyeWithin)
  })

  it("kill -9: nobody can be told, and our client says at once that the connection is lost and exits with 1", async ({ stage }) => {
    const { chunk, line, native, ours, port, program, silent } = await inTurn(() => everyKind(stage, {}, ["--reconnect", "off"]))
    const from = program.kill("SIGKILL")
    const lost = await ours.stderr.line(`Connection to 127.0.0.1:${port} lost.`)
    expect(lost.at - from).toBeLessThan(atOnce)
    expect(await ours.ended()).toMatchObject({ code: 1, signal: null })
    expect(ours.stderr.lines).toHaveLength(1)
    for (const raw of [line, chunk, silent, native]) {
      expect((await raw.closed).at - from).toBeLessThan(atOnce)
      expect(raw.heard.text).not.toContain("closing")
    }
    expect(await program.ended()).toMatchObject({ code: null, signal: "SIGKILL" })
  })

  it("a reset connection: our client says that the connection is lost and exits with 1", async ({ stage }) => {
    const { ours, port, server } = await enter(stage, ["--reconnect", "off"])
    const from = performance.now()
    server.socket.resetAndDestroy()
    expect((await ours.stderr.line(`Connection to 127.0.0.1:${port} lost.`)).at - from).toBeLessThan(atOnce)
    expect(await ours.ended()).toMatchObject({ code: 1, signal: null })
  })
})

describe.concurrent("A server that is gone without a goodbye", { timeout: 60_000 }, () => {
  for (const { args, within, words } of [
    { words: "for three seconds", args: [], within: triesFor },
    { words: "for as long as --reconnect says", args: ["--reconnect", "1"], within: 1000 }
  ]) {
    it(`is looked for by our client in a pipe ${words}; then it says that the connection is lost and exits with 1`, async ({ stage }) => {
      const { port, program } = await serve(stage)
      const ours = await join(stage, port, "ours", { args })
      const from = program.kill("SIGKILL")
      const ended = await ours.ended()
      expect(ended).toMatchObject({ code: 1, signal: null })
      expect(ours.stderr.texts).toEqual([`Connection to 127.0.0.1:${port} lost.`])
      // The last try is made when the time is over.
      expect(ended.at - from).toBeGreaterThanOrEqual(within)
      expect(ended.at - from).toBeLessThan(within + atOnce)
    })
  }

  it("is not waited for where it takes the connection, and answers nothing", async ({ stage }) => {
    const { ours, server } = await enter(stage)
    const from = performance.now()
    server.socket.resetAndDestroy()
    const ended = await ours.ended()
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.at - from).toBeLessThan(triesFor + atOnce)
  })
})

describe.concurrent("What does not end the server, or not sooner", { timeout: 60_000 }, () => {
  for (const { input, name } of [
    { name: "that is /dev/null", input: "ignore" },
    { name: "from a closed pipe", input: "pipe" }
  ] as const) {
    it(`an input ${name} has an end, and the room stays open`, async ({ stage }) => {
      const { port, program } = await serve(stage, { stdin: input })
      program.endInput()
      const ada = await nativeClient(stage, port, "ada")
      const bob = await lineClient(stage, port, "bob")
      await bob.write("still here\n")
      expect(await ada.event("Said")).toMatchObject({ text: "still here" })
      program.kill("SIGTERM")
      await bob.heard.line("The server is closing: terminated.")
      expect(await program.ended()).toMatchObject({ code: 0 })
    })
  }

  it("a second Ctrl-C does not cut the notice short: who reads again during the close is told as well", async ({ stage }) => {
    const { line, program, stalled } = await inTurn(() => everyKind(stage))
    const from = program.kill("SIGINT")
    await line.heard.line("The server is closing: stopped by its operator.")
    program.kill("SIGINT")
    program.kill("SIGINT")
    stalled.read()
    const goodbye = await stalled.event("Goodbye")
    expect(goodbye).toMatchObject({ code: "closing", reason: "stopped by its operator" })
    expect(goodbye.heardAt - from).toBeLessThan(goodbyeWithin)
    expect((await stalled.closed).by).toBe("FIN")
    expect(stalled.last?._tag).toBe("Goodbye")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("--ignore-hangup outlives a closed window and still stops on SIGTERM", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--ignore-hangup"] })
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    program.kill("SIGHUP")
    await ada.roundTrip()
    await bob.write("still here\n")
    await ada.event("Said", ({ text }) => text === "still here")
    program.kill("SIGTERM")
    await bob.heard.line("The server is closing: terminated.")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("--no-input does not read a /quit on standard input", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--no-input"] })
    program.type("/quit\n")
    program.endInput()
    const ada = await nativeClient(stage, port, "ada")
    await ada.roundTrip()
    program.kill("SIGTERM")
    expect(await ada.event("Goodbye")).toMatchObject({ reason: "terminated" })
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("hundreds who come in while it stops, and are not even accepted yet, are told as well", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const crowd = await Promise.all(Array.from({ length: 300 }, () => connect(stage, port)))
    program.kill("SIGTERM")
    const closed = await Promise.all(crowd.map((raw) => raw.read().closed))
    expect(new Set(closed.map(({ by }) => by))).toEqual(new Set(["FIN"]))
    // Who was there for a while, as a handshake of TLS takes with so many, was greeted before.
    expect(new Set(crowd.map(({ heard }) => heard.texts.at(-1)))).toEqual(new Set(["The server is closing: terminated."]))
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("with clients that all read, the server is gone at once", async ({ stage }) => {
    const { port, program } = await serve(stage)
    await Promise.all([nativeClient(stage, port, "ada"), lineClient(stage, port, "bob"), join(stage, port, "cleo")])
    const from = program.kill("SIGTERM")
    expect((await program.ended()).at - from).toBeLessThan(atOnce)
  })
})

describe.concurrent("However a client ends, the others are told why", { timeout: 60_000 }, () => {
  const shared = new Stage()
  let server: Served
  let native: Native
  let line: Raw
  beforeAll(async () => {
    server = await serve(shared)
    native = (await nativeClient(shared, server.port, "native")).answering()
    line = await lineClient(shared, server.port, "liner")
  })
  afterAll(() => shared.clear())

  const seen = async (name: string, { code, reason, words }: Departure, from: number) => {
    const left = await native.event("Left", ({ member }) => member.name === name)
    expect(left.heardAt - from).toBeLessThan(atOnce)
    expect(left.code).toBe(code)
    expect(left.reason).toBe(reason)
    const told = await line.heard.line(new RegExp(`^${name} has left`, "u"))
    expect(told.at - from).toBeLessThan(atOnce)
    expect(told.text).toBe(`${name}${words}`)
  }

  clientWays.forEach((row, index) => {
    it(`${row.way}: the others are told "NAME${row.words}" at once, and it exits with ${row.exit}`, async ({ stage }) => {
      const name = `leaver${index}`
      const ours = await join(stage, server.port, name, { fault: row.fault, args: index % 2 === 0 ? ["--json"] : [] })
      const from = performance.now()
      row.end(ours)
      await seen(name, row, from)
      const ended = await ours.ended()
      expect(ended).toMatchObject({ code: row.exit, signal: null })
      expect(ended.at - from).toBeLessThan(goodbyeWithin)
      if (row.fault === undefined) {
        expect(ours.stderr.text).toBe("")
      } else {
        expect(ours.stderr.texts).toEqual(["Internal error: Error: a fault from outside"])
      }
    })
  })

  tabWays.forEach((row, index) => {
    it(`in a browser, ${row.way}: the others are told "NAME${row.words}" at once`, async ({ stage }) => {
      const name = `tab${index}`
      const tab = await webClient(stage, server.port, name)
      await native.event("Joined", ({ member }) => member.name === name)
      const from = performance.now()
      await row.end(tab)
      await seen(name, row, from)
      if (row.closeCode === undefined) return
      expect((await tab.closed).by).toBe("FIN")
      expect(tab.closeCode).toBe(row.closeCode)
    })
  })

  for (const { args, told: [words, within] } of [
    { args: ["--reconnect", "off"], told: ["(connection closed)", atOnce] },
    { args: [], told: ["(connection closed, may come back)", 500 + atOnce] }
  ] as const) {
    it(`kill -9 of join ${args.join(" ")}: the others are told "${words}"`, async ({ stage }) => {
      // In a room of its own: with something still unread the system would reset the connection.
      const { port } = await serve(stage)
      const other = await lineClient(stage, port, "other")
      const ours = await join(stage, port, "killed", { args })
      const from = ours.kill("SIGKILL")
      const told = await other.heard.line(`killed has left the chat. ${words}`)
      expect(told.at - from).toBeLessThan(within)
      expect(await ours.ended()).toMatchObject({ code: null, signal: "SIGKILL" })
    })
  }

  const lost: Departure = { code: "lost", reason: "connection lost", words: " has left the chat. (connection lost)" }

  it("a reset connection: the others are told \"(connection lost)\" at once", async ({ stage }) => {
    const raw = await nativeClient(stage, server.port, "resetter")
    const from = performance.now()
    raw.socket.resetAndDestroy()
    await seen("resetter", lost, from)
  })

  it("a line that breaks in the middle: both sides notice, each for itself", async ({ stage }) => {
    const ends: Array<Net.Socket> = []
    const proxy = Net.createServer((near) => {
      const far = Net.connect({ host: "127.0.0.1", port: server.port })
      for (const end of [near, far]) {
        end.on("error", () => undefined)
        ends.push(end)
      }
      near.pipe(far).pipe(near)
    })
    const port = await listen(stage, proxy)
    const ours = await join(stage, port, "cut", { args: ["--reconnect", "off"] })
    const from = performance.now()
    for (const end of ends) end.resetAndDestroy()
    await seen("cut", lost, from)
    expect(await ours.ended()).toMatchObject({ code: 1, signal: null })
    expect(ours.stderr.texts).toEqual([`Connection to 127.0.0.1:${port} lost.`])
  })

  it("the reader of its output goes (| head): it leaves like one who quits", async ({ stage }) => {
    const ours = await join(stage, server.port, "piper")
    ours.child.stdout?.destroy()
    await line.write("is anybody reading?\n")
    await seen("piper", { code: "quit", words: " has left the chat." }, performance.now())
    expect(await ours.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("a client that never reads is cut off: the others are told \"(too slow)\"", async ({ stage }) => {
    const own = await serve(stage)
    const { witness } = await inTurn(() => stalledClient(stage, own.port))
    expect(await witness.event("Left", ({ member }) => member.name === "first")).toMatchObject({ code: "too-slow", reason: "too slow" })
    own.program.kill("SIGTERM")
    expect(await own.program.ended()).toMatchObject({ code: 0 })
  })

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`${signal} before it has joined: it exits with 0, as for every way out that was asked for`, async ({ stage }) => {
      const { client, port } = await fakeServer(stage)
      const ours = start(stage, ["join", "--port", String(port)])
      await client
      const from = ours.kill(signal)
      const ended = await ours.ended()
      expect(ended).toMatchObject({ code: 0, signal: null })
      expect(ended.at - from).toBeLessThan(goodbyeWithin)
      expect([ours.stdout.text, ours.stderr.text]).toEqual(["", ""])
    })
  }

  it("an uncaught exception before it has joined: one line says so, and it exits with 1", async ({ stage }) => {
    const { client, port } = await fakeServer(stage)
    const ours = start(stage, ["join", "--port", String(port)], { fault: "exception" })
    await client
    ours.fault()
    expect(await ours.ended()).toMatchObject({ code: 1, signal: null })
    expect(ours.stderr.texts).toEqual(["Internal error: Error: a fault from outside"])
    expect(ours.stdout.text).toBe("")
  })
})

const isLinux = process.platform === "linux"
/** Signals by which supervisors, timers, limits and power supplies end a process; some systems have fewer of them. */
const rare: ReadonlyArray<NodeJS.Signals> = ["SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXCPU", ...(isLinux ? ["SIGSTKFLT", "SIGPWR", "SIGIO"] as const : [])]

describe("By whatever signal a program is ended, it says goodbye first", () => {
  for (const signal of rare) {
    it(`${signal}: the server tells everybody, the client tells the room, and both exit with 0`, async ({ stage }) => {
      const { port, program } = await serve(stage)
      const witness = await lineClient(stage, port, "witness")
      const ours = await join(stage, port, "ours")
      ours.kill(signal)
      await witness.heard.line(`ours has left the chat. (terminated by ${signal})`)
      expect(await ours.ended()).toMatchObject({ code: 0, signal: null })
      program.kill(signal)
      await witness.heard.line(`The server is closing: terminated by ${signal}.`)
      expect((await witness.closed).by).toBe("FIN")
      expect(await program.ended()).toMatchObject({ code: 0, signal: null })
    })
  }

  it("SIGQUIT: the client tells the room, as for Ctrl-C", async ({ stage }) => {
    const { port } = await serve(stage)
    const witness = await lineClient(stage, port, "witness")
    const ours = await join(stage, port, "ours")
    ours.kill("SIGQUIT")
    await witness.heard.line("ours has left the chat.")
    expect(await ours.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("SIGUSR1 ends nothing, and opens no debugger", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const ours = await join(stage, port, "ours")
    for (const each of [program, ours]) each.kill("SIGUSR1")
    const witness = await lineClient(stage, port, "witness")
    ours.type("still here\n")
    await witness.heard.line("ours: still here")
    for (const each of [ours, program]) {
      each.kill("SIGTERM")
      expect(await each.ended()).toMatchObject({ code: 0, signal: null })
      expect(each.stderr.text).toBe("")
    }
  })

  it("SIGSEGV stays the system's: nothing of a crash is handled", async ({ stage }) => {
    const { program } = await serve(stage)
    program.kill("SIGSEGV")
    expect(await program.ended()).toMatchObject({ signal: "SIGSEGV" })
  })

  it("SIGPROF is V8's own while it profiles: the server goes on", async ({ stage }) => {
    const folder = mkdtempSync(Path.join(tmpdir(), "brusio-"))
    stage.onEnd(() => {
      rmSync(folder, { recursive: true, force: true })
    })
    const program = new Program(spawn(node, ["--cpu-prof", `--cpu-prof-dir=${folder}`, cli, "serve", "--port", "0"], { cwd: root, env: environment(), stdio: "pipe" }))
    stage.onEnd(() => {
      program.child.kill("SIGKILL")
    })
    const port = Number(await program.stdout.find("Listening", ({ text }) => /Listening on [^ ]*:(\d+)/u.exec(text)?.[1]))
    const witness = await lineClient(stage, port, "witness")
    await witness.write("/who\n")
    await witness.heard.line(/^Here: witness/u)
    program.kill("SIGTERM")
    await witness.heard.line("The server is closing: terminated.")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
    expect(readdirSync(folder)).toHaveLength(1)
  })
})

describe.runIf(hasTmux).concurrent("In a real terminal", () => {
  for (const { end, name, reason } of [
    { name: "Ctrl-C", end: (terminal: Terminal) => terminal.press("C-c"), reason: "stopped by its operator" },
    { name: "/quit", end: (terminal: Terminal) => terminal.enter("/quit"), reason: "stopped from its console" }
  ]) {
    it(`${name} ends the server: all are told why, and it exits with 0`, async ({ stage }) => {
      const terminal = await openTerminal(stage)
      await terminal.enter(`node ${cli} serve --port 0; echo rc=$?`)
      const port = await terminal.port()
      const line = await lineClient(stage, port, "liner")
      const from = performance.now()
      await end(terminal)
      expect((await line.heard.line(`The server is closing: ${reason}.`)).at - from).toBeLessThan(atOnce)
      expect((await line.closed).by).toBe("FIN")
      await terminal.shows(/rc=0$/mu)
    })
  }

  it("a closed window ends the server: all are told why, and it is gone at once", async ({ stage }) => {
    const terminal = await openTerminal(stage, `node ${cli} serve --port 0`)
    const line = await lineClient(stage, await terminal.port(), "liner")
    const pid = await terminal.pid()
    const from = performance.now()
    await terminal.close()
    expect((await line.heard.line("The server is closing: the window was closed.")).at - from).toBeLessThan(atOnce)
    expect((await line.closed).by).toBe("FIN")
    expect((await gone(pid)) - from).toBeLessThan(goodbyeWithin)
  })

  it("Ctrl-C ends the client: the others are told, and it exits with 0", async ({ stage }) => {
    const { port } = await serve(stage)
    const line = await lineClient(stage, port, "liner")
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join ${joinArgs(port).join(" ")} --name typist --no-input; echo rc=$?`)
    await line.heard.line("typist has joined the chat!")
    await terminal.shows(/Welcome typist!/u)
    const from = performance.now()
    await terminal.press("C-c")
    expect((await line.heard.line("typist has left the chat.")).at - from).toBeLessThan(atOnce)
    expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/^rc=0$/mu)
  })

  for (const { args, what } of [
    { what: "the client", args: "" },
    { what: "the client that goes line by line", args: " --plain" }
  ]) {
    it(`a closed window ends ${what}: the others are told, and it is gone at once`, async ({ stage }) => {
      const { port } = await serve(stage)
      const line = await lineClient(stage, port, "liner")
      const terminal = await openTerminal(stage, `node ${cli} join ${joinArgs(port).join(" ")} --name typist --no-input${args}`)
      await line.heard.line("typist has joined the chat!")
      const pid = await terminal.pid()
      const from = performance.now()
      await terminal.close()
      expect((await line.heard.line("typist has left the chat. (the window was closed)", 5000)).at - from).toBeLessThan(atOnce)
      expect((await gone(pid)) - from).toBeLessThan(goodbyeWithin)
    })
  }
})

describe("While ten send what costs most, as fast as they may", () => {
  // Each of these names is eighteen times as long where it is compared, and may end at every colon.
  const dear = `/msg @${"\ufdfa".repeat(100)}${"\ufdfa: ".repeat(51)}x\n`

  it("a SIGTERM ends the server within three seconds, and everybody is told", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--rate-limit", "10"] })
    const ada = await nativeClient(stage, port, "ada")
    const attackers = await Promise.all(Array.from({ length: 10 }, (_, n) => lineClient(stage, port, `mallory${n}`)))
    await inTurn(async () => {
      for (const attacker of attackers) await attacker.write(dear.repeat(100))
      await attackers[0]?.heard.line(/^Nobody here has that name/u)
      for (const attacker of attackers) await attacker.write(dear.repeat(100))
      const from = program.kill("SIGTERM")
      expect(await ada.event("Goodbye")).toMatchObject({ code: "closing", reason: "terminated" })
      for (const attacker of attackers) await attacker.heard.line(/^The server is closing: terminated\. \d+ of your messages were not said\.$/u)
      const ended = await program.ended()
      expect(ended).toMatchObject({ code: 0, signal: null })
      expect(ended.at - from).toBeLessThan(goodbyeWithin)
    })
  })
})
