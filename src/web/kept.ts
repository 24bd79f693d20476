import * as Schema from "effect/Schema"
import { shelf } from "./memory.ts"
import { Place } from "./place.ts"

const Own = Schema.Struct({ text: Schema.String, room: Schema.String })

/** What this tab keeps over a reload: nothing that was typed is lost by one. */
export const Kept = Schema.Struct({
  name: Schema.String,
  draft: Schema.String,
  /** Lines that were submitted and have not been sent. */
  waiting: Schema.Array(Own),
  /** Lines of a place that was not kept: they may have arrived, or not. */
  unknown: Schema.Array(Own),
  place: Schema.optional(Place),
  /** Whether the person was in the room, and so wants to be there again. */
  isIn: Schema.Boolean
})
export type Kept = typeof Kept.Type

/** What the tab keeps. */
export const kept = shelf<Kept, typeof Kept.Encoded>(() => sessionStorage, "brusio", Kept, { name: "", draft: "", waiting: [], unknown: [], isIn: false })
