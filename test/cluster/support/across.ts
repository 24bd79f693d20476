import * as Net from "node:net"
import { Program, type Served, serve, type StartOptions } from "../../e2e/support/program.ts"
import { listen } from "../../e2e/support/raw.ts"
import type { Stage } from "../../e2e/support/stage.ts"
import { Strand } from "../../support/Cable.ts"
import { hasNats } from "./NatsServer.ts"
import { engineOf } from "./party.ts"

/** The first of two nodes. What is done to the server's process is done to both. */
class Both extends Program {
  readonly #other: Program

  constructor(one: Program, other: Program) {
    super(one.child)
    this.#other = other
    this.stdout.add(Buffer.from(one.stdout.text))
    this.stderr.add(Buffer.from(one.stderr.text))
  }

  override kill(signal: NodeJS.Signals): number {
    const at = super.kill(signal)
    this.#other.kill(signal)
    return at
  }
}

/**
 * A room on two nodes, for a story of one server: who connects to its port comes to one of them, and the next to
 * the other. So clients are on both, and who comes back mostly does so on the other one.
 */
export const serveAcross = async (stage: Stage, args: ReadonlyArray<string>, options: StartOptions): Promise<Served> => {
  if (!hasNats) throw new Error("A room on two nodes needs nats-server")
  const { url } = await engineOf(stage)
  const nodes = [await serve(stage, { ...options, args: [...args, "--cluster", url] }), await serve(stage, { ...options, args: [...args, "--cluster", url] })] as const
  const strands: Array<Strand> = []
  const balancer = Net.createServer({ allowHalfOpen: true }, (near) => {
    const strand = new Strand({}, () => undefined)
    const { port } = nodes[strands.length % 2 === 0 ? 0 : 1]
    strands.push(strand)
    // Nodes count clients by their addresses.
    strand.connect(near, Net.connect({ host: "127.0.0.1", port, localAddress: near.remoteAddress, allowHalfOpen: true }))
  })
  stage.onEnd(() => {
    for (const strand of strands) strand.destroy()
  })
  return { program: new Both(nodes[0].program, nodes[1].program), port: await listen(stage, balancer) }
}
