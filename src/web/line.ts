import type { Event } from "../domain/Event.ts"
import type { Member } from "../domain/Member.ts"
import type { Found, Past } from "../domain/SpeechEvent.ts"
import { isOwn, words } from "../domain/wording.ts"
import type { Line as WordLine } from "../domain/spans.ts"
import { beginsInWord, endsInWord, hash, mentions } from "../client/screen/name.ts"
import type { Line } from "../client/screen/step.ts"

/** How many hues the names of the style sheet have: `.h0` to `.h11`. */
const hues = 12

/** The class of a name's colour: the same for everybody, and in every view of the page. */
export const hueOf = (name: string): string => `h${hash(name) % hues}`

/** An element with a class and what is in it. */
export const element = (tag: string, className: string, ...children: ReadonlyArray<Node | string>): HTMLElement => {
  const made = document.createElement(tag)
  if (className !== "") made.className = className
  made.append(...children)
  return made
}

/** Somebody's name. `bdi` keeps one that is written from right to left from turning the line around. */
export const nameNode = (name: string): HTMLElement => {
  const made = element("bdi", `name ${hueOf(name)}`, name)
  made.dataset["name"] = name
  return made
}

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 5)

/** When something happened, as a person reads it. */
export const timeNode = (at: number, text = clock(at)): HTMLElement => {
  const made = document.createElement("time")
  made.dateTime = new Date(at).toISOString()
  made.textContent = text
  return made
}

