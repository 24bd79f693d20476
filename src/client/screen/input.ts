import * as Commands from "../../domain/commands.ts"

/** What a typed line asks for. */
export type Input =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Say"; readonly text: string }
  | { readonly _tag: "Act"; readonly text: string }
  /** `NAME TEXT`: whose name it is shows only in the list of those who are here. */
  | { readonly _tag: "Whisper"; readonly words: string }
  | { readonly _tag: "Rename"; readonly name: string }
  | { readonly _tag: "Who" }
  | { readonly _tag: "Help" }
  | { readonly _tag: "Clear" }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Wrong"; readonly message: string }

/** What can be typed in our own client: what a room knows, and what only a screen does. */
export const commands: ReadonlyArray<Commands.CommandSpec> = [
  ...Commands.roomCommands,
  { name: "/clear", args: "", help: "clears the screen", takesName: false }
]

/**
 * Reads a line as a person types it: `{quit}` and `/quit [REASON]` leave,
 * `//text` says `/text`, an empty line says nothing.
 */
export const parse = (line: string): Input => {
  const trimmed = line.trim()
  if (trimmed === "") return { _tag: "Nothing" }
  if (trimmed === "{quit}") return { _tag: "Quit", reason: undefined }
  const typed = Commands.parse(line)
  return typed === undefined ? { _tag: "Say", text: Commands.unescape(line) } : command(typed)
}

/** Reads every line as a message. */
export const literal = (line: string): Input => (line.trim() === "" ? { _tag: "Nothing" } : { _tag: "Say", text: line })

const command = (typed: Commands.Typed): Input => {
  const { name, rest } = typed
  switch (name) {
    case "/help":
      return { _tag: "Help" }
    case "/who":
      return { _tag: "Who" }
    case "/clear":
      return { _tag: "Clear" }
    case "/quit":
      return { _tag: "Quit", reason: rest === "" ? undefined : rest }
    case "/nick":
      return rest === "" ? usage("/nick NEW") : { _tag: "Rename", name: rest }
    case "/me":
      return rest === "" ? usage("/me ACTION") : { _tag: "Act", text: rest }
    case "/msg":
      return rest === "" ? usage("/msg NAME TEXT") : { _tag: "Whisper", words: rest }
    default:
      return { _tag: "Wrong", message: Commands.unknown(typed, commands) }
  }
}

const usage = (how: string): Input => ({ _tag: "Wrong", message: `Type ${how}` })
