import * as FastCheck from "effect/FastCheck"
import { answer, apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command, Question, RoomRule } from "../../src/domain/command/index.ts"
import { joinAnyway, joinOrRefuse } from "../../src/domain/command/join.ts"
import { readingsOf } from "../../src/domain/addressee.ts"
import { addressed } from "../../src/domain/command/msg.ts"
import type { Entry, Happening } from "../../src/domain/Entry.ts"
import { Deed } from "../../src/domain/RoomEvent.ts"
import { Proof } from "../../src/domain/Place.ts"
import { MemberId } from "../../src/domain/Member.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import type { LeaveCode } from "../../src/domain/LeaveCode.ts"
import { asked } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import { type AskedRoom, lobby } from "../../src/domain/RoomName.ts"
import { parse as parseRoom } from "../../src/domain/roomNames.ts"
import * as Text from "../../src/domain/Text.ts"

/** The server's settings in every `Welcome` of these tests. */
export const settings: Chat.ServerInfo = {
  server: "a test",
  instance: "started",
  limits: { lineBytes: 100, ...Nickname.defaultLimits }
}

/** A valid name; throws the refusal if it is not one. */
export const named = (raw: string): Nickname.Nickname => {
  const name = Nickname.parse(raw)
  if (name instanceof Refusal) throw name
  return name
}

/** The room that this is the name of; throws the refusal if it is not one. */
export const roomNamed = (raw: string): AskedRoom => {
  const room = parseRoom(raw)
  if (room instanceof Refusal) throw room
  return room
}

const dev = roomNamed("dev")

/** The command to join under this name; a taken name is refused, or gets a number appended. */
export const join = (name: string, ifTaken: "refuse" | "number" = "refuse"): Command =>
  ifTaken === "refuse" ? joinOrRefuse(named(name)) : joinAnyway(named(name), settings.limits)

/** The command to take another name. */
export const rename = (name: string): Command => ({ _tag: "Rename", name: asked(named(name)) })

/** The command to say a line to the room. */
export const say = (text: string, ref?: string): Command => ({ _tag: "Say", text: Text.clean(text), ref })

/** The command to whisper, as people type it: a name, then the text. */
export const address = (words: string): Command => addressed(Text.clean(words))

/** Something that happens at a node. `who` is the number of a connection, also one that nobody has. */
export type Step = { readonly now: number } & (
  | { readonly _tag: "Connect" }
  | { readonly _tag: "Decide"; readonly who: number; readonly command: Command }
  | { readonly _tag: "Ask"; readonly who: number; readonly question: Question }
  | { readonly _tag: "Leave"; readonly who: number; readonly code: LeaveCode }
  | { readonly _tag: "Announce" }
  | { readonly _tag: "Rule"; readonly command: RoomRule }
  | { readonly _tag: "Close" }
)

/** A chat and the connections of its only node: the server's state without its services. */
export interface Node<Peer> {
  readonly chat: Chat.Chat<Peer>
  /** By the number of the connection. */
  readonly peers: ReadonlyMap<Chat.ClientId, Peer>
  readonly lastClient: Chat.ClientId
  /** The entries applied so far. */
  readonly log: ReadonlyArray<Entry>
}

/** The result of a step: the node after it, and what was told. */
export interface Taken<Peer> {
  readonly node: Node<Peer>
  readonly told: ReadonlyArray<Chat.Envelope<Peer>>
  /** The answer to a question, to its asker alone. */
  readonly reply?: Reply
}

/** A node without connections. */
export const nobody = <Peer>(): Node<Peer> => ({ chat: Chat.empty(settings), peers: new Map(), lastClient: 0, log: [] })

/** The address of every client in these tests. */
export const from = "127.0.0.1:1"

