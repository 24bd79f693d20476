import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { defaultBounds } from "../domain/Chat.ts"
import type { Bounds as History } from "../domain/history.ts"

/** The token bucket of a client: how many messages it may send a second, and how many at once after it has been silent. */
export interface RateLimit {
  /** Messages a second; a message counts once for each KiB of it. */
  readonly perSecond: number
  /** The size of the bucket, in messages. */
  readonly burst: number
}

/** Every limit of the server. Times are in ms, sizes in bytes. */
export interface ServerOptions {
  /** The address to listen on. */
  readonly host: string
  /** The port to listen on; 0 takes a free one. */
  readonly port: number
  /** The descriptor of a TCP socket that somebody else has opened and listens already: then neither `host` nor `port` counts. `undefined` opens one. */
  readonly socket: number | undefined
  /**
   * The proxies that are trusted to tell the addresses of clients, with the PROXY
   * protocol: IP addresses, or ranges such as `10.0.0.0/8`. They have to tell it of every connection.
   */
  readonly trustProxy: ReadonlyArray<string>
  /** Names under which browsers reach this server, beside its addresses and its own name: see `docs/wire/web.md`. */
  readonly allowHosts: ReadonlyArray<string>
  /** Whether only clients that come with TLS are served: others are told how to come. Needs a `Certificate`. */
  readonly tlsOnly: boolean
  /** Who is served metrics over HTTP, see `docs/metrics.md`: this machine only, everybody who reaches the port, or nobody. */
  readonly metrics: "loopback" | "all" | "off"
  /** The token with which scripts say lines and listen over HTTP, see `docs/hooks.md`; `undefined` lets none. */
  readonly hookToken: Redacted.Redacted | undefined
  /** How long somebody stays who said something over HTTP, after the last line, ms. */
  readonly hookKeptFor: number
  /** Whether whoever runs the server starts it again after a fault that ends it: clients are told so, and may come back. */
  readonly startedAgain: boolean
  /** The name of the server, in dialects in which servers have one: letters, digits, dots and hyphens. */
  readonly serverName: string
  /** The password that lets clients in, of at most `maxPasswordLength` characters (`domain/password.ts`); `undefined` lets everybody in. */
  readonly password: Redacted.Redacted | undefined
  /** Whom clients of IRC can be an operator of the server as; `undefined` lets nobody be one. */
  readonly operator: { readonly name: Redacted.Redacted; readonly secret: Redacted.Redacted } | undefined
  /** With how many wrong passwords a connection is closed. */
  readonly passwordTries: number

  /** How many clients there may be. */
  readonly maxClients: number
  /** How many clients there may be from one address; an IPv6 address is its /64 prefix. */
  readonly maxClientsPerAddress: number
  /** How many clients may be there without a name; for one more, one of the address with most of them has to go: the one that has tried to come in longest ago. */
  readonly maxNameless: number
  /** How long a client may take to give its name. */
  readonly nameTimeout: number
  /** How long the place of a client that can come back is kept once its connection is lost; 0: not at all. */
  readonly keep: number
  /** How many places may be kept of clients of one address; an IPv6 address is its /64 prefix. */
  readonly maxKeptPerAddress: number
  /** How much is kept of what is said in a room, for those who enter later; `undefined` keeps nothing. */
  readonly history: History | undefined
  /** How many rooms there may be, the lobby included. */
  readonly maxRooms: number
  /** How many connections beyond `maxClients` are kept open long enough to be told, in their dialect, that there is no room. */
  readonly maxTurnedAway: number

  /** The longest line a client may send, without its line feed. */
  readonly maxLine: number
  /** The longest name, in characters as a reader counts them. */
  readonly maxName: number
  /** The high-water mark of a client's inbox: with more bytes waiting to be taken up, nothing is read from its socket. */
  readonly maxUnheard: number
  /** How long what a client had sent is still taken up, at its rate, once its connection has ended. */
  readonly hearOut: number
  /** The rate limit, above which what a client sends waits; `undefined` is no limit, neither for a client nor for an address. */
  readonly rateLimit: RateLimit | undefined
  /** How many messages a second all clients of one address may send together; above it they wait. An IPv6 address is its /64 prefix. */
  readonly addressRateLimit: number
  /** How many of them may come at once. */
  readonly addressRateBurst: number
  /** How many connections a second may come from one address; above it they wait before anything is read. */
  readonly connectRateLimit: number
  /** How many of them may come at once. */
  readonly connectRateBurst: number
  /** Whether a plain client gets its own messages back: `auto` sends them to programs that show only what the server sends. */
  readonly echo: "auto" | "on" | "off"

