// Clients that join and stay until this process ends: all of them drop at once
// when it is killed. Writes one line when all are in the room.
import { parseArgs } from "node:util"
import { plain } from "./load/Dialect.ts"
import { Fault } from "./load/Fault.ts"
import { join } from "./load/join.ts"

process.on("uncaughtException", (error) => {
  console.error(error instanceof Fault ? error.message : error)
  process.exit(1)
})

// Without the one who started it nobody would end it.
process.stdin.on("end", () => process.exit(1)).resume()

const option = { type: "string", default: "" } as const
const { values } = parseArgs({ options: { host: option, port: option, "at-once": option, clients: option } })

await join({ host: values.host, port: Number(values.port), dialect: plain, count: Number(values.clients), atOnce: Number(values["at-once"]) })
process.stdout.write("joined\n")
