import { describe, expect, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Happening } from "../../src/domain/Entry.ts"
import { isResumption, type Resumption } from "../../src/domain/Reply.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { Proof } from "../../src/domain/Place.ts"
import { clean } from "../../src/domain/Text.ts"
import { join, roomNamed, settings } from "../support/chat.ts"
import { range } from "../support/range.ts"

const keep = keepFor(120_000, 1000, 1000)
/** So long that a window is full after 33 of them. */
const long = clean("x".repeat(7800))

/** A chat in which many rooms are filled with talk, as far as it is kept. */
class Full {
  chat: Chat.Chat<Chat.ClientId> = Chat.empty(settings, keep)
  #at = 0
  /** The most that was kept at any time, in bytes. */
  most = 0
  readonly resumptions: Array<Resumption> = []

  submit(happening: Happening): void {
    this.#at += 1
    const { chat, told } = apply(this.chat, { at: this.#at, ...happening }, (client) => client)
    this.chat = chat
    this.most = Math.max(this.most, chat.keptBytes)
    for (const { event } of told) if (isResumption(event)) this.resumptions.push(event)
  }

  command(client: Chat.ClientId, command: Command): void {
    this.submit({ _tag: "Command", client, address: "", command })
  }

  come(client: Chat.ClientId, name: string): void {
    const hello = join(name)
    const id = Chat.personAt(this.chat, Proof.make(name))?.member.id
    const seen = id === undefined ? undefined : { id, n: this.chat.seq }
    if (hello._tag === "Join") this.command(client, { ...hello, claim: { proof: Proof.make(name), neighbourhood: "here", seen } })
  }

  /** As many rooms as that, each with a full window. */
  fill(rooms: number): void {
    for (let n = 0; n < rooms; n += 1) {
      const client = 1000 + Math.floor(n / 15)
      if (n % 15 === 0) this.come(client, `guest ${client}`)
      const room = roomNamed(`room-${n}`)
      this.command(client, { _tag: "Enter", room })
      for (let said = 0; said < 34; said += 1) this.command(client, { _tag: "Say", room, text: long })
    }
  }
}

/** What somebody in the lobby, who is lost, is told again of ten lines that are said there meanwhile. */
const missedInLobby = (full: Full, fill: () => void): Resumption | undefined => {
  full.come(1, "ada")
  full.come(2, "bob")
  fill()
  full.submit({ _tag: "Drop", client: 1, code: "lost" })
  const seen = full.chat.seq
  for (const n of range(10, (n) => n)) full.command(2, { _tag: "Say", text: clean(`line ${n}`) })
  const hello = join("ada")
  const id = Chat.personAt(full.chat, Proof.make("ada"))?.member.id
  if (hello._tag === "Join" && id !== undefined) full.command(3, { ...hello, claim: { proof: Proof.make("ada"), neighbourhood: "here", seen: { id, n: seen } } })
  return full.resumptions.at(-1)
}

const textsOf = (resumption: Resumption | undefined) => resumption?.replay.flatMap((event) => (event._tag === "Said" ? [event.text] : []))

describe("What is kept of all rooms together", () => {
  it("is never more than its bound, and a calm room keeps its share however many others are full", () => {
    const full = new Full()
    const resumed = missedInLobby(full, () => {
      full.fill(90)
    })
    // It was full: most of what was said in the rooms is still kept.
    expect(full.most).toBeGreaterThan(keep.bytes - 300_000)
    expect(full.most).toBeLessThanOrEqual(keep.bytes)
    expect(resumed?.gaps).toBe(false)
    expect(textsOf(resumed)).toEqual(range(10, (n) => `line ${n}`))
    // And each of the others keeps something.
    for (const { name, window } of HashMap.values(full.chat.rooms)) expect(window.kept.length, name).toBeGreaterThan(0)
  })

  it("is not driven out by what is told to persons alone", () => {
    const full = new Full()
    const resumed = missedInLobby(full, () => {
      for (const n of range(300, (n) => 1000 + n)) {
        full.come(n, `guest ${n}`)
        const id = Chat.personAt(full.chat, Proof.make(`guest ${n}`))?.member.id
        for (let said = 0; said < 9 && id !== undefined; said += 1) full.command(2, { _tag: "Whisper", to: id, text: long })
      }
    })
    expect(full.most).toBeLessThanOrEqual(keep.bytes)
    expect(full.chat.keptBytes).toBeLessThan(keep.bytes / 2)
    expect(textsOf(resumed)).toEqual(range(10, (n) => `line ${n}`))
  })
})
