import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { completion } from "../../../src/client/screen/completion.ts"
import { anyString, nickname } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"

const commands = [
  { name: "/msg", takesName: true },
  { name: "/me", takesName: false, takesText: true },
  { name: "/quit", takesName: false }
]
const names = ["Ada Lovelace", "Adam", "bob", "Zoë", "李小龍", "Νίκος", "Νίκοσα", "مريم", "@home", "Ada"]
const complete = completion({ names, commands })

describe("A command is completed", () => {
  it.each([
    ["all of them, in the order of their table", "/", ["/msg ", "/me ", "/quit"]],
    ["those that begin so", "/m", ["/msg ", "/me "]],
    ["in any case", "/MS", ["/msg "]],
    ["one that takes nothing", "/q", ["/quit"]],
    ["one that is there already", "/msg", ["/msg "]],
    ["not one that there is not", "/x", []]
  ])("%s", (_, before, candidates) => {
    expect(complete(before).candidates).toEqual(candidates)
    if (candidates.length > 0) expect(complete(before).from).toBe(0)
  })

  it("and its own word is not taken for a name", () => {
    expect(completion({ names: ["/me too"], commands })("/me t").candidates).toEqual([])
    expect(completion({ names: ["/me too"], commands })("hi /me t").candidates).toEqual(["/me too "])
  })

  it.each(["hi /m", " /m", "//m", "/msg /m"])("only where it is one: not in %j", (before) => {
    expect(complete(before).candidates).toEqual([])
  })
})

describe("A name is completed", () => {
  it.each([
    ["at the start of a line", "bo", 0, ["bob: "]],
    ["in the middle", "hi bo", 3, ["bob "]],
    ["after white space at the start", "  bo", 2, ["bob: "]],
    ["sorted", "a", 0, ["Ada: ", "Ada Lovelace: ", "Adam: "]],
    ["in any case", "hi ADA", 3, ["Ada ", "Ada Lovelace ", "Adam "]],
    ["in any width", "ｂｏ", 0, ["bob: "]],
    ["with a letter and its accent apart", "zoe\u0308", 0, ["Zoë: "]],
    ["in Chinese", "你好 李", 3, ["李小龍 "]],
    ["in Chinese, with no space before the @", "你好@李", 2, ["@李小龍 "]],
    ["in Arabic", "مر", 0, ["مريم: "]],
    ["in Greek, where what is typed ends with a sigma", "νίκος", 0, ["Νίκος: ", "Νίκοσα: "]],
    ["with a space in it", "hi ada lo", 3, ["Ada Lovelace "]],
    ["with another space in it", "hi ada \u00a0lo", 3, ["Ada Lovelace "]],
    ["as far as its space", "hi ada ", 3, ["Ada Lovelace "]],
    ["after words that are no name", "did ada tell bo", 13, ["bob "]],
    ["after an @ at the start of a line", "@bo", 0, ["@bob: "]],
    ["after an @ in the middle", "hi @ada l", 3, ["@Ada Lovelace "]],
    ["that begins with an @ itself", "hi @ho", 3, ["@home "]],
    ["that is whole already", "bob", 0, ["bob: "]],
    ["in what is said with two slashes", "//me and bo", 9, ["bob "]],
    ["in what a command takes", "/me greets bo", 11, ["bob "]],
    ["at the start of what a command takes", "/me bo", 4, ["bob "]]
  ])("%s", (_, before, from, candidates) => {
    expect(complete(before)).toEqual({ from, candidates })
  })

  it.each(["", " ", "hi ", "bobby", "bob: ", "hi @", "x@", "/msg ", '/msg "', "hi \u200d"])("not of nothing: %j", (before) => {
    expect(completion({ names: ["bob", "Ada"], commands })(before).candidates).toEqual([])
  })
})

