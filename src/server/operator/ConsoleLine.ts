import * as Cause from "effect/Cause"
import type * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import { clean } from "../../domain/Text.ts"
import type { Envelope } from "../chat/Hub.ts"

/** One line of the console: what it says, and the same as fields for programs. */
export interface Entry {
  /** ms since the epoch. */
  readonly at: number
  readonly level: "info" | "warn" | "error"
  readonly event: string
  readonly message: string
  readonly fields: Readonly<Record<string, string | number | undefined>>
}

/** How an entry looks: for people at a terminal, as a plain log line, or as a JSON object. */
export type Format = (entry: Entry) => string

/** The formats that can be asked for. */
export const formats = {
  terminal: ({ at, level, message }) =>
    `${new Date(at).toTimeString().slice(0, 8)} ${level === "info" ? "" : `${level.toUpperCase()} `}${message}\n`,
  plain: ({ at, level, message }) => `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${message}\n`,
  json: ({ at, event, fields, level, message }) =>
    `${JSON.stringify({ time: new Date(at).toISOString(), level, event, ...fields, message })}\n`
} satisfies Record<string, Format>

/** What the console says of an envelope; `undefined` for what only its asker is concerned with. */
export const describe = ({ event, from }: Envelope): Entry | undefined => {
  const address = from?.address ?? ""
  const entry = (
    message: string,
    fields: Entry["fields"],
    level: Entry["level"] = "info"
  ): Entry => ({ at: event.at, level, event: event._tag.toLowerCase(), message, fields })

  switch (event._tag) {
    case "Connected":
      return entry(`${address} connected`, { address })
    case "Disconnected":
      return entry(`${address} disconnected: ${event.reason ?? event.code}`, {
        address,
        code: event.code,
        reason: event.reason
      })
    case "Joined":
      return entry(`${event.member.name} joined (${address})`, { name: event.member.name, id: event.member.id, address })
    case "Left":
      return entry(
        `${event.member.name} left: ${event.reason ?? event.code} (${address})`,
        { name: event.member.name, id: event.member.id, address, code: event.code, reason: event.reason },
        event.code === "too-slow" || event.code === "internal-error" ? "warn" : "info"
      )
    case "Said":
      return entry(`${event.from.name}: ${event.text}`, { name: event.from.name, id: event.from.id, text: event.text })
    case "Acted":
      return entry(`* ${event.from.name} ${event.text}`, { name: event.from.name, id: event.from.id, text: event.text })
    case "Whispered":
      return entry(`${event.from.name} whispers to ${event.to.name}`, { name: event.from.name, to: event.to.name })
    case "Renamed":
      return entry(`${event.was} is now called ${event.member.name} (${address})`, {
        name: event.member.name,
        was: event.was,
        id: event.member.id,
        address
      })
    case "Notice":
      return entry(`[server] ${event.text}`, { text: event.text })
    case "Refused":
      return entry(
        `refused ${from?.member?.name ?? "a newcomer"} (${address}): ${event.message}`,
        { name: from?.member?.name, address, code: event.code },
        "warn"
      )
    case "Goodbye":
      return entry(`closing: ${event.reason}`, { code: event.code, reason: event.reason })
    case "Throttled":
      return entry(`${from?.member?.name ?? "a newcomer"} sends too fast and is slowed down (${address})`, { name: from?.member?.name, address }, "warn")
    case "Welcome":
    case "Presence":
    case "Members":
    case "Help":
    case "Asked":
    case "Ping":
    case "Pong":
      return undefined
  }
}

/** What the console says of what was logged: on one line, made safe like all other text. */
export const describeLog = ({ cause, date, logLevel, message }: Logger.Logger.Options<unknown>): Entry => {
  const words = [message].flat().map(String).join(" ")
  const trace = Cause.isEmpty(cause) ? "" : `: ${Cause.pretty(cause, { renderErrorCause: true })}`
  return {
    at: date.getTime(),
    level: levelOf(logLevel),
    event: "log",
    message: clean(words + trace.replace(/\n\s*/gu, " | ")),
    fields: {}
  }
}

const levelOf = ({ label }: LogLevel.LogLevel): Entry["level"] =>
  label === "ERROR" || label === "FATAL" ? "error" : label === "WARN" ? "warn" : "info"
