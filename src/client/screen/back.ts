import type { Event, Resumed, Welcome } from "../../domain/Event.ts"
import type { Place } from "../../domain/RoomEvent.ts"
import { lostWords } from "../../domain/wording.ts"
import { close, mostRooms, named, opened } from "./rooms.ts"
import { andThen, type Concern, type Conversation, type Draft, info, inOrder, type Room, type Step, step } from "./step.ts"
import { giveUpEntering } from "./submission.ts"

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8)

/** Whether it is the same life that goes on with this: the same place, of the same start of the server. */
export const isSameLife = ({ heard, me }: Conversation, event: Resumed | Welcome): event is Resumed =>
  event._tag === "Resumed" && event.you.id === me?.id && event.instance === heard?.instance

/** The conversation of somebody who is back as who they were; what was missed is told after this. */
export const back = (before: Conversation, answer: Resumed, draft: Draft): Step => {
  const { at, gaps, last, rooms, you } = answer
  const meanwhile = rooms.reduce((sum, { room, seq }) => sum + Math.max(0, seq - (named(before, room)?.seq ?? seq)), 0)
  // What was taken has its receipt in what follows, if that is kept; the rest is sent again by the client.
  const taken = last === undefined ? 0 : before.pending.findIndex(({ ref }) => ref === last) + 1
  const known = { ...before, me: you, lostAt: undefined, pending: before.pending.slice(taken) }
  const after = step(withRooms(known, rooms, (place, room) => ({ ...room, role: place.role, ...(gaps ? { here: place.here, recount: recountOf(answer, place) } : { recount: undefined }) })))
  const told = andThen(after, (state) => step(state, info(`Lost ${clock(before.lostAt ?? at)}, back ${clock(at)}, ${meanwhile} meanwhile.`)))
  // Where one is, is where one was, but for what came of the last commands: one of which was to enter a room may never have arrived.
  const lost = inOrder(told, before.rooms.filter(({ name }) => rooms.every(({ room }) => room !== name)), (state, { name }) => close(state, name, undefined, draft))
  const isIn = before.entering === undefined || lost.after.rooms.some(({ key }) => key === before.entering)
  return isIn ? lost : andThen(lost, ({ unmarked, ...state }) => giveUpEntering(unmarked === undefined ? { unmarked, ...state } : { ...state, unmarked: undefined }))
}

/** The conversation with the rooms that a place tells of: those that are not known yet are opened. */
export const withRooms = (before: Conversation, places: ReadonlyArray<Place>, change: (place: Place, room: Room) => Room): Conversation => {
  const added = places.filter(({ room }) => named(before, room) === undefined).slice(0, Math.max(0, mostRooms - before.rooms.length))
  const rooms = [...before.rooms, ...added.map(opened)].map((room) => {
    const place = places.find((each) => each.room === room.name)
    return place === undefined ? room : change(place, room)
  })
  return { ...before, rooms, roams: before.roams || rooms.length > 1 }
}

/** How many will be in a room once what was missed has been told. */
export const recountOf = ({ n }: Resumed, { here }: Place): Room["recount"] => (n === undefined ? undefined : { n, here })

/** What is said of events of a room that are missing before this one, of those that were missed; `undefined` where none are. */
export const gapBefore = (conversation: Conversation, event: Event): { readonly room: string; readonly words: string } | undefined => {
  const room = "seq" in event && event._tag !== "Entered" ? named(conversation, event.room) : undefined
  if (room?.recount === undefined || !("seq" in event)) return undefined
  const first = event._tag === "Presence" ? event.first : event.seq
  const lost = first - room.seq - 1
  return lost <= 0 ? undefined : { room: room.name, words: lostWords(lost) }
}

/** The conversation once all that was missed has been told: who is here was told with the return where some of it is lost, the reader included. */
export const toldAfterLoss = (before: Conversation, event: Event, concerns: ReadonlyArray<Concern>): Conversation => {
  const n = "n" in event ? (event.n ?? 0) : 0
  if (!before.rooms.some(({ recount }) => recount !== undefined && n > recount.n)) return before
  const isOwnReturn = event._tag === "Returned" && event.member.id === before.me?.id
  const rooms = before.rooms.map(({ recount, ...room }) => {
    if (recount === undefined || n <= recount.n) return { ...room, recount }
    const isCounted = isOwnReturn && concerns.some(({ room: name }) => name === room.name)
    return { ...room, here: recount.here - (isCounted ? 1 : 0), recount: undefined }
  })
  return { ...before, rooms }
}
