import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { afterEach, describe, expect, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Nickname } from "../../../src/domain/Nickname.ts"
import { Refusal } from "../../../src/domain/Refusal.ts"
import { isReserved } from "../../../src/domain/reserved.ts"
import * as phrases from "../../../src/domain/phrases.ts"
import { Guesses } from "../../../src/server/session/Guesses.ts"
import { Gate } from "../../../src/server/session/Password.ts"
import { connect } from "../../support/Peer.ts"
import { event, next, opened, tell } from "../../support/room.ts"

const password = Redacted.make("sesame")

/** What one who knocks with this is answered. */
const knock = (gate: Gate, given: string | undefined): string => {
  const answer = gate.knock(given, 0)
  if (answer === undefined) return "in"
  return answer instanceof Refusal ? `refuse ${answer.code}` : `cut off ${answer.code}`
}

describe("A gate", () => {
  const knocks = (tries: number, ...given: ReadonlyArray<string | undefined>) => {
    const gate = new Gate(() => password, tries, new Guesses(0), "here")
    return given.map((password) => knock(gate, password))
  }

  it("lets in whoever says the password", () => {
    expect(knocks(1, "sesame")).toEqual(["in"])
  })

  it("closes at the last wrong one; to say none is not to be wrong", () => {
    expect(knocks(2, undefined, undefined, "x", undefined, "sesam")).toEqual([
      "refuse password-required",
      "refuse password-required",
      "refuse password-wrong",
      "refuse password-required",
      "cut off wrong-password"
    ])
    expect(knocks(1, "")).toEqual(["cut off wrong-password"])
  })
})

/** The password of a room, and what somebody types whose name is Bob. */
const rightOnes: ReadonlyArray<readonly [string, string, string]> = [
  ["begins with the name and a colon", "Bob: hunter2", "Bob: hunter2"],
  ["stands behind the name and a colon, as some programs send all lines", "hunter2", "Bob: hunter2"],
  ["begins so, and is sent behind the name", "Bob: hunter2", "Bob: Bob: hunter2"],
  ["is a quit word", "/quit", "/quit"],
  ["is another quit word", "{quit}", "{quit}"],
  ["has spaces around it", " lead trail ", " lead trail "],
  ["is white space", "   ", "   "],
  ["begins with a byte order mark", "\ufeffbom", "\ufeffbom"],
  ["has its accents apart where it is set", "pässwörd".normalize("NFD"), "pässwörd"],
  ["has its accents apart where it is given", "pässwörd", "pässwörd".normalize("NFD")],
  ["is as long as it may be, and has its accents apart where it is given", "é".repeat(1024), "é".repeat(1024).normalize("NFD")]
]

describe("A right password", () => {
  it.scopedLive.each(rightOnes)("lets in, in both dialects, when it %s", ([, set, given]) =>
    Effect.gen(function* () {
      const { port } = yield* opened({ password: Redacted.make(set) })
      const bob = yield* connect(port)
      yield* bob.send("Bob\n")
      expect(yield* bob.line).toBe(phrases.passwordQuestion)
      yield* bob.send(`${given}\n`)
      expect(yield* bob.line).toBe("Welcome Bob! To leave, type {quit}.")
      const ada = yield* connect(port)
      yield* tell(ada, { _tag: "Hello", v: 1, nickname: "ada", password: given.replace(/^Bob: (?=Bob|hunter2$)/u, set.startsWith("Bob") ? "Bob: " : "").replace("Bob: Bob", "Bob") })
      expect(yield* event(ada)).toMatchObject({ _tag: "Welcome" })
    })
  )

  it.scopedLive.each<readonly [string, string, string]>([
    ["a twin in compatibility form", "ﬁsh", "fish"],
    ["the name before it in another case", "bob: hunter2", "hunter2"],
    ["a part of it", "/quit now", "/quit n"]
  ])("is not %s", ([, set, given]) =>
    Effect.gen(function* () {
      const { port } = yield* opened({ password: Redacted.make(set) })
      const bob = yield* connect(port)
      yield* bob.send("Bob\n")
      expect(yield* bob.line).toBe(phrases.passwordQuestion)
      yield* bob.send(`${given}\n`)
      expect(yield* bob.line).toBe(phrases.wrongPassword(0))
      // A quit word that is not the password still leaves.
      yield* bob.send("{quit}\n")
      expect(yield* bob.line).toBe("Goodbye!")
    })
  )
})

