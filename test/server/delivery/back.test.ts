import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { answer, apply } from "../../../src/domain/apply.ts"
import * as Chat from "../../../src/domain/Chat.ts"
import type { Happening } from "../../../src/domain/Entry.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import type { Presence } from "../../../src/domain/PresenceEvent.ts"
import { isResumption } from "../../../src/domain/Reply.ts"
import { keepFor } from "../../../src/domain/Keep.ts"
import { Proof } from "../../../src/domain/Place.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import type { Handed } from "../../../src/server/chat/Handed.ts"
import type { Peer } from "../../../src/server/chat/Peer.ts"
import { sort, type Sorted } from "../../../src/server/delivery/crowd.ts"
import { deliver } from "../../../src/server/delivery/deliver.ts"
import type { Outbox } from "../../../src/server/delivery/Outbox.ts"
import * as Text from "../../../src/domain/Text.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { join, say, settings } from "../../support/chat.ts"
import { always } from "../../support/property.ts"
import { play, tellings } from "../../support/tellings.ts"
import { told, Ways } from "../../support/Ways.ts"

const isSame = (one: Event, other: Event | undefined): boolean => one === other || (one._tag === "Resumed" && other?._tag === "Resumed" && one.n === other.n)

/** Hands all of it over, in batches of these sizes, whose moves wait where they may and chance wants it. */
const handOver = (all: ReadonlyArray<Handed>, sizes: ReadonlyArray<number>, waits: ReadonlyArray<boolean>): void => {
  let sorted: Sorted = { now: [], held: [] }
  for (let start = 0, n = 0; start < all.length; n += 1) {
    const size = sizes[n % sizes.length]!
    sorted = sort(sorted.held, all.slice(start, start + size), waits[n % waits.length]!, sorted.debts)
    deliver(sorted.now)
    start += size
  }
  deliver(sort(sorted.held, [], false).now)
}

const gathering = {
  sizes: FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  waits: FastCheck.array(FastCheck.boolean(), { minLength: 1, maxLength: 5 })
}

describe("However it is gathered, and whatever waits,", () => {
  it("each connection of those who are cut off and come back is told what is for it, once and in order", () => {
    let resumed = 0
    always(
      FastCheck.record({ telling: tellings, ...gathering }),
      ({ sizes, telling, waits }) => {
        const { told: all } = play(telling)
        const ways = new Ways()
        const wayTo = ({ id, peer }: Chat.Seat<Chat.ClientId>) => ({ id, peer: peer === undefined ? undefined : ways.to(peer) })
        const handed = all.map(({ also, audience, event, room }, index): Handed => ({
          place: index + 1,
          event,
          room,
          audience: audience.map(wayTo),
          also: also?.map(wayTo)
        }))
        // Seats of one audience are one array, as in the chat.
        const shared = new Map(all.map(({ audience }, index) => [audience, handed[index]!.audience]))
        handOver(handed.map((each, index) => ({ ...each, audience: shared.get(all[index]!.audience)! })), sizes, waits)
        const meant = new Map<Chat.ClientId, Array<Event>>()
        for (const { also = [], audience, event } of all) {
          if (event._tag === "Goodbye") continue
          for (const { peer } of [...audience, ...also]) {
            if (peer === undefined) continue
            const before = meant.get(peer) ?? []
            before.push(...told(event))
            meant.set(peer, before)
          }
          if (event._tag === "Resumed") resumed += 1
        }
        for (const [client, events] of meant) {
          const heard = ways.heardBy(client).filter(({ _tag }) => _tag !== "Goodbye")
          if (heard.length !== events.length || heard.some((event, index) => !isSame(event, events[index]))) expect(heard).toEqual(events)
        }
      },
      200
    )
    expect(resumed).toBeGreaterThan(500)
  })
})

/** A room in which many come, are lost and come back. */
class Crowd {
  readonly ways = new Ways()
  readonly handed: Array<Handed> = []
  chat: Chat.Chat<Outbox> = Chat.empty(settings, keepFor(120_000, 1000, 1000))
  #at = 0

