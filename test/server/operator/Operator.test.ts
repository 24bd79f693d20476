import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { asNotice } from "../../../src/domain/quitWord.ts"
import * as Console from "../../../src/server/operator/Console.ts"
import * as Operator from "../../../src/server/operator/Operator.ts"
import * as Server from "../../../src/server/Server.ts"
import type { ServerOptions } from "../../../src/server/ServerConfig.ts"
import { connect } from "../../support/Peer.ts"
import { range } from "../../support/range.ts"
import { eventsOf, member, next, open, plainMember, tell } from "../../support/room.ts"

/** A room, whoever runs it, and what is answered in its console. */
const runWith = (config: Partial<ServerOptions>) => Effect.gen(function* () {
  const answers: Array<string> = []
  const output = Layer.succeed(Console.ConsoleOutput, {
    write: (text: string) => {
      answers.push(text.trimEnd())
    }
  })
  const room = yield* open(
    Server.port.pipe(
      Layer.provideMerge(Operator.layer),
      Layer.provideMerge(Console.layer(({ event, message }) => (event === "console" ? `${message}\n` : ""))),
      Layer.provideMerge(output),
      Layer.provideMerge(Server.core({ port: 0, ...config }))
    )
  )
  const { perform } = Context.get(room.context, Operator.Operator)
  return { ...room, answers, perform }
})

const run = runWith({})

describe("What is typed in the console", () => {
  it.scopedLive("is a notice to everybody, made safe", () =>
    Effect.gen(function* () {
      const { perform, port } = yield* run
      const [ada, bob] = [yield* member(port, "ada"), yield* plainMember(port, "bob")]
      yield* perform("dinner at\u001b[31m seven  ")
      expect(yield* next(ada, "Notice")).toMatchObject({ text: "dinner at[31m seven" })
      expect(yield* bob.line).toBe("[server] dinner at[31m seven")
      yield* perform("//quit is a word")
      expect(yield* next(ada, "Notice")).toMatchObject({ text: "/quit is a word" })
    })
  )

  it.scopedLive.each(["{quit}", " {Quit} "])("closes the room where it is the word that leaves: %j", (word) =>
    Effect.gen(function* () {
      const { perform, port, shut } = yield* run
      const ada = yield* member(port, "ada")
      yield* perform(word)
      yield* shut
      expect(eventsOf(yield* ada.rest)).toMatchObject([{ _tag: "Goodbye", code: "closing", reason: "stopped from its console" }])
    })
  )

  it.scopedLive("says that word where it comes with others, and behind a slash, as lines do that are pasted", () =>
    Effect.gen(function* () {
      const { perform, port } = yield* run
      const ada = yield* member(port, "ada")
      for (const line of ["type {quit} to leave", "/{quit}", "/{QUIT} ", asNotice("{quit}"), asNotice("/quit"), asNotice("hello")]) yield* perform(line)
      for (const text of ["type {quit} to leave", "{quit}", "{QUIT}", "{quit}", "/quit", "hello"]) expect(yield* next(ada, "Notice")).toMatchObject({ text })
    })
  )

  it.scopedLive("is told, all of it, however much comes at once", () =>
    Effect.gen(function* () {
      const hubCapacity = 64
      const { context, perform, port, server } = yield* runWith({ hubCapacity, maxClients: 10 })
      yield* Context.get(context, Console.Console).open(server.address, [])
      const ada = yield* member(port, "ada")
      const notices = range(10 * hubCapacity, String)
      yield* Effect.forEach(notices, perform, { discard: true })
      for (const text of notices) expect(yield* next(ada, "Notice")).toMatchObject({ text })
    })
  )

  it.scopedLive("is refused when it is longer than a line may be", () =>
    Effect.gen(function* () {
      const { answers, perform } = yield* run
      yield* perform("x".repeat(16_385))
      expect(answers).toEqual(["This notice is too long and was not sent: a line has at most 16384 bytes."])
    })
  )

  it.scopedLive("says nothing when it is empty", () =>
    Effect.gen(function* () {
      const { answers, perform, port, shut } = yield* run
      const ada = yield* member(port, "ada")
      yield* perform("   ")
      yield* shut
      expect(eventsOf(yield* ada.rest).map(({ _tag }) => _tag)).toEqual(["Goodbye"])
      expect(answers).toEqual([])
    })
  )

  it.scopedLive("shows who is here", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      yield* perform("/who")
      yield* member(port, "ada")
      yield* member(port, "Bob B")
      yield* perform("/who")
      expect(answers).toEqual(["Nobody is here.", "Here: ada, Bob B (2)"])
    })
  )

  it.scopedLive("says what its operator does", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const [ada, bob] = [yield* member(port, "ada"), yield* plainMember(port, "bob")]
      yield* perform("/me waves")
      expect(yield* next(ada, "Notice")).toMatchObject({ text: "* waves" })
      expect(yield* bob.line).toBe("[server] * waves")
      yield* perform("/me ")
      expect(answers).toEqual(["Type /me ACTION"])
    })
  )

  it.scopedLive("whispers to one person, in each dialect, and nobody else hears it", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const [ada, other, bob] = [yield* member(port, "ada"), yield* member(port, "other"), yield* plainMember(port, "Bob B")]
      yield* perform("/msg ada psst")
      expect(yield* next(ada, "Whispered")).toMatchObject({ from: { id: "server", name: "server" }, to: { name: "ada" }, text: "psst" })
      yield* perform("/msg bob b psst, too")
      expect(yield* bob.line).toBe("[server -> Bob B] psst, too")
      yield* perform("to all")
      expect(yield* next(other, "Notice")).toMatchObject({ text: "to all" })
      for (const line of ["/msg", "/msg eve hi", "/msg ada"]) yield* perform(line)
      expect(answers).toEqual(["Type /msg NAME TEXT", "Nobody here has that name: /who shows who is here.", "Type what to say: /msg NAME TEXT"])
    })
  )

  it.scopedLive("removes somebody, who is told why, as is the room", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const [ada, bob, barbara] = [yield* member(port, "ada"), yield* plainMember(port, "Bob"), yield* member(port, "Bob B")]
      yield* perform("/kick bob b too loud")
      expect(eventsOf(yield* barbara.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "removed", reason: "removed: too loud" })
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "Bob B" }, code: "removed", reason: "removed: too loud" })
      yield* perform("/kick Bob")
      expect((yield* bob.rest).split("\n").at(-2)).toBe("You have been disconnected: removed.")
      yield* perform("/kick eve")
      yield* perform("/kick")
      expect(answers).toEqual(["Nobody here has that name: /who shows who is here.", "Type /kick NAME [REASON]"])
    })
  )

  it.scopedLive("closes the room with its reason", () =>
    Effect.gen(function* () {
      const { perform, server } = yield* run
      yield* perform("/quit sleep well")
      expect(yield* server.closing).toEqual({ reason: "sleep well", asked: true })
    })
  )

  it.scopedLive("is helped with: every command is shown, and the nearest to an unknown one", () =>
    Effect.gen(function* () {
      const { answers, perform } = yield* run
      yield* perform("/help")
      expect(answers.map((line) => line.split(" ")[0])).toEqual([
        "/help", "/who", "/me", "/msg", "/kick", "/remove", "/quit", "/restart", "/rooms", "/nodes", "/room", "/topic", "/invite", "/lock", "/unlock", "/hide", "/show",
        "/history", "/forget", "/op", "/deop", "/ban", "/unban", "/mute", "/unmute", "//TEXT"
      ])
      yield* perform("/kik bob")
      expect(answers.at(-1)).toBe("There is no command /kik. Did you mean /kick? To say it, type //kik; /help shows all commands.")
    })
  )
})

