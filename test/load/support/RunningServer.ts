import { type ChildProcessByStdio, spawn } from "node:child_process"
import { readdirSync, readlinkSync } from "node:fs"
import type { Readable, Writable } from "node:stream"
import * as Schema from "effect/Schema"
import { cpuSeconds, residentKb } from "../../../bench/load/proc.ts"
import { cli, environment, root } from "../../e2e/support/program.ts"

const LogLine = Schema.parseJson(
  Schema.Struct({ level: Schema.String, event: Schema.String, message: Schema.String, port: Schema.optional(Schema.Number) })
)
const readLogLine = Schema.decodeUnknownSync(LogLine)

/** How long the start and an answer of the console are waited for, ms. */
const patience = 20_000

/** How the server ended, and how long that took, or when it was, ms. */
export interface Stopped {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly millis: number
}

/**
 * The built program as a server in a process group of its own, so that Ctrl-C
 * reaches only its tester. Of its log only what a tester wants is kept.
 */
export class RunningServer {
  readonly pid: number
  port = 0
  /** What its log complains of, the last of it. */
  readonly complaints: Array<string> = []
  /** How many lines of its log are warnings, and how many errors. */
  readonly logged = { warn: 0, error: 0 }
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #exited: Promise<Stopped>
  #rest = ""
  #answered: ((message: string) => void) | undefined
  #listening: (() => void) | undefined

  private constructor(args: ReadonlyArray<string>) {
    const unlimited = args.includes("--rate-limit") ? [] : ["--rate-limit", "off"]
    this.#child = spawn(process.execPath, [cli, "serve", "--port", "0", "--log-format", "json", ...unlimited, ...args], {
      cwd: root,
      env: environment(),
      detached: true,
      stdio: ["pipe", "pipe", "pipe"]
    })
    const kill = () => {
      this.#child.kill("SIGKILL")
    }
    process.once("exit", kill)
    this.#exited = new Promise((resolve) => {
      // When it ended is not when the last of its output was read.
      let millis = 0
      this.#child.once("exit", () => {
        millis = performance.now()
      })
      this.#child.once("close", (code, signal) => {
        process.off("exit", kill)
        resolve({ code, signal, millis })
      })
    })
    this.#child.stdin.on("error", () => undefined)
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n")
      this.#rest = lines.pop() ?? ""
      for (const line of lines) this.#read(line)
    })
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.logged.error += 1
      this.#complain(text)
    })
    this.pid = this.#child.pid ?? 0
  }

  /** Starts it on a free port of the loopback, with no limit on messages unless one is given. */
  static async start(args: ReadonlyArray<string> = []): Promise<RunningServer> {
    const server = new RunningServer(args)
    await server.#within("The server does not listen", (resolve) => {
      server.#listening = () => {
        resolve(undefined)
      }
    })
    return server
  }

  /** Types a line into its console and waits for the answer. */
  ask(line: string): Promise<string> {
    return this.#within(`No answer to ${line}`, (resolve) => {
      this.#answered = resolve
      this.tell(line)
    })
  }

  /** Types a line into its console. */
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  get residentMb(): number {
    return (residentKb(this.pid) ?? Number.NaN) / 1024
  }

  get cpuSeconds(): number {
    return cpuSeconds(this.pid) ?? Number.NaN
  }

  /** How many sockets it holds, those it listens with included. */
  get sockets(): number {
    const folder = `/proc/${this.pid}/fd`
    const isSocket = (fd: string) => {
      try {
        return readlinkSync(`${folder}/${fd}`).startsWith("socket:")
      } catch {
        return false
      }
    }
    return readdirSync(folder).filter(isSocket).length
  }

  /** Asks it to end, and waits for that; after a long wait it is ended. */
  async stop(): Promise<Stopped> {
    const from = performance.now()
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), patience)
    this.#child.kill("SIGTERM")
    const { code, millis, signal } = await this.#exited
    clearTimeout(timer)
    return { code, signal, millis: millis - from }
  }

  /** Ends it in any case. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.#exited
  }

  #read(line: string): void {
    // Most lines are about the room, and nobody here needs them.
    const isPlain = line.includes('"level":"info"') && !line.includes('"event":"console"') && this.port !== 0
    if (isPlain) return
    const { event, level, message, port } = readLogLine(line)
    if (event === "listening" && port !== undefined) {
      this.port = port
      this.#listening?.()
    }
    if (event === "console") this.#answered?.(message)
    if (level === "warn" || level === "error") {
      this.logged[level] += 1
      if (level === "error") this.#complain(line)
    }
  }

  #complain(text: string): void {
    this.complaints.push(text.slice(0, 2000))
    if (this.complaints.length > 20) this.complaints.shift()
  }

  #within<A>(what: string, begin: (resolve: (value: A) => void) => void): Promise<A> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        reject(new Error(`${what}: ${why}. ${this.complaints.join("\n")}`))
      }
      const timer = setTimeout(() => {
        fail(`not within ${patience} ms`)
      }, patience)
      void this.#exited.then(({ code, signal }) => {
        fail(`it ended with ${String(code ?? signal)}`)
      })
      begin((value) => {
        clearTimeout(timer)
        resolve(value)
      })
    })
  }
}
