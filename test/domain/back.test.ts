import { describe, expect, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Schema from "effect/Schema"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { Entry } from "../../src/domain/Entry.ts"
import { type Event, isResumption, type MemberId } from "../../src/domain/Event.ts"
import { ageOf } from "../../src/domain/Keep.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { settings } from "../support/chat.ts"
import { always } from "../support/property.ts"
import { type Counts, keepIn, type Life, noCounts, play, type Story, type Telling, tellings } from "../support/Story.ts"

const runs = 300

const promise = (name: string, holds: (story: Story, telling: Telling) => void) => {
  it(name, () => {
    const seen = noCounts()
    always(
      tellings,
      (telling) => {
        const story = play(telling)
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
  nameless: 100
}

type Envelope = Chat.Envelope<Chat.ClientId>

const nOf = (event: Event): number => ("n" in event ? (event.n ?? 0) : 0)

/** Where a member's time here begins and ends, by numbers: what is between is for it. */
interface Stay {
  readonly joined: number
  readonly left: number
}

const staysIn = (told: ReadonlyArray<Envelope>): ReadonlyMap<MemberId, Stay> => {
  const stays = new Map<MemberId, Stay>()
  for (const { event, seq } of told) {
    if (event._tag === "Joined") stays.set(event.member.id, { joined: seq, left: Infinity })
    if (event._tag === "Left") stays.set(event.member.id, { joined: stays.get(event.member.id)!.joined, left: seq })
  }
  return stays
}

/** All that a member is meant to hear, whether its connection holds or not. */
const meantFor = (told: ReadonlyArray<Envelope>, id: MemberId, { joined, left }: Stay): ReadonlyArray<Event> =>
  told.flatMap(({ audience, event, room, seq }) => {
    if (event._tag === "Welcome" || event._tag === "Resumed" || event._tag === "Goodbye") return []
    if (room !== undefined) return seq > joined && seq < left ? [event] : []
    return audience.some((seat) => seat.id === id) ? [event] : []
  })

const ofRoom = (events: ReadonlyArray<Event>) => events.filter((event) => "seq" in event)
const ofOwn = (events: ReadonlyArray<Event>) => events.filter((event) => !("seq" in event))

const moves: ReadonlySet<string> = new Set(["Joined", "Left", "Detached", "Returned"])

const isWhole = ({ hasGaps, missed }: Life): boolean => !hasGaps && missed === 0

describe("Five people whose connections are cut again and again, whatever is lost on the way:", () => {
  promise("who comes back hears what those hear who stay, once and in order, its own stream too; or it is counted what is gone", (story) => {
    const stays = staysIn(story.told)
    for (const client of story.clients) {
      client.lives.forEach((life, index) => {
        const meant = meantFor(story.told, life.id, stays.get(life.id)!)
        const numbers = life.heard.map(nOf)
        // Once, and in order.
        expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
        // What was meant for it, and nothing else.
        const events = life.heard.filter(({ _tag }) => _tag !== "Presence")
        const heard = new Set(events)
        expect(events.filter((event) => !meant.includes(event))).toEqual([])
        // A life that was cut short ends somewhere; the last one, which the story brings back, is complete.
        const isLast = index === client.lives.length - 1 && client.isIn
        const end = isLast ? Infinity : (numbers.at(-1) ?? 0)
        const until = meant.filter((event) => nOf(event) <= end)
        if (isWhole(life)) expect(life.heard).toEqual(until)
        else {
          const lacking = life.missed + life.nameless
          const isFromStart = life.lastSeq >= 0 && ofRoom(events).length + lacking === ofRoom(until).length
          // A process that knows nothing of its place counts from the first thing that it hears.
          const isSuffix = ofRoom(until).slice(-ofRoom(events).length - lacking).every((event, at) => lacking > 0 || event === ofRoom(events)[at])
          expect(isFromStart || (life.hasGaps && isSuffix)).toBe(true)
        }
        // However many come and go: where no number is missing, nothing is but their names.
        if (life.isFromStart && life.missed === 0) expect(ofRoom(until).filter((event) => !heard.has(event) && !moves.has(event._tag))).toEqual([])
        // Of what was for it alone nothing is missing that is not said to be.
        if (!life.hasGaps) expect(ofOwn(until).filter((event) => !heard.has(event))).toEqual([])
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
    const seqs = story.told.flatMap(({ event, room }) => (room !== undefined && "seq" in event ? [event.seq] : []))
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })

  promise("seats, people, names and places agree after each step", (story) => {
    for (const chat of story.states) checkState(chat)
    const last = story.states.at(-1)
    if (last !== undefined) for (const client of last.superseded) expect(story.open).toContain(client)
  })

  promise("what is kept is bounded, and counted right", (story) => {
    for (const { at, deadlines, keep, keptBytes, people, rooms } of story.states) {
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
      const waiting = [...HashMap.values(people)].filter(({ attachment }) => attachment._tag === "Detached").length
      same(HashMap.size(deadlines.live), waiting + all.filter(([{ due }]) => due !== undefined).length)
    }
  })

  promise("nobody takes up a place without its secret", (story) => {
    const proofs = new Map<MemberId, string>()
    const claims = new Map<Chat.ClientId, string>()
    for (const entry of story.log) {
      if (entry._tag === "Command" && entry.command._tag === "Join" && entry.command.claim !== undefined) claims.set(entry.client, entry.command.claim.proof)
    }
    for (const { event, from } of story.told) {
      if (event._tag === "Welcome") {
        const proof = claims.get(from!.client)
        if (proof !== undefined) proofs.set(event.you.id, proof)
      }
      if (event._tag === "Resumed") expect(claims.get(from!.client)).toBe(proofs.get(event.you.id))
    }
  })

  promise("the log, folded anew, also from its middle and as JSON, comes to the same", (story, { events }) => {
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
    const first = fold(travelled.slice(0, middle), Chat.empty(settings, keepIn(events)))
    const then = fold(travelled.slice(middle), first.chat)
    expect(JSON.stringify([...first.told, ...then.told])).toBe(JSON.stringify(story.told))
    expect(JSON.stringify(stateOf(then.chat))).toBe(JSON.stringify(stateOf(story.chat)))
  })

  it("with no time to come back, and without secrets, everything is as it was: who is lost leaves at once", () => {
    let lost = 0
    always(
      tellings,
      (telling) => {
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

const encode = Schema.encodeSync(Schema.parseJson(Entry))
const decode = Schema.decodeUnknownSync(Schema.parseJson(Entry))

const sorted = <K, A>(map: HashMap.HashMap<K, A>): ReadonlyArray<readonly [K, A]> =>
  HashMap.toEntries(map).sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))

const stateOf = ({ clients, deadlines, detached, looks, names, people, places, rooms, superseded, ...rest }: Chat.Chat<Chat.ClientId>) => ({
  ...rest,
  clients: sorted(clients),
  deadlines: sorted(deadlines.live),
  detached: [detached.all, sorted(detached.by)],
  looks: sorted(looks),
  names: sorted(names),
  people: sorted(people),
  places: sorted(places),
  rooms: sorted(rooms),
  superseded: [...superseded].sort()
})

// As `expect` compares it, but hundreds of thousands of times.
const same = (one: unknown, other: unknown): void => {
  if (JSON.stringify(one) !== JSON.stringify(other)) expect(one).toEqual(other)
}

const inOrder = <A>(all: Iterable<A>): ReadonlyArray<A> => [...all].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))

const checkState = (chat: Chat.Chat<Chat.ClientId>): void => {
  const people = [...HashMap.values(chat.people)]
  const room = Chat.roomOf(chat, lobby)
  const isSeated = ({ attachment }: Chat.Person<Chat.ClientId>) => attachment._tag === "Here" || !attachment.told
  const ordinal = (id: string | undefined) => Number(id?.slice(1))
  const seated = people.filter(isSeated).sort((one, other) => ordinal(one.member.id) - ordinal(other.member.id))
  same(room.seats, seated.map(({ seat }) => seat))
  same(room.firstPage, seated.map(({ member }) => member))
  same(room.keepers, people.filter(({ place }) => place !== undefined).length)
  same(inOrder(HashMap.toEntries(chat.names)), inOrder(people.map(({ member, name }) => [name.key, member.id])))
  const places = people.flatMap(({ member, place }) => (place === undefined ? [] : [[place.proof, member.id] as const]))
  same(inOrder(HashMap.toEntries(chat.places)), inOrder(places))
  const here = people.filter(({ attachment }) => attachment._tag === "Here")
  same(inOrder(HashMap.toEntries(chat.clients)), inOrder(here.map(({ client, member }) => [client, member.id])))
  for (const { attachment, client, place, seat } of people) {
    const isHere = attachment._tag === "Here"
    same(seat.peer, isHere ? client : undefined)
    if (!isHere && place === undefined) throw new Error("Somebody is waited for who cannot come back")
    if (isHere && HashSet.has(chat.superseded, client)) throw new Error("Somebody is here over a connection that is void")
  }
  same(chat.detached.all, people.length - here.length)
  same([...HashMap.values(chat.detached.by)].reduce((sum, each) => sum + each, 0), chat.detached.all)
}
