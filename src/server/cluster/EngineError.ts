import * as Schema from "effect/Schema"
import { clean } from "../../domain/Text.ts"

/** The engine of a cluster cannot be used, as was found at the start; `detail` is what was found. */
export class EngineError extends Schema.TaggedError<EngineError>()("EngineError", {
  /**
   * `unreachable`: nobody answers there, or none who speaks NATS. `refused`: the
   * credentials are not accepted, or do not allow it. `insecure`: there is no
   * connection with TLS, or not to whom it should be. `no-jetstream`: the engine
   * keeps no logs. `unable`: it cannot keep this one, for lack of memory or by its
   * limits. `differs`: the log is there with other settings. `missing`: the
   * packages of NATS are not installed.
   */
  reason: Schema.Literal("unreachable", "refused", "insecure", "no-jetstream", "unable", "differs", "missing"),
  servers: Schema.Array(Schema.String),
  detail: Schema.String
}) {
  override get message(): string {
    return `Cannot use the cluster's engine at ${this.servers.map((server) => clean(server)).join(", ")}: ${clean(this.detail)}.`
  }
}
