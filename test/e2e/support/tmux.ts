import { execFile, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { promisify } from "node:util"
import { environment, root } from "./program.ts"
import { until } from "../../support/waiting.ts"
import type { Stage } from "./stage.ts"
import { patience } from "./transcript.ts"

const exec = promisify(execFile)

/** Whether there is a real terminal to test in. */
export const hasTmux = spawnSync("tmux", ["-V"]).status === 0

if (!hasTmux) console.warn("The tests in a real terminal are skipped: tmux is not installed.")

/** How often the screen is looked at, ms. */
const glance = 40

/** For how long a frame counts as on its way, see docs/adr/0010: of one that is, a piece may stay behind when the size changes. With a margin, ms. */
const inFlight = 100

/** A real terminal with one window. */
export class Terminal {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Types text as it is, without Enter. */
  async type(text: string): Promise<void> {
    await this.tmux("send-keys", "-l", "--", text)
  }

  /** Presses keys, such as `Enter` or `C-c`. */
  async press(...keys: ReadonlyArray<string>): Promise<void> {
    await this.tmux("send-keys", "--", ...keys)
  }

  /** Types a line and presses Enter. */
  async enter(line: string): Promise<void> {
    await this.type(line)
    await this.press("Enter")
  }

  /** Pastes all of it at once; `bracketed` as terminals do it for programs that ask for it. */
  async paste(text: string, bracketed = false): Promise<void> {
    await this.tmux("set-buffer", "--", text)
    await this.tmux("paste-buffer", "-d", ...(bracketed ? ["-p"] : []))
  }

  /** Sends bytes, as the terminal does when something happens to it. */
  async send(bytes: string): Promise<void> {
    await this.tmux("send-keys", "-H", ...Array.from(Buffer.from(bytes), (byte) => byte.toString(16)))
  }

  /** Takes another size, once nothing that was written just before is on its way any more. */
  async resize(columns: number, rows: number): Promise<void> {
    await delay(inFlight)
    await this.tmux("resize-window", "-x", String(columns), "-y", String(rows))
  }

  /** Takes all these widths, one right after the other, as somebody who drags the window; once nothing is on its way any more. */
  async drag(widths: ReadonlyArray<number>, rows: number): Promise<void> {
    await delay(inFlight)
    await this.tmux(...widths.flatMap((columns) => ["resize-window", "-x", String(columns), "-y", String(rows), ";"]).slice(0, -1))
  }

  /** The rows that can be seen now, without blank ends. */
  async visible(): Promise<ReadonlyArray<string>> {
    return (await this.tmux("capture-pane", "-p")).replace(/\s+$/u, "").split("\n").map((row) => row.trimEnd())
  }

  /** What this terminal knows of itself, such as `cursor_x`. */
  async state(name: string): Promise<string> {
    return (await this.tmux("display-message", "-p", `#{${name}}`)).trim()
  }

  /** Begins to keep what programs write to it: the result reads that, escape sequences and all. */
  async record(): Promise<() => string> {
    const file = join(this.#directory, "output")
    await this.tmux("pipe-pane", "-o", `cat >> ${file}`)
    return () => (existsSync(file) ? readFileSync(file, "utf8") : "")
  }

  /** What stands on the screen and what has scrolled off it, without blank ends. `-e` keeps the colours. */
  async screen(...options: ReadonlyArray<string>): Promise<string> {
    return (await this.tmux("capture-pane", "-p", "-S", "-", ...options)).replace(/\s+$/u, "")
  }

  /** Waits until the screen shows this, and returns the screen. */
  shows(wanted: RegExp, within = patience): Promise<string> {
    return this.until(String(wanted), (screen) => (wanted.test(screen) ? screen : undefined), within)
  }

  /** Waits until `pick` makes something of the screen. `undefined` is: not yet. */
  async until<A>(what: string, pick: (screen: string) => A | undefined | Promise<A | undefined>, within = patience): Promise<A> {
    const until = performance.now() + within
    for (;;) {
      const screen = await this.screen()
      const picked = await pick(screen)
      if (picked !== undefined) return picked
      if (performance.now() > until) throw new Error(`${what} did not appear within ${within} ms. The screen:\n${screen}`)
      await delay(glance)
    }
  }

  /** The process that the window was opened with. */
  async pid(): Promise<number> {
    return Number(await this.state("pane_pid"))
  }

  /** The process that the shell in it has started; of several, the one with these words in its command line. */
  async child(words = ""): Promise<number> {
    const { stdout } = await exec("pgrep", ["-f", "-P", String(await this.pid()), words])
    return Number(stdout)
  }

  /** Waits until a server that was started in it says on which port it listens. */
  port(): Promise<number> {
    return this.until("Listening", (screen) => {
      const port = /Listening on 127\.0\.0\.1:(\d+)$/mu.exec(screen)?.[1]
      return port === undefined ? undefined : Number(port)
    })
  }

  /** What `stty` says of it as it is; `mark` is a word that does not stand on the screen yet. */
  async modes(mark: string): Promise<ReadonlyArray<string>> {
    await this.enter(`stty -a; echo ${mark}:`)
    const screen = await this.shows(new RegExp(`^${mark}:$`, "mu"))
    return screen.slice(screen.lastIndexOf("speed "), screen.lastIndexOf(`\n${mark}:`)).split("\n")
  }

  /** Closes the window. */
  async close(): Promise<void> {
    await this.tmux("kill-window")
  }

  async tmux(...args: ReadonlyArray<string>): Promise<string> {
    const { stdout } = await exec("tmux", ["-u", "-S", join(this.#directory, "tmux"), ...args])
    return stdout
  }
}

/** Opens a terminal of 100 columns or as many as are asked for: with a shell, or with `command` in its place. */
export const openTerminal = async (
  stage: Stage,
  command?: string,
  env: Readonly<Record<string, string>> = {},
  { columns = 100, rows = 40 }: { readonly columns?: number | undefined; readonly rows?: number | undefined } = {}
): Promise<Terminal> => {
  const directory = mkdtempSync(join(tmpdir(), "brusio-"))
  const socket = join(directory, "tmux")
  stage.onEnd(async () => {
    await exec("tmux", ["-S", socket, "kill-server"]).catch(() => undefined)
    rmSync(directory, { recursive: true, force: true })
  })
  await exec(
    "tmux",
    ["-u", "-S", socket, "-f", "/dev/null", "new-session", "-d", "-x", String(columns), "-y", String(rows), command === undefined ? "exec sh" : `exec ${command}`],
    { cwd: root, env: environment({ PS1: "$ ", TERM: "xterm", ...env }) }
  )
  return new Terminal(directory)
}

/**
 * Waits until a program that writes to its terminal every second has done so, which `record` reads: a frame that it writes just before the
 * size changes counts as on its way, and a piece of it may stay.
 */
export const untilWritten = async (output: () => string): Promise<void> => {
  const before = output().length
  await until(() => "A program writes to its terminal", () => output().length > before, patience)
}

/** What a program has last asked of its terminal, in what it wrote: each is on (`h`), off (`l`), or was never asked. */
export const lastAsked = (output: string) => {
  const last = (mode: number) => [...output.matchAll(new RegExp(`\u001b\\[\\?${mode}([hl])`, "gu"))].at(-1)?.[1]
  return { bracketedPaste: last(2004), focusReports: last(1004), cursor: last(25) }
}

/** Waits until a process that is not our child is gone, and says when, ms. */
export const gone = async (pid: number, within = patience): Promise<number> => {
  const until = performance.now() + within
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return performance.now()
    }
    if (performance.now() > until) throw new Error(`Process ${pid} is still there after ${within} ms`)
    await delay(glance)
  }
}
