import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import { answer, apply } from "../../domain/apply.ts"
import * as Chat from "../../domain/Chat.ts"
import type { Question } from "../../domain/command/index.ts"
import type { Happening } from "../../domain/Entry.ts"
import type { Member, MemberId } from "../../domain/Member.ts"
import type { Reply } from "../../domain/Reply.ts"
import type { LeaveCode } from "../../domain/LeaveCode.ts"
import { keepFor } from "../../domain/Keep.ts"
import * as Nickname from "../../domain/Nickname.ts"
import { hereIn } from "../../domain/membership.ts"
import type { RoomKey } from "../../domain/RoomName.ts"
import type { Text } from "../../domain/Text.ts"
import { outage } from "../../domain/phrases.ts"
import { version } from "../../domain/version.ts"
import { clientOf, nodeOf } from "../../domain/ClientId.ts"
import { Closing } from "../Closing.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { type Handing, Hub } from "./Hub.ts"
import { type Decide, type Last, Log, type Node } from "./Log.ts"
import type { Peer } from "./Peer.ts"

/** What an entry told, and to which clients of this node. */
export type Envelope = Chat.Envelope<Peer>

/** A connection of this node: the peer's `host:port`, and the way to it. */
export interface Connected {
  readonly address: string
  readonly peer: Peer
}

/** How a client has left, as its session tells it. */
export interface Gone {
  /** `Quit`: the client has left for good. `Drop`: the connection has ended without a goodbye. */
  readonly _tag: "Quit" | "Drop"
  readonly code: LeaveCode
  readonly reason: Text | undefined
}

/**
 * The one `Ref` with the chat and the connections of this node. To decide and to
 * publish is one atomic step, so all clients are told everything in the order in
 * which it was decided.
 */
export class Registry extends Context.Tag("brusio/Registry")<Registry, {
  /** Registers a connection, which has not come in yet. */
  readonly connect: (connected: Connected) => Effect.Effect<Chat.ClientId>
  /** Removes a connection that has ended. The room is told if it had come in. */
  readonly disconnect: (client: Chat.ClientId, gone: Gone) => Effect.Effect<void>
  /**
   * The one way into the log: decides an entry, publishes what it tells, and
   * returns that too; whoever made the entry is sent it like everybody else.
   * A command of a connection that is gone tells nothing.
   */
  readonly submit: (happening: Happening) => Effect.Effect<ReadonlyArray<Envelope>>
  /** Like `submit`, but waits for nothing: succeeds with what waits until the entry is decided. Absent where `submit` hardly waits. */
  readonly enqueue: ((happening: Happening) => Effect.Effect<Effect.Effect<ReadonlyArray<Envelope>>>) | undefined
  /** Closes the chat for this reason: everybody is told, and nobody comes in any more. */
  readonly close: (last: Last) => Effect.Effect<void>
  /** Answers a question, which changes nothing and is no log entry. The answer keeps its place in the order of all that its asker is told; nobody is answered that is gone. */
  readonly answer: (client: Chat.ClientId, question: Question) => Effect.Effect<Reply | undefined>
  /** Tells one client something that is for it alone and comes of no log entry, by the chat as it stands; `at` is now, in ms since 1970, and never goes back. */
  readonly reply: (client: Chat.ClientId, reply: (at: number, chat: Chat.Chat<Peer>) => Reply) => Effect.Effect<Reply | undefined>
  /** The chat's time, ms since 1970: it never goes back, also where the system's clock is set. Whatever clients are told bears it. */
  readonly now: Effect.Effect<number>
  /** Sends a member away, for this reason: its session ends, or, where its connection is lost, its place. */
  readonly remove: (id: MemberId, reason: Text) => Effect.Effect<void>
  /** Speaks to everybody, or to one member or one room only; waits while the Hub is more than half full. */
  readonly announce: (text: Text, only?: { readonly to?: MemberId; readonly room?: RoomKey }) => Effect.Effect<void>
  /** Who is here, in rooms or in none, in the order of joining, and the way to them; absent to one at another node, or whose connection was lost a moment ago. */
  readonly members: Effect.Effect<ReadonlyArray<{ readonly member: Member; readonly peer: Peer | undefined }>>
  /** All connections, with a name or without. */
  readonly connections: Effect.Effect<HashMap.HashMap<Chat.ClientId, Connected>>
  /** Waits until something is due at another time than before, such as the end of a place that is kept, or `isEldest` may have changed. */
  readonly deadlineMoved: Effect.Effect<void>
  /** The nodes that are one conversation, with how many people each has; none where this is one server alone. */
  readonly nodes: Effect.Effect<ReadonlyArray<Node & { readonly people: number }>>
  /** How far this node is behind the others, ms; 0 where this is one server alone. */
  readonly behind: () => number
  /** Whether this node has told its people that it cannot reach the others. */
  readonly isCutOff: Effect.Effect<boolean>
  /** Whether this node submits what comes of itself. */
  readonly isEldest: () => boolean
  /** The chat as it stands. */
  readonly chat: Effect.Effect<Chat.Chat<Peer>>
}>() {}

