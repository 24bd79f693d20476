import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { asked, indexed, type IndexedName, numbered, SpareNames, sparesOf } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { isReserved } from "../../src/domain/reserved.ts"
import { openings } from "../../src/domain/sentences.ts"
import { anyString, nickname } from "../support/arbitraries.ts"
import { always } from "../support/property.ts"

/** Any number that can stand behind a name, each length of it as often as another. */
const number = FastCheck.integer({ min: 1, max: 7 }).chain((digits) => FastCheck.integer({ min: digits === 1 ? 2 : 10 ** (digits - 1), max: 10 ** digits - 1 }))

// What a number lays bare that takes the place of what stood behind it, and what ends in what folds with its neighbour.
const awkward = FastCheck.tuple(
  FastCheck.constantFrom("", "[", "((", "[".repeat(20), "[".repeat(24), "ˈ"),
  FastCheck.oneof(FastCheck.constantFrom("server", "System", "ѕеrvеr", "ada", "İI1l|", "ΝΊΚΟΣ", "Strauß", "한글", "مريم"), FastCheck.constantFrom(...openings)),
  FastCheck.oneof(FastCheck.constantFrom("", " ", "]", "Σ", "_", "_1", "rn", "ﬁ", "é", "क्", "👩‍💻"), anyString(12))
).map((parts) => parts.join(""))

const leniently = (limits: Nickname.NameLimits) => (raw: string) => Nickname.lenient(raw, limits) ?? Nickname.Nickname.make("bob")

/** A name of just as many characters as are allowed, or of nearly as many. */
const long = ({ nameGraphemes }: Nickname.NameLimits) =>
  FastCheck.tuple(
    FastCheck.oneof(nickname, awkward, FastCheck.constant("x")),
    FastCheck.constantFrom("a", "İ", "م", "한", "😀", "🇮🇹", "[", "Σ", " b"),
    FastCheck.integer({ min: 0, max: 10 })
  ).map(([start, unit, missing]) => `${start}${unit.repeat(nameGraphemes)}`.slice(0, Math.max(1, nameGraphemes - missing)).toWellFormed())

const some = (limits: Nickname.NameLimits): FastCheck.Arbitrary<Nickname.Nickname> =>
  FastCheck.oneof(nickname, anyString(), awkward, long(limits)).map(leniently(limits))

const expectRight = (result: IndexedName) => {
  expect({ name: result.name, key: result.key, looks: result.looks }).toEqual(indexed(result.name))
  expect(isReserved(result.name)).toBe(false)
}

describe("A name with a number behind it", () => {
  it.each([32, 64, 16, 9, 4])("has the keys that it has when they are worked out anew, is a name, and nobody's to bear: of at most %d characters", (most) => {
    const limits = Nickname.limited(most)
    always(FastCheck.tuple(some(limits), number), ([name, n]) => {
      const result = numbered(sparesOf(asked(name), limits), n)
      expectRight(result)
      expect(result.name.endsWith(`_${n}`)).toBe(true)
      // A number that is longer than any name may be is taken all the same: somebody has to have one.
      if (String(n).length < most) expect(Nickname.parse(result.name, limits)).toBe(result.name)
    }, 600)
  })

  it("is its number alone where that leaves no room for anything else", () => {
    const limits = Nickname.limited(4)
    const spares = sparesOf(asked(Nickname.Nickname.make("ada")), limits)
    expect([2, 10, 100, 999, 1000].map((n) => numbered(spares, n).name)).toEqual(["ad_2", "a_10", "_100", "_999", "_1000"])
  })

  it("differs from the same with another number", () => {
    always(FastCheck.tuple(some(Nickname.defaultLimits), number, number), ([name, one, other]) => {
      const spares = sparesOf(asked(name), Nickname.defaultLimits)
      expect(numbered(spares, one).key === numbered(spares, other).key).toBe(one === other)
    })
  })
})

describe("What can stand in for a name", () => {
  it("is the name itself where that reads as nobody's words but its bearer's, and otherwise one word", () => {
    always(some(Nickname.defaultLimits), (name) => {
      const { near } = sparesOf(asked(name), Nickname.defaultLimits)
      expect(near).toEqual(asked(near.name))
      if (near.name === name) return
      expect(isReserved(name)).toBe(true)
      expect(near.name).not.toMatch(/\s/u)
    })
  })

  it("travels as JSON, and is the same behind it", () => {
    const json = Schema.parseJson(SpareNames)
    for (const most of [32, 4]) {
      const limits = Nickname.limited(most)
      always(some(limits), (name) => {
        const spares = sparesOf(asked(name), limits)
        expect(Schema.decodeSync(json)(Schema.encodeSync(json)(spares))).toEqual(spares)
      })
    }
  })
})
