import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import type * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import { refusal } from "../../src/domain/command/refusal.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import type { Event } from "../../src/domain/Event.ts"
import { MemberId } from "../../src/domain/Member.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import { isReserved } from "../../src/domain/reserved.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { pageSize } from "../../src/domain/Room.ts"
import * as Text from "../../src/domain/Text.ts"
import {
  address, ask, connect, decide, join, leave, membersOf, type Node, nobody, rename, roomOf as room, settings, type Step, steps, submit, take
} from "../support/chat.ts"
import { always, remembered } from "../support/property.ts"

type Envelope = Chat.Envelope<string>

interface Moment {
  readonly step: Step
  readonly before: Node<string>
  readonly after: Node<string>
  readonly told: ReadonlyArray<Envelope>
  readonly reply: Reply | undefined
}

const peerOf = (id: Chat.ClientId) => `peer ${id}`

const clientOf = (peer: string | undefined): Chat.ClientId => Number(peer?.slice("peer ".length))

const play = (all: ReadonlyArray<Step>): ReadonlyArray<Moment> => {
  const moments: Array<Moment> = []
  let before = nobody<string>()
  for (const step of all) {
    const { node: after, reply, told } = take(before, step, peerOf(before.lastClient + 1))
    moments.push({ step, before, after, told, reply })
    before = after
  }
  return moments
}

const envelopes = (moments: ReadonlyArray<Moment>) => moments.flatMap(({ told }) => told)

/** The connections of an audience. */
const ids = (audience: Chat.Audience<string>) => audience.map(({ peer }) => clientOf(peer))

const clients = (node: Node<string>) => membersOf(node).map(({ client }) => client)

const members = (node: Node<string>) => membersOf(node).map(({ member }) => member)

const memberOf = (node: Node<string>, id: Chat.ClientId) => membersOf(node).find(({ client }) => client === id)?.member

/** All that each client is told, in order. */
const heardBy = (moments: ReadonlyArray<Moment>): ReadonlyMap<Chat.ClientId, ReadonlyArray<Event>> => {
  const heard = new Map<Chat.ClientId, Array<Event>>()
  for (const { audience, event } of envelopes(moments)) {
    for (const id of ids(audience)) heard.set(id, [...(heard.get(id) ?? []), event])
  }
  return heard
}

/** Who is in the room after each moment, in the order of joining, as the welcomes and the leaves alone tell. */
const presence = (moments: ReadonlyArray<Moment>): ReadonlyArray<ReadonlyArray<Chat.ClientId>> => {
  let present: ReadonlyArray<Chat.ClientId> = []
  return moments.map(({ step, told }) => {
    const welcomed = told.filter(({ event }) => event._tag === "Welcome").flatMap(({ audience }) => ids(audience))
    if (step._tag === "Close") present = []
    else if (step._tag === "Leave") present = present.filter((id) => id !== step.who)
    else present = [...present, ...welcomed]
    return present
  })
}

/** Who an audience is, by the ids that events bear. */
const membersIn = (present: ReadonlyArray<Chat.ClientId>, node: Node<string>, audience: Chat.Audience<string>) =>
  ids(audience).map((id) => {
    expect(present).toContain(id)
    return memberOf(node, id)?.id
  })

const isForRoom = (event: Event): event is Exclude<Extract<Event, { readonly room: unknown }>, { readonly _tag: "Welcome" }> =>
  "room" in event && event._tag !== "Welcome"

const played = remembered(play)

const promise = (name: string, holds: (moments: ReadonlyArray<Moment>) => void) => {
  it(name, () => {
    always(steps, (all) => { holds(played(all)) }, 150)
  })
}

