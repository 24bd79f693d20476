import { render } from "ink"
import { Below } from "./Below.tsx"
import { rowsAbove, type View } from "./view.ts"

/** A terminal with the conversation in its scrollback and a view below it. */
export interface Surface {
  /** Draws what is below. */
  readonly draw: (view: View) => void
  /** Puts text above it, into the scrollback. */
  readonly print: (text: string) => void
  /** Draws again below what somebody else wrote, with the cursor at its end. */
  readonly leaveBehind: () => void
  /** Leaves the conversation where it is, and takes away what is below. */
  readonly unmount: () => void
}

const nothing: View = { rows: [], cursor: undefined }

/**
 * How long a terminal keeps its size before it is drawn on again, ms. One that
 * is dragged has many, and tmux tells of the last only after 250 ms: what is
 * drawn for another size leaves something behind, or takes away too much.
 */
const settlePatience = 500

/** Draws on this terminal, through Ink. Keys are not its concern. */
export const mount = ({ colour, stdin, stdout }: {
  readonly stdout: NodeJS.WriteStream
  readonly stdin: NodeJS.ReadStream
  readonly colour: boolean
}): Surface => {
  let write: (text: string) => void = () => undefined
  let inkResized: () => void = () => undefined
  const attach = (writer: (text: string) => void) => {
    write = writer
  }
  const element = (view: View) => <Below view={view} colour={colour} attach={attach} />
  const { rerender, unmount } = render(element(nothing), {
    stdout: tall(stdout, (resized) => {
      inkResized = resized
    }),
    stdin,
    exitOnCtrlC: false,
    patchConsole: false,
    // A frame is on the terminal when it is drawn: there is one for all that has happened together.
    maxFps: 0
  })

  let shown = nothing
  let columns = stdout.columns
  // What is to be done once the size is settled.
  let resizing: { readonly timer: NodeJS.Timeout; readonly view: View; readonly text: string } | undefined

  const draw = (view: View) => {
    shown = view
    rerender(element(view))
  }
  const settle = () => {
    if (resizing === undefined) return
    const { text, timer, view } = resizing
    clearTimeout(timer)
    resizing = undefined
    // A terminal that has become narrower has broken the rows that no longer
    // fit. Ink counts the rows it drew, so there must be no more of them.
    if (stdout.columns < columns && shown.cursor !== undefined) {
      const up = rowsAbove(shown, stdout.columns)
      stdout.write(`${up > 0 ? `\u001b[${up}A` : ""}\r\u001b[J${"\n".repeat(shown.cursor.y)}`)
    }
    columns = stdout.columns
    inkResized()
    if (text !== "") write(text)
    draw(view)
  }
  const onResize = () => {
    clearTimeout(resizing?.timer)
    resizing = { view: shown, text: "", ...resizing, timer: setTimeout(settle, settlePatience) }
  }
  stdout.on("resize", onResize)

  return {
    draw: (view) => {
      if (resizing === undefined) draw(view)
      else resizing = { ...resizing, view }
    },
    print: (text) => {
      if (resizing === undefined) write(text)
      else resizing = { ...resizing, text: resizing.text + text }
    },
    leaveBehind: () => {
      stdout.write("\n".repeat(shown.rows.length + 1))
      write("")
    },
    unmount: () => {
      settle()
      stdout.off("resize", onResize)
      draw(nothing)
      unmount()
      // An empty frame is an empty line: the shell goes on in it.
      stdout.write("\u001b[1A")
    }
  }
}

// A terminal as Ink sees it. Of one in which it fills all rows Ink wipes the
// scrollback too, and it would draw at every size on the way to the last.
const tall = (stdout: NodeJS.WriteStream, onResize: (resized: () => void) => void): NodeJS.WriteStream =>
  new Proxy(stdout, {
    get: (target, property): unknown => {
      if (property === "rows") return Number.MAX_SAFE_INTEGER
      if (property === "on") {
        return (event: string, listener: () => void) => {
          if (event === "resize") onResize(listener)
          else target.on(event, listener)
        }
      }
      const value: unknown = Reflect.get(target, property)
      return typeof value === "function" ? value.bind(target) : value
    }
  })
