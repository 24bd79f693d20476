import stringWidth from "string-width"
import { isSecret } from "../screen/conversation.ts"
import * as Form from "../screen/form.ts"
import { hereIn } from "../screen/rooms.ts"
import type { Conversation } from "../screen/step.ts"
import { graphemesOf } from "./graphemes.ts"
import type { Screen } from "./screen.ts"
import type { Search } from "./search.ts"
import type { Typing } from "./typing.ts"
import { fit, wrap } from "./wrap.ts"

/** A row of the region below the conversation, without escape sequences. */
export interface Row {
  readonly text: string
  readonly look: "plain" | "dim" | "status"
}

/** The rows of the region below the conversation, and the cursor's place in them, both coordinates from 0; without a cursor nothing is drawn. */
export interface View {
  readonly rows: ReadonlyArray<Row>
  readonly cursor: { readonly x: number; readonly y: number } | undefined
}

/** The size of a terminal; 0 or less means unknown. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** The space for a view: the most columns of a row, and the most rows. */
export interface Room {
  readonly columns: number
  readonly height: number
}

/** The space for a view in a terminal of this size: one column less than it has, so that fewer rows reflow at a resize, and half of its rows. */
export const roomIn = ({ columns, rows }: Size): Room => ({
  columns: Math.max(8, (columns > 0 ? columns : 80) - 1),
  height: Math.max(1, Math.floor(rows / 2))
})

/** A view of the rows `above`, a status line (left out if there is one row only), and the input line. Input that does not fit scrolls with the cursor. */
export const statusAndInput = (
  { above = [], after, before, status }: { readonly above?: ReadonlyArray<Row>; readonly status: string; readonly before: string; readonly after: string },
  { columns, height }: Room
): View => {
  const over: ReadonlyArray<Row> = [...above, ...(height > 1 ? [{ text: fit(status, columns), look: "status" } as const] : [])]
  const { cursor, rows } = wrap(before, after, columns)
  const most = Math.max(1, height - over.length)
  const first = Math.max(0, Math.min(cursor.row - most + 1, rows.length - most))
  return {
    rows: [...over, ...rows.slice(first, first + most).map((text): Row => ({ text, look: "plain" }))],
    cursor: { x: cursor.column, y: over.length + cursor.row - first }
  }
}

/** How many messages without a receipt are shown at most: the last ones. */
const maxPending = 5

const promptOf = (search: Search | undefined, prompt: string): string =>
  search === undefined ? prompt : `(${search.isFound ? "search" : "not found"}: ${search.query}) `

/** How many rows show the beginning of a paste at most, before it is sent. */
const maxPreview = 4

/** The view of what is being typed behind this prompt, below a status line and the rows `above` it: a line, or the question about a paste. */
export const typingView = (
  { editor, paste }: Typing,
  { above = [], prompt, shownAs = (text) => text, status }: {
    readonly above?: ReadonlyArray<Row>
    readonly prompt: string
    readonly status: string
    readonly shownAs?: (text: string) => string
  },
  room: Room
): View => {
  if (paste === undefined) return statusAndInput({ above, status, before: promptOf(editor.search, prompt) + shownAs(editor.before), after: shownAs(editor.after) }, room)
  const most = Math.max(0, Math.min(maxPreview, room.height - 2))
  const first = paste.length <= most || most <= 1 ? most : most - 1
  const more = paste.length - first
  const preview = [
    ...paste.slice(0, first).map((line) => `  | ${line.replaceAll("\t", " ")}`),
    ...(more > 0 && first < most ? [`  … and ${more} more`] : [])
  ]
  const question = fit(`Send ${paste.length} lines? y sends, n does not `, room.columns)
  return statusAndInput({ above: preview.map((text) => ({ text: fit(text, room.columns), look: "dim" })), status, before: question, after: "" }, room)
}

/** The view of the screen in a terminal of this size. */
export const view = ({ conversation, typing }: Screen, size: Size): View => {
  if (conversation.phase === "over") return { rows: [], cursor: undefined }
  const room = roomIn(size)
  const here = conversation.pending.filter(({ command }) => !("room" in command) || command.room === undefined || command.room.name === conversation.room)
  const waiting = [...here, ...conversation.ahead].map(({ typed }) => typed.replaceAll("\t", " "))
  const shown = Math.max(0, Math.min(maxPending, Math.floor(room.height / 2) - 1))
  const above = waiting.slice(Math.max(0, waiting.length - shown)).map((typed): Row => ({ text: `${fit(`  ${typed}`, room.columns - 2)} …`, look: "dim" }))
  const shownAs = (text: string) => (isSecret(conversation) ? hidden(text) : text)
  return typingView(typing, { above, status: status(conversation, room.columns), prompt: prompt(conversation), shownAs }, room)
}

const hidden = (text: string): string => Array.from(graphemesOf(text), () => "•").join("")

const prompt = ({ form, phase }: Conversation): string => (phase === "form" ? (Form.question(form) ?? "") : "> ")

const status = (conversation: Conversation, columns: number): string => {
  const { form, lostAt, phase, room, rooms } = conversation
  const { host, port } = form.answers
  const [only] = rooms
  switch (phase) {
    case "form":
      return "brusio: where to, and as who? Enter takes what is in brackets."
    case "connecting":
      return `connecting to ${host}, port ${port} ...`
    default: {
      const rest = lostAt === undefined ? `${hereIn(conversation)} here · connected` : `connection lost ${new Date(lostAt).toTimeString().slice(0, 8)}, coming back ...`
      if (rooms.length > 1) return `${roomsIn(conversation, columns - rest.length - 3)} · ${rest}`
      if (only === undefined && room === "") return lostAt === undefined ? "in no room · connected" : `in no room · ${rest}`
      const { unread = 0 } = only ?? {}
      return [room, rest, ...(unread > 0 && lostAt === undefined ? [`${unread} unread`] : [])].join(" · ")
    }
  }
}

// Each room with how many messages came, and an @ where one of them mentions the user; the one that is looked at is in brackets.
const shownRoom = ({ mentions, name, unread }: Conversation["rooms"][number], isActive: boolean): string => {
  const words = `#${name}${unread > 0 ? ` ${unread}${mentions > 0 ? "@" : ""}` : ""}`
  return isActive ? `[${words}]` : words
}

// Where not all rooms fit, those are left out in which nothing is new.
const roomsIn = ({ room, rooms }: Conversation, columns: number): string => {
  const all = rooms.map((each) => shownRoom(each, each.name === room)).join("  ")
  if (stringWidth(all) <= columns) return all
  const shown = rooms.filter(({ name, unread }) => name === room || unread > 0)
  const quiet = rooms.length - shown.length
  return [...shown.map((each) => shownRoom(each, each.name === room)), ...(quiet > 0 ? [`+${quiet}`] : [])].join("  ")
}