interface State {
  readonly chat: Chat.Chat<Peer>
  readonly connections: HashMap.HashMap<Chat.ClientId, Connected>
  /** Whether the rest of the cluster cannot be reached. */
  readonly isCutOff: boolean
  /** How many connections there have been. */
  readonly connected: number
  /** The time of the last step, ms since 1970; monotonic, for replies and entries alike. */
  readonly at: number
}

const countOf = (chat: Chat.Chat<unknown>, node: number): number => {
  let count = 0
  for (const client of HashMap.keys(chat.clients)) if (nodeOf(client) === node) count += 1
  return count
}

// Those who have come in over a connection of this node.
const peopleHere = ({ chat, connections }: State): Handing["audience"] =>
  [...HashMap.keys(connections)].flatMap((client) => Chat.personOf(chat, client)?.seat ?? [])

// Ends the sessions of this node whose end an entry of any node has decided: of who has come back over another connection, or is sent away.
const endThoseOf = (before: Chat.Chat<Peer>, happening: Happening, told: ReadonlyArray<Envelope>): void => {
  if (happening._tag === "Dismiss") Chat.personWith(before, happening.id)?.seat.peer?.remove(happening.reason)
  for (const { audience, event } of told) {
    if (event._tag === "Goodbye" && event.code === "resumed") for (const { peer } of audience) peer?.supersede()
  }
}

// What is handed on of what a command of this client has told: without the client, where that is told it in another form.
// Where that throws, the session of the client ends: the entry counts all the same, on this node as on all others.
const decidedFor = (author: Peer, envelope: Envelope, chat: Chat.Chat<Peer>, defects: Array<unknown>): Envelope => {
  const isOthers = ({ peer }: Envelope["audience"][number]) => peer !== author
  const isMine = () => !envelope.audience.every(isOthers) || envelope.also?.every(isOthers) === false
  try {
    if (!author.decided(envelope.event, isMine, chat)) return envelope
  } catch (error) {
    defects.push(error)
    author.fail()
    return envelope
  }
  return { ...envelope, audience: envelope.audience.filter(isOthers), ...(envelope.also === undefined ? {} : { also: envelope.also.filter(isOthers) }) }
}

// Whether a dialect has only looked something up: a reply without words would flush the moves that are held back for its reader.
const isSilent = (reply: Reply): boolean => reply._tag === "Verbatim" && reply.size === 0 && reply.turn === undefined

/** The next state, what is to be handed on, and the result for the caller. */
interface Step<A> {
  readonly state: State
  readonly handings: ReadonlyArray<Handing>
  readonly result: A
}

