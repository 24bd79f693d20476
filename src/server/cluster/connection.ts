import { checkServerIdentity, type PeerCertificate } from "node:tls"
import type { JetStreamManager } from "@nats-io/jetstream"
import type { Authenticator, ConnectionOptions, NatsConnection, TlsOptions } from "@nats-io/transport-node"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EngineError } from "./EngineError.ts"
import { type Names, namesOf, type NatsSettings } from "./NatsSettings.ts"
import type * as Loaded from "./packages.ts"

type Packages = typeof Loaded


/** How long a server may take to answer, ms: while the engine elects a leader nobody does, and asking again costs nothing. */
const answerWithin = 1000

/** How long a server may take to take up a connection, ms. */
const connectWithin = 3000

/** How long the last messages may take to go out at the close, ms. */
const flushWithin = 500

/** A connection to the engine: it comes back by itself, for ever. */
export interface Connection {
  readonly packages: Packages
  readonly nats: NatsConnection
  readonly manager: JetStreamManager
  readonly names: Names
  readonly settings: NatsSettings
  /** Open while there is a connection. */
  readonly connected: Effect.Latch
  readonly isConnected: () => boolean
  /** How many connections there have been: what was opened on an earlier one may be gone. */
  readonly count: () => number
  /** From now on, what the engine complains about is logged; before that it is why the start fails. */
  readonly started: () => void
  /** Done once this side has closed the connection, for good. */
  readonly closed: Deferred.Deferred<void>
}

/** Connects, as long as the scope. */
export const connect = (settings: NatsSettings): Effect.Effect<Connection, EngineError, Scope.Scope> =>
  Effect.gen(function* () {
    const { cluster, servers } = settings
    const packages = yield* Effect.tryPromise({
      try: () => import("./packages.ts"),
      catch: () => new EngineError({ reason: "missing", servers, detail: "the packages @nats-io/transport-node and @nats-io/jetstream are not installed" })
    })
    const options = yield* optionsOf(packages, settings)
    const closed = yield* Deferred.make<void>()
    const nats = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => packages.connect(options), catch: (error) => refusal(settings, error) }),
      goodbye
    )
    const manager = yield* Effect.promise(() => packages.jetstreamManager(nats, { timeout: answerWithin, checkAPI: false }))
    const connected = yield* Effect.makeLatch(true)
    const state = { isConnected: true, isStarted: false, count: 1 }
    const complained = new Set<string>()
    yield* Stream.fromAsyncIterable(nats.status(), (error) => error).pipe(
      Stream.runForEach((status) => {
        switch (status.type) {
          case "disconnect":
            state.isConnected = false
            return connected.close
          case "reconnect":
            state.isConnected = true
            state.count++
            return connected.open
          case "error": {
            // Refused again at each attempt: once is enough.
            const { message } = status.error
            if (!state.isStarted || complained.has(message)) return Effect.void
            complained.add(message)
            return Effect.logWarning(`The cluster's engine says: ${message}`)
          }
          default:
            return Effect.void
        }
      }),
      Effect.ignore,
      Effect.forkScoped
    )
    // An iterator of the client library's ends with the connection, and holds up whoever would interrupt it.
    yield* Effect.addFinalizer(() => Effect.zipRight(Deferred.succeed(closed, undefined), goodbye(nats)))
    // An authenticator that throws ends the connection; nothing else does but the scope.
    yield* Effect.promise(() => nats.closed()).pipe(Effect.zipRight(connected.open), Effect.zipRight(Deferred.succeed(closed, undefined)), Effect.forkScoped)
    return {
      packages,
      nats,
      manager,
      names: namesOf(cluster),
      settings,
      connected,
      isConnected: () => state.isConnected && !nats.isClosed(),
      count: () => state.count,
      started: () => {
        state.isStarted = true
      },
      closed
    }
  })

const goodbye = (nats: NatsConnection): Effect.Effect<void> =>
  Effect.promise(() => nats.flush().catch(() => undefined)).pipe(
    Effect.timeoutOption(flushWithin),
    Effect.zipRight(Effect.promise(() => nats.close().catch(() => undefined)))
  )

