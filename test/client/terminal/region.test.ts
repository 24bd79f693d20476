import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { PassThrough } from "node:stream"
import { make, type Output } from "../../../src/client/terminal/region.ts"

/** A terminal that gets narrower: its stream knows that only once it asks. */
class Narrowing extends PassThrough implements Output {
  columns = 80
  readonly rows = 24
  width = 80
  // As Node's does it.
  _refreshSize = () => {
    if (this.width === this.columns) return
    this.columns = this.width
    this.emit("resize")
  }
  get written(): string {
    return String(this.read() ?? "")
  }
}

const row = (text: string) => ({ rows: [{ text, look: "plain" as const }], cursor: { x: 0, y: 0 } })

describe("A region", () => {
  it.scoped("draws nothing for a size that the terminal has no more, also before it was told so", () =>
    Effect.gen(function* () {
      const stdout = new Narrowing()
      const region = yield* make({ stdout, colour: false, indent: 4, identity: { ask: () => undefined, attributes: () => undefined } })
      region.draw(() => row("wide"))
      region.print("one\n")
      expect(stdout.written).toContain("one\n\u001b[?7lwide")
      stdout.width = 40
      region.print("two\n")
      region.draw(() => row("narrow"))
      expect(stdout.written).toBe("")
      // It is drawn once the size has settled.
      yield* Effect.async<void>((resume) => {
        stdout.once("readable", () => {
          resume(Effect.void)
        })
      })
      expect(stdout.written).toContain("two\n\u001b[?7lnarrow")
    })
  )
})
