import type { Event, Member } from "../domain/Event.ts"
import * as wording from "../domain/wording.ts"

/**
 * An event in words for the one who is `me`, without a line break at its end;
 * `undefined` for what is not shown. What one said oneself is on the screen
 * already.
 */
export const render = (event: Event, me: Member): string | undefined => {
  switch (event._tag) {
    case "Welcome": {
      const others = event.members.filter(({ id }) => id !== event.you.id).map(({ name }) => name)
      const more = event.here - 1 - others.length
      const names = more > 0 ? [...others, `${more} more`] : others
      const here = names.length === 0 ? "Nobody else is here yet." : `Here with you: ${names.join(", ")}.`
      return `Welcome ${event.you.name}! ${here} To leave, type {quit}.`
    }
    case "Said":
      return event.from.id === me.id ? undefined : wording.said(event)
    case "Acted":
      return event.from.id === me.id ? undefined : wording.acted(event)
    case "Whispered":
      return event.from.id === me.id ? undefined : wording.whispered(event)
    case "Renamed":
      return wording.renamed(event)
    case "Notice":
      return wording.notice(event)
    case "Help":
      return event.lines.join("\n")
    case "Asked":
      return event.question
    case "Joined":
      return wording.joined(event)
    case "Left":
      return wording.left(event)
    case "Presence":
      return wording.presence(event).join("\n")
    case "Members":
      return wording.here(event)
    case "Refused":
    case "Throttled":
      return event.message
    case "Goodbye":
      return wording.goodbye(event)
    case "Ping":
    case "Pong":
      return undefined
  }
}

/** An event as one JSON object, without a line break at its end. */
export const json = (event: Event): string => JSON.stringify(event)
