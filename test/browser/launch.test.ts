import { spawn, spawnSync } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join as path } from "node:path"
import { type Browser, chromium, type Page } from "playwright-core"
import { describe, expect, vi } from "vitest"
import { environment, join, node, Program, root, serve } from "../e2e/support/program.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { enter, executablePath } from "./support/browser.ts"

// The launchers of Linux as a desktop starts them: on a display, without a terminal, with a real browser.

const hasDisplay = spawnSync("Xvfb", ["-help"]).error === undefined

if (!hasDisplay) {
  const words = "The tests of the launchers on a display are skipped: Xvfb is not installed."
  if (process.env["CI"] !== undefined) throw new Error(words)
  console.warn(words)
}

/** A display that nobody sees. Returns its name. */
const display = (stage: Stage): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1200x900x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] })
    stage.onEnd(() => {
      child.kill("SIGKILL")
    })
    child.once("error", reject)
    let number = ""
    child.stdio[3]?.on("data", (bytes: Buffer) => {
      number += bytes.toString()
      if (number.endsWith("\n")) resolve(`:${number.trim()}`)
    })
  })

/** A copy of the project as it is after a download (with what is installed, not built), or after the first start. */
const project = (stage: Stage, { built }: { readonly built: boolean }): string => {
  const folder = path(realpathSync(mkdtempSync(path(tmpdir(), "brusio-"))), "Räume am See")
  stage.onEnd(() => {
    rmSync(path(folder, ".."), { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  })
  for (const name of ["launch", "package.json", "src/web/brusio.css", ...(built ? ["dist"] : [])]) {
    cpSync(path(root, name), path(folder, name), { recursive: true })
  }
  mkdirSync(path(folder, "bin"))
  return folder
}

const script = (folder: string, name: string, lines: string): void => {
  const file = path(folder, "bin", name)
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
}

/** Installs Chromium as the browser of a desktop, and returns how to look into its window: the window of `--app` is the only one. */
const installBrowser = (stage: Stage, folder: string) => {
  const profile = path(folder, "profile")
  script(folder, "google-chrome", `exec '${executablePath ?? ""}' --no-sandbox --no-first-run --disable-gpu --user-data-dir='${profile}' --remote-debugging-port=0 "$@"`)
  let browser: Browser | undefined
  stage.onEnd(async () => {
    // Over this protocol the browser itself is closed by a command, not by closing the connection to it.
    // It has ended already where its last window was closed.
    await browser?.newBrowserCDPSession().then((session) => session.send("Browser.close")).catch(() => undefined)
    await browser?.close()
  })
  return async (): Promise<Page> => {
    const port = await vi.waitFor(() => {
      const [first = ""] = readFileSync(path(profile, "DevToolsActivePort"), "utf8").split("\n")
      expect(first).toMatch(/^\d+$/u)
      return first
    }, { timeout: 40_000, interval: 100 })
    // To attach to a window while its first page is loaded can hang, before the browser answers anything: then it is done again.
    browser ??= await vi.waitFor(() => chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 10_000 }), { timeout: 60_000, interval: 100 })
    const [context] = browser.contexts()
    return vi.waitFor(() => {
      const page = context?.pages().find((each) => each.url().startsWith("http://127.0.0.1:"))
      if (page === undefined) throw new Error("The browser shows no page of ours")
      return page
    }, { timeout: 40_000, interval: 100 })
  }
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
}

/** Opens a `.desktop` file, as a desktop does: its `Exec` without a terminal, from any folder. */
const openDesktopFile = async (stage: Stage, folder: string, name: string, { env = {} }: Options = {}): Promise<Program> => {
  const file = path(folder, `launch/brusio-${name}.desktop`)
  const exec = /^Exec=(.*)$/mu.exec(readFileSync(file, "utf8"))?.[1] ?? ""
  if (spawnSync("which", ["node"]).status !== 0) symlinkSync(node, path(folder, "bin/node"))
  const child = spawn("sh", ["-c", `exec ${exec}`.replaceAll("\\\\", "\\").replace("%k", `'${file}'`)], {
    cwd: "/",
    env: environment({ PATH: `${path(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`, HOME: folder, DISPLAY: await display(stage), ...env }),
    stdio: ["ignore", "pipe", "pipe"]
  })
  const program = new Program(child)
  stage.onEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM")
    await program.ended(20_000)
  })
  return program
}

