/**
 * The coalescing window of the Broadcaster, see docs/adr/0003. A fan-out (one
 * write to each member) costs nearly as much for one message as for many, so what
 * comes right after a fan-out waits for more to come. The length of the window
 * follows from what fan-outs cost, so a small or a quiet room hardly waits. All
 * times are in ms.
 */

/** What is known of the last fan-out to a room. */
export interface FanOut {
  /** When it ended, by the monotonic clock. */
  readonly end: number
  /** How long it took. */
  readonly took: number
  /** How long fan-outs take lately: a moving average that falls at once and rises slowly, so that a single slow one hardly moves it. */
  readonly usual: number
  /** How many messages it took along; joins and leaves are not counted. */
  readonly messages: number
  /** How many events it took along in all. */
  readonly size: number
}

/** Stands for the last fan-out before there was one. */
export const noFanOut: FanOut = { end: 0, took: 0, usual: 0, messages: 0, size: 0 }

/** What the Broadcaster does now. */
export type Pace =
  | { readonly _tag: "Send" }
  /** Wait until this time, whatever comes. */
  | { readonly _tag: "Wait"; readonly until: number }
  /** Look again at this time whether enough has come. */
  | { readonly _tag: "Look"; readonly at: number }

/** After up to so many messages the window is short: the next fan-out is not likely to carry more, and a longer window would only delay it. */
const few = 2

/** After so many messages or more the window is short too: a fan-out is cheap for each of them already, and a longer window would cap the throughput. */
const many = 16

/** The short window, as a multiple of how long the last fan-out took. Longer ones halve the saturated throughput (docs/adr/0003). */
const shortWindow = 0.5

/**
 * The period of fan-outs between `few` and `many` messages, from start to start,
 * as a multiple of how long a fan-out usually takes: a duty cycle of a third. A longer
 * period saves processor time, a shorter one latency (docs/adr/0003). It counts
 * from the start, so that a slow fan-out is not followed by a whole window too:
 * those who waited for both would be the slowest hundredth.
 */
const period = 3

/** The longest window between `few` and `many`, as a multiple of the longest short one: 25 ms with the defaults. */
const longWindows = 5

/** The weight of the last fan-out in the moving average: a greater one follows a growing room sooner, a smaller one ignores more of a slow fan-out. */
const weight = 0.2

/** How often to poll whether enough has come, ms: one timer a millisecond costs less than waking up for each event. */
export const lookEvery = 1

/**
 * How long joins and leaves are held, as a multiple of how long the last fan-out
 * took: a duty cycle of a ninth (docs/adr/0007). Longer saves processor time in a
 * storm of joins, where each fan-out brings one line however many have come;
 * shorter tells a room sooner who is there.
 */
const holdFactor = 8

/**
 * The longest that joins and leaves are held, ms. With 500, the duty cycle of a
 * ninth holds up to fan-outs of 62.5 ms, such as 5000 to 10,000 members cost; in
 * larger rooms it rises, to a third with fan-outs of 250 ms. With 100, it was a
 * third in a room of 5000 already (docs/adr/0007).
 */
const holdAtMost = 500

/** The record of a fan-out that went from `start` to `end`, with the moving average of the one before. */
export const after = (
  { usual }: FanOut,
  { end, messages, size, start }: { readonly start: number; readonly end: number; readonly messages: number; readonly size: number }
): FanOut => {
  const took = end - start
  return { end, took, usual: usual === 0 ? took : Math.min(took, usual + (took - usual) * weight), messages, size }
}

/** When the coalescing window after this fan-out closes; `longest` bounds the short window. */
export const windowEnd = ({ end, messages, took, usual }: FanOut, longest: number): number =>
  messages > few && messages < many
    ? Math.max(end, end - took + Math.min(usual * period, usual + longest * longWindows))
    : end + Math.min(took * shortWindow, longest)

/**
 * What to do at the time `now`, with `come` events waiting since the last fan-out.
 * After many messages the window closes early, once as many events have come
 * again: those who speak again as soon as they are heard have all done so by then.
 */
export const pace = (last: FanOut, come: number, now: number, longest: number): Pace => {
  const until = windowEnd(last, longest)
  if (now >= until) return { _tag: "Send" }
  if (last.messages < many) return { _tag: "Wait", until }
  return come >= last.size ? { _tag: "Send" } : { _tag: "Look", at: Math.min(until, now + lookEvery) }
}

/**
 * How long joins and leaves wait for more of them to come, ms: those who go at once, as when a network breaks, are
 * noticed over several turns of the event loop. Told of the first ones, the server would write to thousands who
 * have gone too, and each of these writes fails (docs/adr/0007).
 */
const crowdQuiet = 50

/** Until when joins and leaves are held that begin to come at `now`, with this fan-out as the last one. In a room where a fan-out costs little, more of them are hardly waited for. */
export const holdEnd = ({ end, took, usual }: FanOut, now: number): number =>
  Math.max(end + Math.min(took * holdFactor, holdAtMost), now + Math.min(usual, crowdQuiet))

/** Until when joins and leaves are held that began to come at `start`, where a crowd of them came just now: more are on their way. */
export const crowdEnd = (start: number, now: number): number => Math.min(start + holdAtMost, now + crowdQuiet)
