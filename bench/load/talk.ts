import type { Member } from "./Member.ts"
import type { Room } from "./Room.ts"

/** Ends the talking. */
export type Stop = () => void

/** Chooses so many senders, evenly spread over the order in which the members joined; at least one member stays silent. */
export const choose = (members: ReadonlyArray<Member>, count: number): ReadonlyArray<Member> => {
  const size = Math.min(count, members.length - 1)
  return members.filter((_, i) => Math.floor((i * size) / members.length) !== Math.floor(((i + 1) * size) / members.length))
}

/**
 * An open load: the senders take turns, with `rate` messages a second of all of
 * them together. The latency of a message that goes out late counts from when it
 * was to go out (no coordinated omission).
 */
export const pace = (senders: ReadonlyArray<Member>, rate: number): Stop => {
  const start = performance.now()
  let said = 0
  let timer: NodeJS.Timeout | undefined
  const next = () => {
    for (;;) {
      const intendedAt = start + (said * 1000) / rate
      const wait = intendedAt - performance.now()
      if (wait > 0) {
        timer = setTimeout(next, wait)
        return
      }
      senders[said % senders.length]?.say(1, intendedAt)
      said += 1
    }
  }
  next()
  return () => {
    clearTimeout(timer)
  }
}

/** A closed load: every sender keeps so many messages under way, and sends the next as soon as one has reached everybody. */
export const saturate = (room: Room, senders: ReadonlyArray<Member>, inFlight: number): Stop => {
  const fill = () => {
    const now = performance.now()
    for (const sender of senders) if (sender.inFlight < inFlight) sender.say(inFlight - sender.inFlight, now)
  }
  room.onDelivered = fill
  fill()
  return () => {
    room.onDelivered = () => undefined
  }
}
