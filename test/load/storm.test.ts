import * as Net from "node:net"
import { describe, expect } from "vitest"
import { it, type Stage } from "../e2e/support/stage.ts"
import { until } from "../support/waiting.ts"
import { serve } from "./support/room.ts"

const count = 1000
const patience = 120_000

/** A client of IRC that enters the lobby, and what it is told of who is there. */
class Newcomer {
  readonly nick: string
  /** Who was there when it came. */
  readonly names = new Set<string>()
  /** How often it was told that somebody came. */
  readonly told = new Map<string, number>()
  /** Who was told of as coming though it was there when this one came. */
  readonly doubled: Array<string> = []
  isIn = false
  hasAnswer = false
  readonly #socket: Net.Socket
  #rest = ""

  constructor(stage: Stage, port: number, nick: string) {
    this.nick = nick
    this.#socket = Net.connect({ host: "127.0.0.1", port, noDelay: true })
    this.#socket.setEncoding("latin1").on("data", (text: string) => {
      const lines = `${this.#rest}${text}`.split("\r\n")
      this.#rest = lines.pop() ?? ""
      for (const line of lines) this.#read(line)
    })
    // Whoever is cut off is missed by the others, and that is what the test says.
    this.#socket.on("error", () => undefined)
    stage.onEnd(() => {
      this.#socket.destroy()
    })
  }

  send(line: string): void {
    this.#socket.write(`${line}\r\n`)
  }

  get known(): number {
    return this.names.size + this.told.size - (this.names.has(this.nick) ? 1 : 0)
  }

  #read(line: string): void {
    const [source = "", command = "", ...rest] = line.split(" ")
    if (source === "PING") this.send(`PONG ${command}`)
    if (command === "366") this.isIn = true
    if (command === "PONG") this.hasAnswer = true
    if (command === "353") for (const name of rest.slice(3)) this.names.add(name.replace(/^:?[@+]?/u, ""))
    if (command !== "JOIN") return
    const nick = source.slice(1, source.indexOf("!"))
    if (this.isIn && this.names.has(nick)) this.doubled.push(nick)
    this.told.set(nick, (this.told.get(nick) ?? 0) + 1)
  }
}

describe("A storm of clients over IRC", () => {
  it(`of ${count} at once: each sees its own coming once, and nobody is told twice or missed`, async ({ stage }) => {
    const server = await serve(stage)
    const newcomers = Array.from({ length: count }, (_, n) => new Newcomer(stage, server.port, `n${n}`))
    const from = performance.now()
    for (const newcomer of newcomers) newcomer.send(`NICK ${newcomer.nick}\r\nUSER ${newcomer.nick} 0 * :${newcomer.nick}\r\nJOIN #lobby`)
    await until(
      () => `all are told of all: ${newcomers.filter(({ isIn, known }) => isIn && known === count).length} are`,
      () => newcomers.every(({ isIn, known }) => isIn && known === count),
      patience
    )
    console.log(`${count} have come within ${((performance.now() - from) / 1000).toFixed(1)} s: ${server.cpuSeconds.toFixed(1)} s of CPU`)
    // What was under way has come once an answer behind it has.
    for (const newcomer of newcomers) newcomer.send("PING end")
    await until(() => "everybody is answered", () => newcomers.every(({ hasAnswer }) => hasAnswer), patience)
    for (const { doubled, known, nick, told } of newcomers) {
      expect(told.get(nick)).toBe(1)
      expect([...told.values()].filter((times) => times > 1)).toEqual([])
      expect(doubled).toEqual([])
      expect(known).toBe(count)
    }
    expect(server.logged.error, server.complaints.join("\n")).toBe(0)
  }, 300_000)
})
