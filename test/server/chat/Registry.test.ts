import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Chat from "../../../src/domain/Chat.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import * as Closing from "../../../src/server/Closing.ts"
import * as Hub from "../../../src/server/chat/Hub.ts"
import * as Log from "../../../src/server/chat/Log.ts"
import * as Registry from "../../../src/server/chat/Registry.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { join, rename, say } from "../../support/chat.ts"
import { fault } from "../../support/faults.ts"
import { range } from "../../support/range.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"
import { stub } from "../../support/stub.ts"

const address = "192.0.2.7:1"

/** A registry and a hub, and one who hears everything and has taken nothing yet. */
const built = (config: Partial<ServerConfig.ServerOptions> = {}) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(
      Registry.layer.pipe(Layer.provide(Log.layer), Layer.provideMerge(Hub.layer), Layer.provideMerge(Closing.layer), Layer.provideMerge(ServerConfig.layer(config)))
    )
    const hub = Context.get(context, Hub.Hub)
    const registry = Context.get(context, Registry.Registry)
    const { poll } = yield* hub.subscribe
    return {
      registry,
      hub,
      closing: Context.get(context, Closing.Closing),
      /** All that was handed on since the last time. */
      handed: poll(1_000_000),
      connect: registry.connect({ address, peer: stub }),
      submit: (client: Chat.ClientId, command: ReturnType<typeof say>) => registry.submit({ _tag: "Command", client, address, command })
    }
  })

const tags = (all: ReadonlyArray<Pick<Hub.Observed, "event">>) => all.map(({ event }) => event._tag)