describe("Whatever happens, in whatever order", () => {
  promise("no two members have names that people would take for one another", (moments) => {
    for (const { after } of moments) {
      const keys = members(after).map(({ name }) => Nickname.key(name))
      expect(new Set(keys).size).toBe(keys.length)
      expect([...HashMap.keys(after.chat.names)].sort()).toEqual(keys.sort())
    }
  })

  promise("the members are those who were let in and have not left, in the order of joining", (moments) => {
    const present = presence(moments)
    moments.forEach(({ after }, index) => {
      expect(clients(after)).toEqual(present[index])
    })
  })

  promise("what is told bears the number of its envelope, which rises by one", (moments) => {
    envelopes(moments).forEach(({ event, seq }, index) => {
      expect(seq).toBe(index + 1)
      expect("n" in event && event.n).toBe(seq)
    })
  })

  promise("nobody has a reserved name", (moments) => {
    for (const { after } of moments) {
      expect(members(after).filter(({ name }) => isReserved(name))).toEqual([])
    }
  })

  promise("each event is told to just those it is for, at the moment of the decision", (moments) => {
    const present = presence(moments)
    moments.forEach(({ before: node, reply, step, told }, index) => {
      const before = present[index - 1] ?? []
      // A question is answered to its asker, and nobody is told anything.
      const isAnswered = step._tag === "Ask" && node.peers.has(step.who)
      expect(reply === undefined).toBe(!isAnswered)
      if (step._tag === "Ask") expect(told).toEqual([])
      for (const { audience, event } of told) {
        switch (event._tag) {
          case "Said":
          case "Acted":
          case "Renamed":
          case "Notice":
          case "Joined":
          case "Goodbye":
            expect(ids(audience)).toEqual(before)
            break
          case "Whispered":
            expect(membersIn(before, node, audience)).toEqual(
              expect.arrayContaining([event.from.id, event.to.id])
            )
            expect(audience.length).toBe(event.from.id === event.to.id ? 1 : 2)
            break
          case "Left":
            expect(ids(audience)).toEqual(present[index])
            break
          default:
            expect(ids(audience)).toEqual([step._tag === "Decide" ? step.who : "nobody"])
        }
      }
    })
  })

  promise("whoever is told something is reached by its own peer", (moments) => {
    for (const { after, before, step, told } of moments) {
      const people = [...membersOf(before), ...membersOf(after)]
      for (const { audience, event, from } of told) {
        for (const { id, peer } of audience) {
          const client = id === undefined ? step._tag === "Decide" && step.who : people.find(({ member }) => member.id === id)?.client
          expect(peer).toBe(`peer ${client}`)
        }
        if (from === undefined) continue
        // It is from the one who did something, under the name that it has by then.
        expect(from.client).toBe("who" in step ? step.who : "nobody")
        expect(from.name).toBe((event._tag === "Left" ? memberOf(before, from.client) : memberOf(after, from.client))?.name)
      }
    }
  })

  promise("everybody who stays is told once that another has left, and nobody else is", (moments) => {
    const present = presence(moments)
    const expected = new Map<Chat.ClientId, Array<string>>()
    moments.forEach(({ before, step }, index) => {
      if (step._tag !== "Leave") return
      const gone = memberOf(before, step.who)
      if (gone === undefined) return
      for (const id of present[index] ?? []) expected.set(id, [...(expected.get(id) ?? []), gone.id])
    })
    for (const [id, heard] of heardBy(moments)) {
      const left = heard.flatMap((event) => (event._tag === "Left" ? [event.member.id] : []))
      expect(left).toEqual(expected.get(id) ?? [])
      expect(new Set(left).size).toBe(left.length)
    }
  })

  promise("when the server closes every member is told once, and what follows tells nobody anything", (moments) => {
    const closed = moments.findIndex(({ step }) => step._tag === "Close")
    if (closed < 0) {
      expect(envelopes(moments).filter(({ event }) => event._tag === "Goodbye")).toEqual([])
      return
    }
    const { before, told } = moments[closed]!
    expect(told.map(({ audience, event }) => [event._tag, "code" in event && event.code, ids(audience)])).toEqual([
      ["Goodbye", "closing", clients(before)]
    ])
    expect(envelopes(moments.slice(closed + 1))).toEqual([])
  })

  promise("a member hears all that is said while it is there, and nothing from before or after", (moments) => {
    const present = presence(moments)
    const expected = new Map<Chat.ClientId, Array<number>>()
    moments.forEach(({ told }, index) => {
      for (const { event, seq } of told) {
        if (event._tag !== "Said") continue
        for (const id of present[index] ?? []) expected.set(id, [...(expected.get(id) ?? []), seq])
      }
    })
    const said = envelopes(moments).filter(({ event }) => event._tag === "Said")
    for (let id = 1; id <= moments.length; id += 1) {
      const heard = said.filter(({ audience }) => ids(audience).includes(id)).map(({ seq }) => seq)
      expect(heard).toEqual(expected.get(id) ?? [])
    }
  })

  promise("what is said is said by a member, and is just what it said", (moments) => {
    for (const { before, step, told } of moments) {
      if (step._tag !== "Decide" || step.command._tag !== "Say") continue
      const member = memberOf(before, step.who)
      const said = told.flatMap(({ event }) => (event._tag === "Said" ? [[event.from, event.text, event.ref]] : []))
      expect(said).toEqual(member === undefined ? [] : [[member, step.command.text, step.command.ref]])
    }
  })

  promise("who bears another name is the same member, and everybody present is told both names", (moments) => {
    for (const { after, before, told } of moments) {
      for (const { event } of told) {
        if (event._tag !== "Renamed") continue
        expect(members(before)).toContainEqual({ id: event.member.id, name: event.was })
        expect(members(after)).toContainEqual(event.member)
      }
    }
  })

  promise("only what is for a whole room bears the room's number", (moments) => {
    for (const { event, room } of envelopes(moments)) {
      expect(room).toBe(isForRoom(event) ? lobby : undefined)
      expect("seq" in event).toBe(isForRoom(event) || event._tag === "Welcome")
    }
  })

  promise("the same happenings have the same outcome", (moments) => {
    const again = play(moments.map(({ step }) => step))
    expect(again.map(({ reply, told }) => ({ reply, told }))).toEqual(moments.map(({ reply, told }) => ({ reply, told })))
    const last = moments.at(-1)?.after ?? nobody<string>()
    expect(membersOf(again.at(-1)?.after ?? nobody())).toEqual(membersOf(last))
    expect(again.at(-1)?.after.chat.seq ?? 0).toBe(last.chat.seq)
  })

  promise("a decision leaves the state before it as it was", (moments) => {
    for (const { before, reply, step, told } of moments) {
      const again = take(before, step, peerOf(before.lastClient + 1))
      expect(again.told).toEqual(told)
      expect(again.reply).toEqual(reply)
    }
  })

  promise("envelopes are numbered without gaps", (moments) => {
    const all = envelopes(moments)
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
    expect(moments.at(-1)?.after.chat.seq ?? 0).toBe(all.length)
  })

  promise("from its welcome on a member sees the room's numbers without gaps", (moments) => {
    for (const heard of heardBy(moments).values()) {
      const welcome = heard.find((event) => event._tag === "Welcome")
      const numbers = heard.filter(isForRoom).flatMap((event) => ("seq" in event ? [event.seq] : []))
      if (welcome === undefined) expect(numbers).toEqual([])
      else expect(numbers).toEqual(numbers.map((_, index) => welcome.seq + index + 1))
    }
  })

  promise("a member hears of the room only after its welcome, which comes once", (moments) => {
    for (const heard of heardBy(moments).values()) {
      const tags = heard.filter((event) => isForRoom(event) || event._tag === "Welcome").map(({ _tag }) => _tag)
      expect(tags.lastIndexOf("Welcome")).toBeLessThanOrEqual(0)
      if (tags.length > 0) expect(tags[0]).toBe("Welcome")
    }
  })

  promise("time never goes back, although the clock does", (moments) => {
    const times = moments.flatMap(({ reply, told }) => [...told.map(({ event }) => event.at), ...(reply === undefined ? [] : [reply.at])])
    expect(times).toEqual([...times].sort((a, b) => a - b))
    for (const { after, before } of moments) expect(after.chat.at).toBeGreaterThanOrEqual(before.chat.at)
  })

  promise("no id is ever given twice", (moments) => {
    const given = envelopes(moments).flatMap(({ event }) => (event._tag === "Welcome" ? [event.you.id] : []))
    expect(new Set(given).size).toBe(given.length)
    for (const { after, before, told } of moments) {
      expect(after.chat.lastMember).toBe(before.chat.lastMember + told.filter(({ event }) => event._tag === "Welcome").length)
    }
  })

  promise("a client that the chat does not know changes nothing", (moments) => {
    for (const { after, before, step, told } of moments) {
      const isStranger = step._tag === "Leave" ? memberOf(before, step.who) === undefined : "who" in step && !before.peers.has(step.who)
      if (!isStranger) continue
      expect(told).toEqual([])
      const { at, ...state } = after.chat
      for (const [field, value] of Object.entries(state)) expect(value, field).toBe(new Map(Object.entries(before.chat)).get(field))
      if (step._tag !== "Leave") expect(at).toBe(before.chat.at)
    }
  })

  promise("a welcome names as many as are here, and its reader among them", (moments) => {
    for (const { after, told } of moments) {
      for (const { event } of told) {
        if (event._tag !== "Welcome") continue
        expect(event.here).toBe(members(after).length)
        expect(event.members).toEqual(members(after))
        expect(event.members).toContainEqual(event.you)
      }
    }
  })
})