const make = Effect.gen(function* () {
  const { history, keep, maxClients, maxKeptPerAddress, maxLine, maxName, maxRooms } = yield* ServerConfig
  const instance = yield* Effect.sync(() => crypto.randomUUID())
  const hub = yield* Hub
  const log = yield* Log
  const closing = yield* Closing
  const empty = () =>
    Chat.empty<Peer>({ server: `brusio ${version}`, instance, limits: { lineBytes: maxLine, ...Nickname.limited(maxName) } }, keepFor(keep, maxClients, maxKeptPerAddress), { ...Chat.defaultBounds, rooms: maxRooms }, history)
  const ref = yield* Ref.make<State>({ chat: log.begin ?? empty(), connections: HashMap.empty(), isCutOff: false, connected: 0, at: 0 })

  const moved = yield* Queue.sliding<undefined>(1)

  const stepAt = <A>(at: number, decide: (state: State) => Step<A>): Effect.Effect<A> =>
    Effect.flatMap(
      Ref.modify(ref, (before) => {
        const { handings, result, state } = decide({ ...before, at: Math.max(before.at, at) })
        if (state.chat.deadlines !== before.chat.deadlines) moved.unsafeOffer(undefined)
        return [{ result, isPublished: hub.unsafePublish(handings) }, state] as const
      }),
      ({ isPublished, result }) =>
        isPublished
          ? Effect.succeed(result)
          : Effect.zipRight(closing.fail("internal error"), Effect.dieMessage("The Hub had no room for what was to be handed on"))
    )
  const step = <A>(decide: (state: State) => Step<A>): Effect.Effect<A> => Effect.suspend(() => stepAt(log.now(), decide))

  // An entry bears the log's time and no other: all nodes decide the same.
  const decide: Decide = (happening, at) => {
    const defects: Array<unknown> = []
    const decided = stepAt(at, (state) => {
      const { chat, told } = apply(state.chat, { at, ...happening }, (client) => Option.getOrUndefined(HashMap.get(state.connections, client))?.peer)
      endThoseOf(state.chat, happening, told)
      const author = happening._tag === "Command" ? Option.getOrUndefined(HashMap.get(state.connections, happening.client))?.peer : undefined
      return { state: { ...state, chat }, handings: author === undefined ? told : told.map((envelope) => decidedFor(author, envelope, chat, defects)), result: told }
    })
    const failed = (told: ReadonlyArray<Envelope>) =>
      Effect.as(Effect.forEach(defects, (defect) => Effect.logError(`The session of ${happening._tag === "Command" ? happening.address : "a client"} has failed`, Cause.die(defect)), { discard: true }), told)
    return Effect.flatMap(decided, (told) => (defects.length === 0 ? Effect.succeed(told) : failed(told)))
  }

  const { append, close, enqueue } = yield* log.open({
    decide,
    chat: Effect.map(Ref.get(ref), ({ chat }) => chat),
    room: hub.room,
    outage: (over) =>
      step((state) => ({
        ...unchanged({ ...state, isCutOff: !over }),
        handings: [{ event: { _tag: "Outage", at: state.at, ...(over ? { over } : {}), message: outage(over) }, audience: peopleHere(state) }]
      })),
    nodesChanged: Effect.sync(() => moved.unsafeOffer(undefined))
  })

  const unchanged = (state: State): Step<void> => ({ state, handings: [], result: undefined })

  const observed = (state: State, client: Chat.ClientId, event: (peer: Peer) => Handing["event"]): ReadonlyArray<Handing> =>
    Option.match(HashMap.get(state.connections, client), {
      onNone: () => [],
      onSome: ({ address, peer }) => [{ event: event(peer), audience: [], from: { client, address } }]
    })

  const replied = (client: Chat.ClientId, reply: (state: State, connected: Connected) => Reply) =>
    step<Reply | undefined>((state) =>
      Option.match(HashMap.get(state.connections, client), {
        onNone: () => ({ state, handings: [], result: undefined }),
        onSome: (connected) => {
          const person = Chat.personOf(state.chat, client)
          const seat = person?.seat ?? { id: undefined, peer: connected.peer }
          const from = { client, address: connected.address, name: person?.member.name }
          const event = reply(state, connected)
          return { state, handings: isSilent(event) ? [] : [{ event, audience: [seat], from }], result: event }
        }
      })
    )

  // A command of a connection that is gone.
  const isFromNobody = ({ connections }: State, happening: Happening): boolean => happening._tag === "Command" && !HashMap.has(connections, happening.client)

  return Registry.of({
    connect: (connected) =>
      step((before) => {
        const n = before.connected + 1
        const client = clientOf(log.node, n)
        const state = { ...before, connected: n, connections: HashMap.set(before.connections, client, connected) }
        return { state, handings: before.chat.closed ? [] : observed(state, client, () => ({ _tag: "Connected", at: state.at })), result: client }
      }),
    disconnect: (client, { _tag, code, reason }) =>
      Effect.flatMap(append({ _tag, client, code, reason }), (told) =>
        step((before) => {
          const disconnected = ({ hasSpoken }: Peer) => ({ _tag: "Disconnected", at: before.at, code, reason, hasSpoken }) as const
          const handings = told.length === 0 && !before.chat.closed ? observed(before, client, disconnected) : []
          return { ...unchanged(before), handings, state: { ...before, connections: HashMap.remove(before.connections, client) } }
        })
      ),
    submit: (happening) => Effect.flatMap(Ref.get(ref), (state) => (isFromNobody(state, happening) ? Effect.succeed([]) : append(happening))),
    enqueue: enqueue === undefined ? undefined : (happening) => Effect.flatMap(Ref.get(ref), (state) => (isFromNobody(state, happening) ? Effect.succeed(Effect.succeed([])) : enqueue(happening))),
    close,
    answer: (client, question) =>
      replied(client, ({ at, chat }, { address, peer }) => answer({ ...chat, at }, { client, address }, peer, question)),
    now: step((state) => ({ ...unchanged(state), result: state.at })),
    reply: (client, reply) => replied(client, ({ at, chat }) => reply(at, chat)),
    announce: (text, only) => Effect.zipRight(hub.room, Effect.asVoid(append({ _tag: "Announce", text, ...only }))),
    remove: (id, reason) =>
      Effect.flatMap(Ref.get(ref), ({ chat }) => {
        const peer = Chat.personWith(chat, id)?.seat.peer
        return peer === undefined ? Effect.asVoid(append({ _tag: "Dismiss", id, reason })) : Effect.sync(() => {
          peer.remove(reason)
        })
      }),
    members: Effect.map(Ref.get(ref), ({ chat }) => hereIn(chat).map(({ member, seat: { peer } }) => ({ member, peer }))),
    connections: Effect.map(Ref.get(ref), ({ connections }) => connections),
    deadlineMoved: Queue.take(moved),
    behind: log.behind,
    isCutOff: Effect.map(Ref.get(ref), ({ isCutOff }) => isCutOff),
    isEldest: log.isEldest,
    nodes: Effect.map(Ref.get(ref), ({ chat }) => log.nodes().map((node) => ({ ...node, people: countOf(chat, node.number) }))),
    chat: Effect.map(Ref.get(ref), ({ chat }) => chat)
  })
})

/** A chat with nobody in it. */
export const layer = Layer.effect(Registry, make)
