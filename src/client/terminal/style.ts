import { Chalk, type ChalkInstance } from "chalk"
import type { Event, Member } from "../../domain/Event.ts"
import * as wording from "../../domain/wording.ts"
import { hash, mentions } from "../screen/name.ts"
import type { Line } from "../screen/step.ts"

/** Draws lines of the conversation, with colours or without. */
export type Draw = (line: Line) => string

// Colours of the 256 that can be read on black and on white: a test holds them to it.
export const nameColours = [29, 31, 64, 67, 97, 99, 130, 133, 136, 161, 166, 168] as const

/** The colour of a name: always the same, wherever and whenever it is seen. */
export const nameColour = (name: string): number => nameColours[hash(name) % nameColours.length] ?? nameColours[0]

/** How the conversation looks. `colour` is whether the terminal shows any. */
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

const drawEvent = (chalk: ChalkInstance, event: Event, me: Member): string => {
  const time = chalk.dim(clock(event.at))
  const own = "from" in event && event.from.id === me.id
  const marked = own ? chalk.bold("›") : " "
  switch (event._tag) {
    case "Said": {
      const text = !own && mentions(event.text, me.name) ? chalk.bold.inverse(event.text) : event.text
      return `${time} ${marked}${name(chalk, event.from.name)}: ${text}`
    }
    case "Acted":
      return `${time} ${marked}${chalk.dim("*")} ${name(chalk, event.from.name)} ${chalk.dim(event.text)}`
    case "Whispered":
      return `${time} ${marked}${chalk.dim("[")}${name(chalk, event.from.name)}${chalk.dim(" -> ")}${name(chalk, event.to.name)}${chalk.dim("]")} ${event.text}`
    case "Notice":
      return `${time}  ${chalk.bold(wording.notice(event))}`
    case "Joined":
      return `${time}  ${chalk.dim(wording.joined(event))}`
    case "Left":
      return `${time}  ${chalk.dim(wording.left(event))}`
    case "Presence":
      return wording.presence(event).map((line) => `${time}  ${chalk.dim(line)}`).join("\n")
    case "Renamed":
      return `${time}  ${chalk.dim(wording.renamed(event))}`
    case "Members":
      return `${time}  ${chalk.dim(wording.here(event))}`
    case "Goodbye":
      return `${time}  ${chalk.bold(wording.goodbye(event))}`
    case "Refused":
    case "Throttled":
      return `${time} ${chalk.bold(`! ${event.message}`)}`
    case "Help":
      return event.lines.map((text) => chalk.dim(text)).join("\n")
    case "Asked":
      return `${time} ${chalk.bold(`? ${event.question}`)}`
    case "Welcome":
    case "Ping":
    case "Pong":
      return ""
  }
}

const name = (chalk: ChalkInstance, text: string): string => chalk.ansi256(nameColour(text)).bold(text)

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 5)
