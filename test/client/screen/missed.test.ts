import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { start, update } from "../../../src/client/screen/conversation.ts"
import * as Form from "../../../src/client/screen/form.ts"
import { heardAfter, heardFrom, missedBetween } from "../../../src/client/screen/missed.ts"
import type { Conversation, Draft, Happening } from "../../../src/client/screen/step.ts"
import type * as Chat from "../../../src/domain/Chat.ts"
import type { Event, Welcome } from "../../../src/domain/Event.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import { RoomName } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import { connect, decide, join, leave, named, roomOf, settings, steps, take } from "../../support/chat.ts"
import { always } from "../../support/property.ts"

const member = (id: string, name: string) => ({ id: MemberId.make(id), name: named(name) })
const me = member("m1", "me")
const bob = member("m2", "bob")
const lobby = RoomName.make("lobby")

const welcomeOf = (told: ReadonlyArray<Chat.Envelope<number>>): Welcome => {
  for (const { event } of told) if (event._tag === "Welcome") return event
  throw new Error("Nobody was welcomed")
}

describe("What was missed", () => {
  it("is what the room was told between the loss and the return, but for one's own leave", () => {
    let most = 0
    always(FastCheck.tuple(steps, FastCheck.nat({ max: 30 }), FastCheck.nat({ max: 30 })), ([all, lostAfter, noticedAfter]) => {
      const others = all.filter((one) => one._tag !== "Close" && !("who" in one && one.who === 1))
      let node = roomOf<number>(["me"], (client) => client)
      let heard = heardFrom({ _tag: "Welcome", seq: 1, at: 0, room: lobby, you: me, here: 1, members: [me], ...settings })
      let missed = 0
      const told = (envelopes: ReadonlyArray<Chat.Envelope<number>>, isLost: boolean) => {
        for (const { audience, event, room } of envelopes) {
          if (room === undefined) continue
          if (isLost) missed += 1
          else if (audience.some(({ peer }) => peer === 1)) heard = heardAfter(heard, event) ?? heard
        }
      }
      const drop = () => {
        node = leave(node, 1, "lost").node
      }
      const [lost, noticed] = [Math.min(lostAfter, others.length), Math.min(lostAfter + noticedAfter, others.length)]
      others.forEach((one, index) => {
        if (index === noticed) drop()
        const taken = take(node, one, node.lastClient + 1)
        node = taken.node
        told(taken.told, index >= lost)
      })
      if (noticed === others.length) drop()
      node = connect(node, node.lastClient + 1)
      const back = decide(node, node.lastClient, join("me", "number"))
      expect(missedBetween(heard, me, welcomeOf(back.told))).toBe(missed)
      most = Math.max(most, missed)
    })
    expect(most).toBeGreaterThan(5)
  })
})

const begun = start(Form.unasked(Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "User1234")))
const noDraft: Draft = { line: "", pasted: [] }
const welcome = (seq: number, instance: string | undefined = "one", room = lobby): Welcome =>
  ({ _tag: "Welcome", seq, at: 0, room, you: me, here: 2, members: [me, bob], server: "brusio", instance, limits: settings.limits })
const said = (seq: number): Event => ({ _tag: "Said", seq, at: 0, room: lobby, from: bob, text: Text.clean("hello") })
const after = (...happenings: ReadonlyArray<Happening>) => happenings.reduce(({ after }: { readonly after: Conversation }, happening) => update(after, happening, noDraft), begun)

/** The lines that whoever comes back is shown. */
const linesOf = (back: Welcome, ...before: ReadonlyArray<Happening>): ReadonlyArray<string> =>
  update(after(...before).after, { _tag: "Entered", welcome: { ...back, you: member("m9", "me"), members: [bob, member("m9", "me")] } }, noDraft).wishes
    .flatMap((wish) => (wish._tag === "Print" && wish.line._tag === "Info" ? [wish.line.text] : []))

describe("Whoever comes back", () => {
  const here: ReadonlyArray<Happening> = [{ _tag: "Entered", welcome: welcome(2) }, { _tag: "Told", event: said(3) }]

  it("is told how many messages were missed", () => {
    expect(linesOf(welcome(10), ...here)[0]).toBe("5 messages were missed: what was said, and who came and went.")
    expect(linesOf(welcome(6), ...here)[0]).toBe("1 message was missed: what was said, or who came or went.")
    expect(linesOf(welcome(5), ...here)[0]).toBe("No message was missed.")
  })

  it("is told that it is not known, where the numbers do not say it", () => {
    expect(linesOf(welcome(10, "two"), ...here)[0]).toBe("It is not known how many messages were missed. The server was started anew: roles, locks, topics and claimed names are gone.")
    expect(linesOf({ ...welcome(10), instance: undefined }, ...here)[0]).toBe("It is not known how many messages were missed.")
    expect(linesOf(welcome(10, "one", RoomName.make("kitchen")), ...here)[0]).toBe("It is not known how many messages were missed.")
  })

  it("is told nothing of it who comes for the first time", () => {
    expect(linesOf(welcome(10))).toHaveLength(2)
  })

  it("still ignores whoever was ignored, but where the server was started anew: ids are others' there", () => {
    const ignoring: ReadonlyArray<Happening> = [...here, { _tag: "Submitted", line: "/ignore bob", members: [me, bob] }]
    expect(after(...ignoring, { _tag: "Entered", welcome: welcome(9) }).after.attention.ignored).toEqual([bob])
    expect(after(...ignoring, { _tag: "Entered", welcome: welcome(9, "two") }).after.attention.ignored).toEqual([])
    expect(linesOf(welcome(9, "two"), ...ignoring)[1]).toBe("You see again what these say: bob.")
  })
})
