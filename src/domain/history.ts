/** The last lines of rooms, kept in memory for those who enter later, where the server is told to keep them. */
import * as HashMap from "effect/HashMap"
import { type Chat, roomOf, withRoom } from "./Chat.ts"
import * as Deadlines from "./Deadlines.ts"
import type { Acted, Event, Said } from "./Event.ts"
import type { Room } from "./Room.ts"
import type { RoomKey } from "./RoomName.ts"
import * as Window from "./Window.ts"

/** How much of what is said is kept of a room, and in all. Sizes are in bytes. */
export interface Bounds {
  readonly lines: number
  readonly bytes: number
  /** How old a line may become, ms. */
  readonly age: number
  /** How many bytes the lines of all rooms take together. */
  readonly allBytes: number
}

/** How many bytes the lines of all rooms take together at most. */
export const mostBytes = 67_108_864

/** How many lines somebody is told who enters. */
const linesOnEntering = 50

/** How many bytes of them, about: it is one line of the wire, and shorter than any that a client takes. */
const bytesOnEntering = 262_144

/** Whether what is said in a room is kept: as its owner has decided, or else where the room is not locked. */
export const isKept = <Peer>({ history }: Chat<Peer>, { isRemembered, lock }: Pick<Room<Peer>, "isRemembered" | "lock">): boolean =>
  history !== undefined && (isRemembered ?? lock === undefined)

/** For how long what is said in this room is kept, ms; `undefined` where it is not kept. */
export const keptFor = <Peer>(chat: Chat<Peer>, room: Room<Peer>): number | undefined => (isKept(chat, room) ? chat.history?.age : undefined)

/** Whether this is a line of somebody's. */
const isLine = (event: Event): event is Said | Acted => event._tag === "Said" || event._tag === "Acted"

/** The chat in which a room keeps this event, if it is a line of somebody's and what is said there is kept. */
export const remembered = <Peer>(chat: Chat<Peer>, key: RoomKey, n: number, event: Event): Chat<Peer> => {
  const { at, history, historyBytes } = chat
  if (history === undefined || !isLine(event)) return chat
  const room = roomOf(chat, key)
  if (!isKept(chat, room)) return chat
  // What all rooms may keep together bounds each: whoever adds to one makes room in that one.
  const bytes = Math.min(history.bytes, history.allBytes - historyBytes + room.past.bytes)
  // Whoever reads it later has no use for its author's mark.
  const line = event.ref === undefined ? event : { ...event, ref: undefined }
  const past = Window.append(room.past, { n, before: 0, seq: event.seq, at, size: Window.sizeOf(event), event: line }, { events: history.lines, bytes }, at - history.age)
  return replaced(chat, room, past)
}

// The chat after the lines of a room have changed: they count in the bytes, and are due when the oldest is too old.
const replaced = <Peer>(chat: Chat<Peer>, room: Room<Peer>, after: Window.Window): Chat<Peer> => {
  const historyBytes = chat.historyBytes + after.bytes - room.past.bytes
  const oldest = after.kept[0]
  if (oldest === undefined || after.due !== undefined) return withRoom({ ...chat, historyBytes }, { ...room, past: after })
  const at = oldest.at + (chat.history?.age ?? 0) + 1
  const deadlines = Deadlines.add(chat.deadlines, { at, due: { _tag: "Past", room: room.key } })
  return withRoom({ ...chat, historyBytes, deadlines }, { ...room, past: { ...after, due: at } })
}

/** The chat in which the lines of a room whose time has come has none that is too old at this time. */
export const aged = <Peer>(chat: Chat<Peer>, key: RoomKey, at: number): Chat<Peer> => {
  const room = roomOf(chat, key)
  return replaced(chat, room, { ...Window.trimmed(room.past, at - (chat.history?.age ?? 0)), due: undefined })
}

/** The chat in which nothing is kept of what was said in this room. */
export const forgotten = <Peer>(chat: Chat<Peer>, room: Room<Peer>): Chat<Peer> => {
  const { bytes, due: at } = room.past
  const deadlines = at === undefined ? chat.deadlines : Deadlines.remove(chat.deadlines, { at, due: { _tag: "Past", room: room.key } })
  return withRoom({ ...chat, historyBytes: chat.historyBytes - bytes, deadlines }, { ...room, past: Window.empty })
}

/** Lines of the past, the oldest first; `more`: whether there are earlier ones. */
export interface Lines {
  readonly events: ReadonlyArray<Said | Acted>
  readonly more: boolean
}

/** The last lines of a room, as somebody is told who enters; `undefined` where there are none. */
export const lastOf = <Peer>({ past }: Room<Peer>): Lines | undefined => {
  const { kept } = past
  if (kept.length === 0) return undefined
  let first = kept.length
  let bytes = 0
  while (first > 0 && kept.length - first < linesOnEntering) {
    bytes += kept[first - 1]?.size ?? 0
    if (bytes > bytesOnEntering && first < kept.length) break
    first -= 1
  }
  return { events: kept.slice(first).flatMap(({ event }) => (isLine(event) ? event : [])), more: first > 0 || past.gone > 0 }
}

/** The last lines of these rooms in which all of these words are, in any case. At most `linesOnEntering`. */
export const search = <Peer>({ rooms }: Chat<Peer>, keys: ReadonlyArray<RoomKey>, words: ReadonlyArray<string>): Lines => {
  const found = keys
    .flatMap((key) => HashMap.unsafeGet(rooms, key).past.kept)
    .filter(({ event }) => isLine(event) && isAbout(event, words))
    .sort((one, other) => one.n - other.n)
  const last = found.slice(-linesOnEntering)
  return { events: last.flatMap(({ event }) => (isLine(event) ? event : [])), more: found.length > last.length }
}

// In the name of its author too: `/search ada slides`.
const isAbout = ({ from, text }: Said | Acted, words: ReadonlyArray<string>): boolean => {
  const all = `${from.name} ${text}`.toLowerCase()
  return words.every((word) => all.includes(word))
}
