import { describe, expect } from "vitest"
import * as Effect from "effect/Effect"
import { isLoopback, linkForOthers, linksTo, qrRows, reachable } from "../../src/cli/serve/links.ts"
import { modulesOf } from "../support/qr.ts"
import { cli, serve } from "./support/program.ts"
import { nativeClient } from "./support/raw.ts"
import { it } from "./support/stage.ts"
import { runtime, windowOf } from "./support/window.ts"
import { hasTmux, openTerminal, type Terminal } from "./support/tmux.ts"

const all = (port: number) => linksTo("http", reachable({ host: "0.0.0.0", ip: "0.0.0.0", port }), port)

if (linkForOthers(all(1)) === undefined) console.warn("The tests of the QR code are skipped: this machine has no address but the loopback's.")

const listening = (terminal: Terminal): Promise<number> =>
  terminal.until("Listening", (screen) => {
    const port = /Listening on [^ ]*:(\d+)$/mu.exec(screen)?.[1]
    return port === undefined ? undefined : Number(port)
  })

describe.concurrent("The links to a room", () => {
  it("are printed for each interface, those of others first; in a pipe no QR code is", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--host", "0.0.0.0"] })
    await nativeClient(stage, port, "ada")
    await program.line(/ada joined/u)
    const printed = program.stdout.texts.flatMap((text) => /In a browser: (.+)$/u.exec(text)?.[1] ?? [])
    expect(printed).toEqual(all(port))
    expect(isLoopback(new URL(printed.at(-1) ?? "").hostname)).toBe(true)
    expect(program.stdout.text).not.toMatch(/▀|scan/u)
  })
})

describe.runIf(hasTmux && linkForOthers(all(1)) !== undefined).concurrent("The QR code", () => {
  it("of the first link is in the terminal, below the opening lines, and stays when much happens", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`clear; node ${cli} serve --host 0.0.0.0 --port 0`)
    const port = await listening(terminal)
    await terminal.shows(/ · 0 here · /u)
    const link = linkForOthers(all(port)) ?? ""
    const rows = await Effect.runPromise(qrRows(link))
    const ada = await nativeClient(stage, port, "ada")
    for (let n = 1; n <= 60; n++) await ada.send({ _tag: "Say", text: `message ${n}` })
    await terminal.shows(/ada: message 60$/mu)
    const screen = await terminal.screen("-e")
    expect(modulesOf(screen).slice(0, rows.length)).toEqual(rows)
    expect((await terminal.screen()).split("\n").findIndex((row) => row.includes("▀"))).toBe(
      (await terminal.screen()).split("\n").findIndex((row) => row.endsWith(`On a phone, scan this, which is ${link}`)) + 1
    )
  })

  it("is not spoken of in the operator's window, which draws its own", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`clear; BRUSIO_BROWSER=none XDG_RUNTIME_DIR=${runtime(stage)} node ${cli} serve --window --host 0.0.0.0 --port 0`)
    const { code, port } = await terminal.until("The link to the window", (screen) => {
      const [, at, code] = /:(\d+)\/operator#([\w-]{22})/u.exec(screen) ?? []
      return code === undefined ? undefined : { code, port: Number(at) }
    })
    const window = await windowOf(stage, { port, code })
    await Effect.runPromise(window.line(/^The operator's window is open/u))
    expect(window.opened.qr).toBeDefined()
    expect(window.all.filter((message) => message._tag === "Line" && message.message.includes("scan"))).toEqual([])
  })

  it("is there where nothing is read, too", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`clear; node ${cli} serve --host 0.0.0.0 --port 0 --no-input`)
    const port = await listening(terminal)
    const rows = await Effect.runPromise(qrRows(linkForOthers(all(port)) ?? ""))
    await terminal.shows(/scan this/u)
    await terminal.until("the QR code", async () => (modulesOf(await terminal.screen("-e")).length >= rows.length ? true : undefined))
    expect(modulesOf(await terminal.screen("-e")).slice(0, rows.length)).toEqual(rows)
  })

  for (const { args, env = {}, size = {}, what } of [
    { what: "on the loopback", args: "" },
    { what: "without colours", args: "--host 0.0.0.0", env: { NO_COLOR: "1" } },
    { what: "in a terminal that is too narrow for it", args: "--host 0.0.0.0", size: { columns: 30 } },
    { what: "where programs read", args: "--host 0.0.0.0 --log-format json" }
  ]) {
    it(`is not there ${what}`, async ({ stage }) => {
      const terminal = await openTerminal(stage, undefined, env, size)
      await terminal.enter(`clear; node ${cli} serve --port 0 ${args}`)
      // The first event comes after all that is printed at the start.
      const port = await terminal.until("the port", (screen) => /(?:"port":|Listening on\s+\S*:)(\d+)/mu.exec(screen)?.[1])
      await nativeClient(stage, Number(port), "ada")
      const screen = await terminal.shows(/ada\s+joined/u)
      expect(screen).toMatch(/http:/u)
      expect(screen).not.toMatch(/▀|scan/u)
    })
  }
})
