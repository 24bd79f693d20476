import type { Audience, Envelope, Origin } from "../../domain/Chat.ts"
import type { Observation, Reply } from "../../domain/Reply.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import type { Peer } from "./Peer.ts"

/** Something for the Hub to hand on: what an entry told, the reply to a question, or an observation of this node. */
export interface Handing {
  readonly event: Reply | Observation
  readonly audience: Audience<Peer>
  /** The room that the event is for as a whole; absent where it is only for the few in the audience. Never derived from the event's fields. */
  readonly room?: Envelope<Peer>["room"]
  /** Who else is told, besides the room: see `Envelope.also`. */
  readonly also?: Envelope<Peer>["also"]
  readonly from?: Envelope<Peer>["from"]
}

/** A {@link Handing} that the Hub has numbered. */
export interface Handed extends Handing {
  /** The sequence number of all that this node's Hub hands on, without gaps: the watermark of handing over counts in places. */
  readonly place: number
}

/** A {@link Handed} as observers see it, without the way to any client. A gap in `place` shows how much the observer has skipped. */
export interface Observed {
  readonly place: number
  readonly event: Reply | Observation
  readonly room?: RoomName | undefined
  readonly from?: Origin | undefined
}
