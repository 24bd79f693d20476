/** What is kept to be told again to those who come back: a window for each room, and one for each person. */
import * as HashMap from "effect/HashMap"
import { type Audience, type Chat, type Person, personWith, type Place, roomOf, roomWith, type Stay, withPerson, withRoom } from "./Chat.ts"
import * as Deadlines from "./Deadlines.ts"
import type { Event } from "./Event.ts"
import type { Presence } from "./PresenceEvent.ts"
import { forgotten } from "./history.ts"
import { ageOf, ownBytesOf, shareOf, type WindowLimits } from "./Keep.ts"
import { isMove } from "./moves.ts"
import type { Room } from "./Room.ts"
import * as Window from "./Window.ts"

/**
 * The chat in which this room has been told this event, the last one of all, which is kept where somebody in the room can come
 * back. Each message of each room comes by here, so the chat is copied once where nothing is kept.
 */
export const keepRoom = <Peer>(chat: Chat<Peer>, before: Room<Peer>, { n, seq }: { readonly n: number; readonly seq: number }, event: Event): Chat<Peer> => {
  const room = { ...before, n, seq }
  if (room.keepers === 0) return { ...chat, seq: n, rooms: HashMap.set(chat.rooms, room.key, room) }
  return { ...inWindow(chat, room, { n, before: before.n, seq, event }), seq: n }
}

/** The chat in which this event is kept for those of this room who can come back: it is of somebody in it, and has the number of another room. */
export const keepAlso = <Peer>(chat: Chat<Peer>, room: Room<Peer>, n: number, event: Event): Chat<Peer> =>
  room.keepers === 0 ? chat : inWindow(chat, room, { n, before: room.n, seq: room.seq, event })

const inWindow = <Peer>(before: Chat<Peer>, room: Room<Peer>, told: Told): Chat<Peer> => {
  const { keep } = before
  const chat = relieved(before, room, isMove(told.event) ? room.moves : room.window, Window.sizeOf(told.event))
  if (isMove(told.event)) {
    const { chat: next, window: moves } = kept(chat, room.moves, { _tag: "Moves", room: room.key }, told, keep.moves)
    return withRoom(next, { ...room, moves })
  }
  const { chat: next, window } = kept(chat, room.window, { _tag: "Window", room: room.key }, told, keep.room)
  return withRoom(next, { ...room, window })
}

// Where all windows together are full, and this one of this room holds less than its share, the one that holds most of those of
// other rooms is shortened to its own share: so each room keeps something, however much is said elsewhere. Only then are all rooms looked through.
const relieved = <Peer>(chat: Chat<Peer>, { key }: Room<Peer>, { bytes }: Window.Window, size: number): Chat<Peer> => {
  const { keep, keptBytes, rooms } = chat
  const share = shareOf(keep, HashMap.size(rooms))
  if (keptBytes + size <= keep.bytes || bytes + size > share) return chat
  let most: { readonly room: Room<Peer>; readonly window: "moves" | "window" } | undefined
  for (const room of HashMap.values(rooms)) {
    for (const window of ["window", "moves"] as const) {
      if (room.key === key) continue
      const { bytes } = room[window]
      const least = most?.room[most.window].bytes ?? share
      // Of two that hold as much it is always the same one: a map may yield them in another order on another machine.
      if (bytes > least || (bytes === least && most !== undefined && room.key < most.room.key)) most = { room, window }
    }
  }
  if (most === undefined) return chat
  const { room, window } = most
  const due = { _tag: window === "moves" ? "Moves" : "Window", room: room.key } as const
  const { chat: next, window: shortened } = replaced(chat, room[window], Window.shortened(room[window], share), due)
  return withRoom(next, { ...room, [window]: shortened })
}

/** The chat in which those of this audience who can come back keep this event that is for them alone. */
export const keepOwn = <Peer>(before: Chat<Peer>, audience: Audience<Peer>, n: number, event: Event): Chat<Peer> => {
  if (!isKept(event)) return before
  let chat = before
  for (const { id } of audience) {
    const person = id === undefined ? undefined : personWith(chat, id)
    if (person?.place === undefined) continue
    const due = { _tag: "Own", id: person.member.id } as const
    const { chat: next, window } = kept(chat, person.place.own, due, { n, before: 0, seq: 0, event }, chat.keep.own)
    chat = withPerson(next, { ...person, place: { ...person.place, own: window } })
  }
  return chat
}

// A welcome is not told again, as what comes in its place says more; nor is a goodbye, which is to a connection, nor what was before it.
const isKept = ({ _tag }: Event): boolean => _tag !== "Welcome" && _tag !== "Admitted" && _tag !== "Goodbye" && _tag !== "Past" && _tag !== "Signalled"

type Told = Pick<Window.Kept, "before" | "event" | "n" | "seq">