/** A room whose clients 1, 2, ... have joined under these names. */
const roomOf = (...names: ReadonlyArray<string>): Node<string> => room(names, peerOf)

const newcomer = (node: Node<string>): Node<string> => connect(node, peerOf(node.lastClient + 1))

/** What the last client is told when it asks for this. */
const answer = (node: Node<string>, command: Command) =>
  decide(node, node.lastClient, command).told.filter(({ audience }) => ids(audience).includes(node.lastClient)).map(({ event }) => event)

const close = (node: Node<string>, reason: string) => submit(node, { _tag: "Close", reason: Text.clean(reason) })

describe("Joining", () => {
  it("welcomes the newcomer first and then tells the others, with one number", () => {
    const { told } = decide(newcomer(roomOf("ann", "bob")), 3, join("eve"), 7)
    const eve = { id: "m3", name: "eve" }
    expect(told.map(({ audience, event }) => [ids(audience), event])).toEqual([
      [
        [3],
        {
          _tag: "Welcome",
          n: 5,
          seq: 3,
          at: 7,
          room: "lobby",
          you: eve,
          asked: undefined,
          here: 3,
          members: [{ id: "m1", name: "ann" }, { id: "m2", name: "bob" }, eve],
          ...settings
        }
      ],
      [[1, 2], { _tag: "Joined", n: 6, seq: 3, at: 7, room: "lobby", member: eve }]
    ])
  })

  it.each([
    ["ann", "name-taken"],
    ["ANN", "name-taken"],
    ["ａｎｎ", "name-taken"],
    ["server", "name-reserved"],
    ["System", "name-reserved"],
    ["ＳＥＲＶＥＲ", "name-reserved"],
    ["ѕerver", "name-reserved"],
    ["sуstem", "name-reserved"]
  ])("refuses the name %s with %s when it is to be refused", (name, code) => {
    expect(answer(newcomer(roomOf("ann")), join(name))).toMatchObject([{ _tag: "Refused", code }])
  })

  it.each([
    ["ann", ["ann"], "ann_2"],
    ["ANN", ["ann"], "ANN_2"],
    ["ann", ["ann", "ann_2", "ANN_3"], "ann_4"],
    ["server", [], "server_2"],
    ["server", ["server_2"], "server_3"]
  ])("numbers the name %s where %j are here: %s", (name, here, expected) => {
    expect(answer(newcomer(roomOf(...here)), join(name, "number"))).toMatchObject([
      { _tag: "Welcome", you: { name: expected }, asked: name }
    ])
  })

  it("numbers a name that is as long as names may be within the limit", () => {
    const longest = "a".repeat(Nickname.defaultLimits.nameGraphemes)
    expect(answer(newcomer(roomOf(longest)), join(longest, "number"))).toMatchObject([
      { you: { name: `${"a".repeat(Nickname.defaultLimits.nameGraphemes - 2)}_2` } }
    ])
  })

  it("does not say that another name was asked for when it was not", () => {
    const [welcome] = answer(newcomer(roomOf("ann")), join("bob", "number"))
    expect(welcome).toMatchObject({ _tag: "Welcome", asked: undefined })
  })

  it("gives a name free again to whoever asks for it after its bearer has left", () => {
    const { node } = leave(roomOf("ann"), 1)
    expect(answer(newcomer(node), join("ann"))).toMatchObject([{ _tag: "Welcome", you: { id: "m2", name: "ann" } }])
  })

  it("refuses a second name and keeps the first", () => {
    const node = roomOf("ann")
    expect(answer(node, join("bob"))).toMatchObject([{ _tag: "Refused", code: "already-joined" }])
    expect(membersOf(decide(node, 1, join("bob")).node)).toEqual(membersOf(node))
  })

  it("names the first hundred of 150 in the welcome, and counts all", () => {
    const [welcome] = answer(newcomer(roomOf(...Array.from({ length: 149 }, (_, index) => `n${index + 1}`))), join("n150"))
    expect(welcome).toMatchObject({ _tag: "Welcome", here: 150 })
    expect(welcome?._tag === "Welcome" && welcome.members.map(({ name }) => name)).toEqual(
      Array.from({ length: 100 }, (_, index) => `n${index + 1}`)
    )
  })

  it("takes nobody in after the close, and gives no id twice even then", () => {
    const closed = close(roomOf("ann"), "the end").node
    expect(closed.chat.lastMember).toBe(1)
    const late = newcomer(closed)
    expect(late.lastClient).toBe(2)
    const { node, told } = decide(late, 2, join("late"))
    expect(told).toEqual([])
    expect(membersOf(node)).toEqual([])
    expect(node.chat).toBe(closed.chat)
  })
})

