import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import headless from "@xterm/headless"
import { blank, erase, type Frame, isWider, paint, type Reflow, reflowOf } from "../../../src/client/terminal/frame.ts"
import { roomIn, type Size, statusAndInput, type View } from "../../../src/client/terminal/view.ts"
import { range } from "../../support/range.ts"

const status = { text: "lobby · 3 here", look: "status" } as const
const typed = (text: string): View => ({ rows: [status, { text, look: "plain" }], cursor: { x: text.length, y: 1 } })
const at = (view: View, columns = 80): Frame => ({ view, columns })

describe("The bytes of a frame", () => {
  it("are its rows, the cursor in its place", () => {
    const view: View = { rows: [{ text: "  hi …", look: "dim" }, status, { text: "> hello", look: "plain" }, { text: "more", look: "plain" }], cursor: { x: 2, y: 2 } }
    expect(paint(view, true)).toBe("\u001b[?7l\u001b[2m  hi …\u001b[0m\n\u001b[7mlobby · 3 here\u001b[0m\n> hello\nmore\u001b[1A\r> \u001b[?7h")
    expect(paint(view, false)).toBe("\u001b[?7l  hi …\nlobby · 3 here\n> hello\nmore\u001b[1A\r> \u001b[?7h")
  })

  it("are none of nothing, which nothing takes away", () => {
    expect(paint(blank.view, true)).toBe("")
    expect(erase(blank, 40, "all")).toBe("")
  })

  it.each<readonly [string, Frame, number, Reflow, number]>([
    ["as many as were drawn where all still fit", at(typed("> hello")), 40, "all", 1],
    ["those that a reflow has made of the rows above, and of the cursor's before it", at(typed(`> ${"x".repeat(28)}`)), 10, "all", 2 + 2],
    ["one fewer at the end of a row that is just full", at(typed(`> ${"x".repeat(18)}`)), 20, "all", 1],
    ["as many as were drawn where rows are cut", at(typed(`> ${"x".repeat(28)}`)), 10, "none", 1],
    ["those made of the rows above, where the cursor's is cut", at(typed(`> ${"x".repeat(28)}`)), 10, "above", 2],
    ["those made of wide characters, none of which is cut in half", at({ ...typed("> "), rows: [{ text: "日本語", look: "status" }, { text: "> ", look: "plain" }] }), 3, "all", 3]
  ])("go up, to take it away, %s", (_, frame, columns, reflow, rows) => {
    expect(erase(frame, columns, reflow)).toBe(`\r\u001b[2K\u001b[J${"\u001b[1A\u001b[2K".repeat(rows)}`)
  })

  it("never fit in fewer columns than its widest row has", () => {
    expect(isWider(at(typed("> hello")), 14)).toBe(false)
    expect(isWider(at(typed("> hello")), 13)).toBe(true)
  })
})

describe("What a terminal does with rows that no longer fit", () => {
  it.each<readonly [string, string | undefined, Reflow]>([
    ["xterm", "41;379;0", "none"],
    ["one that has not answered", undefined, "none"],
    ["PuTTY", "0;136;0", "none"],
    ["xterm.js", "0;276;0", "above"],
    ["tmux", "84;0;0", "all"],
    ["VTE", "61;7600;1", "all"]
  ])("is known of %s", (_, attributes, reflow) => {
    expect(reflowOf(attributes)).toBe(reflow)
  })
})

describe("In a terminal that counts the columns of a character otherwise", () => {
  // This emulator counts a family of three as three columns, not two, and a heart as one.
  it.each([["more", "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}", 3], ["fewer", "\u2764\ufe0f", 1]] as const)("%s: the cursor stands behind what was typed, and nothing stays behind", async (_, character, width) => {
    const terminal = new headless.Terminal({ cols: 40, rows: 12, allowProposedApi: true, convertEol: true })
    const write = (text: string) =>
      new Promise<void>((done) => {
        terminal.write(text, done)
      })
    const size = { columns: 40, rows: 12 }
    const viewOf = (before: string, after: string) => statusAndInput({ status: "lobby", before: `> ${before}`, after }, roomIn(size))
    const short = viewOf(`a${character}`, "b")
    await write(`one\n${paint(short, false)}`)
    expect(terminal.buffer.active.cursorX).toBe(3 + width)
    // As many as fill a row by our count: in a terminal that counts more they would take several.
    const long = viewOf(character.repeat(18), "")
    await write(`${erase({ view: short, columns: 40 }, 40, "none")}${paint(long, false)}`)
    await write(`${erase({ view: long, columns: 40 }, 40, "none")}two\n${paint(viewOf("", ""), false)}`)
    const { active } = terminal.buffer
    expect(range(active.length, (y) => active.getLine(y)?.translateToString(true).trimEnd() ?? "").filter((row) => row !== "")).toEqual(["one", "two", "lobby", ">"])
    expect(active.cursorX).toBe(2)
    terminal.dispose()
  })
})

