import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Operator from "../../support/operatorWindow.ts"
import { type Program, serve, type StartOptions } from "./program.ts"
import type { Stage } from "./stage.ts"

/** A runtime directory of the test's own. */
export const runtime = (stage: Stage): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "brusio-run-")))
  stage.onEnd(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** The environment in which no browser is opened, and a second start finds what a first one has left in this folder. */
export const quietly = (folder: string): Readonly<Record<string, string>> => ({ BRUSIO_BROWSER: "none", XDG_RUNTIME_DIR: folder })

/** The files that servers have left for a second start. */
export const keyFiles = (folder: string): ReadonlyArray<string> => (existsSync(join(folder, "brusio")) ? readdirSync(join(folder, "brusio")) : [])

/** The link to the window that a program prints, as its parts. */
export const linkOf = (program: Program): Promise<{ readonly host: string; readonly port: number; readonly code: string }> =>
  program.stdout.find("The link to the window", ({ text }) => {
    const [, host = "", port = "", code = ""] = /Your window: http:\/\/(\S+):(\d+)\/operator#([\w-]{22})/u.exec(text) ?? []
    return code === "" ? undefined : { host, port: Number(port), code }
  })

/** Starts a server with a window, which is not opened yet. */
export const serveWindow = async (stage: Stage, { args = [], env = {}, ...options }: StartOptions & { readonly args?: ReadonlyArray<string> } = {}) => {
  const folder = runtime(stage)
  const served = await serve(stage, { ...options, args: ["--window", ...args], env: { ...quietly(folder), ...env } })
  return { ...served, folder, link: await linkOf(served.program) }
}

const within = <A>(stage: Stage, effect: Effect.Effect<A, never, Scope.Scope>): Promise<A> => {
  const scope = Effect.runSync(Scope.make())
  stage.onEnd(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(Scope.extend(effect, scope))
}

/** The window that such a link opens, as a browser has it open. */
export const windowOf = (stage: Stage, { port, ...by }: { readonly port: number; readonly code?: string; readonly secret?: string }) =>
  within(stage, Operator.openWindow(port, by))

/** A WebSocket of a window that has said nothing yet. */
export const knocking = (stage: Stage, { port }: { readonly port: number }) => within(stage, Operator.knock(port))
