import { crowd } from "../../domain/wording.ts"
import type { Envelope } from "../chat/Hub.ts"

/**
 * Whether nobody who is told of this batch is told of what came before it: then
 * that can wait. Whoever is welcomed hears nothing of what was before, and who
 * has no name hears nothing of the room.
 */
export const canOvertake = (batch: ReadonlyArray<Envelope>): boolean =>
  batch.every((envelope) => isComingOrGoing(envelope) || isForNewcomer(envelope))

const isForNewcomer = ({ audience, event, toRoom }: Envelope): boolean =>
  !toRoom && event._tag !== "Goodbye" && (event._tag === "Welcome" || audience.every(({ member }) => member === undefined))

/** Somebody who came or went, of whom the room need not hear at once. */
export const isComingOrGoing = ({ event }: Envelope): boolean => event._tag === "Joined" || event._tag === "Left"

/**
 * The same, while it waits. Of so many the room is told in one line, to those
 * who are there in the end: who was there before is not kept.
 */
export const waiting = (held: ReadonlyArray<Envelope>): ReadonlyArray<Envelope> => {
  const last = held.at(-1)
  return last === undefined || held.length <= 2 * crowd ? held : held.map((envelope) => ({ ...envelope, audience: last.audience }))
}