/** Takes a step; `peer` is that of the client who connects in it, if it is a `Connect`. */
export const take = <Peer>(node: Node<Peer>, step: Step, peer: Peer): Taken<Peer> => {
  switch (step._tag) {
    case "Connect": {
      const lastClient = node.lastClient + 1
      return { node: { ...node, lastClient, peers: new Map([...node.peers, [lastClient, peer]]) }, told: [] }
    }
    case "Decide":
      if (!node.peers.has(step.who)) return { node, told: [] }
      return submit(node, { _tag: "Command", client: step.who, address: from, command: step.command }, step.now)
    case "Ask": {
      const asker = node.peers.get(step.who)
      if (asker === undefined) return { node, told: [] }
      return { node, told: [], reply: answer(node.chat, { client: step.who, address: from }, asker, step.question) }
    }
    case "Leave": {
      const taken = submit(node, { _tag: step.code === "quit" ? "Quit" : "Drop", client: step.who, code: step.code, reason: undefined }, step.now)
      const peers = new Map(node.peers)
      peers.delete(step.who)
      return { ...taken, node: { ...taken.node, peers } }
    }
    case "Announce":
      return submit(node, { _tag: "Announce", text: Text.clean("hear, hear") }, step.now)
    case "Rule":
      return submit(node, { _tag: "Rule", room: (step.command.room ?? dev).key, command: step.command }, step.now)
    case "Close":
      return submit(node, { _tag: "Close", reason: Text.clean("the end") }, step.now)
  }
}

/** Applies one entry. */
export const submit = <Peer>(node: Node<Peer>, happening: Happening, now = 0): Taken<Peer> => {
  const entry: Entry = { at: now, ...happening }
  const { chat, told } = apply(node.chat, entry, (client) => {
    if (!node.peers.has(client)) throw new Error(`There is no connection ${client}`)
    return node.peers.get(client)!
  })
  return { node: { ...node, chat, log: [...node.log, entry] }, told }
}

/** Somebody connects. */
export const connect = <Peer>(node: Node<Peer>, peer: Peer): Node<Peer> => take(node, { _tag: "Connect", now: 0 }, peer).node

/** Applies a command of a client. */
export const decide = <Peer>(node: Node<Peer>, who: Chat.ClientId, command: Command, now = 0): Taken<Peer> =>
  submit(node, { _tag: "Command", client: who, address: from, command }, now)

/** The answer to a question, which changes nothing. */
export const ask = <Peer>({ chat, peers }: Node<Peer>, who: Chat.ClientId, question: Question): Reply => {
  const asker = peers.get(who)
  if (asker === undefined) throw new Error(`There is no connection ${who}`)
  return answer(chat, { client: who, address: from }, asker, question)
}

/** A client leaves. */
export const leave = <Peer>(node: Node<Peer>, who: Chat.ClientId, code: LeaveCode = "quit", reason?: string, now = 0): Taken<Peer> =>
  submit(node, { _tag: "Quit", client: who, code, reason: reason === undefined ? undefined : Text.clean(reason) }, now)

/** A node whose connections 1, 2, ... have come in under these names. */
export const roomOf = <Peer>(names: ReadonlyArray<string>, peerOf: (client: Chat.ClientId) => Peer): Node<Peer> =>
  names.reduce((node, name) => {
    const connected = connect(node, peerOf(node.lastClient + 1))
    return decide(connected, connected.lastClient, join(name)).node
  }, nobody<Peer>())

/** The members with their connections, in the order of joining. */
export const membersOf = <Peer>({ chat }: Node<Peer>): ReadonlyArray<Chat.Person<Peer>> =>
  Chat.roomOf(chat, lobby).seats.flatMap(({ id }) => (id === undefined ? [] : (Chat.personWith(chat, id) ?? [])))

// Names that meet each other under one key, one that is reserved, one already numbered.
const names = ["ann", "ANN", "ＡＮＮ", "ann_2", "bob", "eve", "Zoë", "server"]

// Times in no order: clocks also go back.
const now = FastCheck.integer({ min: 0, max: 1000 })

