import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Peer } from "../../src/server/chat/Peer.ts"
import * as Registry from "../../src/server/chat/Registry.ts"
import type { Dialect, Interpreter } from "../../src/server/dialect/Dialect.ts"
import * as PortDoor from "../../src/server/door/recognise.ts"
import { Diverted } from "../../src/server/session/Farewell.ts"

/** Throws: a defect. */
export const fault = (): never => {
  throw new Error("a fault of the test")
}

/** Where a fault can be injected: a method of the interpreter or the dialect, a step of the registry, or the reading of an entry's field. */
export type Place = "recognise" | keyof Interpreter | "encode" | "reply" | "command" | "key" | "looks"

/** Fault injection: parts of a server that work until a test injects a fault, which happens once. */
export const faulty = () => {
  let due: { readonly place: Place; left: number } | undefined
  const meet = (place: string) => {
    if (due?.place !== place || (due.left -= 1) > 0) return
    due = undefined
    fault()
  }
  return {
    /** Makes the `nth` pass through this place throw. */
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
      // One wrapper for each dialect, as the dialect value is the key by which encoded frames are shared.
      const dialects = new Map<Dialect, Dialect>()
      const dialectFor = (dialect: Dialect): Dialect => {
        const known = dialects.get(dialect) ?? brittleDialect(dialect, meet)
        dialects.set(dialect, known)
        return known
      }
      return {
        unrecognised,
        recognise: (connection, noRoom) =>
          Effect.map(recognise(connection, noRoom), (recognised) => {
            meet("recognise")
            if (recognised instanceof Diverted) return recognised
            const { chunks, dialect, interpreter } = recognised
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
  waiting: (unheard) => {
    meet("waiting")
    return interpreter.waiting(unheard)
  },
  told: (event, isMine, chat) => {
    meet("told")
    return interpreter.told(event, isMine, chat)
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
          registry.reply(client, (at, chat) => {
            meet("reply")
            return reply(at, chat)
          })
      })
    )
  ).pipe(Layer.provide(Registry.layer))

// A proxy whose fields, nested ones too, can throw when they are read: a fault in the middle of `apply`.
const brittle = <A extends object>(value: A, meet: Meet): A =>
  new Proxy(value, {
    get: (target, key) => {
      if (typeof key === "string") meet(key)
      const found: unknown = Reflect.get(target, key)
      return typeof found === "object" && found !== null ? brittle(found, meet) : found
    }
  })

/** The registry with each client's `Peer` replaced. */
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

/** A `Peer` like `peer`, and like `other` from the moment on that this is so. */
export const sometimes = (peer: Peer, other: Peer, isOther: () => boolean): Peer => {
  const now = () => (isOther() ? other : peer)
  return withWays(peer, {
    send: (frame) => {
      now().send(frame)
    },
    farewell: (goodbye) => {
      now().farewell(goodbye)
    },
    keepAlive: (patience) => {
      now().keepAlive(patience)
    }
  })
}

/** A `Peer` like the given one, but for these of its functions. */
export const withWays = (peer: Peer, ways: Partial<Pick<Peer, "send" | "farewell" | "keepAlive">>): Peer => ({
  get dialect() {
    return peer.dialect
  },
  decided: (event, isMine, chat) => peer.decided(event, isMine, chat),
  get knowsItself() {
    return peer.knowsItself
  },
  get hasSpoken() {
    return peer.hasSpoken
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
  supersede: () => {
    peer.supersede()
  },
  remove: (reason) => {
    peer.remove(reason)
  },
  keepAlive: (patience) => {
    peer.keepAlive(patience)
  },
  fail: () => {
    peer.fail()
  },
  ...ways
})
