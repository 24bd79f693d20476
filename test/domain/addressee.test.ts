import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { addressee, type Addressed, among, readingsOf } from "../../src/domain/addressee.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import * as Text from "../../src/domain/Text.ts"
import { nickname, text } from "../support/arbitraries.ts"
import { always } from "../support/property.ts"

/** Words as they are in the log, with all that can be read off them. */
const addressed = (words: string): Addressed => ({ words, readings: readingsOf(words) })

describe("The addressee of a message", () => {
  const present = ["Ada", "Ada Lovelace", "Ada Lovelace King", "bob", "Zoë", "李小龍", "msg", "home", "@home", "STRASSE", '"Q"'].map((name) => ({ name }))
  const find = (words: string) => {
    const found = addressee(addressed(words), among(present))
    return found && [found.to.name, found.text]
  }

  it.each<readonly [string, readonly [string, string] | undefined]>([
    ["bob hi there", ["bob", "hi there"]],
    ["BOB hi", ["bob", "hi"]],
    ["@bob hi", ["bob", "hi"]],
    ["bob: hi", ["bob", "hi"]],
    ["bob, hi", ["bob", "hi"]],
    ["bob", ["bob", ""]],
    ["bobby hi", undefined],
    ["nobody hi", undefined],
    ["", undefined],
    ["Ada hi", ["Ada", "hi"]],
    ["Ada Lovelace hi", ["Ada Lovelace", "hi"]],
    ["ada lovelace king hi", ["Ada Lovelace King", "hi"]],
    ["Ada Love letters", ["Ada", "Love letters"]],
    ['"Ada" Lovelace', ["Ada", "Lovelace"]],
    ['"ada lovelace": hi', ["Ada Lovelace", "hi"]],
    ['@"Ada Lovelace" hi', ["Ada Lovelace", "hi"]],
    ['"Ada Love" hi', undefined],
    ["李小龍 你好", ["李小龍", "你好"]],
    ["@home hi", ["@home", "hi"]],
    ["home hi", ["home", "hi"]],
    ["straße hi", ["STRASSE", "hi"]],
    ["ada  lovelace hi", ["Ada Lovelace", "hi"]],
    ['"Q" hi', ['"Q"', "hi"]],
    ["zoë  two  spaces", ["Zoë", "two  spaces"]]
  ])("%j", (words, found) => {
    expect(find(words)).toEqual(found)
  })

  it("is whoever is named in quotes, and the text is whole", () => {
    const name = nickname.filter((name) => !name.includes('"'))
    const said = text().map((words) => words.trim()).filter((words) => words !== "" && !/^[:,]/u.test(words))
    always(FastCheck.tuple(name, said, FastCheck.array(nickname, { maxLength: 3 })), ([name, words, others]) => {
      const found = addressee(addressed(`"${name}" ${words}`), among([...others.map((name) => ({ name })), { name }]))
      expect(found?.to.name.length).toBe(name.length)
      expect(found?.text).toBe(words)
    })
  })

  it("is read off every place where a name can end, and has there the key of the name as a whole", () => {
    const awkward = FastCheck.constantFrom("\u00a8", "\ufdfa", "ΑΣ", "Σ", "\u0301", "\u00a0", "\u3000", ":", ",", " ", "  ", '"', "@", "\uff20", "ﬁ", "\u0345", "\u200d", "\u1100\u1161", "\u11a8")
    const words = FastCheck.array(FastCheck.oneof(nickname, awkward), { minLength: 1, maxLength: 8 }).map((parts) => Text.clean(parts.join("")).trim())
    always(FastCheck.tuple(FastCheck.constantFrom("", "@"), words), ([at, rest]) => {
      const words = at + rest
      const ends = (start: string) => [...`${start} `.matchAll(/(?<=\S)(?=[:,]?\s)|(?<=[:,])(?=\s)/gu)].map(({ index }) => start.slice(0, index))
      const likely = (name: string) => name.length < 120 && name.split(/\s+/u).length < 16
      const expected = (at === "" ? [words] : [words.slice(1), words]).flatMap(ends).filter(likely).map(Nickname.key)
      const keys = readingsOf(words, Nickname.defaultLimits).map(({ key }) => key)
      for (const key of expected) expect(keys).toContain(key)
    }, 600)
  })

  it("is looked for among as many words as a name can have, and in no more", () => {
    const words = `@${"\ufdfa: ".repeat(4000)}x`
    const readings = readingsOf(words, Nickname.defaultLimits)
    expect(readings.length).toBeLessThanOrEqual(2 * 2 * 16)
    expect(readings.reduce((sum, { key }) => sum + key.length, 0)).toBeLessThan(40_000)
    const longest = `${"a ".repeat(15)}bc`
    expect(addressee(addressed(`${longest} hi`), among([{ name: longest }]))?.text).toBe("hi")
  })
})
