import { describe, expect, it } from "@effect/vitest"
import { readingsOf } from "../../src/domain/addressee.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { apply } from "../../src/domain/apply.ts"
import * as Commands from "../../src/domain/command/index.ts"
import type { Command, RoomRule } from "../../src/domain/command/index.ts"
import { answer } from "../../src/domain/command/deciding.ts"
import type { Happening } from "../../src/domain/Entry.ts"
import type { Event } from "../../src/domain/Event.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { MetadataKey } from "../../src/domain/metadata.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { Proof } from "../../src/domain/Place.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import type { MessageId } from "../../src/domain/eventFields.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { mostSanctions } from "../../src/domain/sanctions.ts"
import * as Text from "../../src/domain/Text.ts"
import { join, rename, roomNamed, say, settings } from "../support/chat.ts"
import { range } from "../support/range.ts"

const dev = roomNamed("dev")

/** A chat of people who have come in under their names, each over a connection and from a host of its own. */
class Rooms {
  chat: Chat.Chat<number>
  at = 1_000_000
  readonly #clients = new Map<string, number>()

  constructor(bounds = Chat.defaultBounds, history?: Chat.Chat<number>["history"]) {
    this.chat = Chat.empty(settings, keepFor(120_000, 1000, 1000), bounds, history)
  }

  submit(happening: Happening): ReadonlyArray<Chat.Envelope<number>> {
    const { chat, told } = apply(this.chat, { at: this.at, ...happening }, (client) => client)
    this.chat = chat
    return told
  }

  come(name: string, { from = name, secret, user }: { readonly from?: string; readonly secret?: string; readonly user?: string } = {}): void {
    const client = this.#clients.size + 1
    this.#clients.set(name, client)
    const hello = join(name)
    const claim = secret === undefined ? {} : { claim: { proof: Proof.make(secret), neighbourhood: "here" } }
    this.submit({ _tag: "Command", client, address: `${from}:1`, command: hello._tag === "Join" ? { ...hello, ...claim, ...(user === undefined ? {} : { profile: { user, real: Text.clean(name) } }) } : hello })
  }

