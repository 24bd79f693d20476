import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { type ChatClient, connect } from "../client/ChatClient.ts"
import type { Dial } from "../client/Dial.ts"
import { type JoinError, JoinRefused } from "../client/Errors.ts"
import type { Pause } from "../client/returning.ts"
import * as Form from "../client/screen/form.ts"
import type { Conversation } from "../client/screen/step.ts"
import type { Event, Goodbye, Refused, Resumed, Welcome } from "../domain/Event.ts"

/** For how long after a loss a name that is taken may still be one's own, where no place is kept, ms. */
const ownNameFor = 20_000

/** How often it is tried then, ms. */
export const ownNameEvery = 1000

/** How long the server's goodbye is waited for, ms. */
export const goodbyePatience = 1000

/** Whether the name that is taken may still be one's own: the server has not noticed yet that it was lost. `lostSince` is of the monotonic clock, ms. */
export const isOwnName = (failure: JoinError | undefined, lostSince = Number.NEGATIVE_INFINITY): boolean =>
  failure instanceof JoinRefused && failure.code === "name-taken" && performance.now() - lostSince < ownNameFor

/** Who wants to come in. */
interface Newcomer {
  readonly name: string
  readonly password: Redacted.Redacted | undefined
  readonly secret: string
  /** The conversation of before; with `goesOn` it goes on as that one, and is tried for as long as the page is open. */
  readonly from: Conversation | undefined
  readonly goesOn: boolean
  readonly pause: Pause
}

/** Somebody who is in the room. */
interface InRoom {
  readonly client: ChatClient
  readonly answer: Welcome | Resumed
  /** Hears all events to the goodbye. Fails with why one is not let in again. */
  readonly hear: (event: (event: Event) => void) => Effect.Effect<Goodbye, JoinError>
}

/** Comes into the room of the server that the page came from, and stays for as long as the scope. */
export const comeIn = ({ from, goesOn, name, password, pause, secret }: Newcomer): Effect.Effect<InRoom, JoinError, Dial | Scope> =>
  Effect.gen(function* () {
    const { hostname, port, protocol } = location
    const where = { host: hostname, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) }
    const { heard, me, pending: unsaid = [] } = from ?? {}
    const isBefore = goesOn && me !== undefined && heard !== undefined
    let tries = 1
    const client = yield* connect({
      ...where,
      nickname: name,
      password,
      secret,
      reconnect: Infinity,
      pause,
      ...(isBefore ? { before: { me, instance: heard.instance, n: heard.n, unsaid } } : {}),
      // Nobody has chosen the name of somebody new.
      retry: ({ code }) => (code === "name-taken" && !goesOn && me !== undefined ? Form.numberedName(me.name, (tries += 1)) : undefined)
    })
    const hear: InRoom["hear"] = (take) =>
      Effect.gen(function* () {
        let last: Goodbye | Refused | undefined
        yield* Effect.mapError(
          client.each((event) => {
            if (event._tag === "Goodbye" || event._tag === "Refused") last = event
            take(event)
          }),
          // Whoever is not let in again is told why before the end.
          (lost) => (last?._tag === "Refused" ? new JoinRefused({ code: last.code, reason: last.message, ...where }) : lost)
        )
        return last?._tag === "Goodbye" ? last : yield* Effect.dieMessage("The conversation has ended without a goodbye")
      })
    return { client, answer: client.resumed ?? client.welcome, hear }
  })
