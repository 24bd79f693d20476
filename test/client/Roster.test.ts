import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Roster } from "../../src/client/Roster.ts"
import type { Event, Resumed } from "../../src/domain/Event.ts"
import { type Member, MemberId } from "../../src/domain/Member.ts"
import { lobby, RoomName } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import { join } from "../support/client.ts"
import { named } from "../support/chat.ts"
import { member, opened, tell } from "../support/room.ts"

const somebody = (n: number): Member => ({ id: MemberId.make(`m${n}`), name: named(`name ${n}`) })
const inRoom = { seq: 1, at: 0, room: lobby } as const
const limits = { lineBytes: 1, nameGraphemes: 1, nameBytes: 1 }

const welcome = (here: number, ...members: ReadonlyArray<Member>): Event => ({
  _tag: "Welcome", ...inRoom, you: somebody(1), here, members, server: "s", limits
})
const page = (more: boolean, ...members: ReadonlyArray<Member>): Event => ({ _tag: "Members", at: 0, room: lobby, here: 9, members, more })

/** A roster, and after whom it asked for more. */
const rostered = (isHeard: () => boolean = () => true) => {
  const asked: Array<string | undefined> = []
  const entered: Array<string> = []
  const roster = new Roster({
    ask: (_, after) => {
      if (!isHeard()) return false
      asked.push(after)
      return true
    },
    enter: (room) => {
      entered.push(room)
      return true
    }
  })
  return { asked, entered, roster, names: () => roster.members.map(({ name }) => name) }
}

describe("Who is here", () => {
  it("follows from the welcome, and from who joins, leaves and bears another name", () => {
    const { asked, names, roster } = rostered()
    roster.heard(welcome(2, somebody(1), somebody(2)))
    roster.heard({ _tag: "Joined", ...inRoom, member: somebody(3) })
    roster.heard({ _tag: "Left", ...inRoom, member: somebody(1), code: "quit" })
    roster.heard({ _tag: "Renamed", ...inRoom, member: { ...somebody(2), name: named("other") }, was: named("name 2") })
    expect(names()).toEqual(["other", "name 3"])
    expect(asked).toEqual([])
  })

  it("is asked for page by page when the welcome does not name all, and these answers are not for showing", () => {
    const { asked, names, roster } = rostered()
    expect(roster.heard(welcome(4, somebody(1), somebody(2)))).toBe(false)
    expect(roster.heard(page(true, somebody(3)))).toBe(true)
    expect(roster.heard(page(false, somebody(4)))).toBe(true)
    expect(asked).toEqual(["m2", "m3"])
    expect(names()).toEqual(["name 1", "name 2", "name 3", "name 4"])
  })

  it("is shown when the user asks, also in between", () => {
    const { asked, roster } = rostered()
    roster.heard(welcome(4, somebody(1)))
    roster.asked()
    expect(roster.heard(page(true, somebody(2)))).toBe(true)
    // The user has named no room, so the answer names none.
    expect(roster.heard({ _tag: "Members", at: 0, here: 2, members: [somebody(1), somebody(2)], more: false })).toBe(false)
    expect(roster.heard(page(false, somebody(3)))).toBe(true)
    expect(asked).toEqual(["m1", "m2"])
  })

  it("is known too where the server does not name the room in its answers", () => {
    const { names, roster } = rostered()
    roster.heard(welcome(2, somebody(1)))
    expect(roster.heard({ _tag: "Members", at: 0, here: 2, members: [somebody(2)], more: false })).toBe(true)
    expect(names()).toEqual(["name 1", "name 2"])
  })
})

describe("A server that means no good", () => {
  it("is asked once, however often it says welcome", () => {
    const { asked, roster } = rostered()
    for (let n = 0; n < 100; n += 1) roster.heard(welcome(4, somebody(1)))
    expect(asked).toEqual(["m1"])
  })

  it("is asked nothing that it would not hear, and what the user asks is shown all the same", () => {
    const { asked, names, roster } = rostered(() => false)
    roster.heard(welcome(4, somebody(1)))
    expect(asked).toEqual([])
    roster.asked()
    expect(roster.heard(page(true, somebody(2)))).toBe(false)
    expect(names()).toEqual(["name 1"])
  })
})

