import * as ChildProcess from "node:child_process"
import * as Net from "node:net"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { overTls } from "./brusio.ts"
import { certificate } from "./certificate.ts"
import { type Child, start } from "./Child.ts"
import { RunFailed } from "./RunFailed.ts"
import { type Server, serverCore } from "./Server.ts"

/** The servers to compare with. */
const peers = {
  // Its listen backlog is short: connections beyond it are dropped, and TCP tries them again seconds later.
  ngircd: { atOnce: 10, args: (config: string) => ["-n", "-f", config] },
  // It registers new clients once a second.
  inspircd: { atOnce: 1000, args: (config: string) => ["--runasroot", "--nofork", "--config", config] }
}

/** The name of a peer, which is also that of its program. */
export type PeerName = keyof typeof peers

/** All peers. */
export const peerNames: readonly [PeerName, PeerName] = ["ngircd", "inspircd"]

/** Those of which there is a configuration with TLS. */
export const peersWithTls: readonly [PeerName] = ["inspircd"]

const host = "127.0.0.1"
/** How long a server may take to start, and how often to look whether it has, ms. */
const startMillis = 10_000
const pollMillis = 50

/** Waits until a program that was started listens on this port; fails where it takes too long or ends. */
export const listens = (child: Child, port: number) =>
  taken(port).pipe(Effect.retry({ schedule: Schedule.spaced(pollMillis), while: () => child.exitCode === null }), Effect.timeout(startMillis))

/** Whether the program of this peer is found on this machine. */
export const isInstalled = (name: PeerName): boolean =>
  ChildProcess.spawnSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" }).status === 0

/** A peer as a server to measure, with the configuration in `peers/` and files of its own; with TLS, with a second one behind that. */
export const peer = (name: PeerName, isEncrypted = false): Server => ({
  name: `${name}${isEncrypted ? overTls : ""}`,
  dialect: "irc",
  isEncrypted,
  atOnce: peers[name].atOnce,
  start: Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const work = yield* files.makeTempDirectoryScoped({ prefix: `bench-${name}-` })
    const port = yield* freePort
    const read = (part: string) => files.readFileString(join(import.meta.dirname, "peers", `${name}${part}.conf`))
    const template = isEncrypted ? `${yield* read("")}${yield* read("-tls")}` : yield* read("")
    const { cert, key } = isEncrypted ? yield* certificate : { cert: "", key: "" }
    const tlsPort = isEncrypted ? yield* freePort : port
    const config = join(work, `${name}.conf`)
    const filled = { "@WORK@": work, "@PORT@": port, "@TLS_PORT@": tlsPort, "@CERT@": cert, "@KEY@": key }
    yield* files.writeFileString(config, Object.entries(filled).reduce((text, [mark, value]) => text.replaceAll(mark, String(value)), template))
    yield* files.makeDirectory(join(work, "run"))

    const child = yield* start(serverCore, name, peers[name].args(config), work)
    child.stdout.resume()
    yield* listens(child, tlsPort)
    const { pid } = child
    return pid === undefined ? yield* new RunFailed({ message: "it did not start" }) : { pids: [pid], host, ports: [tlsPort] } as const
  }).pipe(Effect.mapError(({ message }) => new RunFailed({ message: `${name}: ${message}` })))
})

/** A port that was free a moment ago. */
export const freePort = Effect.async<number>((resume) => {
  const server = Net.createServer().listen(0, host, () => {
    const address = server.address()
    server.close(() => {
      resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : 0))
    })
  })
})

/** Succeeds when somebody listens on this port, and fails otherwise. */
const taken = (port: number) =>
  Effect.async<void, Error>((resume) => {
    const socket = Net.connect(port, host, () => {
      socket.destroy()
      resume(Effect.void)
    })
    socket.once("error", (error) => {
      resume(Effect.fail(error))
    })
  })
