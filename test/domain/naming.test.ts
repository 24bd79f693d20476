import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/Command.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { named, settings } from "../support/chat.ts"
import { always } from "../support/property.ts"

/** A chat in which one thing after another happens, and what each of its clients is told. */
class Room {
  chat = Chat.empty<string>(settings)
  #told: ReadonlyArray<Chat.Envelope<string>> = []

  /** Somebody connects, and joins where there is a name: its id. */
  enter(name?: string, ifTaken: "refuse" | "number" = "number"): Chat.ClientId {
    this.#take(Chat.connect(this.chat, "127.0.0.1:1", "peer", 0))
    const id = this.chat.lastClient
    if (name !== undefined) this.decide(id, { _tag: "Join", nickname: named(name), ifTaken })
    return id
  }

  decide(id: Chat.ClientId, command: Command): void {
    this.#take(Chat.decide(this.chat, id, command, 0))
  }

  rename(id: Chat.ClientId, name: string): void {
    this.decide(id, { _tag: "Rename", nickname: named(name) })
  }

  leave(id: Chat.ClientId): void {
    this.#take(Chat.leave(this.chat, id, "quit", undefined, 0))
  }

  nameOf(id: Chat.ClientId): string | undefined {
    return this.chat.members.find((client) => client.id === id)?.member?.name
  }

  get names(): ReadonlyArray<string> {
    return this.chat.members.flatMap(({ member }) => (member === undefined ? [] : [member.name]))
  }

  /** The warnings since they were last asked for, each with those who are told. */
  warnings(): ReadonlyArray<readonly [string, ReadonlyArray<Chat.ClientId>]> {
    const told = this.#told
    this.#told = []
    return told.flatMap(({ audience, event }) => (event._tag === "Notice" ? [[event.text, audience.map(({ id }) => id)] as const] : []))
  }

  /** The refusals since anything was last asked for. */
  refusals(): ReadonlyArray<string> {
    const told = this.#told
    this.#told = []
    return told.flatMap(({ event }) => (event._tag === "Refused" ? [event.code] : []))
  }

  #take({ chat, told }: Chat.Decision<string>): void {
    this.chat = chat
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
      const here = () => room.chat.members.map(({ id }) => id)
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
    ["[server]", "server]"],
    ["[server] the room closes", "server] the room closes"],
    ["[ѕеrvеr] in Cyrillic letters", "ѕеrvеr] in Cyrillic letters"],
    ["*** System", "System_2"],
    ["-server-", "server-"],
    ["(( SERVER ))", "SERVER ))"]
  ])("with signs before it is one too, as it looks like the beginning of what the server says: %s", (name, near) => {
    const room = new Room()
    room.enter(name, "refuse")
    expect(room.refusals()).toEqual(["name-reserved"])
    room.enter(name)
    expect(room.names).toHaveLength(1)
    expect(room.names[0]?.startsWith(near)).toBe(true)
    expect(room.names[0]?.startsWith("[")).toBe(false)
  })

  it.each(["[ada]", "[serverless]", "server admin", "my [server]", "* systems"])("is not %s", (name) => {
    const room = new Room()
    room.enter(name, "refuse")
    expect(room.names).toEqual([name])
  })

  it("cannot be taken later either", () => {
    const room = new Room()
    const ada = room.enter(latin)
    room.rename(ada, "system")
    expect(room.nameOf(ada)).toBe(latin)
    expect(room.refusals()).toEqual(["name-reserved"])
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
    const asked = ["ada", "ADA", "ada_2", "ada_4", "x".repeat(32), `${"x".repeat(30)}_2`, "server", "[server]", "[server"]
    const moves = FastCheck.array(FastCheck.record({ leaves: FastCheck.nat(), stays: FastCheck.integer({ min: 0, max: 3 }), name: FastCheck.constantFrom(...asked) }), {
      maxLength: 120,
      size: "max"
    })
    always(moves, (moves) => {
      const room = new Room()
      for (const { leaves, name, stays } of moves) {
        room.enter(name)
        const { members } = room.chat
        const one = members[leaves % members.length]
        if (stays === 0 && one !== undefined) room.leave(one.id)
      }
      expect(new Set(room.names.map(Nickname.key)).size).toBe(room.names.length)
      for (const name of room.names) expect(Nickname.parse(name)).toBe(name)
    }, 30)
  })
})
