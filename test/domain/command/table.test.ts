import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as CommandLine from "../../../src/domain/commandLine.ts"
import { type Deed, Deed as DeedSchema } from "../../../src/domain/RoomEvent.ts"
import type { Target } from "../../../src/domain/command/target.ts"
import * as Commands from "../../../src/domain/command/index.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import { authorOf, type Reply } from "../../../src/domain/Reply.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { RoomKey, RoomName } from "../../../src/domain/RoomName.ts"
import { Refusal } from "../../../src/domain/Refusal.ts"
import * as Text from "../../../src/domain/Text.ts"
import * as Typed from "../../../src/domain/typed.ts"
import { Receipts } from "../../../src/client/Receipts.ts"
import { completion } from "../../../src/client/screen/completion.ts"
import type { Heard } from "../../../src/server/dialect/Dialect.ts"
import { keepFor } from "../../../src/domain/Keep.ts"
import { Proof } from "../../../src/domain/Place.ts"
import { native } from "../../../src/server/dialect/native.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { connect, decide, join, nobody, type Node, roomOf, settings, take, type Taken } from "../../support/chat.ts"

const page = (name: string): string => readFileSync(new URL(`../../../docs/wire/${name}.md`, import.meta.url), "utf8")

/** What stands in a page's transcripts behind a client's mark. */
const said = (name: string): ReadonlyArray<string> =>
  [...page(name).matchAll(/^```transcript.*\n([\s\S]*?)^```$/gmu)].flatMap(([, lines = ""]) =>
    lines.split("\n").flatMap((line) => /^\S*> (.*)$/u.exec(line)?.[1] ?? [])
  )

const utf8 = (line: string): Uint8Array => new TextEncoder().encode(`${line}\n`)

/** What a command can take behind its name, and what has to be done before, in Ann's own room, where Bob is too, and Eve is not. */
interface Case {
  readonly rest: string
  readonly before?: Commands.Command
}

// Somebody who is here, and words.
const anything: Case = { rest: "bob good day" }

const toBob = (deed: Deed): Commands.Command => ({ _tag: "Moderate", deed, target: { _tag: "Name", key: Nickname.key("bob") } })

const cases: Readonly<Record<string, Case>> = {
  "/leave": { rest: "dev" },
  "/invite": { rest: "eve" },
  "/op": { rest: "bob" },
  "/deop": { rest: "bob", before: toBob("op") },
  "/unban": { rest: "bob", before: toBob("ban") },
  "/unmute": { rest: "bob", before: toBob("mute") },
  "/unlock": { rest: "", before: { _tag: "Lock" } },
  "/history": { rest: "off" },
  "/forget": { rest: "", before: { _tag: "Say", text: Text.clean("hello") } },
  "/show": { rest: "", before: { _tag: "Hide" } }
}

/** What a plain client comes to ask for with this line, once it is in. */
const heardTyped = (line: string): ReadonlyArray<Heard> => {
  const interpreter = plain.open(defaults, false)
  expect(Array.from(interpreter.hear(utf8("ann")))).toMatchObject([{ _tag: "Hello" }])
  return Array.from(interpreter.hear(utf8(line)))
}

const enterDev: Commands.Command = { _tag: "Enter", room: { name: RoomName.make("dev"), key: RoomKey.make("dev") } }

/** The server keeps what is said, and the places of those who are lost. */
const remembering = (node: Node<string>): Node<string> => ({ ...node, chat: { ...node.chat, keep: keepFor(120_000, 10, 10), history: { lines: 10, bytes: 10_000, age: 60_000, allBytes: 10_000 } } })

const keyOf = (name: string, words: string) => ({ name: Nickname.key(name), proof: Proof.make(words), neighbourhood: "here" })

const entered = [1, 2].reduce((node, who) => decide(node, who, enterDev).node, remembering(roomOf(["ann", "bob", "eve"], (client) => `peer ${client}`)))

const room = decide(entered, 2, { _tag: "SetKey", ...keyOf("bob", "good day") }).node

/** What Ann was told when she came in. */
const welcome = ((): Event => {
  const [first] = decide(connect(nobody<string>(), "peer 1"), 1, join("ann")).told
  if (first === undefined) throw new Error("Nobody was let in")
  return first.event
})()

/** What comes of a request of Ann's, and what she is told. */
const outcome = (heard: Heard | undefined, node = room): { readonly taken?: Taken<string>; readonly hers: ReadonlyArray<Reply> } => {
  switch (heard?._tag) {
    case "SetKey":
      return outcome({ _tag: "Command", command: { _tag: "SetKey", ...keyOf("ann", heard.words) } }, node)
    case "Back": {
      const [{ key, words }] = heard.readings
      return outcome({ _tag: "Command", command: { _tag: "Back", ...keyOf(key, words) } }, node)
    }
    case "Sealed":
    case "Command": {
      const taken = decide(node, 1, heard.command)
      return { taken, hers: taken.told.filter(({ audience }) => audience.some(({ peer }) => peer === "peer 1")).map(({ event }) => event) }
    }
    case "Question": {
      const { reply } = take(node, { _tag: "Ask", who: 1, question: heard.question, now: 0 }, "nobody")
      return { hers: reply === undefined ? [] : [reply] }
    }
    default:
      return { hers: [] }
  }
}

