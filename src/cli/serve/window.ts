import { get, type IncomingMessage } from "node:http"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { formatAddress } from "../../net/address.ts"
import { isLoopback } from "../../net/addressRanges.ts"
import type * as Desk from "../../server/operator/Desk.ts"
import type * as Server from "../../server/Server.ts"
import { openBrowser } from "../browser.ts"
import { complain } from "../process.ts"
import { find, type Found, leave } from "./keyFile.ts"
import { linkForOthers, qrRows } from "./links.ts"
import type { Ways } from "./ways.ts"

/** How long a server may take to give a code, ms. */
const codePatience = 2000

/** How much of an answer is read at most: a code is short. */
const maxAnswer = 1024

/** The operator's window cannot be reached where the server listens. */
export class NoWindow extends Data.TaggedError("NoWindow")<{ readonly host: string }> {
  override get message(): string {
    return `The operator's window is served over the loopback only, and the server would not listen there: leave out --host ${this.host}, or listen on all addresses with --host 0.0.0.0.`
  }
}

/** Where a server that listens on this address, for this host, is reached over the loopback. */
export const reachedAt = ({ host, ip }: { readonly host: string; readonly ip: string }): Effect.Effect<string, NoWindow> => {
  if (/^(?:::|(?:::ffff:)?0\.0\.0\.0)$/u.test(ip)) return Effect.succeed("127.0.0.1")
  return isLoopback(ip) ? Effect.succeed(ip) : new NoWindow({ host })
}

const urlOf = (at: string, port: number, code: string): string => `http://${formatAddress(at, port)}/operator#${code}`

const noBrowser = "No browser could be started: open the link to the window in one on this machine, within 30 seconds."

/** Opens the operator's window of a server that is reached at `at`; `show` is given its link. Does not wait for the browser. */
export const openWindow = (
  { address, port }: Server.Server["Type"],
  { links }: Ways,
  desk: Desk.Desk["Type"],
  at: string,
  show: (url: string) => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const forOthers = linkForOthers(links)
    yield* desk.open({ address, links, ...(forOthers === undefined ? {} : { qr: yield* qrRows(forOthers) }) })
    if (!(yield* leave({ host: at, port, key: desk.key, pid: process.pid }))) {
      yield* Effect.logWarning("There is no folder that only you can write, for the key to the window: a second start cannot open it")
    }
    const url = urlOf(at, port, yield* desk.code)
    show(url)
    yield* Effect.forkScoped(Effect.flatMap(openBrowser(url), (isOpen) => (isOpen ? Effect.void : Effect.logWarning(noBrowser))))
  })

/** Opens the window of the server that runs on this port of this host, if it is this user's and has one. Whether it has. */
export const bringBack = ({ host, port }: { readonly host: string; readonly port: number }): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    for (const found of yield* find(host, port)) {
      const code = yield* codeOf(found)
      if (code === undefined) continue
      const url = urlOf(found.key.host, port, code)
      process.stdout.write(`The room on port ${port} is open already. Your window: ${url}\n`)
      if (!(yield* openBrowser(url))) yield* complain(noBrowser)
      return true
    }
    return false
  })

const codeOf = ({ key, remove }: Found): Effect.Effect<string | undefined> =>
  Effect.gen(function* () {
    const asked = yield* ask(key)
    if (asked._tag === "Code") return asked.code
    // The server that left it is gone, and the port is another program's. A server that is only late is asked again the next time.
    if (asked._tag === "Stranger" || !isRunning(key.pid)) yield* remove
    return undefined
  })

/** What came of asking for a code; `Stranger`: whoever answers is no server that has left this key. */
type Asked = { readonly _tag: "Code"; readonly code: string } | { readonly _tag: "Late" | "Stranger" }

const ask = ({ host, key, port }: Found["key"]): Effect.Effect<Asked> =>
  Effect.async<Asked>((resume) => {
    const stranger = () => {
      resume(Effect.succeed({ _tag: "Stranger" }))
    }
    const request = get({ host, port, path: "/operator/code", headers: { authorization: `Bearer ${key}` }, agent: false }, (response) => {
      read(response, (body) => {
        const code = response.statusCode === 200 ? /^([\w-]{22})\n$/u.exec(body)?.[1] : undefined
        if (code === undefined) stranger()
        else resume(Effect.succeed({ _tag: "Code", code }))
      })
    })
    request.on("error", stranger)
    return Effect.sync(() => request.destroy())
  }).pipe(Effect.timeoutTo({ duration: codePatience, onSuccess: (asked) => asked, onTimeout: (): Asked => ({ _tag: "Late" }) }))

// What an answer says, as much of it as a code could be.
const read = (response: IncomingMessage, then: (body: string) => void): void => {
  let body = ""
  const end = () => {
    then(body)
  }
  response.setEncoding("utf8")
  response.on("data", (part: string) => {
    body += part
    if (body.length > maxAnswer) response.destroy()
  })
  response.on("close", end)
}

// A process of somebody else's counts as running.
const isRunning = (pid: number): boolean =>
  Either.match(Either.try({ try: () => process.kill(pid, 0), catch: (error) => error }), {
    onRight: () => true,
    onLeft: (error) => error instanceof Error && "code" in error && error.code === "EPERM"
  })
