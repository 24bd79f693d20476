import { foreign } from "../../dialect/foreign.ts"
import type { Interpreter } from "../../dialect/Dialect.ts"
import { lastAnswer } from "./answer.ts"

/** After how long whoever found no place may try again, s. */
const retryAfter = 10

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`

/** The interpreter of a client that speaks HTTP and finds no place: it is told why, so that a page can say it. */
export const full: Interpreter = {
  ...foreign("http"),
  goodbye: ({ reason }) => lastAnswer(503, sentence(reason), { "retry-after": String(retryAfter) })
}
