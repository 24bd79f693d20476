import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import type { Welcome } from "../../../src/domain/Event.ts"
import type { Entered } from "../../../src/domain/RoomEvent.ts"
import type { Joined, Left, Presence } from "../../../src/domain/PresenceEvent.ts"
import type { Reply } from "../../../src/domain/Reply.ts"
import type { RoomName } from "../../../src/domain/RoomName.ts"
import { crowd } from "../../../src/domain/spans.ts"
import type { Handed } from "../../../src/server/chat/Handed.ts"
import { isMove, sort, type Sorted } from "../../../src/server/delivery/crowd.ts"
import { deliver } from "../../../src/server/delivery/deliver.ts"
import type { Peer } from "../../../src/server/chat/Peer.ts"
import { wordsOf } from "../../support/handed.ts"
import { always } from "../../support/property.ts"
import { type Client, crowdedDays, days, type Happening, House, type Kind, rooms, type Visit } from "../../support/rooms.ts"

type Batch = ReadonlyArray<Handed>

const play = ({ all, kinds }: { readonly all: ReadonlyArray<Happening>; readonly kinds: ReadonlyArray<Kind> }): House => {
  const house = new House(kinds)
  for (const happening of all) house.happen(happening)
  return house
}

const sizes = FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })

const isOwn = ({ event }: Handed, { interpreter, member }: Client): boolean =>
  (event._tag === "Said" || event._tag === "Acted") && event.from.id === member?.id && !interpreter.echo

/** The model: each event is handed to each of its audience, one by one. */
const oneByOne = (batch: Batch, house: House): ReadonlyMap<Peer, string> => {
  const clients = new Map<Peer, Client>(house.clients.map((client) => [client.outbox, client]))
  const told = new Map<Peer, string>()
  for (const handed of batch) {
    const { audience, event } = handed
    if (event._tag === "Connected" || event._tag === "Disconnected") continue
    for (const { peer } of audience) {
      if (peer === undefined) continue
      const client = clients.get(peer)!
      if (isOwn(handed, client)) continue
      const words = wordsOf(event, client)
      told.set(peer, (told.get(peer) ?? "") + words)
    }
  }
  return told
}

/** In batches of about these sizes, in none of which there is a crowd. */
const withoutCrowds = (all: Batch, sizes: ReadonlyArray<number>): ReadonlyArray<Batch> => {
  const batches: Array<Array<Handed>> = [[]]
  for (const handed of all) {
    const batch = batches.at(-1)!
    const moves = batch.filter((other) => other.room === handed.room && other.event._tag === handed.event._tag)
    if (batch.length >= sizes[batches.length % sizes.length]! || moves.length === crowd) batches.push([handed])
    else batch.push(handed)
  }
  return batches
}

describe("In four rooms, whatever happens and however it is gathered,", () => {
  it("each client is told just what is for it, of each room in the order of all, as if one by one, in one write", () => {
    const seen = { batches: 0, severalRooms: 0 }
    always(
      FastCheck.record({ day: days, sizes }),
      ({ day, sizes }) => {
        const house = play(day)
        for (const batch of withoutCrowds(house.handed, sizes)) {
          for (const { connection } of house.clients) connection.writes.length = 0
          deliver(batch)
          const expected = oneByOne(batch, house)
          const mayWrite = batch.some(({ event }) => event._tag === "Goodbye") ? 2 : 1
          for (const { connection, outbox } of house.clients) {
            const told = connection.writes.join("")
            if (told !== (expected.get(outbox) ?? "")) expect(told).toBe(expected.get(outbox) ?? "")
            if (connection.writes.length > mayWrite) expect(connection.writes).toHaveLength(mayWrite)
          }
          seen.batches += 1
          if (new Set(batch.map(({ room }) => room)).size > 2) seen.severalRooms += 1
        }
      },
      3000
    )
    expect(seen.batches).toBeGreaterThan(3000)
    expect(seen.severalRooms).toBeGreaterThan(1000)
  })
})

/** What happened in a room, by its number. */
type History = ReadonlyMap<string, Handed>

const keyOf = (room: RoomName, seq: number) => `${room} ${seq}`

