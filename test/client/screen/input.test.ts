import { describe, expect, it } from "@effect/vitest"
import { type Input, literal, parse } from "../../../src/client/screen/input.ts"

const nothing: Input = { _tag: "Nothing" }
const say = (text: string): Input => ({ _tag: "Say", text })
const quit = (reason?: string): Input => ({ _tag: "Quit", reason })
const wrong = (message: string): Input => ({ _tag: "Wrong", message })

describe("A typed line", () => {
  it.each<readonly [string, Input]>([
    ["", nothing],
    [" \t", nothing],
    ["hello", say("hello")],
    ["  indented", say("  indented")],
    ["exit", say("exit")],
    ["quit", say("quit")],
    ["{quit}", quit()],
    [" {quit} ", quit()],
    ["{quit} now", say("{quit} now")],
    ["/quit", quit()],
    ["/QUIT", quit()],
    ["/quit  off to  lunch ", quit("off to  lunch")],
    ["/quitter", wrong("There is no command /quitter. To say it, type //quitter; /help shows all commands.")],
    ["//quit", say("/quit")],
    ["///quit", say("//quit")],
    ["//", say("/")],
    ["/", wrong("There is no command /. To say it, type //; /help shows all commands.")],
    ["/ hello", wrong("There is no command /. To say it, type //; /help shows all commands.")],
    ["a /quit", say("a /quit")],
    ["/me waves", { _tag: "Act", text: "waves" }],
    ["/me", wrong("Type /me ACTION")],
    ["/msg bob hi there", { _tag: "Whisper", words: "bob hi there" }],
    ["/msg", wrong("Type /msg NAME TEXT")],
    ["/nick Bob the Builder", { _tag: "Rename", name: "Bob the Builder" }],
    ["/nick ", wrong("Type /nick NEW")],
    ["/who", { _tag: "Who" }],
    ["/help", { _tag: "Help" }],
    ["/clear", { _tag: "Clear" }]
  ])("%j", (line, input) => {
    expect(parse(line)).toEqual(input)
  })

  it("that is nearly a command is told which one", () => {
    expect(parse("/qiut lunch")).toEqual(
      wrong("There is no command /qiut. Did you mean /quit? To say it, type //qiut; /help shows all commands.")
    )
  })
})

describe("A line that is read as it stands", () => {
  it.each<readonly [string, Input]>([
    ["", nothing],
    ["  ", nothing],
    ["hello ", say("hello ")],
    ["{quit}", say("{quit}")],
    ["/quit", say("/quit")],
    ["//x", say("//x")]
  ])("%j", (line, input) => {
    expect(literal(line)).toEqual(input)
  })
})
