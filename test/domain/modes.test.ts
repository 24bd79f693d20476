import { describe, expect, it } from "@effect/vitest"
import * as Chat from "../../src/domain/Chat.ts"
import { apply } from "../../src/domain/apply.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { ModeChange } from "../../src/domain/command/modes.ts"
import type { Event } from "../../src/domain/Event.ts"
import { mostMasks } from "../../src/domain/masks.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { Proof } from "../../src/domain/Place.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import { textOf, words } from "../../src/domain/wording.ts"
import { readMask } from "../../src/server/dialect/irc/masks.ts"
import { join, roomNamed, settings } from "../support/chat.ts"

const dev = roomNamed("dev")

const named = (name: string) => ({ _tag: "Name" as const, key: Nickname.key(name) })

const mask = (raw: string) => {
  const read = readMask(raw)
  if (read === undefined) throw new Error(raw)
  return read.mask
}

/** Ada owns the room, Bob and Eve are in it, and Zoe is not. */
class Room {
  chat: Chat.Chat<number> = Chat.empty(settings)
  at = 1_000_000
  readonly #people = ["ada", "bob", "eve", "zoe"]

  constructor() {
    for (const name of this.#people) this.ask(name, join(name))
    for (const name of ["ada", "bob", "eve"]) this.ask(name, { _tag: "Enter", room: dev })
  }

  /** What everybody is told of it, with the names of those who are. */
  submit(name: string, command: Command): ReadonlyArray<{ readonly event: Event; readonly to: ReadonlyArray<string> }> {
    const { chat, told } = apply(this.chat, { _tag: "Command", client: this.#people.indexOf(name) + 1, address: `${name}:1`, command, at: this.at }, (client) => client)
    this.chat = chat
    return told.map(({ also = [], audience, event }) => ({ event, to: [...audience, ...also].flatMap(({ peer }) => (peer === undefined ? [] : [this.#people[peer - 1] ?? ""])) }))
  }

  /** What whoever asks is told. */
  ask(name: string, command: Command): ReadonlyArray<Event> {
    return this.submit(name, command).flatMap(({ event, to }) => (to.includes(name) ? [event] : []))
  }

  set(name: string, ...changes: ReadonlyArray<ModeChange>): ReadonlyArray<Event> {
    return this.ask(name, { _tag: "SetModes", room: dev, word: Proof.make("beer"), changes })
  }

  refusal(name: string, command: Command): string {
    return this.ask(name, command).flatMap((event) => (event._tag === "Refused" ? [event.code] : [])).join(" ")
  }

  speak(name: string): string {
    return this.refusal(name, { _tag: "Say", room: dev, text: clean("hello") })
  }

  enter(name: string, word?: string): string {
    return this.refusal(name, { _tag: "Enter", room: dev, ...(word === undefined ? {} : { word: Proof.make(word) }) })
  }

  get room() {
    return Chat.roomOf(this.chat, dev.key)
  }

  roleOf(name: string): string | undefined {
    const person = Chat.personNamed(this.chat, Nickname.key(name))
    return person === undefined ? undefined : Chat.membershipIn(person, dev.key)?.role
  }
}

describe("Several changes at once", () => {
  it("are each told in words, and the first one names all of them", () => {
    const told = new Room().set("ada", { deed: "moderate" }, { deed: "voice", target: named("bob") }, { deed: "limit", limit: 7 })
    expect(told.map((event) => (event._tag === "Moderated" ? [event.deed, event.also?.map(({ deed }) => deed), event.told] : []))).toEqual([
      ["moderate", ["voice", "limit"], undefined],
      ["voice", undefined, true],
      ["limit", undefined, true]
    ])
    expect(told.flatMap(words).map(textOf)).toEqual([
      "ada lets only those speak who have a voice.",
      "ada has given bob a voice.",
      "ada lets no more enter than 7."
    ])
  })

  it("are done as far as they can be, and whoever asks is told of the rest", () => {
    const room = new Room()
    const told = room.set("ada", { deed: "voice", target: named("zoe") }, { deed: "hide" }, { deed: "op", target: named("eve") })
    expect(told.map((event) => (event._tag === "Moderated" ? event.deed : event._tag === "Refused" ? event.code : ""))).toEqual(["hide", "op", "no-such-member"])
    expect(room.room.hidden).toBe(true)
    expect(room.roleOf("eve")).toBe("operator")
  })

  it("are told to nobody where it is so already", () => {
    const room = new Room()
    expect(room.set("ada", { deed: "inside" }, { deed: "fix-topic" }, { deed: "unlock" }, { deed: "devoice", target: named("bob") }, { deed: "unban", mask: mask("x") })).toEqual([])
  })

  it("are for those who rule the room", () => {
    const room = new Room()
    const told = room.set("bob", { deed: "moderate" }, { deed: "op", target: named("bob") })
    expect(told).toMatchObject([{ _tag: "Refused", code: "not-allowed" }])
    expect(room.roleOf("bob")).toBe("member")
  })

  it("close the lobby to nobody", () => {
    const room = new Room()
    const { chat, told } = apply(room.chat, { _tag: "Rule", room: lobby, command: { _tag: "SetModes", room: { name: lobby, key: lobby }, changes: [{ deed: "lock" }, { deed: "limit", limit: 1 }, { deed: "hide" }] }, at: 1 }, () => undefined)
    expect(told.map(({ event }) => event._tag)).toEqual(["Refused", "Refused", "Refused"])
    expect(Chat.roomOf(chat, lobby)).toMatchObject({ lock: undefined, limit: undefined, hidden: false })
  })
})

describe("In a moderated room", () => {
  it("those speak who have a voice or rule, and nobody else", () => {
    const room = new Room()
    room.set("ada", { deed: "moderate" }, { deed: "voice", target: named("bob") })
    expect(["ada", "bob", "eve"].map((name) => room.speak(name))).toEqual(["", "", "muted"])
    room.set("ada", { deed: "unmoderate" }, { deed: "devoice", target: named("bob") })
    expect(["ada", "bob", "eve"].map((name) => room.speak(name))).toEqual(["", "", ""])
  })

  it("a program of before is told of a voice as of a member, and misses nothing", () => {
    const room = new Room()
    room.set("ada", { deed: "voice", target: named("bob") })
    expect(room.roleOf("bob")).toBe("voice")
    expect(room.ask("bob", { _tag: "Enter", room: dev })).toMatchObject([{ _tag: "Entered", role: "member" }])
  })
})

describe("A room that hears those outside", () => {
  it("is told what they say, and so are they; others stay outside", () => {
    const room = new Room()
    expect(room.speak("zoe")).toBe("not-in-room")
    room.set("ada", { deed: "outside" })
    const told = room.submit("zoe", { _tag: "Say", room: dev, text: clean("hello"), ref: "1" })
    expect(told).toMatchObject([{ event: { _tag: "Said", ref: "1" }, to: ["ada", "bob", "eve", "zoe"] }])
    room.set("ada", { deed: "ban", mask: mask("zoe") })
    expect(room.speak("zoe")).toBe("banned")
    room.set("ada", { deed: "moderate" }, { deed: "unban", mask: mask("zoe") })
    expect(room.speak("zoe")).toBe("muted")
  })
})

describe("A mask", () => {
  it("bans all whose names are like it, but for those whom another one excepts, and puts nobody out", () => {
    const room = new Room()
    room.set("ada", { deed: "ban", mask: mask("*O*!*@*") })
    expect(room.roleOf("bob")).toBe("member")
    expect(room.enter("zoe")).toBe("banned")
    room.set("ada", { deed: "except", mask: mask("z?e") })
    expect(room.enter("zoe")).toBe("")
  })

  it("mutes all whose names are like it, but for who has a voice or is excepted", () => {
    const room = new Room()
    room.set("ada", { deed: "mute", mask: mask("m:*!*@brusio") })
    expect(["bob", "eve"].map((name) => room.speak(name))).toEqual(["muted", "muted"])
    room.set("ada", { deed: "voice", target: named("bob") }, { deed: "except-mute", mask: mask("m:eve") })
    expect(["bob", "eve"].map((name) => room.speak(name))).toEqual(["", ""])
  })

  it("lets in without an invitation, but not without the word", () => {
    const room = new Room()
    room.set("ada", { deed: "lock" }, { deed: "admit", mask: mask("zoe") })
    expect(room.enter("zoe")).toBe("")
    room.ask("zoe", { _tag: "Exit", room: dev })
    room.set("ada", { deed: "lock", hasWord: true })
    expect(room.enter("zoe")).toBe("locked")
    expect(room.enter("zoe", "beer")).toBe("")
  })

  it("lifts what was done by name, and is lifted however it is written", () => {
    const room = new Room()
    room.ask("ada", { _tag: "Moderate", room: dev, deed: "ban", target: named("zoe") })
    room.set("ada", { deed: "ban", mask: mask("EVE") })
    expect(room.set("ada", { deed: "unban", mask: mask("Zoe!*@*") }, { deed: "unban", mask: mask("eve!*@*") })).toMatchObject([
      { deed: "unban", target: { name: "zoe" } },
      { deed: "unban", mask: "EVE!*@*" }
    ])
    expect(room.room).toMatchObject({ bans: [], masks: [] })
  })

  it("is one of so many at most", () => {
    const room = new Room()
    for (let n = 0; n < mostMasks; n += 1) expect(room.set("ada", { deed: "ban", mask: mask(`nick${n}`) })).toMatchObject([{ _tag: "Moderated" }])
    expect(room.set("ada", { deed: "except", mask: mask("zoe") })).toMatchObject([{ _tag: "Refused", code: "too-many-masks" }])
    expect(room.room.masks).toHaveLength(mostMasks)
  })
})

describe("A limit", () => {
  it("keeps out whoever is not invited, and nobody who is there", () => {
    const room = new Room()
    room.set("ada", { deed: "limit", limit: 2 })
    expect(room.room.seats).toHaveLength(3)
    expect(room.enter("zoe")).toBe("room-full")
    room.ask("ada", { _tag: "Invite", room: dev, target: named("zoe") })
    expect(room.enter("zoe")).toBe("")
  })
})

describe("A lock", () => {
  it("has a word or goes by invitations: what is set last holds", () => {
    const room = new Room()
    expect(room.set("ada", { deed: "lock", hasWord: true })).toMatchObject([{ deed: "lock", word: true }])
    expect(room.set("ada", { deed: "lock" })).toMatchObject([{ deed: "unlock", word: true }, { deed: "lock" }])
    expect(room.enter("zoe", "beer")).toBe("locked")
    expect(room.set("ada", { deed: "unlock", hasWord: true })).toEqual([])
    expect(room.set("ada", { deed: "unlock" })).toMatchObject([{ deed: "unlock" }])
  })
})

describe("An invitation", () => {
  it("of an operator lets in whom a mask bans; that of a member does not come about", () => {
    const room = new Room()
    room.set("ada", { deed: "ban", mask: mask("zoe") })
    expect(room.refusal("bob", { _tag: "Invite", room: dev, target: named("zoe") })).toBe("not-allowed")
    expect(room.refusal("ada", { _tag: "Invite", room: dev, target: named("zoe") })).toBe("")
    expect(room.enter("zoe")).toBe("")
  })
})

describe("A topic", () => {
  it("is set by everybody where it is free; by whom and when is remembered", () => {
    const room = new Room()
    const set: Command = { _tag: "Topic", room: dev, text: clean("plans") }
    expect(room.refusal("bob", set)).toBe("not-allowed")
    room.set("ada", { deed: "free-topic" })
    room.at = 2_000_000
    expect(room.refusal("bob", set)).toBe("")
    expect(room.room.topicSet).toMatchObject({ by: { name: "bob" }, at: 2_000_000 })
    expect(room.room.made).toBe(1_000_000)
  })
})

describe("An owner", () => {
  it("steps down: an operator follows, and where there is none nobody rules", () => {
    const room = new Room()
    room.set("ada", { deed: "op", target: named("eve") })
    expect(room.set("ada", { deed: "deop", target: named("ada") })).toMatchObject([{ deed: "deop", target: { name: "ada" } }, { deed: "owner", target: { name: "eve" } }])
    expect(["ada", "eve"].map((name) => room.roleOf(name))).toEqual(["member", "owner"])
    expect(room.set("eve", { deed: "deop", target: named("eve") })).toMatchObject([{ deed: "deop" }])
    expect(["ada", "bob", "eve"].map((name) => room.roleOf(name))).toEqual(["member", "member", "member"])
    expect(room.speak("bob")).toBe("")
  })
})
