import { describe, expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { start, update } from "../../../src/client/screen/conversation.ts"
import * as Form from "../../../src/client/screen/form.ts"
import { hereIn } from "../../../src/client/screen/rooms.ts"
import type { Conversation, Happening, Wish } from "../../../src/client/screen/step.ts"
import type { Event, Resumed, Welcome } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"

const member = (id: string, name: string): Member => ({ id: MemberId.make(id), name: Nickname.Nickname.make(name) })
const me = member("m1", "me")
const bob = member("m2", "bob")
const server = { server: "brusio", instance: "one", limits: { lineBytes: 1000, nameGraphemes: 32, nameBytes: 128 } }
const welcome: Welcome = { _tag: "Welcome", n: 1, seq: 1, at: 0, room: lobby, you: me, here: 2, members: [me, bob], ...server }
const resumed = (more: Partial<Resumed>): Resumed => ({ _tag: "Resumed", n: 9, at: 35_000, you: me, gaps: false, rooms: [{ room: lobby, seq: 5, here: 2, role: "member", locked: false, hidden: false }], ...server, ...more })
const said = (seq: number, from: Member, text: string, ref?: string): Event => ({ _tag: "Said", n: seq + 1, seq, at: 0, room: lobby, from, text: clean(text), ref })

const begun = start(Form.unasked(Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "me"))).after

const told = (event: Event): Happening => ({ _tag: "Told", event })

const play = (happenings: ReadonlyArray<Happening>, from: Conversation = begun) => {
  let after = from
  const wishes: Array<Wish> = []
  for (const one of happenings) {
    const step = update(after, one, { line: "", pasted: [] })
    after = step.after
    wishes.push(...step.wishes)
  }
  const shown = wishes.flatMap((wish) => (wish._tag === "Print" && wish.line._tag !== "Event" ? [wish.line.text] : []))
  return { after, wishes, shown }
}

const entered: Happening = { _tag: "Entered", welcome }
const type = (line: string): Happening => ({ _tag: "Submitted", line, members: [me, bob] })
const lost: Happening = { _tag: "Lost", at: 5000 }
const clock = (at: number) => new Date(at).toTimeString().slice(0, 8)

describe("A conversation whose connection is lost", () => {
  it("says when that was, when it is back, and how much happened meanwhile", () => {
    const { after, shown } = play([entered, lost, told(resumed({})), told(said(2, bob, "a"))])
    expect(shown).toContain(`Lost ${clock(5000)}, back ${clock(35_000)}, 4 meanwhile.`)
    expect(after.lostAt).toBeUndefined()
    expect(hereIn(after)).toBe(2)
  })

  it("goes on to take lines, which wait", () => {
    const { after, wishes } = play([entered, lost, type("while lost")])
    expect(after.pending.map(({ typed }) => typed)).toEqual(["while lost"])
    expect(wishes.filter(({ _tag }) => _tag === "Send")).toHaveLength(1)
    expect(after.phase).toBe("room")
  })

  it("gives back what has no receipt of its own, such as another name, and asks nothing", () => {
    const { after, shown, wishes } = play([entered, lost, type("/nick other"), type("/who")])
    expect(after.pending).toEqual([])
    expect(shown.filter((line) => line.startsWith("The connection is lost"))).toHaveLength(2)
    expect(wishes.filter(({ _tag }) => _tag === "Send" || _tag === "Ask")).toEqual([])
    expect(wishes.filter(({ _tag }) => _tag === "Return")).toHaveLength(2)
  })

  it("waits for no receipt of what was taken, and for that of the rest", () => {
    const { after } = play([entered, type("one"), type("two"), type("three"), lost])
    const [one, two] = after.pending
    const back = play([told(resumed({ last: two?.ref, gaps: true }))], after)
    expect(back.after.pending.map(({ typed }) => typed)).toEqual(["three"])
    expect(one).toBeDefined()
    // A mark that is not among them says that none of them was taken.
    expect(play([told(resumed({ last: "another" }))], after).after.pending).toHaveLength(3)
  })

  it("counts what is gone", () => {
    const { after, shown } = play([entered, lost, told(resumed({ n: 17, gaps: true, rooms: [{ room: lobby, seq: 15, here: 7, role: "member", locked: false, hidden: false }] })), told(said(14, bob, "a")), told(said(15, bob, "b")), told({ _tag: "Returned", n: 18, seq: 16, at: 0, room: lobby, member: me })])
    expect(shown).toContain("12 messages are lost.")
    expect(hereIn(after)).toBe(7)
  })

  it("is a new one where the place was not kept: nothing is said again, and its writer has it back", () => {
    const other = member("m7", "me")
    const { after, shown, wishes } = play([entered, type("perhaps"), lost, told({ ...welcome, instance: "two", you: other, members: [other], here: 1 })])
    expect(after.me).toEqual(other)
    expect(after.pending).toEqual([])
    expect(after.lostAt).toBeUndefined()
    expect(shown).toContain("It is not known whether this was said: perhaps")
    expect(wishes).toContainEqual({ _tag: "Return", text: "perhaps" })
    expect(play([told(resumed({ you: other, instance: "two" }))], after).after.me).toEqual(other)
  })

  it("begins with a place of before, where a program was started again: it is named, and who is here is counted once", () => {
    const { after, shown, wishes } = play([
      { _tag: "Entered", welcome: resumed({ rooms: [{ room: lobby, seq: 5, here: 2, role: "member", locked: false, hidden: false }] }) },
      told({ _tag: "Joined", n: 3, seq: 2, at: 0, room: lobby, member: bob }),
      told(said(4, bob, "a"))
    ])
    expect(after).toMatchObject({ phase: "room", me, rooms: [{ here: 2 }], heard: { seq: 5 } })
    expect(shown).toContain("/help shows what you can type, {quit} leaves.")
    expect(wishes.some((wish) => wish._tag === "Print" && wish.line._tag === "Event" && wish.line.event._tag === "Resumed")).toBe(true)
    expect(hereIn(play([told({ _tag: "Joined", n: 10, seq: 6, at: 0, room: lobby, member: member("m3", "eve") })], after).after)).toBe(3)
  })

  it("sends nothing again under a mark that a program before it may have used", () => {
    const other = start(begun.form, "mark.").after
    expect(play([entered, type("one"), type("two")], other).after.pending.map(({ ref }) => ref)).toEqual(["mark.1", "mark.2"])
  })
})
