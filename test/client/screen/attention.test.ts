import { describe, expect, it } from "@effect/vitest"
import * as Attention from "../../../src/client/screen/attention.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { RoomName } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"

const member = (id: string, name: string): Member => ({ id: MemberId.make(id), name: Nickname.Nickname.make(name) })
const [me, bob, eve] = [member("m1", "me"), member("m2", "Bob"), member("m3", "Eve")]
const room = { seq: 1, at: 0, room: RoomName.make("lobby") }
const text = Text.clean("hi")
const said = (from: Member): Event => ({ _tag: "Said", ...room, from, text })
const whispered = (from: Member, to = me): Event => ({ _tag: "Whispered", at: 0, from, to, text })
const renamed = (one: Member, name: string): Event => ({ _tag: "Renamed", ...room, member: member(one.id, name), was: one.name })
const after = (events: ReadonlyArray<Event>, before = Attention.none) => events.reduce((attention, event) => Attention.heard(attention, event, me), before)

describe("Who whispered last", () => {
  it("is whoever did, under the name of now, and never oneself", () => {
    expect(after([whispered(bob), whispered(eve), whispered(me, bob), said(bob)]).whisperer).toEqual(eve)
    expect(after([whispered(bob), renamed(bob, "Rob")]).whisperer).toEqual(member("m2", "Rob"))
    expect(after([said(bob)]).whisperer).toBeUndefined()
  })

  it("is nobody who is ignored", () => {
    expect(after([whispered(bob), whispered(eve)], Attention.ignoring(Attention.none, eve)).whisperer).toEqual(bob)
  })
})

describe("Whoever is ignored", () => {
  const ignoring = Attention.ignoring(Attention.none, bob)

  it("is not heard, in the room or whispering, under another name, or back with another id", () => {
    for (const event of [said(bob), whispered(bob), said(member("m9", "bOB"))]) expect(Attention.isIgnored(ignoring, event)).toBe(true)
    const later = after([renamed(bob, "Rob")], ignoring)
    expect(Attention.isIgnored(later, said(member("m2", "Rob")))).toBe(true)
    // Whoever takes the name that was given up is somebody else.
    expect(Attention.isIgnored(later, said(member("m9", "Bob")))).toBe(false)
  })

  it("still comes, goes and is renamed, and others are heard", () => {
    for (const event of [said(eve), whispered(eve), renamed(bob, "Rob"), { _tag: "Joined", ...room, member: bob } satisfies Event]) {
      expect(Attention.isIgnored(ignoring, event)).toBe(false)
    }
  })

  it("is heard again", () => {
    expect(Attention.hearing(ignoring, bob)).toEqual(Attention.none)
  })
})
