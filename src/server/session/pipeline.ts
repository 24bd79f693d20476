/** Pipelining: where a decision takes a round trip, several messages of one client are on their way through the log at the same time, see docs/adr/0041. */
import * as Effect from "effect/Effect"
import type { ClientId } from "../../domain/Chat.ts"
import type { Command } from "../../domain/command/index.ts"
import type { Connection } from "../../net/Connection.ts"
import type { ReadError } from "../../net/Errors.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import type { Interpreter } from "../dialect/Dialect.ts"

type Told = ReadonlyArray<Envelope>

/** A client that says something. */
interface Sender {
  readonly id: ClientId
  readonly connection: Connection
  readonly interpreter: Interpreter
  /** What it has said and is not decided yet, in order. */
  readonly undecided: Array<Effect.Effect<Told>>
}

/** The commands that say something: what the next words of a client mean does not depend on what comes of them. */
const sayings: ReadonlySet<Command["_tag"]> = new Set(["Say", "Act", "Whisper", "Address"])

/** How many messages of one client may be undecided at the same time. */
const mostUndecided = 256

/** The pipeline of all sessions of one server. `performed`: what follows on a command once it is decided. */
export const makePipeline = <Client extends Sender>(performed: (client: Client, told: Told) => Effect.Effect<unknown, ReadError>) =>
  Effect.map(Registry, ({ enqueue }) => {
    const settleTo = Effect.fnUntraced(function* (client: Client, most: number) {
      while (client.undecided.length > most) {
        const next = client.undecided.shift()
        if (next !== undefined) yield* performed(client, yield* next)
      }
    })

    return {
      /** Sends a command on its way; `undefined` where what comes of it has to be waited for. */
      send: (client: Client, command: Command): Effect.Effect<void, ReadError> | undefined =>
        enqueue === undefined || client.interpreter.isInterlocked === true || !sayings.has(command._tag)
          ? undefined
          : Effect.flatMap(enqueue({ _tag: "Command", client: client.id, address: client.connection.address, command }), (decided) => {
              client.undecided.push(decided)
              return settleTo(client, mostUndecided)
            }),
      /** Waits until all that is on its way is decided. */
      settle: (client: Client): Effect.Effect<void, ReadError> => (client.undecided.length === 0 ? Effect.void : settleTo(client, 0))
    }
  })