const address = /https?:\/\/[^\s<>"'`{}|\\^[\]]+/giu
// What ends a sentence behind an address is not of it; a closing bracket is, where it closes one.
const trailing = /[.,;:!?…'")\]]+$/u

const endOf = (found: string): number => {
  const end = found.length - (trailing.exec(found)?.[0].length ?? 0)
  const closes = found[end] === ")" && found.slice(0, end).includes("(")
  return closes ? end + 1 : end
}

const linkTo = (target: string): HTMLElement | string => {
  if (!URL.canParse(target)) return target
  const link = document.createElement("a")
  link.href = target
  link.rel = "noopener noreferrer nofollow"
  link.target = "_blank"
  link.textContent = target
  return link
}

/** Somebody's own words: addresses of the web become links, all else stays text. */
export const textNodes = (text: string): ReadonlyArray<Node | string> => {
  const nodes: Array<Node | string> = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(address)) {
    const end = index + endOf(found)
    nodes.push(text.slice(from, index), linkTo(text.slice(index, end)))
    from = end
  }
  nodes.push(text.slice(from))
  return nodes.filter((node) => node !== "")
}

// The same, with a name marked in it.
const marked = (text: string, name: string): ReadonlyArray<Node | string> => {
  const sought = new RegExp(`(${name.replace(/[$()*+.?[\\\]^{|}]/gu, "\\$&")})`, "giu")
  const parts = (words: string): ReadonlyArray<Node | string> =>
    words.split(sought).map((part, index, all) => (index % 2 === 1 && !endsInWord.test(all[index - 1] ?? "") && !beginsInWord.test(all[index + 1] ?? "") ? element("mark", "", part) : part))
  return textNodes(text).flatMap((node) => (typeof node === "string" ? parts(node) : node))
}

/** What a line is to its reader, apart from its words. */
export interface Drawn {
  readonly node: HTMLElement
  /** Who speaks in it, if somebody does: lines of one speaker stand together. */
  readonly speaker: string | undefined
  /** Whether it is something that a person wants to know of who has looked away: a message, a whisper, a notice. */
  readonly counts: boolean
}

/**
 * What was told, line by line. `after` is the speaker of the line above: who goes on is not named again but to a screen
 * reader. `join` enters a room to which one is invited.
 */
export const drawEvent = ({ event, me, of }: Extract<Line, { readonly _tag: "Event" }>, after: string | undefined, join: (room: string) => void): ReadonlyArray<Drawn> => {
  // The conversation welcomes in words of its own.
  if (event._tag === "Welcome") return []
  if ((event._tag === "Past" || event._tag === "Found") && event.events.length > 0) return [drawPast(event, me)]
  const drawn = words(event).map((line) => drawWords(event, of === undefined ? line : [{ as: "strong", text: `#${of} ` }, ...line], me, after))
  if (event._tag === "Invited" && event.to.id === me.id) {
    const { room } = event
    drawn.at(-1)?.node.querySelector(".text")?.append(" ", buttonFor(`Enter #${room}`, () => { join(room) }))
  }
  return drawn
}

/** Whether an event is told to its reader above all: a whisper, or a message that mentions them. */
export const isFor = (event: Event, me: Member): boolean =>
  event._tag === "Whispered" || ((event._tag === "Said" || event._tag === "Acted") && !isOwn(event, me) && mentions(event.text, me.name))

const buttonFor = (words: string, act: () => void): HTMLElement => {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button small"
  button.textContent = words
  button.addEventListener("click", act)
  return button
}

// What was said before stands in a list of its own, below what it is. It has happened already: nothing in it calls for its reader, and a
// screen reader does not begin to read all of it.
const drawPast = (event: Past | Found, me: Member): Drawn => {
  const [title = []] = words(event)
  const list = element("ol", "")
  list.setAttribute("aria-live", "off")
  let after: string | undefined
  for (const said of event.events) {
    for (const line of words(said)) {
      const { node, speaker } = drawWords(said, line, me, after, true)
      list.append(node)
      after = speaker
    }
  }
  return { node: element("li", "past", element("div", "divider", ...spans(title)), list), speaker: undefined, counts: false }
}

const dayAndTime = (at: number): string => {
  const date = new Date(at)
  return date.toDateString() === new Date().toDateString() ? clock(at) : `${date.toLocaleDateString(undefined, { day: "numeric", month: "short" })} ${clock(at)}`
}

const drawWords = (event: Event, line: WordLine, me: Member, after: string | undefined, isPast = false): Drawn => {
  const at = timeNode(event.at, isPast ? dayAndTime(event.at) : undefined)
  const mentioned = !isPast && isFor(event, me)
  switch (event._tag) {
    case "Said": {
      const isFirst = mentioned || after !== event.from.id
      const who = isFirst ? element("span", "who", nameNode(event.from.name), element("span", "sr", ": "), ...youMark(event.from, me)) : element("span", "sr", `${event.from.name}: `)
      const node = element("li", `line${isFirst ? " first" : ""}${mentioned ? " mention" : ""}`, who, at, element("span", "text", ...(mentioned ? marked(event.text, me.name) : textNodes(event.text))))
      return { node, speaker: mentioned ? undefined : event.from.id, counts: true }
    }
    case "Whispered": {
      const label = element("span", "label", ...spans(line.filter(({ as }) => as !== "text")))
      return { node: element("li", "line box whisper", label, at, element("span", "text", ...textNodes(event.text))), speaker: undefined, counts: true }
    }
    case "Notice": {
      const label = element("span", "label", ...spans(line.filter(({ as }) => as !== "text")))
      return { node: element("li", "line box notice", label, at, element("span", "text", ...textNodes(event.text))), speaker: undefined, counts: true }
    }
    case "Acted":
      return { node: element("li", `line event act${mentioned ? " mention" : ""}`, element("span", "text", ...spans(line)), at), speaker: undefined, counts: true }
    case "Refused":
    case "Throttled":
    case "Outage":
      return { node: element("li", "line refused", element("span", "text", ...spans(line)), at), speaker: undefined, counts: false }
    case "Moderated":
    case "TopicSet":
      return { node: element("li", "line event deed", element("span", "text", ...spans(line)), at), speaker: undefined, counts: false }
    case "Removed":
    case "Invited":
      return { node: element("li", "line event deed", element("span", "text", ...spans(line)), at), speaker: undefined, counts: true }
    default:
      return { node: element("li", "line event", element("span", "text", ...spans(line)), at), speaker: undefined, counts: false }
  }
}

const youMark = (from: Member, me: Member): ReadonlyArray<Node> => (from.id === me.id ? [element("span", "you", "you")] : [])

const spans = (line: WordLine): ReadonlyArray<Node | string> =>
  line.flatMap(({ as, text }) => (as === "name" ? [nameNode(text)] : as === "text" ? textNodes(text) : [text]))

/** A line of the conversation's own: information, or what went wrong. */
export const drawWordsOf = (line: Exclude<Line, { readonly _tag: "Event" }>): Drawn => ({
  node: element("li", line._tag === "Error" ? "line refused" : "line event", element("span", "text", line._tag === "Error" ? `! ${line.text}` : line.text)),
  speaker: undefined,
  counts: false
})

/** One's own line that was refused. `mend` brings it back to be corrected. */
export const drawReturned = (text: string, mend: () => void): Drawn => {
  const node = element("li", "line refused", element("span", "text", text), element("span", "why", "Not sent. ", buttonFor("Mend it", mend)))
  return { node, speaker: undefined, counts: false }
}

/** One's own line that has not been receipted. `state` says what is known of it. */
export const drawPending = (me: Member, text: string, state: string): HTMLElement =>
  element("li", "line pending", element("span", "sr", `${me.name}: `), element("time", "", state), element("span", "text", text))

/** A line across the log. */
export const drawDivider = (text: string, className = ""): HTMLElement => element("li", `divider${className === "" ? "" : ` ${className}`}`, text)
