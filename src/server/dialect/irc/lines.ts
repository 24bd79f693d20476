/** Lines of IRC: their parts, and how long ones are cut. */
import { segmenter } from "../../../domain/segmenter.ts"
import { longestBody } from "./message.ts"

/** A line with its end. */
export const line = (text: string): string => `${text}\r\n`

/** A last parameter, which may be empty or have blanks in it. */
export const trailing = (text: string): string => `:${text}`

/** A parameter in the middle of a message; `*` in place of what can be none, which is not said again. */
export const middle = (param: string): string => (/^[^\s:]\S*$/u.test(param) ? param : "*")

/** A line that is no longer than lines may be: whatever a client has sent that it repeats. */
export const fitting = (text: string): string => {
  if (text.length * 3 <= longestBody) return text
  const tags = text.startsWith("@") ? text.slice(0, text.indexOf(" ") + 1) : ""
  return `${tags}${cut(text.slice(tags.length), longestBody)}`
}

/** As much of a text as fits in so many bytes, cut between grapheme clusters. */
export const cut = (text: string, bytes: number): string => {
  const head = " ".repeat(longestBody - bytes)
  return (split(head, text)[0] ?? head).slice(head.length)
}

/**
 * The lines that say a text behind `head`, which each of them repeats: none is
 * longer than a line may be, and what is cut is cut between grapheme clusters.
 */
export const split = (head: string, text: string, tail = ""): ReadonlyArray<string> => {
  // A UTF-16 code unit is three bytes at most: most lines fit without being measured.
  if ((head.length + text.length + tail.length) * 3 <= longestBody) return [`${head}${text}${tail}`]
  const room = longestBody - Buffer.byteLength(head) - Buffer.byteLength(tail)
  if (Buffer.byteLength(text) <= room) return [`${head}${text}${tail}`]
  const lines: Array<string> = []
  let part = ""
  let bytes = 0
  for (const { segment } of segmenter().segment(text)) {
    // A cluster that is longer than a line is cut between code points.
    for (const piece of Buffer.byteLength(segment) > room ? segment : [segment]) {
      const size = Buffer.byteLength(piece)
      if (bytes + size > room) {
        lines.push(`${head}${part}${tail}`)
        part = ""
        bytes = 0
      }
      part += piece
      bytes += size
    }
  }
  return part === "" ? lines : [...lines, `${head}${part}${tail}`]
}