describe("The Registry", () => {
  it.scopedLive("tells nothing for a command, a question or a reply of a connection that is gone, and of one that was never there", () =>
    Effect.gen(function* () {
      const { connect, handed, hub, registry, submit } = yield* built()
      const ada = yield* connect
      yield* submit(ada, join("ada"))
      const bob = yield* connect
      yield* submit(bob, join("bob"))
      yield* registry.disconnect(bob, { _tag: "Drop", code: "lost", reason: undefined })
      yield* handed
      const [chat, place] = [yield* registry.chat, yield* hub.place]
      for (const gone of [bob, 1000]) {
        expect(yield* submit(gone, say("boo"))).toEqual([])
        expect(yield* submit(gone, join("bob"))).toEqual([])
        yield* registry.answer(gone, { _tag: "Who" })
        yield* registry.reply(gone, fault)
        yield* registry.disconnect(gone, { _tag: "Drop", code: "lost", reason: undefined })
      }
      expect(yield* handed).toEqual([])
      expect(yield* hub.place).toBe(place)
      const after = yield* registry.chat
      expect([after.seq, after.lastMember, HashMap.size(after.people)]).toEqual([chat.seq, chat.lastMember, 1])
      expect(HashMap.size(yield* registry.connections)).toBe(1)
    })
  )

  it.scopedLive("hands on entries and replies in the one order in which they came, and no time is before the one before, though the clock goes back", () =>
    Effect.gen(function* () {
      const clock = new StoppedClock()
      clock.take(1000)
      const heard = yield* Effect.withClock(
        Effect.gen(function* () {
          const { connect, handed, registry, submit } = yield* built()
          const ada = yield* connect
          clock.take(-500)
          yield* submit(ada, join("ada"))
          clock.take(700)
          yield* submit(ada, say("one"))
          clock.take(-900)
          yield* registry.answer(ada, { _tag: "Ping" })
          yield* registry.reply(ada, (at) => ({ _tag: "Throttled", at, perSecond: 1, message: clean("slow") }))
          clock.take(1000)
          yield* registry.answer(ada, { _tag: "Who" })
          clock.take(-1300)
          yield* submit(ada, say("two"))
          yield* registry.announce(clean("hear"))
          yield* registry.disconnect(ada, { _tag: "Quit", code: "quit", reason: undefined })
          const bob = yield* connect
          yield* registry.disconnect(bob, { _tag: "Drop", code: "lost", reason: undefined })
          yield* registry.submit({ _tag: "Close", reason: clean("the end") })
          return yield* handed
        }),
        clock
      )
      expect(heard.map(({ event }) => [event._tag, event.at])).toEqual([
        ["Connected", 1000],
        ["Welcome", 1000],
        ["Joined", 1000],
        ["Said", 1200],
        ["Pong", 1200],
        ["Throttled", 1200],
        ["Members", 1300],
        ["Said", 1300],
        ["Notice", 1300],
        ["Left", 1300],
        ["Connected", 1300],
        ["Disconnected", 1300],
        ["Goodbye", 1300]
      ])
      expect(heard.map(({ place }) => place)).toEqual(range(heard.length, (n) => n + 1))
    })
  )

  it.scopedLive("gives a reply a place and no number: the next thing said has the number after the last one that was said", () =>
    Effect.gen(function* () {
      const { connect, handed, hub, registry, submit } = yield* built()
      const ada = yield* connect
      yield* submit(ada, join("ada"))
      const [before] = yield* submit(ada, say("one"))
      yield* handed
      const { chat, place } = { chat: yield* registry.chat, place: yield* hub.place }
      yield* registry.answer(ada, { _tag: "Who" })
      yield* registry.answer(ada, { _tag: "Help" })
      // What a dialect only looks up is told to nobody.
      yield* registry.reply(ada, (at) => ({ _tag: "Verbatim", at, size: 0, words: () => "" }))
      yield* registry.reply(ada, (at) => ({ _tag: "Refused", at, code: "bad-line", message: clean("No.") }))
      const replies = yield* handed
      expect(tags(replies)).toEqual(["Members", "Lines", "Refused"])
      expect(replies.map(({ place }) => place)).toEqual([place + 1, place + 2, place + 3])
      for (const { audience, event, from, room } of replies) {
        expect(event).not.toHaveProperty("seq")
        expect(room).toBeUndefined()
        expect(from).toEqual({ client: ada, address, name: "ada" })
        expect(audience.map(({ peer }) => peer)).toEqual([stub])
      }
      expect(yield* registry.chat).toBe(chat)
      const [after] = yield* submit(ada, say("two"))
      expect([before?.seq, after?.seq]).toEqual([chat.seq, chat.seq + 1])
      expect(after?.event).toMatchObject({ seq: Chat.roomOf(chat, lobby).seq + 1 })
      expect((yield* handed).map(({ place }) => place)).toEqual([place + 4])
    })
  )

  // Data of which one field throws as it is read for the nth time, of all readings.
  const brittle = <A extends object>(value: A, read: () => void): A =>
    new Proxy(value, {
      get: (target, key) => {
        read()
        const found: unknown = Reflect.get(target, key)
        return typeof found === "object" && found !== null ? brittle(found, read) : found
      }
    })

  it.scopedLive("decides all of an entry or nothing of it, wherever in the decision a fault is", () =>
    Effect.gen(function* () {
      const { connect, handed, registry, submit } = yield* built()
      const ada = yield* connect
      yield* submit(ada, join("ada"))
      const bob = yield* connect
      let faults = 0
      for (const [client, command] of [[bob, join("ada", "number")], [ada, rename("eve")], [ada, say("hi")]] as const) {
        yield* handed
        const before = yield* registry.chat
        for (let nth = 1, isDecided = false; !isDecided; nth += 1) {
          let left = nth
          const happening = brittle({ _tag: "Command", client, address, command } as const, () => {
            left -= 1
            if (left === 0) fault()
          })
          isDecided = (yield* Effect.exit(registry.submit(happening)))._tag === "Success"
          if (isDecided) continue
          faults += 1
          expect(yield* registry.chat).toBe(before)
          expect(yield* handed).toEqual([])
        }
        expect(yield* handed).not.toEqual([])
      }
      expect(Chat.membersOf(yield* registry.chat, lobby).map(({ name }) => name)).toEqual(["eve", "ada_2"])
      expect(faults).toBeGreaterThan(20)
    })
  )

  /** So many who have come in, and all that this told has been taken. */
  const crowd = (count: number, config: Partial<ServerConfig.ServerOptions>) =>
    Effect.gen(function* () {
      const room = yield* built(config)
      const clients: Array<Chat.ClientId> = []
      for (let n = 0; n < count; n += 1) {
        const client = yield* room.connect
        yield* room.submit(client, join(`n${n}`))
        clients.push(client)
        yield* room.handed
      }
      expect(HashMap.size(yield* room.registry.connections)).toBe(count)
      return { ...room, clients }
    })

  const allGone = (registry: Registry.Registry["Type"], clients: ReadonlyArray<Chat.ClientId>) =>
    Effect.forEach(clients, (client) => registry.disconnect(client, { _tag: "Drop", code: "lost", reason: undefined }), { discard: true })

  it.scopedLive("finds room in the Hub for all that there may be to go in one turn, also where nothing of what they said has been taken", () =>
    Effect.gen(function* () {
      const maxClients = 2000
      const hubCapacity = 3 * maxClients
      const { clients, closing, handed, hub, registry } = yield* crowd(maxClients, { maxClients, hubCapacity: 16 })
      // As full as a Hub gets by what is read from clients.
      const replies = hubCapacity / 2
      for (let n = 0; n < replies; n += 1) yield* registry.reply(clients[0] ?? 0, (at) => ({ _tag: "Pong", at }))
      yield* hub.room
      yield* allGone(registry, clients)
      const told = tags(yield* handed)
      expect(told.slice(0, replies)).toEqual(range(replies, () => "Pong"))
      expect(told.slice(replies)).toEqual(clients.map(() => "Left"))
      expect(HashMap.size(yield* registry.connections)).toBe(0)
      // What finds no room closes the server.
      expect(yield* closing.reason).toEqual({ reason: "the server stops", asked: true })
    })
  )
})
