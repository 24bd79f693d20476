import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Form from "../../src/client/screen/form.ts"
import { converse, type LineFormat } from "../../src/client/LineUi.ts"
import * as Render from "../../src/client/render.ts"
import { KeyDecoder } from "../../src/client/terminal/keys.ts"
import { type Happening, type Screen, start, update, type Wish } from "../../src/client/terminal/screen.ts"
import { draw } from "../../src/client/terminal/style.ts"
import { view } from "../../src/client/terminal/view.ts"
import type { Event } from "../../src/domain/Event.ts"
import { decodeLine } from "../../src/domain/wire/Ndjson.ts"
import { join } from "../support/client.ts"
import { anyString } from "../support/arbitraries.ts"
import { utf8 } from "../support/bytes.ts"
import { fakeServer } from "../support/FakeServer.ts"
import { steering, strings, unsafe, wholesome } from "../support/hostile.ts"
import { always } from "../support/property.ts"

const member = (id: string, words: string) => ({ id, name: `n${words}` })
const inRoom = (words: string) => ({ seq: 1, at: 1, room: `lobby${words}` })
const limits = { lineBytes: 100, nameGraphemes: 32, nameBytes: 128 }

/** What a server may send as a welcome, with these words wherever there is room for any. */
const welcome = (words: string) => ({
  _tag: "Welcome",
  ...inRoom(words),
  you: { id: "m1", name: `me${words}` },
  asked: `asked${words}`,
  here: 2,
  members: [{ id: "m1", name: `me${words}` }, member("m2", words)],
  server: `brusio${words}`,
  limits
})

/** What no server of ours tells a program, with these words: our client does not know it. */
const unknown = (words: string): ReadonlyArray<object> => [
  { _tag: "Lines", at: 1, lines: [`t${words}`, `t${words}`] },
  { _tag: "Help", at: 1, lines: [`t${words}`, `t${words}`] },
  { _tag: "Asked", at: 1, question: `t${words}` },
  { _tag: `Danced${words}`, at: 1, text: `t${words}` }
]

/** The same of everything else that it may send, the goodbye last. */
const told = (words: string): ReadonlyArray<object> => {
  const eve = member(`m2${words}`, words)
  const me = { id: "m1", name: `me${words}` }
  const text = `t${words}`
  return [
    { _tag: "Said", ...inRoom(words), from: eve, text, ref: words },
    { _tag: "Acted", ...inRoom(words), from: eve, text, ref: words },
    { _tag: "Whispered", at: 1, from: eve, to: me, text, ref: words },
    { _tag: "Said", ...inRoom(words), from: me, text, ref: words },
    { _tag: "Renamed", ...inRoom(words), member: member("m2", `${words}!`), was: eve.name },
    { _tag: "Notice", ...inRoom(words), text },
    { _tag: "Joined", ...inRoom(words), member: eve },
    { _tag: "Left", ...inRoom(words), member: eve, code: "quit", reason: text },
    { _tag: "Left", ...inRoom(words), member: eve, code: `quit${words}` },
    { _tag: "Members", at: 1, here: 2, members: [me, eve], more: true },
    { _tag: "Refused", at: 1, code: `bad${words}`, message: text },
    { _tag: "Refused", at: 1, code: "bad-line", message: text, ref: words },
    { _tag: "Presence", first: 1, ...inRoom(words), here: 2, joined: [eve], left: [{ member: eve, code: "quit", reason: text }] },
    { _tag: "Throttled", at: 1, perSecond: 1, message: text },
    ...unknown(words),
    { _tag: "Goodbye", at: 1, code: "removed", reason: text }
  ]
}

// The welcome, and all of that but the unknown.
const understood = 1 + told("").length - unknown("").length

/** JSON that is ASCII: every other character is escaped. */
const escaped = (value: object): string =>
  JSON.stringify(value).replace(/[^ -~]/gu, (character) => character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""))

const raw = (value: object): string => JSON.stringify(value)

const spellings = [raw, escaped]

const known = (value: object): ReadonlyArray<Event> => {
  const event = decodeLine(utf8(raw(value)))
  return event === undefined ? [] : [event]
}

