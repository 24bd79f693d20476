import stringWidth from "string-width"
import { graphemesOf } from "./graphemes.ts"

/** A line laid out in rows, and the cursor's row and column, both from 0. */
export interface Wrapped {
  readonly rows: ReadonlyArray<string>
  readonly cursor: { readonly row: number; readonly column: number }
}

/**
 * Wraps a line into rows of `columns` between grapheme clusters; the cursor is
 * between `before` and `after`. Columns are counted as a terminal does: wide
 * characters take two, combining marks none. In right-to-left text the cursor
 * follows the logical order.
 */
export const wrap = (before: string, after: string, columns: number): Wrapped => {
  const rows: Array<string> = []
  let row = ""
  let width = 0
  let cursor = { row: 0, column: 0 }
  const add = (text: string) => {
    for (const segment of graphemesOf(text)) {
      const columnsOf = stringWidth(segment)
      if (width + columnsOf > columns) {
        rows.push(row)
        row = ""
        width = 0
      }
      row += segment
      width += columnsOf
    }
  }
  add(before)
  // At the end of a full row the cursor is at the start of the next.
  cursor = width >= columns ? { row: rows.length + 1, column: 0 } : { row: rows.length, column: width }
  add(after)
  rows.push(row)
  if (cursor.row === rows.length) rows.push("")
  return { rows, cursor }
}

/** How many rows of `columns` a line takes. */
export const heightOf = (line: string, columns: number): number => wrap("", line, columns).rows.length

/** A line truncated to `columns`, with an ellipsis if anything was cut. */
export const fit = (text: string, columns: number): string => {
  let width = 0
  let kept = 0
  for (const segment of graphemesOf(text)) {
    width += stringWidth(segment)
    if (width > columns) return `${text.slice(0, kept)}…`
    if (width < columns) kept += segment.length
  }
  return text
}
