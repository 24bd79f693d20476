import { withoutEscapes } from "../../domain/escapes.ts"
import { eraseCharacter, eraseLine } from "./telnet.ts"

const backspace = "\b"
const del = String.fromCharCode(eraseCharacter)
const kill = String.fromCharCode(eraseLine)
const werase = "\u0017"
const editing = /[\b\u0015\u0017\u007f]/u

/**
 * The line that these keys typed, as the line editing of a terminal makes it: the
 * control sequences of other keys and NULs are taken out, and a backspace takes the
 * code point before it away. `isTyping`, where no terminal has edited the line
 * before: then Ctrl-U empties the line, and Ctrl-W takes the last word away.
 */
export const edited = (keys: string, isTyping: boolean): string => {
  const text = withoutEscapes(keys).replaceAll("\0", "")
  if (!editing.test(text)) return text
  const kept: Array<string> = []
  for (const character of text) {
    if (character === backspace || character === del) kept.pop()
    else if (character === kill || character === werase) {
      if (isTyping) kept.length = character === kill ? 0 : wordStart(kept)
    } else kept.push(character)
  }
  return kept.join("")
}

// Where the last word starts, and where a blank line does.
const wordStart = (characters: ReadonlyArray<string>): number => {
  let start = characters.length
  while (start > 0 && isBlank(characters[start - 1])) start -= 1
  while (start > 0 && !isBlank(characters[start - 1])) start -= 1
  return start
}

const isBlank = (character: string | undefined): boolean => character === " " || character === "\t"
