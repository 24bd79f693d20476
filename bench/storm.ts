// The load generator of a leave storm: one client stays while all others, in a
// process of their own, drop at once. Writes its result as JSON.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Storm } from "./against/storm.ts"
import { Fault } from "./load/Fault.ts"
import { cpuSeconds } from "./load/proc.ts"
import { Witness } from "./load/Witness.ts"

/** How long to wait before the storm, and after it for a leave too many, ms. */
const quietMillis = 500
/** How long the storm may take, ms. */
const patienceMillis = 300_000

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})

const option = { type: "string", default: "" } as const
const { values } = parseArgs({ options: { host: option, port: option, pid: option, "at-once": option, clients: option } })
const clients = Number(values.clients)
const pid = Number(values.pid)

const crowd = spawn(
  process.execPath,
  [
    ...["--import", "tsx", join(import.meta.dirname, "crowd.ts"), "--host", values.host, "--port", values.port],
    ...["--at-once", values["at-once"], "--clients", values.clients]
  ],
  { stdio: ["pipe", "pipe", "inherit"] }
)
await new Promise<void>((joined) => {
  crowd.stdout.once("data", () => {
    joined()
  })
  crowd.once("exit", (code) => {
    if (code !== null) throw new Fault(`the crowd ended with ${code}`)
  })
})
const witness = await new Promise<Witness>((welcomed) => {
  const made = new Witness(values.host, Number(values.port), () => {
    welcomed(made)
  })
})
await sleep(quietMillis)

witness.reset()
const before = cpuSeconds(pid)
const start = performance.now()
// The kernel closes all sockets of a killed process, faster than any program could.
crowd.kill("SIGKILL")
while (witness.left < clients) {
  if (performance.now() - start > patienceMillis) throw new Fault(`the witness was told of ${witness.left} who left, of ${clients}`)
  await sleep(10)
}
const { toldAt } = witness
await sleep(quietMillis)
const after = cpuSeconds(pid)
if (witness.left > clients) throw new Fault(`the witness was told of ${witness.left} who left, of ${clients}`)

const result: Storm = {
  clients,
  longestMillis: witness.longestMillis,
  toldMillis: toldAt - start,
  serverCpuSeconds: before === undefined || after === undefined ? null : after - before
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
