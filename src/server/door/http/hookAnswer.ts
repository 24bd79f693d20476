import type { OutgoingHttpHeaders } from "node:http"
import * as Data from "effect/Data"
import type { Refusal, RefusalCode } from "../../../domain/Refusal.ts"
import type { Ended } from "./insider.ts"

/** What a program is answered that asked for something over HTTP which is not done. */
export class NotDone extends Data.TaggedError("NotDone")<{
  readonly status: number
  readonly words: string
  readonly headers?: OutgoingHttpHeaders
  /** Among which refusals it counts; absent where the room has refused it, which counts that, and where it failed for another reason. */
  readonly refused?: RefusalCode
}> {}

const statuses: Readonly<Partial<Record<RefusalCode, number>>> = {
  "line-too-long": 413,
  "name-taken": 409,
  "no-such-room": 404,
  "not-in-room": 403,
  banned: 403,
  muted: 403,
  locked: 403,
  "not-allowed": 403,
  "room-full": 403,
  "too-many-rooms": 403,
  "too-soon": 429
}

/** After this time, in ms. */
export const retryAfter = (ms: number): OutgoingHttpHeaders => ({ "retry-after": String(Math.max(1, Math.ceil(ms / 1000))) })

const answer = ({ code, message, wait }: Refusal) => ({ status: statuses[code] ?? 400, words: message, ...(wait === undefined ? {} : { headers: retryAfter(wait) }) })

/** A refusal by the room as it is answered. */
export const ofRoom = (refusal: Refusal): NotDone => new NotDone(answer(refusal))

/** A refusal, of which the room knows nothing, as it is answered. */
export const ofRefusal = (refusal: Refusal): NotDone => new NotDone({ ...answer(refusal), refused: refusal.code })

/** How it is answered that a session has ended. */
export const ofEnded = ({ code, reason }: Ended): NotDone => {
  const words = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`
  return new NotDone(code === "removed" ? { status: 403, words } : { status: 503, words, headers: retryAfter(10_000) })
}
