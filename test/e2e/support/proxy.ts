import * as Net from "node:net"
import { type Fate, type Manner, Strand } from "../../support/Cable.ts"
import { comeAsTo } from "./encrypted.ts"
import { listen } from "./raw.ts"
import type { Stage } from "./stage.ts"

/** A TCP proxy with injected faults: a connection through it fails in one of these manners, the one after it in the next, and none once these are used up. */
export class Proxy {
  readonly #manners: ReadonlyArray<Manner>
  readonly #target: number
  readonly #strands: Array<Strand> = []
  #port = 0
  /** How many of its connections have failed. */
  cuts = 0
  /** Called whenever one has. */
  onCut: (manner: Manner) => void = () => undefined

  private constructor(target: number, manners: ReadonlyArray<Manner>) {
    this.#target = target
    this.#manners = manners
  }

  /** A proxy to a server's port, which is closed with the test. */
  static async open(stage: Stage, target: number, manners: ReadonlyArray<Manner> = []): Promise<Proxy> {
    const proxy = new Proxy(target, manners)
    const server = Net.createServer({ allowHalfOpen: true }, (near) => {
      proxy.#carry(near)
    })
    stage.onEnd(() => {
      for (const strand of proxy.#strands) strand.destroy()
    })
    proxy.#port = await listen(stage, server)
    comeAsTo(proxy.port, target)
    return proxy
  }

  /** The port to connect to, in place of the server's. */
  get port(): number {
    return this.#port
  }

  /** Cuts the connection that was made last. */
  cut(fate: Fate): void {
    this.#strands.at(-1)?.cut(fate)
  }

  #carry(near: Net.Socket): void {
    const manner = this.#manners[this.cuts] ?? {}
    const strand = new Strand(manner, () => {
      this.cuts += 1
      this.onCut(manner)
    })
    this.#strands.push(strand)
    strand.connect(near, Net.connect({ host: "127.0.0.1", port: this.#target, allowHalfOpen: true }))
  }
}
