/** What somebody says to a room or to one alone, as lines. A long line, and a message of several, is a batch for who knows of that: see https://ircv3.net/specs/extensions/multiline. */
import type { Event } from "../../../domain/Event.ts"
import type { Acted, Said, Whispered } from "../../../domain/SpeechEvent.ts"
import { type Form, tagsOf } from "./eventTags.ts"
import { line, split } from "./lines.ts"

/** The capability to be told messages of several lines in one piece. */
export const capability = "draft/multiline"

/** The tag of a line that goes on with the one before. */
export const concat = "draft/multiline-concat"

/** How an event says a text: before it, and behind it. */
const frameOf = (source: string, target: string, event: Said | Acted | Whispered): readonly [head: string, tail: string] =>
  event._tag === "Acted" ? [`:${source} PRIVMSG ${target} :\u0001ACTION `, "\u0001"] : [`:${source} ${event.notice === true ? "NOTICE" : "PRIVMSG"} ${target} :`, ""]

// The pieces of a text that was cut at these places.
const piecesOf = (text: string, cuts: ReadonlyArray<number> = []): ReadonlyArray<string> => [...cuts, text.length].map((end, index) => text.slice(index === 0 ? 0 : cuts[index - 1], end))

/** The lines by which an event is told that says a text, from this source to this target. */
export const speech = (source: string, target: string, event: Said | Acted | Whispered, form: Form): string => {
  const [head, tail] = frameOf(source, target, event)
  const part = event._tag === "Acted" ? undefined : event.part
  const bodies = part?.cuts === undefined ? split(head, event.text, tail) : piecesOf(event.text, part.cuts).flatMap((piece) => split(head, piece))
  const isBatch = event._tag !== "Acted" && form.capabilities.has(capability) && (part !== undefined || bodies.length > 1)
  if (!isBatch) {
    const tags = tagsOf(event, form, part === undefined || part.index === 0)
    // The id of a message of several lines is on its first alone.
    const others = part === undefined || bodies.length === 1 ? tags : tagsOf(event, form, false)
    return bodies.map((body, index) => line(`${index === 0 ? tags : others}${body}`)).join("")
  }
  const { blanks = 0, first, index, of } = part ?? { first: event.n ?? 0, index: 0, of: 1 }
  const id = `lines${first.toString(36)}`
  return [
    ...(index === 0 ? [`${tagsOf(event, form)}:${source} BATCH +${id} ${capability} ${target}`] : []),
    ...Array.from({ length: blanks }, () => `@batch=${id} ${head}`),
    ...bodies.map((body, at) => `@batch=${id}${at === 0 ? "" : `;${concat}`} ${body}`),
    ...(index === of - 1 ? [`:${form.server} BATCH -${id}`] : [])
  ].map(line).join("")
}

/** The part of a message of several lines that an event tells; `undefined` for all else. */
export const partOf = (event: Event): Said["part"] => ("part" in event ? event.part : undefined)

/** Events that are told again, in order. Of a message whose first line is not among them, each line is a message of its own. */
export const mended = (events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  const whole = new Set(events.flatMap((event) => {
    const part = partOf(event)
    return part?.index === 0 ? [part.first] : []
  }))
  return events.map((event) => ("part" in event && event.part !== undefined && !whole.has(event.part.first) ? { ...event, part: undefined } : event))
}
