import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Frame from "./frame.ts"
import { layOut } from "./paragraph.ts"
import type { Size, View } from "./view.ts"

/** The redrawn rows (status and input line) below a conversation that scrolls into the terminal's own scrollback. See docs/adr/0010. */
export interface Region {
  /** Draws this view from now on; it is computed for the size at each drawing. Coalescing: a terminal that does not read gets only the last view. */
  readonly draw: (view: (size: Size) => View) => void
  /** Writes text, whole lines, above the region, where it scrolls into the scrollback. Lines are laid out for the terminal's width, see `layOut`. */
  readonly print: (text: string) => void
  /** Erases the region until `show`, and waits (100 ms at most) until the terminal has read that. */
  readonly hide: Effect.Effect<void>
  /** Draws the region again, below whatever other programs wrote meanwhile. That text stays, and so does a region that was not hidden before. */
  readonly show: () => void
}

/** Terminal identification, by its secondary device attributes. */
export interface Identity {
  /** Sends the query to the terminal; the answer comes with its keys. */
  readonly ask: () => void
  /** The answer's parameters, such as `41;379;0`; `undefined` while there is none. */
  readonly attributes: () => string | undefined
}

/** The part of a TTY's `WriteStream` that a region uses. */
export interface Output {
  readonly columns: number
  readonly rows: number
  readonly destroyed: boolean
  readonly writableNeedDrain: boolean
  /** Node's: asks the terminal for its size, and emits `resize` when it has changed. */
  readonly _refreshSize?: () => void
  write(text: string, done?: () => void): boolean
  on(event: "resize" | "drain", listener: () => void): unknown
  off(event: "resize" | "drain", listener: () => void): unknown
}

interface Options {
  readonly stdout: Output
  readonly identity: Identity
  readonly colour: boolean
  /** Monotonic time, ms. */
  readonly now?: () => number
  /** With how many blanks the rows begin that continue a printed line: more than stands before a name. */
  readonly indent: number
}

/**
 * Debounce of resizes: how long the size has to stay the same before the region is drawn again, ms. A dragged window changes its size
 * many times, and tmux reports the last one only after 250 ms; a frame drawn for another size would leave rows behind or erase too many.
 */
const settlePatience = 500

/** How much printed text is held back during a resize, UTF-16 code units; with more, the region is drawn at once. */
const maxHeld = 65_536

/**
 * For how long a frame may be on its way to a terminal that reads, ms. One that was written so short a time before the size changed may
 * have been read only after that: then its rows were cut at the new width, and not reflowed. Whether it was cannot be known.
 */
const inFlight = 50

/** How long `hide` waits for the terminal to read, before another program may write, ms. */
const hidePatience = 100

/** A region on this terminal, from the cursor's row down, while the scope is open; then it is erased. */
export const make = (options: Options): Effect.Effect<Region, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(() => open(options)), ({ close }) => Effect.sync(close))

const open = ({ colour, identity, indent, now = () => performance.now(), stdout }: Options): Region & { readonly close: () => void } => {
  let view: (size: Size) => View = () => Frame.blank.view
  let frame = Frame.blank
  // `stale`: a newer view is to be drawn once the terminal has read what was written (`drain`).
  let state: "shown" | "stale" | "hidden" = "shown"
  // Set while the size is changing: `held` is the text printed since then, `asked` whether the terminal was asked for its attributes.
  let resizing: { readonly timer: NodeJS.Timeout; readonly held: string; readonly asked: boolean } | undefined

  let writtenAt = -Infinity
  // Whether the frame may have been cut: at worst a piece of it stays. Counted as reflowed, a line of the conversation would be erased with it.
  let mayBeCut = false

  const columns = () => (stdout.columns > 0 ? stdout.columns : 80)
  const erase = () => {
    const bytes = Frame.erase(frame, columns(), mayBeCut ? "none" : Frame.reflowOf(identity.attributes()))
    frame = Frame.blank
    mayBeCut = false
    return bytes
  }
  // Erasing, text and the new frame go out in one write, so that the terminal never shows the conversation without the region.
  const write = (text: string) => {
    if (stdout.destroyed) return
    const erased = erase()
    if (state !== "hidden") {
      state = "shown"
      frame = { view: view({ columns: stdout.columns, rows: stdout.rows }), columns: columns() }
    }
    const laid = text.split("\n").map((line) => layOut(line, columns(), indent)).join("\n")
    writtenAt = now()
    stdout.write(`${erased}${laid}${Frame.paint(frame.view, colour)}`)
  }
  // SIGWINCH (the size has changed) comes late to a busy program: so the terminal's size is queried before each write.
  const refresh = () => {
    if (!stdout.destroyed) stdout._refreshSize?.()
  }
  const redraw = () => {
    refresh()
    if (state === "hidden" || resizing !== undefined) return
    if (stdout.writableNeedDrain) state = "stale"
    else write("")
  }
  const settle = () => {
    if (resizing === undefined) return
    const { held, timer } = resizing
    clearTimeout(timer)
    resizing = undefined
    if (held === "") redraw()
    else write(held)
  }
  const onResize = () => {
    clearTimeout(resizing?.timer)
    if (resizing === undefined) mayBeCut = stdout.writableNeedDrain || now() - writtenAt < inFlight
    const asks = resizing?.asked !== true && identity.attributes() === undefined && Frame.isWider(frame, columns())
    if (asks) identity.ask()
    resizing = { held: resizing?.held ?? "", asked: asks || resizing?.asked === true, timer: setTimeout(settle, settlePatience) }
  }
  const onDrain = () => {
    if (state === "stale") redraw()
  }
  const hide = () => {
    settle()
    state = "hidden"
    return erase()
  }
  stdout.on("resize", onResize)
  stdout.on("drain", onDrain)

  return {
    draw: (next) => {
      view = next
      redraw()
    },
    print: (text) => {
      refresh()
      if (resizing === undefined) {
        write(text)
        return
      }
      resizing = { ...resizing, held: resizing.held + text }
      if (resizing.held.length > maxHeld) settle()
    },
    hide: Effect.async<void>((resume) => {
      stdout.write(hide(), () => {
        resume(Effect.void)
      })
    }).pipe(Effect.timeoutOption(hidePatience), Effect.asVoid),
    show: () => {
      state = "shown"
      frame = Frame.blank
      // If nothing else was written meanwhile, the cursor is still in the old input line: that row and those below are erased.
      if (!stdout.destroyed) stdout.write("\r\u001b[J")
      redraw()
    },
    close: () => {
      const erased = hide()
      stdout.off("resize", onResize)
      stdout.off("drain", onDrain)
      if (!stdout.destroyed) stdout.write(erased)
    }
  }
}