  /** How long a connection may be silent before it is greeted and asked for a name. */
  readonly greetAfter: number
  /** How long a trusted proxy may take to tell a client's address. */
  readonly proxyHeaderWithin: number
  /** How long the handshake of TLS may take. */
  readonly handshakeWithin: number
  /** How long first bytes that could still become another dialect are waited for. */
  readonly detectWithin: number
  /** A silence that ends a name sent without a line feed. */
  readonly nameSilence: number
  /** A silence that ends such a name of a single byte: a person may be typing, key by key. */
  readonly typedSilence: number
  /** A silence that ends a message of a program that sends no line feeds. */
  readonly chunkSilence: number

  /** How many events may wait in the Hub to be handed over; at least three for each of `maxClients`. Above half of it, clients are not read. */
  readonly hubCapacity: number
  /** How many bytes may wait in the Hub to be written, to all who are told them together. Above that clients are not read, see docs/adr/0014. */
  readonly hubBytes: number
  /** How many events the Broadcaster takes from the Hub at once at most. */
  readonly batchSize: number
  /** The longest coalescing window of the Broadcaster; up to five times as long where a wait saves a fan-out, see docs/adr/0003. */
  readonly gatherAtMost: number

  /** The high-water mark of a client's socket: with more bytes waiting in it, frames are held back as references. */
  readonly stallAbove: number
  /** Bytes waiting for a client above which it is cut off. */
  readonly maxWaiting: number
  /** How long a client may take nothing of what waits for it before it is cut off; looked at every `keepaliveEvery`. */
  readonly stallTimeout: number

  /** How often the server looks for silent clients. */
  readonly keepaliveEvery: number
  /** A silence after which a native client is asked for a sign of life. */
  readonly keepalive: number
  /** A silence after which a native client is gone. */
  readonly goneAfter: number
  /** A silence after which the system probes, with TCP keepalive, whether a client is still there. */
  readonly tcpKeepalive: number

  /** For how long a client's system may acknowledge nothing of what is on its way before the client is gone; known on Linux only. */
  readonly unacknowledgedFor: number

  /** How long a farewell waits until what was told before it has been handed over: longer than joins and leaves are held back at most, see docs/adr/0007. */
  readonly farewellOrder: number
  /** How long a farewell waits for a client to read what is held back for it. */
  readonly farewellDrain: number
  /** How long a client has to end its half of the connection after the server has ended its own. */
  readonly closeGrace: number
}

/** The options that a server runs with. */
export class ServerConfig extends Context.Tag("brusio/ServerConfig")<ServerConfig, ServerOptions>() {}

/** The defaults of every limit. */
export const defaults: ServerOptions = {
  host: "127.0.0.1",
  port: 25565,
  socket: undefined,
  trustProxy: [],
  allowHosts: [],
  tlsOnly: false,
  metrics: "loopback",
  hookToken: undefined,
  hookKeptFor: 600_000,
  startedAgain: false,
  serverName: "brusio",
  password: undefined,
  operator: undefined,
  passwordTries: 3,
  maxClients: 20_000,
  maxClientsPerAddress: 20_000,
  maxNameless: 5000,
  nameTimeout: 300_000,
  keep: 120_000,
  maxKeptPerAddress: 1000,
  history: undefined,
  maxRooms: defaultBounds.rooms,
  maxTurnedAway: 256,
  maxLine: 16_384,
  maxName: 32,
  maxUnheard: 65_536,
  hearOut: 30_000,
  rateLimit: { perSecond: 10, burst: 100 },
  addressRateLimit: 300,
  addressRateBurst: 3000,
  connectRateLimit: 50,
  connectRateBurst: 500,
  echo: "auto",
  greetAfter: 600,
  proxyHeaderWithin: 5000,
  handshakeWithin: 10_000,
  detectWithin: 1000,
  nameSilence: 120,
  typedSilence: 2000,
  chunkSilence: 50,
  hubCapacity: 65_536,
  hubBytes: 16_777_216,
  batchSize: 1024,
  gatherAtMost: 5,
  stallAbove: 65_536,
  maxWaiting: 1_048_576,
  stallTimeout: 30_000,
  keepaliveEvery: 5000,
  keepalive: 20_000,
  goneAfter: 50_000,
  tcpKeepalive: 30_000,
  unacknowledgedFor: 30_000,
  farewellOrder: 600,
  farewellDrain: 1000,
  closeGrace: 1000
}

/** The defaults, but for what is given. */
export const layer = (config: Partial<ServerOptions> = {}): Layer.Layer<ServerConfig> =>
  Layer.succeed(ServerConfig, { ...defaults, ...config })
