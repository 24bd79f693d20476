import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RunFailed } from "./RunFailed.ts"

/** A chat server to be measured. */
export interface Server {
  readonly name: string
  readonly dialect: "plain" | "irc"
  /** With how many clients on their way in at once it lets a thousand in the fastest. */
  readonly atOnce: number
  /** Starts a new one, on its core; it ends with the scope. */
  readonly start: Effect.Effect<Listening, RunFailed, FileSystem.FileSystem | Scope.Scope>
}

/** One that takes connections. */
export interface Listening {
  readonly pid: number
  readonly host: string
  readonly port: number
}

/** The core that every server has to itself. */
export const serverCore = 0