const isForm = (page: Page): Promise<void> => expect.poll(() => page.locator("#name").inputValue(), { timeout: 30_000 }).toMatch(/^User\d{4}$/u)

/** A port that another program has. */
const takenPort = (stage: Stage): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    stage.onEnd(() => {
      server.close()
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(address !== null && typeof address === "object" ? address.port : 0)
    })
  })

describe.runIf(executablePath !== undefined && hasDisplay)("A double click on Linux", () => {
  it("on join opens a window with the form, which goes on to the room; nothing is left of the launcher then", async ({ stage }) => {
    const { port, program: server } = await serve(stage)
    const folder = project(stage, { built: true })
    const window = installBrowser(stage, folder)
    const launcher = await openDesktopFile(stage, folder, "join")
    const page = await window()
    await isForm(page)
    await page.fill("#port", String(port))
    await page.click("button.primary")
    await page.waitForURL(`http://127.0.0.1:${port}/**`)
    await enter(page, "Ada")
    expect(await launcher.ended(20_000)).toMatchObject({ code: 0 })
    await server.line(/Ada joined/u)
    await page.close()
    // A page that is closed may come back, as one that is loaded again does.
    await server.line(/Ada was lost, and may come back/u)
  })

  it("on serve opens the operator's window, whose closing closes the room; a second one brings it back", async ({ stage }) => {
    const folder = project(stage, { built: true })
    const window = installBrowser(stage, folder)
    const room = createServer()
    const port = await new Promise<number>((resolve) => room.listen(0, "127.0.0.1", () => {
      const address = room.address()
      room.close(() => { resolve(address !== null && typeof address === "object" ? address.port : 0) })
    }))
    const env = { BRUSIO_PORT: String(port), XDG_RUNTIME_DIR: folder }
    const launcher = await openDesktopFile(stage, folder, "serve", { env })
    const page = await window()
    await page.locator(".state", { hasText: `open at 127.0.0.1:${port}` }).waitFor()
    const ada = await join(stage, port, "Ada")
    await page.locator(".entry", { hasText: "Ada joined" }).waitFor()
    expect(await (await openDesktopFile(stage, folder, "serve", { env })).ended(20_000)).toMatchObject({ code: 0 })
    await expect.poll(() => page.context().pages().length).toBe(2)
    for (const each of page.context().pages()) await each.close()
    await ada.line(/its operator closed the window/u, 20_000)
    expect(await launcher.ended(20_000)).toMatchObject({ code: 0 })
  })

  it("for the first time shows how it installs, and goes on to the program's window", async ({ stage }) => {
    const folder = project(stage, { built: false })
    script(folder, "npm", `echo 'added 160 packages'; while [ ! -e go ]; do sleep 0.1; done; cp -r '${root}/dist' dist`)
    const window = installBrowser(stage, folder)
    const launcher = await openDesktopFile(stage, folder, "join")
    const page = await window()
    await page.getByText("The first start installs and builds brusio (npm ci), which may take some minutes.").waitFor()
    await page.getByText("added 160 packages").waitFor()
    writeFileSync(path(folder, "go"), "")
    await isForm(page)
    await page.close()
    expect(await launcher.ended(20_000)).toMatchObject({ code: 0 })
  })

  it("says when the installation fails, until its window is closed", async ({ stage }) => {
    const folder = project(stage, { built: false })
    script(folder, "npm", "echo 'npm error network' >&2; exit 1")
    const window = installBrowser(stage, folder)
    const launcher = await openDesktopFile(stage, folder, "serve")
    const page = await window()
    await page.locator("[role=alert]", { hasText: "The installation (npm ci) has failed." }).waitFor()
    await page.getByText("npm error network").waitFor()
    await page.close()
    expect(await launcher.ended(20_000)).toMatchObject({ code: 1 })
  })

  it("on serve says when another program has the port", async ({ stage }) => {
    const port = await takenPort(stage)
    const folder = project(stage, { built: true })
    const window = installBrowser(stage, folder)
    const launcher = await openDesktopFile(stage, folder, "serve", { env: { BRUSIO_PORT: String(port) } })
    const page = await window()
    await page.locator("[role=alert]", { hasText: "brusio has ended with an error." }).waitFor()
    await page.getByText(`Cannot listen on 127.0.0.1, port ${port}: the port is in use.`).waitFor()
    await page.close()
    expect(await launcher.ended(20_000)).toMatchObject({ code: 1 })
  })
})
