import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { ClientId } from "../../src/domain/ClientId.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import { noKeep } from "../../src/domain/Keep.ts"
import { partsOf, restored } from "../../src/domain/replica/state.ts"
import { decodePart, encodePart } from "../../src/domain/replica/Part.ts"
import { digest } from "../../src/domain/replica/digest.ts"
import { settings } from "../support/chat.ts"
import { always } from "../support/property.ts"
import { logs, type Played } from "../support/happenings.ts"
import { play, tellings } from "../support/tellings.ts"

// The state of a chat that another machine gets.

const runs = 60

const emptyLike = (chat: Chat.Chat<unknown>) => Chat.empty<never>({ ...settings, instance: "another" }, chat.keep, chat.bounds, chat.history)

/** The same state on another machine: its parts have travelled as text. */
const sent = (chat: Chat.Chat<unknown>): Chat.Chat<never> =>
  restored(emptyLike(chat), [...partsOf(chat)].map((part) => Either.getOrThrow(decodePart(encodePart(part)))))

/** What the rest of a log comes to: what was told to whom, in order, and the state. */
const replay = <Peer>(begin: Chat.Chat<Peer>, log: ReadonlyArray<Entry>, peerOf: (client: ClientId) => Peer | undefined) => {
  let chat = begin
  const told: Array<unknown> = []
  for (const entry of log) {
    const decision = apply(chat, entry, peerOf)
    chat = decision.chat
    for (const { also, audience, event, from, room, seq } of decision.told) told.push({ seq, event, from, room, to: audience.map(({ id }) => id), also: also?.map(({ id }) => id) })
  }
  return { chat, told }
}

const nobody = () => undefined

// A state as data that can be compared: maps by their keys, without peers.
const plain = (value: unknown): unknown => {
  if (HashMap.isHashMap(value)) return HashMap.toEntries(value).map(([key, each]): [string, unknown] => [String(key), plain(each)]).sort(([one], [other]) => (one < other ? -1 : 1))
  if (HashSet.isHashSet(value)) return [...value].map(String).sort()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  // What is in the heap of deadlines and does not count may differ. Whether a name is reserved is of no use once it is borne.
  const entries = Object.entries(value).filter(([key, each]) => !["peer", "heap", "isReserved"].includes(key) && each !== undefined)
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each)]))
}

const cutsOf = ({ log }: Pick<Played, "log">): ReadonlyArray<number> => [0, Math.floor(log.length / 3), Math.floor((2 * log.length) / 3), log.length]

const stories = tellings.map((telling) => {
  const { chat, keep, log, states } = play(telling)
  return { begin: Chat.empty<ClientId>(settings, keep, chat.bounds), log, states }
})

describe.each([["of stories", stories] as const, ["of any entries", logs] as const])("The state of a chat %s, sent to another machine", (_, all) => {
  it("comes to the same there, whatever follows", () => {
    let cuts = 0
    always(
      all,
      (story) => {
        for (const cut of cutsOf(story)) {
          const before = story.states[cut - 1]
          if (before === undefined) continue
          cuts += 1
          const there = sent(before)
          expect(digest(there)).toBe(digest(before))
          const rest = story.log.slice(cut)
          const here = replay(before, rest, (client) => client)
          const copy = replay(there, rest, nobody)
          expect(copy.told).toEqual(here.told)
          expect(digest(copy.chat)).toBe(digest(here.chat))
        }
      },
      runs
    )
    expect(cuts).toBeGreaterThan(runs)
  })

  it("is decided alike where the clients of other machines cannot be reached", () => {
    always(
      all,
      ({ begin, log, states }) => {
        const each = replay(begin, log, (client) => client)
        const some = replay(begin, log, (client) => (client % 2 === 0 ? client : undefined))
        const chat = states.at(-1) ?? begin
        expect(some.told).toEqual(each.told)
        expect([digest(some.chat), digest(each.chat)]).toEqual([digest(chat), digest(chat)])
      },
      runs
    )
  })

  it("has everything in it there that it has here, but for the ways to clients", () => {
    always(
      all,
      ({ begin, states }) => {
        for (const chat of [Math.floor(states.length / 2), states.length].map((place) => states[place - 1] ?? begin)) expect(plain(sent(chat))).toEqual(plain(chat))
      },
      runs
    )
  })
})

describe("A part of the state of a chat", () => {
  it("is read by the field, and what is none is refused", () => {
    const chat = Chat.empty<never>(settings, noKeep)
    for (const part of partsOf(chat)) expect(Either.isRight(decodePart(encodePart(part)))).toBe(true)
    for (const line of ["", "{}", '{"_tag":"Person"}', '{"_tag":"Room","key":""}', "nothing"]) expect(Either.isLeft(decodePart(line)), line).toBe(true)
  })
})
