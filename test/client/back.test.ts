import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ChatClient from "../../src/client/ChatClient.ts"
import { Dial } from "../../src/client/Dial.ts"
import * as TcpDial from "../../src/client/TcpDial.ts"
import type { Event } from "../../src/domain/Event.ts"
import { MemberId } from "../../src/domain/Member.ts"
import { Nickname } from "../../src/domain/Nickname.ts"
import { clean } from "../../src/domain/Text.ts"
import { cable, type Cable, type Manner } from "../support/Cable.ts"
import { rename } from "../support/chat.ts"
import { FallingClock } from "../support/FallingClock.ts"
import { member, next, opened, tell, upTo } from "../support/room.ts"
import { samples } from "../support/samples.ts"

const host = "127.0.0.1"

/** A way to the server that is another cable each time, with the next of these manners; the last one holds. */
const overCables = (manners: ReadonlyArray<Manner>) => {
  const cables: Array<Cable> = []
  const layer = Layer.effect(
    Dial,
    Effect.map(Dial, ({ dial }) => ({
      dial: (host: string, port: number) =>
        Effect.gen(function* () {
          const way = yield* cable(port, manners[cables.length] ?? {})
          cables.push(way)
          return yield* dial(host, way.port)
        })
    }))
  ).pipe(Layer.provide(TcpDial.layer))
  return { cables, layer }
}

const secret = "5".repeat(64)

const saidBy = (name: string, events: ReadonlyArray<Event>): ReadonlyArray<string> =>
  events.flatMap((event) => (event._tag === "Said" && event.from.name === name ? [event.text] : []))

const isSaid = (text: string) => (event: Event) => event._tag === "Said" && event.text === text

/** Ada, who comes back by herself, and what she hears. */
const seated = (port: number, layer: Layer.Layer<Dial>, options: Partial<ChatClient.ConnectOptions> = {}) =>
  Effect.gen(function* () {
    const client = yield* ChatClient.connect({ host, port, nickname: "ada", reconnect: 20_000, ...options }).pipe(Effect.provide(layer))
    const events: Array<Event> = []
    const waiting = new Map<(event: Event) => boolean, Deferred.Deferred<Event>>()
    const ended = yield* Effect.forkScoped(
      Effect.either(
        Stream.runForEach(client.events, (event) =>
          Effect.sync(() => {
            events.push(event)
            for (const [fits, heard] of waiting) if (fits(event)) Deferred.unsafeDone(heard, Effect.succeed(event))
          })
        )
      )
    )
    /** Waits until an event that fits is heard, or has been. */
    const hears = (fits: (event: Event) => boolean) =>
      Effect.gen(function* () {
        const heard = yield* Deferred.make<Event>()
        waiting.set(fits, heard)
        const before = events.find(fits)
        return before ?? (yield* Deferred.await(heard))
      })
    return { client, events, hears, ended: Fiber.join(ended) }
  })

const isBack = ({ _tag }: Event) => _tag === "Resumed"

