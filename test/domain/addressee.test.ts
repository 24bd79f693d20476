import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { addressee, type Addressed, among, readingsOf } from "../../src/domain/addressee.ts"
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
})
