// The clients of a leave storm: they join and stay until this process is killed,
// and so drop all at once. Writes one line when all are in the room.
import { parseArgs } from "node:util"
import { plain } from "./load/Dialect.ts"
import { Fault } from "./load/Fault.ts"
import { join } from "./load/join.ts"

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})

// The end of standard input means that the process that started this one is gone, and nobody else would end this one.
process.stdin.on("end", () => process.exit(1)).resume()

const option = { type: "string", default: "" } as const
const { values } = parseArgs({ options: { host: option, port: option, "at-once": option, clients: option } })

await join({ host: values.host, ports: [Number(values.port)], dialect: plain, count: Number(values.clients), atOnce: Number(values["at-once"]) })
process.stdout.write("joined\n")
