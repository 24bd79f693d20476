import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Complete } from "../../client/screen/completion.ts"
import * as Editor from "../../client/terminal/editor.ts"
import type { Key } from "../../client/terminal/keys.ts"
import { rowsAbove, type View } from "../../client/terminal/view.ts"
import { fit, wrap } from "../../client/terminal/wrap.ts"
import type { ConsoleOutput } from "../../server/operator/Console.ts"
import { rawKeyboard } from "../raw.ts"
import { skippingOutput } from "../stdio.ts"

/** A terminal with what happens above, and a status line and a prompt below. */
export interface Prompt {
  readonly output: ConsoleOutput["Type"]
  readonly lines: Mailbox.ReadonlyMailbox<string>
}

/** How long a terminal keeps its size before it is drawn on again, ms. tmux tells of a change 250 ms after the one before. */
const settlePatience = 500

/** How many characters of what happens wait for that. */
const maxHeld = 65_536

/** How long the terminal has to take what is to be gone before the shell goes on in it, ms. */
const erasePatience = 100

const nothing: View = { rows: [], cursor: undefined }

/** Takes the terminal for a prompt, for as long as the scope is open. `complete` is asked at each key. */
export const prompt = ({ colour, complete }: {
  readonly colour: boolean
  readonly complete: Effect.Effect<Complete>
}): Effect.Effect<Prompt, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { stdout } = process
    const keyboard = yield* rawKeyboard
    const lines = yield* Mailbox.make<string>()
    let editor = Editor.empty
    let status = ""
    let drawn = nothing
    let hidden = false
    // What happened since the terminal began to change its size.
    let resizing: { readonly timer: NodeJS.Timeout; readonly held: string } | undefined

    // From the cursor back to the first row below the conversation, and nothing
    // left of it. A terminal that has become narrower has broken its rows.
    const erase = () => {
      const up = rowsAbove(drawn, columnsOf())
      drawn = nothing
      return `\r${up > 0 ? `\u001b[${up}A` : ""}\u001b[J`
    }
    const columnsOf = () => (stdout.columns > 0 ? stdout.columns : 80)
    const below = () => {
      // Nothing stands below before there is something to say of the room.
      if (hidden || status === "") return ""
      const columns = Math.max(8, columnsOf() - 1)
      const { cursor, rows } = wrap(`> ${editor.before}`, editor.after, columns)
      // The upper half belongs to what happens; what does not fit below scrolls with the cursor.
      const most = Math.max(1, Math.floor(stdout.rows / 2) - 1)
      const first = Math.max(0, Math.min(cursor.row - most + 1, rows.length - most))
      const typed = rows.slice(first, first + most)
      const head = fit(status, columns)
      drawn = {
        rows: [head, ...typed].map((text) => ({ text, look: "plain" })),
        cursor: { x: cursor.column, y: cursor.row - first + 1 }
      }
      const up = typed.length - 1 - (cursor.row - first)
      const place = `${up > 0 ? `\u001b[${up}A` : ""}\r${cursor.column > 0 ? `\u001b[${cursor.column}C` : ""}`
      return `${colour ? `\u001b[7m${head}\u001b[0m` : head}\n${typed.join("\n")}${place}`
    }
    const around = (text: string) => `${erase()}${text}${below()}`
    const redraw = () => {
      if (!hidden && resizing === undefined && !stdout.destroyed && !stdout.writableNeedDrain) stdout.write(around(""))
    }
    const { write } = skippingOutput(around)
    const settle = () => {
      if (resizing === undefined) return
      const { held, timer } = resizing
      clearTimeout(timer)
      resizing = undefined
      if (held === "") redraw()
      else write(held)
    }
    const hide = Effect.async<void>((resume) => {
      settle()
      hidden = true
      stdout.write(erase(), () => {
        resume(Effect.void)
      })
    })

    const press = Effect.fnUntraced(function* (key: Key) {
      if (key._tag === "Press" && key.ctrl) {
        if (key.name === "c") process.kill(process.pid, "SIGINT")
        if (key.name === "l") stdout.write("\u001b[2J\u001b[3J\u001b[H")
        if (key.name === "z") {
          yield* Effect.timeoutOption(hide, erasePatience)
          yield* keyboard.suspend
        }
      }
      const edited = Editor.press(editor, key, yield* complete)
      editor = edited.editor
      if (edited.submitted !== undefined) yield* lines.offer(edited.submitted)
      redraw()
    })

    // What the shell wrote meanwhile stays: the prompt goes on below it.
    keyboard.onResume(() => {
      hidden = false
      drawn = nothing
      redraw()
    })
    const onResize = () => {
      clearTimeout(resizing?.timer)
      resizing = { held: "", ...resizing, timer: setTimeout(settle, settlePatience) }
    }
    stdout.on("resize", onResize)
    stdout.on("drain", redraw)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        settle()
        stdout.off("resize", onResize)
        stdout.off("drain", redraw)
        hidden = true
        stdout.write(erase())
      })
    )
    yield* Effect.forkScoped(Stream.runForEach(Mailbox.toStream(keyboard.keys), press))
    return {
      lines,
      output: {
        write: (text) => {
          if (resizing === undefined) {
            write(text)
            return
          }
          resizing = { ...resizing, held: resizing.held + text }
          if (resizing.held.length > maxHeld) settle()
        },
        status: (line) => {
          status = line
          // A timer that is late because the process was stopped fires before the
          // signal to go on is heard, and the screen is not as it was.
          setImmediate(redraw)
        }
      }
    }
  })