describe("Before joining", () => {
  it("refuses to let a nameless client say something, and sends its mark back", () => {
    const say = { _tag: "Say", text: Text.clean("hi"), ref: "7" } as const
    expect(answer(newcomer(roomOf("ann")), say)).toMatchObject([{ _tag: "Refused", code: "not-joined", ref: "7" }])
  })

  it("refuses to tell a nameless client who is here", () => {
    expect(ask(newcomer(roomOf("ann")), 2, { _tag: "Who" })).toMatchObject({ _tag: "Refused", code: "not-joined" })
  })

  it("answers a ping", () => {
    expect(ask(newcomer(roomOf()), 1, { _tag: "Ping", ref: "p" })).toEqual({ _tag: "Pong", at: 0, ref: "p" })
  })

  it("lets a nameless client go without a word to the room", () => {
    expect(leave(newcomer(roomOf("ann")), 2, "closed").told).toEqual([])
  })
})

describe("Refusing", () => {
  it("is in words that are safe to show", () => {
    const refused = refusal({ at: 5 }, new Refusal({ code: "bad-line", message: "no \u001b[2J\nway", ref: "r" }))
    expect(refused).toEqual({ _tag: "Refused", at: 5, code: "bad-line", message: "no [2J way", ref: "r" })
  })

  it("tells the sender alone", () => {
    const { told } = decide(roomOf("ann", "bob"), 1, rename("bob"), 5)
    expect(told.map(({ audience, event }) => [ids(audience), event])).toEqual([
      [[1], { _tag: "Refused", n: 5, at: 5, code: "name-taken", message: "The name bob is taken: choose another.", ref: undefined }]
    ])
  })
})

