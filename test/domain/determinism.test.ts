import { describe, expect, it, vi } from "@effect/vitest"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { type ClientId, clientOf } from "../../src/domain/ClientId.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Entry, Happening } from "../../src/domain/Entry.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { Proof } from "../../src/domain/Place.ts"
import { digest } from "../../src/domain/replica/digest.ts"
import { clean } from "../../src/domain/Text.ts"
import { address, join, rename, roomNamed, say, settings } from "../support/chat.ts"
import { logs } from "../support/happenings.ts"
import { samples } from "../support/samples.ts"
import { play, rulings, tellings } from "../support/tellings.ts"

// The nodes of a cluster differ in their clocks, their chance, and the tables of Unicode in their Node.js: a state depends on none of these.

const refuse = (what: string) => (): never => {
  throw new Error(`${what} was asked for`)
}

/** What differs from machine to machine, or from moment to moment. */
const forbidden = () => {
  const ofStrings = ["normalize", "toLowerCase", "toUpperCase", "toLocaleLowerCase", "toLocaleUpperCase", "localeCompare"] as const
  const ofIntl = ["Segmenter", "Collator", "NumberFormat", "DateTimeFormat", "ListFormat", "PluralRules"] as const
  return [
    ...ofStrings.map((name) => vi.spyOn(String.prototype, name).mockImplementation(refuse(name))),
    ...ofIntl.map((name) => vi.spyOn(Intl, name).mockImplementation(refuse(`Intl.${name}`))),
    vi.spyOn(Intl.Segmenter.prototype, "segment").mockImplementation(refuse("segment")),
    vi.spyOn(Number.prototype, "toLocaleString").mockImplementation(refuse("toLocaleString")),
    vi.spyOn(Date, "now").mockImplementation(refuse("Date.now")),
    vi.spyOn(globalThis, "Date").mockImplementation(refuse("Date")),
    vi.spyOn(Math, "random").mockImplementation(refuse("Math.random")),
    vi.spyOn(performance, "now").mockImplementation(refuse("performance.now")),
    vi.spyOn(crypto, "randomUUID").mockImplementation(refuse("crypto.randomUUID")),
    vi.spyOn(crypto, "getRandomValues").mockImplementation(refuse("crypto.getRandomValues"))
  ]
}

// Which characters have a property, or differ in case alone, depends on the version of Unicode. Whoever matches reads `exec`.
const refuseProperties = () => {
  const plain = Object.getOwnPropertyDescriptor(RegExp.prototype, "exec") ?? {}
  Object.defineProperty(RegExp.prototype, "exec", {
    configurable: true,
    get(this: RegExp): unknown {
      if (this.source.includes("\\p{") || this.ignoreCase) refuse(String(this))()
      const exec: unknown = plain.value
      return exec
    }
  })
  return () => Object.defineProperty(RegExp.prototype, "exec", plain)
}

/** What this makes while all of that is refused; or why it failed. */
const without = <A>(make: () => A): A | Error => {
  const spies = forbidden()
  const allowProperties = refuseProperties()
  try {
    return make()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    allowProperties()
    for (const spy of spies.reverse()) spy.mockRestore()
  }
}

interface Played {
  readonly begin: Chat.Chat<ClientId>
  readonly log: ReadonlyArray<Entry>
}

const foldOf = ({ begin, log }: Played) => {
  const told: Array<string> = []
  let chat = begin
  for (const entry of log) {
    const decision = apply(chat, entry, (client) => (client % 2 === 0 ? client : undefined))
    chat = decision.chat
    for (const { event } of decision.told) told.push(JSON.stringify(event))
  }
  return { told, digest: digest(chat) }
}

const stories = (): ReadonlyArray<Played> => [
  ...[...samples(tellings, 12), ...samples(rulings, 12)].map((telling) => {
    const { chat, keep, log } = play(telling)
    return { begin: Chat.empty<ClientId>(settings, keep, chat.bounds), log }
  }),
  ...samples(logs, 60)
]

