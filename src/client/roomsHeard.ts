import type { Event } from "../domain/Event.ts"

/** The rooms that one is in as far as events have been shown, and the one in which is said what names none. */
export interface Rooms {
  readonly names: ReadonlyArray<string>
  readonly current: string | undefined
}

/** The rooms after an event. */
export const roomsAfter = (before: Rooms, event: Event): Rooms => {
  const { current, names } = before
  switch (event._tag) {
    case "Welcome":
      return { names: [event.room], current: event.room }
    case "Resumed": {
      const names = event.rooms.map(({ room }) => room)
      return { names, current: current !== undefined && names.some((name) => name === current) ? current : names.at(-1) }
    }
    case "Entered":
      return { names: names.includes(event.room) ? names : [...names, event.room], current: event.room }
    case "Exited":
    case "Removed":
      return { names: names.filter((name) => name !== event.room), current: event.now }
    default:
      return before
  }
}

/** The room that a line about this event begins with: its own, or the current one where it is of none of these; `undefined` where one is not in several. */
export const roomOf = ({ current, names }: Rooms, event: Event): string | undefined => {
  if (names.length < 2) return undefined
  return "room" in event && event.room !== undefined && names.includes(event.room) ? event.room : current
}
