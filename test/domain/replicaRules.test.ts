import { describe, expect, it } from "@effect/vitest"
import type { Self } from "../../src/domain/replica/Body.ts"
import { bookkeeping, fold, refused, restore } from "../../src/domain/replica/fold.ts"
import { eldest, hindrance, language, type Node } from "../../src/domain/replica/Node.ts"
import { NodeId } from "../../src/domain/replica/Position.ts"
import { digested } from "../../src/domain/replica/record.ts"
import { asking, type Folded, type Replica } from "../../src/domain/replica/Replica.ts"
import { Writer } from "../../src/domain/replica/Writer.ts"
import { forgottenTwice, pair, Script } from "../support/replicaScripts.ts"

const rules = { Writer, asking, bookkeeping, digested, fold, refused, restore }
const b = NodeId.make("b")

/** The next record for a node. */
const next = (replica: Replica<string>, from: string, body: Parameters<typeof fold<string>>[1]["body"]): Folded<string> =>
  fold(replica, { at: { epoch: replica.read?.epoch ?? "", seq: (replica.read?.seq ?? 0) + 1 }, time: replica.time + 1000, from: NodeId.make(from), size: 100, body })

describe("A node", () => {
  it("founds a cluster where nobody is, and takes in who asks", () => {
    const script = pair(rules)
    for (const id of ["a", "b"]) {
      expect(script.node(id)).toMatchObject({ phase: "full", nodes: [{ id: "a", name: "a", number: 1, full: true }, { id: "b", name: "b", number: 2, full: true }] })
    }
  })

  it("that closes is gone at once, after its last entries", () => {
    const script = pair(rules)
    const last = { _tag: "Batch", n: 2, entries: ["bye"], last: true } as const
    expect(next(script.node("a"), "b", last).decided).toMatchObject([{ _tag: "Entry", node: 2, mine: false, entry: "bye" }, { _tag: "NodeGone", node: { id: "b", number: 2 }, why: "closed" }])
    const own = next(script.node("b"), "b", last)
    expect(own.decided).toMatchObject([{ _tag: "Entry", mine: true }, { _tag: "NodeGone" }])
    expect([own.replica.phase, own.wants]).toEqual(["over", [{ _tag: "End", why: "closed", message: undefined }]])
    // What still comes of it is void.
    script.write("b", last)
    expect(next(script.node("a"), "b", { _tag: "Batch", n: 3, entries: ["late"] }).decided).toEqual([])
    expect(next(script.node("a"), "b", { _tag: "Hello", name: "b", speaks: [1, 1], settings: "same" }).replica.nodes).toMatchObject([{ id: "a" }])
  })

  it("that is silent for 10 s is given up at the same record by all, and not for a silence of all", () => {
    const script = pair(rules)
    for (let n = 0; n < 10; n += 1) script.say("a", [])
    expect(script.node("a").nodes).toHaveLength(2)
    script.say("a", [])
    expect(script.node("a").nodes).toHaveLength(1)
    expect(script.node("b")).toMatchObject({ phase: "over", why: "given-up", at: script.node("a").at })
    const all = pair(rules).node("a")
    const { read } = all
    const hourLater = fold(all, { at: { epoch: read?.epoch ?? "", seq: (read?.seq ?? 0) + 1 }, time: all.time + 3_600_000, from: NodeId.make("a"), size: 100, body: { _tag: "Batch", n: 2, entries: [] } })
    expect(hourLater.replica.nodes).toHaveLength(2)
  })

  it("that has missed a record ends, as it never can know what that was", () => {
    const replica = pair(rules).node("b")
    const skipped = { at: { epoch: "epoch 1", seq: (replica.read?.seq ?? 0) + 2 }, time: replica.time, from: b, size: 100, body: { _tag: "Batch", n: 2, entries: [] } } as const
    expect(fold(replica, skipped)).toMatchObject({ replica: { phase: "over", why: "behind" }, decided: [], wants: [{ _tag: "End", why: "behind" }] })
  })

  it("ends where its state is not the eldest's at a checkpoint, whichever is known first", () => {
    const script = pair(rules)
    for (let n = 0; n < 9; n += 1) {
      script.say("a", [])
      script.say("b", [])
    }
    const [checkpoint] = script.node("b").checkpoints
    expect(checkpoint).toEqual({ number: 1, mine: undefined, eldest: undefined })
    const said = { _tag: "Batch", n: script.node("a").nodes[0]!.n + 1, entries: [], digest: { checkpoint: 1, value: 7 } } as const
    const heard = next(script.node("b"), "a", said)
    expect(heard.replica.phase).toBe("full")
    expect(digested(heard.replica, 1, 7).replica.phase).toBe("full")
    expect(digested(heard.replica, 1, 8).wants).toEqual([{ _tag: "End", why: "differs", message: undefined }])
    expect(next(digested(script.node("b"), 1, 8).replica, "a", said).wants).toEqual([{ _tag: "End", why: "differs", message: undefined }])
    // The digest of another is nobody's measure, and one of a checkpoint that is not known is none.
    expect(next(digested(script.node("a"), 1, 8).replica, "b", { ...said, n: script.node("b").nodes[1]!.n + 1 }).replica.phase).toBe("full")
    expect(digested(heard.replica, 9, 1).replica.phase).toBe("full")
  })

  it("ends with a record that it cannot read", () => {
    expect(next(pair(rules).node("b"), "a", { _tag: "Unknown", message: "no such tag" })).toMatchObject({ replica: { phase: "over", why: "unknown" }, wants: [{ _tag: "End", why: "unknown", message: "no such tag" }] })
  })

  it("is told by the eldest why it is not taken in, and ends with that", () => {
    const script = pair(rules)
    const wants = (self: Pick<Self, "settings" | "speaks">) => ["a", "b"].map((id) => next(script.node(id), "c", { _tag: "Hello", name: "c", ...self }).wants)
    expect(wants({ speaks: [1, 1], settings: "same" })).toEqual([[{ _tag: "SendState", to: "c" }], []])
    expect(wants({ speaks: [1, 1], settings: "other" })).toEqual([[{ _tag: "Refuse", to: "c", why: "other-settings" }], []])
    expect(wants({ speaks: [2, 3], settings: "same" })).toEqual([[{ _tag: "Refuse", to: "c", why: "too-new" }], []])
    expect(wants({ speaks: [0, 0], settings: "same" })).toEqual([[{ _tag: "Refuse", to: "c", why: "too-old" }], []])
    const me = { id: NodeId.make("c"), name: "c", speaks: [2, 3], settings: "same" } as const
    expect(refused(asking<string>(me), "too-new")).toMatchObject({ replica: { phase: "over" }, wants: [{ _tag: "End", why: "too-new" }] })
    expect(refused(script.node("a"), "too-new").replica.phase).toBe("full")
  })

  it("that speaks less than the others gets the state when nothing that it cannot read is on its way", () => {
    const able = { speaks: [1, 2], settings: "same" } as const
    const founder = asking<string>({ id: NodeId.make("a"), name: "a", ...able })
    const at = { epoch: "epoch 1", seq: 1 }
    const nodes: ReadonlyArray<Node> = [{ id: founder.me.id, name: "a", number: 1, n: 0, heard: 0, full: true, speaks: able.speaks }]
    const alone: Replica<string> = { ...founder, phase: "full", read: at, at, nodes, lastNumber: 1 }
    const asks = (replica: Replica<string>, speaks: Self["speaks"]) => next(replica, "b", { _tag: "Hello", name: "b", settings: "same", speaks })
    expect(asks(alone, [1, 2]).wants).toEqual([{ _tag: "SendState", to: "b" }])
    let asked = asks(alone, [1, 1])
    expect([asked.wants, language(asked.replica.nodes)]).toEqual([[], 1])
    const all: Array<unknown> = []
    for (let n = 0; n < 4; n += 1) {
      asked = asks(asked.replica, [1, 1])
      all.push(...asked.wants)
    }
    expect(all).toEqual([{ _tag: "SendState", to: "b" }])
  })

  it("takes the state also where that comes before the first record, and skips what is in it", () => {
    const me = { id: NodeId.make("c"), name: "c", speaks: [1, 1], settings: "same" } as const
    const asked = next(pair(rules).node("a"), "c", { _tag: "Hello", ...me }).replica
    if (asked.phase !== "full") throw new Error("The eldest has the state")
    const restored = restore(asking<string>(me), bookkeeping(asked))?.replica ?? asking<string>(me)
    expect(restored).toMatchObject({ phase: "full", read: asked.at, at: asked.at })
    const old = fold(restored, { at: { ...asked.at, seq: asked.at.seq - 1 }, time: asked.time, from: b, size: 100, body: { _tag: "Batch", n: 9, entries: ["old"] } })
    expect(old).toEqual({ replica: restored, decided: [], wants: [] })
    expect(next(restored, "b", { _tag: "Batch", n: restored.nodes[1]!.n + 1, entries: ["new"] }).decided).toMatchObject([{ _tag: "Entry", entry: "new" }])
    // The log that it is of may have been forgotten meanwhile.
    expect(fold(restored, { at: { epoch: "epoch 2", seq: 1 }, time: asked.time, from: b, size: 100, body: { _tag: "Hello", ...me } }).replica.phase).toBe("returning")
    expect(restore(next(asking<string>(me), "c", { _tag: "Hello", ...me }).replica, bookkeeping(asked))).toBe(undefined)
  })

  it("that has returned from a later epoch goes on, and not who had read more of an earlier one", () => {
    expect(forgottenTwice(rules)).toEqual([])
  })

  it("speaks the highest language that all who live speak", () => {
    const node: Node = { id: b, name: "", number: 1, n: 0, heard: 0, full: true, speaks: [1, 3] }
    const other: Node = { ...node, id: NodeId.make("c"), number: 2, full: false, speaks: [2, 5] }
    expect([language([]), language([node]), language([node, other])]).toEqual([undefined, 3, 3])
    const self = { name: "", settings: "s" }
    expect(hindrance([node, other], "s", { ...self, speaks: [2, 2] })).toBe(undefined)
    expect(hindrance([node, other], "s", { ...self, speaks: [1, 1] })).toBe("too-old")
    expect(hindrance([node, other], "s", { ...self, speaks: [4, 5] })).toBe("too-new")
    expect([eldest([other, node])?.id, eldest([node], b)]).toEqual([b, undefined])
  })
})