// Long names in other scripts, which are in what others are told and in refusals, and nodes that close and are gone.
const abroad = (): Played => {
  const command = (client: ClientId, command: Command): Happening => ({ _tag: "Command", client, address: "10.0.0.1:1", command })
  const coming = (client: ClientId, name: string): Happening => {
    const hello = join(name, "number")
    return command(client, hello._tag === "Join" ? { ...hello, claim: { proof: Proof.make(`proof ${client}`), neighbourhood: "here" } } : hello)
  }
  const room = roomNamed("переговорная-комната")
  const names = ["Александра Романова", "अनुष्का शर्मा कुमारी", "東京都千代田区丸の内三丁目", "Ελευθερία Παπαδοπούλου"]
  const all = names.flatMap((name, index): ReadonlyArray<Happening> => {
    const client = clientOf(index % 2, index + 1)
    return [
      coming(client, name),
      coming(clientOf(0, 20 + index), name),
      command(client, join(name)),
      command(client, { _tag: "Enter", room }),
      command(client, say("привет всем, кто здесь 👩‍👩‍👧‍👦", "1")),
      command(client, { _tag: "Topic", room, text: clean("о чём-нибудь хорошем") }),
      command(client, { _tag: "Moderate", room, deed: "ban", target: { _tag: "Words", words: clean("неизвестный человек"), readings: [] } }),
      command(client, address("Неизвестный, привет")),
      command(client, rename(names[(index + 1) % names.length] ?? "")),
      command(client, rename("Ünïcödé Ñåmé ❤")),
      command(clientOf(1, 99), say("ничего")),
      { _tag: "Drop", client, code: "lost", reason: clean("connection lost") },
      coming(client + 50, name)
    ]
  })
  const ends: ReadonlyArray<Happening> = [
    { _tag: "NodeCloses", node: 1, reason: clean("до свидания, до скорой встречи") },
    { _tag: "NodeGone", node: 0 },
    { _tag: "Expire", by: 10_000_000 },
    { _tag: "Close", reason: clean("the end") }
  ]
  return { begin: Chat.empty<ClientId>(settings, keepFor(120_000, 100, 100)), log: [...all, ...ends].map((happening, index) => ({ at: 1000 + 10 * index, ...happening })) }
}

describe("To apply an entry", () => {
  it("needs no clock, no chance and no table of Unicode's, whatever the story", () => {
    for (const played of stories()) expect(without(() => foldOf(played))).toEqual(foldOf(played))
  })

  it("needs none of these where names and texts are of any script", () => {
    const played = abroad()
    const { told } = foldOf(played)
    const tags = new Set(told.map((event) => /"_tag":"(\w+)"/u.exec(event)?.[1]))
    for (const tag of ["Welcome", "Said", "Refused", "Renamed", "Entered", "Detached", "Goodbye", "Left"]) expect([...tags]).toContain(tag)
    expect(without(() => foldOf(played))).toEqual(foldOf(played))
  })

  it("is held to that by what refuses them", () => {
    const tries: ReadonlyArray<() => unknown> = [
      () => "É".normalize("NFC"),
      () => "A".toLowerCase(),
      () => "a".localeCompare("b"),
      () => new Intl.Segmenter("und"),
      () => (1).toLocaleString(),
      () => new Date(),
      () => Date.now(),
      () => Math.random(),
      () => crypto.randomUUID(),
      () => /\p{L}/u.test("a"),
      () => "a".replace(/\p{L}/gu, ""),
      () => "a".split(/\p{L}/u),
      () => /a/iu.test("A")
    ]
    for (const attempt of tries) expect(without(attempt), String(attempt)).toBeInstanceOf(Error)
    expect(without(() => "a b".replace(/\s/u, ""))).toBe("ab")
    expect(/\p{L}/u.test("a")).toBe(true)
  })
})