describe("Rooms", () => {
  const dev = RoomName.make("dev")
  const entered = (here: number, member: Member, room = dev): Event => ({
    _tag: "Entered", ...inRoom, room, you: somebody(1), here, members: [member], role: "owner", locked: false, hidden: false
  })
  const removed: Event = { _tag: "Removed", at: 0, room: dev, deed: "kick" }
  const refused: Event = { _tag: "Refused", at: 0, code: "not-in-room", message: clean("You are not in #dev.") }

  it("of which one is put out are asked about no more: what was asked before is refused, and nobody reads that", () => {
    const { roster } = rostered()
    roster.heard(welcome(1, somebody(1)))
    roster.heard(entered(3, somebody(1)))
    roster.heard(removed)
    expect(roster.rooms.map(({ room }) => room)).toEqual([lobby])
    expect(roster.heard(refused)).toBe(true)
    // The next one is an answer to the user.
    expect(roster.heard(refused)).toBe(false)
  })

  it("are entered again where the place was not kept, the current one last", () => {
    const { entered: again, names, roster } = rostered()
    roster.heard(welcome(1, somebody(1)))
    roster.heard(entered(1, somebody(1)))
    roster.heard(entered(1, somebody(1), RoomName.make("ops")))
    roster.heard(entered(1, somebody(1)))
    roster.another()
    roster.heard(welcome(2, somebody(7), somebody(8)))
    expect(again).toEqual(["ops", "dev"])
    expect(roster.rooms.map(({ room }) => room)).toEqual([lobby])
    expect(names()).toEqual(["name 7", "name 8"])
  })

  it("are those that the server names when one is back, and who is there is asked only where that is not known", () => {
    const { asked, roster } = rostered()
    roster.heard(welcome(2, somebody(1), somebody(2)))
    roster.heard(entered(1, somebody(1)))
    const state = { role: "member", locked: false, hidden: false } as const
    const ops = RoomName.make("ops")
    const resumed: Resumed = { _tag: "Resumed", at: 0, you: somebody(1), gaps: false, rooms: [{ room: lobby, seq: 1, here: 2, ...state }, { room: ops, seq: 1, here: 1, ...state }], server: "s", limits }
    roster.resumed(resumed, true)
    expect(roster.rooms.map(({ room }) => room)).toEqual([lobby, ops])
    expect(roster.membersIn(lobby)).toHaveLength(2)
    expect(roster.current).toBe(ops)
    expect(asked).toEqual([undefined])
    roster.resumed({ ...resumed, gaps: true }, true)
    expect(asked).toEqual([undefined, undefined, undefined])
    expect(roster.membersIn(lobby)).toEqual([])
  })
})

describe("A client in a room", () => {
  it.scopedLive("acts, whispers, bears another name, and knows who is here", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* join({ host: "127.0.0.1", port, nickname: "ada" })
      const bob = yield* member(port, "bob")
      const events = yield* Effect.fork(Stream.runCollect(Stream.take(ada.events, 5)))
      yield* tell(bob, { _tag: "Act", text: "waves" })
      yield* ada.act("nods", "mine")
      yield* ada.settled
      const [, him] = yield* ada.members
      expect(him?.name).toBe("bob")
      yield* ada.whisper(him?.id ?? MemberId.make("nobody"), "psst")
      yield* ada.settled
      yield* ada.rename("Ada L.")
      expect([...(yield* events)].map(({ _tag }) => _tag).sort()).toEqual(["Acted", "Acted", "Joined", "Renamed", "Whispered"])
      expect((yield* ada.members).map(({ name }) => name)).toEqual(["Ada L.", "bob"])
    })
  )
})
