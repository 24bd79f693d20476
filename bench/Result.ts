import * as Schema from "effect/Schema"

/** What one run measured; `null` for what this system does not tell. CPU times are in seconds of one core. */
export const Result = Schema.Struct({
  clients: Schema.Number,
  /** From the first connection until all clients are in and the first one has been told of all others. */
  joinSeconds: Schema.Number,
  joinServerCpuSeconds: Schema.NullOr(Schema.Number),
  joinGeneratorCpuSeconds: Schema.NullOr(Schema.Number),
  /** The resident memory of the server with nobody there, and with everybody. */
  emptyKb: Schema.NullOr(Schema.Number),
  fullKb: Schema.NullOr(Schema.Number),
  /** The length of the measured window. */
  seconds: Schema.Number,
  /** Messages received and checked in that window, counted once for each receiver. */
  deliveries: Schema.Number,
  /** CPU times in that window: of the server, of the load generator, and of all processes on the machine. */
  serverCpuSeconds: Schema.NullOr(Schema.Number),
  /** That of each process of the server. */
  eachCpuSeconds: Schema.Array(Schema.NullOr(Schema.Number)),
  generatorCpuSeconds: Schema.NullOr(Schema.Number),
  allCpuSeconds: Schema.NullOr(Schema.Number),
  /** Percentiles of the latency of a delivery, ms. */
  p50: Schema.Number,
  p99: Schema.Number,
  /** Handshakes of TLS, as many as there were clients, all at once: until the last client has finished its own; `null` without TLS. */
  handshakeSeconds: Schema.NullOr(Schema.Number),
  handshakeServerCpuSeconds: Schema.NullOr(Schema.Number),
  handshakeGeneratorCpuSeconds: Schema.NullOr(Schema.Number)
})
export type Result = typeof Result.Type
