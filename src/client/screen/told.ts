import type { Event } from "../../domain/Event.ts"
import type { Member } from "../../domain/Member.ts"
import type { Entered, Exited, Removed } from "../../domain/RoomEvent.ts"
import * as Attention from "./attention.ts"
import { gapBefore, toldAfterLoss } from "./back.ts"
import { heardAfter } from "./missed.ts"
import { mentions } from "./name.ts"
import { active, close, keyOf, logged, lookAt, mostRooms, named, open, opened, within } from "./rooms.ts"
import { andThen, type Concern, type Conversation, type Draft, inOrder, noDraft, type Step, step, type Wish } from "./step.ts"
import { bringBack, giveUpEntering, letGo, received, unsent } from "./submission.ts"

/** What a reader has to know besides the event. */
interface Context {
  readonly me: Member
  readonly concerns: ReadonlyArray<Concern>
  readonly draft: Draft
}

/** An event of the server, after one has come in. */
export const told = (known: Conversation, event: Event, { concerns, draft, me }: { readonly me: Member; readonly concerns: ReadonlyArray<Concern> | undefined; readonly draft: Draft }): Step => {
  const gap = gapBefore(known, event)
  const lost = gap === undefined ? step(known) : logged(known, [gap.room], { _tag: "Error", text: gap.words })
  const context = { me, draft, concerns: concerns ?? concernsOf(event) }
  return andThen(lost, (state) => {
    const before = { ...heardIn(toldAfterLoss(state, event, context.concerns), event), attention: Attention.heard(known.attention, event, me), heard: heardAfter(known.heard, event) }
    return Attention.isIgnored(before.attention, event) ? step(before) : happen(counted(before, event, context.concerns), event, context)
  })
}

const heardIn = (before: Conversation, event: Event): Conversation =>
  "seq" in event ? within(before, event.room, (room) => ({ ...room, seq: Math.max(room.seq, event.seq) })) : before

// What is known of it from the event alone, where one is in one room.
const concernsOf = (event: Event): ReadonlyArray<Concern> => {
  switch (event._tag) {
    case "Joined":
    case "Returned":
      return [{ room: event.room, change: 1 }]
    case "Left":
      return [{ room: event.room, change: event.detached === true ? 0 : -1 }]
    case "Detached":
      return [{ room: event.room, change: -1 }]
    case "Moderated":
      return [{ room: event.room, change: event.deed === "kick" ? -1 : 0 }]
    case "Renamed":
    case "Presence":
      return [{ room: event.room, change: 0 }]
    default:
      return []
  }
}

// So many are in the rooms now; what was missed changes nothing where it was told before how many there are after it.
const counted = (before: Conversation, event: Event, concerns: ReadonlyArray<Concern>): Conversation => {
  const next = concerns.reduce(
    (state, { change, room }) => (change === 0 ? state : within(state, room, (each) => (each.recount === undefined ? { ...each, here: each.here + change } : each))),
    before
  )
  return event._tag === "Presence" ? within(next, event.room, (room) => (room.recount === undefined ? { ...room, here: event.here } : room)) : next
}

const ofEverywhere: ReadonlySet<Event["_tag"]> = new Set(["Left", "Detached", "Returned", "Renamed", "Away", "Described"])

// In which rooms an event is read: what is of a person in all that are shared with it, what is for oneself alone where one looks.
const roomsOf = (before: Conversation, event: Event, concerns: ReadonlyArray<Concern>): ReadonlyArray<string> => {
  if (event._tag === "Past" && named(before, event.room) !== undefined) return [event.room]
  if (!("seq" in event) || event._tag === "Entered") return [before.room]
  const rooms = [event.room, ...(ofEverywhere.has(event._tag) ? concerns.map(({ room }) => room) : [])].filter((room) => named(before, room) !== undefined)
  // The server speaks wherever one is.
  return rooms.length === 0 || event._tag === "Notice" ? [...rooms, before.room] : rooms
}

const printed = (before: Conversation, event: Event, { concerns, me }: Context): Step => {
  // What the server says in one room, and what is told again of a room that one has left since.
  const isElsewhere = "seq" in event && (event._tag === "Notice" ? event.room !== before.room && event.room !== before.heard?.room : !ofEverywhere.has(event._tag) && named(before, event.room) === undefined)
  return logged(before, roomsOf(before, event, concerns), { _tag: "Event", event, me, ...(isElsewhere ? { of: event.room } : {}) })
}

const bell: Wish = { _tag: "Bell" }

