import type { MessageId } from "../../../domain/eventFields.ts"

/** The id of a message as clients read it: numbers begin again with another start of the server, times do not. */
export const msgidOf = (at: number, n: number): string => `${at.toString(36)}-${n.toString(36)}`

/** Which message has this id; `undefined` for what is none. */
export const idIn = (msgid: string): MessageId | undefined => {
  const [, at = "", n = ""] = /^([\da-z]{1,11})-([\da-z]{1,11})$/u.exec(msgid) ?? []
  return at === "" ? undefined : { at: parseInt(at, 36), n: parseInt(n, 36) }
}
