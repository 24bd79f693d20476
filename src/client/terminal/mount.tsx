import { render } from "ink"
import { Below } from "./Below.tsx"
import type { View } from "./view.ts"

/** A terminal with the conversation in its scrollback and a view below it. */
export interface Surface {
  /** Draws what is below. */
  readonly draw: (view: View) => void
  /** Puts text above it, into the scrollback. */
  readonly print: (text: string) => void
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
  let write: ((text: string) => void) | undefined
  const attach = (writer: (text: string) => void) => {
    write = writer
  }
  const element = (view: View) => <Below view={view} colour={options.colour} attach={attach} />
  const { rerender, unmount } = render(element(nothing), {
    stdout: options.stdout,
    stdin: options.stdin,
    exitOnCtrlC: false,
    patchConsole: false
  })
  return {
    draw: (view) => {
      rerender(element(view))
    },
    print: (text) => write?.(text),
    unmount: () => {
      rerender(element(nothing))
      unmount()
      // An empty frame is an empty line: the shell goes on in it.
      options.stdout.write("\u001b[1A")
    }
  }
}
