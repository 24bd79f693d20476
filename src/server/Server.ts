import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { personNamed } from "../domain/Chat.ts"
import type { Member } from "../domain/Member.ts"
import { key } from "../domain/Nickname.ts"
import * as Text from "../domain/Text.ts"
import { removal } from "../domain/phrases.ts"
import * as Hub from "./chat/Hub.ts"
import * as PortDoor from "./door/recognise.ts"
import * as Log from "./chat/Log.ts"
import * as Registry from "./chat/Registry.ts"
import * as Expiry from "./chat/Expiry.ts"
import * as Closing from "./Closing.ts"
import * as Broadcaster from "./delivery/Broadcaster.ts"
import * as Listener from "./door/Listener.ts"
import * as ServerConfig from "./ServerConfig.ts"
import * as Addresses from "./session/Addresses.ts"
import * as Admission from "./session/Admission.ts"
import * as Keepalive from "./session/Keepalive.ts"
import * as Unacknowledged from "./session/Unacknowledged.ts"
import * as Session from "./session/Session.ts"
import * as Turns from "./session/Turns.ts"

/** A room that is open. It closes with its scope, and everybody in it is told. */
export class Server extends Context.Tag("brusio/Server")<Server, Listener.Listener["Type"] & {
  /** Speaks to everybody in the room. The text is made safe to show; when nothing of it is left, nothing is said. Waits while the Hub is more than half full. */
  readonly announce: (text: string) => Effect.Effect<void>
  /** Who is in the room, in the order of joining. */
  readonly who: Effect.Effect<ReadonlyArray<Member>>
  /** Sends away whoever bears this name, in any spelling with the same key, such as another case; the room is told why. Whether there was somebody. */
  readonly kick: (name: string, reason?: string) => Effect.Effect<boolean>
  /**
   * All that happens in the room and at its door, in order, from the moment the
   * stream is run. The stream never slows the room: its buffer is a sliding
   * window of `capacity` events, the oldest of which are skipped, and a gap in
   * `place` shows how many.
   */
  readonly events: (capacity: number) => Stream.Stream<Hub.Observed>
  /** Asks for the close, with the reason that clients are told; whoever holds the server's scope then closes it. */
  readonly close: (reason: string) => Effect.Effect<void>
  /** Asks for the close of a server that whoever runs it starts again: clients of ours try to come back for two minutes. */
  readonly restart: (reason?: string) => Effect.Effect<void>
  /** Asks for the close because of a fault: whoever runs the server then ends with an error. */
  readonly fail: (reason: string) => Effect.Effect<void>
  /** Waits until the close is asked for, or something inside has failed for good. */
  readonly closing: Effect.Effect<Closing.ClosingReason>
}>() {}

const make = Effect.gen(function* () {
  const listener = yield* Listener.Listener
  const closing = yield* Closing.Closing
  const hub = yield* Hub.Hub
  const registry = yield* Registry.Registry
  return Server.of({
    ...listener,
    announce: (words) => {
      const text = Text.lenient(words)
      return text === undefined ? Effect.void : registry.announce(text)
    },
    who: Effect.map(registry.members, (members) => members.map(({ member }) => member)),
    kick: (name, reason) =>
      Effect.flatMap(registry.chat, (chat) => {
        const person = personNamed(chat, key(name))
        if (person === undefined) return Effect.succeed(false)
        return Effect.as(registry.remove(person.member.id, removal(reason === undefined ? undefined : Text.lenient(reason))), true)
      }),
    events: hub.observe,
    close: closing.request,
    restart: closing.restart,
    fail: closing.fail,
    closing: closing.requested
  })
})

/** A layer that is built in a turn of the event loop of its own: all services at once take a long one, and a node of a cluster has to write and to read meanwhile. */
const inItsTurn = <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> => Layer.unwrapEffect(Effect.as(Hub.endOfTurn, layer))

/** All services of a room that has this log, but for the open port: see {@link core}. */
export const coreWith = <E>(options: Partial<ServerConfig.ServerOptions>, log: Layer.Layer<Log.Log, E, Closing.Closing | ServerConfig.ServerConfig>) =>
  inItsTurn(Session.layer).pipe(
    Layer.provideMerge(Turns.layer),
    Layer.provideMerge(Broadcaster.layer),
    Layer.provideMerge(Admission.layer),
    Layer.provideMerge(Addresses.layer),
    Layer.provideMerge(Expiry.layer),
    Layer.provideMerge(Registry.layer),
    Layer.provide(log),
    Layer.provideMerge(Hub.layer),
    Layer.provideMerge(Closing.layer),
    Layer.provideMerge(ServerConfig.layer(options))
  )

/** All services of a room, but for the open port. What observes the room, such as the console, and the operator's window are layered between this and {@link port}. */
export const core = (options: Partial<ServerConfig.ServerOptions> = {}) => coreWith(options, Log.layer)

/** The open port with this door, on top of the {@link core}. */
export const portWith = <R>(door: Layer.Layer<PortDoor.PortDoor, never, R>) =>
  Layer.effect(Server, make).pipe(
    Layer.provideMerge(inItsTurn(Listener.layer)),
    Layer.provide(door),
    Layer.provideMerge(Layer.provide(Keepalive.layer, Unacknowledged.layer))
  )

/** The open port, on top of the {@link core}. */
export const port = portWith(PortDoor.layer)

/**
 * A room, open as long as the layer's scope.
 *
 * @example
 * const program = Effect.gen(function* () {
 *   const { port } = yield* Server
 *   yield* Effect.log(`Listening on port ${port}`)
 *   yield* Effect.never
 * }).pipe(Effect.provide(layer({ port: 0 })))
 */
export const layer = (options: Partial<ServerConfig.ServerOptions> = {}) => port.pipe(Layer.provideMerge(core(options)))
