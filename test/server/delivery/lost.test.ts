import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import { Roster } from "../../../src/client/Roster.ts"
import { apply } from "../../../src/domain/apply.ts"
import * as Chat from "../../../src/domain/Chat.ts"
import type { Happening } from "../../../src/domain/Entry.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { isResumption, type Reply } from "../../../src/domain/Reply.ts"
import { keepFor } from "../../../src/domain/Keep.ts"
import { Proof } from "../../../src/domain/Place.ts"
import type { Handed } from "../../../src/server/chat/Handed.ts"
import { isMove, sort, type Sorted } from "../../../src/server/delivery/crowd.ts"
import { deliver } from "../../../src/server/delivery/deliver.ts"
import { join, rename, roomNamed, say, settings } from "../../support/chat.ts"
import { always } from "../../support/property.ts"
import { Ways } from "../../support/Ways.ts"

// Crowds of people who are in several rooms, and come, are lost, come back and leave.

const rooms = ["dev", "tea", "lobby"].map(roomNamed)

/** What many do at once, one after the other: those from `from` on, so many. */
interface Deed {
  readonly what: "come" | "enter" | "exit" | "say" | "rename" | "quit" | "drop" | "return" | "wait"
  readonly from: number
  readonly count: number
  readonly room: number
}

const people = 36

const deed: FastCheck.Arbitrary<Deed> = FastCheck.record({
  what: FastCheck.constantFrom("come", "come", "enter", "enter", "enter", "exit", "say", "rename", "quit", "drop", "drop", "return", "return", "wait", "wait"),
  from: FastCheck.noBias(FastCheck.nat({ max: people - 1 })),
  count: FastCheck.constantFrom(1, 1, 2, 14, 24, people),
  room: FastCheck.noBias(FastCheck.nat({ max: rooms.length - 1 }))
})

const opening: ReadonlyArray<Deed> = [
  { what: "come", from: 0, count: 24, room: 0 },
  { what: "enter", from: 0, count: 18, room: 0 },
  { what: "enter", from: 9, count: 15, room: 1 }
]

/** Who is at a connection, over and over again. */
class Crowd {
  chat = Chat.empty<Chat.ClientId>(settings, keepFor(120_000, 1000, 1000))
  readonly told: Array<Chat.Envelope<Chat.ClientId>> = []
  readonly #clients = new Map<number, Chat.ClientId>()
  #now = 1_000_000
  #connections = 0

  do({ count, from, room, what }: Deed): void {
    if (what === "wait") {
      this.#pass(count === people ? 200_000 : 600)
      return
    }
    for (let n = 0; n < count; n += 1) this.#one((from + n) % people, what, room)
  }

  #one(who: number, what: Exclude<Deed["what"], "wait">, room: number): void {
    const client = this.#clients.get(who)
    const person = client === undefined ? undefined : Chat.personOf(this.chat, client)
    if (what === "come" || what === "return") {
      if (person !== undefined) return
      const hello = join(`p${who}`, "number")
      const known = Chat.personAt(this.chat, Proof.make(`proof ${who}`))
      if (hello._tag !== "Join" || (what === "return") !== (known !== undefined)) return
      this.#connections += 1
      this.#clients.set(who, this.#connections)
      this.#submit({ _tag: "Command", client: this.#connections, address: `10.0.0.${who}:1`, command: { ...hello, claim: { proof: Proof.make(`proof ${who}`), neighbourhood: "here", seen: undefined } } })
      return
    }
    if (client === undefined || person === undefined) return
    const asked = rooms[room] ?? rooms[0]!
    const command = (command: Extract<Happening, { readonly _tag: "Command" }>["command"]) => {
      this.#submit({ _tag: "Command", client, address: `10.0.0.${who}:1`, command })
    }
    switch (what) {
      case "enter":
        if (person.rooms.every(({ room }) => room !== asked.key)) command({ _tag: "Enter", room: asked })
        return
      case "exit":
        command({ _tag: "Exit", room: asked })
        return
      case "say":
        command(say(`${who} says something`))
        return
      case "rename":
        command(rename(`p${who} ${this.told.length}`))
        return
      case "quit":
        this.#submit({ _tag: "Quit", client, code: "quit", reason: undefined })
        this.#clients.delete(who)
        return
      case "drop":
        this.#submit({ _tag: "Drop", client, code: "lost", reason: undefined })
        this.#clients.delete(who)
    }
  }

  #pass(millis: number): void {
    this.#now += millis
    for (let due = Chat.nextDeadline(this.chat); due !== undefined && due <= this.#now; due = Chat.nextDeadline(this.chat)) this.#submit({ _tag: "Expire", by: this.#now })
  }

  #submit(happening: Happening): void {
    this.#now += 1
    const { chat, told } = apply(this.chat, { at: this.#now, ...happening }, (client) => client)
    this.chat = chat
    this.told.push(...told)
  }
}

const handedBy = (told: ReadonlyArray<Chat.Envelope<Chat.ClientId>>, ways: Ways): ReadonlyArray<Handed> => {
  // Seats of one audience are one array, as in the chat.
  const shared = new Map<Chat.Audience<Chat.ClientId>, Handed["audience"]>()
  const audienceOf = (audience: Chat.Audience<Chat.ClientId>): Handed["audience"] => {
    const known = shared.get(audience) ?? audience.map(({ id, peer }) => ({ id, peer: peer === undefined ? undefined : ways.to(peer) }))
    shared.set(audience, known)
    return known
  }
  return told.map(({ also, audience, event, room }, index): Handed => ({ place: index + 1, event, room, audience: audienceOf(audience), also: also === undefined ? undefined : audienceOf(also) }))
}

