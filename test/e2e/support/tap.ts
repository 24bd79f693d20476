import * as Net from "node:net"
import { comeAsTo } from "./encrypted.ts"
import { listen } from "./raw.ts"
import type { Stage } from "./stage.ts"
import { Transcript } from "./transcript.ts"

/** A TCP proxy that notes what clients send. For as long as it is asked to it keeps back what they are told, and what is sent over connections that are new. */
export class Tap {
  /** What the client of the newest connection has sent over it. */
  sent = new Transcript()
  /** The port of the server to which the next connection goes. */
  target: number
  #near: Net.Socket | undefined
  #far: Net.Socket | undefined
  // Goes on with a connection that was made meanwhile.
  #begin: () => void = () => undefined
  #isHeld = false
  #port = 0

  private constructor(target: number) {
    this.target = target
  }

  static async open(stage: Stage, target: number): Promise<Tap> {
    const tap = new Tap(target)
    const server = Net.createServer((near) => {
      tap.#carry(near)
    })
    stage.onEnd(() => {
      tap.cut()
    })
    tap.#port = await listen(stage, server)
    comeAsTo(tap.port, target)
    return tap
  }

  /** The port to connect to, in place of the server's. */
  get port(): number {
    return this.#port
  }

  /** From now on nothing of what the server says arrives, and it hears of no other connection. */
  hold(): void {
    this.#isHeld = true
    this.#far?.pause()
  }

  /** What was held arrives, and all that follows. */
  release(): void {
    this.#isHeld = false
    this.#far?.resume()
    this.#begin()
  }

  /** Resets the connection, and loses what was held. */
  cut(): void {
    this.#near?.resetAndDestroy()
    this.#far?.resetAndDestroy()
  }

  #carry(near: Net.Socket): void {
    const sent = new Transcript()
    this.sent = sent
    this.#near = near
    let far: Net.Socket | undefined
    let waiting = Buffer.alloc(0)
    near.on("error", () => far?.destroy())
    near.on("close", () => far?.destroy())
    near.on("data", (bytes: Buffer) => {
      sent.add(bytes)
      if (far === undefined) waiting = Buffer.concat([waiting, bytes])
      else far.write(bytes)
    })
    this.#begin = () => {
      if (far !== undefined || near.destroyed) return
      far = Net.connect({ host: "127.0.0.1", port: this.target })
      this.#far = far
      far.on("error", () => near.destroy())
      far.on("close", () => near.destroy())
      far.on("data", (bytes: Buffer) => near.write(bytes))
      far.write(waiting)
    }
    if (!this.#isHeld) this.#begin()
  }
}
