import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { start, update } from "../../../src/client/screen/conversation.ts"
import * as Form from "../../../src/client/screen/form.ts"
import { active, hereIn, shownAgain, unreadIn } from "../../../src/client/screen/rooms.ts"
import type { Conversation, Draft, Happening, Line, Wish } from "../../../src/client/screen/step.ts"
import type { Event, Resumed, Welcome } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { lobby, RoomName } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import * as wording from "../../../src/domain/wording.ts"
import { always } from "../../support/property.ts"

const member = (id: string, name: string): Member => ({ id: MemberId.make(id), name: Nickname.Nickname.make(name) })
const me = member("m1", "me")
const bob = member("m2", "bob")
const eve = member("m3", "eve")
const members = [me, bob, eve]
const dev = RoomName.make("dev")
const ops = RoomName.make("ops")
const server = { server: "brusio", instance: "one", limits: { lineBytes: 1000, nameGraphemes: 32, nameBytes: 128 } }
const about = (topic: string): Happening => ({ _tag: "Entered", welcome: { ...welcome, topic: clean(topic) } })
const welcome: Welcome = { _tag: "Welcome", n: 1, seq: 1, at: 0, room: lobby, you: me, here: 3, members, ...server }
const noDraft: Draft = { line: "", pasted: [] }

const begun = start(Form.unasked(Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "me"))).after

const told = (event: Event, concerns?: ReadonlyArray<{ readonly room: string; readonly change: number }>): Happening => ({ _tag: "Told", event, ...(concerns === undefined ? {} : { concerns }) })
const type = (line: string): Happening => ({ _tag: "Submitted", line, members })
const look = (room: string): Happening => ({ _tag: "Chosen", room })
const entry: Happening = { _tag: "Entered", welcome }
const into = (room: RoomName, more: { readonly role?: "owner" | "member"; readonly seq?: number; readonly here?: number } = {}): Happening =>
  told({ _tag: "Entered", seq: 1, at: 0, room, you: me, here: 1, members: [me], role: "member", locked: false, hidden: false, ...more })
const said = (room: RoomName, text: string, from = bob, seq = 2, ref?: string): Happening => told({ _tag: "Said", seq, at: 0, room, from, text: clean(text), ref })
const refused = (message: string, ref?: string): Happening => told({ _tag: "Refused", at: 0, code: "locked", message: clean(message), ref })

