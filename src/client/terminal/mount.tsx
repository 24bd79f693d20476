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

/** Draws on this terminal, through Ink. Keys are not its concern. */
export const mount = (options: {
  readonly stdout: NodeJS.WriteStream
  readonly stdin: NodeJS.ReadStream
  readonly colour: boolean
}): Surface => {
  const { stdin, stdout } = options
  let write: ((text: string) => void) | undefined
  let shown = nothing
  let columns = stdout.columns
  const attach = (writer: (text: string) => void) => {
    write = writer
  }
  const element = (view: View) => <Below view={view} colour={options.colour} attach={attach} />
  const { rerender, unmount } = render(element(nothing), {
    stdout: highEnough(stdout),
    stdin,
    exitOnCtrlC: false,
    patchConsole: false,
    // A frame is on the terminal when it is drawn: there is one for all that has happened together.
    maxFps: 0
  })
  // Ink hears of a resize after this. It counts the rows it drew, not the ones
  // these were broken into, so there must be no more of them.
  const onResize = () => {
    if (stdout.columns < columns && shown.cursor !== undefined) {
      const up = rowsAbove(shown, stdout.columns)
      stdout.write(`${up > 0 ? `\u001b[${up}A` : ""}\r\u001b[J${"\n".repeat(shown.cursor.y)}`)
    }
    columns = stdout.columns
  }
  stdout.prependListener("resize", onResize)
  return {
    draw: (view) => {
      shown = view
      rerender(element(view))
    },
    print: (text) => write?.(text),
    leaveBehind: () => {
      stdout.write("\n".repeat(shown.rows.length + 1))
      write?.("")
    },
    unmount: () => {
      stdout.off("resize", onResize)
      rerender(element(nothing))
      unmount()
      // An empty frame is an empty line: the shell goes on in it.
      stdout.write("\u001b[1A")
    }
  }
}

// Ink wipes a terminal, its scrollback too, in which it fills all rows; when
// that has just become smaller this may be so for a moment.
const highEnough = (stdout: NodeJS.WriteStream): NodeJS.WriteStream =>
  new Proxy(stdout, {
    get: (target, property): unknown => {
      if (property === "rows") return Number.MAX_SAFE_INTEGER
      const value: unknown = Reflect.get(target, property)
      return typeof value === "function" ? value.bind(target) : value
    }
  })
