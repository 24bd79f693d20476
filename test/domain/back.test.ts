import { describe, expect, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"

import * as Schema from "effect/Schema"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { type Join, joinOrRefuse } from "../../src/domain/command/join.ts"
import { Entry } from "../../src/domain/Entry.ts"
import * as Deadlines from "../../src/domain/Deadlines.ts"
import type { Event } from "../../src/domain/Event.ts"
import type { MemberId } from "../../src/domain/Member.ts"
import { isResumption } from "../../src/domain/Reply.ts"
import { ageOf, keepFor } from "../../src/domain/Keep.ts"
import { Proof } from "../../src/domain/Place.ts"
import { named, settings } from "../support/chat.ts"
import { always, remembered } from "../support/property.ts"
import { Ledger } from "../support/Ledger.ts"
import { checkState, inOrder, same, stateOf } from "../support/stateOf.ts"
import type { Story } from "../support/Story.ts"
import { type Counts, isOfPerson, type Life, noCounts } from "../support/StoryClient.ts"
import { keepIn, play, type Telling, tellings } from "../support/tellings.ts"

const runs = 300

// All are tried on the same stories, each of which is played once.
const played = remembered((telling: Telling) => play(telling))

const promise = (name: string, holds: (story: Story, telling: Telling) => void) => {
  it(name, () => {
    const seen = noCounts()
    always(
      tellings,
      (telling) => {
        const story = played(telling)
        for (const key of keys(seen)) seen[key] += story.counts[key]
        holds(story, telling)
      },
      runs
    )
    // A property of stories in which nothing of the kind happens proves nothing.
    expect(keys(seen).filter((key) => seen[key] < leastOf[key]).map((key) => [key, seen[key]])).toEqual([])
  })
}

const keys = (counts: Counts) => Object.keys(counts).filter((key): key is keyof Counts => key in counts)

/** How much has to happen in so many stories at least. */
const leastOf: Counts = {
  resumes: 900,
  silentResumes: 300,
  takeovers: 200,
  replayed: 600,
  losses: 100,
  thieves: 100,
  expired: 60,
  resent: 200,
  lostUp: 200,
  lostDown: 900,
  tooSoon: 20,
  returnedToWriter: 50,
  whispersWhileAway: 50,
  nameless: 100,
  resumesInSeveralRooms: 300,
  replaysOfSeveralRooms: 100,
  removedWhileAway: 5,
  noticesOutsideLobby: 5,
  backs: 60,
  backsWithLosses: 4,
  wrongWords: 100
}

type Envelope = Chat.Envelope<Chat.ClientId>

const nOf = (event: Event): number => ("n" in event ? (event.n ?? 0) : 0)

// Who enters is told alone how the room is, with its number.
const isOfRoom = (event: Event) => "seq" in event && event._tag !== "Entered"
const ofOwn = (events: ReadonlyArray<Event>) => events.filter((event) => !isOfRoom(event))

const moves: ReadonlySet<string> = new Set(["Joined", "Left", "Detached", "Returned"])

// Who comes back by words hears from where it was lost on; a program that was started again, all since the place is kept.
const heardFrom = ({ heardFrom, states }: Story, { backAt, id, isFromStart }: Life): number => {
  if (isFromStart) return 0
  if (backAt !== undefined) return heardFrom.get(backAt) ?? 0
  for (const state of states) {
    const place = Chat.personWith(state, id)?.place
    if (place !== undefined) return place.since
  }
  throw new Error(`${id} has no place`)
}

const isWhole = ({ hasGaps, missed }: Life): boolean => !hasGaps && missed === 0

describe("Five people whose connections are cut again and again, whatever is lost on the way:", () => {
  promise("who comes back hears what those hear who stay, once and in order, its own stream too; or it is counted what is gone", (story) => {
    const ledger = new Ledger(story)
    for (const client of story.clients) {
      expect(client.faults.join("; ")).toBe("")
      client.lives.forEach((life, index) => {
        const from = heardFrom(story, life)
        const meant = ledger.meantFor(story, life.id)
        const numbers = life.heard.map(nOf)
        // Once, and in order.
        expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
        // What was meant for it, and nothing else: nothing from before or after its time in a room.
        const events = life.heard.filter(({ _tag }) => _tag !== "Presence")
        const heard = new Set(events)
        const isMeant = new Set(meant)
        expect(events.filter((event) => !isMeant.has(event))).toEqual([])
        // A life that was cut short ends somewhere; the last one, which the story brings back, is complete.
        const isLast = index === client.lives.length - 1 && client.isIn
        const end = isLast ? Infinity : (numbers.at(-1) ?? 0)
        const until = meant.filter((event) => nOf(event) > from && nOf(event) <= end)
        const lacking = until.filter((event) => !heard.has(event))
        if (isWhole(life)) expect(lacking).toEqual([])
        // What is missing is said to be: by the server, and by a gap in the numbers of its room.
        if (life.missed > 0) expect(life.hasGaps).toBe(true)
        if (life.isCounted && isLast) {
          const ofRooms = lacking.filter((event) => isOfRoom(event) && !isOfPerson(event))
          expect(ofRooms.length).toBeLessThanOrEqual(life.missed + life.nameless)
          // However many come and go: where no number is missing, nothing is but their names.
          if (life.missed === 0) expect(ofRooms.filter((event) => !moves.has(event._tag))).toEqual([])
        }
        // Of what was for it alone nothing is missing that is not said to be.
        if (!life.hasGaps) expect(ofOwn(lacking)).toEqual([])
      })
    }
  })

  promise("nothing is said twice, and nothing is pending in the end: it was said, or given back to its writer", (story) => {
    const said = new Map<string, number>()
    for (const { event } of story.told) if (event._tag === "Said") said.set(event.text, (said.get(event.text) ?? 0) + 1)
    for (const [text, times] of said) expect([text, times]).toEqual([text, 1])
    for (const client of story.clients) {
      expect(client.pending).toEqual([])
      for (const text of client.typed) {
        if (!said.has(text) && !client.returned.includes(text)) throw new Error(`${text} was not said, and its writer does not know`)
      }
    }
  })

  promise("what is told is numbered without a gap, and so is the room; no number comes again", (story) => {
    story.told.forEach(({ event, seq }, index) => {
      expect(seq).toBe(index + 1)
      expect(nOf(event)).toBe(isResumption(event) ? seq - 1 : seq)
    })
    const last = new Map<string, number>()
    for (const { after, before, told } of story.steps) {
      for (const { event, room } of told) {
        if (room === undefined || !("seq" in event)) continue
        const key = keyOf(before, room) ?? keyOf(after, room) ?? ""
        const seq = last.get(key) ?? 0
        // A room that has come again goes on with greater numbers.
        if (keyOf(before, room) === undefined) expect(event.seq).toBeGreaterThan(seq)
        else expect(event.seq).toBe(seq + 1)
        last.set(key, event.seq)
      }
    }
  })

  promise("in the end everybody knows where it is, and how it is there", (story) => {
    for (const client of story.clients) {
      const person = client.life === undefined || !client.isIn ? undefined : Chat.personWith(story.chat, client.life.id)
      if (person === undefined) continue
      const known = [...client.rooms].map(([room, { hidden, locked, role, topic }]) => [room, { role, topic, locked, hidden }] as const)
      const rooms = person.rooms.map(({ role, room: key }) => {
        const { hidden, lock, name, topic } = Chat.roomOf(story.chat, key)
        return [name, { role, topic, locked: lock !== undefined, hidden }] as const
      })
      same(inOrder(known), inOrder(rooms))
    }
  })

  promise("rooms, seats, people, names and places agree after each step", (story) => {
    for (const chat of story.states) checkState(chat)
    const last = story.states.at(-1)
    if (last !== undefined) for (const client of last.superseded) expect(story.open).toContain(client)
  })

  promise("what is kept is bounded, and counted right", (story) => {
    for (const { at, deadlines, keep, keptBytes, ownBytes, people, rooms } of story.states) {
      if (keptBytes > keep.bytes) throw new Error(`${keptBytes} bytes are kept`)
      const windows = [...HashMap.values(rooms)].flatMap(({ moves, window }) => [[window, keep.room] as const, [moves, keep.moves] as const])
      const owns = [...HashMap.values(people)].flatMap(({ place }) => (place === undefined ? [] : [[place.own, keep.own] as const]))
      const all = [...windows, ...owns]
      for (const [{ bytes, kept }, limits] of all) {
        same(bytes, kept.reduce((sum, { size }) => sum + size, 0))
        if (kept.length > limits.events || bytes > limits.bytes) throw new Error(`${kept.length} events of ${bytes} bytes are kept`)
        // What is too old goes when its time comes, also where nothing is said any more.
        for (const one of kept) if (one.at + ageOf(keep) < at) throw new Error(`What is from ${one.at} is still kept at ${at}`)
      }
      same(keptBytes, all.reduce((sum, [{ bytes }]) => sum + bytes, 0))
      same(ownBytes, owns.reduce((sum, [{ bytes }]) => sum + bytes, 0))
      const waiting = [...HashMap.values(people)].filter(({ attachment }) => attachment._tag === "Detached").length
      same(HashMap.size(deadlines.live), waiting + all.filter(([{ due }]) => due !== undefined).length)
    }
  })

  promise("nobody takes up a place without its secret or its words", (story) => {
    const proofs = new Map<MemberId, string>()
    const keys = new Map<MemberId, string>()
    for (const { before, entry, told } of story.steps) {
      const command = entry._tag === "Command" ? entry.command : undefined
      for (const { event, from } of told) {
        const proof = command?._tag === "Join" ? command.claim?.proof : undefined
        if (event._tag === "Welcome" && proof !== undefined) proofs.set(event.you.id, proof)
        if (event._tag === "KeySet" && command?._tag === "SetKey") keys.set(Chat.personOf(before, from!.client)!.member.id, command.proof)
        if (!isResumption(event)) continue
        const { was, you: { id } } = event
        if (was === undefined) expect(proof).toBe(proofs.get(id))
        else {
          expect(command?._tag === "Back" ? command.proof : "no words").toBe(keys.get(id))
          // A secret of the connection opens it from now on.
          const own = proofs.get(was) ?? proofs.get(id)
          if (own !== undefined) proofs.set(id, own)
          proofs.delete(was)
        }
      }
    }
  })

  promise("who comes back by words is told how many messages of its rooms are lost", (story) => {
    const { stays } = new Ledger(story)
    for (const { event } of story.told) {
      if (!isResumption(event) || event.was === undefined) continue
      const { lost = 0, replay, rooms, you: { id } } = event
      const from = story.heardFrom.get(event.n ?? 0) ?? 0
      const isTold = (room: string, seq: number) =>
        replay.some((each) => isOfRoom(each) && "seq" in each && each.room === room && seq <= each.seq && seq >= (each._tag === "Presence" ? each.first : each.seq))
      const missed = story.told.filter(
        ({ event: each, room, seq: n }) =>
          room !== undefined && "seq" in each && n > from && n < (event.n ?? 0) &&
          (stays.get(id) ?? []).some((stay) => stay.room === room && n > stay.from && n < stay.to) && !isTold(room, each.seq)
      )
      expect([id, rooms, lost]).toEqual([id, rooms, missed.length])
    }
  })

  promise("the log, folded anew, also from its middle and as JSON, comes to the same", (story, { bounds, events }) => {
    const fold = (log: ReadonlyArray<Entry>, start: Chat.Chat<Chat.ClientId>) => {
      let chat = start
      const told: Array<Envelope> = []
      for (const entry of log) {
        const decision = apply(chat, entry, (client) => client)
        told.push(...decision.told)
        chat = decision.chat
      }
      return { chat, told }
    }
    const middle = Math.floor(story.log.length / 2)
    const travelled = story.log.map((entry) => decode(encode(entry)))
    const first = fold(travelled.slice(0, middle), Chat.empty(settings, keepIn(events), bounds))
    const then = fold(travelled.slice(middle), first.chat)
    expect(JSON.stringify([...first.told, ...then.told])).toBe(JSON.stringify(story.told))
    expect(JSON.stringify(stateOf(then.chat))).toBe(JSON.stringify(stateOf(story.chat)))
  })

  it("with no time to come back, and without secrets, everything is as it was: who is lost leaves at once", () => {
    let lost = 0
    always(
      tellings,
      (all) => {
        const telling = { ...all, deeds: all.deeds.filter(({ _tag }) => _tag !== "Key" && _tag !== "Back" && _tag !== "Lapse") }
        const none = play(telling, 0)
        const without = play({ ...telling, secrets: [false, false, false, false, false] })
        expect(without.told.map(({ event }) => event._tag)).not.toContain("Resumed")
        for (const story of [none, without]) {
          for (const { event } of story.told) expect(["Detached", "Returned", "Resumed"]).not.toContain(event._tag)
          const drops = story.log.filter(({ _tag }) => _tag === "Drop").length
          if (drops > 0) lost += 1
          expect(story.chat.keptBytes).toBe(0)
          expect(HashMap.size(story.chat.places)).toBe(0)
        }
        expect(JSON.stringify(none.told)).toBe(JSON.stringify(without.told))
      },
      runs
    )
    expect(lost).toBeGreaterThan(runs)
  })
})

describe("Who says no password again, as its place is kept", () => {
  const came = (proof: string): Join => ({ ...joinOrRefuse(named("ada")), claim: { proof: Proof.make(proof), neighbourhood: "here" } })
  const told = (proof: string, from: Chat.Chat<number>) =>
    apply(from, { _tag: "Command", at: 3_000_000, client: 2, address: "b:1", command: { ...came(proof), isBackOnly: true } }, (client) => client).told
  const empty = Chat.empty<number>(settings, keepFor(120_000, 1000, 1000))
  const { chat } = apply(empty, { _tag: "Command", at: 1_000_000, client: 1, address: "a:1", command: came("mine") }, (client) => client)

  it("comes back by its secret", () => {
    expect(told("mine", chat).map(({ event }) => event._tag)).toEqual(["Goodbye", "Resumed"])
  })

  it.each([["another secret", "theirs", chat], ["a place that has gone meanwhile", "mine", empty]] as const)("is not let in with %s", (_, proof, from) => {
    expect(told(proof, from).map(({ audience, event }) => [audience.map(({ peer }) => peer), event])).toMatchObject([[[2], { _tag: "Refused", code: "password-required" }]])
  })
})

describe("Who is lost right after it has come back", () => {
  const came: Join = { ...joinOrRefuse(named("ada")), claim: { proof: Proof.make("mine"), neighbourhood: "here" } }
  const keep = keepFor(120_000, 1000, 1000)

  it("is told of only when its client could have been back again, which has to wait", () => {
    let chat = Chat.empty<number>(settings, keep)
    const tell = (entry: Entry) => {
      const decision = apply(chat, entry, (client) => client)
      chat = decision.chat
      return decision.told.map(({ event }) => event._tag)
    }
    const command = (at: number, client: number): Entry => ({ _tag: "Command", at, client, address: "a:1", command: came })
    const drop = (at: number, client: number): Entry => ({ _tag: "Drop", at, client, code: "lost", reason: undefined })
    const start = 1_000_000
    tell(command(start, 1))
    expect(tell(command(start, 2))).toContain("Resumed")
    tell(drop(start, 1))
    tell(drop(start + 100, 2))
    expect(tell(command(start + 200, 3))).toEqual(["Refused"])
    expect(Chat.nextDeadline(chat)).toBe(start + keep.resumeEvery + keep.quietFor)
    // The one that has waited is in, and nobody was told anything.
    expect(tell({ _tag: "Expire", at: start + 1000, by: start + 1000 })).toEqual([])
    expect(tell(command(start + 1000, 3))).toEqual(["Resumed"])
    expect(Deadlines.all(chat.deadlines).filter(({ due }) => due._tag === "Place")).toEqual([])
    // One that does not come is told of, and its place is kept for as long as ever.
    tell(drop(start + 1500, 3))
    expect(tell({ _tag: "Expire", at: start + 2499, by: start + 2499 })).toEqual([])
    expect(tell({ _tag: "Expire", at: start + 2500, by: start + 2500 })).toEqual(["Detached"])
    expect(Chat.nextDeadline(chat)).toBe(start + 1500 + keep.for)
  })
})

const encode = Schema.encodeSync(Schema.parseJson(Entry))
const decode = Schema.decodeUnknownSync(Schema.parseJson(Entry))

const keyOf = (chat: Chat.Chat<Chat.ClientId>, name: string): string | undefined => [...HashMap.values(chat.rooms)].find((room) => room.name === name)?.key
