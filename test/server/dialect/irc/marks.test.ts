import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { keyOf } from "../../../../src/server/dialect/irc/tokens.ts"
import { Marks, MarksOfAccounts, timeIn } from "../../../../src/server/dialect/irc/marks.ts"
import { ircClient, says } from "../../../support/irc.ts"
import { connect } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

const [early, late] = ["2019-01-01T00:00:00.000Z", "2019-06-01T12:00:00.000Z"] as const

const of = (marks: Marks, target: string): string => marks.line(target).split(" ").at(-1) ?? ""

describe("How far a client has read", () => {
  it("is not known before it says so, and then never goes back", () => {
    const marks = new Marks()
    expect(of(marks, "#dev")).toBe("*")
    marks.set("#dev", late)
    marks.set("#dev", early)
    expect(of(marks, "#dev")).toBe(`timestamp=${late}`)
  })

  it("is known by the room or the person, however it is written", () => {
    const marks = new Marks()
    marks.set("#Dev", early)
    marks.set("Ann_B", late)
    expect([of(marks, "#dev"), of(marks, "ann_b"), of(marks, "#other")]).toEqual([`timestamp=${early}`, `timestamp=${late}`, "*"])
  })

  it("is kept of a hundred, those that were set last", () => {
    const marks = new Marks()
    for (let n = 0; n < 100; n += 1) marks.set(`#r${n}`, early)
    marks.set("#r0", early)
    marks.set("#one", late)
    expect(["#r0", "#r1", "#r2", "#one"].map((room) => of(marks, room) !== "*")).toEqual([true, false, true, true])
  })

  it.each(["*", "timestamp=*", "timestamp=not-a-time", "timestamp=2019-13-01T00:00:00.000Z", "timestamp=2019-01-01T00:00:00Z", early])("is a time, and not %s", (param) => {
    expect(timeIn(param)).toBeUndefined()
  })

  it("is a time in UTC, to the millisecond", () => {
    expect(timeIn(`timestamp=${early}`)).toBe(early)
  })

  it("is kept for a thousand claimed names, those that were looked at last, and for nobody who claims one anew", () => {
    const accounts = new MarksOfAccounts()
    for (let n = 0; n < 1000; n += 1) accounts.of(keyOf(`n${n}`)).set("#dev", early)
    accounts.of(keyOf("n0"))
    accounts.of(keyOf("one"))
    expect(["n0", "one", "n2"].map((name) => of(accounts.of(keyOf(name)), "#dev"))).toEqual([`timestamp=${early}`, "*", `timestamp=${early}`])
    expect(of(accounts.of(keyOf("n1")), "#dev")).toBe("*")
    accounts.claimed(keyOf("n0"), new Marks())
    expect(of(accounts.of(keyOf("n0")), "#dev")).toBe("*")
  })

  it.scopedLive("is found again by who has said the words of a claimed name, and by nobody else", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* ircClient(port, "ada", "draft/read-marker")
      yield* says(ada, `MARKREAD #dev timestamp=${early}`, "REGISTER ada * :words", `MARKREAD bob timestamp=${late}`)
      yield* ada.send("QUIT\r\n")
      yield* ada.rest
      const again = yield* connect(port)
      yield* says(again, "CAP REQ :draft/read-marker", "PASS ada:words", "NICK ada", "USER ada 0 * :ada", "CAP END")
      expect(yield* says(again, "MARKREAD #dev", "MARKREAD bob")).toEqual([`MARKREAD #dev timestamp=${early}`, `MARKREAD bob timestamp=${late}`])
      const eve = yield* ircClient(port, "eve", "draft/read-marker")
      expect(yield* says(eve, "MARKREAD #dev")).toEqual(["MARKREAD #dev *"])
    })
  )
})
