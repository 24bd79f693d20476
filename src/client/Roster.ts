import type { Event, Resumed, Welcome } from "../domain/Event.ts"
import type { Member, MemberId } from "../domain/Member.ts"
import type { Entered, Moderated } from "../domain/RoomEvent.ts"
import type { Left, Presence } from "../domain/PresenceEvent.ts"
import type { Concern } from "./screen/step.ts"
import { Questions } from "./Questions.ts"
import { type OurRoom, openRoom, ourRoomOf, RoomMembers } from "./RoomMembers.ts"

/** What a roster asks the server for; each returns `false`, and sends nothing, while the server does not read. */
export interface Asking {
  /** For the page after a member of a room, or for the first one. */
  readonly ask: (room: string, after: MemberId | undefined) => boolean
  /** To enter a room again. */
  readonly enter: (room: string) => boolean
}

/** How many rooms are known at most: more than a server of ours lets anybody be in. */
const maxRooms = 64

/**
 * The rooms that we are in and their members, kept up to date from events. A
 * `Welcome` or `Entered` names only the first of many; the others are asked for a
 * page at a time (pagination), and those pages are not shown to the user.
 *
 * A `Left` is of its room only where its code is `exited`. Every other one, and
 * whatever else is of a person, is told once and holds in all rooms that we share.
 */
export class Roster {
  readonly #rooms = new Map<string, RoomMembers>()
  readonly #questions = new Questions()
  readonly #concerns = new WeakMap<Event, ReadonlyArray<Concern>>()
  readonly #asking: Asking
  #again: Array<string> = []
  #current: string | undefined
  #me: MemberId | undefined

  constructor(asking: Asking) {
    this.#asking = asking
  }