/** All that our client shows of a server that sends this, line by line. */
const conversation = (words: string, spell: (value: object) => string, json: boolean) =>
  Effect.gen(function* () {
    const server = yield* fakeServer
    const connecting = yield* Effect.fork(join({ host: "127.0.0.1", port: server.port, nickname: "me" }))
    const there = yield* server.accept
    yield* there.send([welcome(words), ...told(words)].map((value) => `${spell(value)}\n`).join(""))
    const client = yield* Fiber.join(connecting)
    const shown: Array<string> = []
    const show = (line: string) => Effect.sync(() => shown.push(line)).pipe(Effect.asVoid)
    const manner: LineFormat = {
      isLiteral: false,
      render: json ? Render.json : (event) => (event._tag === "Refused" ? undefined : Render.render(event, client.welcome.you)),
      lost: json ? () => undefined : Render.lost,
      startedAnew: undefined,
      complaint: (event) => (!json && event._tag === "Refused" ? Render.render(event, client.welcome.you) : undefined),
      quotes: false
    }
    const lines = yield* Mailbox.make<string>()
    expect(yield* converse(client, { lines, show, complain: show }, manner)).toBe(false)
    return shown
  }).pipe(Effect.scoped)

const size = { columns: 60, rows: 24 }
const colours = /\u001b\[[\d;]*m/gu

/** All that a screen draws while this happens: what is below the conversation, and each line of that, without colours and with. */
const drawn = (from: Screen, happenings: ReadonlyArray<Happening>) => {
  const rows: Array<string> = []
  const lines: Array<{ readonly plain: string; readonly coloured: string }> = []
  let screen = from
  const look = (wishes: ReadonlyArray<Wish>) => {
    for (const { text } of view(screen, size).rows) rows.push(text)
    for (const wish of wishes) if (wish._tag === "Print") lines.push({ plain: draw(false)(wish.line), coloured: draw(true)(wish.line) })
  }
  for (const happening of happenings) {
    const step = update(screen, happening)
    screen = step.screen
    look(step.wishes)
  }
  return { rows, lines }
}

const asking = Form.begin({ host: Option.none(), port: Option.none(), name: Option.none(), password: Option.none() }, "User1234")
const connecting = start(Form.unasked(asking)).screen

const ofServer = (words: string): ReadonlyArray<Happening> => [
  { _tag: "NotEntered", code: undefined, reason: `no ${String(strings(known({ _tag: "Goodbye", at: 1, code: "lost", reason: words })).at(-1))}` },
  ...known(welcome(words)).flatMap((event): ReadonlyArray<Happening> => (event._tag === "Welcome" ? [{ _tag: "Entered", welcome: event }] : [])),
  ...told(words).flatMap(known).map((event): Happening => ({ _tag: "Told", event }))
]

const ofKeys = (words: string): ReadonlyArray<Happening> => {
  const decoder = new KeyDecoder()
  const typed = `${words}\r/me ${words}\r/nick ${words}\r/msg ${words}\r/${words}\r`
  const pasted = `\u001b[200~one ${words.replace(/[\r\n]/gu, " ")}\u001b[201~\r`
  const keys = [...decoder.push(typed + pasted + words), ...decoder.flush()]
  const entered = ofServer("").filter(({ _tag }) => _tag === "Entered")
  return [...entered, ...keys.map((key): Happening => ({ _tag: "Key", key, members: [] })), { _tag: "Over" }]
}

const expectSafe = ({ lines, rows }: ReturnType<typeof drawn>) => {
  for (const row of rows) {
    expect(row).not.toMatch(unsafe)
    expect(row).not.toContain("\n")
  }
  for (const { coloured, plain } of lines) {
    expect(plain).not.toMatch(unsafe)
    // What is more is our own styling.
    expect(coloured.replace(colours, "")).toBe(plain)
  }
}

describe("Of what a hostile server sends nothing steers the terminal", () => {
  it.scopedLive.each(steering)("of one who reads lines, or JSON: %s", ([, sequence]) =>
    Effect.gen(function* () {
      for (const spell of spellings) {
        const shown = yield* conversation(`a${sequence}b`, spell, false)
        // One does not see one's own words again.
        expect(shown).toHaveLength(understood - 1)
        for (const line of shown) expect(line).not.toMatch(unsafe)
        const json = yield* conversation(`a${sequence}b`, spell, true)
        expect(json).toHaveLength(understood)
        for (const line of json) {
          expect(line).not.toMatch(unsafe)
          expect(line).not.toContain("\n")
          const value: unknown = JSON.parse(line)
          for (const string of strings(value)) expect(string).not.toMatch(unsafe)
        }
      }
    })
  )

  it.scopedLive.each(steering)("of one whom it turns away: %s", ([, sequence]) =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const words = `a${sequence}b`
      for (const answer of [{ _tag: "Goodbye", at: 1, code: words, reason: words }, { _tag: "Refused", at: 1, code: words, message: words }]) {
        for (const spell of spellings) {
          const refused = yield* Effect.fork(Effect.flip(Effect.scoped(join({ host: "127.0.0.1", port: server.port, nickname: "me" }))))
          const there = yield* server.accept
          yield* there.send(`${spell(answer)}\n`)
          const { message } = yield* Fiber.join(refused)
          expect(message).toMatch(/a.*b$/u)
          expect(message).not.toMatch(unsafe)
        }
      }
    })
  )

  it.each(steering)("with a screen: %s", (_, sequence) => {
    const seen = drawn(connecting, ofServer(`a${sequence}b`))
    expect(seen.lines.length).toBeGreaterThanOrEqual(14)
    expectSafe(seen)
  })

  it("whatever it is", () => {
    always(anyString(), (words) => {
      expectSafe(drawn(connecting, ofServer(words)))
      for (const event of [welcome(words), ...told(words)].flatMap(known)) {
        expect(Render.render(event, { ...known(welcome("")).flatMap(({ ...event }) => ("you" in event ? [event.you] : []))[0]! }) ?? "").not.toMatch(unsafe)
        expect(Render.json(event)).not.toMatch(unsafe)
      }
    }, 150)
  })
})

