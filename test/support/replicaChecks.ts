import type { Ended, Replica } from "../../src/domain/replica/Replica.ts"
import type { Writer } from "../../src/domain/replica/Writer.ts"

/** What a state is in a story: which life of the cluster it is of, and how much has been decided in that. */
export interface State {
  readonly life: string
  readonly count: number
}

/** A node in a story. */
export interface Machine {
  replica: Replica<string>
  readonly writer: Writer<string>
  state: State
  /** What it has decided, in words, from the place `base` of that life on, at which it came in. */
  readonly history: Array<string>
  base: number
  readonly submitted: Array<string>
  readonly digests: Array<{ readonly due: number; readonly number: number; readonly value: number }>
  /** The next record it reads, in this epoch. */
  cursor: number
  epoch: number
  cut: boolean
  /** Until when it has not reached the engine again. */
  away: number
  paused: boolean
  dead: boolean
  closing: boolean
  ended: Ended | undefined
  /** When the last record was written that it has read. */
  endedAt: number
  /** When it last could not be heard, or had no state yet. */
  trouble: number
  /** When its records were written. */
  readonly landed: Array<number>
  /** The time of its last decision. */
  at: number
}

/** Whether a node has neither been killed nor ended. */
export const isUp = ({ dead, ended }: Machine): boolean => !dead && ended === undefined

/**
 * What must not be so at the end of a story, in words. Where the engine has forgotten the log, what
 * only those had read who are gone is unknown to the others: then only `live`, who are left, are compared.
 */
export const violationsIn = (machines: ReadonlyArray<Machine>, live: ReadonlyArray<Machine>, forgot: boolean): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  if (new Set(live.map(({ state }) => state.life)).size > 1) wrong.push("there are two clusters")
  if (new Set(live.map(({ state }) => state.count)).size > 1) wrong.push("some have not read all")
  for (const { ended, replica } of machines) if (ended === "differs" || ended === "unknown") wrong.push(`${replica.me.id} ended: ${ended}`)
  for (const { ended, endedAt, landed, replica, trouble } of machines) {
    // Given up in the epoch before, it may learn that only once all have returned: twice 10 s, and a little.
    if (ended === "given-up" && trouble < endedAt - 26) wrong.push(`${replica.me.id} ended: ${ended}, and was well`)
    const least = ended === "superseded" ? 3 : ended === "given-up" && !forgot ? 8 : 0
    if (landed.some((at) => at < endedAt && at > endedAt - least)) wrong.push(`${replica.me.id} ended: ${ended ?? ""}, and had spoken just before`)
  }
  const orders = new Map<string, Array<string>>()
  for (const { base, history, replica, state } of forgot ? live : machines) {
    const order = orders.get(state.life) ?? []
    orders.set(state.life, order)
    history.forEach((words, at) => {
      const known = order[base + at]
      if (known !== undefined && known !== words) wrong.push(`the order differs for ${replica.me.id} at ${base + at}: ${words}, not ${known}`)
      order[base + at] = words
    })
  }
  for (const order of orders.values()) wrong.push(...violationsOf(order))
  for (const { dead, ended, history, replica, submitted } of machines) {
    if (dead || (ended !== undefined && (ended !== "closed" || forgot))) continue
    const prefix = `:${replica.me.id}.`
    const heard = history.flatMap((words) => (words.includes(prefix) ? [words.slice(words.indexOf(":") + 1)] : []))
    if (heard.join() !== submitted.join()) wrong.push(`${replica.me.id} lost or reordered: ${heard.length} of ${submitted.length}`)
  }
  return wrong
}

// What must not be so in one order.
const violationsOf = (order: ReadonlyArray<string>): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const entries = order.filter((words) => words.includes(":"))
  if (new Set(entries).size !== entries.length) wrong.push("something is doubled")
  const gone = new Set<string>()
  // By `forEach`, as the beginning is unknown where only those are left who came later.
  order.forEach((words) => {
    const [tag = "", number = ""] = words.split(/[ :]/u)
    if (gone.has(tag === "NodeGone" ? number : tag)) wrong.push(`${words}: after it was gone`)
    if (tag === "NodeGone") gone.add(number)
  })
  return wrong
}
