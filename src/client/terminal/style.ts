import { Chalk, type ChalkInstance } from "chalk"
import type { Event } from "../../domain/Event.ts"
import { isOwn, words } from "../../domain/wording.ts"
import type { Line as WordLine, Span } from "../../domain/spans.ts"
import { hash } from "../screen/name.ts"
import type { Line } from "../screen/step.ts"
import { mentionsIn } from "./mention.ts"

/** Draws lines of the conversation, with colours or without. */
export type Draw = (line: Line) => string

/** The colours of names, out of the palette of 256: those with enough contrast on black and on white, as a test checks. */
export const nameColours = [29, 31, 64, 67, 97, 99, 130, 133, 136, 161, 166, 168] as const

/** The colour of a name, by its hash: the same in every client and session. */
export const nameColour = (name: string): number => nameColours[hash(name) % nameColours.length] ?? nameColours[0]

/** With how many blanks the rows begin that continue a line: more than the time takes before a name. */
export const continuation = 9

/** Draws lines with SGR sequences, or as plain text if `colour` is false. The names are dim of those who are away. */
export const draw = (colour: boolean, isAway: (name: string) => boolean = () => false): Draw => {
  const chalk = new Chalk({ level: colour ? 2 : 0 })
  return (line) => {
    switch (line._tag) {
      case "Info":
        return chalk.dim(line.text)
      case "Error":
        return chalk.bold(`! ${line.text}`)
      case "Event":
        return drawEvent(chalk, line, isAway)
    }
  }
}

// The mark that some events have after the time, in place of a space.
const marks: Readonly<Partial<Record<Event["_tag"], string>>> = { Refused: "! ", Throttled: "! ", Outage: "! ", Moderated: "# ", Removed: "# ", TopicSet: "# ", Invited: "# " }

const drawEvent = (chalk: ChalkInstance, { event, me, of }: Extract<Line, { readonly _tag: "Event" }>, isAway: (name: string) => boolean): string => {
  // The screen welcomes the user in its own words.
  if (event._tag === "Welcome") return ""
  const paints = paintsOf(chalk, event)
  const mark = isOwn(event, me) ? "›" : marks[event._tag]
  const marked: WordLine = [...(mark === undefined ? [] : [{ as: "strong", text: mark } as const]), ...(of === undefined ? [] : [{ as: "strong", text: `#${of} ` } as const])]
  const start = `${chalk.dim(clock(event.at))} ${mark === undefined ? " " : ""}`
  const named = "from" in event && !isOwn(event, me) ? (line: WordLine) => line.flatMap((span) => withMentions(span, me.name)) : (line: WordLine) => line
  return words(event).map((line) => start + painted({ ...paints, name: nameIn(chalk, event, paints, isAway) }, named([...marked, ...line]))).join("\n")
}

/** A span as it is painted: somebody's own words may mention the reader. */
type Painted = Span | { readonly as: "mention"; readonly text: string }

// The words of a span, and the mentions of the reader in them.
const withMentions = (span: Span, name: string): ReadonlyArray<Painted> => {
  if (span.as !== "text") return [span]
  const parts: Array<Painted> = []
  let end = 0
  for (const [from, to] of mentionsIn(span.text, name)) {
    parts.push({ as: "text", text: span.text.slice(end, from) }, { as: "mention", text: span.text.slice(from, to) })
    end = to
  }
  parts.push({ as: "text", text: span.text.slice(end) })
  return parts.filter(({ text }) => text !== "")
}

type Paint = (text: string) => string
type Paints = Readonly<Record<Exclude<Painted["as"], "name">, Paint>>

// Names are coloured only where somebody speaks.
const nameIn = (chalk: ChalkInstance, event: Event, paints: Paints, isAway: (name: string) => boolean) => {
  const colours = new Map<string, Paint>()
  return (name: string): Paint => {
    if (!("from" in event)) return paints.dim
    if (isAway(name)) return chalk.dim
    const colour = colours.get(name) ?? chalk.ansi256(nameColour(name)).bold
    colours.set(name, colour)
    return colour
  }
}

// How all but names are painted in an event of this kind.
const paintsOf = ({ bold, dim }: ChalkInstance, event: Event): Paints => {
  const paints: Paints = { text: plain, sign: dim, dim, strong: bold, mention: bold.inverse }
  switch (event._tag) {
    case "Said":
      return { ...paints, sign: plain }
    case "Acted":
      return { ...paints, text: dim }
    case "Notice":
      return { ...paints, sign: bold, text: bold }
    // Nobody says these, so they do not look as if somebody did.
    case "Moderated":
    case "Removed":
    case "TopicSet":
    case "Invited":
      return { ...paints, sign: bold, text: bold, dim: bold }
    default:
      return paints
  }
}

const plain: Paint = (text) => text

// Neighbouring spans of one style are coalesced into one SGR sequence.
const painted = (paints: Paints & { readonly name: (name: string) => Paint }, line: ReadonlyArray<Painted>): string => {
  const runs: Array<{ readonly paint: Paint; text: string }> = []
  for (const { as, text } of line) {
    const paint = as === "name" ? paints.name(text) : paints[as]
    const last = runs.at(-1)
    if (last?.paint === paint) last.text += text
    else runs.push({ paint, text })
  }
  return runs.map(({ paint, text }) => paint(text)).join("")
}

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 5)
