/**
 * What the members of the room say: texts of one fixed length, so that a place
 * in a stream of bytes says which line it is in.
 */
const nameBytes = 5
export const textBytes = 64

/** The name of a member: of the same length for all. */
export const nameOf = (index: number): string => `u${String(index).padStart(nameBytes - 1, "0")}`

/** The most members that names of that length can tell apart. */
export const maxMembers = 10 ** (nameBytes - 1)

/** A message as it is sent: who, which of its own, when. */
export const textOf = (sender: number, number: number, sentAt: number): string => {
  const head = `s${String(sender)} n${String(number)} t${sentAt.toFixed(3)} `
  // The filling differs from message to message, so that bytes of another one would show.
  return head.padEnd(textBytes, String.fromCharCode(97 + (number % 26), 65 + (sender % 26)))
}

/** Who said this line, going by the first name in it. */
export const senderOf = (line: string): number => {
  const name = line.indexOf("u")
  return Number(line.slice(name + 1, name + nameBytes))
}
