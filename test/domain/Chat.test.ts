import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/Command.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import { type Event, MemberId } from "../../src/domain/Event.ts"
import { isReserved } from "../../src/domain/names.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import * as Text from "../../src/domain/Text.ts"
import { named, settings, type Step, steps, take } from "../support/chat.ts"
import { always } from "../support/property.ts"

type Envelope = Chat.Envelope<string>

interface Moment {
  readonly step: Step
  readonly before: Chat.Chat<string>
  readonly after: Chat.Chat<string>
  readonly told: ReadonlyArray<Envelope>
}

const peerOf = (id: Chat.ClientId) => `peer ${id}`

const play = (all: ReadonlyArray<Step>): ReadonlyArray<Moment> => {
  const moments: Array<Moment> = []
  let before = Chat.empty<string>(settings)
  for (const step of all) {
    const { chat: after, told } = take(before, step, peerOf(before.lastClient + 1))
    moments.push({ step, before, after, told })
    before = after
  }
  return moments
}

const envelopes = (moments: ReadonlyArray<Moment>) => moments.flatMap(({ told }) => told)

const ids = (audience: Chat.Audience<string>) => audience.map(({ id }) => id)

/** All that each client is told, in order. */
const heardBy = (moments: ReadonlyArray<Moment>): ReadonlyMap<Chat.ClientId, ReadonlyArray<Event>> => {
  const heard = new Map<Chat.ClientId, Array<Event>>()
  for (const { audience, event } of envelopes(moments)) {
    if (event._tag === "Connected" || event._tag === "Disconnected") continue
    for (const { id } of audience) heard.set(id, [...(heard.get(id) ?? []), event])
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
const members = (
  present: ReadonlyArray<Chat.ClientId>,
  chat: Chat.Chat<string> | undefined,
  audience: Chat.Audience<string>
) =>
  audience.map(({ id }) => {
    expect(present).toContain(id)
    return chat?.members.find((one) => one.id === id)?.member?.id
  })

const isForRoom = (event: Event): event is Exclude<Extract<Event, { readonly room: unknown }>, { readonly _tag: "Welcome" }> =>
  "room" in event && event._tag !== "Welcome"

const promise = (name: string, holds: (moments: ReadonlyArray<Moment>) => void) => {
  it(name, () => {
    always(steps.map(play), holds, 150)
  })
}

describe("Whatever happens, in whatever order", () => {
  promise("no two members have names that people would take for one another", (moments) => {
    for (const { after } of moments) {
      const keys = after.members.map(({ member }) => Nickname.key(member!.name))
      expect(new Set(keys).size).toBe(keys.length)
      expect([...HashMap.keys(after.names)].sort()).toEqual(keys.sort())
    }
  })

  promise("the members are those who were let in and have not left, in the order of joining", (moments) => {
    const present = presence(moments)
    moments.forEach(({ after }, index) => {
      expect(ids(after.members)).toEqual(present[index])
    })
  })

  promise("nobody has a reserved name", (moments) => {
    for (const { after } of moments) {
      expect(after.members.filter(({ member }) => isReserved(member!.name))).toEqual([])
    }
  })

  promise("each event is told to just those it is for, at the moment of the decision", (moments) => {
    const present = presence(moments)
    moments.forEach(({ step, told }, index) => {
      const before = present[index - 1] ?? []
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
            expect(members(before, moments[index]?.before, audience)).toEqual(
              expect.arrayContaining([event.from.id, event.to.id])
            )
            expect(audience.length).toBe(event.from.id === event.to.id ? 1 : 2)
            break
          case "Left":
            expect(ids(audience)).toEqual(present[index])
            break
          case "Connected":
          case "Disconnected":
            expect(audience).toEqual([])
            break
          default:
            expect(ids(audience)).toEqual([step._tag === "Decide" || step._tag === "Refuse" ? step.who : "nobody"])
        }
      }
    })
  })

  promise("whoever is told something is reached by its own peer", (moments) => {
    for (const { audience, from } of envelopes(moments)) {
      for (const { id, peer } of audience) expect(peer).toBe(peerOf(id))
      if (from !== undefined) expect(from.peer).toBe(peerOf(from.id))
    }
  })

  promise("everybody who stays is told once that another has left, and nobody else is", (moments) => {
    const present = presence(moments)
    const expected = new Map<Chat.ClientId, Array<string>>()
    moments.forEach(({ before, step }, index) => {
      if (step._tag !== "Leave") return
      const gone = before.members.find(({ id }) => id === step.who)?.member
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
      ["Goodbye", "closing", ids(before.members)]
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
      const member = before.members.find(({ id }) => id === step.who)?.member
      const said = told.flatMap(({ event }) => (event._tag === "Said" ? [[event.from, event.text, event.ref]] : []))
      expect(said).toEqual(member === undefined ? [] : [[member, step.command.text, step.command.ref]])
    }
  })

  promise("who bears another name is the same member, and everybody present is told both names", (moments) => {
    for (const { after, before, told } of moments) {
      for (const { event } of told) {
        if (event._tag !== "Renamed") continue
        expect(before.members.map(({ member }) => member)).toContainEqual({ id: event.member.id, name: event.was })
        expect(after.members.map(({ member }) => member)).toContainEqual(event.member)
      }
    }
  })

  promise("only what is for a whole room bears the room's number", (moments) => {
    for (const { event, toRoom } of envelopes(moments)) {
      expect(toRoom).toBe("seq" in event && event._tag !== "Welcome")
    }
  })

  promise("the same happenings have the same outcome", (moments) => {
    const again = play(moments.map(({ step }) => step))
    expect(again.map(({ told }) => told)).toEqual(moments.map(({ told }) => told))
    const last = moments.at(-1)?.after
    expect(again.at(-1)?.after.members).toEqual(last?.members)
    expect(again.at(-1)?.after.seq).toBe(last?.seq)
  })

  promise("a decision leaves the state before it as it was", (moments) => {
    for (const { before, step, told } of moments) {
      expect(take(before, step, peerOf(before.lastClient + 1)).told).toEqual(told)
    }
  })

  promise("envelopes are numbered without gaps", (moments) => {
    const all = envelopes(moments)
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
    expect(moments.at(-1)?.after.seq ?? 0).toBe(all.length)
  })

  promise("from its welcome on a member sees the room's numbers without gaps", (moments) => {
    for (const heard of heardBy(moments).values()) {
      const welcome = heard.find((event) => event._tag === "Welcome")
      const numbers = heard.filter(isForRoom).map(({ seq }) => seq)
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
    const times = envelopes(moments).map(({ event }) => event.at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    for (const { after, before } of moments) expect(after.at).toBeGreaterThanOrEqual(before.at)
  })

  promise("no id is ever given twice", (moments) => {
    const members = envelopes(moments).flatMap(({ event }) => (event._tag === "Welcome" ? [event.you.id] : []))
    expect(new Set(members).size).toBe(members.length)
    for (const { after, before, step } of moments) {
      expect(after.lastClient).toBe(before.lastClient + (step._tag === "Connect" ? 1 : 0))
    }
  })

  promise("a client that the chat does not know changes nothing", (moments) => {
    for (const { after, before, step, told } of moments) {
      if (step._tag === "Connect" || step._tag === "Announce" || step._tag === "Close" || HashMap.has(before.clients, step.who)) continue
      expect(after).toBe(before)
      expect(told).toEqual([])
    }
  })

  promise("a welcome names as many as are here, and its reader among them", (moments) => {
    for (const { after, told } of moments) {
      for (const { event } of told) {
        if (event._tag !== "Welcome") continue
        expect(event.here).toBe(after.members.length)
        expect(event.members).toEqual(after.members.map(({ member }) => member))
        expect(event.members).toContainEqual(event.you)
      }
    }
  })
})

const join = (name: string, ifTaken: "refuse" | "number" = "refuse"): Command => ({
  _tag: "Join",
  nickname: named(name),
  ifTaken
})

/** A chat whose clients 1, 2, ... have joined under these names. */
const roomOf = (...names: ReadonlyArray<string>): Chat.Chat<string> =>
  names.reduce((chat, name) => {
    const connected = Chat.connect(chat, "127.0.0.1:1", peerOf(chat.lastClient + 1), 0).chat
    return Chat.decide(connected, connected.lastClient, join(name), 0).chat
  }, Chat.empty<string>(settings))

const newcomer = (chat: Chat.Chat<string>): Chat.Chat<string> => Chat.connect(chat, "127.0.0.1:1", "newcomer", 0).chat

/** What the last client of a chat is told when it asks this. */
const answer = (chat: Chat.Chat<string>, command: Command) => {
  const { told } = Chat.decide(chat, chat.lastClient, command, 0)
  return told.filter(({ audience }) => ids(audience).includes(chat.lastClient)).map(({ event }) => event)
}

describe("Joining", () => {
  it("welcomes the newcomer first and then tells the others, with one number", () => {
    const chat = newcomer(roomOf("ann", "bob"))
    const { told } = Chat.decide(chat, 3, join("eve"), 7)
    const eve = { id: "m3", name: "eve" }
    expect(told.map(({ audience, event }) => [ids(audience), event])).toEqual([
      [
        [3],
        {
          _tag: "Welcome",
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
      [[1, 2], { _tag: "Joined", seq: 3, at: 7, room: "lobby", member: eve }]
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
    const chat = Chat.leave(roomOf("ann"), 1, "quit", undefined, 0).chat
    expect(answer(newcomer(chat), join("ann"))).toMatchObject([{ _tag: "Welcome", you: { id: "m2", name: "ann" } }])
  })

  it("refuses a second name and keeps the first", () => {
    const chat = roomOf("ann")
    expect(answer(chat, join("bob"))).toMatchObject([{ _tag: "Refused", code: "already-joined" }])
    expect(Chat.decide(chat, 1, join("bob"), 0).chat.members).toEqual(chat.members)
  })

  it("names the first hundred of 150 in the welcome, and counts all", () => {
    const chat = newcomer(roomOf(...Array.from({ length: 149 }, (_, index) => `n${index + 1}`)))
    const [welcome] = answer(chat, join("n150"))
    expect(welcome).toMatchObject({ _tag: "Welcome", here: 150 })
    expect(welcome?._tag === "Welcome" && welcome.members.map(({ name }) => name)).toEqual(
      Array.from({ length: 100 }, (_, index) => `n${index + 1}`)
    )
  })

  it("takes nobody in after the close, and gives no id twice even then", () => {
    const closed = Chat.close(roomOf("ann"), Text.clean("the end"), 0).chat
    const { chat, told } = Chat.connect(closed, "127.0.0.1:1", "late", 0)
    expect(told).toEqual([])
    expect(chat.lastClient).toBe(2)
    expect(Chat.decide(chat, 2, join("late"), 0).told).toEqual([])
  })
})

describe("Before joining", () => {
  it("refuses to let a nameless client say something, and sends its mark back", () => {
    const say = { _tag: "Say", text: Text.clean("hi"), ref: "7" } as const
    expect(answer(newcomer(roomOf("ann")), say)).toMatchObject([{ _tag: "Refused", code: "not-joined", ref: "7" }])
  })

  it("refuses to tell a nameless client who is here", () => {
    expect(answer(newcomer(roomOf("ann")), { _tag: "Who" })).toMatchObject([{ _tag: "Refused", code: "not-joined" }])
  })

  it("answers a ping", () => {
    expect(answer(newcomer(roomOf()), { _tag: "Ping", ref: "p" })).toEqual([{ _tag: "Pong", at: 0, ref: "p" }])
  })

  it("lets a nameless client go without a word to the room", () => {
    const { told } = Chat.leave(newcomer(roomOf("ann")), 2, "closed", undefined, 0)
    expect(told.map(({ audience, event }) => [event._tag, audience])).toEqual([["Disconnected", []]])
  })
})

describe("Refusing", () => {
  it("tells the sender alone, in words that are safe to show", () => {
    const refusal = new Refusal({ code: "bad-line", message: "no \u001b[2J\nway", ref: "r" })
    const { told } = Chat.refuse(roomOf("ann", "bob"), 1, refusal, 5)
    expect(told.map(({ audience, event }) => [ids(audience), event])).toEqual([
      [[1], { _tag: "Refused", at: 5, code: "bad-line", message: "no [2J way", ref: "r" }]
    ])
  })
})

describe("Leaving", () => {
  it("tells those who stay why", () => {
    const { told } = Chat.leave(roomOf("ann", "bob"), 1, "quit", Text.clean("lunch"), 9)
    expect(told.map(({ audience, event }) => [ids(audience), event])).toEqual([
      [
        [2],
        { _tag: "Left", seq: 3, at: 9, room: "lobby", member: { id: "m1", name: "ann" }, code: "quit", reason: "lunch" }
      ]
    ])
  })

  it("happens once", () => {
    const left = Chat.leave(roomOf("ann", "bob"), 1, "quit", undefined, 0).chat
    expect(Chat.leave(left, 1, "lost", undefined, 0)).toEqual({ chat: left, told: [] })
  })
})

describe("Closing", () => {
  it("happens once", () => {
    const closed = Chat.close(roomOf("ann"), Text.clean("first"), 0).chat
    expect(Chat.close(closed, Text.clean("second"), 0).told).toEqual([])
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
      ({ afterLeaves, leaving, members }) => {
        let chat = bigRoom(members)
        const start = chat.members.map(({ member }) => member!.id)
        const named: Array<MemberId> = []
        for (let page = 0, more = true; more; page += 1) {
          const after = named.at(-1)
          const [reply] = Chat.decide(chat, 1, { _tag: "Who", after }, 0).told
          if (reply?.event._tag !== "Members") throw new Error("no page")
          expect(reply.event.members.length).toBeLessThanOrEqual(Chat.pageSize)
          expect(reply.event.here).toBe(chat.members.length)
          named.push(...reply.event.members.map(({ id }) => id))
          more = reply.event.more
          const gone = chat.members.find(({ member }) => member!.id === named.at(-1))?.id
          if (afterLeaves && gone !== undefined && gone !== 1) chat = Chat.leave(chat, gone, "quit", undefined, 0).chat
          for (const id of leaving[page] ?? []) chat = Chat.leave(chat, id, "quit", undefined, 0).chat
        }
        expect(new Set(named).size).toBe(named.length)
        const stayed = chat.members.map(({ member }) => member!.id)
        expect(named.filter((id) => stayed.includes(id))).toEqual(stayed)
        expect(start.filter((id) => named.includes(id))).toEqual(named)
      },
      30
    )
  })

  it.each(["m2", "m99999", "x", "m-1", "mInfinity", "mNaN", "m9007199254740993"])(
    "answers with a page whatever the client asks to go on after: %s",
    (after) => {
      const [reply] = answer(roomOf("ann", "bob", "eve"), { _tag: "Who", after: MemberId.make(after) })
      expect(reply).toMatchObject({ _tag: "Members", here: 3, more: false })
    }
  )
})

// One array is copied for each joiner: the big room is built once, and the smaller ones are what is left of it.
const biggest = roomOf(...Array.from({ length: 320 }, (_, index) => `n${index + 1}`))

const bigRoom = (size: number): Chat.Chat<string> => {
  let chat = biggest
  for (const { id } of biggest.members.slice(size)) chat = Chat.leave(chat, id, "quit", undefined, 0).chat
  return chat
}

describe("A name that is changed", () => {
  const rename = (name: string): Command => ({ _tag: "Rename", nickname: named(name) })

  it("may differ from the old one in case alone", () => {
    expect(answer(roomOf("bob", "ann"), rename("Ann"))).toMatchObject([{ _tag: "Renamed", was: "ann", member: { name: "Ann" } }])
  })

  it("is refused when it is somebody's, reserved, or of one who has none yet", () => {
    expect(answer(roomOf("bob", "ann"), rename("BOB"))).toMatchObject([{ _tag: "Refused", code: "name-taken" }])
    expect(answer(roomOf("bob", "ann"), rename("server"))).toMatchObject([{ _tag: "Refused", code: "name-reserved" }])
    expect(answer(newcomer(roomOf("bob")), rename("ann"))).toMatchObject([{ _tag: "Refused", code: "not-joined" }])
  })

  it("leaves the old one free", () => {
    const { chat } = Chat.decide(roomOf("bob"), 1, rename("ann"), 0)
    expect(answer(newcomer(chat), join("bob"))).toMatchObject([{ _tag: "Welcome", you: { name: "bob" } }])
  })
})

describe("A whisper", () => {
  const address = (words: string): Command => ({ _tag: "Address", words: Text.clean(words) })

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
    expect(answer(newcomer(roomOf("ann")), address("ann hi"))).toMatchObject([{ _tag: "Refused", code: "not-joined" }])
  })
})
