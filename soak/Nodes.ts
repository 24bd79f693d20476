import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { type NatsServer, natsServer } from "../test/cluster/support/NatsServer.ts"
import { RunningServer } from "../test/load/support/RunningServer.ts"
import { Strand } from "../test/support/Cable.ts"

/** How many nodes there are. */
const count = 3

/** For how long a node is stopped, ms: shorter, and longer, than the others wait for it. */
const stops = { short: 4000, long: 14_000 }

/** The shortest run in which a node is stopped for longer than the others wait for it, ms. */
const longRun = 90_000

/**
 * Three nodes of a cluster behind one port, each client on the next of them, and their engine. A client
 * whose node is gone comes to another one.
 */
export class Nodes {
  port = 0
  readonly #args: ReadonlyArray<string>
  readonly #engine: NatsServer
  readonly #scope: Scope.CloseableScope
  readonly #servers: Array<RunningServer> = []
  readonly #strands = new Set<Strand>()
  readonly #balancer: Net.Server
  #next = 0

  private constructor(args: ReadonlyArray<string>, engine: NatsServer, scope: Scope.CloseableScope) {
    this.#args = [...args, "--cluster", engine.url]
    this.#engine = engine
    this.#scope = scope
    this.#balancer = Net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
      this.#carry(near, count)
    })
  }

  /** Starts an engine and the nodes, with these options. */
  static async start(args: ReadonlyArray<string>): Promise<Nodes> {
    const scope = await Effect.runPromise(Scope.make())
    const nodes = new Nodes(args, await Effect.runPromise(Scope.extend(natsServer(), scope)), scope)
    for (let n = 0; n < count; n += 1) nodes.#servers.push(await RunningServer.start(nodes.#args))
    await new Promise<void>((resolve) => nodes.#balancer.listen(0, "127.0.0.1", resolve))
    const address = nodes.#balancer.address()
    nodes.port = typeof address === "object" && address !== null ? address.port : 0
    return nodes
  }

  /** How many clients are connected. */
  get sockets(): number {
    return this.#strands.size
  }

  /** Types a line into the console of the first node, and waits for the answer. */
  ask(line: string): Promise<string> {
    const [first] = this.#servers
    if (first === undefined) throw new Error("There is no node")
    return first.ask(line)
  }

  /** What the logs of the nodes complain of. */
  get complaints(): ReadonlyArray<string> {
    return this.#servers.flatMap(({ complaints }, n) => complaints.map((complaint) => `node ${n + 1}: ${complaint}`))
  }

  /** In `millis` ms: one node is killed, and replaced; another one is stopped for a while; the engine is killed, and starts without its log. In a long run a node is stopped for so long that the others give it up. */
  async befall(millis: number, isOver: () => boolean, tell: (what: string) => void): Promise<void> {
    const [, second, third] = this.#servers
    if (second === undefined || third === undefined) throw new Error(`There are ${count} nodes`)
    const step = millis / 6
    await sleep(step)
    if (isOver()) return
    tell("a node is killed")
    await third.kill()
    await sleep(1000)
    this.#servers.splice(2, 1, await RunningServer.start(this.#args))
    tell("another one has come in its place")
    await sleep(step)
    if (isOver()) return
    tell("a node is stopped for a while")
    await this.#stop(second, stops.short)
    await sleep(step)
    if (isOver()) return
    tell("the engine is killed, and starts again")
    await Effect.runPromise(this.#engine.kill)
    await Effect.runPromise(this.#engine.start)
    if (millis < longRun) return
    await sleep(step)
    if (isOver()) return
    tell("a node is stopped for so long that it is given up")
    await this.#stop(second, stops.long)
  }

  /** Ends all of them in any case. */
  async kill(): Promise<void> {
    this.#balancer.close()
    for (const strand of this.#strands) strand.destroy()
    await Promise.all(this.#servers.map((server) => server.kill()))
    await Effect.runPromise(Scope.close(this.#scope, Exit.void))
  }

  async #stop({ pid }: RunningServer, millis: number): Promise<void> {
    process.kill(pid, "SIGSTOP")
    await sleep(millis)
    process.kill(pid, "SIGCONT")
  }

  // To the next node, or the one after it where nobody listens.
  #carry(near: Net.Socket, tries: number): void {
    const server = this.#servers[this.#next % count]
    this.#next += 1
    if (server === undefined || tries === 0) {
      near.resetAndDestroy()
      return
    }
    const far = Net.connect({ host: "127.0.0.1", port: server.port, localAddress: near.remoteAddress, allowHalfOpen: true })
    const again = () => {
      this.#carry(near, tries - 1)
    }
    far.once("error", again)
    far.once("connect", () => {
      far.off("error", again)
      const strand = new Strand({}, () => undefined)
      this.#strands.add(strand)
      strand.connect(near, far)
      near.resume()
      far.once("close", () => {
        this.#strands.delete(strand)
      })
    })
  }
}
