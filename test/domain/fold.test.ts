import { describe, expect, it, vi } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { Entry } from "../../src/domain/Entry.ts"
import { nobody, roomSteps, settings, type Step, take } from "../support/chat.ts"
import { logs } from "../support/happenings.ts"
import { always, remembered } from "../support/property.ts"
import { samples } from "../support/samples.ts"

const peerOf = (client: Chat.ClientId) => `peer ${client}`

interface Played {
  readonly chat: Chat.Chat<string>
  readonly log: ReadonlyArray<Entry>
  readonly told: ReadonlyArray<Chat.Envelope<string>>
}

/** What a node makes of it that decides each entry as it comes. */
const play = (all: ReadonlyArray<Step>): Played => {
  let node = nobody<string>()
  const told: Array<Chat.Envelope<string>> = []
  for (const step of all) {
    const taken = take(node, step, peerOf(node.lastClient + 1))
    told.push(...taken.told)
    node = taken.node
  }
  return { chat: node.chat, log: node.log, told }
}

/** What comes of a log that is read from where the chat stands. */
const fold = (log: ReadonlyArray<Entry>, start = Chat.empty<string>(settings)): Chat.Decision<string> => {
  const told: Array<Chat.Envelope<string>> = []
  let chat = start
  for (const entry of log) {
    const decision = apply(chat, entry, peerOf)
    told.push(...decision.told)
    chat = decision.chat
  }
  return { chat, told }
}

const sorted = <K, A>(map: HashMap.HashMap<K, A>): ReadonlyArray<readonly [K, A]> =>
  HashMap.toEntries(map).sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))

/** The whole state, as it compares: whatever order its maps were filled in. */
const stateOf = ({ clients, looks, names, people, rooms, ...rest }: Chat.Chat<string>) => ({
  ...rest,
  people: sorted(people),
  clients: sorted(clients),
  names: sorted(names),
  looks: sorted(looks),
  rooms: sorted(rooms)
})

const encode = Schema.encodeSync(Schema.parseJson(Entry))
const decode = Schema.decodeUnknownSync(Schema.parseJson(Entry))

/** The entry as another machine reads it. */
const overTheWire = (entry: Entry): Entry => decode(encode(entry))

const asJson = (value: unknown): string => JSON.stringify(value)

const played = remembered(play)

const promise = (name: string, holds: (played: Played) => void) => {
  it(name, () => {
    always(roomSteps, (all) => { holds(played(all)) }, 100)
  })
}

describe("The log, folded anew,", () => {
  promise("gives the same state, and tells the same to the same", ({ chat, log, told }) => {
    const folded = fold(log)
    expect(stateOf(folded.chat)).toEqual(stateOf(chat))
    expect(folded.told).toEqual(told)
  })

  promise("does so also from the middle, on a state that was folded before", ({ chat, log, told }) => {
    const middle = Math.floor(log.length / 2)
    const first = fold(log.slice(0, middle))
    const then = fold(log.slice(middle), first.chat)
    expect(stateOf(then.chat)).toEqual(stateOf(chat))
    expect([...first.told, ...then.told]).toEqual(told)
  })

  promise("does so also once each entry has travelled as JSON", ({ chat, log, told }) => {
    const folded = fold(log.map(overTheWire))
    expect(asJson(folded.told)).toBe(asJson(told))
    expect(asJson(stateOf(folded.chat))).toBe(asJson(stateOf(chat)))
  })

  promise("leaves every state on the way as it was", ({ log }) => {
    let chat = Chat.empty<string>(settings)
    for (const entry of log) {
      const before = asJson(stateOf(chat))
      const decision = apply(chat, entry, peerOf)
      const told = asJson(decision.told)
      expect(asJson(stateOf(chat))).toBe(before)
      const again = apply(chat, entry, peerOf)
      expect(asJson(again.told)).toBe(told)
      expect(asJson(stateOf(again.chat))).toBe(asJson(stateOf(decision.chat)))
      chat = decision.chat
    }
  })
})

describe("An entry", () => {
  it("of any kind travels as JSON, and is the same behind it", () => {
    always(logs, ({ log }) => {
      for (const entry of log) {
        expect(overTheWire(entry)).toEqual(entry)
      }
    }, 40)
  })

  promise("travels as JSON, and is the same behind it", ({ log }) => {
    for (const entry of log) {
      const line = encode(entry)
      expect(overTheWire(entry)).toEqual(entry)
      expect(encode(decode(line))).toBe(line)
    }
  })
})

describe("To apply an entry", () => {
  /** What differs from machine to machine, or from moment to moment. */
  const forbidden = () => {
    const refuse = (what: string) => () => {
      throw new Error(`${what} was asked for`)
    }
    return [
      vi.spyOn(String.prototype, "normalize").mockImplementation(refuse("normalize")),
      vi.spyOn(String.prototype, "toLowerCase").mockImplementation(refuse("toLowerCase")),
      vi.spyOn(String.prototype, "toUpperCase").mockImplementation(refuse("toUpperCase")),
      vi.spyOn(String.prototype, "toLocaleLowerCase").mockImplementation(refuse("toLocaleLowerCase")),
      vi.spyOn(String.prototype, "toLocaleUpperCase").mockImplementation(refuse("toLocaleUpperCase")),
      vi.spyOn(String.prototype, "localeCompare").mockImplementation(refuse("localeCompare")),
      vi.spyOn(Intl, "Segmenter").mockImplementation(refuse("Intl.Segmenter")),
      vi.spyOn(Intl.Segmenter.prototype, "segment").mockImplementation(refuse("segment")),
      vi.spyOn(Date, "now").mockImplementation(refuse("Date.now")),
      vi.spyOn(Math, "random").mockImplementation(refuse("Math.random")),
      vi.spyOn(performance, "now").mockImplementation(refuse("performance.now"))
    ]
  }

  it("needs no table of Unicode's, no clock and no chance", () => {
    const logs = samples(roomSteps.map(play), 100)
    const tags = new Set(logs.flatMap(({ told }) => told.map(({ event }) => event._tag)))
    for (const tag of ["Welcome", "Joined", "Said", "Acted", "Whispered", "Renamed", "Notice", "Left", "Refused", "Goodbye", "Entered", "Exited", "TopicSet", "Moderated", "Removed", "Invited"]) expect([...tags]).toContain(tag)
    const before = stateOf(Chat.empty<string>(settings))
    const failed: Array<unknown> = []
    const spies = forbidden()
    const folded: Array<Chat.Decision<string>> = []
    try {
      for (const { log } of logs) folded.push(fold(log))
    } catch (error) {
      failed.push(error)
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
    expect(failed).toEqual([])
    expect(folded.map(({ told }) => asJson(told))).toEqual(logs.map(({ told }) => asJson(told)))
    expect(stateOf(Chat.empty<string>(settings))).toEqual(before)
  })

  it("is held to that by tools that are there", () => {
    const spies = forbidden()
    const caught: Array<string> = []
    const tries: ReadonlyArray<() => unknown> = [() => "É".normalize("NFC"), () => "A".toLowerCase(), () => new Intl.Segmenter("und"), () => Date.now(), () => Math.random()]
    for (const attempt of tries) {
      try {
        attempt()
      } catch {
        caught.push("caught")
      }
    }
    for (const spy of spies) spy.mockRestore()
    expect(caught).toHaveLength(tries.length)
    expect("E\u0301".normalize("NFC").toLowerCase()).toBe("é")
  })
})