describe("Of what is typed or pasted nothing is drawn that steers the terminal:", () => {
  it.each(steering)("%s", (_, sequence) => {
    expectSafe(drawn(connecting, ofKeys(`a${sequence}b`)))
  })

  it("whatever it is", () => {
    always(FastCheck.oneof(anyString(), FastCheck.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1"))), (words) => {
      expectSafe(drawn(connecting, ofKeys(words)))
    }, 150)
  })
})

describe("What needs its joiners, marks and direction is shown whole:", () => {
  it.scopedLive.each(wholesome)("%s, to one who reads lines, or JSON", ([, words]) =>
    Effect.gen(function* () {
      const shown = yield* conversation(words, raw, false)
      for (const line of [`n${words}: t${words}`, `* n${words} t${words}`, `[n${words} -> me${words}] t${words}`, `[server] t${words}`]) {
        expect(shown).toContain(line)
      }
      expect((yield* conversation(words, raw, true)).filter((line) => line.includes(words))).toHaveLength(understood)
    })
  )

  it.each(wholesome)("%s, on a screen", (_, words) => {
    const server = drawn(connecting, ofServer(words))
    const plain = server.lines.map(({ plain }) => plain.replace(/^\d\d:\d\d../u, ""))
    for (const line of [`n${words}: t${words}`, `* n${words} t${words}`, `[n${words} -> me${words}] t${words}`, `[server] t${words}`]) {
      expect(plain).toContain(line)
    }
    expect(server.rows.some((row) => row.includes(`lobby${words}`))).toBe(true)
    const typed = drawn(connecting, ofKeys(words))
    expect(typed.rows).toContain(`> ${words}`)
    expect(typed.rows).toContain(`  ${words} …`)
  })
})

describe("A member whom no server would let in is not taken note of:", () => {
  const joined = (id: string, name: string) =>
    decodeLine(utf8(JSON.stringify({ _tag: "Joined", ...inRoom(""), member: { id, name } })))

  it("one with a name or an id that is too long", () => {
    expect(joined("m".repeat(128), "\u{1f469}".repeat(256))).toMatchObject({ _tag: "Joined" })
    expect(joined("m", "x".repeat(513))).toBeUndefined()
    expect(joined("m".repeat(129), "x")).toBeUndefined()
  })
})
