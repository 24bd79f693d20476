/**
 * When the Broadcaster sends. A fan-out (one write to each member) costs nearly
 * the same however much it takes along, so what comes right after one waits for
 * company: the coalescing window. Its length follows from what fan-outs cost,
 * so a small or a quiet room hardly waits. All times are in ms.
 */

/** What is known of the last fan-out to a room. */
export interface FanOut {
  readonly end: number
  /** What it cost. */
  readonly took: number
  /** What one costs lately: a moving average that a single slow one does not move. */
  readonly usual: number
  /** How many messages it took along, comings and goings not counted. */
  readonly messages: number
  /** How much it took along in all. */
  readonly size: number
}

/** Before anything was sent. */
export const noFanOut: FanOut = { end: 0, took: 0, usual: 0, messages: 0, size: 0 }

/** What to do now. */
export type Pace =
  | { readonly _tag: "Send" }
  /** Wait until then, whatever comes. */
  | { readonly _tag: "Wait"; readonly until: number }
  /** Look again then whether enough has come. */
  | { readonly _tag: "Look"; readonly at: number }

/** Up to so many messages, the next fan-out is not likely to carry more: a long window would only delay it. */
const few = 3

/** From so many on, one more or less makes no difference to what each costs, and a long window would only cap the throughput. */
const many = 16

/** The window after few or many messages, in lengths of the last fan-out. Longer ones halve the saturated throughput. */
const shortWindow = 0.5

/**
 * Between few and many, a fan-out starts so many usual costs after the last one
 * started: a duty cycle of 45%. More saves processor time, less saves latency.
 * Counted from the start, as after a slow fan-out enough has come already: with
 * a window on top of it, those who waited for it would be the slowest hundredth.
 */
const period = 2.2

/** The longest window there, in longest short ones: what a message waits at most for the sake of others. */
const longWindows = 5

/** The weight of the last fan-out in the moving average. */
const weight = 0.2

/** How often to look whether enough has come: one timer a millisecond costs less than waking up for each that comes. */
export const lookEvery = 1

/**
 * Comings and goings wait for so many lengths of the last fan-out, so telling of
 * them has a duty cycle of a ninth. More saves processor time in a storm of
 * joins, where each fan-out brings one line however many have come; less tells
 * a room sooner who is there.
 */
const holdFactor = 8

/**
 * The longest a room waits to hear who came or went: that duty cycle holds up to
 * fan-outs of 62.5 ms, such as 5000 to 10,000 members cost. In a larger room
 * more time goes into telling, a third of it at 250 ms. With a limit of 100 ms it
 * was a third in a room of 5000 already: 34 writes a newcomer, and 13 with 400 ms.
 */
const holdAtMost = 500

/** The last fan-out, after one that went from `start` to `end`. */
export const after = (
  { usual }: FanOut,
  { end, messages, size, start }: { readonly start: number; readonly end: number; readonly messages: number; readonly size: number }
): FanOut => {
  const took = end - start
  return { end, took, usual: usual === 0 ? took : Math.min(took, usual + (took - usual) * weight), messages, size }
}

/** When the coalescing window closes; a short one is never longer than `longest`. */
export const windowEnd = ({ end, messages, took, usual }: FanOut, longest: number): number =>
  messages > few && messages < many
    ? Math.max(end, end - took + Math.min(usual * period, usual + longest * longWindows))
    : end + Math.min(took * shortWindow, longest)

/**
 * What to do with what has come since the last fan-out. After many messages the
 * window closes before its time once as much has come again: whoever speaks as
 * soon as it is heard has done so by then.
 */
export const pace = (last: FanOut, come: number, now: number, longest: number): Pace => {
  const until = windowEnd(last, longest)
  if (now >= until) return { _tag: "Send" }
  if (last.messages < many) return { _tag: "Wait", until }
  return come >= last.size ? { _tag: "Send" } : { _tag: "Look", at: Math.min(until, now + lookEvery) }
}

/** Until when comings and goings wait that nobody has to hear of yet. */
export const holdEnd = ({ end, took }: FanOut): number => end + Math.min(took * holdFactor, holdAtMost)
