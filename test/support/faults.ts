import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Peer } from "../../src/server/chat/Peer.ts"
import * as Registry from "../../src/server/chat/Registry.ts"
import type { Dialect, Interpreter } from "../../src/server/dialect/Dialect.ts"
import * as PortDoor from "../../src/server/door/recognise.ts"

/** Throws. */
export const fault = (): never => {
  throw new Error("a fault of the test")
}

/** Where a fault can be put: a part of what hears a client, of its dialect, of what is decided, or a field of a log entry as that is read. */
export type Place = "recognise" | keyof Interpreter | "encode" | "reply" | "command" | "key" | "looks"

/** A server's parts that work until a test puts a fault into them. It happens once. */
export const faulty = () => {
  let due: { readonly place: Place; left: number } | undefined
  const meet = (place: string) => {
    if (due?.place !== place || (due.left -= 1) > 0) return
    due = undefined
    fault()
  }
  return {
    /** Has a fault happen there, the `nth` time that something comes by. */
    inject: (place: Place, nth = 1) => {
      due = { place, left: nth }
    },
    door: door(meet),
    registry: registry(meet, () => due !== undefined)
  }
}

type Meet = (place: string) => void

const door = (meet: Meet) =>
  Layer.effect(
    PortDoor.PortDoor,
    Effect.map(PortDoor.PortDoor, ({ recognise, unrecognised }): PortDoor.PortDoor["Type"] => {
      // One value for each dialect, as it is the key by which frames are shared.
      const dialects = new Map<Dialect, Dialect>()
      const dialectFor = (dialect: Dialect): Dialect => {
        const known = dialects.get(dialect) ?? brittleDialect(dialect, meet)
        dialects.set(dialect, known)
        return known
      }
      return {
        unrecognised,
        recognise: (connection, greets) =>
          Effect.map(recognise(connection, greets), ({ chunks, dialect, interpreter }) => {
            meet("recognise")
            return { chunks, dialect: dialectFor(dialect), interpreter: brittleInterpreter(interpreter, meet) }
          })
      }
    })
  ).pipe(Layer.provide(PortDoor.layer))

const brittleDialect = (dialect: Dialect, meet: Meet): Dialect => ({
  ...dialect,
  encode: (event) => {
    meet("encode")
    return dialect.encode(event)
  }
})

const brittleInterpreter = (interpreter: Interpreter, meet: Meet): Interpreter => ({
  hear: (bytes) => {
    meet("hear")
    return interpreter.hear(bytes)
  },
  get patience() {
    meet("patience")
    return interpreter.patience
  },
  get separator() {
    meet("separator")
    return interpreter.separator
  },
  silence: () => {
    meet("silence")
    return interpreter.silence()
  },
  end: () => {
    meet("end")
    return interpreter.end()
  },
  told: (event) => {
    meet("told")
    interpreter.told(event)
  },
  goodbye: (goodbye) => {
    meet("goodbye")
    return interpreter.goodbye(goodbye)
  },
  get echo() {
    meet("echo")
    return interpreter.echo
  }
})

const registry = (meet: Meet, isDue: () => boolean) =>
  Layer.effect(
    Registry.Registry,
    Effect.map(
      Registry.Registry,
      (registry): Registry.Registry["Type"] => ({
        ...registry,
        submit: (happening) => registry.submit(isDue() ? brittle(happening, meet) : happening),
        reply: (client, reply) =>
          registry.reply(client, (at) => {
            meet("reply")
            return reply(at)
          })
      })
    )
  ).pipe(Layer.provide(Registry.layer))

// Data whose fields, and theirs, can throw as they are read: so a fault gets into the middle of a decision.
const brittle = <A extends object>(value: A, meet: Meet): A =>
  new Proxy(value, {
    get: (target, key) => {
      if (typeof key === "string") meet(key)
      const found: unknown = Reflect.get(target, key)
      return typeof found === "object" && found !== null ? brittle(found, meet) : found
    }
  })

/** The room's registry, in which the way to somebody is another one than it would be. */
export const withPeers = (wayTo: (peer: Peer) => Peer) =>
  Layer.effect(
    Registry.Registry,
    Effect.map(
      Registry.Registry,
      (registry): Registry.Registry["Type"] => ({
        ...registry,
        connect: ({ address, peer }) => registry.connect({ address, peer: wayTo(peer) })
      })
    )
  ).pipe(Layer.provide(Registry.layer))

/** The same way to a client, but for how it is asked for a sign of life. */
export const askedBy = (peer: Peer, keepAlive: Peer["keepAlive"]): Peer => ({
  get dialect() {
    return peer.dialect
  },
  get echo() {
    return peer.echo
  },
  send: (frame) => {
    peer.send(frame)
  },
  farewell: (goodbye) => {
    peer.farewell(goodbye)
  },
  remove: (reason) => {
    peer.remove(reason)
  },
  keepAlive
})
