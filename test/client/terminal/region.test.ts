import { describe, expect, it } from "@effect/vitest"
import headless from "@xterm/headless"
import * as Effect from "effect/Effect"
import { PassThrough } from "node:stream"
import { afterEach, vi } from "vitest"
import { make, type Output, type Region } from "../../../src/client/terminal/region.ts"
import { roomIn, type Size, statusAndInput } from "../../../src/client/terminal/view.ts"
import { range } from "../../support/range.ts"

/** A terminal that gets narrower: its stream knows that only once it asks. */
class Narrowing extends PassThrough implements Output {
  columns = 80
  readonly rows = 24
  width = 80
  override writableNeedDrain = false
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

describe("A region in a terminal that reflows", () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  const view = (size: Size) => statusAndInput({ status: "lobby · 3 here · connected, and more than 40 columns hold", before: "> ", after: "" }, roomIn(size))
  const drawn = ["lobby · 3 here · connected, and more t…", ">"]

  /** What stands on it in the end, after what `play` does with a region of 80 columns. It has the `width` of that moment when it reads. */
  const screenAfter = async (play: (region: Region, stdout: Narrowing, read: () => void) => void): Promise<ReadonlyArray<string>> => {
    vi.useFakeTimers()
    const stdout = new Narrowing()
    const parts: Array<{ readonly bytes: string; readonly columns: number }> = []
    const read = () => {
      parts.push({ bytes: stdout.written, columns: stdout.width })
    }
    Effect.runSync(
      Effect.scoped(
        Effect.map(make({ stdout, colour: false, indent: 4, identity: { ask: () => undefined, attributes: () => "84;0;0" } }), (region) => {
          region.draw(view)
          play(region, stdout, read)
          vi.advanceTimersByTime(1000)
          read()
        })
      )
    )
    vi.useRealTimers()
    const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true, convertEol: true, reflowCursorLine: true })
    for (const { bytes, columns } of parts) {
      terminal.resize(columns, 24)
      await new Promise<void>((done) => {
        terminal.write(bytes, done)
      })
    }
    const { active } = terminal.buffer
    const rows = range(active.length, (y) => active.getLine(y)?.translateToString(true).trimEnd() ?? "").filter((row) => row !== "")
    terminal.dispose()
    return rows
  }

  it.each([["written just before", 0, false], ["not taken by a terminal that was behind when", 5000, true]] as const)("loses nothing of the conversation to a frame that was %s it got narrower", async (_, ms, isBehind) => {
    const rows = await screenAfter((region, stdout, read) => {
      region.print("message 1\n")
      read()
      region.print("message 2\n")
      stdout.writableNeedDrain = isBehind
      vi.advanceTimersByTime(ms)
      // The terminal has 40 columns when it reads that, which the region learns of only afterwards.
      stdout.width = 40
      read()
      region.print("message 3\n")
      stdout.writableNeedDrain = false
    })
    expect(rows.filter((row) => row.startsWith("message"))).toEqual(["message 1", "message 2", "message 3"])
    expect(rows.slice(-2)).toEqual(drawn)
  })

  it("leaves nothing of a frame that had been read by then", async () => {
    const rows = await screenAfter((region, stdout, read) => {
      region.print("message 1\n")
      read()
      vi.advanceTimersByTime(50)
      stdout.width = 40
      region.print("message 2\n")
    })
    expect(rows).toEqual(["message 1", "message 2", ...drawn])
  })
})
