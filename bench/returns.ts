// The load generator of a reconnect storm: clients in a process of their own are all
// lost at once and come back, while one that stays looks for how long the server
// answers nobody. Writes its result as JSON.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import * as Schema from "effect/Schema"
import type { Returns } from "./against/returns.ts"
import { Fault } from "./load/Fault.ts"
import { cpuSeconds, residentKb } from "./load/proc.ts"
import { Witness } from "./load/Witness.ts"

/** How long to wait before the storm, and after it, ms. */
const quietMillis = 3000
/** How much later than the last place could end memory is looked at: what is kept is kept so much longer, ms. */
const restMillis = 60_000

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})

const option = { type: "string", default: "" } as const
const { values } = parseArgs({ options: { host: option, port: option, pid: option, "at-once": option, clients: option, keep: option } })
const clients = Number(values.clients)
const pid = Number(values.pid)

const comers = spawn(
  process.execPath,
  [
    ...["--import", "tsx", join(import.meta.dirname, "comers.ts"), "--host", values.host, "--port", values.port],
    ...["--at-once", values["at-once"], "--clients", values.clients]
  ],
  { stdio: ["pipe", "pipe", "inherit"] }
)
comers.once("exit", (code) => {
  if (code !== 0) throw new Fault(`the clients ended with ${String(code)}`)
})
const Back = Schema.parseJson(Schema.Struct({ backMillis: Schema.Number, said: Schema.Number, gaps: Schema.Number, bytes: Schema.Number }))
const lines = createInterface({ input: comers.stdout })[Symbol.asyncIterator]()
await lines.next()

const witness = await new Promise<Witness>((welcomed) => {
  const made = new Witness(values.host, Number(values.port), () => {
    welcomed(made)
  })
})
await sleep(quietMillis)

let peakKb = 0
const looking = setInterval(() => {
  peakKb = Math.max(peakKb, residentKb(pid) ?? 0)
}, 50)
const fullKb = residentKb(pid) ?? null
const before = cpuSeconds(pid)
witness.reset()
comers.stdin.write("lose\n")
const answer = await lines.next()
if (answer.done === true) throw new Fault("the clients have ended")
const { backMillis, bytes, gaps, said } = Schema.decodeSync(Back)(answer.value)
const { longestMillis } = witness
const after = cpuSeconds(pid)
clearInterval(looking)
// Who asks all the time keeps the server from giving memory back.
witness.rest()
await sleep(Number(values.keep) * 1000 + restMillis)
const keptKb = residentKb(pid) ?? null

const result: Returns = {
  clients,
  backMillis,
  longestMillis,
  said,
  gaps,
  bytes,
  serverCpuSeconds: before === undefined || after === undefined ? null : after - before,
  fullKb,
  peakKb: peakKb === 0 ? null : peakKb,
  keptKb
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
