import { foreign } from "../../dialect/foreign.ts"
import type { Interpreter } from "../../dialect/Dialect.ts"
import { lastAnswer } from "./answer.ts"

/** After how long whoever found no place may try again, s. */
const retryAfter = 10

/** What goes with an answer that there is no place. */
export const tryAgain = { "retry-after": String(retryAfter) }

/** Why there is no place, as a sentence. */
export const noPlace = (reason: string): string => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`

/** The interpreter of a client that speaks HTTP and finds no place: it is told why, so that a page can say it. */
export const full: Interpreter = {
  ...foreign("http"),
  goodbye: ({ reason }) => lastAnswer(503, noPlace(reason), tryAgain)
}
