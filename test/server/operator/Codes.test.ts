import { describe, expect, it } from "@effect/vitest"
import { Codes, goodFor } from "../../../src/server/operator/Codes.ts"

describe("A code of the operator's window", () => {
  it("is good once", () => {
    const codes = new Codes()
    const code = codes.mint(0)
    expect(codes.admits({ code }, 1)).toBe(true)
    expect(codes.admits({ code }, 1)).toBe(false)
  })

  it("is good for 30 s", () => {
    const codes = new Codes()
    const [early, late] = [codes.mint(0), codes.mint(0)]
    expect(goodFor).toBe(30_000)
    expect(codes.admits({ code: early }, goodFor - 1)).toBe(true)
    expect(codes.admits({ code: late }, goodFor)).toBe(false)
    // It is used up also when it comes too late.
    expect(codes.admits({ code: late }, 0)).toBe(false)
  })

  it("has 128 bits, and is none of the others", () => {
    const codes = new Codes()
    const all = Array.from({ length: 100 }, () => codes.mint(0))
    expect(new Set([...all, codes.key, codes.secret]).size).toBe(102)
    for (const code of all) expect(Buffer.from(code, "base64url")).toHaveLength(16)
  })

  it("is bounded in number: for one more, the oldest is none any more", () => {
    const codes = new Codes()
    const all = Array.from({ length: 20 }, () => codes.mint(0))
    expect(all.map((code) => codes.admits({ code }, 1))).toEqual(all.map((_, index) => index >= 4))
  })

  it("is given to whoever has the key, and to nobody else", () => {
    const codes = new Codes()
    const code = codes.mintFor(codes.key, 0)
    expect(code !== undefined && codes.admits({ code }, 0)).toBe(true)
    for (const key of ["", codes.secret, `${codes.key}x`, codes.mint(0)]) expect(codes.mintFor(key, 0)).toBeUndefined()
  })

  it("is exchanged for a secret, which opens the window as often as it has to", () => {
    const codes = new Codes()
    for (const at of [0, goodFor, 1e9]) expect(codes.admits({ secret: codes.secret }, at)).toBe(true)
    for (const secret of ["", codes.key, codes.mint(0), new Codes().secret]) expect(codes.admits({ secret }, 0)).toBe(false)
    expect(codes.admits({}, 0)).toBe(false)
    // A secret of a server that has gone does not keep a good code out.
    expect(codes.admits({ secret: new Codes().secret, code: codes.mint(0) }, 0)).toBe(true)
  })
})