const kept = <Peer>(chat: Chat<Peer>, before: Window.Window, due: Deadlines.Due, told: Told, limits: WindowLimits) => {
  const { at, keep, keptBytes, ownBytes } = chat
  // What all windows may hold together bounds each: whoever adds to one makes room in that one.
  const left = due._tag === "Own" ? Math.min(keep.bytes - keptBytes, ownBytesOf(keep) - ownBytes) : keep.bytes - keptBytes
  const bytes = Math.min(limits.bytes, left + before.bytes)
  const after = Window.append(before, { ...told, at, size: Window.sizeOf(told.event) }, { events: limits.events, bytes }, at - ageOf(keep))
  return replaced(chat, before, after, due)
}

// The chat in which the windows hold so many bytes more.
const counted = <Peer>(chat: Chat<Peer>, more: number, { _tag }: Deadlines.Due): Chat<Peer> => ({
  ...chat,
  keptBytes: chat.keptBytes + more,
  ownBytes: _tag === "Own" ? chat.ownBytes + more : chat.ownBytes
})

// The chat after a window has changed: it counts in the bytes, and is due when its oldest event is too old.
const replaced = <Peer>(from: Chat<Peer>, before: Window.Window, after: Window.Window, due: Deadlines.Due): { readonly chat: Chat<Peer>; readonly window: Window.Window } => {
  const chat = counted(from, after.bytes - before.bytes, due)
  const oldest = after.kept[0]
  // It is looked at again when that time has come, not for each event.
  if (oldest === undefined || after.due !== undefined) return { chat, window: after }
  const at = oldest.at + ageOf(chat.keep) + 1
  return { chat: { ...chat, deadlines: Deadlines.add(chat.deadlines, { at, due }) }, window: { ...after, due: at } }
}

/** The chat in which a window whose time has come has nothing in it that is too old at this time. */
export const trim = <Peer>(chat: Chat<Peer>, due: Exclude<Deadlines.Due, { readonly _tag: "Place" | "Past" | "Letters" }>, at: number): Chat<Peer> => {
  const trimmed = (window: Window.Window) => replaced(chat, window, { ...Window.trimmed(window, at - ageOf(chat.keep)), due: undefined }, due)
  if ("room" in due) {
    const room = HashMap.unsafeGet(chat.rooms, due.room)
    const { chat: next, window } = trimmed(due._tag === "Moves" ? room.moves : room.window)
    return withRoom(next, due._tag === "Moves" ? { ...room, moves: window } : { ...room, window })
  }
  const person = personWith(chat, due.id)
  if (person?.place === undefined) return chat
  const { chat: next, window } = trimmed(person.place.own)
  return withPerson(next, { ...person, place: { ...person.place, own: window } })
}

/** The chat without this room, in which nobody has a place any more. */
export const withoutRoom = <Peer>(chat: Chat<Peer>, room: Room<Peer>): Chat<Peer> => {
  const next = withoutWindows(forgotten(chat, room), room)
  return { ...next, rooms: HashMap.remove(next.rooms, room.key) }
}

// The chat in which nothing is kept of what this room was told.
const withoutWindows = <Peer>(chat: Chat<Peer>, { key, moves, window }: Room<Peer>): Chat<Peer> =>
  dropped(dropped(chat, window, { _tag: "Window", room: key }), moves, { _tag: "Moves", room: key })

/** The chat in which a window is let go of, as nobody needs it any more. */
const dropped = <Peer>(chat: Chat<Peer>, { bytes, due: at }: Window.Window, due: Deadlines.Due): Chat<Peer> => ({
  ...counted(chat, -bytes, due),
  deadlines: at === undefined ? chat.deadlines : Deadlines.remove(chat.deadlines, { at, due })
})

/** The chat that keeps nothing any more for a person who has left for good. */
export const keepNothingFor = <Peer>(chat: Chat<Peer>, { member: { id }, place }: Person<Peer>): Chat<Peer> =>
  place === undefined
    ? chat
    : { ...dropped(chat, place.own, { _tag: "Own", id }), places: place.proof === undefined ? chat.places : HashMap.remove(chat.places, place.proof) }

/** The chat in which a room has one more who can come back, or one fewer (`by`): with the last one, its window goes. */
export const countKeepers = <Peer>(chat: Chat<Peer>, room: Room<Peer>, by: 1 | -1): Chat<Peer> => {
  const keepers = room.keepers + by
  if (keepers > 0) return withRoom(chat, { ...room, keepers })
  const nothing = { ...Window.empty, gone: chat.seq, goneSeq: room.seq }
  return withRoom(withoutWindows(chat, room), { ...room, keepers, window: nothing, moves: nothing })
}

/** How many of the rooms that somebody has left are remembered: what others were told counts as gone. */
const mostStays = 16

