import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import confusables from "unhomoglyph/data.json" with { type: "json" }
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Event } from "../../src/domain/Event.ts"
import { MemberId } from "../../src/domain/Member.ts"
import { asked as askedFor, sparesOf } from "../../src/domain/nameIndex.ts"
import { hindrance, named as claimed, spareName } from "../../src/domain/names.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import * as Text from "../../src/domain/Text.ts"
import { openings } from "../../src/domain/sentences.ts"
import * as phrases from "../../src/domain/phrases.ts"
import { greeting, plain } from "../../src/server/dialect/plain.ts"
import { anyString } from "../support/arbitraries.ts"
import { connect, decide, join, leave, membersOf, named, nobody as empty, rename, settings, type Taken } from "../support/chat.ts"
import { always } from "../support/property.ts"

/** A chat in which one thing after another happens, and what each of its clients is told. The way to a client is its number. */
class Room {
  #node = empty<Chat.ClientId>()
  #told: ReadonlyArray<Chat.Envelope<Chat.ClientId>> = []

  get chat(): Chat.Chat<Chat.ClientId> {
    return this.#node.chat
  }

  /** Somebody connects, and joins where there is a name: its id. */
  enter(name?: string, ifTaken: "refuse" | "number" = "number"): Chat.ClientId {
    this.#node = connect(this.#node, this.#node.lastClient + 1)
    const id = this.#node.lastClient
    if (name !== undefined) this.decide(id, join(name, ifTaken))
    return id
  }

  decide(id: Chat.ClientId, command: Command): void {
    this.#take(decide(this.#node, id, command))
  }

  rename(id: Chat.ClientId, name: string): void {
    this.decide(id, rename(name))
  }

  leave(id: Chat.ClientId): void {
    this.#take(leave(this.#node, id))
  }

