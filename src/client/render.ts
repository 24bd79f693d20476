import type { Event } from "../domain/Event.ts"
import type { Member } from "../domain/Member.ts"
import { isOwn, lostWords, textOf, words } from "../domain/wording.ts"

/**
 * An event in words for the reader `me`, without a line break at its end;
 * `undefined` for an event that is not shown, such as the reader's own message,
 * which is on the screen since it was typed. Where the reader is in several
 * rooms, each line begins with the one that it is `of`.
 */
export const render = (event: Event, me: Member, of?: string): string | undefined => {
  if (isOwn(event, me)) return undefined
  const lines = words(event)
  const start = startOf(of)
  return lines.length === 0 ? undefined : lines.map((line) => start + textOf(line)).join("\n")
}

const startOf = (of: string | undefined): string => (of === undefined ? "" : `#${of} `)

/** That so many events are gone, of those that were missed. */
export const lost = (count: number, of: string | undefined): string => `${startOf(of)}${lostWords(count)}`

/** An event as one JSON object, without a line break at its end. */
export const json = (event: Event): string => JSON.stringify(event)
