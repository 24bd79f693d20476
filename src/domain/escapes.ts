// A control sequence (CSI), which the next escape cuts off: arrows, most function keys, colours. F1 to F5 of a Linux console have a second bracket. U+009B is its 8-bit form.
const csi = /(?:\u001b\[|\u009b)(?:\[[A-E]|[0-?]*[ -/]*(?:[@-~]|$|(?=\u001b)))/u
// A key of the keypad or a function key (SS3). Not every letter, as somebody may press Escape and then type "OK".
const ss3 = /(?:\u001bO|\u008f)[0-9;]*[A-DFHIMP-SXj-y]/u
// A string for the terminal with its end: a title or a link (OSC), DCS, SOS, PM and APC. It holds no other start, so that the search is linear.
const strings = /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\|\u009c)/u
// The choice of a character set, and the like.
const sets = /\u001b[ -/]+[0-~]/u
// What is left: an escape alone, or the start of what does not end.
const starts = /\u001b[\]^_]?|[\u008f\u0090\u0098\u009b\u009d-\u009f]/u

const sequence = new RegExp([csi, ss3, strings, sets, starts].map(({ source }) => source).join("|"), "gu")
const introducer = /[\u001b\u008f\u0090\u0098\u009b\u009d-\u009f]/u

/**
 * Takes the control sequences of terminals out of a line, whole: what keys such
 * as arrows send, the marks around a paste, colours, titles. Of a string for the
 * terminal that does not end within the line only its start goes, so that no
 * words are lost.
 */
export const withoutEscapes = (line: string): string => (introducer.test(line) ? line.replace(sequence, "") : line)

/** Whether the whole text is one such sequence: one key. */
export const isEscape = (text: string): boolean => introducer.test(text) && text.match(sequence)?.[0] === text

/** The longest sequence of a key, in bytes. */
const longestKey = 16

/** Whether the last of these bytes can be the start of what one key sends, whose rest is still to come. */
export const endsInEscape = (bytes: Uint8Array): boolean => {
  const start = bytes.lastIndexOf(0x1b)
  if (start < 0 || bytes.length - start > longestKey) return false
  return /^(?:\[[0-?]*[ -/]*|O[0-9;]*)?$/u.test(String.fromCharCode(...bytes.subarray(start + 1)))
}