const words = (line: Line): string => (line._tag === "Event" ? `${line.of === undefined ? "" : `#${line.of} `}${wording.words(line.event).map(wording.textOf).join(" / ")}` : line._tag === "Error" ? `! ${line.text}` : line.text)

const shown = (wish: Wish): ReadonlyArray<string> => {
  switch (wish._tag) {
    case "Print":
      return [words(wish.line)]
    case "Show":
      return shownAgain(wish, 20).map(words)
    case "Send":
      return [`send ${wish.command._tag}${"room" in wish.command && wish.command.room !== undefined ? ` #${wish.command.room.name}` : ""}${"text" in wish.command ? ` ${wish.command.text}` : ""}${wish.word === undefined ? "" : ` (${wish.word})`}`]
    case "Draft":
      return [`draft ${[...wish.draft.pasted, wish.draft.line].join("|")}`]
    case "Return":
      return [`return ${wish.text}`]
    case "Bell":
      return ["bell"]
    default:
      return [wish._tag]
  }
}

/** What happens, with what the input holds at that moment. */
type Moment = Happening | readonly [Happening, string | Draft]

const play = (from: Conversation, ...moments: ReadonlyArray<Moment>) => {
  let after = from
  const wishes: Array<Wish> = []
  for (const moment of moments) {
    const [happening, typed]: readonly [Happening, string | Draft] = "_tag" in moment ? [moment, noDraft] : moment
    const step = update(after, happening, typeof typed === "string" ? { line: typed, pasted: [] } : typed)
    after = step.after
    wishes.push(...step.wishes)
  }
  return { after, wishes, shown: wishes.flatMap(shown) }
}

const one = play(begun, entry).after
const two = play(one, type("/join dev"), into(dev, { role: "owner" })).after
const three = play(two, type("/join ops"), into(ops)).after
const state = ({ rooms }: Conversation) => rooms.map(({ mentions, name, unread }) => `${name} ${unread}${mentions > 0 ? `@${mentions}` : ""}`)

describe("A room that is entered", () => {
  it("is looked at from then on, and what is typed goes there, by name", () => {
    const { after, shown } = play(one, type("/join dev"), into(dev), type("hello"), type("/me waves"), type("/topic work"), type("/msg bob psst"))
    expect(after.room).toBe("dev")
    expect(shown).toEqual(["send Enter #dev", "You are in #dev. Nobody else is here yet.", "send Say #dev hello", "send Act #dev waves", "send Topic #dev work", "send Whisper psst"])
  })

  it("says what it is about", () => {
    expect(play(begun, about("tea")).shown.at(-1)).toBe("It is about: tea")
  })

  it("names nothing where there was never another one", () => {
    expect(play(one, type("hello"), type("/me waves")).shown).toEqual(["send Say hello", "send Act waves"])
  })

  it("takes its word beside the command, and does not show it when it was wrong", () => {
    const { shown } = play(one, type("/join dev sesame"), refused("#dev is locked."), type("/lock open sesame"))
    expect(shown).toEqual(["send Enter #dev (sesame)", "! #dev is locked.", "return /join dev", "send Lock #lobby (open sesame)"])
  })

  it("points out once that its word has gone over a line that others could read, and not on this machine or over TLS", () => {
    const come = (host: string, isSecured: boolean) => {
      const first = start(Form.unasked(Form.begin({ host: Option.some(host), port: Option.none(), name: Option.none(), password: Option.none(), isSecured }, "me"))).after
      return play(first, entry, type("/join dev please"), into(dev), type("/lock please"), type("/join ops")).shown.filter((text) => text === Form.exposure)
    }
    expect(come("192.168.1.7", false)).toEqual([Form.exposure])
    expect(come("chat.example.org", false)).toEqual([Form.exposure])
    expect(come("192.168.1.7", true)).toEqual([])
    expect(come("localhost", false)).toEqual([])
    expect(come("::1", false)).toEqual([])
  })

  it("gets what is submitted before its answer; where it is not entered, nobody does, and all of it comes back", () => {
    const asked = play(one, type("/join dev"), type("one"), type("/who"), type("/msg bob two"))
    expect(asked.shown).toEqual(["send Enter #dev", "send Whisper two"])
    expect(asked.after.ahead.map(({ typed }) => typed)).toEqual(["one", "/who"])
    expect(play(asked.after, into(dev)).shown.slice(1)).toEqual(["send Say #dev one", "Ask"])
    const given = play(asked.after, refused("#dev is locked."))
    expect(given.shown).toEqual(["! #dev is locked.", "return /join dev", "! Not said, as you are not in that room: one", "return one", "! Not said, as you are not in that room: /who", "return /who"])
    expect(play(given.after, type("three")).shown).toEqual(["send Say #lobby three"])
  })

  it("keeps what is being typed for it meanwhile, and is only looked at where one is in it already", () => {
    const { after, shown } = play(one, type("/join dev"), [into(dev), "for dev"])
    expect(shown.filter((line) => line.startsWith("draft"))).toEqual([])
    expect(play(after, [type("/join #LOBBY"), ""]).shown).toEqual(["#lobby", "draft "])
  })
})

describe("Of several rooms", () => {
  it("one is shown; what is said in others is counted, and rings where it is for the user", () => {
    const { after, shown } = play(three, said(ops, "here"), said(dev, "a"), said(dev, "me: look", bob, 3), said(lobby, "b"), said(lobby, "mine", me))
    expect(shown).toEqual(["bob: here", "bell"])
    expect(state(after)).toEqual(["lobby 1", "dev 2@1", "ops 0"])
    expect(unreadIn(after)).toBe(3)
  })

  it("the one that is looked at counts while the window has not the focus", () => {
    const { after } = play(three, { _tag: "Focus", focused: false }, said(ops, "me!"), said(ops, "b"))
    expect(state(after)[2]).toBe("ops 2@1")
    expect(state(play(after, { _tag: "Focus", focused: true }).after)[2]).toBe("ops 0")
  })

  it("each is shown again with what came meanwhile below a line, once", () => {
    const seen = play(three, said(ops, "before"), look("dev"), said(ops, "new", bob, 3), told({ _tag: "Joined", seq: 4, at: 0, room: ops, member: eve }), look("ops"))
    expect(seen.shown.slice(-6, -1)).toEqual(["You are in #ops. Nobody else is here yet.", "bob: before", "--- new ---", "bob: new", "eve has joined the chat!"])
    expect(state(seen.after)[2]).toBe("ops 0")
    const again = play(seen.after, look("dev"), look("ops"))
    expect(again.shown).not.toContain("--- new ---")
    expect(again.shown).toContain("#ops")
  })

  it("says how much is new that is not kept any more", () => {
    const many = Array.from({ length: 130 }, (_, n) => said(dev, `${n}`, bob, n + 2))
    const { shown } = play(three, ...many, look("dev"))
    expect(shown).toContain("--- new, and 110 more before ---")
    expect(shown.at(-2)).toBe("bob: 129")
  })

  it("each keeps what is being typed in it, pasted lines too", () => {
    const away = play(three, [look("dev"), "half a line"], [look("lobby"), { line: "", pasted: ["a", "b"] }])
    expect(play(away.after, look("ops")).shown.at(-1)).toBe("draft half a line")
    expect(play(away.after, look("dev")).shown.at(-1)).toBe("draft a|b|")
  })

  it("tells of a person once where one looks, and in all the rooms that are shared with it, and in no other", () => {
    const leave: Event = { _tag: "Left", seq: 9, at: 0, room: lobby, member: bob, code: "quit" }
    const concerns = [{ room: "lobby", change: -1 }, { room: "dev", change: -1 }]
    const elsewhere = play(three, told(leave, concerns))
    expect(elsewhere.shown).toEqual([])
    expect(elsewhere.after.rooms.map(({ here }) => here)).toEqual([2, 0, 1])
    expect(play(elsewhere.after, look("dev")).shown).toContain("bob has left the chat.")
    expect(play(play(three, look("dev")).after, told(leave, concerns)).shown).toEqual(["bob has left the chat."])
    // The other rooms' numbers are not its own.
    expect(elsewhere.after.rooms.map(({ seq }) => seq)).toEqual([9, 1, 1])
  })

  it("shows whispers, refusals, invitations and what the server says wherever one looks", () => {
    const { shown } = play(
      three,
      told({ _tag: "Whispered", at: 0, from: bob, to: me, text: clean("psst") }),
      told({ _tag: "Invited", at: 0, room: RoomName.make("den"), by: bob, to: me, until: 9 }),
      told({ _tag: "Notice", seq: 3, at: 0, room: lobby, text: clean("soon") }),
      told({ _tag: "Notice", seq: 3, at: 0, room: dev, text: clean("only here") })
    )
    expect(shown).toEqual(["[bob -> me] psst", "bell", "bob has invited me to #den. To enter, type /join den.", "bell", "[server] soon", "#dev [server] only here"])
  })

  it("counts by room what is lost", () => {
    const place = { role: "member", locked: false, hidden: false, here: 2 } as const
    const resumed: Resumed = { _tag: "Resumed", n: 50, at: 9000, you: me, gaps: true, rooms: [{ room: lobby, seq: 9, ...place }, { room: dev, seq: 4, ...place }, { room: ops, seq: 7, ...place }], ...server }
    const { after, shown } = play(three, { _tag: "Lost", at: 5000 }, told(resumed), said(dev, "whole", bob, 2), said(ops, "gap", bob, 7), told({ _tag: "Said", n: 51, seq: 8, at: 0, room: ops, from: bob, text: clean("live") }))
    expect(shown.slice(1)).toEqual(["! 5 messages are lost.", "bob: gap", "bob: live"])
    expect(after.rooms.map(({ here }) => here)).toEqual([2, 2, 2])
  })
})

describe("A room that one is not in any more", () => {
  const removed: Event = { _tag: "Removed", at: 0, room: ops, deed: "kick", by: bob, reason: clean("noise"), now: lobby }

  it("is not looked at any more: why is said first, what was being typed there comes back, and the next one is shown", () => {
    const { after, shown } = play(three, said(dev, "new"), [told({ ...removed, now: dev }), "half"])
    expect(shown).toEqual(["bob has removed you from #ops: noise / You are in #dev.", "return half", "#dev", "You are in #dev. Nobody else is here yet.", "--- new ---", "bob: new", "draft "])
    expect(state(after)).toEqual(["lobby 0", "dev 0"])
  })

  it("says where one looks, not where the server would have one", () => {
    expect(play(three, look("dev"), told(removed)).shown.at(-1)).toBe("bob has removed you from #ops: noise / You are in #dev.")
  })

  it("tells again what was missed there, by its name", () => {
    const place = { role: "member", locked: false, hidden: false, here: 2 } as const
    const resumed: Resumed = { _tag: "Resumed", n: 50, at: 9000, you: me, gaps: false, rooms: [{ room: lobby, seq: 1, ...place }, { room: ops, seq: 1, ...place }], ...server }
    const { after, shown } = play(three, { _tag: "Lost", at: 5000 }, told(resumed), said(dev, "last words"), told({ ...removed, room: dev, now: ops }))
    expect(shown.slice(1)).toEqual(["#dev bob: last words", "bob has removed you from #dev: noise / You are in #ops."])
    expect(state(after)).toEqual(["lobby 0", "ops 0"])
  })

  it("may be left, but for the last", () => {
    const left = play(three, type("/leave"), told({ _tag: "Exited", at: 0, room: ops, now: dev }))
    expect(left.shown.slice(0, 3)).toEqual(["send Exit #ops", "You are in #dev.", "#dev"])
    expect(play(one, type("/leave")).shown).toEqual(["! #lobby is the only room that you are in. To leave the chat, type {quit}.", "return /leave"])
  })

  it("may be the last: then one is in none, until one enters another", () => {
    const none = play(one, told({ ...removed, room: lobby, now: undefined }))
    expect(none.after.rooms).toEqual([])
    expect(none.shown[0]).toBe("bob has removed you from #lobby: noise / You are in no room: enter one with /join ROOM.")
    expect(play(none.after, type("/join dev"), into(dev)).after.room).toBe("dev")
  })
})

describe("Where the place was not kept", () => {
  const anew = told({ ...welcome, instance: "two", you: member("m9", "me"), members: [], here: 1 })

  it("the rooms are entered again, without a change of what is looked at", () => {
    const { after } = play(three, said(dev, "new"), anew, into(dev), into(ops))
    expect(after.room).toBe("ops")
    expect(state(after)).toEqual(["lobby 0", "dev 1", "ops 0"])
    expect(after.awaited).toBe(0)
  })

  it("a room that cannot be entered again is closed, and the refusal is shown", () => {
    const { after, shown } = play(three, anew, into(dev), [refused("#ops is locked."), "half"])
    expect(after.room).toBe("lobby")
    expect(state(after)).toEqual(["lobby 0", "dev 0"])
    expect(shown).toContain("#ops is locked.")
  })

  it("a view that comes back with another client enters them itself", () => {
    expect(play(three, entry).shown.slice(-2)).toEqual(["send Enter #dev", "send Enter #ops"])
  })
})

describe("How a room is ruled", () => {
  it("is said to whoever is there or was lost by the id, of others by the name, with what stands behind it", () => {
    const sent = (line: string) => play(two, { _tag: "Submitted", line, members: [me], away: [bob] }).wishes.flatMap((wish) => (wish._tag === "Send" ? [wish.command] : []))
    expect(sent("/kick bob too loud")).toMatchObject([{ _tag: "Moderate", deed: "kick", room: { name: "dev" }, target: { _tag: "Id", id: bob.id }, reason: "too loud" }])
    expect(sent("/ban @bob 30 spam")).toMatchObject([{ deed: "ban", target: { id: bob.id }, forMs: 1_800_000, reason: "spam" }])
    expect(sent("/unban Old Joe")).toMatchObject([{ deed: "unban", target: { _tag: "Name", key: "old joe" } }])
    expect(sent('/mute "Old Joe" 5')).toMatchObject([{ deed: "mute", target: { _tag: "Name", key: "old joe" }, forMs: 300_000 }])
    expect(sent("/mute joe 5 x")).toMatchObject([{ deed: "mute", target: { _tag: "Name", key: "joe" }, forMs: 300_000, reason: "x" }])
    expect(sent("/invite carol")).toMatchObject([{ _tag: "Invite", target: { _tag: "Name", key: "carol" } }])
    expect(play(two, type("/op bob now")).shown[0]).toBe("! Type /op NAME")
    expect(play(two, type("/ban bob 0")).shown[0]).toMatch(/^! That lasts 1 to/u)
  })

  it("changes what one may do there", () => {
    const { after } = play(two, told({ _tag: "Moderated", seq: 5, at: 0, room: dev, by: bob, deed: "deop", target: me }))
    expect(active(after)?.role).toBe("member")
  })
})

describe("Whatever happens in several rooms", () => {
  const rooms = [lobby, dev, ops]
  const room = FastCheck.constantFrom(...rooms)
  const moment: FastCheck.Arbitrary<Moment> = FastCheck.oneof(
    FastCheck.tuple(room, FastCheck.constantFrom("", "draft one", "draft two")).map(([name, draft]): Moment => [look(name), draft]),
    room.map((name): Moment => into(name)),
    room.map((name): Moment => type(`/join ${name}`)),
    FastCheck.tuple(room, FastCheck.constantFrom("a", "me: b")).map(([name, text]): Moment => said(name, text)),
    FastCheck.tuple(room, FastCheck.constantFrom("", "draft three")).map(([name, draft]): Moment => [told({ _tag: "Removed", at: 0, room: name, deed: "kick" }), draft]),
    room.map((name): Moment => told({ _tag: "Exited", at: 0, room: name })),
    FastCheck.constantFrom<Moment>(type("hello"), type("/leave"), refused("No."), told(welcome), { _tag: "Lost", at: 1 }, { _tag: "Focus", focused: false }, { _tag: "Focus", focused: true })
  )

  it("one looks at a room that one is in, each is there once, nothing is unread where one looks, and what is said goes there", () => {
    let most = 0
    always(FastCheck.array(moment, { maxLength: 40, size: "max" }), (moments) => {
      let after = one
      for (const each of moments) {
        const step = play(after, each)
        // What has waited for a room goes where one looks by then, line by line.
        const places = "_tag" in each && each._tag === "Submitted" ? [step.after.room] : step.after.rooms.map(({ name }) => name)
        for (const wish of step.wishes) if (wish._tag === "Send" && wish.command._tag === "Say") expect(step.after.room === "" ? [undefined, lobby] : [...places, undefined]).toContain(wish.command.room?.name)
        after = step.after
        const names = after.rooms.map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
        expect(after.rooms.length === 0 ? after.room === "" : active(after) !== undefined).toBe(true)
        if (after.focused) expect(active(after)?.unread ?? 0).toBe(0)
        expect(hereIn(after)).toBeGreaterThanOrEqual(0)
        most = Math.max(most, names.length)
      }
    })
    expect(most).toBe(3)
  })
})
