import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ircClient, says } from "../../../support/irc.ts"
import { opened } from "../../../support/room.ts"

describe("Who is invited", () => {
  it.scopedLive("is told to those who rule the room and have asked for that, and to nobody else", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada", "invite-notify")
      const bob = yield* ircClient(port, "bob", "invite-notify")
      const eve = yield* ircClient(port, "eve")
      const kim = yield* ircClient(port, "kim", "invite-notify")
      const zoe = yield* ircClient(port, "zoe", "invite-notify")
      for (const peer of [ada, bob, eve, kim]) yield* says(peer, "JOIN #dev")
      yield* says(ada, "MODE #dev +oo bob eve")
      for (const peer of [bob, eve, kim]) yield* says(peer)
      expect(yield* says(kim, "INVITE zoe #dev")).toEqual(["341 kim zoe #dev"])
      const told = ":kim!~u@brusio INVITE zoe #dev"
      expect(yield* says(zoe)).toEqual([told])
      expect(yield* says(ada)).toEqual([told])
      expect(yield* says(bob)).toEqual([told])
      expect(yield* says(eve)).toEqual([])
      expect(yield* says(kim)).toEqual([])
      expect(yield* says(ada, "INVITE zoe #dev")).toEqual(["341 ada zoe #dev"])
      expect(yield* says(bob)).toEqual([":ada!~u@brusio INVITE zoe #dev"])
    })
  )
})