/** The place of somebody who is not in this room any more, which it was in from the number `since` on: what the room was told until now is still for it. */
export const withStay = (place: Place, { key, moves, n, seq, window }: Room<unknown>, since: number): Place => {
  const until = Math.max(n, window.kept.at(-1)?.n ?? 0, moves.kept.at(-1)?.n ?? 0)
  if (until <= since) return place
  const stays = [...place.stays, { room: key, since, until, last: { seq, n } }]
  const forgotten = stays.length > mostStays ? stays.shift() : undefined
  return { ...place, stays, own: forgotten === undefined ? place.own : { ...place.own, gone: Math.max(place.own.gone, forgotten.until) } }
}

// By what they say, not by identity: another machine may have the two as two objects.
const isSame = ({ event, n }: Window.Kept, other: Window.Kept | undefined): boolean => other?.n === n && other.event._tag === event._tag

/** What is told again to a person who has heard up to `n`. */
export interface Replay {
  readonly events: ReadonlyArray<Event>
  /** Whether something of what was missed is gone. */
  readonly gaps: boolean
}

/** Merges what this person has not heard, of each of its rooms and for it alone, by number. */
export const replayFor = <Peer>(chat: Chat<Peer>, { place, rooms }: Person<Peer>, n: number): Replay => {
  const own = place === undefined ? [] : [Window.after(place.own, Math.max(n, place.since))]
  const stays = place?.stays.filter(({ until }) => until > n) ?? []
  const parts = [...own, ...rooms.map(({ room, since }) => ofRoom(chat, roomOf(chat, room), Math.max(n, since))), ...stays.map((stay) => ofStay(chat, stay, n))]
  const merged = parts.flatMap(({ kept }) => kept).sort((one, other) => one.n - other.n)
  const nameless = merged.flatMap(({ event }) => (event._tag === "Presence" ? [event] : []))
  // What was told of a person is kept for each of its rooms. Where it is gone in the room whose number it bears, it stands without a name there.
  const all = merged.filter((kept, index) => !isSame(kept, merged[index - 1]) && !nameless.some((moves) => isAmong(kept.event, moves)))
  let bytes = 0
  let first = all.length
  for (; first > 0; first -= 1) {
    bytes += all[first - 1]?.size ?? 0
    if (bytes > chat.keep.replayBytes) break
  }
  return { events: all.slice(first).map(({ event }) => event), gaps: first > 0 || parts.some(({ isGap }) => isGap) }
}

const isAmong = (event: Event, { first, room, seq }: Presence): boolean => isMove(event) && "seq" in event && event.room === room && event.seq >= first && event.seq <= seq

// What a room was told after the number `n`. Where moves of that are gone, and they alone, moves without names stand for them: so
// no message is taken for lost that was not.
const ofRoom = <Peer>(chat: Chat<Peer>, room: Room<Peer>, n: number, until = Infinity, last: Stay["last"] = room): Window.Part => {
  const said = Window.after(room.window, n)
  const moves = Window.after(room.moves, n)
  const kept = [...said.kept, ...moves.kept].filter((one) => one.n <= until).sort((one, other) => one.n - other.n)
  if (said.isGap || !moves.isGap) return { kept, isGap: said.isGap }
  return { kept: filled(chat, room, kept, { before: seqBefore(room.window, said.kept), heard: n, last }), isGap: true }
}

// What a room was told after the number `n` while somebody was in it who has left it since.
const ofStay = <Peer>(chat: Chat<Peer>, { last, room: key, since, until }: Stay, n: number): Window.Part => {
  const room = roomWith(chat, key)
  return room === undefined ? { kept: [], isGap: true } : ofRoom(chat, room, Math.max(n, since), until, last)
}

// The number in the room of the last thing that was said before these; what is between is moves.
const seqBefore = ({ goneSeq, kept }: Window.Window, these: ReadonlyArray<Window.Kept>): number => {
  const last = kept[kept.length - these.length - 1]
  return last === undefined ? goneSeq : last.seq
}

// The last of the moves between two others says whether they have been heard, up to `heard`; where the first of them stands is not known.
const filled = <Peer>(
  chat: Chat<Peer>,
  room: Room<Peer>,
  kept: ReadonlyArray<Window.Kept>,
  { before, heard, last }: { readonly before: number; readonly heard: number; readonly last: Stay["last"] }
): ReadonlyArray<Window.Kept> => {
  const all: Array<Window.Kept> = []
  let seq = before
  const fill = (until: number, n: number) => {
    if (until > seq && n > heard) all.push(nameless(chat, room, seq + 1, until, n))
  }
  for (const one of kept) {
    // What bears the number of another room comes between two of this one's.
    fill("room" in one.event && one.event.room === room.name ? one.seq - 1 : one.seq, one.before)
    all.push(one)
    seq = one.seq
  }
  fill(last.seq, last.n)
  return all
}

const nameless = <Peer>({ at }: Chat<Peer>, room: Room<Peer>, first: number, seq: number, n: number): Window.Kept => {
  const event: Event = { _tag: "Presence", n, first, seq, at, room: room.name, here: room.seats.length, joined: [], left: [] }
  return { n, before: 0, seq, at, size: Window.sizeOf(event), event }
}
