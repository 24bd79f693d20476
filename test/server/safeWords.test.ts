import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Console from "../../src/server/operator/Console.ts"
import * as Operator from "../../src/server/operator/Operator.ts"
import * as Server from "../../src/server/Server.ts"
import { patient, steering, strings, unsafe, wholesome } from "../support/hostile.ts"
import { connect } from "../support/Peer.ts"
import { eventsOf, member, next, open, plainMember, tell } from "../support/room.ts"

/** A room with a console in each format, and one who runs it. */
const watched = (format: Console.Format) =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const output = Layer.succeed(Console.ConsoleOutput, {
      write: (text: string) => {
        if (text !== "") written.push(text)
      }
    })
    const room = yield* open(
      Server.port.pipe(
        Layer.provideMerge(Operator.layer),
        Layer.provideMerge(Console.layer(format)),
        Layer.provideMerge(output),
        Layer.provideMerge(Server.core({ port: 0, ...patient }))
      )
    )
    yield* Context.get(room.context, Console.Console).open("127.0.0.1:1", [])
    return { ...room, written, operator: Context.get(room.context, Operator.Operator) }
  })

// As any program reads it, which makes nothing safe.
const parsed = (lines: string): ReadonlyArray<unknown> => lines.split("\n").filter((line) => line !== "").map((line): unknown => JSON.parse(line))

/** Everything there is to say with these words, in each dialect and by the one who runs the room: all that anybody was told. */
const sayEverywhere = (format: Console.Format, words: string) =>
  Effect.gen(function* () {
    const { close, operator, port, written } = yield* watched(format)
    const bob = yield* plainMember(port, "bob")
    const ada = yield* member(port, "ada")

    const eve = yield* connect(port)
    yield* tell(eve, { _tag: "Hello", v: 1, nickname: words }, { _tag: "Hello", v: 1, nickname: "eve" })
    const { you } = yield* next(eve, "Welcome")
    yield* tell(
      eve,
      { _tag: "Say", text: words },
      { _tag: "Act", text: words },
      { _tag: "Whisper", to: you.id, text: words },
      { _tag: "Rename", nickname: words },
      { _tag: "Quit", reason: words }
    )
    // What is not known is named in the answer.
    const odd = yield* connect(port)
    yield* odd.send(`${JSON.stringify({ _tag: words })}\n${JSON.stringify({ _tag: "Say", text: { [words]: words }, [words]: 1 })}\n`)
    yield* odd.end

    const mallory = yield* connect(port)
    const typed = words.replaceAll("\n", "")
    yield* mallory.send(`m${typed}\n${typed}\n/me ${typed}\n/msg bob ${typed}\n/msg ${typed} hi\n/nick ${typed}\n/${typed}\n/quit ${typed}\n/quit\n`)

    const heard = [yield* eve.rest, yield* odd.rest]
    const heardByMallory = yield* mallory.rest
    const kicked = yield* member(port, "kicked")
    yield* operator.perform(`/kick kicked ${typed}`)
    yield* kicked.closed
    heard.push(yield* kicked.rest)
    yield* operator.perform(`notice ${words}`)
    yield* operator.perform(`/${words}`)
    yield* Effect.forkScoped(close(words))
    heard.push(yield* ada.rest)
    return { native: heard, plain: [heardByMallory, yield* bob.rest], written }
  })

const formats = Object.entries(Console.formats)

describe("Nothing that steers a terminal gets through the server raw:", () => {
  it.scopedLive.each(steering)("%s", ([, sequence]) =>
    Effect.gen(function* () {
      for (const [name, format] of formats) {
        const { native, plain, written } = yield* sayEverywhere(format, `a${sequence}b`)
        for (const text of [...native, ...plain, ...written]) {
          expect(text.length).toBeGreaterThan(0)
          expect(text).not.toMatch(unsafe)
        }
        for (const string of strings(native.map(parsed))) expect(string).not.toMatch(unsafe)
        const console = written.join("")
        expect(console).toContain("bob joined")
        for (const string of name === "json" ? strings(parsed(console)) : console.split("\n")) {
          expect(string).not.toMatch(unsafe)
          expect(string).not.toContain("\n")
        }
      }
    })
  )
})

describe("What needs its joiners, marks and direction gets through the server whole:", () => {
  it.scopedLive.each(wholesome)("%s", ([, words]) =>
    Effect.gen(function* () {
      for (const [, format] of formats) {
        const { native, plain, written } = yield* sayEverywhere(format, words)
        const [, , , toAda = ""] = native
        const events = eventsOf(toAda)
        expect(events.filter((event) => event._tag === "Said" && event.text === words)).toHaveLength(2)
        expect(events.filter((event) => event._tag === "Acted" && event.text === words)).toHaveLength(2)
        expect(events.filter((event) => event._tag === "Joined" && event.member.name === words)).toHaveLength(1)
        expect(events.filter((event) => event._tag === "Left" && event.reason === words)).toHaveLength(2)
        expect(events.filter((event) => event._tag === "Notice" && event.text === `notice ${words}`)).toHaveLength(1)
        expect(events.at(-1)).toMatchObject({ _tag: "Goodbye", reason: words })
        const [, toBob = ""] = plain
        for (const line of [`${words} has joined the chat!`, `${words}: ${words}`, `* ${words} ${words}`, `[server] notice ${words}`]) {
          expect(toBob.split("\n")).toContain(line)
        }
        for (const line of [`${words}: ${words}`, `[server] notice ${words}`]) expect(written.join("")).toContain(line)
      }
    })
  )
})
