import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Chat from "../../../src/domain/Chat.ts"
import * as Text from "../../../src/domain/Text.ts"
import { handing } from "../../../src/server/delivery/Broadcaster.ts"
import { deliver as handOver } from "../../../src/server/delivery/deliver.ts"
import type { Dialect, Interpreter } from "../../../src/server/dialect/Dialect.ts"
import { native, NativeInterpreter } from "../../../src/server/dialect/native.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { PlainInterpreter } from "../../../src/server/dialect/PlainInterpreter.ts"
import type { Envelope } from "../../../src/server/chat/Hub.ts"
import { Outbox } from "../../../src/server/delivery/Outbox.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { show } from "../../support/bytes.ts"
import { named, settings, type Step, steps, take } from "../../support/chat.ts"
import { always } from "../../support/property.ts"
import { Recorder } from "../../support/Recorder.ts"

const deliver = (envelopes: ReadonlyArray<Envelope>): void => {
  handOver(envelopes.map(handing()))
}

interface Peer {
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
  const outbox = new Outbox(connection, defaults, nothingHeld)
  outbox.speak(dialect, interpreter)
  return { outbox, dialect, interpreter, connection }
}

const nativePeer = (dialect = native) => makePeer(dialect, new NativeInterpreter(defaults))
const plainPeer = (echo: "on" | "off") => makePeer(plain, new PlainInterpreter({ ...defaults, echo }, false))

const kinds = [() => nativePeer(), () => plainPeer("off"), () => plainPeer("on")]

/** All that happens, told to peers of every kind. */
const play = (all: ReadonlyArray<Step>, kindOf: ReadonlyArray<number>) => {
  const peers = new Map<Outbox, Peer>()
  let chat = Chat.empty<Outbox>(settings)
  const told = all.flatMap((step) => {
    const kind = kindOf[chat.lastClient % kindOf.length] ?? 0
    const peer = kinds[kind]!()
    const decision = take(chat, step, peer.outbox)
    if (step._tag === "Connect") peers.set(peer.outbox, peer)
    chat = decision.chat
    return decision.told
  })
  return { told, peers }
}

/** Each event for each of its audience, one after another: what a batch is meant to come to. */
const oneAtATime = (batch: ReadonlyArray<Envelope>, peers: ReadonlyMap<Outbox, Peer>) => {
  const expected = new Map<Outbox, string>()
  for (const { audience, event, from } of batch) {
    if (event._tag === "Connected" || event._tag === "Disconnected") continue
    for (const { peer } of audience) {
      const { dialect, interpreter } = peers.get(peer)!
      if ((event._tag === "Said" || event._tag === "Acted") && from?.peer === peer && !interpreter.echo) continue
      const bytes = event._tag === "Goodbye" ? show(interpreter.goodbye(event)) : dialect.encode(event)
      expected.set(peer, (expected.get(peer) ?? "") + bytes)
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
      for (const batch of batches(told, sizes)) {
        for (const { connection } of peers.values()) connection.writes.length = 0
        deliver(batch)
        const expected = oneAtATime(batch, peers)
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
const roomOf = (peers: ReadonlyArray<Peer>): Chat.Chat<Outbox> =>
  peers.reduce((chat, { outbox }, index) => {
    const { chat: connected } = Chat.connect(chat, "127.0.0.1:1", outbox, 0)
    const join = { _tag: "Join", nickname: named(`n${index + 1}`), ifTaken: "refuse" } as const
    return Chat.decide(connected, connected.lastClient, join, 0).chat
  }, Chat.empty<Outbox>(settings))

const says = (chat: Chat.Chat<Outbox>, ...all: ReadonlyArray<readonly [who: number, text: string]>) => {
  const told: Array<Envelope> = []
  for (const [who, text] of all) {
    const decision = Chat.decide(chat, who, { _tag: "Say", text: Text.clean(text) }, 0)
    chat = decision.chat
    told.push(...decision.told)
  }
  return told
}

describe("A batch", () => {
  it("of nothing, or for nobody, is not written", () => {
    const peer = nativePeer()
    deliver([])
    deliver(Chat.connect(Chat.empty<Outbox>(settings), "127.0.0.1:1", peer.outbox, 0).told)
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
    const told: Array<Envelope> = []
    const then = ({ chat, told: more }: Chat.Decision<Outbox>) => {
      told.push(...more)
      return chat
    }
    const say = (text: string) => ({ _tag: "Say", text: Text.clean(text) }) as const
    let chat = roomOf(peers)
    chat = then(Chat.decide(chat, 1, say("before"), 0))
    chat = then(Chat.connect(chat, "127.0.0.1:1", newcomer.outbox, 0))
    chat = then(Chat.decide(chat, 4, { _tag: "Join", nickname: named("eve"), ifTaken: "refuse" }, 0))
    chat = then(Chat.decide(chat, 1, say("both"), 0))
    chat = then(Chat.leave(chat, 2, "quit", undefined, 0))
    then(Chat.decide(chat, 1, say("after"), 0))
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
    const chat = roomOf(peers)
    deliver([...says(chat, [1, "a"]), ...Chat.close(chat, Text.clean("the end"), 0).told])
    deliver(says(chat, [1, "b"]))
    expect(peers[1]!.connection.writes).toEqual(["n1: a\n", "The server is closing: the end.\n"])
    expect(peers[0]!.connection.writes.at(-1)).toContain(`"_tag":"Goodbye"`)
  })

  it("is encoded once for all who speak one dialect", () => {
    const encoded: Array<string> = []
    const counting: Dialect = {
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
