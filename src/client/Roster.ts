import type { Event, Member, MemberId, Welcome } from "../domain/Event.ts"

/** More than any server lets in: of a hostile one, no more are kept in mind. */
const maxMembers = 100_000

/**
 * Who is here, kept from what is told. A `Welcome` names only the first; the
 * rest is asked for, a page at a time, and the answers to that are not shown.
 */
export class Roster {
  readonly #members = new Map<MemberId, Member>()
  // Answers come in the order of the questions: this is whose they are.
  readonly #questions: Array<"roster" | "user"> = []
  readonly #ask: (after: MemberId) => boolean

  /** `ask` sends the question for the page after a member, or does not where the server would not hear it. */
  constructor(ask: (after: MemberId) => boolean) {
    this.#ask = ask
  }

  /** In the order of joining, as far as it is known. */
  get members(): ReadonlyArray<Member> {
    return [...this.#members.values()]
  }

  /** The user asks who is here: that answer is for showing. */
  asked(): void {
    this.#questions.push("user")
  }

  /** Takes note of an event; `true` when it was for the roster alone. */
  heard(event: Event): boolean {
    switch (event._tag) {
      case "Welcome":
        this.#welcome(event)
        return false
      case "Joined":
      case "Renamed":
        this.#add(event.member)
        return false
      case "Left":
        this.#members.delete(event.member.id)
        return false
      case "Presence":
        event.joined.forEach((member) => {
          this.#add(member)
        })
        for (const { member } of event.left) this.#members.delete(member.id)
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
