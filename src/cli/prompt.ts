import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Complete } from "../client/terminal/completion.ts"
import * as Editor from "../client/terminal/editor.ts"
import type { Key } from "../client/terminal/keys.ts"
import { rowsAbove, type View } from "../client/terminal/view.ts"
import { fit, wrap } from "../client/terminal/wrap.ts"
import type { ConsoleOutput } from "../server/Console.ts"
import { rawKeyboard } from "./raw.ts"
import { skippingOutput } from "./stdio.ts"

/** A terminal with what happens above, and a status line and a prompt below. */
export interface Prompt {
  readonly output: ConsoleOutput
  readonly lines: Mailbox.ReadonlyMailbox<string>
}

/** How long a terminal keeps its size before it is drawn on again, ms. */
const settlePatience = 300

/** Takes the terminal for a prompt, for as long as the scope is open. `complete` is asked at each Tab. */
export const prompt = (complete: Effect.Effect<Complete>): Effect.Effect<Prompt, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { stdout } = process
    const keyboard = yield* rawKeyboard
    const lines = yield* Mailbox.make<string>()
    let editor = Editor.empty
    let status = ""
    let drawn: View = { rows: [], cursor: undefined }
    let closed = false

    // From the cursor back to the first row below the conversation, and nothing
    // left of it. A terminal that has become narrower has broken its rows.
    const erase = () => {
      const up = rowsAbove(drawn, columnsOf())
      drawn = { rows: [], cursor: undefined }
      return `\r${up > 0 ? `\u001b[${up}A` : ""}\u001b[J`
    }
    const columnsOf = () => (stdout.columns > 0 ? stdout.columns : 80)
    const below = () => {
      if (closed) return ""
      const columns = Math.max(8, columnsOf() - 1)
      const { cursor, rows } = wrap(`> ${editor.before}`, editor.after, columns)
      const head = fit(status, columns)
      drawn = {
        rows: [head, ...rows].map((text) => ({ text, look: "plain" })),
        cursor: { x: cursor.column, y: cursor.row + 1 }
      }
      const up = rows.length - 1 - cursor.row
      const place = `${up > 0 ? `\u001b[${up}A` : ""}\r${cursor.column > 0 ? `\u001b[${cursor.column}C` : ""}`
      return `\u001b[7m${head}\u001b[0m\n${rows.join("\n")}${place}`
    }
    const around = (text: string) => `${erase()}${text}${below()}`
    const redraw = () => {
      if (!stdout.destroyed && !stdout.writableNeedDrain) stdout.write(around(""))
    }
    const { write } = skippingOutput(around)

    const press = Effect.fnUntraced(function* (key: Key) {
      if (key._tag === "Press" && key.ctrl) {
        if (key.name === "c") process.kill(process.pid, "SIGINT")
        if (key.name === "l") stdout.write("\u001b[2J\u001b[3J\u001b[H")
        if (key.name === "z") {
          stdout.write(erase())
          yield* keyboard.suspend
        }
      }
      const edited = Editor.press(editor, key, yield* complete)
      editor = edited.editor
      if (edited.submitted !== undefined) yield* lines.offer(edited.submitted)
      redraw()
    })

    keyboard.onResume(redraw)
    let settling: NodeJS.Timeout | undefined
    const onResize = () => {
      clearTimeout(settling)
      settling = setTimeout(redraw, settlePatience)
    }
    stdout.on("resize", onResize)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        clearTimeout(settling)
        stdout.off("resize", onResize)
        closed = true
        stdout.write(erase())
      })
    )
    yield* Effect.forkScoped(Stream.runForEach(Mailbox.toStream(keyboard.keys), press))
    return {
      lines,
      output: {
        write,
        status: (line) => {
          status = line
          redraw()
        }
      }
    }
  })