describe("Many wrong ones", () => {
  const answers = (gates: ReadonlyArray<Gate>, now: number, given = "x") =>
    gates.map((gate) => {
      const answer = gate.knock(given, now)
      return answer instanceof Refusal ? answer.message : answer?.reason
    })
  const gates = (count: number, guesses: Guesses, address: string) => Array.from({ length: count }, () => new Gate(() => password, 3, guesses, address))

  it("cost a pause, over all connections of an address, and what comes too soon is told how long", () => {
    const guesses = new Guesses(0)
    expect(answers(gates(4, guesses, "here"), 0)).toEqual([
      "Wrong password: try again.",
      "Wrong password: try again.",
      "Wrong password: try again.",
      "Wrong password: try again in 1 s."
    ])
    const [late, ...others] = gates(4, guesses, "here")
    // The right one has to wait too, and is no try.
    for (let n = 0; n < 5; n += 1) expect(answers(late === undefined ? [] : [late], 100, "sesame")).toEqual(["Too many wrong passwords came from your address: try again in 1 s."])
    expect(answers(others, 1000)).toEqual(["Wrong password: try again in 2 s.", ...Array.from({ length: 2 }, () => "Too many wrong passwords came from your address: try again in 2 s.")])
    expect(answers(others, 3000, "sesame")).toEqual([undefined, undefined, undefined])
  })

  it("say how long to wait also to programs, and in the goodbye", () => {
    const guesses = new Guesses(0)
    answers(gates(3, guesses, "here"), 0)
    const gate = new Gate(() => password, 2, guesses, "here")
    expect(gate.knock("x", 0)).toMatchObject({ code: "password-wrong", wait: 1000 })
    expect(gate.knock("x", 999.5)).toMatchObject({ code: "password-wait", wait: 1 })
    expect(gate.knock("x", 1000)).toMatchObject({ code: "wrong-password", reason: "wrong password: try again in 2 s" })
  })

  it("never lock out the right one from elsewhere", () => {
    const guesses = new Guesses(0)
    for (let n = 0; n < 500; n += 1) answers(gates(1, guesses, `address ${n % 50}`), n)
    expect(answers(gates(1, guesses, "elsewhere"), 500, "sesame")).toEqual([undefined])
  })
})

describe("How long a gate takes", () => {
  // What the server has imported from node is what is put here.
  const compared = () => {
    const spy = vi.spyOn(crypto, "timingSafeEqual")
    syncBuiltinESMExports()
    return spy
  }

  afterEach(() => {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  })

  const answer = (given: string) => [knock(new Gate(() => password, 1, new Guesses(0), "here"), given)]

  it.each([
    ["the right one", "sesame", "in"],
    ["a wrong one as long", "sesamf", "cut off wrong-password"],
    ["one wrong from the start", "aesame", "cut off wrong-password"],
    ["a short one", "s", "cut off wrong-password"],
    ["an empty one", "", "cut off wrong-password"],
    ["the beginning of the right one", "sesam", "cut off wrong-password"],
    ["the right one and more", "sesame!", "cut off wrong-password"],
    ["a long one", "x".repeat(1024), "cut off wrong-password"]
  ])("does not tell how near one was: %s is compared as a whole, as a digest of one length", (_, given, expected) => {
    const spy = compared()
    expect(answer(given)).toEqual([expected])
    expect(spy.mock.calls.map((digests) => digests.map(({ byteLength }) => byteLength))).toEqual([[32, 32]])
    const [[one, other] = []] = spy.mock.calls
    expect(one !== undefined && other !== undefined && Buffer.compare(bytesOf(one), bytesOf(other)) === 0).toBe(given === "sesame")
  })

  it("is that of this comparison, which alone lets in", () => {
    const spy = compared()
    spy.mockReturnValueOnce(false)
    expect(answer("sesame")).toEqual(["cut off wrong-password"])
    spy.mockReturnValueOnce(true)
    expect(answer("x")).toEqual(["in"])
  })
})

const bytesOf = (digest: NodeJS.ArrayBufferView): Uint8Array => new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength)

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

  it.scopedLive("what the server says of it nobody can say", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ password })
      const ada = yield* connect(port)
      yield* ada.send("ada\nopen\n")
      const question = yield* ada.line
      const denial = yield* ada.line
      expect([question, denial]).toEqual([phrases.passwordQuestion, phrases.wrongPassword(0)])
      for (const line of [question, denial]) expect(isReserved(Nickname.make(line.slice(0, line.indexOf(":"))))).toBe(true)
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
