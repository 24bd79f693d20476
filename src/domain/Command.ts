import type { Nickname } from "./Nickname.ts"
import type { Text } from "./Text.ts"
import type { MemberId } from "./Event.ts"

/** All a client may ask of the chat, whatever dialect it speaks. */
export type Command = Join | Say | Act | Whisper | Address | Rename | Who | Help | Ping

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

/** Say what one does: `/me waves`. */
export interface Act {
  readonly _tag: "Act"
  readonly text: Text
  readonly ref?: string | undefined
}

/** Say a line to one member only. */
export interface Whisper {
  readonly _tag: "Whisper"
  readonly to: MemberId
  readonly text: Text
  readonly ref?: string | undefined
}

/** The same as people type it: `NAME TEXT`, where only the chat knows which names there are. */
export interface Address {
  readonly _tag: "Address"
  readonly words: Text
}

/** Bear another name from now on. */
export interface Rename {
  readonly _tag: "Rename"
  readonly nickname: Nickname
}

/** Ask what can be typed. */
export interface Help {
  readonly _tag: "Help"
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
