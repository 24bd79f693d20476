import { describe, expect, it } from "@effect/vitest"
import { type Member, MemberId } from "../../../../src/domain/Member.ts"
import type { Moderated } from "../../../../src/domain/RoomEvent.ts"
import { Nickname } from "../../../../src/domain/Nickname.ts"
import { RoomName } from "../../../../src/domain/RoomName.ts"
import { clean } from "../../../../src/domain/Text.ts"
import { encodeShared } from "../../../../src/server/dialect/irc/encode.ts"
import { readMask } from "../../../../src/server/dialect/irc/masks.ts"

const somebody = (id: string, name: string): Member => ({ id: MemberId.make(id), name: Nickname.make(name) })
const ada = somebody("m1", "ada")
const bob = somebody("m2", "bob")

const told = (event: Omit<Moderated, "_tag" | "seq" | "at" | "room">): ReadonlyArray<string> =>
  encodeShared({ _tag: "Moderated", seq: 1, at: 1, room: RoomName.make("dev"), ...event }, { server: "here", capabilities: new Set() })
    .split("\r\n")
    .slice(0, -1)

describe("How a room is ruled", () => {
  it("is told as a mode, in one line where it was one command", () => {
    expect(told({ by: ada, deed: "moderate", also: [{ deed: "voice", target: bob }, { deed: "unlimit" }, { deed: "show" }, { deed: "limit", limit: 5 }] })).toEqual([":ada!~u@brusio MODE #dev +mv-ls+l bob 5"])
    expect(told({ by: ada, deed: "voice", target: bob, told: true })).toEqual([])
  })

  it("is cut into lines where it is longer than one", () => {
    const masks = Array.from({ length: 5 }, (_, n) => ({ deed: "ban" as const, mask: clean(`${"x".repeat(150)}${n}!*@*`) }))
    const lines = told({ by: ada, ...masks[0]!, also: masks.slice(1) })
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(510)
    expect(lines.join(" ").match(/x{150}\d/gu)).toHaveLength(5)
  })

  it("puts out whoever is banned and was there, and nobody else", () => {
    expect(told({ by: ada, deed: "ban", target: bob })).toEqual([":ada!~u@brusio MODE #dev +b bob!*@*", ":ada!~u@brusio KICK #dev bob :ada"])
    expect(told({ by: ada, deed: "ban", target: bob, absent: true })).toEqual([":ada!~u@brusio MODE #dev +b bob!*@*"])
    expect(told({ by: ada, deed: "ban", mask: clean("b*!*@*") })).toEqual([":ada!~u@brusio MODE #dev +b b*!*@*"])
    expect(told({ deed: "kick", target: bob, reason: clean("why") })).toEqual([":here KICK #dev bob :why"])
  })

  it("shows no word of a lock", () => {
    expect(told({ by: ada, deed: "lock", word: true })).toEqual([":ada!~u@brusio MODE #dev +k *"])
    expect(told({ by: ada, deed: "unlock" })).toEqual([":ada!~u@brusio MODE #dev -i"])
  })
})

describe("A mask that a client writes", () => {
  it.each([
    ["ada", "ada!*@*"],
    ["*!*@brusio", "*!*@brusio"],
    ["~u@brusio", "*!~u@brusio"],
    ["ada!x", "ada!x@*"],
    ["m:Ada", "m:Ada!*@*"],
    ["~m:Ada!*@*", "m:Ada!*@*"],
    ["a:Ada", "a:Ada"],
    ["~a:Ada*", "a:Ada*"],
    ["m:a:Ada", "m:a:Ada"]
  ])("is whole when it is read: %s is %s", (raw, text) => {
    expect(readMask(raw)?.mask.text).toBe(text)
  })

  it.each(["", "a b", "a,b", "a@b@c!d", "a:", "a:a:b", "a:m:b", "x".repeat(201)])("is none: %s", (raw) => {
    expect(readMask(raw)).toBeUndefined()
  })
})
