import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { parse, play } from "../support/transcript.ts"

const folder = new URL("../../docs/wire/", import.meta.url)
const pages = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md")

describe.concurrent.each(pages)("%s is what happens on the wire:", (name) => {
  const transcripts = parse(readFileSync(new URL(name, folder), "utf8"))

  it("it has transcripts", () => {
    expect(transcripts.length).toBeGreaterThan(0)
  })

  for (const transcript of transcripts) it.scopedLive(transcript.title, () => play(transcript))
})

const ada = `{"_tag":"Hello","v":1,"nickname":"ada"}`

describe.concurrent("A transcript does not pass", () => {
  const fails = (title: string, lines: ReadonlyArray<string>, words: string) => {
    it.scopedLive(title, () =>
      Effect.gen(function* () {
        const [transcript] = parse(["```transcript", ...lines, "```"].join("\n"))
        const exit = yield* Effect.exit(play(transcript!))
        expect(Exit.match(exit, { onSuccess: () => "passed", onFailure: Cause.pretty })).toContain(words)
      })
    )
  }
  fails("when the server says something else", ["connects", `> {"_tag":"Ping"}`, `< {"_tag":"Pong","at":1}`], "Line 4")
  fails("when the server says more", ["connects", `> {"_tag":"Ping"}`], "was also told")
  fails("when the server says less", ["connects", `> {"_tag":"Quit"}`, `< {"_tag":"Goodbye","at":«at»,"code":"quit","reason":"you have left"}`, "< more"], "Line 5")
  fails("when the server speaks too early", ["connects", "silence 50 ms", `> {"_tag":"Ping"}`, "silence 50 ms", `< {"_tag":"Pong","at":«at»}`], "not after 50 ms")
  fails("when the server breaks a silence", ["connects", "silence 700 ms", `> ${ada}`], "was told Welcome")
  fails("when the server ends the connection", ["connects", `> {"_tag":"Quit"}`, `< {"_tag":"Goodbye","at":«at»,"code":"quit","reason":"you have left"}`], "was also told")
})

describe("A page does not pass", () => {
  it("with a line that is none of a transcript's", () => {
    expect(() => parse("```transcript\nada says hello\n```")).toThrow("Line 2")
  })
  it("with a block that does not open as one", () => {
    expect(() => parse("```transcripts\n```")).toThrow("Line 1")
  })
  it("with a block that does not end", () => {
    expect(() => parse("```transcript\nconnects")).toThrow("no end")
  })
  it("with a placeholder that stands for nothing", () => {
    expect(() => parse("```transcript\n< «now»\n```")).toThrow("«now» stands for nothing")
  })
})
