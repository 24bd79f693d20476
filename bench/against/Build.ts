import { join } from "node:path"
import * as Effect from "effect/Effect"
import { brusio } from "../brusio.ts"
import type { RunFailed } from "../RunFailed.ts"
import type { Server } from "../Server.ts"

/** A build to compare: the path of the program, and the server that it runs. */
export interface Build {
  readonly program: string
  readonly server: Server
}

/** The build of this program under this name, which keeps places for so many seconds; fails when the program cannot be run. */
export const make = (name: string, program: string, keep: number): Effect.Effect<Build, RunFailed> =>
  Effect.map(brusio(program, "plain", [["--keep", String(keep)]]), (server) => ({ program, server: { ...server, name } }))

/** The path of the built program in this checkout. */
export const programIn = (checkout: string): string => join(checkout, "dist", "cli.js")