// A whole terminal emulator, without a window, that reflows as each of these do.
const emulators: Readonly<Record<Reflow, headless.ITerminalOptions>> = {
  all: { reflowCursorLine: true },
  above: {},
  // As a console of Windows that does not reflow.
  none: { windowsPty: { backend: "conpty", buildNumber: 19_000 } }
}

type Step = { readonly print: number } | { readonly size: Size } | { readonly type: readonly [before: string, after: string] }

// This emulator reflows the cursor's row without the cursor, so there that row is one that always fits; tmux shows the others.
const typedIn: Readonly<Record<Reflow, ReadonlyArray<readonly [before: string, after: string]>>> = {
  all: [["", ""], ["日本語", "more"], ["hello", ""]],
  above: [["", ""], ["日本語", "more"], ["日本語 in the middle", "and more"], ["a line of some length, and some more", ""]],
  none: [["", ""], ["日本語", "more"], ["日本語 in the middle", "and more"], ["a line of some length, and some more", ""]]
}

const steps = (reflow: Reflow): FastCheck.Arbitrary<ReadonlyArray<Step>> =>
  FastCheck.array(
    FastCheck.oneof(
      FastCheck.record({ print: FastCheck.integer({ min: 1, max: 4 }) }),
      FastCheck.record({ size: FastCheck.record({ columns: FastCheck.integer({ min: 20, max: 100 }), rows: FastCheck.integer({ min: 10, max: 40 }) }) }),
      FastCheck.record({ type: FastCheck.constantFrom(...typedIn[reflow]) })
    ),
    { minLength: 1, maxLength: 12 }
  )

describe.each<Reflow>(["all", "above", "none"])("In a terminal that reflows: %s", (reflow) => {
  const play = async (script: ReadonlyArray<Step>): Promise<void> => {
    let size = { columns: 80, rows: 24 }
    const terminal = new headless.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true, convertEol: true, scrollback: 500, ...emulators[reflow] })
    let [before, after] = ["", ""]
    let frame = blank
    let printed = 0
    const write = (text: string) =>
      new Promise<void>((done) => {
        const erased = erase(frame, size.columns, reflow)
        const view = statusAndInput({ status: "127.0.0.1:25565 · 3 here · 12 messages/s · 60 MB", before: `> ${before}`, after }, roomIn(size))
        frame = { view, columns: size.columns }
        terminal.write(`${erased}${text}${paint(view, true)}`, done)
      })
    const print = async (count: number) => {
      const from = printed + 1
      printed += count
      await write(range(count, (n) => `line ${from + n}.\n`).join(""))
    }
    await print(30)
    for (const step of script) {
      if ("size" in step) {
        size = step.size
        terminal.resize(size.columns, size.rows)
        await write("")
      } else if ("type" in step) {
        [before, after] = step.type
        await write("")
      } else await print(step.print)
    }
    const { active } = terminal.buffer
    const rows = range(active.length, (y) => active.getLine(y)?.translateToString(true, 0, size.columns) ?? "")
    const region = frame.view.rows.map(({ text }) => text.trimEnd())
    const last = active.baseY + active.cursorY - (frame.view.cursor?.y ?? 0)
    expect(rows.slice(last).map((row) => row.trimEnd()).join("\n").trimEnd()).toBe(region.join("\n").trimEnd())
    // The one that cuts keeps what it has cut, and shows it again behind the line when it gets wider.
    expect(rows.slice(0, last).map((row) => /^line \d+\./u.exec(row)?.[0] ?? row)).toEqual(range(printed, (n) => `line ${n + 1}.`))
    expect(active.cursorX).toBe(frame.view.cursor?.x)
    terminal.dispose()
  }

  it("nothing of the conversation is lost and nothing of a frame stays behind, whatever is printed, typed and resized", async () => {
    await FastCheck.assert(FastCheck.asyncProperty(steps(reflow), play), { seed: 1, numRuns: 60 })
  })
})
