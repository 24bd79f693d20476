import { describe, expect, it } from "vitest"
import * as FastCheck from "effect/FastCheck"
import type { Reply } from "../../../src/domain/Reply.ts"
import { weigh } from "../../../src/server/chat/weigh.ts"
import { native } from "../../../src/server/dialect/native.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { replies } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"
import { stub } from "../../support/stub.ts"

const audience = Array.from({ length: 3 }, () => ({ id: undefined, peer: stub }))

const { Detached, Joined, Left, Presence, Returned, Verbatim, ...weighed } = replies

describe("The weight of what is handed on", () => {
  for (const [tag, arbitrary] of Object.entries(weighed)) {
    it(`is about what is written, for each who is told: ${tag}`, () => {
      always(arbitrary, (event: Reply) => {
        const written = Math.max(Buffer.byteLength(native.encode(event)), Buffer.byteLength(plain.encode(event)))
        const weight = weigh({ event, audience }) / 3
        expect(weight).toBeGreaterThan(written / 4)
        expect(weight).toBeLessThan(written * 4 + 100)
      })
    })
  }

  it("is what a dialect says of its own words", () => {
    always(FastCheck.record({ event: Verbatim, size: FastCheck.nat(9999) }), ({ event, size }) => {
      expect(weigh({ event: { ...event, size }, audience })).toBe(3 * size)
    })
  })

  it("is about what is written of what is told again, moves among it", () => {
    always(FastCheck.record({ resumed: replies.Resumed, replay: FastCheck.array(FastCheck.oneof(Joined, Left, Detached, Returned, replies.Said), { maxLength: 50 }) }), ({ replay, resumed }) => {
      const event = { ...resumed, replay }
      const written = Buffer.byteLength(native.encode(event))
      const weight = weigh({ event, audience }) / 3
      expect(weight).toBeGreaterThan(written / 4)
      expect(weight).toBeLessThan(written * 4 + 100)
    })
  })

  it("is nothing for who comes or goes: many are told of in one line, and may be held for a while", () => {
    for (const arbitrary of [Joined, Left, Detached, Returned]) always(arbitrary, (event: Reply) => weigh({ event, audience }) === 0, 10)
    expect(Presence).toBeDefined()
  })
})
