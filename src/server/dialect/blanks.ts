import { invisible } from "../../domain/invisible.ts"

/** The longest run of blanks that is written as it is. */
const maxBlanks = 8

const blanks = new RegExp(`[${invisible}]{${maxBlanks + 1},}`, "gu")
const maybeBlanks = new RegExp(`[^!-~]{${maxBlanks + 1}}`, "u")

/**
 * The text with a blank in place of each long run of them. A mitigation: terminals
 * break a line anywhere, so who pads a message to the width of a screen could have it
 * go on as another's line.
 */
export const squeezed = (text: string): string => (maybeBlanks.test(text) ? text.replace(blanks, " ") : text)
