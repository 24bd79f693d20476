import * as Schema from "effect/Schema"

// What the form in a browser window and the program behind it say to each other.

/** The answers as they stand in the form's fields. */
export const Answers = Schema.Struct({ host: Schema.String, port: Schema.String, name: Schema.String })
export type Answers = typeof Answers.Type

/** What came of an attempt with these answers: where the room is, or what is wrong, and with which answer. */
export const Outcome = Schema.Union(
  Schema.TaggedStruct("Found", { location: Schema.String }),
  Schema.TaggedStruct("Wrong", { field: Schema.Literal("host", "port", "name"), words: Schema.String })
)
export type Outcome = typeof Outcome.Type

/** The header that carries what only the link of this form tells: no other page can send it. */
export const tokenHeader = "x-brusio-form"