describe("Leaving", () => {
  it("tells those who stay why", () => {
    const { told } = leave(roomOf("ann", "bob"), 1, "quit", "lunch", 9)
    expect(told.map(({ audience, event }) => [ids(audience), event])).toEqual([
      [
        [2],
        { _tag: "Left", n: 5, seq: 3, at: 9, room: "lobby", member: { id: "m1", name: "ann" }, code: "quit", reason: "lunch" }
      ]
    ])
  })

  it("happens once", () => {
    const left = leave(roomOf("ann", "bob"), 1).node
    const again = leave(left, 1, "lost")
    expect(again.told).toEqual([])
    expect(again.node.chat).toEqual(left.chat)
  })
})

describe("Closing", () => {
  it("happens once", () => {
    const closed = close(roomOf("ann"), "first").node
    expect(close(closed, "second").told).toEqual([])
  })
})

describe("Asking who is here", () => {
  it("gives everybody who stays just once, page by page, whoever comes and goes in between", () => {
    const visit = FastCheck.record({
      members: FastCheck.integer({ min: 1, max: 320 }),
      leaving: FastCheck.array(FastCheck.array(FastCheck.integer({ min: 2, max: 320 }), { maxLength: 40 }), { maxLength: 4 }),
      afterLeaves: FastCheck.boolean()
    })
    always(
      visit,
      ({ afterLeaves, leaving, members: size }) => {
        let node = bigRoom(size)
        const start = members(node).map(({ id }) => id)
        const named: Array<MemberId> = []
        for (let page = 0, more = true; more; page += 1) {
          const reply = ask(node, 1, { _tag: "Who", after: named.at(-1) })
          if (reply._tag !== "Members") throw new Error("no page")
          expect(reply.members.length).toBeLessThanOrEqual(pageSize)
          expect(reply.here).toBe(members(node).length)
          named.push(...reply.members.map(({ id }) => id))
          more = reply.more
          const gone = membersOf(node).find(({ member }) => member.id === named.at(-1))?.client
          if (afterLeaves && gone !== undefined && gone !== 1) node = leave(node, gone).node
          for (const id of leaving[page] ?? []) node = leave(node, id).node
        }
        expect(new Set(named).size).toBe(named.length)
        const stayed = members(node).map(({ id }) => id)
        expect(named.filter((id) => stayed.includes(id))).toEqual(stayed)
        expect(start.filter((id) => named.includes(id))).toEqual(named)
      },
      30
    )
  })

  it.each(["m2", "m99999", "x", "m-1", "mInfinity", "mNaN", "m9007199254740993"])(
    "answers with a page whatever the client asks to go on after: %s",
    (after) => {
      const reply = ask(roomOf("ann", "bob", "eve"), 3, { _tag: "Who", after: MemberId.make(after) })
      expect(reply).toMatchObject({ _tag: "Members", here: 3, more: false })
    }
  )
})

