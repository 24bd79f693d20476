import type { ClientId } from "../../domain/Chat.ts"
import type { Event, MemberId, Observation } from "../../domain/Event.ts"
import type { Nickname } from "../../domain/Nickname.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import type { Outbox } from "../delivery/Outbox.ts"

/** The way to one client in an audience. No name in it: a rename copies nothing. */
export interface Seat<Peer> {
  /** Absent before it has a name. */
  readonly id: MemberId | undefined
  readonly peer: Peer
}

/** Who caused something. */
export interface Origin {
  readonly client: ClientId
  readonly address: string
  readonly name?: Nickname
}

/** One thing that the Hub hands on: what an entry told, a reply to one, or what only this node observed. */
export interface Handed {
  /** The Hub's own count of all it hands on: without gaps, for the watermark of handing over. */
  readonly place: number
  readonly event: Event | Observation
  /** Immutable, and shared by reference: one array a room until somebody joins or leaves it. */
  readonly audience: ReadonlyArray<Seat<Outbox>>
  /** Whom it is for: present, it is told to that whole room; absent, to the few in the audience alone. Never guessed from the event's fields. */
  readonly room?: RoomName | undefined
  readonly from?: Origin | undefined
}
