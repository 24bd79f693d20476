import * as Schema from "effect/Schema"
import { clean } from "../Text.ts"

/** The most bytes of UTF-8 that a correlation id may have. */
export const maxRefBytes = 64

const utf8 = new TextEncoder()

/**
 * A correlation id of the client's own making. It travels back to its client in
 * the answer, and to everybody else in the room as it is.
 */
export const Ref = Schema.String.pipe(
  Schema.filter((ref) => utf8.encode(ref).length <= maxRefBytes || `at most ${maxRefBytes} bytes`),
  Schema.filter((ref) => clean(ref) === ref || "nothing that could steer a terminal")
)

/** Whether this can be a correlation id. */
export const isRef = Schema.is(Ref)
