// The load generator of receipts: clients of the native dialect take turns to say something, and each waits
// for its own message to come back to it, which is its receipt. Writes the latencies as JSON.
import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Receipts } from "./against/cluster.ts"
import { Fault } from "./load/Fault.ts"
import { Histogram } from "./load/Histogram.ts"

const drainMillis = 10_000
const joinMillis = 30_000
/** How long nothing is said after all have come in, as a room is told of comers late, ms. */
const quietMillis = 1000

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})

const option = { type: "string", default: "" } as const
const { values } = parseArgs({ options: { host: option, port: option, pid: option, clients: option, rate: option, seconds: option, "warm-up": option } })
const ports = values.port.split(",").map(Number)
const count = Number(values.clients)
const latencies = new Histogram()
let measured: Histogram | undefined
let waiting = 0

/** A client, and when each of its messages without a receipt was to go out. */
class Talker {
  readonly index: number
  readonly #socket: Net.Socket
  readonly #sent: Array<number> = []
  readonly #receipt: RegExp
  #held = ""
  #said = 0

  constructor(index: number, welcomed: () => void) {
    this.#receipt = new RegExp(`"ref":"${index}-(\\d+)"`, "u")
    this.#socket = Net.connect({ host: values.host, port: ports[Math.floor((index * ports.length) / count)] ?? 0, noDelay: true })
    this.index = index
    this.#socket.setEncoding("latin1").on("data", (chunk: string) => {
      const lines = (this.#held + chunk).split("\n")
      this.#held = lines.pop() ?? ""
      for (const line of lines) {
        if (line.includes('"_tag":"Welcome"')) welcomed()
        else if (this.#sent.length > 0) this.#read(line)
      }
    })
    this.#socket.on("error", ({ message }) => {
      throw new Fault(`client ${index}: ${message}`)
    })
    this.#send({ _tag: "Hello", v: 1, nickname: `talker-${index}` })
  }

  say(intendedAt: number): void {
    waiting += 1
    this.#sent.push(intendedAt)
    this.#send({ _tag: "Say", text: `message ${this.#said} of ${this.index}`.padEnd(64, "."), ref: `${this.index}-${this.#said}` })
    this.#said += 1
  }

  #read(line: string): void {
    const n = this.#receipt.exec(line)?.[1]
    if (n === undefined) return
    if (Number(n) !== this.#said - this.#sent.length) throw new Fault(`client ${this.index} got the receipt ${n} out of its turn`)
    waiting -= 1
    const intendedAt = this.#sent.shift() ?? 0
    measured?.add(performance.now() - intendedAt)
  }

  #send(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`)
  }
}

let welcome = 0
const talkers = Array.from({ length: count }, (_, index) => new Talker(index, () => { welcome += 1 }))
const patience = performance.now() + joinMillis
while (welcome < count) {
  if (performance.now() > patience) throw new Fault(`${welcome} of ${count} have joined`)
  await sleep(10)
}
await sleep(quietMillis)

const start = performance.now()
const end = start + (Number(values["warm-up"]) + Number(values.seconds)) * 1000
for (let n = 0; ; n += 1) {
  const at = start + (n * 1000) / Number(values.rate)
  if (at >= end) break
  if (at >= start + Number(values["warm-up"]) * 1000) measured = latencies
  const wait = at - performance.now()
  if (wait > 0) await sleep(wait)
  talkers[n % count]?.say(at)
}
const until = performance.now() + drainMillis
while (waiting > 0) {
  if (performance.now() > until) throw new Fault(`${waiting} messages have no receipt`)
  await sleep(10)
}
const result: Receipts = { p50: latencies.percentile(0.5), p99: latencies.percentile(0.99) }
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
