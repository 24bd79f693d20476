import { describe, expect, it } from "@effect/vitest"
import { skippingOutput } from "../../src/cli/stdio.ts"

/** A disk that is full at times, and the output that writes to it. */
const disk = () => {
  const state = { isFull: false, text: "" }
  const { write } = skippingOutput(({ lines, why = "" }) => `${lines} ${why}\n`, (text, lost) => {
    if (state.isFull) lost("ENOSPC")
    else state.text += text
  })
  return { state, write }
}

describe("Output that the system does not take", () => {
  it("is told of once it takes some again: how many lines, and why", () => {
    const { state, write } = disk()
    write("one\n")
    state.isFull = true
    write("two\nthree\n")
    write("four\n")
    state.isFull = false
    write("five\n")
    write("six\n")
    expect(state.text).toBe("one\n\n3 ENOSPC\nfive\nsix\n")
  })

  it("is told of once for each time that it is not taken", () => {
    const { state, write } = disk()
    for (const isFull of [true, false, true, false]) {
      state.isFull = isFull
      write("line\n")
    }
    const words = "\n1 ENOSPC\nline\n"
    expect(state.text).toBe(words + words)
  })
})
