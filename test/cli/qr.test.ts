import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { qrRows } from "../../src/cli/serve/links.ts"
import { drawQr } from "../../src/cli/serve/qr.ts"
import { layOut } from "../../src/client/terminal/paragraph.ts"
import { modulesOf } from "../support/qr.ts"

describe("A QR code in a terminal", () => {
  it.effect("has two of its rows in each of the terminal's, in black and white that no theme changes, and ends the colours with each row", () =>
    Effect.gen(function* () {
      for (const link of ["http://192.168.1.7:25565/", "http://[2001:db8:1111:2222:3333:4444:5555:6666]:25565/"]) {
        const rows = yield* qrRows(link)
        const drawn = drawQr(rows)
        const lines = drawn.trimEnd().split("\n")
        expect(lines).toHaveLength(Math.ceil(rows.length / 2))
        for (const line of lines) expect(line).toMatch(/^\u001b\[38;5;(?:16|231);48;5;(?:16|231)m▀.*\u001b\[0m$/u)
        expect(modulesOf(drawn).slice(0, rows.length)).toEqual(rows)
      }
    })
  )

  it.effect("stands in the screen as it is, down to a terminal that is just wide enough", () =>
    Effect.gen(function* () {
      const rows = yield* qrRows("http://192.168.1.7:25565/")
      for (const line of drawQr(rows).split("\n")) expect(layOut(line, rows.length, 11)).toBe(line)
    })
  )
})
