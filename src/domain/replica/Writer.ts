import { foundable } from "./asking.ts"
import type { Batch, Body, Digest } from "./Body.ts"
import { eldest } from "./Node.ts"
import { myself, type Replica } from "./Replica.ts"
import { returnOf } from "./returning.ts"
import { beat } from "./timing.ts"

/** How many batches are on their way at most. */
const maxInFlight = 8

/** How large a batch of several entries is at most, in bytes of these; a record may have twice as many. */
const maxBytes = 256 * 1024

/** How large one entry may be, in bytes: a record with it alone is below 512 KiB, which every engine takes. */
export const maxEntryBytes = 480 * 1024

/** What stands between two entries, in bytes. */
const separator = 1

/** How many entries are in a batch at most. */
const maxEntries = 1024

/** How long nothing comes back until all that is on its way is written once more, ms; twice as long for each time that was in vain. */
const patience = { first: 1000, most: 4000 }

/** How long after that it is written once more on request, ms: what had been on its way then is void. */
const promptly = 250

/** How many entries are taken out of the queue before the array is cut. */
const maxTaken = 4096

/**
 * What a node has to write: its entries, in batches, until they have come back in the log; and what its
 * phase calls for. It reads no clock. `now`, ms, is the caller's, and never goes back.
 */
export class Writer<E> {
  readonly #sizeOf: (entry: E) => number
  #queue: Array<{ readonly entry: E; readonly size: number }> = []
  #taken = 0
  #inFlight: ReadonlyArray<Batch<E>> = []
  #entriesInFlight = 0
  #n = 0
  #phase: Replica<E>["phase"] = "asking"
  #epoch: string | undefined
  #saidAt = -Infinity
  // When all that is on its way is written once more, where nothing of it comes back until then.
  #againAt = Infinity
  #againFor = patience.first
  // When that was done last, and whether it is known that something was lost since.
  #resentAt = -Infinity
  #isLost = false
  #digest: Digest | undefined
  #closing: "no" | "wanted" | "said" = "no"

  /** `sizeOf`: how many bytes an entry takes on the wire, or more. */
  constructor(sizeOf: (entry: E) => number) {
    this.#sizeOf = sizeOf
  }

  /** How many entries have not come back yet. */
  get waiting(): number {
    return this.#queue.length - this.#taken + this.#entriesInFlight
  }

  /** Appends entries, in this order, after all that were before. After `close` none may follow. One above {@link maxEntryBytes} is a defect of the caller, and is not taken. */
  enqueue(entries: ReadonlyArray<E>): void {
    for (const entry of entries) {
      const size = this.#sizeOf(entry)
      if (size > maxEntryBytes) throw new RangeError(`An entry of the log has ${size} bytes. It may have ${maxEntryBytes}.`)
      this.#queue.push({ entry, size })
    }
  }

  /** Writes a digest of the own state with the next batch, if this node is the eldest then. */
  compare(digest: Digest): void {
    this.#digest = digest
  }

