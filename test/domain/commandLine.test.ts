import { describe, expect, it } from "@effect/vitest"
import { lines } from "../../src/domain/command/index.ts"
import * as CommandLine from "../../src/domain/commandLine.ts"

describe("A typed line", () => {
  it.each<readonly [string, CommandLine.Typed | undefined]>([
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
    expect(CommandLine.parse(line)).toEqual(typed)
  })

  it("that starts with two slashes says the rest behind the first", () => {
    expect(["//quit", "///x", "/x", "x"].map(CommandLine.unescape)).toEqual(["/quit", "//x", "/x", "x"])
  })
})

describe("The help", () => {
  it("is written by the table, in columns, and tells how a slash is said", () => {
    expect(CommandLine.help(lines)).toEqual([
      "/help                          shows this",
      "/who                           shows who is here",
      "/whois NAME                    shows who somebody is",
      "/nick NEW                      changes your name",
      "/me ACTION                     says what you do",
      "/msg NAME TEXT                 says it to one person only",
      "/join ROOM [WORD]              enters a room, or makes it",
      "/leave [ROOM]                  leaves a room",
      "/rooms                         shows the rooms",
      "/topic TEXT                    says what the room is about; - takes it away",
      "/invite NAME                   asks somebody into the room",
      "/lock [WORD]                   lets in only who is invited or knows the word",
      "/unlock                        lets in everybody again",
      "/hide                          leaves the room out of /rooms",
      "/show                          lists the room again",
      "/search WORDS                  finds what was said in your rooms, where that is kept",
      "/history on|off                keeps the last lines of the room for a while, or not",
      "/forget                        forgets what was said in the room",
      "/op NAME                       makes somebody an operator of the room",
      "/deop NAME                     makes an operator a member again",
      "/kick NAME [REASON]            puts somebody out of the room",
      "/ban NAME [MINUTES] [REASON]   keeps somebody out, for 10 minutes if not said",
      "/unban NAME                    lets somebody in again",
      "/mute NAME [MINUTES] [REASON]  lets somebody say nothing, for 10 minutes if not said",
      "/unmute NAME                   lets somebody speak again",
      "/key WORDS                     keeps your place by words, if the connection is lost",
      "/back NAME WORDS               makes you again who you were, by the words of /key",
      "/away [REASON]                 says that you are not there, or are again",
      "/quit [REASON]                 leaves; so does {quit}",
      "//TEXT                         says /TEXT"
    ])
  })

  it("has every command once", () => {
    const names = lines.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(CommandLine.parse(name)).toEqual({ name, rest: "" })
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
    ["/topics", " Did you mean /topic?"],
    ["/colour", ""]
  ])("%s is told how to say it, and the nearest one when it is near", (name, hint) => {
    expect(CommandLine.unknown({ name, rest: "now" }, lines)).toBe(
      `There is no command ${name}.${hint} To say it, type /${name}; /help shows all commands.`
    )
  })

  it("of an empty table has no hint", () => {
    expect(CommandLine.unknown({ name: "/x", rest: "" }, [])).toBe("There is no command /x. To say it, type //x; /help shows all commands.")
  })
})