/** A native member who has entered this room. */
const inRoom = (port: number, name: string, room: string) =>
  Effect.gen(function* () {
    const peer = yield* member(port, name)
    yield* tell(peer, { _tag: "Enter", room })
    yield* next(peer, "Entered")
    return peer
  })

describe("A room that is chosen in the console", () => {
  it.scopedLive("is spoken in, and nobody else hears it; without one, all hear it, in whatever room they are", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const [ada, bob] = [yield* inRoom(port, "ada", "dev"), yield* member(port, "bob")]
      yield* perform("/room #DEV")
      yield* perform("only for you")
      yield* perform("/me waves")
      yield* perform("/room")
      yield* perform("for all")
      expect(yield* next(ada, "Notice")).toMatchObject({ room: "dev", text: "only for you" })
      expect(yield* next(ada, "Notice")).toMatchObject({ room: "dev", text: "* waves" })
      expect(yield* next(ada, "Notice")).toMatchObject({ room: "lobby", text: "for all" })
      expect(yield* next(bob, "Notice")).toMatchObject({ text: "for all" })
      expect(answers).toEqual([
        "You have chosen #dev: what you say goes there, and commands such as /topic and /kick act there. To choose none, type /room",
        "You have chosen no room: what you say goes to everybody."
      ])
    })
  )

  it.scopedLive("is ruled, whoever owns it, and what cannot be done is answered", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const [ada, bob] = [yield* inRoom(port, "ada", "dev"), yield* inRoom(port, "bob", "dev")]
      yield* perform("/room dev")
      yield* perform("/topic the next release")
      expect(yield* next(bob, "TopicSet")).toMatchObject({ room: "dev", text: "the next release" })
      yield* perform("/op bob")
      yield* perform("/mute ada 5 too loud")
      expect(yield* next(ada, "Moderated", ({ deed }) => deed === "mute")).toMatchObject({ target: { name: "ada" }, reason: "too loud" })
      yield* perform("/kick ada")
      expect(yield* next(ada, "Removed")).toMatchObject({ room: "dev", deed: "kick", now: "lobby" })
      expect(yield* next(bob, "Moderated", ({ deed }) => deed === "owner")).toMatchObject({ target: { name: "bob" } })
      yield* perform("/lock open sesame")
      yield* next(bob, "Moderated", ({ deed }) => deed === "lock")
      yield* tell(ada, { _tag: "Enter", room: "dev" }, { _tag: "Enter", room: "dev", word: "open sesame" })
      expect(yield* next(ada, "Refused")).toMatchObject({ code: "locked" })
      expect(yield* next(ada, "Entered")).toMatchObject({ room: "dev", locked: true, topic: "the next release" })
      for (const line of ["/show", "/op eve", "/ban ada 0", "/topic"]) yield* perform(line)
      expect(answers.slice(1)).toEqual([
        "#dev is not hidden.",
        "Nobody here has that name: /who shows who is here.",
        "That lasts 1 to 1440 minutes: type /ban NAME [MINUTES] [REASON]",
        "#dev is about: the next release"
      ])
    })
  )

  it.scopedLive("is what /kick is about; /remove is about the server, and so is /kick where none is chosen", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const [ada, bob] = [yield* inRoom(port, "ada", "dev"), yield* inRoom(port, "bob", "dev")]
      yield* perform("/ban bob")
      expect(answers).toEqual(["Choose a room first, with /room ROOM: /ban acts there. /rooms shows all."])
      yield* perform("/room dev")
      yield* perform("/remove bob away with you")
      expect(eventsOf(yield* bob.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "removed", reason: "removed: away with you" })
      yield* perform("/room")
      yield* perform("/kick ada")
      expect(eventsOf(yield* ada.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "removed" })
    })
  )

  it.scopedLive("may be the lobby, whose topic newcomers are told", () =>
    Effect.gen(function* () {
      const { perform, port } = yield* run
      yield* perform("/room lobby")
      yield* perform("/topic be kind")
      const program = yield* connect(port)
      yield* tell(program, { _tag: "Hello", v: 1, nickname: "ada" })
      expect(yield* next(program, "Welcome")).toMatchObject({ topic: "be kind" })
      const person = yield* connect(port)
      expect(yield* person.line).toBe("Welcome to brusio, a chat room. Type your name and press Enter:")
      yield* person.send("bob\n")
      expect([yield* person.line, yield* person.line, yield* person.line]).toEqual([
        "Welcome bob! To leave, type {quit}.",
        "Here with you: ada. For help, type /help.",
        "It is about: be kind"
      ])
    })
  )

  it.scopedLive("may be gone by then: nothing is done, and nobody else hears what was for it", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const [ada, bob] = [yield* inRoom(port, "ada", "dev"), yield* member(port, "bob")]
      yield* perform("/room dev")
      yield* tell(ada, { _tag: "Exit", room: "dev" })
      yield* next(ada, "Exited")
      yield* perform("a secret")
      yield* perform("for all")
      expect(yield* next(bob, "Notice")).toMatchObject({ text: "for all" })
      yield* perform("/room dev")
      expect(answers.slice(1)).toEqual([
        "Nobody is in #dev any more, so there is no such room: that was not done. You have chosen no room now.",
        "There is no room #dev: /rooms shows all."
      ])
    })
  )

  it.scopedLive("is among all that there are, hidden ones too, and who is in it is shown", () =>
    Effect.gen(function* () {
      const { answers, perform, port } = yield* run
      const ada = yield* inRoom(port, "ada", "dev")
      yield* member(port, "bob")
      yield* tell(ada, { _tag: "Hide", room: "dev" }, { _tag: "Lock", room: "dev" }, { _tag: "Topic", room: "dev", text: "secret plans" }, { _tag: "Exit", room: "lobby" })
      yield* next(ada, "Exited")
      yield* perform("/rooms")
      yield* perform("/who")
      yield* perform("/room dev")
      yield* perform("/who")
      expect(answers.filter((answer) => !answer.startsWith("You have"))).toEqual(["#dev 1, locked, hidden: secret plans", "#lobby 1", "Here: ada, bob (2)", "#dev Here: ada (1)"])
    })
  )
})

describe("The status of a room", () => {
  it("says where, how many, how busy, how long and how large", () => {
    const room = { address: "127.0.0.1:1", seconds: 3725, messages: 12, members: 3 }
    expect(Console.statusLine({ ...room, connections: 3 })).toMatch(
      /^127\.0\.0\.1:1 · 3 here · 12 messages\/s · up 1:02:05 · \d+ MB$/u
    )
    expect(Console.statusLine({ ...room, connections: 5 })).toContain("3 here (and 2 without a name)")
  })
})
