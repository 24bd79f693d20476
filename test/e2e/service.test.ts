import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join as inside } from "node:path"
import { describe, expect } from "vitest"
import { cli, environment, node, Program, root } from "./support/program.ts"
import { connect, freePort, lineClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

// The units of systemd, and its own tools.

const has = (tool: string): boolean => spawnSync(tool, ["--version"]).status === 0
const canAnalyze = has("systemd-analyze")
const canActivate = has("systemd-socket-activate")
if (!canAnalyze || !canActivate) console.warn("Tests of the service are skipped: systemd-analyze or systemd-socket-activate is not installed.")

const installed = "/usr/bin/node /opt/brusio/dist/cli.js"

/** The units in a folder of their own, with this program in place of an installed one. */
const units = (stage: Stage): { readonly service: string; readonly socket: string } => {
  const folder = mkdtempSync(inside(tmpdir(), "brusio-"))
  stage.onEnd(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const [service, socket] = [inside(folder, "brusio.service"), inside(folder, "brusio.socket")]
  const text = readFileSync(inside(root, "docs/service/brusio.service"), "utf8")
  expect(text).toContain(`ExecStart=${installed} `)
  writeFileSync(service, text.replace(installed, `${node} ${inside(root, cli)}`))
  writeFileSync(socket, readFileSync(inside(root, "docs/service/brusio.socket"), "utf8"))
  return { service, socket }
}

const analyze = (...args: ReadonlyArray<string>): { readonly code: number | null; readonly said: string } => {
  const { status, stderr, stdout } = spawnSync("systemd-analyze", [...args], { encoding: "utf8" })
  return { code: status, said: stdout + stderr }
}

describe.runIf(canAnalyze)("The units of systemd", () => {
  it("are what systemd understands, and nothing in them is unknown to it", ({ stage }) => {
    const { service, socket } = units(stage)
    expect(analyze("verify", service, socket)).toEqual({ code: 0, said: "" })
    writeFileSync(service, `${readFileSync(service, "utf8")}\n[Service]\nProtectEverything=yes\n`)
    expect(analyze("verify", service).said).toContain("ProtectEverything")
  })

  it("leave the service little that it could do harm with: an exposure level of 1.5 at most", ({ stage }) => {
    const { service } = units(stage)
    const { code, said } = analyze("security", "--offline=true", "--no-pager", "--threshold=15", service)
    expect(said).toMatch(/Overall exposure level for brusio\.service: [01]\.\d /u)
    expect(code).toBe(0)
  })
})

describe.runIf(canActivate)("A server that systemd has handed its socket", () => {
  it("is started by the first connection, serves it, and says that it restarts when it is stopped", async ({ stage }) => {
    const port = await freePort(stage)
    const child = spawn("systemd-socket-activate", ["-l", `127.0.0.1:${port}`, node, cli, "serve", "--no-input", "--on-stop", "restart"], {
      cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"]
    })
    const program = new Program(child)
    stage.onEnd(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
      await program.ended()
    })
    await program.stderr.line(/^Listening on /u)
    // It is not running yet: this connection starts it.
    const first = (await connect(stage, port)).read()
    await program.line(new RegExp(`Listening on 127\\.0\\.0\\.1:${port}$`, "u"))
    await first.write("ada\n")
    await first.heard.line(/^Welcome ada!/u)
    const bob = await lineClient(stage, port, "bob")
    program.kill("SIGTERM")
    await bob.heard.line("The server is restarting: as its operator asked. It will be back in a moment.")
    expect((await program.ended()).code).toBe(0)
  })
})
