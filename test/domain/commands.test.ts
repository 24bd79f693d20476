import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Commands from "../../src/domain/commands.ts"
import { nickname, text } from "../support/arbitraries.ts"
import { always } from "../support/property.ts"

describe("A typed line", () => {
  it.each<readonly [string, Commands.Typed | undefined]>([
    ["hello", undefined],
    ["a /quit", undefined],
    [" /quit", undefined],
    ["//quit", undefined],
    ["", undefined],
    ["/quit", { name: "/quit", rest: "" }],
    ["/QUIT  ", { name: "/quit", rest: "" }],
    ["/msg  bob  hi  there ", { name: "/msg", rest: "bob  hi  there" }],
    ["/", { name: "/", rest: "" }],
    ["/ x", { name: "/", rest: "x" }],
    ["/é x", { name: "/é", rest: "x" }]
  ])("%j is a command or none", (line, typed) => {
    expect(Commands.parse(line)).toEqual(typed)
  })

  it("that starts with two slashes says the rest behind the first", () => {
    expect(["//quit", "///x", "/x", "x"].map(Commands.unescape)).toEqual(["/quit", "//x", "/x", "x"])
  })
})

describe("The help", () => {
  it("is written by the table, in columns, and tells how a slash is said", () => {
    expect(Commands.help(Commands.roomCommands)).toEqual([
      "/help           shows this",
      "/who            shows who is here",
      "/nick NEW       changes your name",
      "/me ACTION      says what you do",
      "/msg NAME TEXT  says it to one person only",
      "/quit [REASON]  leaves; so does {quit}",
      "//TEXT          says /TEXT"
    ])
  })

  it("has every command once", () => {
    const names = Commands.roomCommands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(Commands.parse(name)).toEqual({ name, rest: "" })
  })
})

describe("An unknown command", () => {
  it.each([
    ["/hepl", " Did you mean /help?"],
    ["/hel", " Did you mean /help?"],
    ["/whoo", " Did you mean /who?"],
    ["/msgg", " Did you mean /msg?"],
    ["/exit", " Did you mean /quit?"],
    ["/dance", ""],
    ["/topic", ""]
  ])("%s is told how to say it, and the nearest one when it is near", (name, hint) => {
    expect(Commands.unknown({ name, rest: "now" }, Commands.roomCommands)).toBe(
      `There is no command ${name}.${hint} To say it, type /${name}; /help shows all commands.`
    )
  })

  it("of an empty table has no hint", () => {
    expect(Commands.unknown({ name: "/x", rest: "" }, [])).toBe("There is no command /x. To say it, type //x; /help shows all commands.")
  })
})

describe("The addressee of a message", () => {
  const present = ["Ada", "Ada Lovelace", "Ada Lovelace King", "bob", "Zoë", "李小龍", "msg", "home", "@home", "STRASSE", '"Q"'].map((name) => ({ name }))
  const find = (words: string) => {
    const found = Commands.addressee(words, Commands.among(present))
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
      const found = Commands.addressee(`"${name}" ${words}`, Commands.among([...others.map((name) => ({ name })), { name }]))
      expect(found?.to.name.length).toBe(name.length)
      expect(found?.text).toBe(words)
    })
  })
})
