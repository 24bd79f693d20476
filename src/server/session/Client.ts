import type * as Effect from "effect/Effect"
import type { ClientId } from "../../domain/Chat.ts"
import type { Connection } from "../../net/Connection.ts"
import type { Identity } from "./accounts.ts"
import type { Interpreter } from "../dialect/Dialect.ts"
import type { Outbox } from "../delivery/Outbox.ts"
import type { Allowance } from "./Allowance.ts"
import type { Answered } from "./answer.ts"
import type { Backlog } from "./Backlog.ts"
import type { Gate } from "./Password.ts"
import type { Flow } from "./Turns.ts"
import type { Envelope } from "../chat/Registry.ts"

/** The client of a session, once its dialect is recognised. */
export interface Client {
  readonly id: ClientId
  readonly connection: Connection
  readonly outbox: Outbox
  readonly interpreter: Interpreter
  readonly backlog: Backlog
  /** What of this client waits for its turn. */
  readonly flow: Flow
  /** The token bucket of this client; absent without a rate limit. */
  readonly allowance: Allowance | undefined
  /** What it has said and is not decided yet, in order. */
  readonly undecided: Array<Effect.Effect<ReadonlyArray<Envelope>>>
  /** The last long answer that it was given. */
  readonly answered: Answered
  /** What counts as one address, for what it has guessed. */
  readonly neighbours: string
  /** What counts as one address, for the limit on places. */
  readonly neighbourhood: string
  /** The check of the room's password, which counts only until the client has come in; absent where there is no password. */
  readonly gate: Gate | undefined
  /** What it has shown to have claimed before it has come in. */
  readonly identity: Identity
}
