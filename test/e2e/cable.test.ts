import { spawn, spawnSync } from "node:child_process"
import { describe, expect } from "vitest"
import { cli, environment, node, Program, root } from "./support/program.ts"
import { it, type Stage } from "./support/stage.ts"

// Two machines with a cable between them, as network namespaces of this one. That wants to be root.

const ip = (...args: ReadonlyArray<string>) => spawnSync("ip", args, { encoding: "utf8" })
const [serverAt, clientAt] = ["192.0.2.1", "192.0.2.2"]
const mask = 30
/** Within how much time a client behind a cut cable has to be gone, ms. */
const goneWithin = 60_000

interface Machines {
  /** Runs this on one of them. */
  readonly on: (machine: "server" | "client", command: string, ...args: ReadonlyArray<string>) => Program
  /** Cuts the cable: neither side hears anything more of the other, nor that it was cut. */
  readonly cut: () => void
}

const must = (...args: ReadonlyArray<string>) => {
  const { error, status, stderr } = ip(...args)
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${error?.message ?? stderr}`)
}

/** Why there can be no such machines here; `undefined` where there can. */
const missing = ((): string | undefined => {
  const name = `brusio-probe-${process.pid}`
  const { error, status, stderr } = ip("netns", "add", name)
  if (status !== 0) return error?.message ?? stderr.trim()
  ip("netns", "del", name)
  return spawnSync("nc", ["-h"]).error?.message
})()
if (missing !== undefined) console.warn(`NO CABLE IS CUT HERE: network namespaces, or nc, are not to be had (${missing})`)

const machines = (stage: Stage): Machines => {
  const names = { server: `brusio-s-${process.pid}`, client: `brusio-c-${process.pid}` }
  for (const name of Object.values(names)) {
    must("netns", "add", name)
    stage.onEnd(() => {
      ip("netns", "del", name)
    })
  }
  must("link", "add", "cable", "netns", names.server, "type", "veth", "peer", "name", "cable", "netns", names.client)
  for (const [name, address] of [[names.server, serverAt], [names.client, clientAt]] as const) {
    must("-n", name, "addr", "add", `${address}/${mask}`, "dev", "cable")
    must("-n", name, "link", "set", "cable", "up")
    must("-n", name, "link", "set", "lo", "up")
  }
  return {
    on: (machine, command, ...args) => {
      const child = spawn("ip", ["netns", "exec", names[machine], command, ...args], { cwd: root, env: environment(), stdio: "pipe" })
      const program = new Program(child)
      stage.onEnd(async () => {
        if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
        await program.ended()
      })
      return program
    },
    // The other end stays up: it goes on sending, into nothing.
    cut: () => {
      must("-n", names.client, "addr", "flush", "dev", "cable")
    }
  }
}

describe.skipIf(missing !== undefined)("A client behind a cut cable", () => {
  it("is gone within a minute also while others talk to it, and those are told", async ({ stage }) => {
    const { cut, on } = machines(stage)
    const program = on("server", node, cli, "serve", "--host", serverAt, "--port", "0", "--rate-limit", "off")
    const port = await program.stdout.find("Listening", ({ text }) => /Listening on [\d.]+:(\d+)/u.exec(text)?.[1])
    const ada = on("server", "nc", serverAt, port)
    ada.type("ada\n")
    await ada.line(/^Welcome ada!/u)
    const bob = on("client", "nc", serverAt, port)
    bob.type("bob\n")
    await ada.line("bob has joined the chat!")
    ada.type("are you there?\n")
    await bob.line("ada: are you there?")
    cut()
    const from = performance.now()
    const talk = setInterval(() => {
      ada.type("and now?\n")
    }, 1000)
    stage.onEnd(() => {
      clearInterval(talk)
    })
    await ada.line(/^bob has left the chat\. \(.+\)$/u, goneWithin)
    expect(performance.now() - from).toBeLessThan(goneWithin)
    program.kill("SIGTERM")
    await ada.line("The server is closing: terminated.")
  }, 2 * goneWithin)
})
