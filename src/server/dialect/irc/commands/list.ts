/** The list of rooms, and what it can be searched for. */
import * as HashMap from "effect/HashMap"
import { membershipIn } from "../../../../domain/Chat.ts"
import { fits } from "../../../../domain/masks.ts"
import { folded } from "../../../../domain/Nickname.ts"
import type { Room } from "../../../../domain/Room.ts"
import { lobby } from "../../../../domain/RoomName.ts"
import type { Heard } from "../../Dialect.ts"
import type { Asking, Client, Numeric } from "../Client.ts"
import { channelOf } from "../tokens.ts"

/** Whether a room is one that is looked for, at this time. */
type Filter = (room: Room<unknown>, now: number) => boolean

/** What rooms can be searched for, as `ELIST` tells it. */
export const searches = "CMNTU"

const minute = 60_000

/** How many conditions one search has at most. */
const mostConditions = 20

// More or less than so many.
const compared = (sign: string, one: number, other: number): boolean => (sign === "<" ? one < other : one > other)

// `C<5`: made less than 5 minutes ago; `T`: its topic was set; without a letter: how many are there.
const countedBy = (letter: string, sign: string, value: number): Filter => {
  switch (letter) {
    case "C":
      return ({ made }, now) => compared(sign, now - made, value * minute)
    case "T":
      return ({ topic, topicSet }, now) => topic !== undefined && topicSet !== undefined && compared(sign, now - topicSet.at, value * minute)
    default:
      return ({ seats }) => compared(sign, seats.length, value)
  }
}

const matching = (mask: string): Filter => {
  const pattern = mask.replace(/[^*?]+/gu, (part) => folded(part))
  return ({ key }) => fits(pattern, `#${key}`)
}

interface Condition {
  readonly filter: Filter
  readonly isMask: boolean
}

/** Reads what is looked for: conditions with commas between, of which the first 20 count. */
export const conditionsOf = (words: string): ReadonlyArray<Condition> => words.split(",").filter((word) => word !== "").slice(0, mostConditions).map(filterOf)

const filterOf = (condition: string): Condition => {
  const [, letter = "", sign = "", value = ""] = /^([CT]?)([<>])(\d{1,9})$/u.exec(condition.toUpperCase()) ?? []
  if (sign !== "") return { filter: countedBy(letter, sign, Number(value)), isMask: false }
  if (!condition.startsWith("!")) return { filter: matching(condition), isMask: true }
  const others = matching(condition.slice(1))
  return { filter: (room, now) => !others(room, now), isMask: false }
}

/** What it costs to look whether a room meets one condition, in bytes of an answer that costs as much. */
const lookBytes = 8

/** The rooms among these that somebody may see, and that are what is looked for. */
export const listOf = ({ at, me }: Pick<Asking, "at" | "me">, rooms: ReadonlyArray<Room<unknown>>, filters: ReadonlyArray<Condition>): ReadonlyArray<Numeric> => {
  const masks = filters.filter(({ isMask }) => isMask)
  const others = filters.filter(({ isMask }) => !isMask)
  return rooms.flatMap((room): ReadonlyArray<Numeric> => {
    const { hidden, key, name, seats, topic = "" } = room
    if (hidden && (me === undefined || membershipIn(me, key) === undefined)) return []
    // The lobby is there also where nobody is in it; as a room of IRC it is not, then.
    if (key === lobby && seats.length === 0) return []
    // One of several masks is enough; all else has to hold.
    const isWanted = (masks.length === 0 || masks.some(({ filter }) => filter(room, at))) && others.every(({ filter }) => filter(room, at))
    return isWanted ? [["322", [channelOf(name), String(seats.length)], topic]] : []
  })
}

/** The command `LIST`. */
export function* list(client: Client, [conditions = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const asking = yield* client.see((asking) => asking)
  if (asking === undefined) return
  const filters = conditionsOf(conditions)
  yield client.numeric("321", ["Channel"], "Users  Name")
  yield* client.numericsAbout([...HashMap.values(asking.chat.rooms)], lookBytes * filters.length, (rooms) => listOf(asking, rooms, filters))
  yield client.numeric("323", [], "End of /LIST")
}
