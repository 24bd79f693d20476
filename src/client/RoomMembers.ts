import type { Welcome } from "../domain/Event.ts"
import type { Member, MemberId } from "../domain/Member.ts"
import type { Entered, Place } from "../domain/RoomEvent.ts"

/** A room that we are in: what we may do there, and what it is like. */
export type OurRoom = Pick<Place, "room" | "role" | "topic" | "locked" | "hidden">

/** The room that a welcome tells of, which is open to everybody. */
export const openRoom = ({ room, topic }: Pick<Welcome, "room" | "topic">): OurRoom => ({ room, role: "member", ...(topic === undefined ? {} : { topic }), locked: false, hidden: false })

/** What an answer tells of a room. */
export const ourRoomOf = ({ hidden, locked, role, room, topic }: Place | Entered): OurRoom => ({ room, role, ...(topic === undefined ? {} : { topic }), locked, hidden })

/** A bound on memory against a hostile server: further members of a room are ignored. Above any `--max-clients` in use. */
const maxMembers = 100_000

/** Who is in one room, and who was lost there and may come back: in the order of joining, as far as that is known. */
export class RoomMembers {
  readonly #here = new Map<MemberId, Member>()
  readonly #away = new Map<MemberId, Member>()
  readonly #awayNames = new Set<string>()
  state: OurRoom

  constructor(state: OurRoom) {
    this.state = state
  }

  get here(): Iterable<Member> {
    return this.#here.values()
  }

  get away(): Iterable<Member> {
    return this.#away.values()
  }

  get isFull(): boolean {
    return this.#here.size >= maxMembers
  }

  has({ id }: Member): boolean {
    return this.#here.has(id) || this.#away.has(id)
  }

  isAway({ id }: Member): boolean {
    return this.#away.has(id)
  }

  /** Whether somebody of this name was lost and may come back. */
  isAwayName(name: string): boolean {
    return this.#awayNames.has(name)
  }

  /** Somebody is here. */
  add(member: Member): void {
    this.#return(member)
    if (!this.isFull || this.#here.has(member.id)) this.#here.set(member.id, member)
  }

  /** Somebody bears another name, and is here if not known to be lost. */
  rename(member: Member): void {
    if (this.#away.has(member.id)) this.detach(member)
    else this.add(member)
  }

  /** Somebody is lost and may come back. */
  detach(member: Member): void {
    this.#here.delete(member.id)
    this.#return(member)
    if (this.#away.size >= maxMembers) return
    this.#away.set(member.id, member)
    this.#awayNames.add(member.name)
  }

  /** Somebody is gone. */
  remove(member: Member): void {
    this.#here.delete(member.id)
    this.#return(member)
  }

  #return({ id }: Member): void {
    const away = this.#away.get(id)
    if (away === undefined) return
    this.#away.delete(id)
    this.#awayNames.delete(away.name)
  }
}
