import { Chalk, type ChalkInstance } from "chalk"
import type { Event, Member } from "../../domain/Event.ts"
import { isOwn, type Line as WordLine, type Span, words } from "../../domain/wording.ts"
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

/** Draws lines with SGR sequences, or as plain text if `colour` is false. */
export const draw = (colour: boolean): Draw => {
  const chalk = new Chalk({ level: colour ? 2 : 0 })
  return (line) => {
    switch (line._tag) {
      case "Info":
        return chalk.dim(line.text)
      case "Error":
        return chalk.bold(`! ${line.text}`)
      case "Event":
        return drawEvent(chalk, line.event, line.me)
    }
  }
}

// The mark that some events have after the time, in place of a space.
const marks: Readonly<Partial<Record<Event["_tag"], string>>> = { Refused: "! ", Throttled: "! " }

const drawEvent = (chalk: ChalkInstance, event: Event, me: Member): string => {
  // The screen welcomes the user in its own words.
  if (event._tag === "Welcome") return ""
  const paints = paintsOf(chalk, event)
  const mark = isOwn(event, me) ? "›" : marks[event._tag]
  const marked: WordLine = mark === undefined ? [] : [{ as: "strong", text: mark }]
  const start = `${chalk.dim(clock(event.at))} ${mark === undefined ? " " : ""}`
  const named = "from" in event && !isOwn(event, me) ? (line: WordLine) => line.flatMap((span) => withMentions(span, me.name)) : (line: WordLine) => line
  return words(event).map((line) => start + painted(chalk, paints, named([...marked, ...line]))).join("\n")
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
    default:
      return paints
  }
}

const plain: Paint = (text) => text

// Names are coloured only in lines where somebody speaks. Neighbouring spans of one style are coalesced into one SGR sequence.
const painted = (chalk: ChalkInstance, paints: Paints, line: ReadonlyArray<Painted>): string => {
  const speaks = line.some(({ as }) => as === "text")
  const runs: Array<{ readonly paint: Paint; text: string }> = []
  for (const { as, text } of line) {
    const paint = as !== "name" ? paints[as] : speaks ? chalk.ansi256(nameColour(text)).bold : paints.dim
    const last = runs.at(-1)
    if (last?.paint === paint) last.text += text
    else runs.push({ paint, text })
  }
  return runs.map(({ paint, text }) => paint(text)).join("")
}

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 5)
