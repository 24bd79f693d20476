import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { parts, payloads } from "../../../src/server/dialect/framing.ts"
import { anyString } from "../../support/arbitraries.ts"
import { show, utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

describe("A frame", () => {
  it.each([
    ["3         ada", ["ada"]],
    ["3         ada10        hello room", ["ada", "hello room"]],
    ["         3ada", ["ada"]],
    ["0003ada0005hello", ["ada", "hello"]],
    ["5".padEnd(64) + "hello", ["hello"]],
    ["4         Zoé", ["Zoé"]],
    ["3         Zoé", ["Zoé"]],
    ["3         a b", ["a b"]],
    ["4".padEnd(64), []]
  ])("%j holds %j", (text, found) => {
    expect(payloads(text)).toEqual(found)
  })

  it.each(["ada", "3", "3 Men", "12 Angry Men", "4         ada", "3         ada!", "3         ada2         hello", "007", "0007", "007 James", "   ada", "3  ", "", "        "])(
    "is not %j",
    (text) => {
      expect(payloads(text)).toBeUndefined()
    }
  )

  it("holds all that was framed, whatever it is", () => {
    const payload = FastCheck.stringMatching(/^[a-zäß😀][a-z ]{0,20}$/u)
    always(FastCheck.array(payload, { minLength: 1, maxLength: 5 }), (all) => {
      expect(payloads(all.map((one) => `${String(utf8(one).length).padEnd(10)}${one}`).join(""))).toEqual(all)
      expect(payloads(all.map((one) => `${String(Array.from(one).length).padEnd(10)}${one}`).join(""))?.join("")).toBeDefined()
    })
  })

  it("or none is found in whatever comes", () => {
    always(anyString(), (text) => {
      const found = payloads(text)
      if (found !== undefined) expect(found.join("").length).toBeLessThan(text.length)
    })
  })
})

describe("A read", () => {
  const read = (text: string) => parts(utf8(text)).map((part) => show(part).replaceAll("\0", "0"))

  it.each([
    ["one\0two\0", ["one0", "two0"]],
    ["one\0\0\0two", ["one000", "two"]],
    ["one\0two\0three", ["one0", "two0", "three"]],
    ["one\0", ["one0"]],
    [`ann${"\0".repeat(29)}`, [`ann${"0".repeat(29)}`]],
    ["h\0i\0", ["h0i0"]],
    ["hi\0a\0ok", ["hi0a0ok"]],
    ["\0\0hi\0ok", ["00hi0", "ok"]],
    ["one\0two\n", ["one0two\n"]],
    ["one\0two\r", ["one0two\r"]],
    ["one", ["one"]],
    ["", [""]]
  ])("%j has the parts %j", (text, found) => {
    expect(read(text)).toEqual(found)
  })

  it("has all its bytes in its parts", () => {
    always(FastCheck.array(FastCheck.constantFrom(0, 97, 98, 10), { maxLength: 30 }), (bytes) => {
      expect(parts(Uint8Array.from(bytes)).flatMap((part) => [...part])).toEqual(bytes)
    })
  })
})
