/** The last lines of rooms, kept in memory for those who enter later, where the server is told to keep them. */
import * as HashMap from "effect/HashMap"
import { type Chat, roomOf, withRoom } from "./Chat.ts"
import * as Deadlines from "./Deadlines.ts"
import type { Event } from "./Event.ts"
import type { TopicSet } from "./RoomEvent.ts"
import type { Signalled } from "./PersonEvent.ts"
import type { Acted, Said } from "./SpeechEvent.ts"
import type { Member } from "./Member.ts"
import type { Room } from "./Room.ts"
import type { MessageId } from "./eventFields.ts"
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

/** What a program says beside a signal that is to be kept, as a line is. */
const persist = "+draft/persist"

/** What a room keeps where it keeps what is said: lines, what it is about, and signals that are to be kept. Only clients of IRC are told more of it than lines. */
export type Remembered = Said | Acted | TopicSet | Signalled

/** Whether a signal is to be kept. */
export const isPersistent = ({ tags }: Signalled): boolean => tags?.[persist] !== undefined

const isRemembered = (event: Event): event is Remembered =>
  isLine(event) || event._tag === "TopicSet" || (event._tag === "Signalled" && isPersistent(event))

/** The chat in which a room keeps this event, if that is to be kept and what is said there is. */
export const remembered = <Peer>(chat: Chat<Peer>, key: RoomKey, n: number, event: Event): Chat<Peer> => {
  const { at, history, historyBytes } = chat
  if (history === undefined || !isRemembered(event)) return chat
  const room = roomOf(chat, key)
  if (!isKept(chat, room)) return chat
  // What all rooms may keep together bounds each: whoever adds to one makes room in that one.
  const bytes = Math.min(history.bytes, history.allBytes - historyBytes + room.past.bytes)
  // Whoever reads it later has no use for its author's mark.
  const line = !("ref" in event) || event.ref === undefined ? event : { ...event, ref: undefined }
  const past = Window.append(room.past, { n, before: 0, seq: room.seq, at, size: Window.sizeOf(event), event: line }, { events: history.lines, bytes }, at - history.age)
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

const keptOf = <Peer>({ past }: Room<Peer>, { at, n }: MessageId): Window.Kept | undefined =>
  past.kept.find((each) => each.n === n && each.event.at === at && (isLine(each.event) || each.event._tag === "Signalled"))

/** The `n` of the first line of the message of several lines that an event tells a line of; `undefined` for all else. */
export const firstOf = (event: Event): number | undefined => ("part" in event ? event.part?.first : undefined)

/** Whose this is that a room keeps of what was said; `undefined` where it keeps no such thing. */
export const authorIn = <Peer>(room: Room<Peer>, id: MessageId): Member | undefined => {
  const event = keptOf(room, id)?.event
  return event === undefined ? undefined : event._tag === "Signalled" ? event.by : isLine(event) ? event.from : undefined
}

/** The chat in which a room does not keep this any more; of a message of several lines it keeps none. */
export const without = <Peer>(chat: Chat<Peer>, room: Room<Peer>, id: MessageId): Chat<Peer> => {
  const kept = keptOf(room, id)
  if (kept === undefined) return chat
  const first = firstOf(kept.event)
  const all = first === undefined ? [kept] : room.past.kept.filter(({ event }) => firstOf(event) === first)
  return replaced(chat, room, all.reduce(Window.without, room.past))
}

/** Lines of the past, the oldest first; `more`: whether there are earlier ones. */
export interface Lines {
  readonly events: ReadonlyArray<Said | Acted>
  readonly more: boolean
}

/** The last lines of a room, as somebody is told who enters; `undefined` where there are none. */
export const lastOf = <Peer>({ past }: Room<Peer>): Lines | undefined => {
  const { kept } = past
  const events: Array<Said | Acted> = []
  let next = kept.length
  let bytes = 0
  while (next > 0 && events.length < linesOnEntering) {
    const last = kept[next - 1]
    if (last !== undefined && isLine(last.event)) {
      bytes += last.size
      if (bytes > bytesOnEntering && events.length > 0) break
      events.push(last.event)
    }
    next -= 1
  }
  return events.length === 0 ? undefined : { events: events.reverse(), more: past.gone > 0 || kept.slice(0, next).some(({ event }) => isLine(event)) }
}

/** All that a room keeps, the oldest first. */
export const rememberedOf = <Peer>({ past }: Room<Peer>): ReadonlyArray<Remembered> => past.kept.flatMap(({ event }) => (isRemembered(event) ? event : []))

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
