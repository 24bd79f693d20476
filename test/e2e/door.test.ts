import { spawn } from "node:child_process"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Predicate from "effect/Predicate"
import { describe, expect } from "vitest"
import { cli, environment, Program, root, run, serve } from "./support/program.ts"
import { connect } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

/** Comes in behind the header of a proxy; the first answer. */
const behindProxy = async (stage: Stage, port: number): Promise<string> => {
  const raw = (await connect(stage, port)).read()
  await raw.write("PROXY TCP4 192.0.2.7 192.0.2.8 56324 25565\r\nann\n")
  return (await raw.heard.line(/./u)).text
}

describe.concurrent("A proxy in front", () => {
  it("tells the address of a client where it is trusted, as an option, several times, and in the environment", async ({ stage }) => {
    const ways = [
      { args: ["--trust-proxy", "127.0.0.1"] },
      { args: ["--trust-proxy", "192.0.2.1", "--trust-proxy", "127.0.0.0/8"] },
      { env: { BRUSIO_TRUST_PROXY: "::1, 127.0.0.0/8" } }
    ]
    for (const way of ways) {
      const { port, program } = await serve(stage, way)
      expect(await behindProxy(stage, port)).toBe("Welcome ann! To leave, type {quit}.")
      await program.line(/ann joined \(192\.0\.2\.7:56324\)$/u)
      expect(program.stdout.text).not.toMatch(/127\.0\.0\.1:\d+ (?:connected|disconnected)/u)
      program.kill("SIGTERM")
      await program.ended()
    }
  })

  it("is turned away in words where it is not", async ({ stage }) => {
    const { port } = await serve(stage)
    expect(await behindProxy(stage, port)).toMatch(/No proxy is trusted at your address/u)
  })

  it("is told by an address, or a range of them", async ({ stage }) => {
    for (const value of ["localhost", "10.0.0.0/33", "10.0.0.1,,10.0.0.2"]) {
      expect(await run(stage, ["serve", "--trust-proxy", value])).toEqual({
        code: 1,
        stdout: "",
        stderr: `--trust-proxy cannot be "${value}": it must be an IP address, or a range such as 10.0.0.0/8; several with commas between.\n`
      })
    }
    expect((await run(stage, ["serve", "--trust-proxy"])).stderr).toBe("--trust-proxy needs a value (see --help)\n")
  })
})

/** A socket that somebody else has opened, and what tells the program of it. */
interface Handed {
  readonly listenOn: { readonly port: number; readonly host: string } | { readonly path: string }
  readonly count?: string
  /** Whose process identifier is told; `$$` is the program's own. */
  readonly pid?: string
}

// Opens a socket, and starts the program with it as descriptor 3, as a service manager does.
const activated = async (stage: Stage, { count = "1", listenOn, pid = "$$" }: Handed) => {
  const opened = Net.createServer()
  await new Promise<void>((resolve) => {
    opened.listen(listenOn, resolve)
  })
  const script = `LISTEN_PID=${pid} LISTEN_FDS=${count} LISTEN_FDNAMES=room; export LISTEN_PID LISTEN_FDS LISTEN_FDNAMES; exec "$0" "$@"`
  // Node hands a socket on by its descriptor only, which is in no interface of its types.
  const handle: unknown = Reflect.get(opened, "_handle")
  const descriptor = Predicate.hasProperty(handle, "fd") && Predicate.isNumber(handle.fd) ? handle.fd : -1
  const child = spawn("sh", ["-c", script, process.execPath, cli, "serve", "--port", "0", "--no-input"], {
    cwd: root,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe", descriptor]
  })
  const program = new Program(child)
  const address = opened.address()
  // From now on the socket is the program's.
  opened.close()
  stage.onEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
    await program.ended()
  })
  return { program, port: address !== null && typeof address !== "string" ? address.port : 0 }
}

describe.concurrent("A socket that is handed over", () => {
  const loopback = { host: "127.0.0.1", port: 0 }

  it("is listened on, and no other", async ({ stage }) => {
    const { port, program } = await activated(stage, { listenOn: loopback })
    await program.line(new RegExp(`Listening on 127\\.0\\.0\\.1:${port}$`, "u"))
    const raw = (await connect(stage, port)).read()
    await raw.write("ann\n")
    await raw.heard.line("Welcome ann! To leave, type {quit}.")
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ code: 0 })
    expect(raw.heard.text).toContain("The server is closing")
  })

  it("to another process is not this one's", async ({ stage }) => {
    const { port, program } = await activated(stage, { listenOn: loopback, pid: "1" })
    const { text } = await program.line(/Listening on 127\.0\.0\.1:\d+$/u)
    expect(text).not.toContain(`:${port}`)
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("among others is refused, and so is one that is no TCP socket", async ({ stage }) => {
    const two = await activated(stage, { listenOn: loopback, count: "2" })
    expect(await two.program.ended()).toMatchObject({ code: 1 })
    expect(two.program.stderr.text).toBe(`LISTEN_FDS cannot be "2": it must be 1, as a room has one port: hand over one listening socket.\n`)
    const path = join(tmpdir(), `brusio-${process.pid}-${performance.now()}.socket`)
    const local = await activated(stage, { listenOn: { path } })
    expect(await local.program.ended()).toMatchObject({ code: 1 })
    expect(local.program.stderr.text).toMatch(/^Cannot listen on the socket that was handed over: descriptor 3 is no TCP socket that can listen \(\w+\)\. It has to be one that accepts connections \(Accept=no\)\.\n$/u)
  })
})
