import ansiEscapes from "ansi-escapes"
import stringWidth from "string-width"
import type { Row, View } from "./view.ts"
import { graphemesOf } from "./graphemes.ts"
import { heightOf } from "./wrap.ts"

/**
 * Reflow: which rows a terminal wraps again when it becomes narrower than they are (docs/adr/0010). `all`: every row. `above`: only the
 * rows above the cursor's; the cursor's row is cut, as a shell draws its own row again. `none`: every row is cut at the edge.
 */
export type Reflow = "all" | "above" | "none"

/** A view as it was written to a terminal that had `columns`. */
export interface Frame {
  readonly view: View
  readonly columns: number
}

/** A frame of no rows: nothing is drawn. */
export const blank: Frame = { view: { rows: [], cursor: undefined }, columns: 80 }

/**
 * The escape sequences that erase a frame from a terminal that has `columns` now, and leave the cursor where the frame began. Rows are
 * counted from the cursor: the terminal keeps the cursor at its character whatever scrolls, and drops the rows below it first when it
 * gets lower. So no row below the cursor is counted, and no position on the screen is remembered. Rows above the cursor are erased one
 * by one: tmux moves a screen that is erased from its first row to its end into the scrollback, the frame included.
 */
export const erase = (frame: Frame, columns: number, reflow: Reflow): string => {
  if (frame.view.cursor === undefined) return ""
  const up = rowsAbove(frame, columns, reflow)
  return `\r${ansiEscapes.eraseLine}${ansiEscapes.eraseDown}${`${ansiEscapes.cursorUp(1)}${ansiEscapes.eraseLine}`.repeat(up)}`
}

/**
 * The bytes that write a view, starting in column 0 of the cursor's row, and then put the cursor at its place in the view. Terminals
 * disagree on the width of some characters. So a row is never wrapped (DECAWM is off meanwhile): one that takes more columns than we
 * count stays one row. And the cursor is put at its place by writing what stands before it once more, not by counting columns.
 */
export const paint = ({ cursor, rows }: View, colour: boolean): string => {
  if (cursor === undefined) return ""
  const up = rows.length - 1 - cursor.y
  const look = colour ? styled : plain
  const back = `${up > 0 ? ansiEscapes.cursorUp(up) : ""}\r${startOf(rows[cursor.y]?.text ?? "", cursor.x)}`
  return `${wrapOff}${rows.map(look).join("\n")}${back}${wrapOn}`
}

const wrapOff = "\u001b[?7l"
const wrapOn = "\u001b[?7h"

// What takes the first columns of a row, by our own count.
const startOf = (text: string, columns: number): string => {
  let width = 0
  let length = 0
  for (const cluster of graphemesOf(text)) {
    if (width >= columns) break
    width += stringWidth(cluster)
    length += cluster.length
  }
  return text.slice(0, length)
}

/** Whether a row of the frame is wider than `columns`: only then does it matter how the terminal reflows. */
export const isWider = ({ view }: Frame, columns: number): boolean => view.rows.some(({ text }) => stringWidth(text) > columns)

// How many rows above the cursor the frame begins in a terminal that has `columns` now.
const rowsAbove = ({ columns: before, view: { cursor, rows } }: Frame, columns: number, reflow: Reflow): number => {
  if (cursor === undefined) return 0
  const width = reflow === "none" ? before : columns
  const own = reflow === "above" ? 0 : rowOf(cursor.x, rows[cursor.y]?.text ?? "", width)
  return rows.slice(0, cursor.y).reduce((sum, { text }) => sum + heightOf(text, width), own)
}

/**
 * Which rows a terminal reflows, by its secondary device attributes (its answer to `CSI > c`). A terminal that does not answer is taken
 * for one that cuts rows: then a piece of an old status may stay behind, but nothing of the conversation is erased.
 */
export const reflowOf = (attributes: string | undefined): Reflow => {
  switch (attributes?.split(";")[0]) {
    case undefined:
    case "41": // xterm
      return "none"
    default:
      return exceptions.get(attributes ?? "") ?? "all"
  }
}

// By their whole answer: PuTTY, and xterm.js.
const exceptions: ReadonlyMap<string, Reflow> = new Map([["0;136;0", "none"], ["0;276;0", "above"]])

// Pending wrap: after the last column of a full row is written, the cursor stays in that row.
const rowOf = (x: number, text: string, columns: number): number => Math.floor((x > 0 && x >= stringWidth(text) ? x - 1 : x) / columns)

const plain = ({ text }: Row): string => text

const styled = ({ look, text }: Row): string => {
  if (look === "status") return `\u001b[7m${text}\u001b[0m`
  return look === "dim" ? `\u001b[2m${text}\u001b[0m` : text
}
