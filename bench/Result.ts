import * as Schema from "effect/Schema"

/** What one run measured. `null` is what this system does not tell. */
export const Result = Schema.Struct({
  /** The length of the measured window. */
  seconds: Schema.Number,
  /** Messages received and checked in it, each by one client. */
  deliveries: Schema.Number,
  serverCpuSeconds: Schema.NullOr(Schema.Number),
  generatorCpuSeconds: Schema.NullOr(Schema.Number),
  /** Of all processes on the machine. */
  allCpuSeconds: Schema.NullOr(Schema.Number),
  /** Latencies in ms. */
  p50: Schema.Number,
  p99: Schema.Number,
  /** What the server holds with everybody there more than with nobody. */
  memoryKb: Schema.NullOr(Schema.Number)
})
export type Result = typeof Result.Type
