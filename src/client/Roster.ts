import type { Event, Member, MemberId, Welcome } from "../domain/Event.ts"

/** A bound on memory against a hostile server: further members are ignored. Above any `--max-clients` in use. */
const maxMembers = 100_000

/**
 * The members of the room, kept up to date from events. A `Welcome` names only
 * the first of many; the others are asked for a page at a time (pagination),
 * and those pages are not shown to the user.
 */
export class Roster {
  readonly #members = new Map<MemberId, Member>()
  // Pages carry no correlation id, but come in the order of the questions: who asked for each, this roster or the user.
  readonly #questions: Array<"roster" | "user"> = []
  readonly #ask: (after: MemberId | undefined) => boolean

  /** `ask` requests the page after a member, or the first one; it returns `false`, and sends nothing, while the server does not read. */
  constructor(ask: (after: MemberId | undefined) => boolean) {
    this.#ask = ask
  }

  /** In the order of joining, as far as the roster knows them. */
  get members(): ReadonlyArray<Member> {
    return [...this.#members.values()]
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  /** Whether a page was asked for that has not come. */
  get isAsking(): boolean {
    return this.#questions.length > 0
  }

  /** Nobody is known any more, and no page will come. */
  clear(): void {
    this.#members.clear()
    this.#questions.length = 0
  }

  /** Asks anew who is here. */
  restart(): void {
    this.clear()
    if (this.#ask(undefined)) this.#questions.push("roster")
  }

  /** The user asks who is in the room: the answer to that question is shown. */
  asked(): void {
    this.#questions.push("user")
  }

  /** Takes an event; returns `true` for a page that the roster itself asked for, which is not shown. */
  heard(event: Event): boolean {
    switch (event._tag) {
      case "Welcome":
        this.#welcome(event)
        return false
      case "Joined":
      case "Returned":
      case "Renamed":
        this.#add(event.member)
        return false
      case "Left":
      case "Detached":
        this.#members.delete(event.member.id)
        return false
      case "Presence":
        for (const member of [...event.joined, ...(event.returned ?? [])]) this.#add(member)
        for (const { id } of [...event.left.map(({ member }) => member), ...(event.detached ?? [])]) this.#members.delete(id)
        return false
      case "Members":
        return this.#page(event.members, event.more)
      default:
        return false
    }
  }

  #welcome({ here, members }: Welcome): void {
    for (const member of members) this.#add(member)
    if (here > members.length && !this.#questions.includes("roster")) this.#next(members)
  }

  #add(member: Member): void {
    if (this.#members.size < maxMembers || this.#members.has(member.id)) this.#members.set(member.id, member)
  }

  #page(members: ReadonlyArray<Member>, more: boolean): boolean {
    if (this.#questions.shift() !== "roster") return false
    for (const member of members) this.#add(member)
    if (more && this.#members.size < maxMembers) this.#next(members)
    return true
  }

  #next(page: ReadonlyArray<Member>): void {
    const last = page.at(-1)
    if (last !== undefined && this.#ask(last.id)) this.#questions.push("roster")
  }
}
