import * as Net from "node:net"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { listening } from "./listening.ts"

/** `up`: from the client to the server; `down`: back. */
export type Direction = "up" | "down"

/**
 * How a cable fails:
 *
 * - `reset`: both ends get an RST
 * - `end`: both ends get a FIN
 * - `stop`: nothing passes any more, and neither end is told
 */
export type Fate = "reset" | "end" | "stop"

/** The faults of a cable. */
export interface Manner {
  /** The largest chunk that is passed on, bytes; without it chunks stay as they came. */
  readonly pieceBytes?: number | undefined
  /** The latency in each direction, ms. */
  readonly delay?: number | undefined
  /** How it fails, after so many bytes in one direction; `block`: only that direction stops. */
  readonly cut?: { readonly direction: Direction; readonly after: number; readonly fate: Fate | "block" } | undefined
}

/** A TCP proxy with injected faults, for one connection. */
export interface Cable {
  /** The port to connect to, in place of the server's. */
  readonly port: number
  /** Waits until it is cut. */
  readonly whenCut: Effect.Effect<void>
  /** Cuts it now. */
  readonly cut: (fate: Fate) => Effect.Effect<void>
  /** Lets nothing pass in this direction any more; the other one goes on. */
  readonly block: (direction: Direction) => Effect.Effect<void>
}

/** A proxy to a server's port for one connection; it is closed with its scope. */
export const cable = (port: number, manner: Manner = {}): Effect.Effect<Cable, never, Scope.Scope> =>
  Effect.gen(function* () {
    const whenCut = yield* Deferred.make<void>()
    const strand = new Strand(manner, () => {
      Deferred.unsafeDone(whenCut, Effect.void)
    })
    const server = Net.createServer({ allowHalfOpen: true }, (near) => {
      strand.connect(near, Net.connect({ host: "127.0.0.1", port, allowHalfOpen: true }))
    })
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        strand.destroy()
      })
    )
    return {
      port: yield* listening(server),
      whenCut: Deferred.await(whenCut),
      cut: (fate) =>
        Effect.sync(() => {
          strand.cut(fate)
        }),
      block: (direction) =>
        Effect.sync(() => {
          strand.blocked.add(direction)
        })
    }
  })

/** One connection through a proxy, and its faults. */
export class Strand {
  readonly blocked = new Set<Direction>()
  readonly #manner: Manner
  readonly #onCut: () => void
  readonly #carried: Record<Direction, number> = { up: 0, down: 0 }
  #ends: ReadonlyArray<Net.Socket> = []
  #isCut = false

  constructor(manner: Manner, onCut: () => void) {
    this.#manner = manner
    this.#onCut = onCut
  }

  connect(near: Net.Socket, far: Net.Socket): void {
    this.#ends = [near, far]
    this.#carry("up", near, far)
    this.#carry("down", far, near)
  }

  cut(fate: Fate): void {
    if (this.#isCut) return
    this.#isCut = true
    for (const end of this.#ends) {
      if (fate === "reset") end.resetAndDestroy()
      if (fate === "end") end.end()
    }
    this.#onCut()
  }

  destroy(): void {
    this.#isCut = true
    for (const end of this.#ends) end.destroy()
  }

  #fail(direction: Direction, fate: Fate | "block"): void {
    if (fate !== "block") {
      this.cut(fate)
      return
    }
    this.blocked.add(direction)
    this.#onCut()
  }

  #carry(direction: Direction, from: Net.Socket, to: Net.Socket): void {
    from.setNoDelay(true)
    // Chunks and the end are passed on in the order they came.
    let passing = Promise.resolve()
    from.on("data", (bytes: Buffer) => {
      const arrival = performance.now() + (this.#manner.delay ?? 0)
      passing = passing.then(() => this.#pass(direction, bytes, to, arrival))
    })
    from.on("end", () => {
      passing = passing.then(() => {
        if (!this.#isCut && !this.blocked.has(direction)) to.end()
      })
    })
    from.on("error", () => {
      if (!this.#isCut) to.resetAndDestroy()
    })
  }

  async #pass(direction: Direction, bytes: Buffer, to: Net.Socket, arrival: number): Promise<void> {
    const { cut, pieceBytes = bytes.length } = this.#manner
    const early = arrival - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    for (let start = 0; start < bytes.length; ) {
      if (this.#isCut || this.blocked.has(direction)) return
      const left = cut?.direction === direction ? cut.after - this.#carried[direction] : Infinity
      const piece = bytes.subarray(start, start + Math.min(pieceBytes, left))
      if (to.writable) to.write(piece)
      start += piece.length
      this.#carried[direction] += piece.length
      if (cut !== undefined && piece.length === left) this.#fail(direction, cut.fate)
      // Each piece in a turn of the event loop of its own, so that the other end reads it separately.
      if (start < bytes.length) await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
