/**
 * What the members of the room say: texts of one fixed length, so that a place
 * in a stream of bytes says which line it is in.
 */
const nameBytes = 5

/** How long every text is, in bytes; all are ASCII. */
export const textBytes = 64

/** The name of a member; all names have one length. */
export const nameOf = (index: number): string => `u${String(index).padStart(nameBytes - 1, "0")}`

/** The most members that names of that length can tell apart. */
export const maxMembers = 10 ** (nameBytes - 1)

/** A message as it is sent: the sender, the message's number among the sender's own, and when it is sent, ms. */
export const textOf = (sender: number, number: number, sentAt: number): string => {
  const head = `s${String(sender)} n${String(number)} t${sentAt.toFixed(3)} `
  // The padding differs from message to message, so that bytes of another message would show.
  return head.padEnd(textBytes, String.fromCharCode(97 + (number % 26), 65 + (sender % 26)))
}

/** The index of the member that said this line, by the first name in the line. */
export const senderOf = (line: string): number => {
  const name = line.indexOf("u")
  return Number(line.slice(name + 1, name + nameBytes))
}
