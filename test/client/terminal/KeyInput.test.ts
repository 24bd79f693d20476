import { describe, expect, it } from "@effect/vitest"
import { KeyInput } from "../../../src/client/terminal/KeyInput.ts"
import { maxPasteBytes } from "../../../src/client/terminal/keys.ts"

const e = "\u001b"

describe("Several lines at once without the marks of a paste", () => {
  const burst = (text: string) => ({ _tag: "Burst", text, truncated: false })

  it("are one burst, once it has been silent for a moment", () => {
    const input = new KeyInput()
    expect(input.hear("one\rtwo\tx\rthr")).toEqual([])
    expect(input.patience).toBe(30)
    expect(input.hear("ee\r")).toEqual([])
    expect(input.silence()).toEqual([burst("one\ntwo\tx\nthree\n")])
    expect(input.patience).toBeUndefined()
    expect(input.hear("x")).toEqual([{ _tag: "Text", text: "x" }])
  })

  it.each(["\u0003", "\u001b[A"])("end before any other key: %j", (key) => {
    const input = new KeyInput()
    expect(input.hear("one\rtwo\r")).toEqual([])
    const [first, second] = input.hear(key)
    expect(first).toEqual(burst("one\ntwo\n"))
    expect(second).toMatchObject({ _tag: "Press" })
  })

  it.each(["one\r", "one\rtw", "\r\r\r", "one\r\r", "\u0015one\rtwo\r", "one\rtwo\r\u0003"])("are not what %j is", (chunk) => {
    const input = new KeyInput()
    expect(input.hear(chunk).map(({ _tag }) => _tag)).not.toContain("Burst")
    expect(input.patience).toBeUndefined()
  })

  it("are bounded", () => {
    const input = new KeyInput()
    for (let n = 0; n < 40; n++) expect(input.hear(`${"x".repeat(50_000)}\ry\rz\r`)).toEqual([])
    const [key] = input.silence()
    expect(key?._tag === "Burst" && [key.truncated, key.text.length]).toEqual([true, maxPasteBytes])
  })
})

describe("What is waited for", () => {
  it("is nothing once the keys are complete", () => {
    const input = new KeyInput()
    expect(input.patience).toBeUndefined()
    expect(input.hear("hi\r")).toHaveLength(2)
    expect(input.patience).toBeUndefined()
  })

  it("is the rest of a sequence, for a moment: a lone ESC is the escape key", () => {
    const input = new KeyInput()
    expect(input.hear(e)).toEqual([])
    expect(input.patience).toBe(50)
    expect(input.silence()).toMatchObject([{ _tag: "Press", name: "escape" }])
    expect(input.patience).toBeUndefined()
  })

  it("is the end of a paste, for a second of silence: then it has ended, and keys are keys again", () => {
    const input = new KeyInput()
    expect(input.hear(`${e}[200~lost`)).toEqual([])
    expect(input.patience).toBe(1000)
    // Whatever comes meanwhile belongs to the paste, and begins the second anew.
    expect(input.hear(" end\r")).toEqual([])
    expect(input.patience).toBe(1000)
    expect(input.silence()).toEqual([{ _tag: "Paste", text: "lost end\n", truncated: false }])
    expect(input.patience).toBeUndefined()
    expect(input.hear("x")).toEqual([{ _tag: "Text", text: "x" }])
  })
})
