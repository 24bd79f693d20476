import { describe, expect, it } from "@effect/vitest"
import { KeyInput } from "../../../src/client/terminal/KeyInput.ts"

const e = "\u001b"

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
