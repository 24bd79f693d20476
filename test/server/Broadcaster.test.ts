import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Registry from "../../src/server/Registry.ts"
import { assembled, eventsOf, loggingTo, member, open, plainMember, tell } from "../support/room.ts"

describe("A fault in the broadcast", () => {
  it.scopedLive("closes the server, and everybody is told", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const room = yield* open(assembled({}, {}).pipe(Layer.provide(loggingTo(logged))))
      const ada = yield* member(room.port, "ada")
      const bob = yield* member(room.port, "bob")
      const eve = yield* plainMember(room.port, "eve")
      const { members } = yield* Context.get(room.context, Registry.Registry).chat
      members[0]!.peer.send = () => {
        throw new Error("nothing can be sent")
      }

      yield* tell(bob, { _tag: "Say", text: "hi" })
      expect(yield* room.server.closing).toEqual({ reason: "internal error", asked: false })
      expect(logged).toEqual(["FATAL The broadcast has failed"])
      yield* room.shut
      const told = { _tag: "Goodbye", code: "closing", reason: "internal error" }
      expect(eventsOf(yield* ada.rest).at(-1)).toMatchObject(told)
      expect(eventsOf(yield* bob.rest).at(-1)).toMatchObject(told)
      expect(yield* eve.rest).toBe("The server is closing: internal error.\n")
    })
  )
})
