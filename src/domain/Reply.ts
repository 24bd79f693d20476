import type { Event, Resumed } from "./Event.ts"
import type { LeaveCode } from "./LeaveCode.ts"
import type { MemberId } from "./Member.ts"
import type { Text } from "./Text.ts"

/** Lines for a person who typed what only people type, such as `/help`. They are not part of the wire format of programs, which never get them. */
export interface Lines {
  readonly _tag: "Lines"
  readonly at: number
  readonly lines: ReadonlyArray<Text>
}

/** A {@link Resumed} with all that is told again behind it: in one piece, so that nothing comes in between. It is no message of its own. */
export interface Resumption extends Resumed {
  readonly replay: ReadonlyArray<Event>
  /** Who the client was until now, where it comes back as somebody else. */
  readonly was?: MemberId | undefined
}

/** Whether there is something to tell again behind this event. */
export const isResumption = (event: Reply | Observation): event is Resumption => event._tag === "Resumed" && "replay" in event

/**
 * What a dialect says for itself, in its own words: `words` makes them when they are sent, and no other dialect tells them.
 * They stand in the order of all else that the client is told.
 */
export interface Verbatim {
  readonly _tag: "Verbatim"
  readonly at: number
  readonly words: () => string
  /** About how many bytes these are. */
  readonly size: number
  /** How the client is spoken to from here on; what that is, only its dialect knows. Absent where it stays as it is. */
  readonly turn?: (() => void) | undefined
  /** Whether it says what a room was when the client came into it, so that whatever moves are told later have come later. */
  readonly ofComing?: true | undefined
  /** Whether it may wait, in its order, with the moves that its reader is owed: it answers what clients ask by themselves when they have come into a room. */
  readonly mayWait?: true | undefined
}

/** All that a client can be told: an event, lines for people, or what its dialect says for itself. The answer to a question is a reply to its asker alone, and has no number. */
export type Reply = Event | Lines | Verbatim

/** The author of what was said to a whole room; `undefined` for any other event, such as a whisper. */
export const authorOf = (event: Reply | Observation): MemberId | undefined =>
  "from" in event && "room" in event ? event.from.id : undefined

/** What only those who watch the server see, such as the console: nobody in the room is told. */
export type Observation =
  | { readonly _tag: "Connected"; readonly at: number }
  /** `hasSpoken`: whether anything had come from it. */
  | { readonly _tag: "Disconnected"; readonly at: number; readonly code: LeaveCode; readonly reason: Text | undefined; readonly hasSpoken: boolean }
