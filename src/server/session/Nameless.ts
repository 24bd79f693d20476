/** How often a connection keeps its place by an attempt to come in: a few people mistake themselves, and nobody holds a place for ever that way. */
const mostAttempts = 3

interface Entry {
  readonly address: string
  attempts: number
}

/**
 * The connections without a name, and which of them makes room for others: one of
 * the address that has most of them, and there the one that has got nearer to a
 * name longest ago. All is found in constant time.
 */
export class Nameless<Connection> {
  readonly #entries = new Map<Connection, Entry>()
  // The connections of each address, the one that got nearer to a name longest ago first.
  readonly #at = new Map<string, Set<Connection>>()
  // The addresses that have so many connections here, by that number.
  readonly #withCount = new Map<number, Set<string>>()
  #most = 0

  /** How many there are. */
  get size(): number {
    return this.#entries.size
  }

  /** The one that has to make room first. */
  get first(): Connection | undefined {
    const [address] = this.#withCount.get(this.#most) ?? []
    const [connection] = (address === undefined ? undefined : this.#at.get(address)) ?? []
    return connection
  }

  /** A connection has come from this address. */
  add(connection: Connection, address: string): void {
    this.#entries.set(connection, { address, attempts: 0 })
    const neighbours = this.#at.get(address) ?? new Set()
    this.#move(address, neighbours.size, neighbours.size + 1)
    neighbours.add(connection)
    this.#at.set(address, neighbours)
  }

  /** A connection has tried to come in: only so often does that count. */
  attempted(connection: Connection): void {
    const entry = this.#entries.get(connection)
    if (entry === undefined || entry.attempts >= mostAttempts) return
    entry.attempts += 1
    const neighbours = this.#at.get(entry.address)
    if (neighbours?.delete(connection) === true) neighbours.add(connection)
    this.#move(entry.address, neighbours?.size ?? 0, neighbours?.size ?? 0)
  }

  /** A connection has a name, or is gone. */
  delete(connection: Connection): void {
    const entry = this.#entries.get(connection)
    const neighbours = entry === undefined ? undefined : this.#at.get(entry.address)
    if (entry === undefined || neighbours === undefined) return
    this.#entries.delete(connection)
    this.#move(entry.address, neighbours.size, neighbours.size - 1)
    neighbours.delete(connection)
    if (neighbours.size === 0) this.#at.delete(entry.address)
  }

  // Puts an address behind all others with as many connections.
  #move(address: string, from: number, to: number): void {
    const before = this.#withCount.get(from)
    before?.delete(address)
    if (before?.size === 0) this.#withCount.delete(from)
    if (to > 0) {
      const after = this.#withCount.get(to) ?? new Set()
      after.add(address)
      this.#withCount.set(to, after)
    }
    // The greatest number changes by one at most.
    this.#most = this.#withCount.has(this.#most + 1) ? this.#most + 1 : this.#withCount.has(this.#most) ? this.#most : Math.max(0, this.#most - 1)
  }
}
