import * as Cause from "effect/Cause"
import * as HashMap from "effect/HashMap"
import type * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import type { Observation, Reply } from "../../domain/Reply.ts"
import { lobby } from "../../domain/RoomName.ts"
import { nameOf } from "../../domain/roomWording.ts"
import { clean } from "../../domain/Text.ts"
import { textOf, words } from "../../domain/wording.ts"
import { eventOf } from "../asEvent.ts"
import type { Observed } from "../chat/Hub.ts"

/** One line of the console: a message for people, and its parts as fields for programs. */
export interface ConsoleLine {
  /** ms since 1970. */
  readonly at: number
  readonly level: "info" | "warn" | "error"
  readonly event: string
  readonly message: string
  readonly fields: Readonly<Record<string, string | number | undefined>>
}

/** How a line looks: for people at a terminal, as a plain log line, or as a JSON object. */
export type Format = (line: ConsoleLine) => string

/** The formats that can be asked for. */
export const formats = {
  terminal: ({ at, level, message }) =>
    `${new Date(at).toTimeString().slice(0, 8)} ${level === "info" ? "" : `${level.toUpperCase()} `}${message}\n`,
  plain: ({ at, level, message }) => `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${message}\n`,
  json: ({ at, event, fields, level, message }) =>
    `${JSON.stringify({ time: new Date(at).toISOString(), level, event, ...fields, message })}\n`
} satisfies Record<string, Format>

/** The connection that an event came from, as the console names it. */
interface Source {
  readonly address: string
  /** Absent before the client has come in. */
  readonly name: string | undefined
}

type Kinds = { readonly [Kind in Reply | Observation as Kind["_tag"]]: Kind }

/** What the console shows of an event. */
interface Shown {
  readonly message: string
  readonly fields: ConsoleLine["fields"]
  /** `info` when absent. */
  readonly level?: ConsoleLine["level"]
}

// An event in the words that its readers in the room see.
const read = (event: Reply): string => words(event).map(textOf).join(" ")

const newcomer = "a newcomer"

/**
 * What is shown of each kind of event, `undefined` for nothing. The words differ
 * from those in the room where whoever runs the server sees addresses, and must
 * not see what is whispered. An event of a kind that is not in this table is
 * shown in the room's words if it was told to a room, and not at all otherwise.
 */
const kinds: { readonly [Kind in keyof Kinds]?: (event: Kinds[Kind], source: Source) => Shown | undefined } = {
  Connected: (_, { address }) => ({ message: `${address} connected`, fields: { address } }),
  Disconnected: ({ code, reason }, { address }) => ({
    message: `${address} disconnected: ${reason ?? code}`,
    fields: { address, code, reason }
  }),
  Joined: ({ member: { id, name } }, { address }) => ({ message: `${name} joined (${address})`, fields: { name, id, address } }),
  Left: ({ code, member: { id, name }, reason }, { address }) => ({
    message: code === "exited" ? `${name} left the room (${address})` : `${name} left: ${reason ?? code} (${address})`,
    fields: { name, id, address, code, reason },
    level: code === "too-slow" || code === "internal-error" ? "warn" : "info"
  }),
  Renamed: ({ member: { id, name }, was }, { address }) => ({
    message: `${was} is now called ${name} (${address})`,
    fields: { name, was, id, address }
  }),
  Said: (event) => ({ message: read(event), fields: { name: event.from.name, id: event.from.id, text: event.text } }),
  Acted: (event) => ({ message: read(event), fields: { name: event.from.name, id: event.from.id, text: event.text } }),
  Whispered: ({ from: { name }, to }) => ({ message: `${name} whispers to ${to.name}`, fields: { name, to: to.name } }),
  Notice: (event) => ({ message: read(event), fields: { text: event.text } }),
  Refused: ({ code, message }, { address, name }) =>
    // No warning: every client is asked for the password once.
    // What the operator cannot do is answered where it was asked.
    code === "password-required" || address === ""
      ? undefined
      : { message: `refused ${name ?? newcomer} (${address}): ${message}`, fields: { name, address, code }, level: "warn" },
  Throttled: (_, { address, name }) => ({
    message: `${name ?? newcomer} sends too fast and is slowed down (${address})`,
    fields: { name, address },
    level: "warn"
  }),
  // The node's own log tells of it once, and not for each client.
  Outage: () => undefined,
  Detached: ({ code, member: { id, name }, reason }, { address }) => ({
    message: `${name} was lost, and may come back: ${reason ?? code} (${address})`,
    fields: { name, id, address, code, reason },
    level: code === "too-slow" || code === "internal-error" ? "warn" : "info"
  }),
  Resumed: ({ you: { id, name } }, { address }) => ({ message: `${name} is back (${address})`, fields: { name, id, address } }),
  // A client that has come back over another connection is told by the one it had; the others, by the close of the server.
  Goodbye: ({ code, reason }) => (code === "resumed" ? undefined : { message: `${code === "restarting" ? code : "closing"}: ${reason}`, fields: { code, reason } }),
  // That somebody is back is shown by `Resumed`, also where nobody in the room had noticed.
  Returned: () => undefined,
  Invited: ({ by, to }) => ({ message: `${by?.name ?? "The server"} has invited ${to.name}`, fields: { name: by?.name, to: to.name } }),
  // What one alone is told of a room, all in it are told, too.
  Entered: () => undefined,
  Exited: () => undefined,
  Removed: () => undefined,
  Members: () => undefined,
  // Joins and leaves are shown one by one, by `Joined` and `Left`.
  Welcome: () => undefined,
  // Who enters no room is told of to nobody else.
  Admitted: ({ you: { id, name } }, { address }) => ({ message: `${name} is here, in no room (${address})`, fields: { name, id, address } }),
  Presence: () => undefined,
  // It was shown when it was said.
  Past: () => undefined,
  AccountSet: ({ account }, { address, name }) => ({ message: `${name ?? newcomer} has said the words of the claimed name ${account} (${address})`, fields: { name, account, address } }),
  // Nobody reads a line of these.
  Away: () => undefined,
  Described: () => undefined,
  Signalled: () => undefined
}

