import type { Detached, Joined, Left, Returned } from "./PresenceEvent.ts"

/** Who came or left, was lost or is back: of these there may be many at once, and nobody has to hear of each. */
export type Move = Joined | Left | Detached | Returned

/** Whether an event is a {@link Move}. */
export const isMove = (event: { readonly _tag: string }): event is Move =>
  event._tag === "Joined" || event._tag === "Left" || event._tag === "Detached" || event._tag === "Returned"
