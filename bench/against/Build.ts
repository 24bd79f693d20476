import { join } from "node:path"
import * as Effect from "effect/Effect"
import { brusio } from "../brusio.ts"
import type { RunFailed } from "../RunFailed.ts"
import type { Server } from "../Server.ts"

/** A built program, and the server that it is. */
export interface Build {
  readonly program: string
  readonly server: Server
}

export const make = (name: string, program: string): Effect.Effect<Build, RunFailed> =>
  Effect.map(brusio(program), (server) => ({ program, server: { ...server, name } }))

/** The program as it is built in this checkout. */
export const programIn = (checkout: string): string => join(checkout, "dist", "cli.js")
