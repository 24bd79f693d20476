import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Gate } from "../../src/server/Password.ts"
import { brief } from "../support/heard.ts"
import { connect } from "../support/Peer.ts"
import { event, next, opened, tell } from "../support/room.ts"

const password = Redacted.make("sesame")

describe("A gate", () => {
  const knocks = (tries: number, ...given: ReadonlyArray<string | undefined>) => {
    const gate = new Gate(password, tries)
    return brief(given.map((password) => gate.knock(password) ?? { _tag: "Quit", reason: undefined }))
  }

  it("lets in whoever says the password", () => {
    expect(knocks(1, "sesame")).toEqual(["quit"])
  })

  it("closes at the last wrong one; to say none is not to be wrong", () => {
    expect(knocks(2, undefined, undefined, "x", undefined, "sesam")).toEqual([
      "refuse password-required",
      "refuse password-required",
      "refuse password-wrong",
      "refuse password-required",
      "reject wrong-password"
    ])
    expect(knocks(1, "")).toEqual(["reject wrong-password"])
  })
})

describe("Where there is a password", () => {
  it.scopedLive("what a plain client is told before it comes in the order of what it says", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ password })
      const ada = yield* connect(port)
      yield* ada.send("\n\nada\nopen\nsesame\nhello\n")
      expect([yield* ada.line, yield* ada.line, yield* ada.line, yield* ada.line, yield* ada.line]).toEqual([
        "Please type a name and press Enter:",
        "Please type a name and press Enter:",
        "Password:",
        "Wrong password: try again.",
        "Welcome ada! To leave, type {quit}."
      ])
    })
  )

  it.scopedLive("one who is in is not asked for it any more, whatever is said as hello", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ password })
      const ada = yield* connect(port)
      const hello = (password: string) => ({ _tag: "Hello", v: 1, nickname: "ada", password }) as const
      yield* tell(ada, hello("sesame"))
      yield* next(ada, "Welcome")
      yield* tell(ada, ...Array.from({ length: 5 }, () => hello("wrong")), { _tag: "Say", text: "still here" })
      for (let n = 0; n < 5; n += 1) expect(yield* event(ada)).toMatchObject({ _tag: "Refused", code: "already-joined" })
      expect(yield* event(ada)).toMatchObject({ _tag: "Said" })
    })
  )
})