const inLobby: ReadonlyArray<FastCheck.WeightedArbitrary<Step>> = [
    { weight: 18, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Connect" as const), now }) },
    {
      weight: 30,
      arbitrary: decided(
        FastCheck.tuple(FastCheck.constantFrom(...names), FastCheck.constantFrom("refuse" as const, "number" as const)).map(([name, ifTaken]) =>
          join(name, ifTaken)
        )
      )
    },
    {
      weight: 36,
      arbitrary: decided(
        FastCheck.record({
          _tag: FastCheck.constant("Say" as const),
          text: FastCheck.string({ maxLength: 8 }).map(Text.clean),
          ref: FastCheck.option(FastCheck.string({ maxLength: 3 }), { nil: undefined })
        })
      )
    },
    {
      weight: 8,
      arbitrary: decided(FastCheck.record({ _tag: FastCheck.constant("Act" as const), text: FastCheck.constant(Text.clean("waves")) }))
    },
    { weight: 12, arbitrary: decided(FastCheck.constantFrom(...names).map(rename)) },
    {
      weight: 10,
      arbitrary: decided(
        FastCheck.record({
          _tag: FastCheck.constant("Whisper" as const),
          to: FastCheck.integer({ min: 1, max: 12 }).map((n) => MemberId.make(`m${n}`)),
          text: FastCheck.constant(Text.clean("psst"))
        })
      )
    },
    { weight: 10, arbitrary: decided(FastCheck.constantFrom(...names).map((name) => address(`${name} psst`))) },
    {
      weight: 11,
      arbitrary: FastCheck.record({
        _tag: FastCheck.constant("Ask" as const),
        who: who(),
        question: FastCheck.constantFrom<Question>({ _tag: "Who" }, { _tag: "Ping" }, { _tag: "Help" }),
        now
      })
    },
    { weight: 3, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Announce" as const), now }) },
    {
      weight: 12,
      arbitrary: FastCheck.record({
        _tag: FastCheck.constant("Leave" as const),
        who: who(),
        code: FastCheck.constantFrom("quit" as const, "lost" as const, "closed" as const),
        now
      })
    },
    { weight: 1, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Close" as const), now }) }
]

/** Happenings in any order, among about eight clients at a time; seldom is the chat closed. */
export const steps: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.array(FastCheck.oneof(...inLobby), { maxLength: 120, size: "max" })

const room = FastCheck.constantFrom(undefined, dev, dev, roomNamed("Tee"))
const word = FastCheck.option(FastCheck.constantFrom("one", "two").map((raw) => Proof.make(raw)), { nil: undefined })
const target = FastCheck.oneof(
  FastCheck.integer({ min: 1, max: 8 }).map((n) => ({ _tag: "Id" as const, id: MemberId.make(`m${n}`) })),
  FastCheck.constantFrom(...names).map((name) => ({ _tag: "Name" as const, key: Nickname.key(name) })),
  FastCheck.constantFrom(...names).map((name) => ({ _tag: "Words" as const, words: Text.clean(`${name} 5 noise`), readings: readingsOf(`${name} 5 noise`) }))
)

const rules: FastCheck.Arbitrary<RoomRule> = FastCheck.oneof(
  FastCheck.record({ _tag: FastCheck.constant("Topic" as const), room, text: FastCheck.constantFrom("", "plans").map(Text.clean) }),
  FastCheck.record({ _tag: FastCheck.constant("Lock" as const), room, word }),
  FastCheck.record({ _tag: FastCheck.constantFrom("Unlock" as const, "Hide" as const, "Show" as const), room }),
  FastCheck.record({ _tag: FastCheck.constant("Invite" as const), room, target }),
  FastCheck.record({ _tag: FastCheck.constant("Moderate" as const), room, deed: FastCheck.constantFrom(...Deed.literals), target, forMs: FastCheck.constantFrom(undefined, 1000) })
)

/** The same with several rooms, which people enter, leave and rule. */
export const roomSteps: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.array(
  FastCheck.oneof(
    ...inLobby,
    { weight: 40, arbitrary: decided(FastCheck.record({ _tag: FastCheck.constant("Enter" as const), room: FastCheck.constantFrom(dev, dev, roomNamed("Tee")), word })) },
    { weight: 30, arbitrary: decided(FastCheck.record({ _tag: FastCheck.constant("Exit" as const), room })) },
    { weight: 30, arbitrary: decided(rules) },
    { weight: 20, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Rule" as const), command: rules, now }) }
  ),
  { maxLength: 160, size: "max" }
)

function who() {
  return FastCheck.integer({ min: 1, max: 16 })
}

function decided(command: FastCheck.Arbitrary<Command>) {
  return FastCheck.record({ _tag: FastCheck.constant("Decide" as const), who: who(), command, now })
}