describe("A client whose connection is lost", () => {
  it.scopedLive("is back by itself, as who it was: it hears what was said meanwhile, and what it said meanwhile is said", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "bob")
      const { cables, layer } = overCables([])
      const ada = yield* seated(port, layer)
      yield* ada.client.say("before")
      yield* ada.hears(isSaid("before"))
      const loss = yield* Effect.fork(Stream.runHead(ada.client.losses))
      yield* cables[0]!.cut("reset")
      expect(Option.isSome(yield* Fiber.join(loss))).toBe(true)
      yield* tell(bob, { _tag: "Say", text: "meanwhile" })
      yield* ada.client.say("while lost")
      const resumed = yield* ada.hears(isBack)
      expect(resumed).toMatchObject({ you: ada.client.welcome.you })
      yield* ada.hears(isSaid("while lost"))
      yield* ada.client.settled
      expect(yield* ada.client.unanswered).toEqual([])
      const heard = yield* upTo(bob, isSaid("while lost"))
      expect(saidBy("ada", heard)).toEqual(["before", "while lost"])
      expect(saidBy("bob", ada.events)).toEqual(["meanwhile"])
      expect((yield* ada.client.members).map(({ name }) => name).sort()).toEqual(["ada", "bob"])
    })
  )

  it.scopedLive("has nothing to ask for that has no receipt, and says so", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { cables, layer } = overCables([])
      const ada = yield* seated(port, layer)
      const loss = yield* Effect.fork(Stream.runHead(ada.client.losses))
      yield* cables[0]!.cut("reset")
      yield* Fiber.join(loss)
      const refused = yield* Effect.either(ada.client.perform(rename("another")))
      expect(Either.isLeft(refused)).toBe(true)
      yield* ada.hears(isBack)
    })
  )

  it.scopedLive("does not come back where another program has taken its place, or it was sent away", () =>
    Effect.gen(function* () {
      const { port, server } = yield* opened()
      const { cables, layer } = overCables([])
      const ada = yield* seated(port, layer)
      yield* server.kick("ada", "enough")
      expect(yield* ada.ended).toEqual(Either.right(undefined))
      expect(ada.events.at(-1)).toMatchObject({ _tag: "Goodbye", code: "removed" })
      expect(cables).toHaveLength(1)
    })
  )

  it.scopedLive("enters its rooms again where the place was not kept, and is in the same one as before", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ keep: 0 })
      const { cables, layer } = overCables([])
      const ada = yield* seated(port, layer)
      for (const room of ["dev", "ops", "dev"]) yield* ada.client.enter(room)
      yield* ada.hears((event) => event._tag === "Entered" && event.room === "ops")
      yield* cables[0]!.cut("reset")
      yield* ada.hears((event) => event._tag === "Entered" && event.room === "dev" && ada.events.filter(({ _tag }) => _tag === "Entered").length === 5)
      expect((yield* ada.client.rooms).map(({ room }) => room)).toEqual(["lobby", "ops", "dev"])
    })
  )

  it.scopedLive("is somebody new where the place was not kept, and what has no receipt is not said again", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ keep: 0 })
      const bob = yield* member(port, "bob")
      const { cables, layer } = overCables([])
      const ada = yield* seated(port, layer)
      yield* next(bob, "Joined")
      yield* cables[0]!.block("down")
      yield* ada.client.say("once")
      yield* upTo(bob, isSaid("once"))
      yield* cables[0]!.cut("reset")
      yield* ada.hears(({ _tag }) => _tag === "Welcome")
      expect(yield* ada.client.unanswered).toEqual([])
      yield* ada.client.say("new")
      expect(saidBy("ada", yield* upTo(bob, isSaid("new")))).toEqual(["new"])
    })
  )

  it.scopedLive("gives up after a while, and at once when its user leaves", () =>
    Effect.gen(function* () {
      const { close, port } = yield* opened()
      const broken: ReadonlyArray<Manner> = [{}, ...Array.from({ length: 40 }, () => ({ cut: { direction: "up", after: 1, fate: "reset" } as const }))]
      const [hers, others] = [overCables(broken), overCables(broken)]
      const ada = yield* seated(port, hers.layer, { reconnect: 700 })
      const eve = yield* seated(port, others.layer, { nickname: "eve" })
      yield* hers.cables[0]!.cut("reset")
      expect(Either.isLeft(yield* ada.ended)).toBe(true)
      const loss = yield* Effect.fork(Stream.runHead(eve.client.losses))
      yield* others.cables[0]!.cut("reset")
      yield* Fiber.join(loss)
      yield* eve.client.quit()
      expect(Either.isLeft(yield* eve.ended)).toBe(true)
      yield* close("the end")
    })
  )

  it.scopedLive("gives up when its time is over, also where the system's clock is set back meanwhile", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { cables, layer } = overCables([{}, ...Array.from({ length: 40 }, () => ({ cut: { direction: "up", after: 1, fate: "reset" } as const }))])
      const ada = yield* Effect.withClock(seated(port, layer, { reconnect: 700 }), new FallingClock())
      yield* cables[0]!.cut("reset")
      expect(Either.isLeft(yield* ada.ended)).toBe(true)
    })
  , 10_000)

  it.scopedLive("waits as it is told to, and is told why the server does not let it in", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { cables, layer } = overCables([])
      const waits: Array<number> = []
      const mayGoOn = yield* Deferred.make<void>()
      const isWaiting = yield* Deferred.make<void>()
      const pause = (wait: number) =>
        Effect.zipRight(
          Effect.sync(() => {
            waits.push(wait)
            Deferred.unsafeDone(isWaiting, Effect.void)
          }),
          Deferred.await(mayGoOn)
        )
      const ada = yield* seated(port, layer, { reconnect: Infinity, pause })
      yield* cables[0]!.cut("reset")
      yield* Deferred.await(isWaiting)
      expect(waits[0]).toBeLessThanOrEqual(250)
      expect(cables).toHaveLength(1)
      yield* Deferred.succeed(mayGoOn, undefined)
      yield* ada.hears(isBack)
    })
  )

  it.scopedLive("is who it was in another start of its program: it says what was not taken, once, and hears what it had not heard", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "bob")
      const { cables, layer } = overCables([])
      const scope = yield* Scope.make()
      const first = yield* seated(port, layer, { secret, reconnect: 20_000 }).pipe(Scope.extend(scope))
      const me = first.client.welcome.you
      yield* first.client.say("heard", "a.1")
      yield* first.hears(isSaid("heard"))
      const n = first.events.reduce((most, event) => ("n" in event ? Math.max(most, event.n ?? 0) : most), 0)
      // The receipt of this one does not come, and the next one does not arrive.
      yield* cables[0]!.block("down")
      yield* first.client.say("taken", "a.2")
      yield* upTo(bob, isSaid("taken"))
      yield* cables[0]!.block("up")
      yield* first.client.say("not taken", "a.3")
      yield* tell(bob, { _tag: "Say", text: "meanwhile" })
      const unsaid = ["taken", "not taken"].map((text, index) => ({ ref: `a.${index + 2}`, command: { _tag: "Say", text: clean(text) } as const }))
      const second = yield* seated(port, layer, { secret, before: { me, instance: first.client.welcome.instance, n, unsaid } })
      expect(second.client.resumed).toMatchObject({ you: me, last: "a.2" })
      yield* second.hears(isSaid("not taken"))
      yield* second.client.settled
      yield* second.client.say("done", "b.1")
      expect(saidBy("ada", yield* upTo(bob, isSaid("done")))).toEqual(["not taken", "done"])
      yield* second.hears(isSaid("done"))
      expect(saidBy("ada", second.events)).toEqual(["taken", "not taken", "done"])
      expect(saidBy("bob", second.events)).toEqual(["meanwhile"])
      expect((yield* second.client.members).map(({ name }) => name).sort()).toEqual(["ada", "bob"])
      yield* Scope.close(scope, Exit.void)
    })
  )

  it.scopedLive("takes its place up by the secret alone, and waits where that comes too soon", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { cables, layer } = overCables([])
      const first = yield* seated(port, layer, { secret })
      yield* first.client.say("before")
      yield* first.hears(isSaid("before"))
      for (const nickname of ["ada", "another"]) {
        const next = yield* seated(port, layer, { secret, nickname })
        expect(next.client.resumed).toMatchObject({ you: first.client.welcome.you })
        expect(next.client.welcome).toMatchObject({ you: first.client.welcome.you, here: 1 })
        yield* next.hears(isSaid("before"))
      }
      // Who has lost its place to another program does not come back.
      expect(yield* first.ended).toEqual(Either.right(undefined))
      expect(first.events.at(-1)).toMatchObject({ _tag: "Goodbye", code: "resumed" })
      expect(cables).toHaveLength(3)
    })
  )

  it.scopedLive("tries from the first try on where it was in before, and is a new one where the server is", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const { cables, layer } = overCables([{ cut: { direction: "up", after: 1, fate: "reset" } }, { cut: { direction: "up", after: 1, fate: "reset" } }])
      const me = { id: MemberId.make("m1"), name: Nickname.make("ada") }
      const unsaid = [{ ref: "a.1", command: { _tag: "Say", text: clean("to others") } as const }]
      const ada = yield* seated(port, layer, { secret, before: { me, instance: "another", n: 7, unsaid } })
      expect(cables).toHaveLength(3)
      expect(ada.client.resumed).toBeUndefined()
      expect(yield* ada.client.unanswered).toEqual([])
      yield* ada.client.say("new")
      yield* ada.hears(isSaid("new"))
      expect(saidBy("ada", ada.events)).toEqual(["new"])
    })
  )

  it.scopedLive("wherever it is cut, says everything once and in order, and hears everything once and in order", () =>
    Effect.gen(function* () {
      const manner: FastCheck.Arbitrary<Manner> = FastCheck.record({
        pieceBytes: FastCheck.constantFrom(1000, 7, 100),
        cut: FastCheck.record({
          direction: FastCheck.constantFrom("up" as const, "down" as const),
          after: FastCheck.integer({ min: 30, max: 1500 }),
          fate: FastCheck.constantFrom("reset" as const, "end" as const)
        })
      })
      const seen = { resumed: 0, cut: 0 }
      const stories = samples(FastCheck.array(manner, { minLength: 1, maxLength: 3 }), 12)
      yield* Effect.forEach(
        stories,
        (manners) =>
          Effect.scoped(
            Effect.gen(function* () {
              const { port } = yield* opened()
              const bob = yield* member(port, "bob")
              const { cables, layer } = overCables(manners)
              const tried = yield* Effect.either(seated(port, layer))
              // The first hello was cut: nobody came in.
              if (Either.isLeft(tried)) return
              const ada = tried.right
              const words = Array.from({ length: 8 }, (_, n) => `word ${n}`)
              for (const word of words) {
                yield* ada.client.say(word)
                yield* tell(bob, { _tag: "Say", text: `re ${word}` })
                yield* Effect.yieldNow()
              }
              yield* ada.client.settled
              yield* ada.client.say("last")
              const heard = yield* upTo(bob, isSaid("last"))
              expect(saidBy("ada", heard)).toEqual([...words, "last"])
              yield* ada.hears(isSaid("last"))
              expect(saidBy("bob", ada.events)).toEqual(words.map((word) => `re ${word}`))
              expect(saidBy("ada", ada.events)).toEqual([...words, "last"])
              seen.resumed += ada.events.filter(isBack).length
              if (cables.length > 1) seen.cut += 1
            })
          ),
        { concurrency: 4 }
      )
      expect(seen.cut).toBeGreaterThan(3)
      expect(seen.resumed).toBeGreaterThan(3)
    })
  )
})
