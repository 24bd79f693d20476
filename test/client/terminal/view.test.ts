import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import stringWidth from "string-width"
import * as Form from "../../../src/client/screen/form.ts"
import { opened } from "../../../src/client/screen/rooms.ts"
import type { Conversation } from "../../../src/client/screen/step.ts"
import { empty, insert } from "../../../src/client/terminal/editor.ts"
import { type Screen, start } from "../../../src/client/terminal/screen.ts"
import { view } from "../../../src/client/terminal/view.ts"
import { heightOf } from "../../../src/client/terminal/wrap.ts"
import { lobby, RoomName } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import { anyString } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"

const form = Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "User1234")
const asking = start(form).screen
const having = (screen: Screen, conversation: Partial<Conversation>): Screen => ({ ...screen, conversation: { ...screen.conversation, ...conversation } })
const room = having(asking, { phase: "room", form: Form.unasked(form), room: "lobby", rooms: [opened({ room: lobby, here: 3, seq: 1 })] })
const large = { columns: 80, rows: 24 }

const typing = (before: string, after = "", screen = room): Screen => {
  const whole = insert({ ...empty, after }, before)
  return { ...screen, typing: { ...screen.typing, editor: { ...whole, before, after } } }
}
const command = { _tag: "Say", text: clean("") } as const
const waiting = (count: number): Conversation["pending"] =>
  Array.from({ length: count }, (_, n) => ({ ref: `s${n}`, typed: `message ${n}`, command }))
const texts = (screen: Screen, size = large) => view(screen, size).rows.map(({ text }) => text)

describe("Below the conversation", () => {
  it("are the status and the input line, with the cursor where the next character goes", () => {
    expect(view(typing("hello"), large)).toEqual({
      rows: [{ text: "lobby · 3 here · connected", look: "status" }, { text: "> hello", look: "plain" }],
      cursor: { x: 7, y: 1 }
    })
  })

  it("is what is unread, if anything is", () => {
    expect(texts(having(room, { rooms: [{ ...opened({ room: lobby, here: 3, seq: 1 }), unread: 12 }] }))[0]).toBe("lobby · 3 here · connected · 12 unread")
  })

  it("are the rooms, where one is in several: what is new in each, and which one is looked at", () => {
    const place = (name: string, more: Partial<Conversation["rooms"][number]> = {}) => ({ ...opened({ room: RoomName.make(name), here: 5, seq: 1 }), ...more })
    const several = having(room, { room: "dev", rooms: [place("lobby"), place("dev", { unread: 3 }), place("ops", { unread: 4, mentions: 1 })] })
    expect(texts(several)[0]).toBe("#lobby  [#dev 3]  #ops 4@ · 5 here · connected")
    const many = having(room, { room: "r9", rooms: Array.from({ length: 16 }, (_, n) => place(`r${n}`, n === 3 ? { unread: 1 } : {})) })
    expect(texts(many)[0]).toBe("#r3 1  [#r9]  +14 · 5 here · connected")
    expect(texts(having(room, { room: "", rooms: [] }))[0]).toBe("in no room · connected")
  })

  it("are the last of the messages that have no receipt, dim", () => {
    const { cursor, rows } = view(having(room, { pending: waiting(7) }), large)
    expect(rows.slice(0, 5)).toEqual([2, 3, 4, 5, 6].map((n) => ({ text: `  message ${n} …`, look: "dim" })))
    expect(cursor).toEqual({ x: 2, y: 6 })
  })

  it("has a row each for these, also when they are long or have tabs", () => {
    const rows = texts(having(room, { pending: [{ ref: "s1", command, typed: `a\tb${"日本".repeat(200)}` }] }))
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(/^ {2}a b日本.*… …$/u)
    expect(stringWidth(rows[0] ?? "")).toBeLessThan(80)
  })

  it("is the question while a form asks, with what is answered so far", () => {
    expect(view(typing("exam", "", asking), large)).toEqual({
      rows: [
        { text: "brusio: where to, and as who? Enter takes what is in brackets.", look: "status" },
        { text: "Host [127.0.0.1]: exam", look: "plain" }
      ],
      cursor: { x: 22, y: 1 }
    })
  })

  it("is where it connects to, and what is typed meanwhile", () => {
    const connecting = having(typing("hello"), { phase: "connecting", ahead: [{ typed: "first", isLiteral: false }] })
    expect(texts(connecting)).toEqual(["  first …", "connecting to 127.0.0.1, port 25565 ...", "> hello"])
  })

  it("is the beginning of a paste that waits, and a question that says which key sends it", () => {
    const pasting = (count: number) => ({ ...room, typing: { ...typing("draft").typing, paste: Array.from({ length: count }, (_, n) => `line\t${n}`) } })
    const { cursor, rows } = view(pasting(2), large)
    expect(rows.map(({ text }) => text)).toEqual(["  | line 0", "  | line 1", "lobby · 3 here · connected", "Send 2 lines? y sends, n does not "])
    expect(cursor).toEqual({ x: 34, y: 3 })
    expect(texts(pasting(20)).slice(0, 4)).toEqual(["  | line 0", "  | line 1", "  | line 2", "  … and 17 more"])
    expect(texts(pasting(20), { columns: 80, rows: 6 })).toEqual(["  | line 0", "lobby · 3 here · connected", "Send 20 lines? y sends, n does not "])
    expect(texts(pasting(20), { columns: 80, rows: 2 })).toEqual(["Send 20 lines? y sends, n does not "])
  })

  it("is nothing at the end", () => {
    expect(view(having(room, { phase: "over" }), large)).toEqual({ rows: [], cursor: undefined })
  })
})

