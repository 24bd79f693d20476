import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Frame from "./frame.ts"
import type { Size, View } from "./view.ts"

/** The rows below a conversation that is in the terminal's own scrollback: a status and an input. */
export interface Region {
  /** Draws this view from now on, made anew for each size. A terminal that is behind gets only the last. */
  readonly draw: (view: (size: Size) => View) => void
  /** Puts text, whole lines, above the region into the scrollback. */
  readonly print: (text: string) => void
  /** Takes the region away until `show`, and waits a little until the terminal has done so. */
  readonly hide: Effect.Effect<void>
  /** Draws again below what somebody else wrote meanwhile, which stays, and so does a region that was not hidden before. */
  readonly show: () => void
}

/** Who asks the terminal what it is, and hears the answer. */
export interface Identity {
  readonly ask: () => void
  /** The secondary device attributes as they were answered; `undefined` before that. */
  readonly attributes: () => string | undefined
}

/** What a region needs of the terminal's stream. */
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
}

/**
 * How long a terminal keeps its size before it is drawn on again, ms. One that is dragged has many, and tmux tells of the last only
 * after 250 ms: what is drawn for another size leaves something behind, or takes away too much.
 */
const settlePatience = 500

/** How many UTF-16 code units of text wait for that; with more the region is drawn at once. */
const maxHeld = 65_536

/** How long the terminal has to take the region away before somebody else writes, ms. */
const hidePatience = 100

/** Draws on this terminal, below the cursor's row, as long as the scope is open; then the region is taken away. */
export const make = (options: Options): Effect.Effect<Region, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(() => open(options)), ({ close }) => Effect.sync(close))

const open = ({ colour, identity, stdout }: Options): Region & { readonly close: () => void } => {
  let view: (size: Size) => View = () => Frame.blank.view
  let frame = Frame.blank
  // `stale`: the terminal was behind when there was another view to draw.
  let state: "shown" | "stale" | "hidden" = "shown"
  // What was printed since the terminal began to change its size.
  let resizing: { readonly timer: NodeJS.Timeout; readonly held: string; readonly asked: boolean } | undefined

  const columns = () => (stdout.columns > 0 ? stdout.columns : 80)
  const erase = () => {
    const bytes = Frame.erase(frame, columns(), Frame.reflowOf(identity.attributes()))
    frame = Frame.blank
    return bytes
  }
  // One write, so that the terminal never shows the conversation without what is below it.
  const write = (text: string) => {
    if (stdout.destroyed) return
    const erased = erase()
    if (state !== "hidden") {
      state = "shown"
      frame = { view: view({ columns: stdout.columns, rows: stdout.rows }), columns: columns() }
    }
    stdout.write(`${erased}${text}${Frame.paint(frame.view, colour)}`)
  }
  // SIGWINCH comes late to a program that is busy: the terminal itself is asked for its size before it is written to.
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
      // Where no shell wrote anything the cursor is still in the old input.
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
