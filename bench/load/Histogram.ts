const bucketsPerMilli = 20
const maxMillis = 20_000

/** How often each latency was seen, in steps of 0.05 ms. Adding one is an increment, so every delivery is counted. */
export class Histogram {
  readonly #buckets = new Uint32Array(maxMillis * bucketsPerMilli)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(millis: number): void {
    const bucket = Math.min(Math.max(Math.floor(millis * bucketsPerMilli), 0), this.#buckets.length - 1)
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count += 1
  }

  /** The latency in ms that this part of the deliveries stayed under. */
  percentile(part: number): number {
    const wanted = Math.ceil(this.#count * part)
    let seen = 0
    const bucket = this.#buckets.findIndex((count) => (seen += count) >= wanted)
    return (bucket + 1) / bucketsPerMilli
  }
}
