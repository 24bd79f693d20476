import { describe, expect, it } from "@effect/vitest"
import { Ledger, noRoomCounts, type RoomCounts, type Rule } from "../support/Ledger.ts"
import { always } from "../support/property.ts"
import { samples } from "../support/samples.ts"
import { play, rulings, type Telling } from "../support/tellings.ts"

const runs = 800

const faultsOf = ({ faults }: Ledger, wanted: Rule): string => faults.flatMap(([rule, words]) => (rule === wanted ? [words] : [])).join("; ")

// Told once for all of these; a story in which a rule is broken is told again, and cut down.
const told = (tellings: ReadonlyArray<Telling>): ReadonlyArray<Ledger> => tellings.map((telling) => new Ledger(play(telling)))

/** How often something has to happen in so many stories at least: a property of stories in which nothing of the kind happens proves nothing. */
const leastOf: RoomCounts = {
  enters: 3000,
  enteredAgain: 2000,
  exits: 1000,
  roomsMade: 1500,
  roomsMadeAgain: 40,
  roomsGone: 150,
  successions: 500,
  successionsByLoss: 5,
  topics: 800,
  ops: 500,
  deops: 30,
  kicks: 200,
  bans: 600,
  mutes: 600,
  lifted: 30,
  locks: 1000,
  byWord: 100,
  byInvitation: 40,
  invited: 300,
  refusedBanned: 150,
  refusedMuted: 150,
  refusedLocked: 400,
  refusedNotAllowed: 2000,
  refusedTooMany: 400,
  bannedByAnother: 5,
  ended: 15,
  byServer: 600
}

const keys = (counts: RoomCounts) => Object.keys(counts).filter((key): key is keyof RoomCounts => key in counts)

describe("Five people who enter, leave and rule rooms, whatever is lost on the way:", () => {
  const ledgers = told(samples(rulings, runs))

  const promise = (name: string, rule: Rule) => {
    it(name, () => {
      if (ledgers.every((ledger) => faultsOf(ledger, rule) === "")) return
      always(rulings, (telling) => { expect(faultsOf(new Ledger(play(telling)), rule)).toBe("") }, runs)
    })
  }

  promise("nobody acts above its role, and nobody's role rises but by somebody who may give it", "roles")
  promise("a room has one owner, whoever leaves, and its successor is who the rules say", "owner")
  promise("who is banned does not get in, also under another name or over another connection, until the ban ends or is lifted", "bans")
  promise("who is muted says nothing there, until that ends or is lifted", "mutes")
  promise("a locked room lets in who has its word or is invited, and an invitation holds once, and for ten minutes", "locks")
  promise("who speaks in a room or leaves it was there", "told")

  it("do all of that often enough", () => {
    const seen = noRoomCounts()
    for (const { counts } of ledgers) for (const key of keys(seen)) seen[key] += counts[key]
    expect(keys(seen).filter((key) => seen[key] < leastOf[key]).map((key) => [key, seen[key]])).toEqual([])
  })
})
