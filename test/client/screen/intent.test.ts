import { describe, expect, it } from "@effect/vitest"
import { none } from "../../../src/client/screen/attention.ts"
import { commands, type Intent, intentOf, isResolved, resolve } from "../../../src/client/screen/intent.ts"
import type { Command } from "../../../src/domain/command/index.ts"
import { help } from "../../../src/domain/commandLine.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import * as Text from "../../../src/domain/Text.ts"
import * as chat from "../../support/chat.ts"

const bob = { id: MemberId.make("m2"), name: chat.named("bob") }

/** What a line means where bob is. */
const me = { id: MemberId.make("m1"), name: chat.named("me") }
const meant = (line: string, isLiteral = false, attention = none, hasScreen = true): Intent => {
  const read = intentOf(line, { isLiteral, hasScreen })
  return isResolved(read) ? read : resolve(read, { members: [me, bob], attention, me })
}

const nothing: Intent = { _tag: "Nothing" }
const send = (command: Command): Intent => ({ _tag: "Send", command })
const say = (text: string): Intent => send(chat.say(text))
const quit = (reason?: string): Intent => ({ _tag: "Quit", reason })
const wrong = (message: string): Intent => ({ _tag: "Wrong", message })

describe("A typed line", () => {
  it.each<readonly [string, Intent]>([
    ["", nothing],
    [" \t", nothing],
    ["hello", say("hello")],
    ...["/key correct horse", "/back bob correct horse", "/BACK"].map((line): [string, Intent] => [line, wrong("This client keeps your place and comes back by itself: /key and /back are for nc and telnet.")]),
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
    ["/me waves", send({ _tag: "Act", text: Text.clean("waves") })],
    ["/me", wrong("Type /me ACTION")],
    ["/msg bob hi there", send({ _tag: "Whisper", to: bob.id, text: Text.clean("hi there") })],
    ["/msg eve hi there", wrong("Nobody here has that name: /who shows who is here.")],
    ["/msg", wrong("Type /msg NAME TEXT")],
    ["/nick Bob the Builder", send(chat.rename("Bob the Builder"))],
    ["/nick ", wrong("Type /nick NEW")],
    ["/who", { _tag: "Ask", question: { _tag: "Who" } }],
    ["/help", { _tag: "Show", lines: help(commands(true)) }],
    ["/clear", { _tag: "Clear" }]
  ])("%j", (line, intent) => {
    expect(meant(line)).toEqual(intent)
  })

  it("that is nearly a command is told which one", () => {
    expect(meant("/qiut lunch")).toEqual(
      wrong("There is no command /qiut. Did you mean /quit? To say it, type //qiut; /help shows all commands.")
    )
    expect(meant("/claer")).toEqual(
      wrong("There is no command /claer. Did you mean /clear? To say it, type //claer; /help shows all commands.")
    )
  })

  it("to one member keeps the words until it is known who is here", () => {
    expect(intentOf("/msg bob hi there", { isLiteral: false, hasScreen: true })).toEqual(chat.address("bob hi there"))
  })

  it("to one member says something", () => {
    expect(meant("/msg bob")).toEqual(wrong("Type what to say: /msg NAME TEXT"))
  })
})

describe("What only our own client does", () => {
  const whispered = { ...none, whisperer: bob }
  const ignored = { ...none, ignored: [bob] }

  it.each<readonly [string, Intent, typeof none]>([
    ["/r hi", send({ _tag: "Whisper", to: bob.id, text: Text.clean("hi") }), whispered],
    ["/r", wrong("Type /r TEXT"), whispered],
    ["/r hi", wrong("Nobody has whispered to you yet."), none],
    ["/ignore BOB", { _tag: "Attend", attention: ignored, told: "You do not see what bob says. /unignore bob shows it again." }, none],
    ["/ignore bob", { _tag: "Attend", attention: ignored, told: "You do not see what bob says. /unignore bob shows it again." }, ignored],
    ["/ignore eve", wrong("Nobody here has that name: /who shows who is here."), none],
    ["/ignore bob please", wrong("Type /ignore NAME"), none],
    ["/ignore me", wrong("That is you."), none],
    ["/ignore", { _tag: "Show", lines: ["You ignore nobody."] }, none],
    ["/ignore", { _tag: "Show", lines: ["You ignore bob."] }, ignored],
    ["/unignore bob", { _tag: "Attend", attention: none, told: "You see again what bob says." }, ignored],
    ["/unignore eve", wrong("You ignore nobody of that name: You ignore bob."), ignored],
    ["/unignore", wrong("Type /unignore NAME"), ignored]
  ])("%j", (line, intent, attention) => {
    expect(meant(line, false, attention)).toEqual(intent)
  })

  it("is to clear the screen only where there is one", () => {
    expect(meant("/clear", false, none, false)).toEqual(wrong("There is no command /clear. To say it, type //clear; /help shows all commands."))
    expect(meant("/help", false, none, false)).toEqual({ _tag: "Show", lines: help(commands(false)) })
    expect(commands(false).map(({ name }) => name)).not.toContain("/clear")
  })

  it("is not named first when a command is completed", () => {
    expect(commands(true)[0]?.name).toBe("/help")
  })
})

describe("A line that is read as it stands", () => {
  it.each<readonly [string, Intent]>([
    ["", nothing],
    ["  ", nothing],
    ["hello ", say("hello")],
    ["{quit}", say("{quit}")],
    ["/quit", say("/quit")],
    ["/clear", say("/clear")],
    ["//x", say("//x")]
  ])("%j", (line, intent) => {
    expect(meant(line, true)).toEqual(intent)
  })
})
