import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { delimiter, dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { comeEncrypted, encrypted, encryptedArgs } from "./encrypted.ts"
import type { Stage } from "./stage.ts"
import { isAcross, isEncrypted, type Line, patience, Transcript } from "./transcript.ts"

/** The project's directory, where every program is started. */
export const root = fileURLToPath(new URL("../../..", import.meta.url))

/** The built program, as seen from {@link root}. */
export const cli = "dist/cli.js"

if (!existsSync(`${root}/${cli}`)) throw new Error(`${cli} is missing: run npm run build first`)

/** The Node.js that the programs run on: the one of the tests, or the one at this path. */
export const node = process.env["NODE_UNDER_TEST"] ?? process.execPath

/** An environment in which nothing of the one who runs the tests matters. */
export const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: `${dirname(node)}${delimiter}${process.env["PATH"] ?? ""}`,
  HOME: process.env["HOME"],
  // Nothing is kept of one test for another.
  XDG_STATE_HOME: "/dev/null",
  LANG: "C.UTF-8",
  ...more
})

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** `ignore` is `</dev/null`. */
  readonly stdin?: "pipe" | "ignore"
  /** What goes wrong in the program on {@link Program.fault}. */
  readonly fault?: "exception" | "rejection" | undefined
  /** How many files it may have open, as `ulimit -n` says it. */
  readonly openFiles?: number | undefined
  /** Another copy of the built program. */
  readonly program?: string
}

/** How a program ended, and when, ms. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly at: number
}

/** A running program: what it says, and how it ends. */
export class Program {
  readonly stdout = new Transcript()
  readonly stderr = new Transcript()
  readonly child: ChildProcess
  readonly #ended: Promise<Ended>

  constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.on("data", (bytes: Buffer) => {
      this.stdout.add(bytes)
    })
    child.stderr?.on("data", (bytes: Buffer) => {
      this.stderr.add(bytes)
    })
    child.stdin?.on("error", () => undefined)
    this.#ended = new Promise((resolve, reject) => {
      let at = 0
      child.once("error", reject)
      child.once("exit", () => {
        at = performance.now()
      })
      child.once("close", (code, signal) => {
        this.stdout.end()
        this.stderr.end()
        resolve({ code, signal, at })
      })
    })
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("The program has not started")
    return this.child.pid
  }

  /** Waits for a line on standard output. */
  line(wanted: string | RegExp, within?: number): Promise<Line> {
    return this.stdout.line(wanted, within)
  }

  /** Writes to its standard input. */
  type(text: string | Uint8Array): void {
    this.child.stdin?.write(text)
  }

  /** Ends its standard input. */
  endInput(): void {
    this.child.stdin?.end()
  }

  /** Sends a signal, and says when, ms. */
  kill(signal: NodeJS.Signals): number {
    const at = performance.now()
    this.child.kill(signal)
    return at
  }

  /** Lets go wrong what was chosen at the start. */
  fault(): number {
    return this.kill("SIGUSR1")
  }

  /** Waits until it has ended and all it had written is read. */
  ended(within = patience): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Still running after ${within} ms. It said:\n${this.stdout.text.slice(-1000)}${this.stderr.text}`))
      }, within)
      this.#ended.then((ended) => {
        clearTimeout(timer)
        resolve(ended)
      }, reject)
    })
  }
}

/** Starts the built program with these arguments. */
export const start = (stage: Stage, args: ReadonlyArray<string>, options: StartOptions = {}): Program => {
  const { env, fault, openFiles, program: file = cli, stdin = "pipe" } = options
  const preload = fault === undefined ? [] : ["--import", "./test/e2e/fault.mjs"]
  const limited = openFiles === undefined ? [] : ["sh", "-c", `ulimit -n ${openFiles}; exec "$0" "$@"`]
  const [command = "", ...words] = [...limited, node, ...preload, file, ...encrypted(args)]
  const child = spawn(command, words, {
    cwd: root,
    env: environment(fault === undefined ? env : { ...env, FAULT: fault }),
    stdio: [stdin, "pipe", "pipe"]
  })
  const program = new Program(child)
  stage.onEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
    child.stdout?.resume()
    await program.ended()
  })
  return program
}

/** A program that serves a room. */
export interface Served {
  readonly program: Program
  readonly port: number
}

/** How long it may take until a node has found its cluster, or that there is none, ms. */
const patienceOfCluster = 30_000

/** Starts a server on a free port of the loopback, where everybody may talk as fast as they can if nothing else is asked for, and waits until it listens. */
export const serve = async (
  stage: Stage,
  { args = [], ...options }: StartOptions & { readonly args?: ReadonlyArray<string> } = {}
): Promise<Served> => {
  if (isAcross && !args.includes("--cluster")) return (await import("../../cluster/support/across.ts")).serveAcross(stage, args, options)
  const isLimited = args.includes("--rate-limit") || options.env?.["BRUSIO_RATE_LIMIT"] !== undefined
  const program = start(stage, ["serve", "--port", "0", ...(isEncrypted ? encryptedArgs(stage) : []), ...(isLimited ? [] : ["--rate-limit", "off"]), ...args], options)
  const port = await program.stdout.find("Listening", ({ text }) => /Listening on [^ "]*:(\d+)/u.exec(text)?.[1], args.includes("--cluster") ? patienceOfCluster : undefined)
  if (isEncrypted) comeEncrypted(Number(port))
  return { program, port: Number(port) }
}

/** Starts a client, and waits until it is in the room. */
export const join = async (
  stage: Stage,
  port: number,
  name: string,
  { args = [], ...options }: StartOptions & { readonly args?: ReadonlyArray<string> } = {}
): Promise<Program> => {
  const program = start(stage, ["join", "--port", String(port), "--name", name, ...args], options)
  await program.line(/^Welcome |"_tag":"Welcome"/u)
  return program
}

/** Runs the program to its end. */
export const run = async (stage: Stage, args: ReadonlyArray<string>, options: StartOptions = {}) => {
  const program = start(stage, args, { stdin: "ignore", ...options })
  const { code } = await program.ended()
  return { code, stdout: program.stdout.text, stderr: program.stderr.text }
}
