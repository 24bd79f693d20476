import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import { clean } from "../../../src/domain/Text.ts"
import { ConnectionLost, CutOff, EndOfInput } from "../../../src/net/Errors.ts"
import { type Farewell, farewell, Quit } from "../../../src/server/session/Farewell.ts"

const closing = { reason: clean("maintenance"), asked: true }

const interrupt = Cause.interrupt(FiberId.none)
const bug = Cause.die(new Error("a bug"))
const end = new EndOfInput()
const lost = new ConnectionLost({ code: "ECONNRESET" })

type Row = readonly [ending: string, exit: Exit.Exit<unknown, unknown>, code: Farewell["code"], reason: string | undefined, goodbye: string]

describe("Of a session that ended with", () => {
  it.each<Row>([
    ["a plain quit", Exit.succeed(new Quit({ reason: undefined })), "quit", undefined, "you have left"],
    ["a quit with words", Exit.succeed(new Quit({ reason: clean("to lunch") })), "quit", "to lunch", "you have left"],
    ["the end of the input", Exit.fail(end), "closed", "connection closed", "connection closed"],
    ["a lost connection", Exit.fail(lost), "lost", "connection lost", "connection lost"],
    ["slowness", Exit.fail(new CutOff({ code: "too-slow", reason: "too slow" })), "too-slow", "too slow", "too slow"],
    ["a protocol not spoken here", Exit.fail(new CutOff({ code: "not-for-us", reason: "IRC is not spoken here" })), "not-for-us", "IRC is not spoken here", "IRC is not spoken here"],
    ["a removal whose reason is not safe to show", Exit.fail(new CutOff({ code: "removed", reason: "be\u001b[2J\nnice" })), "removed", "be[2J nice", "be[2J nice"],
    ["the close of the server", Exit.failCause(interrupt), "closing", "maintenance", "maintenance"],
    ["the close of the server, twice over", Exit.failCause(Cause.parallel(interrupt, interrupt)), "closing", "maintenance", "maintenance"],
    ["a bug", Exit.failCause(bug), "internal-error", "internal error", "internal error"],
    ["a bug during the close", Exit.failCause(Cause.parallel(interrupt, bug)), "internal-error", "internal error", "internal error"],
    ["an error that nobody knows", Exit.fail("what?"), "internal-error", "internal error", "internal error"],
    ["nothing at all", Exit.succeed(undefined), "internal-error", "internal error", "internal error"],
    ["the end of the input during the close", Exit.failCause(Cause.parallel(Cause.fail(end), interrupt)), "closed", "connection closed", "connection closed"],
    ["a lost connection and then the close", Exit.failCause(Cause.sequential(Cause.fail(lost), interrupt)), "lost", "connection lost", "connection lost"]
  ])("%s, those who stay and the one who goes are told why", (_, exit, code, reason, goodbye) => {
    expect(farewell(exit, closing)).toEqual({ code, reason, goodbye })
  })

  it("a quit or a removal with very many words, they are cut short", () => {
    const words = clean("why ".repeat(4000))
    for (const exit of [Exit.succeed(new Quit({ reason: words })), Exit.fail(new CutOff({ code: "removed", reason: words }))]) {
      expect(farewell(exit, closing).reason).toBe(words.slice(0, 300))
    }
  })

  it.each<readonly [string, Exit.Exit<unknown, unknown>, number, string | undefined]>([
    ["the end of the input", Exit.fail(end), 1, "connection closed; 1 message was not said"],
    ["a lost connection", Exit.fail(lost), 2, "connection lost; 2 messages were not said"],
    ["silence", Exit.fail(new ConnectionLost({ code: "ETIMEDOUT", reason: "no sign of life" })), 30, "no sign of life; 30 messages were not said"],
    ["a plain quit", Exit.succeed(new Quit({ reason: undefined })), 2, undefined],
    ["a removal", Exit.fail(new CutOff({ code: "removed", reason: "too loud" })), 2, "too loud"]
  ])("%s, with messages that were not said, those who stay are told how many, unless the client went or was sent away", (_, exit, unsaid, reason) => {
    expect(farewell(exit, closing, unsaid).reason).toBe(reason)
  })

  it("a bug, nobody is told what the bug was", () => {
    expect(JSON.stringify(farewell(Exit.failCause(bug), closing))).not.toContain("a bug")
  })
})