describe("A writer", () => {
  const full = () => pair(rules).node("b")

  it("gathers what is said into batches, of which eight are on their way, and writes the rest once these are back", () => {
    const writer = new Writer<string>(({ length }) => length)
    let replica = full()
    writer.due(replica, 0)
    writer.enqueue(Array.from({ length: 10_000 }, (_, n) => `${n}`))
    const bodies = writer.due(replica, 1)
    expect(bodies).toHaveLength(7)
    expect(writer.waiting).toBe(10_000)
    expect(writer.due(replica, 2)).toEqual([])
    expect(bodies[0]).toMatchObject({ n: 2 })
    replica = [1, 2, 3].reduce((replica, n) => next(replica, "b", { _tag: "Batch", n: n + 1, entries: [] }).replica, replica)
    writer.seen(replica, 3)
    expect(writer.due(replica, 4)).toHaveLength(3)
  })

  it("writes a sign of life every second, and again what does not come back, less and less often", () => {
    const writer = new Writer<string>(({ length }) => length)
    const replica = full()
    expect(writer.due(replica, 0)).toEqual([{ _tag: "Batch", n: 1, entries: [] }])
    const times: Array<number> = []
    for (let now = 0; now < 20_000; now = writer.next) if (writer.due(replica, now).length > 0) times.push(now)
    expect(times).toEqual([1000, 3000, 7000, 11_000, 15_000, 19_000])
  })

  it("says the last batch when all is said", () => {
    const writer = new Writer<string>(({ length }) => length)
    const replica = full()
    writer.due(replica, 0)
    writer.enqueue(["bye"])
    writer.close()
    expect(writer.due(replica, 1)).toEqual([{ _tag: "Batch", n: 2, entries: ["bye"], last: true }])
    writer.seen(next(next(replica, "b", { _tag: "Batch", n: 2, entries: [] }).replica, "b", { _tag: "Batch", n: 3, entries: [] }).replica, 2)
    expect(writer.due(replica, 5000)).toEqual([])
  })

  it("asks, and founds once nobody answers", () => {
    const script = new Script(rules, ["a"])
    const writer = new Writer<string>(({ length }) => length)
    const tags: Array<string> = []
    for (let now = 0; now < 8000; now = writer.next) {
      for (const body of writer.due(script.node("a"), now)) {
        tags.push(body._tag)
        script.write("a", body)
      }
      writer.seen(script.node("a"), now)
    }
    expect(tags.slice(0, 7)).toEqual(["Hello", "Hello", "Hello", "Hello", "Hello", "Found", "Batch"])
  })
})
