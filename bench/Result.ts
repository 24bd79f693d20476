import * as Schema from "effect/Schema"

/** What one run measured. `null` is what this system does not tell. */
export const Result = Schema.Struct({
  clients: Schema.Number,
  /** From the first connection until all are in and have been told so. */
  joinSeconds: Schema.Number,
  joinServerCpuSeconds: Schema.NullOr(Schema.Number),
  joinGeneratorCpuSeconds: Schema.NullOr(Schema.Number),
  /** What the server holds with nobody there, and with everybody. */
  emptyKb: Schema.NullOr(Schema.Number),
  fullKb: Schema.NullOr(Schema.Number),
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
  p99: Schema.Number
})
export type Result = typeof Result.Type
