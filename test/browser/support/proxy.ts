import * as Net from "node:net"
import type { Stage } from "../../e2e/support/stage.ts"
import { listen } from "../../e2e/support/raw.ts"

/** The way from a browser to a server, which a test can cut. */
export class Way {
  readonly #ends = new Set<Net.Socket>()
  #port: number
  #isCut = false
  #isHeld = false
  // How many bytes still pass to a browser before the connection is cut.
  #left = Infinity

  constructor(port: number) {
    this.#port = port
  }

  accept(near: Net.Socket): void {
    if (this.#isCut) {
      near.destroy()
      return
    }
    const far = Net.connect({ host: "127.0.0.1", port: this.#port })
    for (const end of [near, far]) {
      this.#ends.add(end)
      end.on("error", () => undefined)
      end.once("close", () => {
        this.#ends.delete(end)
        near.destroy()
        far.destroy()
      })
    }
    const carry = (from: Net.Socket, to: Net.Socket) => {
      from.on("data", (bytes: Buffer) => {
        if (to === near && bytes.length > this.#left) {
          near.write(bytes.subarray(0, this.#left))
          this.#left = Infinity
          near.destroySoon()
          far.resetAndDestroy()
          return
        }
        if (to === near) this.#left -= bytes.length
        to.write(bytes)
      })
      from.once("end", () => to.end())
      if (this.#isHeld) from.pause()
    }
    carry(near, far)
    carry(far, near)
  }

  /** Resets all connections, and lets none through. */
  cut(): void {
    this.#isCut = true
    for (const end of this.#ends) end.resetAndDestroy()
  }

  /** Lets connections through again, to this server if another one is named. */
  mend(port = this.#port): void {
    this.#isCut = false
    this.#port = port
  }

  /** Cuts a connection once so many more bytes have come to a browser; the next one holds. */
  cutAfter(bytes: number): void {
    this.#left = bytes
  }

  /** Carries nothing more, and closes nothing: what is sent waits. */
  hold(): void {
    this.#isHeld = true
    for (const end of this.#ends) end.pause()
  }

  /** Carries what has waited, and all that follows. */
  release(): void {
    this.#isHeld = false
    for (const end of this.#ends) end.resume()
  }
}

/** Opens a way to a server, at a port of its own. */
export const wayTo = async (stage: Stage, server: number): Promise<{ readonly way: Way; readonly port: number }> => {
  const way = new Way(server)
  const port = await listen(stage, Net.createServer({ allowHalfOpen: true }, (near) => {
    way.accept(near)
  }))
  stage.onEnd(() => {
    way.cut()
  })
  return { way, port }
}
