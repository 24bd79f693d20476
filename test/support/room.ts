import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import type { Event } from "../../src/domain/Event.ts"
import { decodeLine, encode, type ClientMessage } from "../../src/domain/wire/Ndjson.ts"
import * as Addresses from "../../src/server/session/Addresses.ts"
import * as Admission from "../../src/server/session/Admission.ts"
import * as Broadcaster from "../../src/server/delivery/Broadcaster.ts"
import * as Closing from "../../src/server/Closing.ts"
import * as Hub from "../../src/server/chat/Hub.ts"
import * as Log from "../../src/server/chat/Log.ts"
import * as Registry from "../../src/server/chat/Registry.ts"
import * as PortDoor from "../../src/server/door/recognise.ts"
import * as Server from "../../src/server/Server.ts"
import * as ServerConfig from "../../src/server/ServerConfig.ts"
import * as Session from "../../src/server/session/Session.ts"
import * as Turns from "../../src/server/session/Turns.ts"
import { connect, type Peer } from "./Peer.ts"

type Config = Partial<ServerConfig.ServerOptions>

/** Builds a server in a scope of its own, so that the test can close it early. */
export const open = <A, E>(layer: Layer.Layer<A | Server.Server, E>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const shut = Scope.close(scope, Exit.void)
    yield* Effect.addFinalizer(() => shut)
    const context = yield* Layer.buildWithScope(layer, scope)
    const server = Context.get(context, Server.Server)
    return { context, server, port: server.port, shut, close: (reason: string) => Effect.zipRight(server.close(reason), shut) }
  })

/** A server on a free port, without a rate limit. */
export const opened = (config: Config = {}) => open(Server.layer({ port: 0, rateLimit: undefined, ...config }))

/** A server built from its layers, some of them replaced by the test. */
export const assembled = (
  config: Config,
  parts: {
    readonly registry?: Layer.Layer<Registry.Registry, never, Log.Log | Hub.Hub | Closing.Closing | ServerConfig.ServerConfig>
    readonly closing?: Layer.Layer<Closing.Closing>
    readonly door?: Layer.Layer<PortDoor.PortDoor, never, Layer.Layer.Context<typeof PortDoor.layer>>
  }
) =>
  Server.portWith(parts.door ?? PortDoor.layer).pipe(
    Layer.provideMerge(Session.layer),
    Layer.provideMerge(Turns.layer),
    Layer.provideMerge(Broadcaster.layer),
    Layer.provideMerge(Admission.layer),
    Layer.provideMerge(Addresses.layer),
    Layer.provideMerge(parts.registry ?? Registry.layer),
    Layer.provide(Log.layer),
    Layer.provideMerge(Hub.layer),
    Layer.provideMerge(parts.closing ?? Closing.layer),
    Layer.provideMerge(ServerConfig.layer({ port: 0, rateLimit: undefined, ...config }))
  )

/** Collects log lines in `lines` instead of printing them. */
export const loggingTo = (lines: Array<string>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel.label} ${[message].flat().map(String).join(" ")}`)
    })
  )

/** Sends messages of the native dialect. */
export const tell = (peer: Peer, ...messages: ReadonlyArray<ClientMessage>) => peer.send(messages.map(encode).join(""))

/** The next event. */
export const event = (peer: Peer): Effect.Effect<Event> =>
  Effect.flatMap(peer.line, (line) => {
    const known = decodeLine(Buffer.from(line))
    return known === undefined ? Effect.dieMessage(`This is no event: ${line}`) : Effect.succeed(known)
  })

type Kind = Event["_tag"]
type Of<K extends Kind> = Extract<Event, { readonly _tag: K }>

const is =
  <K extends Kind>(kind: K) =>
  (event: Event): event is Of<K> =>
    event._tag === kind

/** The next event of this kind that `fits`; the events before it are dropped. */
export const next = <K extends Kind>(peer: Peer, kind: K, fits: (event: Of<K>) => boolean = () => true): Effect.Effect<Of<K>> =>
  Effect.flatMap(event(peer), (found) => (is(kind)(found) && fits(found) ? Effect.succeed(found) : next(peer, kind, fits)))

/** All events up to the first that fits, that one included. */
export const upTo = (peer: Peer, fits: (event: Event) => boolean) =>
  Effect.gen(function* () {
    const events: Array<Event> = []
    for (;;) {
      const found = yield* event(peer)
      events.push(found)
      if (fits(found)) return events
    }
  })

/** Says hello, without waiting for the answer. */
const hello = (peer: Peer, nickname: string) => tell(peer, { _tag: "Hello", v: 1, nickname })

/** A member who speaks the native dialect. */
export const member = (port: number, nickname: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    yield* hello(peer, nickname)
    yield* next(peer, "Welcome")
    return peer
  })

/** A member who speaks the plain dialect. */
export const plainMember = (port: number, nickname: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    yield* peer.send(`${nickname}\n`)
    yield* peer.line
    return peer
  })

/** The events in the text that a native client received. */
export const eventsOf = (text: string): ReadonlyArray<Event> =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const known = decodeLine(Buffer.from(line))
      if (known === undefined) throw new Error(`This is no event: ${line}`)
      return known
    })
