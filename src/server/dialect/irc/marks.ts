/** How far a client has read, by room or person: see https://ircv3.net/specs/extensions/read-marker. */
import { channelOf, isChannel, keyOf, nickOf, roomOf } from "./tokens.ts"

/** Of how many rooms and people a client's marks are kept at most; of more, the one that was set longest ago goes. */
const most = 100

/** The marks of one connection: they are gone with it, as a server that keeps nothing knows of nobody who is not here. */
export class Marks {
  readonly #times = new Map<string, string>()

  /** The message that says how far a room, or the talk with somebody, was read; `*` where nothing is known. */
  line(target: string): string {
    const time = this.#times.get(keyFor(target))
    return `MARKREAD ${shown(target)} ${time === undefined ? "*" : `timestamp=${time}`}`
  }

  /** Sets a mark, where it is later than the one that there is: what was read stays read. */
  set(target: string, time: string): void {
    const key = keyFor(target)
    const before = this.#times.get(key)
    this.#times.delete(key)
    this.#times.set(key, before !== undefined && before >= time ? before : time)
    const [oldest] = this.#times.keys()
    if (this.#times.size > most && oldest !== undefined) this.#times.delete(oldest)
  }
}

const keyFor = (target: string): string => (isChannel(target) ? `#${roomOf(target)?.key ?? target.toLowerCase()}` : keyOf(target))

/** The time that a client sets a mark to; `undefined` for what is none. Times of this form are in order where their words are. */
export const timeIn = (param: string): string | undefined => {
  const time = /^timestamp=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/u.exec(param)?.[1]
  return time === undefined || Number.isNaN(Date.parse(time)) ? undefined : time
}

// A target as it is shown: a room by its name, and somebody as a nick.
const shown = (target: string): string => {
  const room = isChannel(target) ? roomOf(target) : undefined
  return room === undefined ? (isChannel(target) ? target : nickOf(target)) : channelOf(room.name)
}