const historyOf = ({ handed }: House): History =>
  new Map(handed.flatMap((each) => (each.room !== undefined && "seq" in each.event ? [[keyOf(each.room, each.event.seq), each] as const] : [])))

/** Hands it all over in batches, whose moves wait wherever they may and chance wants it. */
const handOver = (all: Batch, sizes: ReadonlyArray<number>, waits: ReadonlyArray<boolean>) => {
  let held: Batch = []
  let debts: Sorted["debts"]
  let overtaken = 0
  for (let start = 0, n = 0; start < all.length; n += 1) {
    const size = sizes[n % sizes.length]!
    const sorted = sort(held, all.slice(start, start + size), waits[n % waits.length]!, debts)
    deliver(sorted.now)
    if (sorted.held.length > 0 && sorted.now.length > 0) overtaken += 1
    held = sorted.held
    debts = sorted.debts
    expectFewAudiences(held)
    start += size
  }
  deliver(sort(held, [], false).now)
  return overtaken
}

// What waits keeps the memory of few member lists, however many moves it is.
const expectFewAudiences = (held: Batch) => {
  for (const room of rooms) {
    const audiences = new Set(held.flatMap((move) => (move.room === room ? [move.audience] : [])))
    if (audiences.size > 2 * crowd) throw new Error(`${audiences.size} member lists of one room are kept`)
  }
}

/** A presence stands for all moves of its room from its first number to its own: who is there after them and was not before. */
const checkPresence = ({ first, here, joined, left, room, seq }: Presence, history: History) => {
  const isHere = new Set<string>()
  const before = new Set<string>()
  const moved = new Set<string>()
  for (let n = 1; n <= seq; n += 1) {
    const { event } = history.get(keyOf(room, n))!
    if (n === first) for (const id of isHere) before.add(id)
    if (event._tag === "Joined") isHere.add(event.member.id)
    if (event._tag === "Left") isHere.delete(event.member.id)
    if (n < first) continue
    expect(["Joined", "Left"]).toContain(event._tag)
    if (event._tag === "Joined" || event._tag === "Left") moved.add(event.member.id)
  }
  const ids = { joined: joined.map(({ id }) => id), left: left.map(({ member }) => member.id) }
  expect(new Set(ids.joined).size).toBe(ids.joined.length)
  expect(new Set(ids.left).size).toBe(ids.left.length)
  const after = new Set<string>(before)
  for (const id of ids.joined) after.add(id)
  for (const id of ids.left) after.delete(id)
  expect([...after].sort()).toEqual([...isHere].sort())
  for (const id of [...ids.joined, ...ids.left]) expect(moved.has(id)).toBe(true)
  expect(here).toBe(isHere.size)
}

/** What one client was told. */
interface Heard {
  readonly client: Client
  readonly events: ReadonlyArray<Reply>
}

// To the first room one comes by a welcome.
const isWelcome = (event: Reply): event is Welcome | Entered => event._tag === "Welcome" || event._tag === "Entered"

const isComingOrGoing = (event: Reply): event is Joined | Left | Presence => event._tag === "Joined" || event._tag === "Left" || event._tag === "Presence"

/** All that is no move reached it whole, in the order of all. */
const checkWords = ({ client, events }: Heard, house: House) => {
  const meant = house.handed.filter((each) => !isMove(each) && each.audience.some(({ peer }) => peer === client.outbox) && !isOwn(each, client))
  const heard = events.filter((event) => !isComingOrGoing(event))
  if (heard.length !== meant.length || heard.some((event, n) => event !== meant[n]!.event)) expect(heard).toEqual(meant.map(({ event }) => event))
}

/** What it was told stands in the order of all, rooms and replies together: a presence where its last move stood. */
const checkPlaces = ({ events }: Heard, places: ReadonlyMap<Handed["event"], number>, history: History) => {
  let last = 0
  for (const event of events) {
    const place = event._tag === "Presence" ? history.get(keyOf(event.room, event.seq))!.place : places.get(event)
    if (place === undefined || place <= last) throw new Error(`${JSON.stringify(event)} was told after place ${last}`)
    last = place
  }
}