const handOver = (all: ReadonlyArray<Handed>, sizes: ReadonlyArray<number>, waits: ReadonlyArray<boolean>): void => {
  let sorted: Sorted = { now: [], held: [] }
  for (let start = 0, n = 0; start < all.length; n += 1) {
    const size = sizes[n % sizes.length]!
    sorted = sort(sorted.held, all.slice(start, start + size), waits[n % waits.length]!, sorted.debts)
    expect(deliver(sorted.now)).toEqual([])
    start += size
  }
  expect(deliver(sort(sorted.held, [], false).now)).toEqual([])
}

const gathering = {
  sizes: FastCheck.array(FastCheck.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 5 }),
  waits: FastCheck.array(FastCheck.boolean(), { minLength: 1, maxLength: 5 })
}

const nOf = (event: Reply): number => ("n" in event ? (event.n ?? 0) : 0)

const ids = (members: Iterable<{ readonly id: string }>): ReadonlyArray<string> => Array.from(members, ({ id }) => id).sort()

const isMoving = (event: Event): boolean => event._tag === "Presence" || isMove({ event, room: roomNamed("any").name })

describe("However a crowd is told of that is in several rooms, is lost and comes back,", () => {
  it("who is there all the time knows in the end who is in each of its rooms, has heard all that is no move, and all in order", () => {
    const seen = { presences: 0, lost: 0, returned: 0, readers: 0, several: 0, also: 0 }
    always(
      FastCheck.record({ deeds: FastCheck.array(deed, { minLength: 4, maxLength: 24, size: "max" }), ...gathering }),
      ({ deeds, sizes, waits }) => {
        const crowd = new Crowd()
        for (const each of [...opening, ...deeds]) crowd.do(each)
        const ways = new Ways()
        handOver(handedBy(crowd.told, ways), sizes, waits)
        const meant = new Map<Chat.ClientId, Array<Event>>()
        const resumed = new Set<Chat.ClientId>()
        for (const { also = [], audience, event } of crowd.told) {
          if (also.length > 0) seen.also += 1
          for (const { peer } of [...audience, ...also]) {
            if (peer === undefined) continue
            if (isResumption(event)) resumed.add(peer)
            meant.set(peer, [...(meant.get(peer) ?? []), event])
          }
        }
        for (const [client, events] of meant) {
          if (resumed.has(client)) continue
          const fromOutside = new Set(crowd.told.flatMap(({ also = [], event }) => (also.some(({ peer }) => peer === client) ? [event] : [])))
          const heard = ways.heardBy(client)
          const presences = heard.flatMap((event) => (event._tag === "Presence" ? [event] : []))
          seen.presences += presences.length
          seen.lost += presences.filter(({ detached = [] }) => detached.length > 0).length
          seen.returned += presences.filter(({ returned = [] }) => returned.length > 0).length
          // In the order of all.
          const numbers = heard.map(nOf)
          expect(numbers).toEqual([...numbers].sort((one, other) => one - other))
          expect(heard.filter((event) => !isMoving(event))).toEqual(events.filter((event) => !isMoving(event)))
          // Each move once: by itself, or in a line of the room that it bears.
          const person = Chat.personOf(crowd.chat, client)
          const isThere = person !== undefined
          for (const move of events.filter(isMoving)) {
            if (!("seq" in move)) continue
            const times = heard.filter((event) => event === move).length + presences.filter(({ first, room, seq }) => room === move.room && first <= move.seq && move.seq <= seq).length
            // Who hears of it outside of its room, and enters that in the same crowd, is told of all of the crowd.
            if (times > (fromOutside.has(move) ? 2 : 1) || (isThere && times === 0)) throw new Error(`${client} was told ${times} times of ${JSON.stringify(move)}`)
          }
          if (person === undefined) continue
          seen.readers += 1
          if (person.rooms.length > 1) seen.several += 1
          const roster = new Roster({ ask: () => true, enter: () => true })
          for (const event of heard) roster.heard(event)
          expect(roster.rooms.map(({ room }) => room)).toEqual(person.rooms.map(({ room }) => Chat.roomOf(crowd.chat, room).name))
          for (const { room: key } of person.rooms) {
            const { name, seats } = Chat.roomOf(crowd.chat, key)
            expect([name, ids(roster.membersIn(name))]).toEqual([name, seats.flatMap(({ id }) => id ?? []).sort()])
            const lost = [...HashMap.values(crowd.chat.people)].filter((one) => one.attachment._tag === "Detached" && Chat.membershipIn(one, key) !== undefined)
            const isAway = ids(lost.map(({ member }) => member))
            for (const id of ids(roster.awayIn(name))) expect(isAway).toContain(id)
          }
        }
      },
      300
    )
    expect(seen.presences).toBeGreaterThan(1000)
    expect(seen.lost).toBeGreaterThan(50)
    expect(seen.returned).toBeGreaterThan(0)
    expect(seen.several).toBeGreaterThan(200)
    expect(seen.also).toBeGreaterThan(100)
  })
})
