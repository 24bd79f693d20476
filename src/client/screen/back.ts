import type { Event, Resumed, Welcome } from "../../domain/Event.ts"
import { type Conversation, info, type Step, step } from "./step.ts"

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8)

/** Whether it is the same life that goes on with this: the same place, of the same start of the server. */
export const isSameLife = ({ heard, me }: Conversation, event: Resumed | Welcome): event is Resumed =>
  event._tag === "Resumed" && event.you.id === me?.id && event.instance === heard?.instance

/** The conversation of somebody who is back as who they were; what was missed is told after this. */
export const back = (before: Conversation, answer: Resumed): Step => {
  const { at, gaps, last, rooms, you } = answer
  const place = rooms.find(({ room }) => room === before.room)
  const meanwhile = place === undefined || before.heard === undefined ? 0 : Math.max(0, place.seq - before.heard.seq)
  // What was taken has its receipt in what follows, if that is kept; the rest is sent again by the client.
  const taken = last === undefined ? 0 : before.pending.findIndex(({ ref }) => ref === last) + 1
  const after: Conversation = {
    ...before,
    me: you,
    lostAt: undefined,
    pending: before.pending.slice(taken),
    ...(gaps && place !== undefined ? { here: place.here, recount: recountOf(answer, before.room) } : { recount: undefined })
  }
  return step(after, info(`Lost ${clock(before.lostAt ?? at)}, back ${clock(at)}, ${meanwhile} meanwhile.`))
}

/** How many will be here once what was missed has been told. */
export const recountOf = ({ n, rooms }: Resumed, room: string): Conversation["recount"] => {
  const place = rooms.find((each) => each.room === room)
  return place === undefined || n === undefined ? undefined : { n, here: place.here }
}

/** What is said of events that are missing before this one, of those that were missed; `undefined` where none are. */
export const gapBefore = ({ heard, recount }: Conversation, event: Event): string | undefined => {
  if (heard === undefined || recount === undefined || !("seq" in event) || event.room !== heard.room) return undefined
  const first = event._tag === "Presence" ? event.first : event.seq
  const lost = first - heard.seq - 1
  return lost <= 0 ? undefined : lost === 1 ? "1 message is lost." : `${lost} messages are lost.`
}

/** The conversation once all that was missed has been told: who is here was told with the return where some of it is lost. */
export const toldAfterLoss = (before: Conversation, event: Event): Conversation =>
  before.recount !== undefined && "n" in event && (event.n ?? 0) > before.recount.n
    ? { ...before, here: event._tag === "Returned" ? before.recount.here - 1 : before.recount.here, recount: undefined }
    : before