  nameOf(id: Chat.ClientId): string | undefined {
    return membersOf(this.#node).find(({ client }) => client === id)?.member.name
  }

  get ids(): ReadonlyArray<Chat.ClientId> {
    return membersOf(this.#node).map(({ client }) => client)
  }

  get names(): ReadonlyArray<string> {
    return membersOf(this.#node).map(({ member }) => member.name)
  }

  /** The warnings since they were last asked for, each with those who are told. */
  warnings(): ReadonlyArray<readonly [string, ReadonlyArray<Chat.ClientId>]> {
    const told = this.#told
    this.#told = []
    return told.flatMap(({ audience, event }) => (event._tag === "Notice" ? [[event.text, audience.flatMap(({ peer }) => peer ?? [])] as const] : []))
  }

  /** The refusals since anything was last asked for. */
  refusals(): ReadonlyArray<string> {
    const told = this.#told
    this.#told = []
    return told.flatMap(({ event }) => (event._tag === "Refused" ? [event.code] : []))
  }

  #take({ node, told }: Taken<Chat.ClientId>): void {
    this.#node = node
    this.#told = [...this.#told, ...told]
  }
}

const latin = "ada"
const cyrillic = "аdа"
const differently = "Аda"

describe("A name that looks like another's", () => {
  const warning = (name: string, other: string) => `The name ${name} looks like ${other}: they are not the same person.`

  it("is let in, and the room is told once: the two as well", () => {
    const room = new Room()
    const [ada, bob] = [room.enter(latin), room.enter("bob")]
    const nobody = room.enter()
    const lookalike = room.enter(cyrillic, "refuse")
    expect(room.nameOf(lookalike)).toBe(cyrillic)
    expect(room.warnings()).toEqual([[warning(cyrillic, latin), [ada, bob, lookalike]]])
    expect(room.warnings().flatMap(([, ids]) => ids)).not.toContain(nobody)
  })

  it("is told of once, however many it looks like", () => {
    const room = new Room()
    room.enter(latin)
    room.enter(cyrillic)
    room.warnings()
    room.enter(differently)
    expect(room.warnings()).toHaveLength(1)
  })

  it("is told of when somebody takes it later", () => {
    const room = new Room()
    const [ada, bob] = [room.enter(latin), room.enter("bob")]
    room.rename(bob, cyrillic)
    expect(room.nameOf(bob)).toBe(cyrillic)
    expect(room.warnings()).toEqual([[warning(cyrillic, latin), [ada, bob]]])
  })

  it("is no news where the other one is one's own", () => {
    const room = new Room()
    const ada = room.enter(latin)
    room.rename(ada, cyrillic)
    room.rename(ada, "Ada")
    room.rename(ada, latin)
    expect(room.nameOf(ada)).toBe(latin)
    expect(room.warnings()).toEqual([])
  })

  it("is no news once the other one is gone, or bears another", () => {
    const room = new Room()
    room.leave(room.enter(latin))
    const lookalike = room.enter(cyrillic)
    room.rename(lookalike, "somebody else")
    room.enter(differently)
    expect(room.warnings()).toEqual([])
  })

  it("is still told of when one of those it looks like is gone", () => {
    const room = new Room()
    const ada = room.enter(latin)
    const second = room.enter(cyrillic)
    room.leave(ada)
    room.warnings()
    const third = room.enter(differently)
    expect(room.warnings()).toEqual([[warning(differently, cyrillic), [second, third]]])
  })

  it.each([
    ["accents", "José", "Jose"],
    ["another letter", "Neil", "Nell"],
    ["a number", "ada", "ada_2"]
  ])("is none that differs by %s", (_, one, other) => {
    const room = new Room()
    room.enter(one)
    room.enter(other)
    expect(room.names).toEqual([one, other])
    expect(room.warnings()).toEqual([])
  })

  it("is told of just when somebody here has a name that looks so: whoever comes, goes, or bears another", () => {
    const someNames = [latin, cyrillic, differently, "ADA", "paypal", "paypaI", "раураl", "bob", "b0b"]
    const moves = FastCheck.array(
      FastCheck.oneof(
        { weight: 4, arbitrary: FastCheck.record({ _tag: FastCheck.constant("enter" as const), name: FastCheck.constantFrom(...someNames) }) },
        {
          weight: 2,
          arbitrary: FastCheck.record({ _tag: FastCheck.constant("rename" as const), who: FastCheck.nat(), name: FastCheck.constantFrom(...someNames) })
        },
        { weight: 3, arbitrary: FastCheck.record({ _tag: FastCheck.constant("leave" as const), who: FastCheck.nat() }) }
      ),
      { maxLength: 40, size: "max" }
    )
    always(moves, (moves) => {
      const room = new Room()
      const here = () => room.ids
      for (const move of moves) {
        const ids = here()
        const who = move._tag === "enter" ? undefined : ids[move.who % Math.max(1, ids.length)]
        const others = new Room()
        for (const id of ids) if (id !== who) others.enter(room.nameOf(id))
        others.warnings()
        if (move._tag === "leave" && who !== undefined) room.leave(who)
        if (move._tag === "rename" && who !== undefined) {
          const before = room.nameOf(who)
          room.rename(who, move.name)
          // What was refused changes nothing, and is no news.
          if (room.refusals().length > 0) expect(room.nameOf(who)).toBe(before)
        }
        if (move._tag === "enter") {
          room.enter(move.name)
          others.enter(move.name)
          expect(room.warnings().length).toBe(others.warnings().length)
        }
        room.warnings()
        if (here().length === 0) {
          expect(HashMap.size(room.chat.names)).toBe(0)
          expect(HashMap.size(room.chat.looks)).toBe(0)
        }
      }
    }, 50)
  })
})

describe("A reserved name", () => {
  it.each(["server", "SERVER", "System", "ｓｅｒｖｅｒ"])("is refused to one who can choose another: %s", (name) => {
    const room = new Room()
    room.enter(name, "refuse")
    expect(room.refusals()).toEqual(["name-reserved"])
    expect(room.names).toEqual([])
  })

  it("is numbered for one who cannot be asked", () => {
    const room = new Room()
    room.enter("server")
    room.enter("Server")
    expect(room.names).toEqual(["server_2", "Server_3"])
  })

  it.each([
    ["[server]", "server_2"],
    ["[server] the room closes", "server_the_room_closes"],
    ["[ѕеrvеr] in Cyrillic letters", "ѕеrvеr_in_Cyrillic_letters"],
    ["--- System", "System_2"],
    ["-server-", "server_2"],
    ["(( SERVER ))", "SERVER_2"],
    ["Server notice", "Server_notice"],
    ["server admin", "server_admin"],
    ["The server", "The_server"]
  ])("with signs before it is one too, as it looks like the beginning of what the server says: %s", (name, near) => {
    const room = new Room()
    room.enter(name, "refuse")
    expect(room.refusals()).toEqual(["name-reserved"])
    room.enter(name)
    expect(room.names).toHaveLength(1)
    expect(room.names[0]?.startsWith(near)).toBe(true)
    expect(room.names[0]?.startsWith("[")).toBe(false)
  })

  it.each(["[ada]", "[serverless]", "my [server]", "systems", "servers", "the serverless"])("is not %s", (name) => {
    const room = new Room()
    room.enter(name, "refuse")
    expect(room.names).toEqual([name])
  })

  it.each([
    ["a letter like a bracket or a mark", "ǃserver", "server_2"],
    ["several of them", "ʼˈ system", "system_2"],
    ["an Arabic zero, like a full stop", "٠SERVER", "SERVER_2"],
    ["signs and such letters by turns", "[ǃ[ǃserver] hi]", "server_hi"]
  ])("is one too with %s before it: %s", (_, name, near) => {
    const room = new Room()
    room.enter(name, "refuse")
    expect(room.refusals()).toEqual(["name-reserved"])
    room.enter(name)
    expect(room.names).toEqual([near])
  })

  it("does not come out where a number takes the place of what stood behind it", () => {
    const longest = `${"(".repeat(24)}serverXY`
    const room = new Room()
    for (let n = 0; n < 3; n += 1) room.enter(longest)
    expect(room.names).toEqual([longest, `${"(".repeat(24)}server_2`, `${"(".repeat(24)}server_3`])
  })

  it("cannot be taken later either", () => {
    const room = new Room()
    const ada = room.enter(latin)
    room.rename(ada, "system")
    expect(room.nameOf(ada)).toBe(latin)
    expect(room.refusals()).toEqual(["name-reserved"])
  })
})

/** The name that one gets who asks for this one in a chat that has these limits, or the refusal's code. */
const given = (chat: Chat.Chat<string>, nickname: Nickname.Nickname, ifTaken: "refuse" | "number"): string => {
  const name = askedFor(nickname)
  const why = hindrance(chat, name)
  if (why === undefined) return name.name
  return ifTaken === "refuse" ? why.code : spareName(chat, sparesOf(name, chat.settings.limits)).name
}

const allowing = (nameGraphemes: number) =>
  Chat.empty<string>({ ...settings, limits: { lineBytes: 1000, ...Nickname.limited(nameGraphemes) } })

const roomiest = allowing(Nickname.mostGraphemes)

const leniently = ({ settings: { limits } }: Chat.Chat<string>, raw: string): Nickname.Nickname =>
  Nickname.lenient(raw, limits) ?? Nickname.Nickname.make("bob")

describe("The beginning of a sentence of the server's", () => {
  const at = 0
  const nobody = { id: MemberId.make("m1"), name: named("nobody") }
  const inRoom = { seq: 1, at, room: lobby }
  const welcome = (asked: string): Event => ({
    _tag: "Welcome", ...inRoom, you: nobody, asked: named(asked), here: 1, members: [nobody], ...settings
  })
  const events: ReadonlyArray<readonly [string, Event]> = [
    ["that it closes", { _tag: "Goodbye", at, code: "closing", reason: Text.clean("out for lunch") }],
    ["that one is disconnected", { _tag: "Goodbye", at, code: "wrong-password", reason: Text.clean("wrong password") }],
    ["who is here", { _tag: "Members", at, here: 1, members: [nobody], more: false }],
    ["that it wants a password", { _tag: "Refused", at, code: "password-required", message: phrases.passwordQuestion }],
    ["that a name is taken", welcome("ada")],
    ["that a name is reserved", welcome("[server]")],
    ["that one is too fast", { _tag: "Throttled", at, perSecond: 10, message: phrases.throttled(10) }]
  ]
  const sentences = [
    ...events.map(([title, event]) => [title, plain.encode(event).trimEnd().split("\n").at(-1) ?? ""] as const),
    ["what it greets with", greeting.trimEnd()] as const
  ]

  it.each(sentences)("is nobody's name, so that only the server says %s: %s", (_, sentence) => {
    const colon = sentence.indexOf(":")
    const text = Text.clean(sentence.slice(colon + 1).trim())
    const name = leniently(roomiest, sentence.slice(0, colon))
    const said = (name: Nickname.Nickname) => plain.encode({ _tag: "Said", ...inRoom, from: { ...nobody, name }, text }).trimEnd()
    expect(said(name)).toBe(sentence)
    expect(given(roomiest, name, "refuse")).toBe("name-reserved")
    // One word, with a number or without, reads as no sentence.
    expect(given(roomiest, name, "number")).toMatch(/^[\w,]+$/u)
  })

  it.each([
    ["in capitals", "THE SERVER IS CLOSING"],
    ["in full-width letters", "Ｈｅｒｅ"],
    ["in Cyrillic letters", "Неrе"],
    ["with a capital I for an i, and another for an l", "The server Is cIosing"],
    ["with a one for an l", "The server is c1osing"],
    ["with wider spaces", "You\u00a0have  been\u3000disconnected"],
    ["with a joiner", "Pass\u200dword"],
    ["with a sign before it", ".Password"],
    ["with a letter like a sign before it", "ˈHere"],
    ["of anybody's name", "the name Nick Cave is TAKEN"],
    ["of any number", "You are sending more than 7 messages a second"]
  ])("is none %s either: %s", (_, raw) => {
    const name = leniently(roomiest, raw)
    expect(given(roomiest, name, "refuse")).toBe("name-reserved")
  })

  it.each(["Passwords", "Passwort", "Here I am", "he re", "The serverless", "The name", "The namesake is taken", "Goodbye Pork Pie", "Welcome Msomi"])(
    "is not %s",
    (raw) => {
      expect(given(roomiest, leniently(roomiest, raw), "refuse")).toBe(raw)
    }
  )
})

/** A chat in which this one and its next numbers are somebody's. */
const crowded = (chat: Chat.Chat<string>, nickname: Nickname.Nickname, size: number): Chat.Chat<string> => {
  const name = askedFor(nickname)
  const spares = sparesOf(name, chat.settings.limits)
  return Array.from({ length: size }, (_, index) => MemberId.make(`m${index + 1}`)).reduce(
    (full, id) => claimed(full, id, hindrance(full, name) === undefined ? name : spareName(full, spares)),
    chat
  )
}

describe("Whatever somebody asks for who cannot be asked again", () => {
  const prototypes = Object.entries(confusables)
  const likeSigns = prototypes.flatMap(([character, look]) => (/^[\p{L}\p{N}]/u.test(character) && /^[^\p{L}\p{N}]+$/u.test(look) ? [character] : []))
  const before = [...Array.from("[](){}<>*-_.,!'\"/|=+~#@ "), "\u00a0", "\u3000", "\u200d", "\u200c", "\ufe0f", "\u0301", "a", "1", "一", "👩", ...likeSigns]
  const noise = (maxLength: number) => FastCheck.array(FastCheck.constantFrom(...before), { maxLength, size: "max" }).map((all) => all.join(""))

  const reserved = [...Nickname.reserved, ...openings]
  const spellings = new Map(
    Array.from(new Set(reserved.join("")), (letter) => {
      const wide = String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)
      const alike = prototypes.flatMap(([character, look]) => (look === letter ? [character] : []))
      return [letter, /[a-z]/iu.test(letter) ? [letter, letter, letter.toUpperCase(), wide, ...alike] : [letter]] as const
    })
  )
  const disguised = FastCheck.oneof(
    ...reserved.map((words) => FastCheck.tuple(...Array.from(words, (letter) => FastCheck.constantFrom(...(spellings.get(letter) ?? [letter])))))
  ).map((letters) => letters.join(""))
  const asked = FastCheck.tuple(noise(30), disguised, FastCheck.oneof(FastCheck.constant(""), noise(12), anyString(12))).map((parts) => parts.join(""))
  const limits = FastCheck.constantFrom(4, 9, 16, 32, 32, 32, Nickname.mostGraphemes)

  it("the name that is given is one, is nobody's, and is not reserved", () => {
    always(FastCheck.tuple(FastCheck.oneof({ weight: 5, arbitrary: asked }, anyString()), limits, FastCheck.nat(3)), ([raw, limit, size]) => {
      const empty = allowing(limit)
      const nickname = leniently(empty, raw)
      const chat = crowded(empty, nickname, size)
      const name = given(chat, nickname, "number")
      expect(Nickname.parse(name, empty.settings.limits)).toBe(name)
      expect(HashMap.has(chat.names, Nickname.key(name))).toBe(false)
      expect(given(chat, Nickname.Nickname.make(name), "refuse")).toBe(name)
    }, 3000)
  })

  it.each([...Nickname.reserved])("%s is what is left of it, whichever letter that looks like a sign stands before it", (word) => {
    expect(likeSigns.length).toBeGreaterThan(50)
    for (const letter of likeSigns) expect(given(roomiest, leniently(roomiest, `${letter}${word}`), "number")).toBe(`${word}_2`)
  })
})

describe("When thousands ask for one name", () => {
  const crowd = 1000

  it("each gets the next number, at the same pace as the first", () => {
    const room = new Room()
    const start = performance.now()
    for (let n = 0; n < crowd; n += 1) room.enter(n % 2 === 0 ? "ada" : "ADA")
    expect(room.names.map((name) => name.toLowerCase())).toEqual(["ada", ...Array.from({ length: crowd - 1 }, (_, n) => `ada_${n + 2}`)])
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it("all names stay different, whoever goes meanwhile, also where a number leaves no room for the whole name", () => {
    const asked = ["ada", "ADA", "ada_2", "ada_4", "x".repeat(32), `${"x".repeat(30)}_2`, "server", "[server]", "(server", "xxxxxxxxxxxxxxxxxxxxxxxxxx[ada]"]
    const moves = FastCheck.array(FastCheck.record({ leaves: FastCheck.nat(), stays: FastCheck.integer({ min: 0, max: 3 }), name: FastCheck.constantFrom(...asked) }), {
      maxLength: 120,
      size: "max"
    })
    always(moves, (moves) => {
      const room = new Room()
      for (const { leaves, name, stays } of moves) {
        room.enter(name)
        const { ids } = room
        const one = ids[leaves % ids.length]
        if (stays === 0 && one !== undefined) room.leave(one)
      }
      expect(new Set(room.names.map(Nickname.key)).size).toBe(room.names.length)
      for (const name of room.names) expect(Nickname.parse(name)).toBe(name)
    }, 30)
  })
})
