import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

/** How many messages a client may send: so many a second, and so many at once after it has been silent. */
export interface RateLimit {
  /** A message counts once for each KiB of it. */
  readonly perSecond: number
  readonly burst: number
}

/** The most characters of a password: to look at more would cost more than it is worth. */
export const maxPasswordLength = 1024

/** Every limit of the server. Times are in ms, sizes in bytes. */
export interface ServerOptions {
  /** The address to listen on. */
  readonly host: string
  /** The port to listen on; 0 takes a free one. */
  readonly port: number
  /** What lets people in; without one, everybody. At most {@link maxPasswordLength} characters. */
  readonly password: Redacted.Redacted | undefined
  /** How often somebody may be wrong about it. */
  readonly passwordTries: number

  /** How many clients there may be. */
  readonly maxClients: number
  /** How many of them from one address. */
  readonly maxClientsPerAddress: number
  /** How many may be there without a name; one more, and the one that has been silent longest makes room. */
  readonly maxNameless: number
  /** How long a client may take to give its name. */
  readonly nameTimeout: number
  /** For how many of those who find no room there is a place to be told so. */
  readonly maxTurnedAway: number

  /** The longest line a client may send, without its line feed. */
  readonly maxLine: number
  /** The longest name, in characters as a reader counts them. */
  readonly maxName: number
  /** Bytes of a client that may wait to be taken up; with more, nothing is read until there is room. */
  readonly maxUnheard: number
  /** Above it, what a client sends is taken up more slowly; `undefined` is no limit. */
  readonly rateLimit: RateLimit | undefined
  /** Whether a plain client gets its own messages back: `auto` sends them to programs that show only what the server sends. */
  readonly echo: "auto" | "on" | "off"

  /** How long a connection may be silent before it is greeted and asked for a name. */
  readonly greetAfter: number
  /** How long first bytes that could still become another dialect are waited for. */
  readonly detectWithin: number
  /** A silence that ends a name sent without a line feed. */
  readonly nameSilence: number
  /** The same, after a single byte: a person may be typing. */
  readonly typedSilence: number
  /** A silence that ends a message of a program that sends no line feeds. */
  readonly chunkSilence: number

  /** How many envelopes may wait to be handed over. Above half of it, clients are not read. */
  readonly hubCapacity: number
  /** How many envelopes one frame gathers at most. */
  readonly batchSize: number
  /** The longest the Broadcaster gathers before it sends; where waiting saves another fan-out, five times that. */
  readonly gatherAtMost: number

  /** Bytes waiting in a client's socket above which frames are held back as references. */
  readonly stallAbove: number
  /** Bytes waiting for a client above which it is cut off. */
  readonly maxWaiting: number
  /** How long a client may take nothing of what is held back for it before it is cut off. */
  readonly stallTimeout: number

  /** How often it is looked who has been silent. */
  readonly keepaliveEvery: number
  /** A silence after which a native client is asked for a sign of life. */
  readonly keepalive: number
  /** A silence after which a native client is gone. */
  readonly goneAfter: number
  /** A silence after which the system asks whether a client is still there. */
  readonly tcpKeepalive: number

  /** How long a farewell waits for what was said before it: longer than comings and goings wait at most, and the fan-out that tells of them. */
  readonly farewellOrder: number
  /** How long a farewell waits for a client to read what is held back for it. */
  readonly farewellDrain: number
  /** How long a client has to end its half after ours has ended. */
  readonly closeGrace: number
}

/** The options that a server runs with. */
export class ServerConfig extends Context.Tag("brusio/ServerConfig")<ServerConfig, ServerOptions>() {}

/** The defaults of every limit. */
export const defaults: ServerOptions = {
  host: "127.0.0.1",
  port: 25565,
  password: undefined,
  passwordTries: 3,
  maxClients: 20_000,
  maxClientsPerAddress: 20_000,
  maxNameless: 5000,
  nameTimeout: 300_000,
  maxTurnedAway: 256,
  maxLine: 16_384,
  maxName: 32,
  maxUnheard: 65_536,
  rateLimit: { perSecond: 10, burst: 100 },
  echo: "auto",
  greetAfter: 600,
  detectWithin: 1000,
  nameSilence: 120,
  typedSilence: 2000,
  chunkSilence: 50,
  hubCapacity: 65_536,
  batchSize: 1024,
  gatherAtMost: 5,
  stallAbove: 65_536,
  maxWaiting: 1_048_576,
  stallTimeout: 30_000,
  keepaliveEvery: 5000,
  keepalive: 20_000,
  goneAfter: 50_000,
  tcpKeepalive: 30_000,
  farewellOrder: 600,
  farewellDrain: 1000,
  closeGrace: 1000
}

/** The defaults, but for what is given. */
export const layer = (config: Partial<ServerOptions> = {}): Layer.Layer<ServerConfig> =>
  Layer.succeed(ServerConfig, { ...defaults, ...config })
