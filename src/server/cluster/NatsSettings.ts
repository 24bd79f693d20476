import type * as Redacted from "effect/Redacted"

/** Where the engine of a cluster is, and which log in it is this cluster's. */
export interface NatsSettings {
  /** The servers of the engine, as URLs such as `nats://10.0.0.5:4222`, or `tls://` for a connection that has to be encrypted. Others of theirs are found by themselves. */
  readonly servers: ReadonlyArray<string>
  /** The name of the cluster: letters, digits, `-` and `_`. Clusters of other names may use the same engine. */
  readonly cluster: string
  /** What the engine asks for: the content of a file of credentials (`.creds`), the seed of an NKey, `user:password`, or a token. */
  readonly credentials?: Redacted.Redacted | undefined
  /** The certificates of the authorities that the engine's certificate may be signed by, in PEM; those of the system where absent. */
  readonly ca?: string | undefined
  /** On how many servers of the engine the log is kept; where absent, on three of an engine that is a cluster itself, or else on one. */
  readonly replicas?: 1 | 3 | 5 | undefined
}

/** Where in the engine the records and messages of a cluster are. */
export interface Names {
  /** The stream of JetStream that is the log. */
  readonly stream: string
  /** What is published on this subject is appended to the log. */
  readonly log: string
  /** The beginning of the subject of one node. */
  readonly node: (encodedId: string) => string
}

/** The names of a cluster. */
export const namesOf = (cluster: string): Names => ({
  stream: `BRUSIO_${cluster}`,
  log: `brusio.${cluster}.log`,
  node: (encodedId) => `brusio.${cluster}.node.${encodedId}`
})
