import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import type { Command } from "../../../src/domain/command/index.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { type Member, MemberId } from "../../../src/domain/Member.ts"
import type { Said } from "../../../src/domain/SpeechEvent.ts"
import { authorOf, type Reply } from "../../../src/domain/Reply.ts"
import { lobby, type RoomName } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import type { Handed, Handing } from "../../../src/server/chat/Handed.ts"
import { deliver as handOver } from "../../../src/server/delivery/deliver.ts"
import type { Dialect, Interpreter } from "../../../src/server/dialect/Dialect.ts"
import { native, NativeInterpreter } from "../../../src/server/dialect/native.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { PlainInterpreter } from "../../../src/server/dialect/PlainInterpreter.ts"
import type { Peer as Way } from "../../../src/server/chat/Peer.ts"
import { Outbox } from "../../../src/server/delivery/Outbox.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { events } from "../../support/arbitraries.ts"
import { decide, join, named, type Node, nobody, roomOf as nodeOf, say, type Step, steps, take } from "../../support/chat.ts"
import { exit, numbering, perform, type Performed, wordsOf } from "../../support/handed.ts"
import { always } from "../../support/property.ts"
import { Recorder } from "../../support/Recorder.ts"
import { samples } from "../../support/samples.ts"

const deliver = (handings: ReadonlyArray<Handing>): void => {
  handOver(numbering()(handings))
}

interface Peer {
  /** The number of its connection, where that matters. */
  readonly client?: number
  readonly outbox: Outbox
  readonly dialect: Dialect
  readonly interpreter: Interpreter
  readonly connection: Recorder
}

const nothingHeld = () => {
  throw new Error("This client reads everything: nothing is to be held back.")
}

const makePeer = (dialect: Dialect, interpreter: Interpreter): Peer => {
  const connection = new Recorder()
  const outbox = new Outbox(connection, defaults, nothingHeld, plain)
  outbox.speak(dialect, interpreter)
  return { outbox, dialect, interpreter, connection }
}

const nativePeer = (dialect = native) => makePeer(dialect, new NativeInterpreter(defaults))
const plainPeer = (echo: "on" | "off") => makePeer(plain, new PlainInterpreter({ ...defaults, echo }, false))

const kinds = [() => nativePeer(), () => plainPeer("off"), () => plainPeer("on")]

/** All that happens, told to peers of every kind. */
const play = (all: ReadonlyArray<Step>, kindOf: ReadonlyArray<number>) => {
  const peers = new Map<Way, Peer>()
  const numbered = numbering()
  let node = nobody<Outbox>()
  const told = all.flatMap((step) => {
    const kind = kindOf[node.lastClient % kindOf.length] ?? 0
    const peer = kinds[kind]!()
    const performed = perform(node, step, peer.outbox)
    node = performed.node
    if (step._tag === "Connect") peers.set(peer.outbox, { ...peer, client: node.lastClient })
    return numbered(performed.handings)
  })
  return { told, peers }
}

/** Each event for each of its audience, one after another: what a batch is meant to come to. Nothing follows a farewell, which `ended` keeps. */
const oneAtATime = (batch: ReadonlyArray<Handed>, peers: ReadonlyMap<Way, Peer>, ended: Set<Way>) => {
  const expected = new Map<Way, string>()
  for (const { audience, event, from } of batch) {
    if (event._tag === "Connected" || event._tag === "Disconnected") continue
    for (const { peer } of audience) {
      if (peer === undefined) continue
      const hearer = peers.get(peer)!
      if (ended.has(peer)) continue
      if (event._tag === "Goodbye") ended.add(peer)
      if ((event._tag === "Said" || event._tag === "Acted") && from?.client === hearer.client && !hearer.interpreter.echo) continue
      expected.set(peer, (expected.get(peer) ?? "") + wordsOf(event, hearer))
    }
  }
  return expected
}