// One array is copied for each joiner: the big room is built once, and the smaller ones are what is left of it.
const biggest = roomOf(...Array.from({ length: 320 }, (_, index) => `n${index + 1}`))

const bigRoom = (size: number): Node<string> => clients(biggest).slice(size).reduce((node, client) => leave(node, client).node, biggest)

describe("A name that is changed", () => {
  it("may differ from the old one in case alone", () => {
    expect(answer(roomOf("bob", "ann"), rename("Ann"))).toMatchObject([{ _tag: "Renamed", was: "ann", member: { name: "Ann" } }])
  })

  it("is refused when it is somebody's, reserved, or of one who has none yet", () => {
    expect(answer(roomOf("bob", "ann"), rename("BOB"))).toMatchObject([{ _tag: "Refused", code: "name-taken" }])
    expect(answer(roomOf("bob", "ann"), rename("server"))).toMatchObject([{ _tag: "Refused", code: "name-reserved" }])
    expect(answer(newcomer(roomOf("bob")), rename("ann"))).toMatchObject([{ _tag: "Refused", code: "not-joined" }])
  })

  it("leaves the old one free", () => {
    const { node } = decide(roomOf("bob"), 1, rename("ann"))
    expect(answer(newcomer(node), join("bob"))).toMatchObject([{ _tag: "Welcome", you: { name: "bob" } }])
  })
})

describe("A whisper", () => {
  it("goes to the longest name that the words start with", () => {
    expect(answer(roomOf("ann", "ann b", "bob"), address("Ann B: hi"))).toMatchObject([
      { _tag: "Whispered", to: { name: "ann b" }, text: "hi" }
    ])
    expect(answer(roomOf("ann", "ann b", "bob"), address("ann bites"))).toMatchObject([
      { _tag: "Whispered", to: { name: "ann" }, text: "bites" }
    ])
  })

  it("may go to oneself, and is told once", () => {
    expect(answer(roomOf("ann"), address("ann note to self"))).toMatchObject([{ _tag: "Whispered", text: "note to self" }])
  })

  it("is refused when it is for nobody, says nothing, or comes from one without a name", () => {
    expect(answer(roomOf("ann"), address("eve hi"))).toMatchObject([{ _tag: "Refused", code: "no-such-member" }])
    expect(answer(roomOf("ann", "bob"), address("ann"))).toMatchObject([{ _tag: "Refused", code: "text-empty" }])
    expect(answer(roomOf("ann", "bob"), address("ann \u2800"))).toMatchObject([{ _tag: "Refused", code: "text-empty" }])
    expect(answer(newcomer(roomOf("ann")), address("ann hi"))).toMatchObject([{ _tag: "Refused", code: "not-joined" }])
  })
})