  /** What others are told when somebody goes. */
  quit(name: string, reason?: Text.Text): ReadonlyArray<Event> {
    return this.submit({ _tag: "Quit", client: this.#clients.get(name) ?? 0, code: "quit", reason }).map(({ event }) => event)
  }

  /** What others are told when somebody asks for this. */
  told(name: string, command: Command): ReadonlyArray<Event> {
    const client = this.#clients.get(name) ?? 0
    return this.submit({ _tag: "Command", client, address: `${name}:1`, command }).flatMap(({ audience, event }) => (audience.some(({ peer }) => peer !== client) ? event : []))
  }

  /** What somebody is told that asks for this, and nobody else. */
  ask(name: string, command: Command): ReadonlyArray<Event> {
    const client = this.#clients.get(name) ?? 0
    const told = this.submit({ _tag: "Command", client, address: `${name}:1`, command })
    return told.filter(({ audience }) => audience.some(({ peer }) => peer === client)).map(({ event }) => event)
  }

  /** Asks for what is typed; a word is its own proof. */
  type(name: string, line: string): ReadonlyArray<Event> {
    const [, typed = "", rest = ""] = /^(\/\S+)\s*(.*)$/u.exec(line) ?? []
    const request = Commands.lines.find((form) => form.name === typed)?.read(rest, Nickname.defaultLimits)
    if (request === undefined) return this.ask(name, say(line))
    if (request instanceof Refusal) return [{ _tag: "Refused", at: this.at, code: request.code, message: Text.clean(request.message) }]
    if (request._tag === "Sealed") return this.ask(name, { ...request.command, word: Proof.make(request.word) })
    if (request._tag === "Command") return this.ask(name, request.command)
    if (request._tag !== "Question") throw new Error(line)
    const client = this.#clients.get(name) ?? 0
    const reply = answer(this.chat, { origin: { client, address: "" }, seat: { id: undefined, peer: client }, person: Chat.personOf(this.chat, client) }, request.question)
    return reply._tag === "Lines" || reply._tag === "Verbatim" ? [] : [reply]
  }

  /** The words of a refusal; empty where it was done. */
  refusal(name: string, line: string): string {
    return this.type(name, line).flatMap((event) => (event._tag === "Refused" ? [event.message] : [])).join(" ")
  }

  rule(command: RoomRule, room = dev.key): string {
    return this.submit({ _tag: "Rule", room, command }).flatMap(({ audience, event }) => (event._tag === "Refused" && audience.length === 0 ? [event.message] : [])).join(" ")
  }

  get names(): ReadonlyArray<string> {
    return Chat.membersOf(this.chat, dev.key).map(({ name }) => name)
  }
}

/** Ada owns the room, Bob and Eve are in it, and Zoe is not. */
const room = (history?: Chat.Chat<number>["history"]): Rooms => {
  const rooms = new Rooms(Chat.defaultBounds, history)
  for (const name of ["ada", "bob", "eve", "zoe"]) rooms.come(name, { secret: `secret of ${name}` })
  for (const name of ["ada", "bob", "eve"]) rooms.type(name, "/join dev")
  return rooms
}

describe("Who has too low a role", () => {
  it.each([
    ["/topic plans", "Only the owner and the operators of #dev can set its topic."],
    ["/lock", "Only the owner and the operators of #dev can lock it."],
    ["/unlock", "Only the owner and the operators of #dev can unlock it."],
    ["/hide", "Only the owner and the operators of #dev can hide it."],
    ["/kick eve", "Only the owner and the operators of #dev can put somebody out."],
    ["/ban eve", "Only the owner and the operators of #dev can ban somebody."],
    ["/mute ada", "Only the owner and the operators of #dev can mute somebody."],
    ["/op bob", "Only the owner and the operators of #dev can make somebody an operator."]
  ])("is refused: %s", (line, words) => {
    expect(room().refusal("bob", line)).toBe(words)
  })

  it("cannot rule the lobby, which is nobody's", () => {
    const rooms = new Rooms()
    rooms.come("ada")
    expect(rooms.refusal("ada", "/topic plans")).toBe("Only the operator of the server can set its topic: the lobby belongs to nobody.")
    for (const _tag of ["Lock", "Hide"] as const) expect(rooms.rule({ _tag }, lobby)).toBe("The lobby stays open to everybody.")
  })

  it("as an operator rules members, and not another operator, nor the owner", () => {
    const rooms = room()
    for (const name of ["bob", "eve"]) rooms.type("ada", `/op ${name}`)
    expect(rooms.refusal("bob", "/kick eve")).toBe("You cannot do that to eve, who rules #dev too.")
    expect(rooms.refusal("bob", "/ban ada")).toBe("You cannot do that to ada, who rules #dev too.")
    expect(rooms.refusal("bob", "/deop eve")).toBe("Only the owner of #dev can do that to another operator.")
    expect(rooms.refusal("bob", "/kick bob")).toBe("To leave #dev yourself, type /leave.")
    expect(rooms.refusal("bob", "/deop bob")).toBe("")
    expect(rooms.refusal("ada", "/deop eve")).toBe("")
    expect(rooms.refusal("ada", "/deop eve")).toBe("eve is no operator of #dev.")
    expect(rooms.refusal("ada", "/op ada")).toBe("ada rules #dev already.")
  })
})

describe("Whoever means somebody who is not there", () => {
  it.each([
    ["/kick nobody", "Nobody here has that name: /who shows who is here."],
    ["/kick zoe", "zoe is not in #dev."],
    ["/unban bob", "bob is not banned from #dev."],
    ["/unmute bob", "bob is not muted in #dev."],
    ["/invite bob", "bob is in #dev already."],
    ["/ban bob 0", "That lasts 1 to 1440 minutes: type /ban NAME [MINUTES] [REASON]"],
    ["/ban bob 1441", "That lasts 1 to 1440 minutes: type /ban NAME [MINUTES] [REASON]"],
    ["/ban bob -1", "That lasts 1 to 1440 minutes: type /ban NAME [MINUTES] [REASON]"],
    ["/mute bob 1.5 spam", "That lasts 1 to 1440 minutes: type /mute NAME [MINUTES] [REASON]"],
    ["/ban ada", "You cannot do that to yourself."],
    ["/mute ada 5", "You cannot do that to yourself."],
    ["/topic -", "#dev has no topic."],
    ["/op bob too", "Type /op NAME"],
    ["/leave tea", "You are not in #tea: enter it first, with /join tea."],
    ["/show", "#dev is not hidden."],
    ["/unlock", "#dev is not locked."]
  ])("is told so: %s", (line, words) => {
    expect(room().refusal("ada", line)).toBe(words)
  })

  it("is told so where a room is locked already; another word, or none any more, is a change", () => {
    const rooms = room()
    expect(["/lock", "/lock", "/lock sesame", "/lock open", "/lock", "/lock"].map((line) => rooms.refusal("ada", line))).toEqual(["", "#dev is locked already.", "", "", "", "#dev is locked already."])
  })
})

describe("A ban", () => {
  it("puts out and keeps out for ten minutes, or as long as is said, and says how long that is", () => {
    const rooms = room()
    expect(rooms.type("ada", "/ban bob 30 spam")).toMatchObject([{ _tag: "Moderated", deed: "ban", until: rooms.at + 1_800_000, reason: "spam" }])
    expect(rooms.names).toEqual(["ada", "eve"])
    rooms.at += 1_740_001
    expect(rooms.type("bob", "/join dev")).toMatchObject([{ _tag: "Refused", code: "banned", wait: 59_999, message: "You cannot enter #dev for 60 seconds: you are banned there." }])
    rooms.at += 59_999
    expect(rooms.refusal("bob", "/join dev")).toBe("")
  })

  it("holds under another name, under the same name of another, with the same secret, and from the same host; not from a shared one", () => {
    const rooms = room()
    rooms.type("ada", "/ban bob")
    rooms.ask("bob", rename("bobby"))
    expect(rooms.refusal("bob", "/join dev")).not.toBe("")
    rooms.ask("eve", rename("bob"))
    rooms.type("eve", "/leave dev")
    expect(rooms.refusal("eve", "/join dev")).not.toBe("")
    rooms.submit({ _tag: "Quit", client: 2, code: "quit" })
    rooms.come("robert", { from: "elsewhere", secret: "secret of bob" })
    expect(rooms.refusal("robert", "/join dev")).not.toBe("")
    rooms.come("neighbour", { from: "bob" })
    expect(rooms.refusal("neighbour", "/join dev")).not.toBe("")
    rooms.come("guest", { from: "shared" })
    rooms.come("other", { from: "shared" })
    expect(rooms.type("ada", "/ban guest").at(-1)).toMatchObject({ _tag: "Whispered", text: "Others come from the address of guest: this goes by name only, and not by address." })
    expect(rooms.refusal("other", "/join dev")).toBe("")
  })

  describe("of Mallory", () => {
    // In each case one thing alone gives Mallory away.
    const banned = (from: string, secret?: string) => {
      const rooms = room()
      rooms.come("other", { from: "shared" })
      rooms.come("mallory", { from, ...(secret === undefined ? {} : { secret }) })
      rooms.type("mallory", "/join dev")
      rooms.type("ada", "/ban mallory")
      return rooms
    }

    it("holds for the same connection, under another name", () => {
      const rooms = banned("shared")
      rooms.ask("mallory", rename("innocent"))
      expect(rooms.refusal("mallory", "/join dev")).toContain("you are banned there")
    })

    it.each([
      ["with the same name", { from: "shared" }, "mallory", { from: "elsewhere" }, true],
      ["with the same secret", { from: "shared", secret: "of mallory" }, "innocent", { from: "elsewhere", secret: "of mallory" }, true],
      ["from the same host", { from: "her own" }, "innocent", { from: "her own" }, true],
      ["with another secret, from elsewhere", { from: "her own", secret: "of mallory" }, "innocent", { from: "elsewhere", secret: "of innocent" }, false],
      ["without a secret, as she had none, from elsewhere", { from: "her own" }, "innocent", { from: "elsewhere" }, false],
      ["from a host that others shared", { from: "shared" }, "innocent", { from: "shared" }, false]
    ] as const)("and who comes %s", (_, before: { from: string; secret?: string }, name, after, isHeld) => {
      const rooms = banned(before.from, before.secret)
      rooms.quit("mallory")
      rooms.come(name, after)
      expect(rooms.refusal(name, "/join dev") !== "").toBe(isHeld)
    })
  })

  it("is lifted also for somebody who has left", () => {
    const rooms = room()
    rooms.type("ada", "/ban bob")
    rooms.submit({ _tag: "Quit", client: 2, code: "quit" })
    expect(rooms.refusal("ada", "/unban bob")).toBe("")
    rooms.come("bob again", { from: "bob" })
    expect(rooms.refusal("bob again", "/join dev")).toBe("")
  })

  it("is one of a hundred at most, ended ones not counted", () => {
    const rooms = room()
    for (const name of range(mostSanctions, (n) => `guest ${n}`)) {
      rooms.come(name)
      expect(rooms.refusal("ada", `/ban ${name} 1`)).toBe("")
    }
    expect(rooms.refusal("ada", "/ban bob")).toBe("#dev has 100 of these already: lift one first.")
    rooms.at += 60_000
    expect(rooms.refusal("ada", "/ban bob")).toBe("")
  })
})

/** The same, and Ida in it and in no other room, who has a client of IRC. */
const withIrc = (history: Chat.Chat<number>["history"]): Rooms => {
  const rooms = room(history)
  rooms.come("ida", { user: "ida" })
  rooms.type("ida", "/join dev")
  rooms.ask("ida", { _tag: "Exit", room: roomNamed("lobby") })
  return rooms
}

describe("A mute", () => {
  it("lets say nothing in that room, says how long, and ends", () => {
    const rooms = room()
    rooms.type("ada", "/mute bob 2")
    expect(rooms.refusal("bob", "hello")).toBe("You cannot say something in #dev for 2 minutes: you are muted there.")
    expect(rooms.ask("bob", { _tag: "Say", room: roomNamed("lobby"), text: Text.clean("here I can") })).toMatchObject([{ _tag: "Said" }])
    rooms.at += 120_000
    expect(rooms.refusal("bob", "hello")).toBe("")
  })

  const smuggled = Text.clean("what nobody was to hear")
  const words = (told: ReadonlyArray<unknown>): string => JSON.stringify(told)
  it.each([
    ["the reason of a leaving", (rooms: Rooms) => rooms.told("bob", { _tag: "Exit", room: dev, reason: smuggled })],
    ["the reason of taking something back", (rooms: Rooms, said: MessageId) => rooms.told("bob", { _tag: "Redact", room: dev, of: said, reason: smuggled })],
    ["the reason of being away", (rooms: Rooms) => rooms.told("bob", { _tag: "Away", reason: smuggled })],
    ["the reason of a goodbye", (rooms: Rooms) => rooms.quit("bob", smuggled)],
    ["what one is called in full", (rooms: Rooms) => rooms.told("bob", { _tag: "Describe", real: smuggled })],
    ["what one is described by", (rooms: Rooms) => rooms.told("bob", { _tag: "SetMetadata", key: MetadataKey.make("status"), value: smuggled })],
    ["what one is described by who comes again", (rooms: Rooms) => {
      rooms.told("bob", { _tag: "SetMetadata", key: MetadataKey.make("status"), value: smuggled })
      rooms.told("bob", { _tag: "Exit", room: dev })
      return rooms.told("bob", { _tag: "Enter", room: dev })
    }],
    ["a topic that everybody may set", (rooms: Rooms) => rooms.told("bob", { _tag: "Topic", room: dev, text: smuggled })]
  ] as const)("lets nothing through as %s", (_, tell) => {
    for (const isMuted of [false, true]) {
      const rooms = withIrc({ lines: 100, bytes: 100_000, age: 3_600_000, allBytes: 1_000_000 })
      const [said] = rooms.told("bob", { _tag: "Say", room: dev, text: Text.clean("before") })
      rooms.told("ada", { _tag: "SetModes", room: dev, changes: [{ deed: "free-topic" }] })
      if (isMuted) rooms.type("ada", "/mute bob 2")
      const told = tell(rooms, said?._tag === "Said" ? { n: said.n ?? 0, at: said.at } : { n: 0, at: 0 })
      expect(words(told).includes(smuggled)).toBe(!isMuted)
    }
  })
})

describe("A locked room", () => {
  it("says how to get in: by its word, or by an invitation", () => {
    const rooms = room()
    rooms.type("ada", "/lock sesame")
    expect(rooms.refusal("zoe", "/join dev")).toBe("#dev is locked: type /join dev WORD, or be invited.")
    expect(rooms.refusal("zoe", "/join dev wrong")).toBe("#dev is locked, and that is not its word: type /join dev WORD, or be invited.")
    expect(rooms.refusal("zoe", "/join dev sesame")).toBe("")
    rooms.type("zoe", "/leave")
    rooms.type("ada", "/lock")
    expect(rooms.refusal("zoe", "/join dev sesame")).toBe("#dev is locked: ask somebody in it to invite you.")
  })

  it("lets in who is invited, once, within ten minutes, and members do not invite", () => {
    const rooms = room()
    rooms.type("ada", "/lock")
    expect(rooms.refusal("bob", "/invite zoe")).toBe("Only the owner and the operators of #dev can invite somebody while it is locked.")
    rooms.type("ada", "/invite zoe")
    rooms.at += 600_000
    expect(rooms.refusal("zoe", "/join dev")).toBe("#dev is locked: ask somebody in it to invite you.")
    rooms.type("ada", "/invite zoe")
    rooms.at += 599_999
    expect(rooms.refusal("zoe", "/join dev")).toBe("")
    rooms.type("zoe", "/leave")
    expect(rooms.refusal("zoe", "/join dev")).toBe("#dev is locked: ask somebody in it to invite you.")
  })
})

describe("The limits of rooms", () => {
  it("are sixteen a person", () => {
    const rooms = new Rooms()
    rooms.come("ada")
    for (const name of range(15, (n) => `room${n}`)) expect(rooms.refusal("ada", `/join ${name}`)).toBe("")
    expect(rooms.refusal("ada", "/join one-more")).toBe("You are in 16 rooms, and can be in no more at once: leave one first, with /leave ROOM.")
    rooms.type("ada", "/leave room0")
    expect(rooms.refusal("ada", "/join one-more")).toBe("")
  })

  it("are as many in all as the server says, the lobby included; who enters one that is there is not refused", () => {
    const rooms = new Rooms({ rooms: 2, roomsOfPerson: 16 })
    for (const name of ["ada", "bob"]) rooms.come(name)
    expect(rooms.refusal("ada", "/join dev")).toBe("")
    expect(rooms.refusal("bob", "/join tea")).toBe("There are 2 rooms already, and no more are made here: /rooms shows them.")
    expect(rooms.refusal("bob", "/join dev")).toBe("")
  })

  it("are 390 bytes for a topic", () => {
    const rooms = room()
    expect(rooms.refusal("ada", `/topic ${"é".repeat(195)}`)).toBe("")
    expect(rooms.refusal("ada", `/topic ${"é".repeat(195)}x`)).toBe("A topic has at most 390 bytes: this one was longer and was not taken.")
  })

  it.each(["a b", "a,b", "a:b", "lobbу", "", "#", "x".repeat(33), "\u202e"])("are kept by the name %j too", (name) => {
    const rooms = new Rooms()
    rooms.come("ada")
    const parsed = Commands.messages.get("Enter")?.read({ _tag: "Enter", room: name }, Nickname.defaultLimits)
    expect(parsed).toMatchObject({ right: { code: "room-name" } })
  })
})

describe("The list of rooms", () => {
  it("has one's own first, then the largest, and hidden ones only for who is in them", () => {
    const rooms = room()
    rooms.type("zoe", "/join tea")
    rooms.type("ada", "/hide")
    rooms.type("ada", "/topic plans")
    rooms.type("ada", "/lock")
    const list = (name: string) => rooms.type(name, "/rooms").flatMap((event) => (event._tag === "RoomList" ? event.rooms : []))
    expect(list("ada")).toEqual([
      { room: "lobby", here: 4, locked: false, yours: true },
      { room: "dev", here: 3, topic: "plans", locked: true, yours: true },
      { room: "tea", here: 1, locked: false, yours: false }
    ])
    expect(list("zoe").map(({ room }) => room)).toEqual(["lobby", "tea"])
  })
})

describe("The server", () => {
  it("rules every room, whoever owns it, and is answered alone where that cannot be", () => {
    const rooms = room()
    const target = { _tag: "Words", words: Text.clean("ada noise"), readings: readingsOf("ada noise") } as const
    expect(rooms.rule({ _tag: "Moderate", deed: "kick", target })).toBe("")
    expect(rooms.names).toEqual(["bob", "eve"])
    expect(rooms.rule({ _tag: "Moderate", deed: "kick", target })).toBe("ada is not in #dev.")
    expect(rooms.rule({ _tag: "Show" }, roomNamed("nowhere").key)).toBe("There is no such room: /rooms shows all.")
  })

  it("speaks also to who is lost and in no room that others share", () => {
    const rooms = room()
    rooms.ask("bob", { _tag: "Exit", room: roomNamed("lobby") })
    rooms.submit({ _tag: "Drop", client: 2, code: "lost" })
    const [told] = rooms.submit({ _tag: "Announce", text: Text.clean("hear, hear") })
    expect(told?.also?.map(({ id }) => id)).toContain(Chat.personAt(rooms.chat, Proof.make("secret of bob"))?.member.id)
  })
})
