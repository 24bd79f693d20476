import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DialectName } from "./load/Dialect.ts"
import type { RunFailed } from "./RunFailed.ts"

/** A chat server to be measured. */
export interface Server {
  readonly name: string
  readonly dialect: DialectName
  /** Whether its clients come with TLS. */
  readonly isEncrypted: boolean
  /** How many clients join at the same time: with so many the server lets a thousand in the fastest. */
  readonly atOnce: number
  /** Starts a new process of this server, pinned to {@link serverCore}; the process ends with the scope. */
  readonly start: Effect.Effect<Listening, RunFailed, FileSystem.FileSystem | Scope.Scope>
}

/** A server that has started and takes connections here. */
export interface Listening {
  /** All its processes. */
  readonly pids: readonly [number, ...ReadonlyArray<number>]
  readonly host: string
  /** A port of each of its nodes. */
  readonly ports: readonly [number, ...ReadonlyArray<number>]
}

/** The options that tell a load generator of a server that listens. */
export const whereAbouts = ({ host, pids, ports }: Listening): ReadonlyArray<string> => ["--host", host, "--port", ports.join(), "--pid", pids.join()]

/** The core that every server is pinned to, where processes can be pinned; the load has another. */
export const serverCore = 0