const optionsOf = (packages: Packages, settings: NatsSettings): Effect.Effect<ConnectionOptions, EngineError> =>
  Effect.gen(function* () {
    const { ca, credentials, servers } = settings
    const authenticator = credentials === undefined ? undefined : yield* authenticatorOf(packages, servers, credentials)
    const hosts = servers.map((server) => new URL(server).hostname.replace(/^\[(.*)\]$/u, "$1"))
    const tls: TlsOptions & { readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined } = {
      ...(ca === undefined ? {} : { ca }),
      // The client library checks a server that is given by its address as "localhost": all who were given are trusted the same.
      checkServerIdentity: (host, certificate) => {
        const failures = hosts.map((name) => checkServerIdentity(name, certificate))
        return failures.some((failure) => failure === undefined) ? undefined : checkServerIdentity(hosts[0] ?? host, certificate)
      }
    }
    return {
      servers: [...servers],
      name: `brusio ${settings.cluster}`,
      timeout: connectWithin,
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: 250,
      reconnectJitter: 100,
      reconnectJitterTLS: 100,
      // A connection that is cut without a word is given up after three pings.
      pingInterval: 2000,
      maxPingOut: 2,
      noAsyncTraces: true,
      ...(ca !== undefined || servers.some((server) => server.startsWith("tls:")) ? { tls } : {}),
      ...(authenticator === undefined ? {} : { authenticator })
    }
  })

const authenticatorOf = (packages: Packages, servers: ReadonlyArray<string>, credentials: Redacted.Redacted): Effect.Effect<Authenticator, EngineError> => {
  const whole = Redacted.value(credentials).trim()
  const [text = ""] = whole.split(/\r?\n/u)
  const colon = text.indexOf(":")
  const make = (): Authenticator => {
    // The client library wants line feeds, also at the very end.
    if (whole.includes("-----BEGIN NATS")) return packages.credsAuthenticator(new TextEncoder().encode(`${whole.replaceAll("\r\n", "\n")}\n`))
    if (/^SU[A-Z2-7]{56}$/u.test(text)) return packages.nkeyAuthenticator(new TextEncoder().encode(text))
    if (colon >= 0) return packages.usernamePasswordAuthenticator(text.slice(0, colon), text.slice(colon + 1))
    return packages.tokenAuthenticator(text)
  }
  // Those made of keys are tried here: the client library would end the connection where they throw.
  return Effect.try({
    try: () => {
      const authenticator = make()
      authenticator("nonce")
      return authenticator
    },
    catch: () => new EngineError({ reason: "refused", servers, detail: "the credentials are damaged" })
  })
}

const systemWords: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such address",
  EAI_AGAIN: "there is no such address",
  EHOSTUNREACH: "there is no way to that address",
  ENETUNREACH: "there is no way to that address",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was cut"
}

/** Why there is no connection. */
const refusal = ({ credentials, servers }: NatsSettings, error: unknown): EngineError => {
  const { code, message, name } = described(error)
  const failed = (reason: EngineError["reason"], detail: string) => new EngineError({ reason, servers, detail })
  if (/Authori[sz]ation|Authentication/iu.test(name)) return failed("refused", credentials === undefined ? "it asks for credentials" : "it does not accept the credentials")
  if (isDenied(message)) return failed("refused", `the credentials do not allow it: ${message}`)
  if (code !== undefined && /CERT|SSL|TLS|SIGNATURE|ISSUER/u.test(code)) return failed("insecure", message)
  if (/'?tls'?\b/u.test(message)) return failed("insecure", "it has no TLS, or asks for it")
  if (name === "TimeoutError") return failed("unreachable", "no answer")
  if (message.includes("unexpected response")) return failed("unreachable", "whoever answers there does not speak NATS")
  return failed("unreachable", (code === undefined ? undefined : systemWords[code]) ?? (message === "" ? "the connection was cut" : message))
}

/** Whether the engine says that the credentials do not allow something. */
export const isDenied = (message: string): boolean => /permissions violation/iu.test(message)

/** What is known of an error that was thrown by the client library, or by Node. */
export const described = (error: unknown): { readonly name: string; readonly message: string; readonly code: string | undefined } => {
  if (!(error instanceof Error)) return { name: "", message: "", code: undefined }
  const { message, name } = error
  return { name, message, code: "code" in error && typeof error.code === "string" ? error.code : undefined }
}
