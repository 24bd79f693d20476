import type { Place } from "../../domain/RoomEvent.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { AskedRoom } from "../../domain/RoomName.ts"
import { parse } from "../../domain/roomNames.ts"
import { type Conversation, type Draft, type Line, noDraft, type Room, type Step, step, type Wish } from "./step.ts"

/** How many of a room's last lines are kept, to be shown when it is looked at again. */
const keptLines = 100

/** How many rooms are known at most: more than a server of ours lets anybody be in. */
export const mostRooms = 64

/** The room as a command names it; `undefined` where a server has given it a name that no room can have. */
export const askedOf = (name: string): AskedRoom | undefined => {
  const room = parse(name)
  return room instanceof Refusal ? undefined : room
}

/** What tells a room from all others. */
export const keyOf = (name: string): string => askedOf(name)?.key ?? name

/** A room that has just been entered: so many are here, and its last number is `seq`. */
export const opened = ({ here, role = "member", room, seq }: Pick<Place, "room" | "here" | "seq"> & Partial<Pick<Place, "role">>): Room => ({
  name: room, key: keyOf(room), role, here, recount: undefined, seq, unread: 0, mentions: 0, lines: [], fresh: 0, draft: undefined, isAgain: false
})

/** The room of this name, if one is in it. */
export const named = ({ rooms }: Pick<Conversation, "rooms">, name: string): Room | undefined => rooms.find((room) => room.name === name)

/** The room that is looked at. */
export const active = (conversation: Pick<Conversation, "room" | "rooms">): Room | undefined => named(conversation, conversation.room)

/** How many are in the room that is looked at. */
export const hereIn = (conversation: Conversation): number => active(conversation)?.here ?? 0

/** How many messages of others came in all rooms since one looked. */
export const unreadIn = ({ rooms }: Conversation): number => rooms.reduce((sum, { unread }) => sum + unread, 0)

/** How many of them mention the user. */
export const mentionsIn = ({ rooms }: Conversation): number => rooms.reduce((sum, { mentions }) => sum + mentions, 0)

/** The conversation in which a room is another one, if one is in it. */
export const within = (before: Conversation, name: string, change: (room: Room) => Room): Conversation => {
  const at = before.rooms.findIndex((room) => room.name === name)
  const room = before.rooms[at]
  return room === undefined ? before : { ...before, rooms: before.rooms.with(at, change(room)) }
}

/** Puts a line into these rooms, each once: it is printed where one of them is looked at. */
export const logged = (before: Conversation, rooms: ReadonlyArray<string>, line: Line): Step => {
  const after = [...new Set(rooms)].reduce(
    (state, name) => within(state, name, (room) => ({ ...room, lines: [...room.lines, line].slice(-keptLines), fresh: name === state.room ? 0 : room.fresh + 1 })),
    before
  )
  return step(after, ...(before.rooms.length === 0 || rooms.includes(before.room) ? [{ _tag: "Print", line } as const] : []))
}

const isBlank = ({ line, pasted }: Draft): boolean => line === "" && pasted.length === 0

/** This room is looked at from now on. */
export const lookAt = (before: Conversation, name: string): Conversation =>
  within({ ...before, room: name }, name, (room) => ({ ...room, unread: 0, mentions: 0, fresh: 0, draft: undefined }))

// What is shown of a room that is looked at again.
const shown = ({ draft = noDraft, fresh, lines, name }: Room): ReadonlyArray<Wish> => [
  { _tag: "Show", room: name, lines, fresh: Math.min(fresh, lines.length), lost: Math.max(0, fresh - lines.length) },
  { _tag: "Draft", draft }
]

/** Looks at another room. What is being typed stays with the room for which it was begun. */
export const choose = (before: Conversation, name: string, draft: Draft): Step => {
  const next = named(before, name)
  if (next === undefined || name === before.room) return step(before)
  const left = within(before, before.room, (room) => ({ ...room, unread: 0, mentions: 0, draft: isBlank(draft) ? undefined : draft }))
  return step(lookAt(left, name), ...shown(next))
}

/** Looks at a room that has just been entered, for which what is being typed was begun. */
export const open = (before: Conversation, room: Room): Conversation => {
  const left = within(before, before.room, (old) => ({ ...old, unread: 0, mentions: 0 }))
  return lookAt({ ...left, rooms: [...left.rooms, room], roams: true }, room.name)
}

/** One is not in this room any more: what was being typed there comes back, and another room is looked at, `now` if one is in that. */
export const close = (before: Conversation, name: string, now: string | undefined, draft: Draft): Step => {
  const gone = named(before, name)
  if (gone === undefined) return step(before)
  const rest: Conversation = { ...before, roams: true, rooms: before.rooms.filter((room) => room !== gone) }
  const returned = linesOf(name === before.room ? draft : (gone.draft ?? noDraft)).map((text): Wish => ({ _tag: "Return", text }))
  if (name !== before.room) return step(rest, ...returned)
  const next = (now === undefined ? undefined : named(rest, now)) ?? rest.rooms.at(-1)
  return next === undefined
    ? step({ ...rest, room: "" }, ...returned, { _tag: "Draft", draft: noDraft })
    : step(lookAt(rest, next.name), ...returned, ...shown(next))
}

const linesOf = ({ line, pasted }: Draft): ReadonlyArray<string> => [...pasted, line].filter((text) => text.trim() !== "")

/** What is printed of a room that is looked at again: its name, and up to `most` of its last lines with a line above what is new. */
export const shownAgain = ({ fresh, lines, lost, room }: Extract<Wish, { readonly _tag: "Show" }>, most: number): ReadonlyArray<Line> => {
  const last = lines.slice(Math.max(0, lines.length - most))
  const unseen = Math.min(fresh, last.length)
  const missing = fresh - unseen + lost
  const mark: Line = { _tag: "Info", text: missing === 0 ? "--- new ---" : `--- new, and ${missing} more before ---` }
  return [
    { _tag: "Info", text: `#${room}` },
    ...last.slice(0, last.length - unseen),
    ...(unseen > 0 ? [mark] : []),
    ...last.slice(last.length - unseen)
  ]
}
