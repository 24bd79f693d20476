/** The word that leaves, wherever people type, in any case. */
export const quitWord = "{quit}"

/** Whether a line is the word that leaves. */
export const isQuitWord = (line: string): boolean => line.trim().toLowerCase() === quitWord

/** What the operator of a room types to say this line, whatever it looks like: a slash in front of a command, or of the word that leaves. */
export const asNotice = (line: string): string => (line.startsWith("/") || isQuitWord(line) ? `/${line}` : line)
