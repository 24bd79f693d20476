import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import { MetadataKey, mostKeys, valueOf, withValue } from "../../src/domain/metadata.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { partsOf, restored } from "../../src/domain/replica/state.ts"
import { decodePart, encodePart } from "../../src/domain/replica/Part.ts"
import { digest } from "../../src/domain/replica/digest.ts"
import * as Text from "../../src/domain/Text.ts"
import { connect, decide, join, named, nobody, type Node, settings } from "../support/chat.ts"
import { always } from "../support/property.ts"

const key = FastCheck.integer({ min: 0, max: 25 }).map((n) => MetadataKey.make(`k${n}`))
const value = FastCheck.option(FastCheck.string({ maxLength: 3 }).map(Text.clean), { nil: undefined })

const server = (): Node<string> => {
  const connected = connect(nobody<string>(), "ann")
  return decide(connected, connected.lastClient, join("ann")).node
}

const set = (key: MetadataKey, value: Text.Text | undefined): Command => ({ _tag: "SetMetadata", key, ...(value === undefined ? {} : { value }) })

const described = ({ chat }: Node<string>) => Chat.personNamed(chat, Nickname.key(named("ann")))?.metadata ?? []

describe("What somebody is described by", () => {
  it("is what was set last by each key, in the order of the keys, and no more than it may be", () => {
    always(FastCheck.array(FastCheck.tuple(key, value), { maxLength: 60, size: "max" }), (steps) => {
      const model = new Map<MetadataKey, Text.Text>()
      let node = server()
      for (const [key, value] of steps) {
        node = decide(node, 1, set(key, value)).node
        if (value === undefined) model.delete(key)
        else if (model.has(key) || model.size < mostKeys) model.set(key, value)
      }
      expect(described(node)).toEqual([...model].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => ({ key, value })))
    })
  })

  it("is known on another machine, and tells apart states that differ in nothing else", () => {
    const before = server()
    const after = decide(before, 1, set(MetadataKey.make("color"), Text.clean("red"))).node
    const sent = restored(Chat.empty<never>(settings), [...partsOf(after.chat)].map((part) => Either.getOrThrow(decodePart(encodePart(part)))))
    expect(digest(sent)).toBe(digest(after.chat))
    const other = decide(before, 1, set(MetadataKey.make("color"), Text.clean("green"))).node
    expect(digest({ ...other.chat, seq: after.chat.seq, at: after.chat.at })).not.toBe(digest(after.chat))
  })

  it("is found by its key", () => {
    const [one, other] = [MetadataKey.make("a"), MetadataKey.make("b")]
    const all = withValue(withValue([], other, Text.clean("2")), one, Text.clean("1"))
    expect([valueOf(all, one), valueOf(all, other), valueOf(withValue(all, one, undefined), one)]).toEqual(["1", "2", undefined])
  })
})
