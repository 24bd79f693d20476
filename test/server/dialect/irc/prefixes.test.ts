import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ircClient, says } from "../../../support/irc.ts"
import { opened } from "../../../support/room.ts"

describe("multi-prefix", () => {
  it.scopedLive("shows an operator that has a voice, too, with both marks to who asks for that; the voice is left when the role is lifted", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada", "multi-prefix")
      const bob = yield* ircClient(port, "bob")
      yield* says(ada, "JOIN #dev")
      yield* says(bob, "JOIN #dev")
      yield* says(ada)
      expect(yield* says(ada, "MODE #dev +vo bob bob", "MODE #dev +v ada", "MODE #dev +v ada", "NAMES #dev")).toEqual([
        ":ada!~u@brusio MODE #dev +vo bob bob",
        ":ada!~u@brusio MODE #dev +v ada",
        "353 ada = #dev :@+ada @+bob",
        "366 ada #dev :End of /NAMES list."
      ])
      expect((yield* says(ada, "WHO #dev"))[0]).toContain("ada H@+")
      expect(yield* says(bob, "NAMES #dev")).toContain("353 bob = #dev :@ada @bob")
      expect(yield* says(ada, "MODE #dev -v ada", "MODE #dev -o bob", "NAMES #dev")).toContain("353 ada = #dev :@ada +bob")
    })
  )
})
