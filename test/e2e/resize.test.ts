import * as FastCheck from "effect/FastCheck"
import { describe, expect } from "vitest"
import { cli, serve } from "./support/program.ts"
import { type Native, nativeClient } from "./support/raw.ts"
import { broken, endsLike, texts } from "./support/rows.ts"
import { it, type Stage } from "./support/stage.ts"
import { hasTmux, openTerminal, type Terminal, untilWritten } from "./support/tmux.ts"
import { range } from "../support/range.ts"

// What stands below the conversation while a real terminal, which re-wraps its lines, takes one size after another.

type Size = readonly [columns: number, rows: number]

interface Drawn {
  readonly terminal: Terminal
  /** Somebody else in the room, who fills the screen. */
  readonly other: Native
  /** The start of the status, as much as the narrowest terminal shows. */
  readonly status: RegExp
  /** Waits until what is written from time to time has just been written. */
  readonly written: () => Promise<void>
}

const first: Size = [80, 24]

const join = async (stage: Stage): Promise<Drawn> => {
  const { port } = await serve(stage)
  const other = await nativeClient(stage, port, "other")
  const terminal = await openTerminal(stage, undefined, {}, { columns: first[0], rows: first[1] })
  await terminal.enter(`clear; node ${cli} join --host 127.0.0.1 --port ${port} --name typist`)
  await terminal.shows(/ here · connected/u)
  return { terminal, other, status: /^lobby · \d+ here/u, written: () => Promise.resolve() }
}

const console = async (stage: Stage): Promise<Drawn> => {
  const terminal = await openTerminal(stage, undefined, {}, { columns: first[0], rows: first[1] })
  const output = await terminal.record()
  await terminal.enter(`clear; node ${cli} serve --port 0 --rate-limit off`)
  const port = await terminal.port()
  const other = await nativeClient(stage, port, "other")
  return { terminal, other, status: /^127\.0\.0\.1:\d+ ·/u, written: () => untilWritten(output) }
}

const sequences: ReadonlyArray<ReadonlyArray<Size>> = [
  [[80, 23]],
  [[80, 15], [80, 24]],
  [[40, 15], [90, 20], [30, 10]],
  [[80, 5], [80, 24], [40, 5], [80, 24]],
  // One seed, so that a run is like every other.
  ...FastCheck.sample(
    FastCheck.array(FastCheck.tuple(FastCheck.integer({ min: 22, max: 110 }), FastCheck.integer({ min: 10, max: 40 })), { minLength: 5, maxLength: 5 }),
    { seed: 7, numRuns: 3 }
  )
]

for (const { name, open } of [{ name: "The screen of join", open: join }, { name: "The console of serve", open: console }]) {
  describe.runIf(hasTmux).concurrent(name, () => {
    for (const sizes of sequences) {
      it(`loses no line, and has one status and one prompt, at ${sizes.map((size) => size.join("x")).join(", ")}`, async ({ stage }) => {
        const { other, status, terminal, written } = await open(stage)
        const draft = "a draft of a line which has its forty columns"
        const said: Array<string> = []
        const say = async (text: string) => {
          said.push(text)
          await other.send({ _tag: "Say", text })
        }
        // The window has to show all that is expected of it.
        const isWhole = async ([columns, rows]: Size) => {
          const last = said.at(-1) ?? ""
          // What is told while a terminal takes its size is held back until it has been drawn again.
          await terminal.until(last, async () => ((await terminal.screen("-J")).includes(`other: ${last}`) ? true : undefined))
          const typed = broken(draft, columns).slice(-Math.max(1, Math.floor(rows / 2) - 1))
          await endsLike(terminal, { input: typed, status, once: [status] })
          const lines = (await terminal.screen("-J")).split("\n").map((row) => row.trimEnd())
          expect(texts(lines, / other: (line \d+)$/u)).toEqual(said)
          expect(lines.filter((line) => line.startsWith("> "))).toHaveLength(typed.length === broken(draft, columns).length ? 1 : 0)
        }
        for (const n of range(60, (n) => n + 1)) await say(`line ${n}`)
        await terminal.type(draft)
        await isWhole(first)
        for (const size of sizes) {
          await written()
          await terminal.resize(...size)
          await say(`line ${said.length + 1}`)
          await isWhole(size)
        }
      })
    }
  })
}