/** The last number says how far it has heard, of all its rooms and of what is said to it alone, wherever its connection is cut: nothing with a smaller one is told later. */
const checkCuts = ({ client, events }: Heard, history: History) => {
  let last = 0
  for (const event of events) {
    if (!("n" in event) || event.n === undefined) continue
    if (event._tag === "Presence") {
      for (let seq = event.first; seq < event.seq; seq += 1) {
        const { audience, place } = history.get(keyOf(event.room, seq))!
        if (place < last && audience.some(({ peer }) => peer === client.outbox)) throw new Error(`${client.member?.name} was told number ${last} before ${place}`)
      }
    }
    // A welcome is to who is in no room before.
    if (event._tag !== "Welcome") last = event.n
  }
}

/** One stay in a room, by its numbers: each is told once, from the welcome on, none of before it and none of after it. */
const checkVisit = (visit: Visit, { client, events }: Heard, house: House, history: History, untold: (room: RoomName, seq: number) => boolean) => {
  const { entered, left, room } = visit
  let next = entered + 1
  const start = events.findIndex((event) => isWelcome(event) && event.room === room && event.seq === entered)
  if (start === -1) throw new Error(`${client.member?.name} was not welcomed as ${keyOf(room, entered)}`)
  for (const event of events.slice(start + 1)) {
    if (!("room" in event) || !("seq" in event) || event.room !== room) continue
    if (isWelcome(event)) break
    // What it said itself and does not get back.
    while (next < event.seq && isOwn(history.get(keyOf(room, next))!, client)) next += 1
    const first = event._tag === "Presence" ? event.first : event.seq
    if (event._tag !== "Presence" && event !== history.get(keyOf(room, event.seq))?.event) throw new Error(`${JSON.stringify(event)} has not happened`)
    // Whoever comes in the middle of a crowd is told of all of it.
    const isFromBefore = event._tag === "Presence" && next === entered + 1 && first < next
    if ((first !== next && !isFromBefore) || event.seq < next || event.seq >= left) {
      throw new Error(`${client.member?.name} was told ${JSON.stringify(event)} instead of number ${next}, and left with ${left}`)
    }
    next = event.seq + 1
  }
  // Whoever leaves in a crowd is not told of that crowd any more, nor of one right before it.
  const end = Math.min(left, house.seqOf(room) + 1)
  for (; next < end; next += 1) {
    const isTold = isOwn(history.get(keyOf(room, next))!, client)
    if (!isTold && !(left !== Infinity && untold(room, next))) throw new Error(`${client.member?.name} was not told of ${keyOf(room, next)}`)
  }
}

/** Whether something was told to another room between the first and the last of the moves for which a presence stands. */
const isAcross = ({ first, room, seq }: Presence, { handed }: House, history: History): boolean => {
  const [from, to] = [first, seq].map((number) => history.get(keyOf(room, number))?.place ?? 0)
  return handed.some((each) => each.room !== undefined && each.room !== room && each.place > from! && each.place < to!)
}

/** Whether so many moves stand around this number that they may be told of in one line: those of them who hear of another room too are told one by one. */
const isInCrowd = (history: History, room: RoomName, seq: number): boolean => {
  const isMoveAt = (n: number) => isMove(history.get(keyOf(room, n)) ?? { event: { _tag: "Connected", at: 0 } })
  let [first, last] = [seq, seq]
  while (isMoveAt(first - 1)) first -= 1
  while (isMoveAt(last + 1)) last += 1
  return last - first + 1 > crowd
}

/** Plays this for noting clients, and delivers it as one batch: what each was told that had come before, and what those are told who come. */
const inOneBatch = (before: ReadonlyArray<Happening>, crowd: ReadonlyArray<Happening>) => {
  const house = play({ kinds: ["noting"], all: before })
  const { length } = house.handed
  for (const happening of crowd) house.happen(happening)
  deliver(sort([], house.handed.slice(length), false).now)
  return house.clients.map((client) => house.heardBy(client))
}

const enters = (who: number, room: number): Happening => ({ _tag: "Enter", who, to: 0, room })

