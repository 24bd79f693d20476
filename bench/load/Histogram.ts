const bucketsPerMilli = 20
const maxMillis = 20_000

/** A histogram of latencies, in buckets of 0.05 ms up to 20 s. To add one is an increment, so every delivery is counted and none is sampled. */
export class Histogram {
  readonly #buckets = new Uint32Array(maxMillis * bucketsPerMilli)
  #count = 0

  /** How many latencies were added. */
  get count(): number {
    return this.#count
  }

  /** Adds a latency in ms; one above 20 s counts as 20 s. */
  add(millis: number): void {
    const bucket = Math.min(Math.max(Math.floor(millis * bucketsPerMilli), 0), this.#buckets.length - 1)
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count += 1
  }

  /** The latency in ms that this part of the deliveries stayed under; `part` is between 0 and 1. */
  percentile(part: number): number {
    const wanted = Math.ceil(this.#count * part)
    let seen = 0
    const bucket = this.#buckets.findIndex((count) => (seen += count) >= wanted)
    return (bucket + 1) / bucketsPerMilli
  }
}
