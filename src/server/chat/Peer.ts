import * as Effect from "effect/Effect"
import type { Chat } from "../../domain/Chat.ts"
import type { Event, Goodbye } from "../../domain/Event.ts"
import type { Reply } from "../../domain/Reply.ts"
import type { Dialect } from "../dialect/Dialect.ts"

/**
 * When a client that is silent is asked for a sign of life, and when it is given
 * up, and for how long its socket may take nothing of what waits; all in ms. `at`
 * is now, ms since 1970, and `now` the same moment of a clock that never goes back.
 */
export interface Patience {
  readonly at: number
  readonly pingAfter: number
  readonly goneAfter: number
  /** The `host:port` of all peers that have acknowledged nothing for too long of what is on its way to them. */
  readonly unreachable: ReadonlySet<string>
  readonly now: number
  readonly stallTimeout: number
}

/** The way to one client: what the chat carries with each of its seats. None of these functions ever waits. */
export interface Peer {
  /** The wire format of this client. */
  readonly dialect: Dialect
  /** Whether anything has come from this client by which its wire format is known. */
  readonly hasSpoken: boolean
  /** Whether a crowd that this client came in is told it in another form than others, as it knows of itself already. */
  readonly knowsItself: boolean
  /** Whether this client gets its own messages back. */
  readonly echo: boolean
  /** Takes what this client is told next that says where it is: its dialect may be another from there on. Absent where that is all the same. */
  readonly follow?: ((event: Reply) => void) | undefined
  /**
   * Takes what a command of this client has told, at the moment of the decision: before anybody is told. `isMine`: whether this
   * client is among those who are told; `chat`: what it has come to. Whether the client is told that in another form: then it is left out of the audience.
   */
  readonly decided: (event: Event, isMine: () => boolean, chat: Chat<unknown>) => boolean
  /** Sends whole lines; the bytes may be shared with other clients and must not be changed. */
  readonly send: (frame: Uint8Array) => void
  /** Sends the last words. Only the first farewell is written, and nothing after it. */
  readonly farewell: (goodbye: Goodbye) => void
  /** Cuts off a client whose socket has taken nothing for too long, pings a silent client where its dialect has a ping, and ends its session when no sign of life comes. */
  readonly keepAlive: (patience: Patience) => void
  /** Sends the client away: its session ends with this reason. */
  readonly remove: (reason: string) => void
  /** Ends the session of this client, which goes on over another connection. */
  readonly supersede: () => void
  /** Ends the session of this client with "internal error": something that was done for it has thrown. */
  readonly fail: () => void
}

/** Ends the session of a client for which something has thrown, even where that throws again. */
export const endSession = (peer: Peer): Effect.Effect<void> =>
  Effect.catchAllDefect(
    Effect.sync(() => {
      peer.fail()
    }),
    () => Effect.void
  )