const happen = (before: Conversation, event: Event, context: Context): Step => {
  const { me } = context
  const print = printed(before, event, context)
  // Somebody's own doing: its author has the receipt by it.
  if ("from" in event) {
    if (event.from.id === me.id) return andThen(print, (state) => step(received(state, event.ref)))
    const isMention = "text" in event && mentions(event.text, me.name)
    const rings = event._tag === "Whispered" || isMention
    const unread = andThen(print, (state) => step(withUnread(state, "room" in event ? event.room : state.room, isMention)))
    return rings ? andThen(unread, (state) => step(state, bell)) : unread
  }
  switch (event._tag) {
    case "Renamed":
      return andThen(print, (state) => step(event.member.id === me.id ? { ...state, me: event.member, unmarked: undefined } : state))
    case "Refused":
      return refused(before, event, print)
    case "Entered":
      return entered(before, event, context)
    case "Exited":
    case "Removed":
      return left(before, event, context)
    case "Moderated":
      return andThen(print, (state) => step(answeredBy(withRole(state, event, me), event.by, me)))
    case "TopicSet":
      return andThen(print, (state) => step(answeredBy(state, event.by, me)))
    case "Invited":
      return andThen(print, (state) => step(answeredBy(listing(state, [event.room]), event.by, me), ...(event.to.id === me.id ? [bell] : [])))
    case "RoomList":
      return andThen(print, (state) => step(listing(state, event.rooms.map(({ room }) => room))))
    default:
      return print
  }
}

// A message of somebody else counts where nobody looks.
const withUnread = (before: Conversation, name: string, isMention: boolean): Conversation =>
  within(before, name, (room) =>
    name === before.room && before.focused ? { ...room, unread: 0, mentions: 0 } : { ...room, unread: room.unread + 1, mentions: room.mentions + (isMention ? 1 : 0) }
  )

const answeredBy = (before: Conversation, by: Member | undefined, me: Member): Conversation => (by?.id === me.id ? { ...before, unmarked: undefined } : before)

/** How many names of rooms can be completed that one is not in. */
const mostListed = 200

const listing = (before: Conversation, rooms: ReadonlyArray<string>): Conversation => ({ ...before, listed: [...new Set([...rooms, ...before.listed])].slice(0, mostListed) })

const withRole = (before: Conversation, { deed, room, target }: Extract<Event, { readonly _tag: "Moderated" }>, me: Member): Conversation => {
  const role = deed === "op" ? "operator" : deed === "deop" ? "member" : deed === "owner" ? "owner" : undefined
  return role === undefined || target?.id !== me.id ? before : within(before, room, (each) => ({ ...each, role }))
}

const refused = (before: Conversation, event: Extract<Event, { readonly _tag: "Refused" }>, print: Step): Step => {
  if (event.ref !== undefined) return unsent(before, event.ref, event.message)
  // It answers the client, which enters a room again.
  if (before.awaited > 0) return andThen(print, (state) => settled({ ...state, awaited: state.awaited - 1 }))
  const { unmarked } = before
  const shown = unmarked === undefined ? print : bringBack({ ...before, unmarked: undefined }, unmarked, event.message)
  return andThen(shown, giveUpEntering)
}

// Once all answers have come, one is not in those rooms that could not be entered again.
const settled = (before: Conversation): Step =>
  before.awaited > 0
    ? step(before)
    : inOrder(step(before), before.rooms.filter(({ isAgain }) => isAgain), (state, { name }) => close(state, name, before.heard?.room, noDraft))

const entered = (before: Conversation, event: Entered, context: Context): Step => {
  const known = named(before, event.room)
  const fresh = { ...opened(event), seq: event.seq }
  const room = known === undefined ? fresh : { ...known, here: fresh.here, role: fresh.role, seq: fresh.seq, recount: undefined, isAgain: false }
  if (known?.isAgain === true) {
    const back = within({ ...before, awaited: Math.max(0, before.awaited - 1) }, event.room, () => room)
    return settled(back)
  }
  if (known === undefined && before.rooms.length >= mostRooms) return step(before)
  const looking = known === undefined ? open(before, room) : lookAt(within(before, event.room, () => room), event.room)
  const isAnswer = before.entering === keyOf(event.room)
  const answered = isAnswer ? { ...looking, entering: undefined, unmarked: undefined } : looking
  return andThen(printed(answered, event, context), (state) => (isAnswer ? letGo(state, event.members) : step(state)))
}

const left = (before: Conversation, event: Exited | Removed, context: Context): Step => {
  const asked = event._tag === "Exited" ? { ...before, unmarked: undefined } : before
  const closed = close(asked, event.room, event.now, context.draft)
  // What the server means by where one is now is not where one looks.
  const said = printed(closed.after, { ...event, now: active(closed.after)?.name }, context)
  return { after: said.after, wishes: [...said.wishes, ...closed.wishes] }
}
