import { clean } from "../../domain/Text.ts"
import type { Complete, Completion } from "../screen/completion.ts"
import type { Key } from "./keys.ts"
import * as Search from "./search.ts"

/**
 * A line editor: the line being typed, with the cursor between `before` and
 * `after`, never within a grapheme cluster (a character as a reader sees it).
 * The line is in logical order and safe to show.
 */
export interface Editor {
  readonly before: string
  readonly after: string
  /** The submitted lines, oldest first: at most {@link maxHistory}. */
  readonly history: ReadonlyArray<string>
  /** The kill buffer: what was cut last, and Ctrl-Y inserts (yanks). */
  readonly cut: string
  /** While earlier lines are looked at: these lines and the draft as they have been edited, and which is shown. */
  readonly recall: { readonly lines: ReadonlyArray<string>; readonly at: number } | undefined
  /** While Tab goes through the candidates: the line around them, and which is shown. */
  readonly cycle: Cycle | undefined
  /** While the history is searched (Ctrl-R). */
  readonly search: Search.Search | undefined
}

/** The editor after a key; `submitted` is the line, if the key was Enter. */
export interface Edited {
  readonly editor: Editor
  readonly submitted?: string
}

/** The most bytes of UTF-8 in the line. */
export const maxBytes = 16 * 1024

/** The most lines in the history. */
export const maxHistory = 200

/** A line of which nothing is typed yet. */
export const empty: Editor = { before: "", after: "", history: [], cut: "", recall: undefined, cycle: undefined, search: undefined }

/** The editor with its line replaced by this text, the cursor at the end. */
export const withText = (editor: Editor, text: string): Editor =>
  ({ ...edit(editor, fitting(text, ""), ""), recall: undefined })

/** The editor of which only the history is left: what was typed may have been a secret. */
export const emptied = ({ history }: Editor): Editor => ({ ...empty, history })

/** The editor with this text in place of the first `length` code units of its line, all of which are before the cursor. */
export const replaceStart = (editor: Editor, length: number, text: string): Editor =>
  edit(editor, text + editor.before.slice(length), editor.after)

/** The editor with this line as the newest of its history, also while earlier lines are looked at. */
export const remember = (editor: Editor, line: string): Editor => {
  const { history, recall } = editor
  const others = history.filter((other) => other !== line)
  // While earlier lines are looked at, these stay as they are, and the new one stands right before the draft.
  const looked = recall && { lines: recall.lines.toSpliced(-1, 0, line), at: recall.at === recall.lines.length - 1 ? recall.at + 1 : recall.at }
  return { ...editor, history: [...others, line].slice(-maxHistory), recall: looked }
}

/**
 * The editor with this text before the cursor. Line breaks and tabs become
 * spaces, what is unsafe to show is left out, and so is what does not fit.
 */
export const insert = (editor: Editor, text: string): Editor =>
  edit(editor, editor.before + fitting(text, lineOf(editor)), editor.after)

/**
 * The editor after a key, as in a shell: Emacs chords, a history, completion
 * with Tab. A key that means nothing to it (Ctrl-C; Ctrl-D on an empty line)
 * leaves the line as it is: after enter, `press(withText(empty, "hi"), ...)`
 * has an empty line, `submitted: "hi"` and `history: ["hi"]`.
 */
export const press = (editor: Editor, key: Key, complete: Complete): Edited => {
  const { search } = editor
  if (search !== undefined) {
    const next = Search.press(editor.history, { search, line: lineOf(editor) }, key)
    if (next !== undefined) return { editor: searching(editor, next) }
    const found = { ...editor, search: undefined }
    // Ctrl-G gives the search up, and Enter sends no line that was not looked for.
    const isGivenUp = key._tag === "Press" && ((key.ctrl && key.name === "g") || (key.name === "enter" && (!search.isFound || search.query === "")))
    return isGivenUp ? { editor: withText(found, search.draft) } : press(found, key, complete)
  }
  switch (key._tag) {
    case "Focus":
      return { editor }
    case "Text":
    case "Paste":
    case "Burst":
      return { editor: insert(editor, key.text) }
    case "Press": {
      if (key.name === "enter") return submit(editor)
      const chord = `${key.ctrl ? "C-" : ""}${key.alt ? "M-" : ""}${key.name}`
      if (chord === "C-r") return { editor: searching(editor, Search.begin(editor.history, lineOf(editor))) }
      if (chord === "tab") return { editor: turn(editor, key.shift ? -1 : 1, complete) }
      const settled = editor.cycle === undefined ? editor : { ...editor, cycle: undefined }
      return { editor: commands.get(chord)?.(settled) ?? settled }
    }
  }
}

const searching = (editor: Editor, { line, search }: Search.Searched): Editor =>
  ({ ...(line === lineOf(editor) ? editor : withText(editor, line)), recall: undefined, cycle: undefined, search })

interface Cycle {
  readonly before: string
  readonly after: string
  readonly candidates: ReadonlyArray<string>
  readonly at: number
}

type Edit = (editor: Editor) => Editor

/** A motion: the index in a line that it leads to from a cursor. */
type Position = (line: string, cursor: number) => number

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })
const words = new Intl.Segmenter("und", { granularity: "word" })
const utf8 = new TextEncoder()

