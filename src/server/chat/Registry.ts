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
import type { Entry, Happening } from "../../domain/Entry.ts"
import type { LeaveCode, Member, MemberId, Reply } from "../../domain/Event.ts"
import { keepFor } from "../../domain/Keep.ts"
import * as Nickname from "../../domain/Nickname.ts"
import { hereIn } from "../../domain/membership.ts"
import type { RoomKey } from "../../domain/RoomName.ts"
import type { Text } from "../../domain/Text.ts"
import { version } from "../../domain/version.ts"
import { Closing } from "../Closing.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { type Handing, Hub } from "./Hub.ts"
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
  /** Answers a question, which changes nothing and is no log entry. The answer keeps its place in the order of all that its asker is told; nobody is answered that is gone. */
  readonly answer: (client: Chat.ClientId, question: Question) => Effect.Effect<Reply | undefined>
  /** Tells one client something that is for it alone and comes of no log entry; `at` is now, in ms since 1970, and never goes back. */
  readonly reply: (client: Chat.ClientId, reply: (at: number) => Reply) => Effect.Effect<Reply | undefined>
  /** The chat's time, ms since 1970: it never goes back, also where the system's clock is set. Whatever clients are told bears it. */
  readonly now: Effect.Effect<number>
  /** Sends a member away, for this reason: its session ends, or, where its connection is lost, its place. */
  readonly remove: (id: MemberId, reason: Text) => Effect.Effect<void>
  /** Speaks to everybody, or to one member or one room only; waits while the Hub is more than half full. */
  readonly announce: (text: Text, only?: { readonly to?: MemberId; readonly room?: RoomKey }) => Effect.Effect<void>
  /** Who is here, in rooms or in none, in the order of joining, and the way to them; absent to one whose connection was lost a moment ago. */
  readonly members: Effect.Effect<ReadonlyArray<{ readonly member: Member; readonly peer: Peer | undefined }>>
  /** All connections, with a name or without. */
  readonly connections: Effect.Effect<HashMap.HashMap<Chat.ClientId, Connected>>
  /** Waits until something is due at another time than before, such as the end of a place that is kept. */
  readonly deadlineMoved: Effect.Effect<void>
  /** The chat as it stands. */
  readonly chat: Effect.Effect<Chat.Chat<Peer>>
}>() {}

interface State {
  readonly chat: Chat.Chat<Peer>
  readonly connections: HashMap.HashMap<Chat.ClientId, Connected>
  readonly lastClient: Chat.ClientId
  /** The time of the last step, ms since 1970; monotonic, for replies and entries alike. */
  readonly at: number
}

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
  const closing = yield* Closing
  const ref = yield* Ref.make<State>({
    chat: Chat.empty({ server: `brusio ${version}`, instance, limits: { lineBytes: maxLine, ...Nickname.limited(maxName) } }, keepFor(keep, maxClients, maxKeptPerAddress), { ...Chat.defaultBounds, rooms: maxRooms }, history),
    connections: HashMap.empty(),
    lastClient: 0,
    at: 0
  })

  const moved = yield* Queue.sliding<undefined>(1)

  const step = <A>(decide: (state: State) => Step<A>): Effect.Effect<A> =>
    Effect.flatMap(
      Effect.clockWith((clock) =>
        Ref.modify(ref, (before) => {
          const { handings, result, state } = decide({ ...before, at: Math.max(before.at, clock.unsafeCurrentTimeMillis()) })
          if (state.chat.deadlines !== before.chat.deadlines) moved.unsafeOffer(undefined)
          return [{ result, isPublished: hub.unsafePublish(handings) }, state] as const
        })
      ),
      ({ isPublished, result }) =>
        isPublished
          ? Effect.succeed(result)
          : Effect.zipRight(closing.fail("internal error"), Effect.dieMessage("The Hub had no room for what was to be handed on"))
    )

  const decided = (state: State, happening: Happening): Step<ReadonlyArray<Envelope>> => {
    const entry: Entry = { at: state.at, ...happening }
    const { chat, told } = apply(state.chat, entry, (client) => HashMap.unsafeGet(state.connections, client).peer)
    return { state: { ...state, chat }, handings: told, result: told }
  }

  const unchanged = (state: State): Step<void> => ({ state, handings: [], result: undefined })

  const isOfNobody = ({ connections }: State, happening: Happening): boolean =>
    happening._tag === "Command" && !HashMap.has(connections, happening.client)

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
          return { state, handings: [{ event, audience: [seat], from }], result: event }
        }
      })
    )

  return Registry.of({
    connect: (connected) =>
      step((before) => {
        const client = before.lastClient + 1
        const state = { ...before, lastClient: client, connections: HashMap.set(before.connections, client, connected) }
        return { state, handings: before.chat.closed ? [] : observed(state, client, () => ({ _tag: "Connected", at: state.at })), result: client }
      }),
    disconnect: (client, { _tag, code, reason }) =>
      step((before) => {
        const { handings, state } = decided(before, { _tag, client, code, reason })
        const disconnected = ({ hasSpoken }: Peer) => ({ _tag: "Disconnected", at: before.at, code, reason, hasSpoken }) as const
        const nobody = handings.length === 0 && !before.chat.closed ? observed(before, client, disconnected) : []
        return { state: { ...state, connections: HashMap.remove(state.connections, client) }, handings: [...handings, ...nobody], result: undefined }
      }),
    submit: (happening) => step((state) => (isOfNobody(state, happening) ? { ...unchanged(state), result: [] } : decided(state, happening))),
    answer: (client, question) =>
      replied(client, ({ at, chat }, { address, peer }) => answer({ ...chat, at }, { client, address }, peer, question)),
    now: step((state) => ({ ...unchanged(state), result: state.at })),
    reply: (client, reply) => replied(client, ({ at }) => reply(at)),
    announce: (text, only) => Effect.zipRight(hub.room, Effect.asVoid(step((state) => decided(state, { _tag: "Announce", text, ...only })))),
    remove: (id, reason) =>
      step((state) => {
        const person = Chat.personWith(state.chat, id)
        if (person?.seat.peer === undefined) return { ...decided(state, { _tag: "Dismiss", id, reason }), result: undefined }
        person.seat.peer.remove(reason)
        return unchanged(state)
      }),
    members: Effect.map(Ref.get(ref), ({ chat }) => hereIn(chat).map(({ member, seat: { peer } }) => ({ member, peer }))),
    connections: Effect.map(Ref.get(ref), ({ connections }) => connections),
    deadlineMoved: Queue.take(moved),
    chat: Effect.map(Ref.get(ref), ({ chat }) => chat)
  })
})

/** A chat with nobody in it. */
export const layer = Layer.effect(Registry, make)