describe("Where crowds come to several rooms in turns,", () => {
  const many = 4 * crowd
  const turns = Array.from({ length: many }, (_, n): Happening => ({ _tag: "Come", room: n % 2, count: 1 }))
  const connect = { _tag: "Connect" } as const

  it("who is in one hears of it in one line, and who is in both hears all in its order", () => {
    const [one = [], other = [], both = []] = inOneBatch([connect, connect, connect, enters(0, 0), enters(1, 1), enters(2, 0), enters(2, 1)], turns)
    for (const heard of [one, other]) {
      expect(heard).toMatchObject([{ _tag: "Presence" }])
      expect(heard.flatMap((event) => (event._tag === "Presence" ? event.joined : []))).toHaveLength(many / 2)
    }
    expect(both.map(({ _tag }) => _tag)).toEqual(turns.map(() => "Joined"))
    expect(both.flatMap((event) => ("n" in event ? [event.n ?? 0] : [])).every((n, place, all) => n > (all[place - 1] ?? 0))).toBe(true)
  })

  it("where more than a quarter are in both, all hear it one by one, as it costs no more", () => {
    const before = Array.from({ length: many }, (_, who): ReadonlyArray<Happening> => [connect, enters(who, 0), enters(who, 1)]).flat()
    const [first = []] = inOneBatch([...before, connect, enters(many, 0)], turns)
    expect(first.map(({ _tag }) => _tag)).toEqual(turns.map(() => "Joined"))
  })

  it("who comes from another room is told first that it has entered, and then of the crowd in one line", () => {
    const before = Array.from({ length: many + 1 }, (_, who): ReadonlyArray<Happening> => [connect, enters(who, 0)]).flat()
    const [there = [], ...coming] = inOneBatch([...before, enters(0, 1)], Array.from({ length: many }, (_, n) => enters(n + 1, 1)))
    expect(there).toMatchObject([{ _tag: "Presence", here: many + 1 }])
    for (const heard of coming.slice(0, -1)) expect(heard).toMatchObject([{ _tag: "Entered" }, { _tag: "Presence", here: many + 1 }])
  })
})

describe("In four rooms, where crowds come and go and wait to be told of,", () => {
  it("each is told of its own rooms alone, from its welcome to its leaving, once, in the order of all", () => {
    const seen = { presences: 0, acrossRooms: 0, overtaken: 0, several: 0 }
    always(
      FastCheck.record({ day: crowdedDays, sizes: FastCheck.array(FastCheck.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }), waits: FastCheck.array(FastCheck.boolean(), { minLength: 1, maxLength: 6 }) }),
      ({ day, sizes, waits }) => {
        const house = play(day)
        const history = historyOf(house)
        seen.overtaken += handOver(house.handed, sizes, waits)
        const all = house.clients.map((client): Heard => ({ client, events: house.heardBy(client) }))
        for (const presence of new Set(all.flatMap(({ events }) => events))) if (presence._tag === "Presence") checkPresence(presence, history)
        seen.acrossRooms += [...new Set(all.flatMap(({ events }) => events))].filter((event) => event._tag === "Presence" && isAcross(event, house, history)).length
        const places = new Map(house.handed.map(({ event, place }) => [event, place]))
        const alone = new Set(all.flatMap(({ events }) => events.flatMap((event) => (isComingOrGoing(event) && event._tag !== "Presence" ? [keyOf(event.room, event.seq)] : []))))
        const untold = (room: RoomName, seq: number) => isMove(history.get(keyOf(room, seq))!) && (isInCrowd(history, room, seq) || !alone.has(keyOf(room, seq)))
        for (const heard of all) {
          checkWords(heard, house)
          checkPlaces(heard, places, history)
          checkCuts(heard, history)
          for (const visit of house.visits) if (visit.client === heard.client) checkVisit(visit, heard, house, history, untold)
          seen.presences += heard.events.filter(({ _tag }) => _tag === "Presence").length
        }
        if (house.clients.some((client) => new Set(house.visits.flatMap((visit) => (visit.client === client ? [visit.room] : []))).size > 1)) seen.several += 1
      },
      1500
    )
    expect(seen.presences).toBeGreaterThan(1000)
    expect(seen.acrossRooms).toBeGreaterThan(300)
    expect(seen.overtaken).toBeGreaterThan(300)
    expect(seen.several).toBeGreaterThan(1000)
  })
})
