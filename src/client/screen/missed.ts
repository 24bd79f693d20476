import type { Event, Welcome } from "../../domain/Event.ts"
import type { Member } from "../../domain/Member.ts"
import type { RoomName } from "../../domain/RoomName.ts"

/** Up to which number a room was heard, and all that was told, within which start of its server: numbers of two starts do not compare. */
export interface Heard {
  readonly instance: string | undefined
  readonly room: RoomName
  readonly seq: number
  /** The number in the one order of all. */
  readonly n: number
}

/** What has been heard once one has come in. */
export const heardFrom = ({ instance, n = 0, room, seq }: Welcome): Heard => ({ instance, room, seq, n })

/** What has been heard after an event. */
export const heardAfter = (before: Heard | undefined, event: Event): Heard | undefined => {
  // Up to the number of a `Resumed` is told again only what follows it.
  if (before === undefined || event._tag === "Resumed") return before
  const { n = before.n } = "n" in event ? event : before
  return { ...before, n, seq: "seq" in event && event.room === before.room ? Math.max(before.seq, event.seq) : before.seq }
}

/** Whether the server is the same start of it: ids of members, too, compare only within one. */
export const isSameStart = (before: Heard, { instance }: Welcome): boolean => before.instance !== undefined && before.instance === instance

/**
 * How many events of the room were missed between what was heard, as the member
 * `me`, and coming in again. One's own leave is no loss, and neither is one's
 * coming. `undefined` where the numbers do not say it.
 */
export const missedBetween = (before: Heard, me: Member, welcome: Welcome): number | undefined => {
  if (!isSameStart(before, welcome) || before.room !== welcome.room) return undefined
  const isStillThere = welcome.members.some(({ id }) => id === me.id)
  return Math.max(0, welcome.seq - 1 - before.seq - (isStillThere ? 0 : 1))
}

/** What people are told who are back at a server that was started anew. */
export const startedAnew = "The server was started anew: roles, locks, topics and claimed names are gone."

/** The same in words for people. */
export const missedWords = (before: Heard, me: Member, welcome: Welcome): string => {
  const missed = missedBetween(before, me, welcome)
  switch (missed) {
    case undefined:
      return before.instance === undefined || welcome.instance === undefined || isSameStart(before, welcome)
        ? "It is not known how many messages were missed."
        : `It is not known how many messages were missed. ${startedAnew}`
    case 0:
      return "No message was missed."
    case 1:
      return "1 message was missed: what was said, or who came or went."
    default:
      return `${missed} messages were missed: what was said, and who came and went.`
  }
}