  /** The rooms that we are in, in the order of entering. */
  get rooms(): ReadonlyArray<OurRoom> {
    return Array.from(this.#rooms.values(), ({ state }) => state)
  }

  /** The room that the server means where we name none: the one entered last. */
  get current(): string | undefined {
    return this.#current
  }

  /** Who is in any of our rooms, each once; in each in the order of joining, as far as the roster knows them. */
  get members(): ReadonlyArray<Member> {
    return once([...this.#rooms.values()].map(({ here }) => here))
  }

  /** Who is in this room; nobody where we are not in it. */
  membersIn(room: string): ReadonlyArray<Member> {
    return [...(this.#rooms.get(room)?.here ?? [])]
  }

  /** Who was lost in any of our rooms, and may come back. */
  get away(): ReadonlyArray<Member> {
    return once([...this.#rooms.values()].map(({ away }) => away))
  }

  /** Whether somebody of this name was lost in one of them. */
  isAway(name: string): boolean {
    return [...this.#rooms.values()].some((members) => members.isAwayName(name))
  }

  /** Who was lost in this room, and may come back. */
  awayIn(room: string): ReadonlyArray<Member> {
    return [...(this.#rooms.get(room)?.away ?? [])]
  }

  /** The rooms of ours that an event which was heard concerns. Of what is of a person, these are all that we share with it. */
  concernsOf(event: Event): ReadonlyArray<Concern> {
    return this.#concerns.get(event) ?? []
  }

  /** The user asks who is in a room, or in the current one: the answer to that question is shown. */
  asked(room?: string): void {
    this.#questions.ask({ room, by: "user" })
  }

  /** Another life begins with the next `Welcome`: nobody is known any more, and the rooms of before are entered again; last the one that was current, so that it is that again. */
  another(): void {
    const before = [...this.#rooms.keys()]
    this.#again = [...before.filter((room) => room !== this.#current), ...before.filter((room) => room === this.#current)]
    this.#rooms.clear()
    this.#questions.forget()
  }

  /** Takes an event; returns `true` for the answer to a question of the roster's own, which is not shown. */
  heard(event: Event): boolean {
    if (event._tag === "Members") return this.#page(event)
    if (event._tag === "Refused") return event.code === "not-in-room" && event.ref === undefined && this.#questions.refused()
    const concerns = this.#take(event)
    if (concerns.length > 0) this.#concerns.set(event, concerns)
    return false
  }

  /**
   * We are back, as who we were or not: `rooms` are the truth about where we are.
   * Who is in them is asked anew where some of what was missed is gone, or nothing
   * is known of before.
   */
  resumed({ gaps, rooms, you }: Resumed, isSame: boolean): void {
    this.#me = you.id
    const asked = this.#questions.forget()
    const known = new Map(this.#rooms)
    this.#rooms.clear()
    for (const place of rooms.slice(0, maxRooms)) {
      const before = isSame && !gaps && !asked.has(place.room) ? known.get(place.room) : undefined
      const members = before ?? new RoomMembers(ourRoomOf(place))
      members.state = ourRoomOf(place)
      this.#rooms.set(place.room, members)
      if (before === undefined) this.#ask(place.room, undefined)
    }
    if (this.#current === undefined || !this.#rooms.has(this.#current)) this.#current = rooms.at(-1)?.room
  }

  #take(event: Event): ReadonlyArray<Concern> {
    switch (event._tag) {
      case "Welcome":
        this.#welcomed(event)
        return [{ room: event.room, change: 0 }]
      case "Entered":
        this.#entered(event)
        return [{ room: event.room, change: 0 }]
      case "Exited":
      case "Removed":
        this.#gone(event.room, event.now)
        return [{ room: event.room, change: 0 }]
      case "Joined":
        return this.#in(event.room, (members) => { members.add(event.member) }, 1)
      case "Left":
        return this.#left(event)
      case "Detached":
        return concerning(this.#with(event.member, event.room, (members) => { members.detach(event.member) }), -1)
      case "Returned":
        return concerning(this.#with(event.member, event.room, (members) => { members.add(event.member) }), 1)
      case "Renamed":
        return concerning(this.#with(event.member, event.room, (members) => { members.rename(event.member) }), 0)
      case "Presence":
        return this.#presence(event)
      case "Moderated":
        return this.#moderated(event)
      case "TopicSet":
        return this.#changed(event.room, event.text === "" ? { topic: undefined } : { topic: event.text })
      case "Said":
      case "Acted":
      case "Notice":
        return this.#in(event.room, () => undefined, 0)
      default:
        return []
    }
  }

  #welcomed(event: Welcome): void {
    const { here, members, room, you } = event
    this.#me = you.id
    const known = this.#rooms.get(room) ?? new RoomMembers(openRoom(event))
    this.#rooms.set(room, known)
    this.#current = room
    for (const member of members) known.add(member)
    if (here > members.length && !this.#questions.isOpen(room)) this.#askAfter(room, members)
    for (const other of this.#again.splice(0)) if (other !== room) this.#asking.enter(other)
  }

  #entered(event: Entered): void {
    const { away = [], here, members, room, you } = event
    this.#me = you.id
    if (!this.#rooms.has(room) && this.#rooms.size >= maxRooms) return
    const known = this.#rooms.get(room) ?? new RoomMembers(ourRoomOf(event))
    known.state = ourRoomOf(event)
    for (const member of members) known.add(member)
    for (const member of away) known.detach(member)
    this.#rooms.set(room, known)
    this.#current = room
    if (here > members.length && !this.#questions.isOpen(room)) this.#askAfter(room, members)
  }

  #gone(room: string, now: string | undefined): void {
    this.#rooms.delete(room)
    this.#current = now ?? [...this.#rooms.keys()].at(-1)
    this.#questions.left(room)
  }

  #left({ code, detached, member, room }: Pick<Left, "code" | "detached" | "member" | "room">): ReadonlyArray<Concern> {
    const change = detached === true ? 0 : -1
    if (code === "exited") return this.#in(room, (members) => { members.remove(member) }, change)
    return concerning(this.#with(member, room, (members) => { members.remove(member) }), change)
  }

  // Of those that are of persons, and not of this room alone, it holds in the other rooms too.
  #presence({ detached = [], joined, left, returned = [], room }: Presence): ReadonlyArray<Concern> {
    const concerns = [
      ...joined.map((member) => this.#in(room, (members) => { members.add(member) }, 1)),
      ...returned.map((member) => concerning(this.#with(member, room, (members) => { members.add(member) }), 1)),
      ...left.map((each) => this.#left({ ...each, room })),
      ...detached.map((member) => concerning(this.#with(member, room, (members) => { members.detach(member) }), -1)),
      this.#in(room, () => undefined, 0)
    ]
    const changes = new Map<string, number>()
    for (const { change, room } of concerns.flat()) changes.set(room, (changes.get(room) ?? 0) + change)
    return Array.from(changes, ([room, change]) => ({ room, change }))
  }

  #moderated({ deed, room, target }: Moderated): ReadonlyArray<Concern> {
    const isMe = target?.id === this.#me
    switch (deed) {
      case "kick":
      case "ban": {
        const members = this.#rooms.get(room)
        // Who is banned need not have been in the room.
        if (target === undefined || members?.has(target) !== true) return this.#in(room, () => undefined, 0)
        const change = members.isAway(target) ? 0 : -1
        members.remove(target)
        return [{ room, change }]
      }
      case "op":
        return this.#changed(room, isMe ? { role: "operator" } : {})
      case "deop":
        return this.#changed(room, isMe ? { role: "member" } : {})
      case "owner":
        return this.#changed(room, isMe ? { role: "owner" } : {})
      case "lock":
      case "unlock":
        return this.#changed(room, { locked: deed === "lock" })
      case "hide":
      case "show":
        return this.#changed(room, { hidden: deed === "hide" })
      default:
        return this.#changed(room, {})
    }
  }

  #changed(room: string, change: Partial<OurRoom>): ReadonlyArray<Concern> {
    return this.#in(room, (members) => { members.state = { ...members.state, ...change } }, 0)
  }

  #in(room: string, then: (members: RoomMembers) => void, change: number): ReadonlyArray<Concern> {
    const members = this.#rooms.get(room)
    if (members === undefined) return []
    then(members)
    return [{ room, change }]
  }

  // In the rooms in which somebody is, or was lost; the one that the event bears is among them, if we are in it: not all may be known of it.
  #with(member: Member, room: string, then: (members: RoomMembers) => void): ReadonlyArray<RoomMembers> {
    const found = [...this.#rooms.values()].filter((members) => members.state.room === room || members.has(member))
    for (const members of found) then(members)
    return found
  }

  #page({ away = [], members, more, room }: Extract<Event, { readonly _tag: "Members" }>): boolean {
    const question = this.#questions.answered(room)
    if (question?.by !== "client" || question.room === undefined) return false
    const known = this.#rooms.get(question.room)
    for (const member of members) known?.add(member)
    for (const member of away) known?.detach(member)
    if (more && known?.isFull === false) this.#askAfter(question.room, members)
    return true
  }

  #askAfter(room: string, page: ReadonlyArray<Member>): void {
    const last = page.at(-1)
    if (last !== undefined) this.#ask(room, last.id)
  }

  #ask(room: string, after: MemberId | undefined): void {
    if (this.#asking.ask(room, after)) this.#questions.ask({ room, by: "client" })
  }
}

const concerning = (rooms: ReadonlyArray<RoomMembers>, change: number): ReadonlyArray<Concern> => rooms.map(({ state: { room } }) => ({ room, change }))

const once = (all: ReadonlyArray<Iterable<Member>>): ReadonlyArray<Member> => {
  const [only, ...more] = all
  if (only === undefined || more.length === 0) return [...(only ?? [])]
  return [...new Map(all.flatMap((members) => Array.from(members, (member) => [member.id, member] as const))).values()]
}