const byteLength = (text: string): number => utf8.encode(text).length
/** The whole line. */
export const lineOf = ({ after, before }: Editor): string => before + after

// Start and end of the grapheme cluster around an index; at a boundary both are the index itself.
const floor: Position = (line, index) => graphemes.segment(line).containing(index)?.index ?? index
const ceil: Position = (line, index) => {
  const start = floor(line, index)
  return start === index ? index : next(line, start)
}

const start: Position = () => 0
const end: Position = (line) => line.length
const previous: Position = (line, cursor) => (cursor === 0 ? 0 : floor(line, cursor - 1))
const next: Position = (line, cursor) => {
  const character = graphemes.segment(line).containing(cursor)
  return character === undefined ? line.length : character.index + character.segment.length
}

const word = (step: -1 | 1): Position => (line, cursor) => {
  const segments = words.segment(line)
  const beside = (position: number) => segments.containing(step < 0 ? position - 1 : position)
  let position = cursor
  for (let word = beside(cursor); word !== undefined; word = beside(position)) {
    position = step < 0 ? word.index : word.index + word.segment.length
    if (word.isWordLike === true) break
  }
  return step < 0 ? floor(line, position) : ceil(line, position)
}

const afterSpace: Position = (line, cursor) => {
  let position = line.slice(0, cursor).trimEnd().length
  while (position > 0 && !/\s/u.test(line.charAt(position - 1))) position -= 1
  return floor(line, position)
}

const move = (place: Position): Edit => (editor) => {
  const line = lineOf(editor)
  const cursor = place(line, editor.before.length)
  return cursor === editor.before.length ? editor : edit(editor, line.slice(0, cursor), line.slice(cursor))
}

const erase = (place: Position, keep = false): Edit => (editor) => {
  const line = lineOf(editor)
  const cursor = editor.before.length
  const other = place(line, cursor)
  if (other === cursor) return editor
  const [from, to] = other < cursor ? [other, cursor] : [cursor, other]
  const erased = edit(editor, line.slice(0, from), line.slice(to))
  return keep ? { ...erased, cut: line.slice(from, to) } : erased
}

const cut = (place: Position): Edit => erase(place, true)

const recall = (step: -1 | 1): Edit => (editor) => {
  const { at, lines } = editor.recall ?? { lines: [...editor.history, lineOf(editor)], at: editor.history.length }
  const line = lines[at + step]
  if (line === undefined) return editor
  return { ...edit(editor, line, ""), recall: { lines: lines.with(at, lineOf(editor)), at: at + step } }
}

const submit = (editor: Editor): Edited => {
  const line = lineOf(editor)
  const isRemembered = line.trim() !== "" && line !== editor.history.at(-1)
  const history = isRemembered ? [...editor.history, line].slice(-maxHistory) : editor.history
  return { editor: { ...edit(editor, "", ""), history, recall: undefined }, submitted: line }
}

const turn = (editor: Editor, step: -1 | 1, complete: Complete): Editor => {
  const { after, at, before, candidates } = editor.cycle ?? begin(editor, step, complete(editor.before))
  const next = (at + step + candidates.length) % candidates.length
  const candidate = candidates[next]
  if (candidate === undefined || byteLength(before + candidate + after) > maxBytes) return editor
  return { ...edit(editor, before + clean(candidate), after), cycle: { after, at: next, before, candidates } }
}

// A completion cycle stands one place before its first candidate, so that the first turn shows that one.
const begin = ({ after, before }: Editor, step: -1 | 1, { candidates, from }: Completion): Cycle =>
  ({ before: before.slice(0, from), after, candidates, at: step > 0 ? -1 : 0 })

// Text that forms one grapheme cluster with what follows the cursor (a letter before a combining mark) moves the cursor behind that cluster.
const edit = (editor: Editor, before: string, after: string): Editor => {
  const line = before + after
  const cursor = ceil(line, before.length)
  return { ...editor, before: line.slice(0, cursor), after: line.slice(cursor), cycle: undefined }
}

// As much of the text as fits beside the rest of the line (`maxBytes`), cut between grapheme clusters.
const fitting = (text: string, beside: string): string => {
  const safe = clean(text.replace(/\r\n|\t/gu, " "))
  const room = new Uint8Array(Math.max(0, maxBytes - byteLength(beside)))
  return safe.slice(0, floor(safe, utf8.encodeInto(safe, room).read))
}

const chords: ReadonlyArray<readonly [string, Edit]> = [
  ["left C-b", move(previous)], ["right C-f", move(next)],
  ["home C-a", move(start)], ["end C-e", move(end)],
  ["C-left M-left M-b", move(word(-1))], ["C-right M-right M-f", move(word(1))],
  ["backspace", erase(previous)], ["delete C-d", erase(next)],
  ["M-backspace", cut(word(-1))], ["M-d", cut(word(1))],
  ["C-u", cut(start)], ["C-k", cut(end)],
  ["C-w", cut(afterSpace)], ["C-y", (editor) => insert(editor, editor.cut)],
  ["up C-p", recall(-1)], ["down C-n", recall(1)]
]
const commands: ReadonlyMap<string, Edit> = new Map(
  chords.flatMap(([names, edit]) => names.split(" ").map((name) => [name, edit] as const))
)
