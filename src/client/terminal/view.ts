import stringWidth from "string-width"
import { isSecret } from "../screen/conversation.ts"
import * as Form from "../screen/form.ts"
import type { Conversation } from "../screen/step.ts"
import { graphemesOf } from "./graphemes.ts"
import type { Screen } from "./screen.ts"
import { fit, heightOf, wrap } from "./wrap.ts"

/** A row below the conversation. */
interface Row {
  readonly text: string
  readonly look: "plain" | "dim" | "status"
}

/** All that is drawn below the conversation, and where the cursor is in it. */
export interface View {
  readonly rows: ReadonlyArray<Row>
  readonly cursor: { readonly x: number; readonly y: number } | undefined
}

/** How many unanswered messages are shown at most; of more, the last. */
const maxPending = 5

/** How the screen looks in a terminal of this size. No row fills it, so that a resize moves as little as it can. */
export const view = ({ conversation, typing }: Screen, size: { readonly columns: number; readonly rows: number }): View => {
  if (conversation.phase === "over") return { rows: [], cursor: undefined }
  const columns = Math.max(8, (size.columns > 0 ? size.columns : 80) - 1)
  // The upper half belongs to the conversation, also on a small screen.
  const height = Math.max(1, Math.floor(size.rows / 2))
  const waiting = [...conversation.pending, ...conversation.ahead].map(({ typed }) => typed.replaceAll("\t", " "))
  const shown = Math.max(0, Math.min(maxPending, Math.floor(height / 2) - 1))
  const above: ReadonlyArray<Row> = [
    ...waiting.slice(Math.max(0, waiting.length - shown)).map((typed): Row => ({ text: `${fit(`  ${typed}`, columns - 2)} …`, look: "dim" })),
    ...(height > 1 ? [{ text: fit(status(conversation), columns), look: "status" } as const] : [])
  ]
  if (typing.paste !== undefined) {
    const question = fit(`Send ${typing.paste.length} lines? (y/n) `, columns)
    return { rows: [...above, { text: question, look: "plain" }], cursor: { x: question.length, y: above.length } }
  }
  const shownAs = (text: string) => (isSecret(conversation) ? hidden(text) : text)
  const { cursor, rows } = wrap(prompt(conversation) + shownAs(typing.editor.before), shownAs(typing.editor.after), columns)
  // What does not fit scrolls with the cursor.
  const most = Math.max(1, height - above.length)
  const first = Math.max(0, Math.min(cursor.row - most + 1, rows.length - most))
  return {
    rows: [...above, ...rows.slice(first, first + most).map((text): Row => ({ text, look: "plain" }))],
    cursor: { x: cursor.column, y: above.length + cursor.row - first }
  }
}

/** How many rows above the cursor a view begins in a terminal that has become narrower and breaks the rows that no longer fit. */
export const rowsAbove = ({ cursor, rows }: View, columns: number): number =>
  cursor === undefined
    ? 0
    : rows
        .slice(0, cursor.y)
        .reduce((sum, { text }) => sum + heightOf(text, columns), rowOf(cursor.x, rows[cursor.y]?.text ?? "", columns))

const hidden = (text: string): string => Array.from(graphemesOf(text), () => "•").join("")

// At the end of a row that is just full the cursor stays in it.
const rowOf = (x: number, text: string, columns: number): number =>
  Math.floor((x > 0 && x >= stringWidth(text) ? x - 1 : x) / columns)

const prompt = ({ form, phase }: Conversation): string => (phase === "form" ? (Form.question(form) ?? "") : "> ")

const status = ({ form, here, phase, room, unread }: Conversation): string => {
  const { host, port } = form.answers
  switch (phase) {
    case "form":
      return "brusio: where to, and as who? Enter takes what is in brackets."
    case "connecting":
      return `connecting to ${host}, port ${port} ...`
    default:
      return [room, `${here} here`, "connected", ...(unread > 0 ? [`${unread} unread`] : [])].join(" · ")
  }
}
