import type { Event } from "../../domain/Event.ts"
import type { Member } from "../../domain/Member.ts"
import { key } from "../../domain/Nickname.ts"

/** Whom the user listens to. Nobody else is told: it is known in this program alone, and only while it runs. */
export interface Attention {
  /** Who whispered to the user last. */
  readonly whisperer: Member | undefined
  /** Whose words are not shown, by their ids and their names: whoever comes back has another id. */
  readonly ignored: ReadonlyArray<Member>
}

/** Nobody has whispered, and nobody is ignored. */
export const none: Attention = { whisperer: undefined, ignored: [] }

/** Whether an event is in the words of somebody who is ignored: it is not shown, and does not ring. */
export const isIgnored = ({ ignored }: Attention, event: Event): boolean =>
  "from" in event && ignored.some(({ id, name }) => id === event.from.id || key(name) === key(event.from.name))

/** The attention after an event for the reader `me`: names are followed, and whoever whispers is remembered. */
export const heard = (before: Attention, event: Event, me: Member): Attention => {
  switch (event._tag) {
    case "Whispered":
      return event.from.id === me.id || isIgnored(before, event) ? before : { ...before, whisperer: event.from }
    case "Renamed": {
      const now = (one: Member) => (one.id === event.member.id ? event.member : one)
      return { whisperer: before.whisperer && now(before.whisperer), ignored: before.ignored.map(now) }
    }
    default:
      return before
  }
}

/** The attention that hides what this member says. */
export const ignoring = (before: Attention, member: Member): Attention => ({ ...before, ignored: [...without(before.ignored, member), member] })

/** The attention that hides it no longer. */
export const hearing = (before: Attention, member: Member): Attention => ({ ...before, ignored: without(before.ignored, member) })

const without = (members: ReadonlyArray<Member>, member: Member) => members.filter(({ id }) => id !== member.id)
