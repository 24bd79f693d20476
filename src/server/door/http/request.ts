import type { IncomingMessage } from "node:http"
import { isIP } from "node:net"

/** What programs ask for that watch the server. */
export type Watched = "health" | "ready" | "metrics"

/** What programs ask for that watch the server; `undefined` for all other paths. It is answered also where there is no place. */
export const watchedAt = (path: string): Watched | undefined => {
  switch (path) {
    case "/health":
      return "health"
    case "/ready":
      return "ready"
    case "/metrics":
      return "metrics"
    default:
      return undefined
  }
}

/** What scripts ask for, in the room with this name as it stands in the path. */
export interface Hooked {
  readonly kind: "say" | "events"
  readonly room: string
}

/** What scripts ask for at this path; `undefined` for all other paths. */
export const hookAt = (path: string): Hooked | undefined => {
  const [, room, events] = /^\/rooms\/([^/]+)(\/events)?$/u.exec(path) ?? []
  return room === undefined ? undefined : { kind: events === undefined ? "say" : "events", room }
}

const methodOf = { say: "POST", events: "GET" } as const

/** Whether the first bytes of a connection ask for what is answered also where there is no place. */
export const asksToWatch = (heard: ReadonlyArray<Uint8Array>): boolean => /^[A-Z]+ \/(?:(?:health|ready|metrics)[ ?]|rooms\/)/u.test(Buffer.concat(heard).toString("latin1", 0, longestStart))

/** The longest method and path of those that are served there. */
const longestStart = 32

/** What of a request is checked before anything of it is answered. Each header comes as the list of its lines. */
export interface Asked {
  readonly method: string
  readonly target: string
  readonly hosts: ReadonlyArray<string>
  readonly origins: ReadonlyArray<string>
  /** Whether it says that a body follows. */
  readonly hasBody: boolean
}

/** What is checked of a request before anything of it is answered. */
export const askedOf = (request: IncomingMessage): Asked => ({
  method: request.method ?? "",
  target: request.url ?? "",
  hosts: request.headersDistinct["host"] ?? [],
  origins: request.headersDistinct["origin"] ?? [],
  hasBody: (request.headers["content-length"] ?? "0") !== "0" || request.headers["transfer-encoding"] !== undefined
})

/** Why a request is not served: a status, and words for whoever sees the answer. */
export interface Denied {
  readonly status: 400 | 403 | 404 | 405 | 421 | 426 | 503
  readonly words: string
  /** The methods that are served, where only the method was wrong. */
  readonly allow?: string
}

const hostLine = /^(?<name>\[[0-9a-fA-F:.]+\]|[^\s[\]:@/?#\\%]+)(?::\d{1,5})?$/u

/** The host that a Host header names, in lower case and without its port; `undefined` where it is none. */
const nameOf = (host: string): string | undefined => hostLine.exec(host)?.groups?.["name"]?.toLowerCase().replace(/\.$/u, "")

/**
 * Whether a page of this host may be one of ours. A name that anybody can point
 * at this machine is not enough (DNS rebinding): an address names the machine
 * itself, and so do names that only the local network gives out; `names` are those
 * that this server goes by besides.
 */
const isOwnHost = (host: string, names: ReadonlyArray<string>): boolean => {
  const name = nameOf(host)
  if (name === undefined) return false
  const address = name.startsWith("[") ? name.slice(1, -1) : name
  return (
    isIP(address) !== 0 ||
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name.endsWith(".local") ||
    names.some((known) => known.toLowerCase() === name)
  )
}

/** Whether the page that asks is one of this server: no other site's page may reach the room through somebody's browser. */
const isOwnOrigin = (origin: string, host: string): boolean =>
  [`http://${host}`, `https://${host}`].some((own) => own.toLowerCase() === origin.toLowerCase())

/** There is nothing at this path. */
export const notFound: Denied = { status: 404, words: "There is no such page here." }

/** Checks a request: the path that it asks for, or why it is not served. `names` are those that this server goes by beside its addresses; `hasHooks`: whether scripts are served. */
export const check = ({ hasBody, hosts, method, origins, target }: Asked, names: ReadonlyArray<string>, hasHooks = false): { readonly path: string } | Denied => {
  const [host, ...otherHosts] = hosts
  if (host === undefined || otherHosts.length > 0) return { status: 400, words: "A request has one Host header." }
  if (!target.startsWith("/")) return { status: 400, words: "A request names a path of this server." }
  const path = target.replace(/[?#].*$/su, "")
  // What a machine asks to know whether the server is there says nothing of the room.
  const isProbe = ["health", "ready"].includes(watchedAt(path) ?? "")
  if (!isProbe && !isOwnHost(host, names)) {
    return { status: 421, words: `This room is not served under the name ${nameOf(host) ?? "in the Host header"}: open it by its address, or start the server with --allow-host.` }
  }
  if (origins.length > 1 || origins.some((origin) => !isOwnOrigin(origin, host))) return { status: 403, words: "Another site's page may not speak here." }
  const hooked = hookAt(path)
  if (hooked !== undefined) {
    if (!hasHooks) return notFound
    const allow = methodOf[hooked.kind]
    return method === allow ? { path } : { status: 405, words: `Only ${allow} is served here.`, allow }
  }
  if (method !== "GET" && method !== "HEAD") return { status: 405, words: "Only GET and HEAD are served here." }
  if (hasBody) return { status: 400, words: "A request here has no body." }
  return { path }
}
