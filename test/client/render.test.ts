import { describe, expect, it } from "@effect/vitest"
import { json, render } from "../../src/client/render.ts"
import type { Event } from "../../src/domain/Event.ts"
import { type Member, MemberId } from "../../src/domain/Member.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import { decodeLine } from "../../src/domain/wire/Ndjson.ts"
import { named } from "../support/chat.ts"

const person = (n: number, name: string): Member => ({ id: MemberId.make(`m${n}`), name: named(name) })
const ada = person(1, "ada")
const bob = person(2, "bob")
const inRoom = { seq: 1, at: 1, room: lobby } as const
const text = clean("hello")

const welcome = (here: number, ...members: ReadonlyArray<Member>): Event => ({
  _tag: "Welcome",
  ...inRoom,
  you: ada,
  here,
  members,
  server: "s",
  limits: { lineBytes: 1, nameGraphemes: 1, nameBytes: 1 }
})

const many = (count: number) => Array.from({ length: count }, (_, n) => person(n + 10, `guest${n}`))

const shown: ReadonlyArray<readonly [Event, string | undefined]> = [
  [welcome(1, ada), "Welcome ada! Nobody else is here yet. To leave, type {quit}. For help, type /help."],
  [welcome(2, bob, ada), "Welcome ada! Here with you: bob. To leave, type {quit}. For help, type /help."],
  [welcome(205, bob, person(3, "eve")), "Welcome ada! Here with you: bob, eve, 202 more. To leave, type {quit}. For help, type /help."],
  // Ten are named.
  [welcome(13, ada, ...many(12)), `Welcome ada! Here with you: ${many(10).map(({ name }) => name).join(", ")}, 2 more. To leave, type {quit}. For help, type /help.`],
  [{ _tag: "Said", ...inRoom, from: bob, text }, "bob: hello"],
  [{ _tag: "Said", ...inRoom, from: ada, text }, undefined],
  [{ _tag: "Acted", ...inRoom, from: bob, text: clean("waves") }, "* bob waves"],
  [{ _tag: "Acted", ...inRoom, from: ada, text: clean("waves") }, undefined],
  [{ _tag: "Whispered", at: 1, from: bob, to: ada, text }, "[bob -> ada] hello"],
  [{ _tag: "Whispered", at: 1, from: ada, to: bob, text }, undefined],
  [{ _tag: "Renamed", ...inRoom, member: bob, was: named("robert") }, "robert is now called bob."],
  [{ _tag: "Notice", ...inRoom, text }, "[server] hello"],
  [{ _tag: "Joined", ...inRoom, member: bob }, "bob has joined the chat!"],
  [{ _tag: "Left", ...inRoom, member: bob, code: "quit" }, "bob has left the chat."],
  [{ _tag: "Left", ...inRoom, member: bob, code: "quit", reason: clean("lunch") }, "bob has left the chat. (lunch)"],
  [{ _tag: "Left", ...inRoom, member: bob, code: "lost" }, "bob has left the chat. (lost)"],
  [{ _tag: "Members", at: 1, here: 2, members: [ada, bob], more: false }, "Here: ada, bob (2)"],
  [{ _tag: "Refused", at: 1, code: "password-required", message: clean("This room needs a password.") }, "This room needs a password."],
  [{ _tag: "Refused", at: 1, code: "bad-line", message: clean("No.") }, "No."],
  [{ _tag: "Goodbye", at: 1, code: "quit", reason: clean("you have left") }, "Goodbye!"],
  [{ _tag: "Goodbye", at: 1, code: "closed", reason: clean("connection closed") }, "Goodbye!"],
  [{ _tag: "Goodbye", at: 1, code: "closing", reason: clean("out for lunch") }, "The server is closing: out for lunch."],
  [{ _tag: "Goodbye", at: 1, code: "closing", reason: clean("Lunch!") }, "The server is closing: Lunch!"],
  [{ _tag: "Goodbye", at: 1, code: "too-slow", reason: clean("too slow") }, "You have been disconnected: too slow."],
  [{ _tag: "Ping", at: 1 }, undefined],
  [{ _tag: "Pong", at: 1 }, undefined]
]

describe("On the screen of the one who is ada,", () => {
  it.each(shown)("%j is %j", (event, line) => {
    expect(render(event, ada)).toBe(line)
  })
})

describe("For programs", () => {
  it.each(shown)("%j is what travelled, on one line", (event) => {
    const line = json(event)
    expect(line).not.toContain("\n")
    expect(decodeLine(Buffer.from(line))).toEqual(event)
  })
})
