import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { mentions } from "../../../src/client/screen/name.ts"
import { mentionsIn } from "../../../src/client/terminal/mention.ts"
import type { Line } from "../../../src/client/screen/step.ts"
import { draw, nameColour, nameColours } from "../../../src/client/terminal/style.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { RoomName } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import { nickname, text } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"

const member = (id: string, name: string): Member => ({ id: MemberId.make(id), name: Nickname.Nickname.make(name) })
const ada = member("m1", "Ada")
const bob = member("m2", "Bob")
const room = RoomName.make("lobby")
const at = new Date(2026, 0, 2, 9, 5).getTime()
const inRoom = { seq: 1, at, room }

const escape = /\u001b\[[\d;]*m/gu
const event = (event: Event): Line => ({ _tag: "Event", event, me: ada })
const said = (from: Member, words: string): Line => event({ _tag: "Said", ...inRoom, from, text: Text.clean(words) })

describe("The colour of a name", () => {
  // The levels of xterm's cube of 6 by 6 by 6 colours.
  const levels = [0, 95, 135, 175, 215, 255]
  const luminance = (colour: number): number => {
    const place = colour - 16
    const [red = 0, green = 0, blue = 0] = [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((index) => {
      const level = (levels[index] ?? 0) / 255
      return level <= 0.040_45 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)

  it.each(nameColours)("%i can be read on black and on white: the contrast is at least 3", (colour) => {
    expect(contrast(luminance(colour), 0)).toBeGreaterThanOrEqual(3)
    expect(contrast(luminance(colour), 1)).toBeGreaterThanOrEqual(3)
  })

  it("is one of these, and the same for all names that are the same", () => {
    always(nickname, (name) => {
      expect(nameColours).toContain(nameColour(name))
      expect(nameColour(Nickname.key(name))).toBe(nameColour(name))
      expect(nameColour(name.toUpperCase())).toBe(nameColour(name))
    })
  })

  it("does not change from one release to the next", () => {
    expect(["ada", "bob", "Grace Hopper", "李小龍"].map(nameColour)).toEqual([99, 29, 168, 161])
  })

  it("is one of many: of 200 names every colour has some", () => {
    expect(new Set(Array.from({ length: 200 }, (_, n) => nameColour(`User${1000 + n}`))).size).toBe(nameColours.length)
  })
})

describe("How a room is ruled", () => {
  const moderated = event({ _tag: "Moderated", ...inRoom, by: ada, deed: "kick", target: bob, reason: Text.clean("Ada: come back") })

  it("looks like nothing that anybody says, with colours and without", () => {
    expect(draw(false)(moderated)).toBe("09:05 # Ada has removed Bob: Ada: come back")
    expect(draw(true)(moderated)).not.toContain("38;5;")
    expect(draw(false)(event({ _tag: "TopicSet", ...inRoom, by: bob, text: Text.clean("work") }))).toBe("09:05 # Bob has set the topic: work")
    expect(draw(false)(event({ _tag: "Removed", at, room, deed: "ban", by: bob, now: room }))).toBe("09:05 # Bob has banned you from #lobby.\n09:05 # You are in #lobby.")
  })

  it("bears its room where another one is looked at", () => {
    expect(draw(false)({ _tag: "Event", me: ada, of: "dev", event: { _tag: "Notice", ...inRoom, text: Text.clean("soon") } })).toBe("09:05  #dev [server] soon")
  })
})

describe("The name of somebody who is away", () => {
  it("is dim", () => {
    const colour = `38;5;${nameColour("Bob")}`
    expect(draw(true)(said(bob, "hi"))).toContain(colour)
    expect(draw(true, (name) => name === "Bob")(said(bob, "hi"))).not.toContain(colour)
    expect(draw(true, (name) => name === "Bob")(said(bob, "hi")).replace(escape, "")).toBe("09:05  Bob: hi")
  })
})

describe("A mention", () => {
  it.each<readonly [string, string, boolean]>([
    ["Ada: hello", "Ada", true],
    ["hello Ada", "Ada", true],
    ["hello, ADA!", "Ada", true],
    ["hello @ada", "Ada", true],
    ["(ada)", "Ada", true],
    ["ada's", "Ada", true],
    ["Adam, hello", "Ada", false],
    ["Canada", "Ada", false],
    ["ada_2", "Ada", false],
    ["ada2", "Ada", false],
    ["Adamant Ada", "Ada", true],
    ["hello", "Ada", false],
    ["", "Ada", false],
    ["is Grace  Hopper here?", "Grace Hopper", true],
    ["is Grace here?", "Grace Hopper", false],
    ["hello ＡＤＡ", "Ada", true],
    ["Zoe\u0308?", "Zoë", true],
    ["Zoey Zoe", "Zoë", false],
    ["राम, सुनो", "राम", true],
    ["रामी, सुनो", "राम", false],
    ["你好李小龍再见", "李小龍", true],
    ["你好Ada再见", "Ada", true],
    ["こんにちはAdaさん", "Ada", true],
    ["(o_o) hi", "(o_o)", true],
    ["a+b", "+", false],
    ["anything at all", "\u3164", false]
  ])("in %j of %j: %j", (words, name, expected) => {
    expect(mentions(words, name)).toBe(expected)
    expect(mentionsIn(words, name).length > 0).toBe(expected)
  })

  it("is one wherever a name stands by itself", () => {
    always(FastCheck.tuple(nickname, FastCheck.constantFrom("", "hello ", "hello, "), FastCheck.constantFrom("", " how are you", ", hello", "!")), ([name, before, after]) => {
      const words = `${before}${name}${after}`
      expect(mentions(words, name)).toBe(true)
      const found = mentionsIn(words, name).map(([from, to]) => words.slice(from, to))
      expect(found).not.toEqual([])
      for (const part of found) expect(Nickname.key(part)).toBe(Nickname.key(name))
    })
  })
})

describe("A line without colours", () => {
  const plain = draw(false)

  it.each<readonly [string, Line, string]>([
    ["what others say", said(bob, "hello"), "09:05  Bob: hello"],
    ["what others say of oneself", said(bob, "Ada: hello"), "09:05  Bob: Ada: hello"],
    ["what one says oneself, with a mark", said(ada, "hello"), "09:05 ›Ada: hello"],
    ["what somebody does", event({ _tag: "Acted", ...inRoom, from: bob, text: Text.clean("waves") }), "09:05  * Bob waves"],
    ["what one does oneself, with a mark", event({ _tag: "Acted", ...inRoom, from: ada, text: Text.clean("waves") }), "09:05 ›* Ada waves"],
    ["what is whispered", event({ _tag: "Whispered", at, from: bob, to: ada, text: Text.clean("psst") }), "09:05  [Bob -> Ada] psst"],
    ["what one whispers oneself, with a mark", event({ _tag: "Whispered", at, from: ada, to: bob, text: Text.clean("psst") }), "09:05 ›[Ada -> Bob] psst"],
    ["a notice", event({ _tag: "Notice", ...inRoom, text: Text.clean("soon") }), "09:05  [server] soon"],
    ["who comes", event({ _tag: "Joined", ...inRoom, member: bob }), "09:05  Bob has joined the chat!"],
    ["who goes", event({ _tag: "Left", ...inRoom, member: bob, code: "lost", reason: Text.clean("connection lost") }), "09:05  Bob has left the chat. (connection lost)"],
    ["another name", event({ _tag: "Renamed", ...inRoom, member: bob, was: ada.name }), "09:05  Ada is now called Bob."],
    ["who is here", event({ _tag: "Members", at, here: 2, members: [ada, bob], more: false }), "09:05  Here: Ada, Bob (2)"],
    ["a refusal", event({ _tag: "Refused", at, code: "bad-command", message: Text.clean("No.") }), "09:05 ! No."],
    ["the goodbye", event({ _tag: "Goodbye", at, code: "closing", reason: Text.clean("late") }), "09:05  The server is closing: late."],
    ["that a password is wanted", event({ _tag: "Refused", at, code: "password-required", message: Text.clean("It needs one.") }), "09:05 ! It needs one."],
    ["help", { _tag: "Info", text: "one\ntwo" }, "one\ntwo"],
    ["what the screen tells", { _tag: "Info", text: "so it is" }, "so it is"],
    ["what went wrong", { _tag: "Error", text: "no" }, "! no"]
  ])("shows %s", (_, line, shown) => {
    expect(plain(line)).toBe(shown)
    expect(draw(true)(line).replace(escape, "")).toBe(shown)
  })

  it("never has an escape sequence in it", () => {
    always(FastCheck.tuple(nickname, text()), ([name, words]) => {
      const from = member("m3", name)
      expect(plain(said(from, words))).not.toContain("\u001b")
      expect(plain(event({ _tag: "Whispered", at, from, to: ada, text: words }))).not.toContain("\u001b")
    })
  })
})

describe("A line with colours", () => {
  const coloured = draw(true)

  it("has each name in its colour", () => {
    const line = event({ _tag: "Whispered", at, from: bob, to: ada, text: Text.clean("psst") })
    for (const { name } of [ada, bob]) expect(coloured(line)).toContain(`\u001b[38;5;${nameColour(name)}m`)
  })

  it("shows one's name inversely where others say it, and nothing but the name", () => {
    const inverse = (line: Line) => Array.from(coloured(line).matchAll(/\u001b\[7m(.*?)\u001b\[27m/gu), ([, text]) => text)
    expect(inverse(said(bob, "Ada: hello, ada"))).toEqual(["Ada", "ada"])
    expect(inverse(event({ _tag: "Acted", ...inRoom, from: bob, text: Text.clean("waves at Ada!") }))).toEqual(["Ada"])
    expect(inverse(event({ _tag: "Whispered", at, from: bob, to: ada, text: Text.clean("psst, Ada") }))).toEqual(["Ada"])
    expect(coloured(said(bob, "Adam: hello"))).not.toContain("\u001b[7m")
    expect(coloured(said(ada, "I am Ada"))).not.toContain("\u001b[7m")
  })

  it("shows the time, actions and who comes and goes dim", () => {
    for (const line of [
      event({ _tag: "Acted", ...inRoom, from: bob, text: Text.clean("waves") }),
      event({ _tag: "Joined", ...inRoom, member: bob }),
      event({ _tag: "Left", ...inRoom, member: bob, code: "quit" }),
      event({ _tag: "Renamed", ...inRoom, member: bob, was: ada.name })
    ]) {
      expect(coloured(line).split("\u001b[2m")).toHaveLength(line._tag === "Event" && line.event._tag === "Acted" ? 4 : 3)
    }
    expect(coloured(said(bob, "hello"))).toMatch(/^\u001b\[2m09:05\u001b\[22m/u)
  })
})
