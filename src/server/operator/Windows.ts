/** How the last window went: closed by whoever had it open, or lost without a word, as by a browser that crashed. */
export type Going = "Closed" | "Lost"

/** How many of the operator's windows are open, and when the room closes after the last of them has gone. Times are in ms, of any clock that never goes back. */
export interface Windows {
  readonly open: number
  /** Absent while a window is open, and before the first was. */
  readonly closing?: { readonly at: number; readonly going: Going }
}

/** What happens to a window; `Tick`: time has passed. */
export type Happening = "Opened" | Going | "Tick"

/**
 * What is to be done about it. `Wait`: the room closes after this time, ms, unless
 * a window comes back. `Stay`: one has come back. `Close`: nobody has.
 */
export type Wish =
  | { readonly _tag: "Wait"; readonly going: Going; readonly ms: number }
  | { readonly _tag: "Stay" }
  | { readonly _tag: "Close"; readonly going: Going }

/** The windows after something has happened, and what is to be done; `undefined` for nothing. */
export interface Step {
  readonly next: Windows
  readonly wish: Wish | undefined
}

/** No window has been opened yet: the room is open until one was, and has gone. */
export const none: Windows = { open: 0 }

/**
 * How long the room stays open without a window, ms. A page that is loaded again
 * closes its window and opens it within a quarter of a second; a browser that
 * crashed has to be started first.
 */
export const grace: Readonly<Record<Going, number>> = { Closed: 5000, Lost: 60_000 }

/** What follows from something that happens at this time, ms. */
export const step = ({ closing, open }: Windows, happening: Happening, at: number): Step => {
  switch (happening) {
    case "Opened":
      return { next: { open: open + 1 }, wish: closing === undefined ? undefined : { _tag: "Stay" } }
    case "Closed":
    case "Lost": {
      if (open > 1) return { next: { open: open - 1 }, wish: undefined }
      const ms = grace[happening]
      return { next: { open: 0, closing: { at: at + ms, going: happening } }, wish: { _tag: "Wait", going: happening, ms } }
    }
    case "Tick":
      if (closing === undefined) return { next: { open }, wish: undefined }
      return at < closing.at ? { next: { open, closing }, wish: undefined } : { next: { open }, wish: { _tag: "Close", going: closing.going } }
  }
}
