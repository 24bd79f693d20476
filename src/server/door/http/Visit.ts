import type { Subprotocol } from "../../dialect/irc/overWebSocket.ts"
import type { Full } from "../../session/Admission.ts"
import type * as Hooks from "./Hooks.ts"

/** What the connection of a visit becomes: a WebSocket of the chat, in the native dialect or by a subprotocol in IRC, or one of the operator's window. */
export type Becoming = "chat" | Subprotocol | "operator"

/** A connection that is lent to HTTP. */
export interface Visit {
  /** Why there was no place for it in the room when it came; `undefined` where there was one. */
  readonly full: Full | undefined
  /** Takes a place in the room, where there is one; or says why there is none. */
  readonly takePlace: () => Full | undefined
  /** The address that it comes from. */
  readonly from: Hooks.From
  /** Whether it comes from this machine itself. */
  readonly isOfThisMachine: boolean
  /** Whether it may be the operator's. */
  readonly isOperators: boolean
  /** Whether it is only told to come with TLS, as nobody else is served. */
  readonly isSentAway: boolean
  /** The connection is ours again, as a WebSocket; `head` is what came behind the request. */
  readonly upgraded: (head: Buffer, becoming: Becoming) => void
  /** Nothing more is answered on the connection: it is closed, in order. */
  readonly leave: () => void
}
