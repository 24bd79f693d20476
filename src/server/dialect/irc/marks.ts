/** How far a client has read, by room or person: see https://ircv3.net/specs/extensions/read-marker. */
import type { NameKey } from "../../../domain/Nickname.ts"
import { channelOf, isChannel, keyOf, nickOf, roomOf } from "./tokens.ts"

/** Of how many rooms and people a client's marks are kept at most; of more, the one that was set longest ago goes. */
const most = 100

/** Of how many claimed names the marks are kept at most; of more, those go that nobody has looked at for the longest time. */
const mostNames = 1000

/** The marks of who has said the words of claimed names, over all its connections. They are in memory, and known to this server alone. */
export class MarksOfAccounts {
  readonly #all = new Map<NameKey, Marks>()

  /** Those of who has claimed this name. */
  of(account: NameKey): Marks {
    const marks = this.#all.get(account) ?? new Marks()
    this.claimed(account, marks)
    return marks
  }

  /** Somebody has claimed this name, and goes on with its own marks: nobody has those of who had the name before. */
  claimed(account: NameKey, marks: Marks): void {
    this.#all.delete(account)
    this.#all.set(account, marks)
    const [oldest] = this.#all.keys()
    if (this.#all.size > mostNames && oldest !== undefined) this.#all.delete(oldest)
  }
}

/** The marks of one reader: of one connection, which are gone with it, where nobody has said the words of a claimed name. */
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
