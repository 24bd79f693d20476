import * as CommandLine from "../../domain/commandLine.ts"
import { clean } from "../../domain/Text.ts"
import type { Complete } from "../screen/completion.ts"
import * as Editor from "./editor.ts"
import type { Key } from "./keys.ts"

/** What is being typed: a line, and a paste of several lines that waits for the user's confirmation (y or n). */
export interface Typing {
  readonly editor: Editor.Editor
  readonly paste: ReadonlyArray<string> | undefined
}

/** Nothing is typed yet. */
export const empty: Typing = { editor: Editor.empty, paste: undefined }

/** What the line is typed for. */
export interface Purpose {
  /** Whether it is an answer to a question: then it is one line, and never kept in the history. */
  readonly isAnswer: boolean
  readonly complete: Complete
}

/** What a key asks for beyond a change of the line. `Info` and `Error` are texts to show the user. */
type Act =
  | { readonly _tag: "Submitted"; readonly line: string }
  | { readonly _tag: "Pasted"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Focus"; readonly focused: boolean }
  | { readonly _tag: "Interrupt" | "Suspend" | "Clear" }
  | { readonly _tag: "Info" | "Error"; readonly text: string }

/** The result of a key: what is being typed now, and what the key asks for. */
export interface Typed {
  readonly typing: Typing
  readonly act?: Act
}

/** The reducer of the input line: applies a key. A pure function. */
export const press = (before: Typing, key: Key, purpose: Purpose): Typed => {
  if (key._tag === "Focus") return { typing: before, act: key }
  if (key._tag === "Press" && key.ctrl) {
    if (key.name === "c" || (key.name === "d" && Editor.lineOf(before.editor) === "")) {
      return { typing: { editor: Editor.withText(before.editor, ""), paste: undefined }, act: { _tag: "Interrupt" } }
    }
    if (key.name === "z") return { typing: before, act: { _tag: "Suspend" } }
    if (key.name === "l") return { typing: before, act: { _tag: "Clear" } }
  }
  // An answer may be a secret: it is not shown as a search would show it, and earlier lines are no answers.
  if (purpose.isAnswer && key._tag === "Press" && key.ctrl && key.name === "r") return { typing: before }
  if (before.paste !== undefined) return confirm(before.editor, before.paste, key)
  if (key._tag === "Paste" || key._tag === "Burst") return paste(before, key, purpose)
  const { editor, submitted } = Editor.press(before.editor, key, purpose.complete)
  if (submitted === undefined) return { typing: { ...before, editor } }
  return { typing: { ...before, editor: purpose.isAnswer ? Editor.emptied(before.editor) : editor }, act: { _tag: "Submitted", line: submitted } }
}

// A single line goes into the input line, several lines wait for confirmation.
const paste = (before: Typing, { text, truncated }: Extract<Key, { readonly text: string; readonly truncated: boolean }>, { isAnswer }: Purpose): Typed => {
  // A paste that is too long is refused whole: a part of it could be sent unnoticed as if it were all.
  const tooLong: Typed = { typing: before, act: { _tag: "Error", text: "This is too long to be pasted: nothing of it was taken." } }
  if (truncated) return tooLong
  const { after, before: start } = before.editor
  const lines = text.split("\n").map(clean).filter((line) => line.trim() !== "")
  const [first = "", ...rest]: ReadonlyArray<string> = lines
  // After the start of a command (`/msg ada ...`) the paste is joined into one line: sent line by line, the rest would go to the whole room.
  if (rest.length === 0 || isAnswer || CommandLine.parse(start) !== undefined) {
    const editor = Editor.insert(before.editor, lines.length === 0 ? text : lines.join(" "))
    return Editor.lineOf(editor).length < (start + lines.join(" ") + after).length ? tooLong : { typing: { ...before, editor } }
  }
  return { typing: { ...before, paste: [start + first, ...rest.slice(0, -1), `${rest.at(-1) ?? ""}${after}`] } }
}

// The key is the answer to the question whether the pasted lines are to be sent. Enter is none: it may belong to the paste, or be meant for it.
const confirm = (editor: Editor.Editor, lines: ReadonlyArray<string>, key: Key): Typed => {
  const [, answer = "", rest = ""] = key._tag === "Text" ? (/^([yn])(.*)$/iu.exec(key.text) ?? []) : []
  const word = key._tag === "Press" ? key.name : answer.toLowerCase()
  // Text typed ahead, in the same chunk as the answer, goes into the input line.
  const goOn = (editor: Editor.Editor): Typing => ({ editor: rest === "" ? editor : Editor.insert(editor, rest), paste: undefined })
  if (word === "n" || word === "escape") {
    return { typing: goOn(editor), act: { _tag: "Info", text: `The ${lines.length} lines were not sent.` } }
  }
  return word === "y"
    ? { typing: goOn(Editor.withText(editor, "")), act: { _tag: "Pasted", lines } }
    : { typing: { editor, paste: lines } }
}
