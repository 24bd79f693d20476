import * as Effect from "effect/Effect"

/** The annotation that names the kind of event. */
export const eventOf = "event"

/** Makes an event of its own of a log message: its kind, in lower case, and its parts as fields for programs. */
export const asEvent = (event: string, fields: Readonly<Record<string, string | number>>) => Effect.annotateLogs({ ...fields, [eventOf]: event })
