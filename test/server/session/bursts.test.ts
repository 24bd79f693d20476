import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { event, member, next, opened, tell } from "../../support/room.ts"

const pasters = 12
const lines = 90

/** How much of the pastes others are told before a line that is said once the first of them has been told. */
const toldBeforeALine = (what: "Say" | "Rename") =>
  Effect.gen(function* () {
    // A dozen events fill the Hub, as in a room of thousands.
    const { port } = yield* opened({ hubBytes: 15_000 })
    const ada = yield* member(port, "ada")
    const all = yield* Effect.forEach(Array.from({ length: pasters }), (_, n) => member(port, `p${n}`))
    for (let come = 0; come < pasters; come += 1) yield* next(ada, "Joined")
    yield* Effect.forEach(
      all,
      (peer, n) =>
        tell(
          peer,
          ...Array.from({ length: lines }, (_, line) =>
            what === "Say" ? ({ _tag: "Say", text: `${n} ${line}` } as const) : ({ _tag: "Rename", nickname: `p${n}x${line}` } as const)
          )
        ),
      { discard: true }
    )
    yield* next(ada, what === "Say" ? "Said" : "Renamed")
    yield* tell(ada, { _tag: "Say", text: "may I?" })
    let before = 0
    for (;;) {
      const told = yield* event(ada)
      if (told._tag === "Said" && told.text === "may I?") break
      before += 1
    }
    // The line has overtaken them, and they are all told.
    for (let told = before + 1; told < pasters * lines; told += 1) yield* event(ada)
    return before
  })

describe("While some send all that they may at once", () => {
  for (const what of ["Say", "Rename"] as const) {
    it.scopedLive(`somebody else's line waits for little of it: ${what}`, () =>
      Effect.gen(function* () {
        expect(yield* toldBeforeALine(what)).toBeLessThan((pasters * lines) / 8)
      })
    )
  }
})
