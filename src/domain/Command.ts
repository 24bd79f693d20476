import type { Nickname } from "./Nickname.ts"
import type { Text } from "./Text.ts"
import type { MemberId } from "./Event.ts"

/** All a client may ask of the chat, whatever dialect it speaks. */
export type Command = Join | Say | Who | Ping

/** Enter the room under a name. */
export interface Join {
  readonly _tag: "Join"
  readonly nickname: Nickname
  /** What to do when the name is somebody's already: refuse it, or put a number after it. */
  readonly ifTaken: "refuse" | "number"
}

/** Say a line to everybody in the room. */
export interface Say {
  readonly _tag: "Say"
  readonly text: Text
  /** The sender's own mark, sent back with the message. */
  readonly ref?: string | undefined
}

/** Ask who is in the room, a page at a time. */
export interface Who {
  readonly _tag: "Who"
  /** The last member of the page before this one. */
  readonly after?: MemberId | undefined
}

/** Ask for a sign of life. */
export interface Ping {
  readonly _tag: "Ping"
  readonly ref?: string | undefined
}