describe("After a command that takes a room", () => {
  const commands = [{ name: "/join", takesName: false, takesRoom: "any" as const }, { name: "/leave", takesName: false, takesRoom: "own" as const }]
  const complete = completion({ names: ["dave"], rooms: ["lobby", "dev"], otherRooms: ["den", "dev"], commands })

  it.each([
    ["/join de", 6, ["dev ", "den "]],
    ["/join #DE", 7, ["dev ", "den "]],
    ["/leave d", 7, ["dev "]],
    ["/join dev s", 6, []],
    ["/join ", 6, ["lobby ", "dev ", "den "]],
    ["/leave #", 8, ["lobby ", "dev "]],
    ["/j", 0, ["/join "]]
  ])("%j", (before, from, candidates) => {
    expect(complete(before)).toEqual({ from, candidates })
  })

  it("and the names of the room come before all others", () => {
    expect(completion({ names: ["zoe", "zack"], others: ["zadie", "zoe"], commands })("z").candidates).toEqual(["zack: ", "zoe: ", "zadie: "])
  })
})

describe("After a command that takes a name", () => {
  it.each([
    ["the name ends with a space", "/msg bo", 5, ["bob "]],
    ["a name with a space is quoted", "/msg ada l", 5, ['"Ada Lovelace" ']],
    ["only such a name is", "/msg a", 5, ["Ada ", '"Ada Lovelace" ', "Adam "]],
    ["a quotation mark may be there already", '/msg "ada l', 5, ['"Ada Lovelace" ']],
    ["an @ is kept", "/msg @bo", 5, ["@bob "]],
    ["an @ is kept before a quotation mark", '/msg @"ada l', 5, ['@"Ada Lovelace" ']],
    ["in any case", "/MSG  bo", 6, ["bob "]],
    ["names in the message are as in any other", "/msg bob tell ada l", 14, ["Ada Lovelace "]],
    ["a quoted name is over at its end", '/msg "Ada Lovelace" bo', 20, ["bob "]]
  ])("%s", (_, before, from, candidates) => {
    expect(complete(before)).toEqual({ from, candidates })
  })
})

describe("Whoever is here", () => {
  it("is found by the beginning of the name, wherever it stands", () => {
    always(FastCheck.tuple(nickname, FastCheck.constantFrom("", "hi ", "/msg "), FastCheck.nat()), ([name, before, place]) => {
      const characters = Array.from(name)
      const typed = characters.slice(0, 1 + (place % characters.length)).join("")
      const { candidates } = completion({ names: [name], commands: [] })(before + (place % 2 === 0 ? name : name.toUpperCase()))
      expect(candidates).toEqual([before === "" ? `${name}: ` : `${name} `])
      for (const candidate of completion({ names: [name], commands })(before + typed).candidates) expect(candidate).toContain(name)
    }, 400)
  })

  it("and whatever is typed, the candidates are sorted, different, and stand where a word starts", () => {
    const line = FastCheck.oneof(
      anyString(30),
      FastCheck.array(FastCheck.constantFrom("/msg", " ", "ada", "Ad", "@", '"', "b", "李", "hi", "/"), { maxLength: 8 }).map((words) => words.join(""))
    )
    always(FastCheck.tuple(line, FastCheck.array(nickname, { maxLength: 4 })), ([before, others]) => {
      const { candidates, from } = completion({ names: [...names, ...others, ...others], commands })(before)
      expect(new Set(candidates).size).toBe(candidates.length)
      expect(from).toBeGreaterThanOrEqual(0)
      expect(from).toBeLessThanOrEqual(before.length)
      if (candidates.length > 0) expect(before.slice(from)).toMatch(/^\S/u)
    }, 400)
  })

  it("is found at once among thousands, at the end of a long line", () => {
    const many = completion({ names: Array.from({ length: 5000 }, (_, n) => `member ${n}`), commands })
    expect(many(`${"word @ ".repeat(2000)}member 49`).candidates).toHaveLength(111)
  })
})