describe("The cursor", () => {
  it.each<readonly [string, string, string, readonly [number, number]]>([
    ["among wide characters", "日本", "語", [6, 1]],
    ["behind an emoji of several code points", "👩‍🚀", "", [4, 1]],
    ["behind combining marks", "e\u0301e\u0301", "x", [4, 1]],
    ["in right-to-left text, in logical order", "של", "ום", [4, 1]],
    ["in the second row of a long line", "x".repeat(80), "", [3, 2]],
    ["at the end of a full row", "x".repeat(77), "", [0, 2]]
  ])("%s", (_, before, after, [x, y]) => {
    expect(view(typing(before, after), large).cursor).toEqual({ x, y })
  })
})

describe("A small terminal", () => {
  it("of 40 columns has all there is", () => {
    const rows = texts(having(typing("a line that is longer than the terminal is wide"), { rooms: [{ ...opened({ room: lobby, here: 3, seq: 1 }), unread: 3 }] }), { columns: 40, rows: 12 })
    expect(rows).toEqual(["lobby · 3 here · connected · 3 unread", "> a line that is longer than the termin", "al is wide"])
  })

  it("scrolls a long line with the cursor, and leaves half of its rows to the conversation", () => {
    const line = Array.from({ length: 100 }, (_, n) => `word-${n}`).join(" ")
    const size = { columns: 40, rows: 12 }
    const atEnd = view(typing(line), size)
    expect(atEnd.rows).toHaveLength(6)
    expect(atEnd.rows.at(-1)?.text).toMatch(/word-99$/u)
    expect(atEnd.cursor?.y).toBe(5)
    const atStart = view(typing("", line), size)
    expect(atStart.rows[1]?.text).toMatch(/^> word-0/u)
    expect(atStart.cursor).toEqual({ x: 2, y: 1 })
    const within = view(typing(line.slice(0, 400), line.slice(400)), size)
    const row = within.rows[within.cursor?.y ?? 0]?.text ?? ""
    expect(row).toContain(line.slice(400, 405))
  })

  it("keeps the input line, whatever else there is no room for", () => {
    for (const rows of [1, 2, 3, 4]) {
      const shown = texts(having(typing("hello"), { pending: waiting(7) }), { columns: 20, rows })
      expect(shown.at(-1)).toBe("> hello")
      expect(shown.length).toBeLessThanOrEqual(Math.max(1, rows - 1))
    }
  })

  it("of a size that it does not tell has 80 columns", () => {
    expect(texts(typing("x".repeat(60)), { columns: 0, rows: 0 })).toEqual([`> ${"x".repeat(60)}`])
  })
})

describe("Whatever there is to show", () => {
  const line = anyString(200).map((raw) => insert(empty, raw).before)
  const sizes = FastCheck.record({ columns: FastCheck.integer({ min: 10, max: 100 }), rows: FastCheck.integer({ min: 3, max: 50 }) })

  it("fits: no row fills the terminal, not all of its rows are taken, and the cursor is within", () => {
    always(FastCheck.tuple(line, line, sizes, FastCheck.nat({ max: 8 })), ([before, after, size, count]) => {
      const { cursor, rows } = view(having(typing(before, after), { pending: [...waiting(count), { ref: "", typed: before, command }] }), size)
      for (const { text } of rows) expect(heightOf(text, size.columns - 1)).toBe(1)
      expect(rows.length).toBeLessThan(size.rows)
      expect(cursor?.y).toBeLessThan(rows.length)
      expect(cursor?.x).toBeLessThan(size.columns)
    }, 600)
  })
})
