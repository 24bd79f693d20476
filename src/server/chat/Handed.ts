import type { Audience, Envelope, Origin } from "../../domain/Chat.ts"
import type { Observation, Reply } from "../../domain/Event.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import type { Peer } from "./Peer.ts"

/** What is said: what an entry told, the reply to a question, or what only this node observed. */
export interface Handing {
  readonly event: Reply | Observation
  readonly audience: Audience<Peer>
  /** The room that it is for as a whole; absent where it is for the few in the audience alone. Never guessed from the event's fields. */
  readonly room?: Envelope<Peer>["room"]
  readonly from?: Envelope<Peer>["from"]
}

/** One thing that the Hub hands on. */
export interface Handed extends Handing {
  /** This node's own count of all that it hands on, without gaps: for the watermark of handing over. */
  readonly place: number
}

/** The same as an observer sees it, without the way to anybody. A gap in `place` is what the observer has skipped. */
export interface Observed {
  readonly place: number
  readonly event: Reply | Observation
  readonly room?: RoomName | undefined
  readonly from?: Origin | undefined
}
