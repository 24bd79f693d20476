import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as RedBlackTree from "effect/RedBlackTree"
import type { MemberId } from "./Event.ts"
import type { RoomName } from "./RoomName.ts"

/** What is due at a time: the place of somebody who is detached, or the window of a room or of a person, in which something gets too old. */
export type Due =
  | { readonly _tag: "Place" | "Own"; readonly id: MemberId }
  | { readonly _tag: "Window"; readonly room: RoomName }

/** Something that comes of itself, and when, whole ms since 1970. */
export interface Deadline {
  readonly at: number
  readonly due: Due
}

// A key is a string that sorts like the time, and then by what is due: keys are found by their value.
const keyOf = ({ at, due }: Deadline): string =>
  `${String(at).padStart(16, "0")} ${due._tag} ${due._tag === "Window" ? due.room : due.id}`

/** A priority queue of deadlines, the earliest first. Immutable; each can be taken back. */
export type Deadlines = RedBlackTree.RedBlackTree<string, Deadline>

/** Nothing is due. */
export const none: Deadlines = RedBlackTree.empty(Order.string)

/** The earliest; `undefined` where nothing is due. */
export const first = (deadlines: Deadlines): Deadline | undefined => Option.getOrUndefined(RedBlackTree.first(deadlines))?.[1]

/** With another deadline. */
export const add = (deadlines: Deadlines, deadline: Deadline): Deadlines => RedBlackTree.insert(deadlines, keyOf(deadline), deadline)

/** Without this deadline, if it is there. */
export const remove = (deadlines: Deadlines, deadline: Deadline): Deadlines => RedBlackTree.removeFirst(deadlines, keyOf(deadline))
