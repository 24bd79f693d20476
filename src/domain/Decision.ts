import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { Refusal } from "./Refusal.ts"
import type { Event, Limits, Member, Observation } from "./Event.ts"
import type * as Nickname from "./Nickname.ts"
import { lobby } from "./RoomName.ts"
import * as Text from "./Text.ts"

/** The number of a connection, never given to another one. */
export type ClientId = number

/**
 * A connection that the chat knows. `peer` is whatever reaches it: the chat
 * carries it and never looks inside.
 */
export interface Client<Peer> {
  readonly id: ClientId
  readonly address: string
  readonly peer: Peer
  /** Absent until it has joined. */
  readonly member?: Member
}

/** Those an event is for. Shared by reference: it is the member list at the moment of the decision. */
export type Audience<Peer> = ReadonlyArray<Client<Peer>>

/** Something that happened, and who is to be told. */
export interface Envelope<Peer> {
  /** The order of everything, without gaps. */
  readonly seq: number
  readonly event: Event | Observation
  readonly audience: Audience<Peer>
  /** Whether it is for a whole room; the rest is for those few it concerns. */
  readonly toRoom: boolean
  /** The connection that caused it; absent when the server itself did. */
  readonly from: Client<Peer> | undefined
}

/** What every newcomer is told about the server. */
export interface Settings {
  readonly server: string
  readonly limits: Limits
}

/** Who is here and under which name: the whole state of the chat, immutable. */
export interface Chat<Peer> {
  readonly settings: Settings
  readonly clients: HashMap.HashMap<ClientId, Client<Peer>>
  readonly names: HashMap.HashMap<Nickname.NameKey, ClientId>
  /** Whose name looks how: see `lookalike.ts`. */
  readonly looks: HashMap.HashMap<string, ReadonlyArray<ClientId>>
  /** In the order of joining. */
  readonly members: Audience<Peer>
  readonly lastClient: ClientId
  readonly lastMember: number
  /** The number of the last envelope. */
  readonly seq: number
  /** The number of the last event told to the whole room. */
  readonly roomSeq: number
  /** The time of the last decision, ms. */
  readonly at: number
  readonly closed: boolean
}

/** The next state, and what is to be told to whom, in order. */
export interface Decision<Peer> {
  readonly chat: Chat<Peer>
  readonly told: ReadonlyArray<Envelope<Peer>>
}

/** What one is told who has no name yet, and wants what only members can do. */
export const notJoined = (what: string, ref?: string) =>
  new Refusal({ code: "not-joined", message: `Say hello with a name before you ${what}.`, ref })

/** Nothing changes; the asker is told why. */
export const refused = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { code, message, ref }: Refusal): Decision<Peer> =>
  tell(chat, client, [[{ _tag: "Refused", at: chat.at, code, message: Text.clean(message), ref }, [client]]])

/** Time never goes back, whatever the clock does. */
export const tick = <Peer>(chat: Chat<Peer>, now: number): Chat<Peer> => ({ ...chat, at: Math.max(chat.at, now) })

/** Decides for a client that the chat knows; for any other nothing changes. */
export const withClient = <Peer>(
  chat: Chat<Peer>,
  id: ClientId,
  now: number,
  f: (chat: Chat<Peer>, client: Client<Peer>) => Decision<Peer>
): Decision<Peer> =>
  Option.match(HashMap.get(chat.clients, id), {
    onNone: () => ({ chat, told: [] }),
    onSome: (client) => f(tick(chat, now), client)
  })

/** The chat with these events told, each numbered, in this order. */
export const tell = <Peer>(
  chat: Chat<Peer>,
  from: Client<Peer> | undefined,
  events: ReadonlyArray<readonly [Event | Observation, Audience<Peer>]>
): Decision<Peer> => ({
  chat: { ...chat, seq: chat.seq + events.length },
  told: events.map(([event, audience], index) => ({
    seq: chat.seq + index + 1,
    event,
    audience,
    toRoom: "room" in event && event._tag !== "Welcome",
    from
  }))
})

/** The server speaks to everybody in the room. */
export const announce = <Peer>(chat: Chat<Peer>, text: Text.Text): Decision<Peer> => {
  const roomSeq = chat.roomSeq + 1
  return tell({ ...chat, roomSeq }, undefined, [
    [{ _tag: "Notice", seq: roomSeq, at: chat.at, room: lobby, text }, chat.members]
  ])
}

interface InRoom {
  readonly seq: number
  readonly at: number
  readonly room: typeof lobby
}

/** What a member does before the whole room. */
export const inRoom = <Peer>(
  chat: Chat<Peer>,
  client: Client<Peer>,
  { ref }: { readonly ref?: string | undefined },
  what: string,
  event: (from: Member, at: InRoom) => Event
): Decision<Peer> => {
  if (client.member === undefined) return refused(chat, client, notJoined(what, ref))
  const roomSeq = chat.roomSeq + 1
  return tell({ ...chat, roomSeq }, client, [
    [event(client.member, { seq: roomSeq, at: chat.at, room: lobby }), chat.members]
  ])
}
