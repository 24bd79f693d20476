/**
 * What shows nothing, wherever it stands, and is no space: a part of a character class of a regular expression with the flag `u`.
 * Unicode's properties say it of nearly all: default-ignorable code points, line separators, controls. No property says it of the
 * annotations, of the blanks that are letters or symbols (the blank braille pattern, the null notehead, the blanks among
 * hieroglyphs), nor of the controls that only place hieroglyphs and Khitan characters.
 */
export const unseen = String.raw`\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cc}\p{Cs}\ufff9-\ufffb\u2800\u{1d159}\u{13430}-\u{13442}\u{13447}-\u{1345f}\u{16fe4}`

/** The same with the spaces: what shows nothing. */
export const invisible = String.raw`\p{Zs}${unseen}`

const seen = new RegExp(`[^${invisible}]`, "u")

/** Whether nothing of this can be seen. */
export const isInvisible = (text: string): boolean => !seen.test(text)
