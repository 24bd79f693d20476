import { shownAgain } from "../screen/rooms.ts"
import type { Draw } from "./style.ts"
import type { Size } from "./view.ts"
import type { Wish } from "./screen.ts"
import { heightOf } from "./wrap.ts"

/** How many rows are left free of a room that is shown again: for its name, the line above what is new, the status and the input. */
const others = 4

/** A room that is looked at again, as it is printed: its name, and as many of its last lines as a terminal of this size shows at once. */
export const screenful = (show: Extract<Wish, { readonly _tag: "Show" }>, draw: Draw, { columns, rows }: Size): string => {
  let free = (rows > 0 ? rows : 24) - others
  let most = 0
  for (const line of show.lines.toReversed()) {
    free -= draw(line).split("\n").reduce((sum, text) => sum + heightOf(text, columns > 0 ? columns : 80), 0)
    if (free < 0) break
    most += 1
  }
  return shownAgain(show, most).map((line) => `${draw(line)}\n`).join("")
}
