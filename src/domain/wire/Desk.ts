import * as Schema from "effect/Schema"

/**
 * What the operator's window and its server say to each other: one JSON object
 * in each WebSocket text message. The window runs in a browser, so the kinds
 * are here and not beside the server's services.
 */

/** A line of the console: a message for people, and its parts as fields. */
const Line = Schema.TaggedStruct("Line", {
  /** ms since 1970. */
  at: Schema.Number,
  level: Schema.Literal("info", "warn", "error"),
  /** The kind of event in lower case, such as `joined`; `console` for an answer to the operator, `log` for a log message. */
  event: Schema.String,
  message: Schema.String,
  fields: Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number) })
})

/** Lines that this window was too slow for, or that were before it opened and are kept no longer. */
const Skipped = Schema.TaggedStruct("Skipped", { count: Schema.Number })

/** The window is the operator's. */
const Opened = Schema.TaggedStruct("Opened", {
  /** Opens the window again, after a reload or a lost connection. */
  secret: Schema.String,
  /** Host and port that the server listens on. */
  address: Schema.String,
  /** The links that people open, the likeliest first. */
  links: Schema.Array(Schema.String),
  /** The first link as a QR code: its rows from above, each a string of `0` (light) and `1` (dark). Absent where nobody but this machine can reach it. */
  qr: Schema.optionalWith(Schema.Array(Schema.String), { exact: true }),
  /** The console's commands, for completion and help. */
  commands: Schema.Array(Schema.Struct({ name: Schema.String, args: Schema.String, help: Schema.String, takesName: Schema.Boolean }))
})

/** How the room is now; told once a second. */
const Status = Schema.TaggedStruct("Status", {
  people: Schema.Number,
  connections: Schema.Number,
  /** Messages said since the last status. */
  messages: Schema.Number,
  /** Since the server's start, s. */
  uptime: Schema.Number,
  /** Of the server's process, bytes. */
  memory: Schema.Number
})

/** One person, as only the operator sees them. */
const Guest = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** Host and port of the client. */
  address: Schema.String,
  /** What kind of client it is, in a word: `browser`, `terminal`, `plain`. */
  client: Schema.String,
  /** The rooms that they are in, in the order of entering. */
  rooms: Schema.Array(Schema.String)
})

/** All rooms, hidden ones too, those with the most people first; told when it has changed, at most once a second. */
const Rooms = Schema.TaggedStruct("Rooms", {
  total: Schema.Number,
  /** The first 200. */
  rooms: Schema.Array(
    Schema.Struct({
      room: Schema.String,
      /** How many are in it. */
      here: Schema.Number,
      topic: Schema.optionalWith(Schema.String, { exact: true }),
      locked: Schema.Boolean,
      hidden: Schema.Boolean
    })
  )
})

/** The servers that are one room, this one too, the oldest first; told when it has changed, once a second at most, and never by a server alone. */
const Nodes = Schema.TaggedStruct("Nodes", {
  nodes: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      /** Whether it is the one that this window is of. */
      isThis: Schema.Boolean,
      /** How many people are connected to it. */
      here: Schema.Number,
      /** For how long nothing has come of it, s; 0 while it is in time. */
      silent: Schema.Number,
      /** The highest language of the cluster that it speaks. */
      language: Schema.Number
    })
  )
})

/** This window speaks and acts in this room from now on; in none, but for everybody, without one. */
const Chosen = Schema.TaggedStruct("Chosen", { room: Schema.optionalWith(Schema.String, { exact: true }) })

/** Who is here, in the order of joining; told when it has changed, at most once a second. */
const People = Schema.TaggedStruct("People", {
  total: Schema.Number,
  /** The first 1,000. */
  people: Schema.Array(Guest)
})

/** A window that had been closed or lost has come back in time: the room stays open. */
const Staying = Schema.TaggedStruct("Staying", {})

/** The room closes, with the reason that everybody is told. */
const Closing = Schema.TaggedStruct("Closing", { reason: Schema.String })

/** The code or secret is no good (any more); the words say what to do. */
const Denied = Schema.TaggedStruct("Denied", { message: Schema.String })

/** What the server tells the operator's window. */
export const ToDesk = Schema.Union(Opened, Line, Skipped, Status, People, Rooms, Nodes, Chosen, Staying, Closing, Denied)
export type ToDesk = typeof ToDesk.Type

/** What the operator's window asks the server. The first must be `Open`. */
export const FromDesk = Schema.Union(
  /** With a code, good once, or with the secret that an earlier `Open` was answered with. */
  Schema.TaggedStruct("Open", {
    code: Schema.optionalWith(Schema.String, { exact: true }),
    secret: Schema.optionalWith(Schema.String, { exact: true })
  }),
  /** A line as it would be typed in the console: a command, or a notice to everybody, or to the room that this window has chosen. */
  Schema.TaggedStruct("Type", { text: Schema.String }),
  /** Chooses a room for this window, as `/room` does; none without one. */
  Schema.TaggedStruct("Choose", { room: Schema.optionalWith(Schema.String, { exact: true }) }),
  /** Sends one person away, whatever they are called by now. */
  Schema.TaggedStruct("Remove", { id: Schema.String, reason: Schema.optionalWith(Schema.String, { exact: true }) })
)
export type FromDesk = typeof FromDesk.Type
