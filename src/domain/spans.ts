/** The pieces that lines are made of. */
import type { Welcome } from "./Event.ts"
import type { Member } from "./Member.ts"

/**
 * A piece of a line, and what it is, so that whoever shows it can colour it.
 *
 * - `name`: somebody's name, and nothing else
 * - `sign`: what stands around a name before somebody's own words, such as `: `
 * - `text`: somebody's own words
 * - `dim`: the server's words of what happened, such as ` has joined the chat!`
 * - `strong`: the server's words to the reader, such as a refusal
 *
 * A span is empty only where the field of the event that it shows is empty.
 */
export interface Span {
  readonly as: "text" | "name" | "sign" | "dim" | "strong"
  readonly text: string
}

/** A line, as spans from left to right. */
export type Line = ReadonlyArray<Span>

export const text = (text: string): Span => ({ as: "text", text })
export const name = (member: Member): Span => ({ as: "name", text: member.name })
export const sign = (text: string): Span => ({ as: "sign", text })
export const dim = (text: string): Span => ({ as: "dim", text })
export const strong = (text: string): Span => ({ as: "strong", text })

// Names with commas between.
const names = (members: ReadonlyArray<Member>): Line =>
  members.flatMap((member, index) => (index === 0 ? [name(member)] : [dim(", "), name(member)]))

/** How many may come, or go, at once and still be named one by one. */
export const crowd = 10

/** What a newcomer is told of who is here: a few by name, and how many more there are. */
export const company = ({ here, members, you }: Pick<Welcome, "here" | "members" | "you">): Line => {
  const others = members.filter(({ id }) => id !== you.id).slice(0, crowd)
  const more = here - 1 - others.length
  if (others.length === 0 && more <= 0) return [dim("Nobody else is here yet.")]
  const unnamed = more > 0 ? `${others.length > 0 ? ", " : ""}${more} more` : ""
  return [dim("Here with you: "), ...names(others), dim(`${unnamed}.`)]
}
