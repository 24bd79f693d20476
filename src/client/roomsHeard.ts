import type { Event } from "../domain/Event.ts"

/** The rooms that one is in as far as events have been shown, and the one in which is said what names none. */
export interface Rooms {
  readonly names: ReadonlyArray<string>
  readonly current: string | undefined
  /** By room: the last of its numbers that was heard, where one is known. */
  readonly heard: ReadonlyMap<string, number>
  /** Whether the server has said that something is gone of what was missed: from then on a gap in the numbers of a room is a loss. */
  readonly hasGaps: boolean
}

/** In none, with nothing heard. */
export const none: Rooms = { names: [], current: undefined, heard: new Map(), hasGaps: false }

/** The rooms after an event. */
export const roomsAfter = (before: Rooms, event: Event): Rooms => {
  const { current, heard, names } = before
  const after = "seq" in event && names.includes(event.room) ? { ...before, heard: new Map([...heard, [event.room, event.seq]]) } : before
  switch (event._tag) {
    case "Welcome":
      return { ...none, names: [event.room], current: event.room, heard: new Map([[event.room, event.seq]]) }
    case "Resumed": {
      const names = event.rooms.map(({ room }) => room)
      return { ...before, names, current: current !== undefined && names.some((name) => name === current) ? current : names.at(-1), hasGaps: before.hasGaps || event.gaps }
    }
    case "Entered":
      return { ...after, names: names.includes(event.room) ? names : [...names, event.room], current: event.room, heard: new Map([...heard, [event.room, event.seq]]) }
    case "Exited":
    case "Removed":
      return { ...before, names: names.filter((name) => name !== event.room), current: event.now, heard: new Map([...heard].filter(([room]) => room !== event.room)) }
    default:
      return after
  }
}

/** How many numbers of its room are missing before this event, where the server has said that something is gone. */
export const lostBefore = ({ hasGaps, heard, names }: Rooms, event: Event): number => {
  if (!hasGaps || !("seq" in event) || event._tag === "Welcome" || event._tag === "Entered" || !names.includes(event.room)) return 0
  const last = heard.get(event.room)
  return last === undefined ? 0 : Math.max(0, (event._tag === "Presence" ? event.first : event.seq) - last - 1)
}

/** The room that a line about this event begins with: its own, or the current one where it is of none of these; `undefined` where one is not in several. */
export const roomOf = ({ current, names }: Rooms, event: Event): string | undefined => {
  if (names.length < 2) return undefined
  return "room" in event && event.room !== undefined && names.includes(event.room) ? event.room : current
}
