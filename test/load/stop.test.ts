import * as Net from "node:net"
import { describe, expect } from "vitest"
import { lineClient } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { range } from "../support/range.ts"
import { until } from "../support/waiting.ts"
import { serve } from "./support/room.ts"

const attackers = 10
const patience = 60_000
/** How long a stop may take, ms: the 3 s that those have who are told of it, and what a process needs to end. */
const within = 4000

const json = (message: object): string => `${JSON.stringify(message)}\n`

/** What costs a server most for each byte, and how one comes in to send it. */
const attacks: ReadonlyArray<readonly [string, (n: number) => string, string]> = [
  ["/msg to names that NFKC makes 18 times longer", (n) => `attacker${n}\n`, `/msg @${"\ufdfa".repeat(100)}${"\ufdfa: ".repeat(51)}x\n`],
  ["questions who is here", (n) => json({ _tag: "Hello", v: 1, nickname: `attacker${n}` }), json({ _tag: "Who" })],
  ["renaming", (n) => json({ _tag: "Hello", v: 1, nickname: `attacker${n}` }), json({ _tag: "Rename", nickname: "\u1f82".repeat(20) })],
  ["wide JSON", (n) => json({ _tag: "Hello", v: 1, nickname: `attacker${n}` }), `{"_tag":"Say","text":[${"[],".repeat(5300)}0]}\n`],
  ["NAMES and WHO over IRC", (n) => `NICK attacker${n}\r\nUSER a 0 * :a\r\nJOIN #lobby\r\n`, "NAMES #lobby\r\nWHO #lobby\r\nLIST\r\n"]
]

/** Comes in, and sends this as fast as it is taken, for as long as it can; reads all it is told. Resolves once it has been answered while it was at it. */
const attack = async (stage: Stage, port: number, hello: string, line: string): Promise<void> => {
  const socket = Net.connect({ host: "127.0.0.1", port })
  stage.onEnd(() => {
    socket.destroy()
  })
  const lines = line.repeat(Math.ceil(65_536 / line.length))
  let taken = 0
  const again = () => {
    if (!socket.writable) return
    socket.write(lines, () => {
      taken += 1
      again()
    })
  }
  // It is cut off, sooner or later.
  socket.on("error", () => undefined)
  socket.write(hello)
  socket.once("data", again)
  socket.resume()
  await until(() => "the server reads what it is sent", () => taken > 2 || socket.destroyed, patience)
}

describe("A stop takes its three seconds and no more, and who is there is told of it,", () => {
  it.for(attacks)(`while ${attackers} send all they can: %s`, { timeout: 120_000 }, async ([, hello, line], { stage }) => {
    const server = await serve(stage)
    const ada = await lineClient(stage, server.port, "ada")
    await Promise.all(range(attackers, (n) => attack(stage, server.port, hello(n), line)))
    const { code, millis, signal } = await server.stop()
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    expect(millis).toBeLessThan(within)
    await ada.heard.line(/^The server is closing/u)
    expect(server.logged.error, server.complaints.join("\n")).toBe(0)
  })
})