  /** The node is gone as soon as all entries have come back: no other node waits for that. */
  close(): void {
    if (this.#closing === "no") this.#closing = "wanted"
  }

  /** Writes all that is on its way once more: it is known that something was lost. */
  resend(): void {
    this.#isLost = true
  }

  /** Takes note of how far the log has been read; call it after one or more records have been folded. */
  seen(replica: Replica<E>, now: number): void {
    const n = myself(replica)?.n ?? 0
    const inFlight = this.#inFlight.filter((batch) => batch.n > n)
    if (inFlight.length === this.#inFlight.length) return
    this.#inFlight = inFlight
    this.#entriesInFlight = inFlight.reduce((sum, { entries }) => sum + entries.length, 0)
    this.#againFor = patience.first
    this.#againAt = now + this.#againFor
    this.#isLost = false
  }

  /** What is to be appended to the log now. Ask after each turn in which something was enqueued or read, and at the time of {@link next}. */
  due(replica: Replica<E>, now: number): ReadonlyArray<Body<E>> {
    const isNew = replica.phase !== this.#phase || replica.read?.epoch !== this.#epoch
    this.#phase = replica.phase
    this.#epoch = replica.read?.epoch
    if (isNew) this.#saidAt = -Infinity
    const bodies = this.#bodies(replica, now, isNew)
    if (bodies.length > 0) this.#saidAt = now
    return bodies
  }

  /** When something is due at the latest, on the clock of `now`; `Infinity` where nothing is any more. */
  get next(): number {
    if (this.#phase === "over") return Infinity
    return this.#phase === "full" && this.#inFlight.length > 0 ? this.#nextAgain : this.#saidAt + beat
  }

  #bodies(replica: Replica<E>, now: number, isNew: boolean): ReadonlyArray<Body<E>> {
    switch (replica.phase) {
      case "asking": {
        if (now < this.#saidAt + beat) return []
        const after = foundable(replica)
        const { name, settings, speaks } = replica.me
        return [after === undefined ? { _tag: "Hello", name, speaks, settings } : { _tag: "Found", after }]
      }
      case "returning":
        if (now < this.#saidAt + beat) return []
        return [returnOf(replica, !replica.returned.some(({ from }) => from === replica.me.id))]
      case "full":
        return this.#batches(replica, now, isNew)
      case "over":
        return []
    }
  }

  #batches(replica: Replica<E>, now: number, isNew: boolean): ReadonlyArray<Body<E>> {
    const again = this.#inFlight.length > 0 && (isNew || now >= this.#nextAgain) ? this.#inFlight : []
    if (again.length > 0) {
      this.#isLost = false
      this.#resentAt = now
      this.#againFor = Math.min(2 * this.#againFor, patience.most)
      this.#againAt = now + this.#againFor
    }
    const fresh: Array<Batch<E>> = []
    while (this.#inFlight.length + fresh.length < maxInFlight && this.#closing !== "said" && this.#hasMore()) fresh.push(this.#batch(replica))
    const isQuiet = this.#inFlight.length + fresh.length === 0 && this.#closing !== "said" && now >= this.#saidAt + beat
    if (isQuiet) fresh.push(this.#batch(replica))
    if (fresh.length > 0) {
      if (this.#inFlight.length === 0) this.#againAt = now + this.#againFor
      this.#inFlight = [...this.#inFlight, ...fresh]
      this.#entriesInFlight += fresh.reduce((sum, { entries }) => sum + entries.length, 0)
    }
    return [...again, ...fresh]
  }

  get #nextAgain(): number {
    return this.#isLost ? Math.min(this.#againAt, this.#resentAt + promptly) : this.#againAt
  }

  #hasMore(): boolean {
    return this.#taken < this.#queue.length || this.#closing === "wanted"
  }

  // The next batch: of the entries that wait, as many as it may hold.
  #batch(replica: Replica<E>): Batch<E> {
    const entries: Array<E> = []
    let bytes = 0
    for (let at = this.#taken; at < this.#queue.length && entries.length < maxEntries; at += 1) {
      const next = this.#queue[at]
      if (next === undefined) break
      bytes += next.size + separator
      if (entries.length > 0 && bytes > maxBytes) break
      entries.push(next.entry)
    }
    this.#taken += entries.length
    if (this.#taken === this.#queue.length) {
      this.#queue = []
      this.#taken = 0
    } else if (this.#taken > maxTaken) {
      this.#queue = this.#queue.slice(this.#taken)
      this.#taken = 0
    }
    this.#n += 1
    const last = this.#closing === "wanted" && this.#queue.length === 0
    if (last) this.#closing = "said"
    const digest = eldest(replica.nodes)?.id === replica.me.id ? this.#digest : undefined
    this.#digest = undefined
    return { _tag: "Batch", n: this.#n, entries, ...(digest === undefined ? {} : { digest }), ...(last ? { last } : {}) }
  }
}