describe.each(Commands.lines.map((line) => [line.name, line] as const))("%s, as people type it,", (name, form) => {
  const { before, rest } = cases[name] ?? anything
  const typed = form.args === "" ? name : `${name} ${rest}`

  it("is understood from nc and in our own client, and means the same", () => {
    const read = Typed.read(typed, settings.limits)
    expect(read).toBeDefined()
    expect(read).not.toBeInstanceOf(Refusal)
    expect(heardTyped(typed)).toEqual([read])
    expect(Typed.read(typed.toUpperCase().replace(rest.toUpperCase(), rest), settings.limits)).toEqual(read)
  })

  it("stands in the help, with what it takes", () => {
    const usage = form.args === "" ? name : `${name} ${form.args}`
    expect(CommandLine.help(Commands.lines).filter((line) => line.startsWith(`${usage} `) && line.endsWith(`  ${form.help}`))).toHaveLength(1)
  })

  it("is completed", () => {
    const complete = completion({ names: [], commands: Commands.lines.map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" })) })
    expect(complete(name.slice(0, -1)).candidates.map((word) => word.trim())).toContain(name)
  })

  it("is the nearest one for whoever misses a letter of it", () => {
    expect(CommandLine.unknown({ name: `${name}x`, rest: "" }, Commands.lines)).toContain(`Did you mean ${name}?`)
  })

  it("stands in a transcript", () => {
    expect(said("plain").filter((line) => line === name || line.startsWith(`${name} `))).not.toEqual([])
  })

  it("comes to something that is worded for whoever typed it", () => {
    const [heard] = heardTyped(typed)
    if (heard?._tag === "Quit") return
    const { hers } = outcome(heard, before === undefined ? room : decide(room, 1, before).node)
    expect(hers).not.toEqual([])
    for (const event of hers) {
      // What is shown only to who asks is no line.
      if (event._tag === "Away") continue
      expect(event._tag).not.toBe("Refused")
      expect(plain.encode(event)).toMatch(/\S.*\n$/su)
    }
  })
})

describe.each([...Commands.messages])("%s, as programs send it,", (tag, form) => {
  const sent = said("native").filter((line) => line.startsWith(`{"_tag":"${tag}"`))
  const heardSent = (line: string): ReadonlyArray<Heard> => Array.from(native.open(defaults, false).hear(utf8(line)))

  it("stands in a transcript", () => {
    expect(sent).not.toEqual([])
  })

  it("is understood", () => {
    const understood = sent.flatMap(heardSent).filter(({ _tag }) => _tag !== "Refuse")
    if (tag === "Pong") expect(understood).toEqual([])
    else expect(understood).not.toEqual([])
  })

  if (form.hasRef && tag !== "Ping") {
    it("has a receipt that our own client takes for one, and is counted and not echoed like all that is told to a room", () => {
      const receipted = sent.flatMap(heardSent).flatMap((heard) => (heard._tag === "Command" && "ref" in heard.command && heard.command.ref !== undefined ? [heard.command] : []))
      expect(receipted).not.toEqual([])
      const [command] = receipted
      const { hers, taken } = outcome({ _tag: "Command", command: command! })
      const receipts = new Receipts()
      receipts.heard(welcome)
      const ref = receipts.next("words", "ref" in command! ? command.ref : undefined)
      expect(receipts.unanswered).toEqual(["words"])
      for (const event of hers) if (event._tag !== "Lines" && event._tag !== "Verbatim") receipts.heard(event)
      expect(receipts.unanswered).toEqual([])
      expect(ref).toBe("ref" in command! ? command.ref : undefined)
      expect(Commands.isReceipted(command!)).toBe(true)
      for (const { event, room } of taken!.told) if (room !== undefined) expect(authorOf(event)).toBe("m1")
    })
  }
})

describe.each<Target>([{ _tag: "Id", id: MemberId.make("m2") }, { _tag: "Name", key: Nickname.key("carol") }])("Somebody who is meant by $_tag", (target) => {
  it.each<Commands.Command>([
    { _tag: "Invite", target },
    ...DeedSchema.literals.map((deed): Commands.Command => ({ _tag: "Moderate", deed, target }))
  ])("is so by what our own client sends: $_tag $deed", (command) => {
    const message = Commands.messageOf(command, undefined)
    expect(message).toBeDefined()
    expect(Array.from(native.open(defaults, false).hear(utf8(JSON.stringify(message))))).toMatchObject([{ _tag: "Command", command: { _tag: command._tag, target } }])
  })
})