const shownAs = <Kind extends keyof Kinds>(kind: Kind, event: Kinds[Kind], source: Source) => kinds[kind]?.(event, source)

const shown = (event: Reply | Observation, source: Source): Shown | undefined => {
  if (event._tag in kinds) return shownAs(event._tag, event, source)
  return "room" in event ? { message: read(event), fields: { ...source } } : undefined
}

// The room that is named in a line: none for the lobby, but where somebody leaves the lobby and stays in other rooms. A loss of a
// connection and another name concern all rooms, so none is named.
const roomOf = (event: Reply | Observation): string | undefined => {
  if (!("room" in event) || event.room === undefined) return undefined
  if (event._tag === "Left") return event.code === "exited" ? event.room : undefined
  return event._tag === "Renamed" || event._tag === "Detached" || event.room === lobby ? undefined : event.room
}

/** The console's line for an event; `undefined` where nothing is shown, as for most replies to one client. */
export const describe = ({ event, from }: Observed): ConsoleLine | undefined => {
  const line = shown(event, { address: from?.address ?? "", name: from?.name })
  const room = roomOf(event)
  const about = room === undefined ? {} : { message: `${nameOf(room)} ${line?.message ?? ""}`, fields: { ...line?.fields, room } }
  return line && { level: "info", ...line, ...about, at: event.at, event: event._tag.toLowerCase() }
}

const safe = (value: unknown): string | number => (typeof value === "number" ? value : clean(String(value)))

/** The console's line for a log message and its cause: one line, made safe to show like all other text. */
export const describeLog = ({ annotations, cause, date, logLevel, message }: Logger.Logger.Options<unknown>): ConsoleLine => {
  const words = [message].flat().map(String).join(" ")
  const { [eventOf]: event, ...fields } = Object.fromEntries(HashMap.map(annotations, safe))
  const trace = Cause.isEmpty(cause) ? "" : `: ${Cause.pretty(cause, { renderErrorCause: true })}`
  return {
    at: date.getTime(),
    level: levelOf(logLevel),
    event: event === undefined ? "log" : String(event),
    message: clean(words + trace.replace(/\n\s*/gu, " | ")),
    fields
  }
}

/** The console's line for lines of its own that were not written, now, ms since 1970. `why`: the code of the system's error; absent where nobody read them. */
export const describeSkipped = (at: number, { lines, why }: { readonly lines: number; readonly why?: string }): ConsoleLine => ({
  at,
  level: "warn",
  event: "skipped",
  message: `${lines === 1 ? "1 line was skipped" : `${lines} lines were skipped`}: the output was not ${why === undefined ? "read" : `written, ${why}`}`,
  fields: { lines, code: why }
})

const levelOf = ({ label }: LogLevel.LogLevel): ConsoleLine["level"] =>
  label === "ERROR" || label === "FATAL" ? "error" : label === "WARN" ? "warn" : "info"