const batches = <A>(all: ReadonlyArray<A>, sizes: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<A>> => {
  const result: Array<ReadonlyArray<A>> = []
  let start = 0
  for (let index = 0; start < all.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    result.push(all.slice(start, start + size))
    start += size
  }
  return result
}

const happenings = FastCheck.record({
  all: steps,
  kindOf: FastCheck.array(FastCheck.nat({ max: kinds.length - 1 }), { minLength: 1, maxLength: 8 }),
  sizes: FastCheck.array(FastCheck.oneof(FastCheck.integer({ min: 1, max: 8 }), FastCheck.integer({ min: 20, max: 200 })), {
    minLength: 1,
    maxLength: 6
  })
})

describe("Whatever happens, and however it is gathered", () => {
  it("each client is told just what is for it, in order, as if one by one", () => {
    always(happenings, ({ all, kindOf, sizes }) => {
      const { peers, told } = play(all, kindOf)
      const ended = new Set<Way>()
      for (const batch of batches(told, sizes)) {
        for (const { connection } of peers.values()) connection.writes.length = 0
        deliver(batch)
        const expected = oneAtATime(batch, peers, ended)
        for (const [outbox, { connection }] of peers) {
          expect(connection.writes.join("")).toBe(expected.get(outbox) ?? "")
        }
      }
    }, 200)
  })

  it("a client is written to at most once a batch, and once more for the farewell", () => {
    always(happenings, ({ all, kindOf, sizes }) => {
      const { peers, told } = play(all, kindOf)
      for (const batch of batches(told, sizes)) {
        for (const { connection } of peers.values()) connection.writes.length = 0
        deliver(batch)
        const closes = batch.some(({ event }) => event._tag === "Goodbye")
        for (const { connection } of peers.values()) {
          expect(connection.writes.length).toBeLessThanOrEqual(closes ? 2 : 1)
          expect(connection.writes).not.toContain("")
        }
      }
    }, 100)
  })
})

/** A room of these peers, and the numbers of its clients: 1, 2, ... */
const roomOf = (peers: ReadonlyArray<Peer>): Node<Outbox> =>
  nodeOf(peers.map((_, index) => `n${index + 1}`), (client) => peers[client - 1]!.outbox)

const says = (node: Node<Outbox>, ...all: ReadonlyArray<readonly [who: number, text: string]>): ReadonlyArray<Handing> => {
  const told: Array<Handing> = []
  for (const [who, text] of all) {
    const taken = decide(node, who, say(text))
    node = taken.node
    told.push(...taken.told)
  }
  return told
}

describe("A batch", () => {
  it("of nothing, or for nobody, is not written", () => {
    const peer = nativePeer()
    deliver([])
    deliver(perform(nobody<Outbox>(), { _tag: "Connect", now: 0 }, peer.outbox).handings)
    expect(peer.connection.writes).toEqual([])
  })

  it("comes to a plain author without its own messages, and to all others whole", () => {
    const peers = [plainPeer("off"), plainPeer("on"), plainPeer("off")]
    deliver(says(roomOf(peers), [1, "a"], [2, "b"], [1, "c"]))
    expect(peers.map(({ connection }) => connection.writes)).toEqual([
      ["n2: b\n"],
      ["n1: a\nn2: b\nn1: c\n"],
      ["n1: a\nn2: b\nn1: c\n"]
    ])
  })

  it("is not written to a plain author who said all of it", () => {
    const peers = [plainPeer("off"), plainPeer("off")]
    deliver(says(roomOf(peers), [1, "a"], [1, "b"]))
    expect(peers.map(({ connection }) => connection.writes)).toEqual([[], ["n1: a\nn1: b\n"]])
  })

  it("comes to a client alone in the room when it gets its own messages back, and not otherwise", () => {
    const [silent, echoing] = [plainPeer("off"), plainPeer("on")]
    deliver(says(roomOf([silent]), [1, "a"]))
    deliver(says(roomOf([echoing]), [1, "a"]))
    expect([silent.connection.writes, echoing.connection.writes]).toEqual([[], ["n1: a\n"]])
  })

  it("comes to a client who joined in it from its welcome on, and to one who left in it up to then", () => {
    const peers = [plainPeer("off"), plainPeer("off"), plainPeer("off")]
    const newcomer = plainPeer("off")
    const told: Array<Handing> = []
    const then = ({ handings, node }: Performed<Outbox>) => {
      told.push(...handings)
      return node
    }
    const asks = (who: number, command: Command) => perform(node, { _tag: "Decide", who, command, now: 0 }, newcomer.outbox)
    let node = roomOf(peers)
    node = then(asks(1, say("before")))
    node = then(perform(node, { _tag: "Connect", now: 0 }, newcomer.outbox))
    node = then(asks(4, join("eve")))
    node = then(asks(1, say("both")))
    node = then(exit(node, 2))
    then(asks(1, say("after")))
    deliver(told)
    expect([...peers, newcomer].map(({ connection }) => connection.writes)).toEqual([
      ["eve has joined the chat!\nn2 has left the chat.\n"],
      ["n1: before\neve has joined the chat!\nn1: both\n"],
      ["n1: before\neve has joined the chat!\nn1: both\nn2 has left the chat.\nn1: after\n"],
      ["Welcome eve! To leave, type {quit}.\nn1: both\nn2 has left the chat.\nn1: after\n"]
    ])
  })

  it("ends with the farewell where the server closes, and nothing follows it", () => {
    const peers = [nativePeer(), plainPeer("off")]
    const node = roomOf(peers)
    deliver([...says(node, [1, "a"]), ...take(node, { _tag: "Close", now: 0 }, peers[0]!.outbox).told])
    deliver(says(node, [1, "b"]))
    expect(peers[1]!.connection.writes).toEqual(["n1: a\n", "The server is closing: the end.\n"])
    expect(peers[0]!.connection.writes.at(-1)).toContain(`"_tag":"Goodbye"`)
  })

  it("is encoded once for all who speak one dialect", () => {
    const encoded: Array<string> = []
    const counting: Dialect = {
      ...native,
      name: "counting",
      encode: (event) => {
        encoded.push(event._tag)
        return native.encode(event)
      }
    }
    const peers = Array.from({ length: 20 }, () => nativePeer(counting))
    deliver(says(roomOf(peers), [1, "a"], [2, "b"]))
    expect(encoded).toEqual(["Said", "Said"])
    expect(new Set(peers.map(({ connection }) => connection.writes.join(""))).size).toBe(1)
  })
})

describe("One's own words are left out for who does not get them back", () => {
  const author: Member = { id: MemberId.make("m1"), name: named("ann") }

  /** Tells a room of two of this, once without the author's own words and once with them: who of the two hears it. */
  const hears = (event: Reply, room: RoomName | undefined) => {
    const heard = (echo: "on" | "off") => {
      const peers = [makePeer(tagging, new PlainInterpreter({ ...defaults, echo }, false)), makePeer(tagging, new PlainInterpreter({ ...defaults, echo }, false))]
      handOver([{ place: 1, event, room, audience: peers.map(({ outbox }, n) => ({ id: MemberId.make(`m${n + 1}`), peer: outbox })) }])
      return peers.map(({ connection }) => connection.writes.join(""))
    }
    return { silent: heard("off"), echoing: heard("on") }
  }
  const tagging: Dialect = { ...plain, encode: ({ _tag }) => `${_tag}\n` }

  it("where they are said to a whole room, of whatever kind: of no other event", () => {
    const left = Object.values<FastCheck.Arbitrary<Event>>(events).flatMap((kind) => {
      const [sample] = samples(kind, 1)
      const event = "from" in sample! ? { ...sample, from: author } : sample!
      const room = "room" in event && event._tag !== "Welcome" ? event.room : undefined
      const line = event._tag === "Goodbye" ? "" : `${event._tag}\n`
      const { echoing, silent } = hears(event, room)
      if (line !== "") expect(echoing).toEqual([line, line])
      if (line !== "") expect(silent[1]).toBe(line)
      return silent[0] === "" ? [event._tag] : []
    })
    expect(left).toEqual(["Said", "Acted"])
  })

  it("also of a kind that there is not yet", () => {
    const said: Said = { _tag: "Said", seq: 1, at: 0, room: lobby, from: author, text: clean("la la") }
    const asKind = (kind: string) => Object.assign({ ...said }, { _tag: kind })
    const sung = asKind("Sung")
    expect(authorOf(sung)).toBe(author.id)
    expect(hears(sung, lobby)).toEqual({ silent: ["", "Sung\n"], echoing: ["Sung\n", "Sung\n"] })
  })
})