  submit(happening: Happening, after = 1): void {
    this.#at += after
    const { chat, told } = apply(this.chat, { at: this.#at, ...happening }, this.ways.to)
    this.chat = chat
    for (const { audience, event, room } of told) this.handed.push({ place: this.handed.length + 1, event, audience, room })
  }

  hello(client: Chat.ClientId, name: string, n?: number): void {
    const id = n === undefined ? undefined : Chat.personAt(this.chat, Proof.make(name))?.member.id
    const seen = id === undefined || n === undefined ? undefined : { id: MemberId.make(id), n }
    const hello = join(name)
    if (hello._tag === "Join") this.submit({ _tag: "Command", client, address: "", command: { ...hello, claim: { proof: Proof.make(name), neighbourhood: "here", seen } } })
  }

  ask(client: Chat.ClientId): void {
    const peer = this.ways.to(client)
    const event = answer(this.chat, { client, address: "" }, peer, { _tag: "Who" })
    this.handed.push({ place: this.handed.length + 1, event, audience: [{ id: Chat.personOf(this.chat, client)?.member.id, peer }] })
  }

  come(clients: ReadonlyArray<Chat.ClientId>): void {
    for (const client of clients) this.hello(client, `guest ${client}`)
  }

  lose(clients: ReadonlyArray<Chat.ClientId>): void {
    for (const client of clients) this.submit({ _tag: "Drop", client, code: "lost" })
  }

  expire(within = 1000): void {
    const by = this.#at + within
    for (;;) {
      const due = Chat.nextDeadline(this.chat)
      if (due === undefined || due > by) break
      this.submit({ _tag: "Expire", by: due }, Math.max(0, due - this.#at))
    }
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** The numbers of the room that these events tell of, in order. */
const seqsOf = (events: ReadonlyArray<Event>): ReadonlyArray<number> =>
  events.flatMap((event) => (event._tag === "Presence" ? range(event.first, event.seq + 1) : "seq" in event && event._tag !== "Welcome" ? [event.seq] : []))

const presences = (events: ReadonlyArray<Event>): ReadonlyArray<Presence> => events.filter((event) => event._tag === "Presence")

/** Who is there by these events, of those who they tell of: for each, whether it is there, lost or gone. */
const whereabouts = (events: ReadonlyArray<Event>): ReadonlyMap<MemberId, string> => {
  const found = new Map<MemberId, string>()
  for (const event of events) {
    if (event._tag === "Joined" || event._tag === "Returned") found.set(event.member.id, "here")
    else if (event._tag === "Left") found.set(event.member.id, "gone")
    else if (event._tag === "Detached") found.set(event.member.id, "lost")
    else if (event._tag === "Presence") {
      for (const { id } of [...event.joined, ...(event.returned ?? [])]) found.set(id, "here")
      for (const { member } of event.left) found.set(member.id, "gone")
      for (const { id } of event.detached ?? []) found.set(id, "lost")
    }
  }
  return found
}

describe("In the midst of a crowd", () => {
  it("who comes back hears of it once: what waited is told before, and not again", () => {
    always(FastCheck.record({ ...gathering, before: FastCheck.nat({ max: 40 }), after: FastCheck.nat({ max: 40 }), isTold: FastCheck.boolean() }), ({ after, before, isTold, sizes, waits }) => {
      const room = new Crowd()
      room.come([1, 2])
      const heard = room.handed.length
      room.come(range(10, 20))
      room.lose([1])
      if (isTold) room.expire()
      room.come(range(20, 20 + before))
      room.hello(100, "guest 1", heard)
      room.come(range(200, 200 + after))
      handOver(room.handed, sizes, waits)
      const back = room.ways.heardBy(100)
      expect(back[0]?._tag).toBe("Resumed")
      expect(seqsOf(back)).toEqual(range(3, Chat.roomOf(room.chat, lobby).seq + 1))
    })
  })

  it("that is lost at once, and is back at once, is told of in one line each, and nobody is missed", () => {
    const room = new Crowd()
    room.come([1])
    room.come(range(10, 40))
    const heard = room.handed.length
    room.lose(range(10, 40))
    room.expire()
    const lost = room.handed.length
    for (const client of range(10, 40)) room.hello(client + 100, `guest ${client}`, heard)
    const all = room.handed.length
    handOver(room.handed.slice(0, heard), [1000], [false])
    handOver(room.handed.slice(heard, lost), [1000], [false])
    handOver(room.handed.slice(lost, all), [1000], [false])
    const told = room.ways.heardBy(1)
    const [came, gone] = presences(told)
    expect(came).toMatchObject({ here: 31 })
    expect(gone).toMatchObject({ here: 1, joined: [], left: [] })
    expect(gone?.detached).toHaveLength(30)
    // Each of them is told again what it has missed, and those who were back before it are told of it: one by one.
    expect(told.filter(({ _tag }) => _tag === "Returned")).toHaveLength(30)
    // Her own coming, too, is in the first of these.
    expect(seqsOf(told)).toEqual(range(1, 92))
  })

  it("everybody is told all that is for its connection, once and in order, whoever is lost and comes back meanwhile, and knows in the end who is there", () => {
    let inCrowds = 0
    let backInCrowds = 0
    const people = 60
    const some = FastCheck.array(FastCheck.nat({ max: people - 1 }), { maxLength: 25 })
    const deed = FastCheck.oneof(
      { weight: 4, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Lose" as const), who: some }) },
      { weight: 6, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Return" as const), who: some }) },
      { weight: 3, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Wait" as const), millis: FastCheck.constantFrom(10, 900) }) },
      { weight: 4, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Come" as const), count: FastCheck.nat({ max: 20 }) }) },
      { weight: 3, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Ask" as const), who: FastCheck.nat({ max: people - 1 }) }) },
      { weight: 1, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Say" as const), who: FastCheck.nat({ max: people - 1 }) }) },
      { weight: 6, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Whisper" as const), who: FastCheck.nat({ max: people - 1 }), to: FastCheck.nat({ max: people - 1 }) }) }
    )
    always(FastCheck.record({ ...gathering, deeds: FastCheck.array(deed, { minLength: 10, maxLength: 40, size: "max" }) }), ({ deeds, sizes, waits }) => {
      const room = new Crowd()
      room.come(range(0, people))
      // Everybody has a connection, or none: the number up to which it has heard is that of its loss.
      const connections = new Map(range(0, people).map((who) => [who, who] as const))
      const lostAt = new Map<number, number>()
      const newcomers: Array<number> = []
      // Who somebody knew to be there when its connection was lost, and what each connection began with.
      const known = new Map<number, ReadonlySet<MemberId | undefined>>()
      const knownAtFirst = new Map<number, ReadonlySet<MemberId | undefined>>()
      const present = () => new Set(Chat.roomOf(room.chat, lobby).seats.map(({ id }) => id))
      const everybody = present()
      let next = 1000
      const here = (who: number): number | undefined => connections.get(who)
      for (const deed of deeds) {
        switch (deed._tag) {
          case "Lose":
            for (const who of new Set(deed.who)) {
              const client = here(who)
              if (client === undefined) continue
              lostAt.set(who, room.chat.seq)
              known.set(who, present())
              connections.delete(who)
              room.lose([client])
            }
            break
          case "Return":
            for (const who of new Set(deed.who)) {
              if (here(who) !== undefined) continue
              connections.set(who, (next += 1))
              knownAtFirst.set(next, known.get(who) ?? new Set())
              room.hello(next, `guest ${who}`, lostAt.get(who))
            }
            break
          case "Wait":
            room.expire(deed.millis)
            break
          case "Come":
            for (const newcomer of range(next + 1, next + 1 + deed.count)) {
              newcomers.push(newcomer)
              room.hello(newcomer, `newcomer ${newcomer}`)
              knownAtFirst.set(newcomer, present())
            }
            next += deed.count
            break
          case "Ask":
            if (here(deed.who) !== undefined) room.ask(here(deed.who) ?? 0)
            break
          case "Say":
            if (here(deed.who) !== undefined) room.submit({ _tag: "Command", client: here(deed.who) ?? 0, address: "", command: say("hello") })
            break
          case "Whisper": {
            const to = Chat.personAt(room.chat, Proof.make(`guest ${deed.to}`))?.member.id
            if (here(deed.who) !== undefined && to !== undefined) room.submit({ _tag: "Command", client: here(deed.who) ?? 0, address: "", command: { _tag: "Whisper", to, text: Text.clean("hello") } })
          }
        }
      }
      const meant = new Map<Peer, Array<Event>>()
      for (const { audience, event } of room.handed) {
        if (event._tag === "Goodbye" || event._tag === "Connected" || event._tag === "Disconnected" || event._tag === "Lines" || event._tag === "Verbatim") continue
        for (const { peer } of audience) if (peer !== undefined) meant.set(peer, [...(meant.get(peer) ?? []), ...told(event)])
      }
      handOver(room.handed, sizes, waits)
      // Who has left meanwhile is not told of a crowd any more.
      for (const client of new Set([...connections.values(), ...newcomers])) {
        const heard = room.ways.heardBy(client).filter(({ _tag }) => _tag !== "Goodbye")
        const all = meant.get(room.ways.to(client)) ?? []
        const crowds = presences(heard)
        inCrowds += crowds.length
        if (client > 1000 && heard[0]?._tag === "Resumed") backInCrowds += crowds.length
        // A newcomer is told of the crowd in which it came from its beginning.
        const first = heard[0]?._tag === "Welcome" ? heard[0].seq : 0
        expect(seqsOf(heard).filter((seq) => seq > first)).toEqual(seqsOf(all))
        // A `Resumed` bears the number up to which it tells again.
        const numbers = heard.flatMap((event) => (event._tag !== "Resumed" && "n" in event && event.n !== undefined ? [event.n] : []))
        expect(numbers).toEqual([...numbers].sort((one, other) => one - other))
        const atFirst = knownAtFirst.get(client) ?? everybody
        // What was asked is answered, in the order of asking.
        expect(heard.filter(({ _tag }) => _tag === "Members")).toEqual(all.filter(({ _tag }) => _tag === "Members"))
        const [found, right] = [whereabouts(heard), whereabouts(all)]
        const isHere = (where: string | undefined, id: MemberId): boolean => (where === undefined ? atFirst.has(id) : where === "here")
        expect([...right].filter(([id, where]) => isHere(found.get(id), id) !== isHere(where, id))).toEqual([])
      }
    }, 60)
    expect(inCrowds).toBeGreaterThan(1000)
    expect(backInCrowds).toBeGreaterThan(50)
  })

  it("that was lost at once, all are told again the same events, each of them encoded once for all", () => {
    const room = new Crowd()
    room.come([1, 2])
    room.come(range(10, 40))
    const heard = room.handed.length
    room.lose(range(10, 40))
    room.expire()
    for (const client of range(10, 40)) room.hello(client + 100, `guest ${client}`, heard)
    handOver(room.handed, [1000], [false])
    const replays = room.handed.flatMap(({ event }) => (event._tag !== "Connected" && event._tag !== "Disconnected" && isResumption(event) ? [event.replay] : []))
    expect(replays).toHaveLength(30)
    const retold = new Set(replays.flat())
    expect(retold.size).toBeGreaterThan(50)
    // Once as it happened, and once again.
    for (const event of retold) expect(room.ways.encodings(event)).toBeLessThanOrEqual(2)
  })

  it("that came and was lost meanwhile is in one line, as those are who came and went", () => {
    const room = new Crowd()
    room.come([1])
    room.come(range(10, 30))
    room.lose(range(10, 20))
    room.expire()
    room.submit({ _tag: "Quit", client: 25, code: "quit" })
    handOver(room.handed, [1000], [false])
    const [presence] = presences(room.ways.heardBy(1))
    expect(presence).toMatchObject({ here: 10 })
    expect(presence?.joined).toHaveLength(21)
    expect(presence?.detached).toHaveLength(10)
    expect(presence?.left).toMatchObject([{ member: { name: "guest 25" } }])
    expect(presence?.left[0]).not.toHaveProperty("detached")
    room.handed.length = 0
    room.submit({ _tag: "Command", client: 1, address: "", command: say("still here") })
    handOver(room.handed, [1], [false])
    expect(room.ways.heardBy(1).at(-1)).toMatchObject({ _tag: "Said" })
  })

  it("that does not come back is told of once more to programs, and not to people", () => {
    const room = new Crowd()
    room.come([1])
    room.come(range(10, 30))
    room.lose(range(10, 30))
    room.expire()
    handOver(room.handed, [1000], [false])
    room.handed.length = 0
    room.submit({ _tag: "Expire", by: 1_000_000 }, 130_000)
    handOver(room.handed, [1000], [false])
    const gone = presences(room.ways.heardBy(1)).at(-1)!
    expect(gone).toMatchObject({ here: 1, joined: [] })
    expect(gone.left).toHaveLength(20)
    for (const { detached } of gone.left) expect(detached).toBe(true)
    expect(plain.encode(gone)).toBe("")
  })
})
