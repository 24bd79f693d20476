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

/** A status and a line that is typed, both wider than 40 columns: 80 wide, then 40 they are 4 rows where they are reflowed, and 2 where they are cut. */
const wide = { rows: [{ text: "s".repeat(60), look: "status" as const }, { text: "t".repeat(30), look: "plain" as const }], cursor: { x: 0, y: 1 } }

const rowsUp = (bytes: string): number => bytes.split("\u001b[1A").length - 1

const row = (text: string) => ({ rows: [{ text, look: "plain" as const }], cursor: { x: 0, y: 0 } })

describe("A region", () => {
  it.scoped.each([
    ["that was drawn long before its terminal got narrower is erased as the terminal has reflowed it", 51, 2],
    ["that may have been on its way then is erased as if it was cut, so that nothing of the conversation is", 49, 1]
  ] as const)("a frame %s", ([, age, up]) =>
    Effect.gen(function* () {
      let time = 1000
      const stdout = new Narrowing()
      // tmux
      const region = yield* make({ stdout, colour: false, indent: 4, now: () => time, identity: { ask: () => undefined, attributes: () => "84;0;0" } })
      region.draw(() => wide)
      expect(stdout.written).not.toBe("")
      time += age
      stdout.width = 40
      region.print("a line\n")
      const settled = yield* Effect.async<string>((resume) => {
        stdout.once("readable", () => {
          resume(Effect.succeed(stdout.written))
        })
      })
      const [erased = ""] = settled.split("a line")
      expect(rowsUp(erased)).toBe(up)
      time += 1000
      region.print("another\n")
      expect(rowsUp(stdout.written.split("another")[0] ?? "")).toBe(2)
    })
  )

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
