import type { Event, Member } from "../domain/Event.ts"
import { isOwn, textOf, words } from "../domain/wording.ts"

/**
 * An event in words for the one who is `me`, without a line break at its end;
 * `undefined` for what is not shown. What one said oneself is on the screen
 * already.
 */
export const render = (event: Event, me: Member): string | undefined => {
  if (isOwn(event, me)) return undefined
  const lines = words(event)
  return lines.length === 0 ? undefined : lines.map(textOf).join("\n")
}

/** An event as one JSON object, without a line break at its end. */
export const json = (event: Event): string => JSON.stringify(event)
