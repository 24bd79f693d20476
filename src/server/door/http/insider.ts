import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as MutableRef from "effect/MutableRef"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { AskedName } from "../../../domain/nameIndex.ts"
import type { MemberId } from "../../../domain/Member.ts"
import type { Reply } from "../../../domain/Reply.ts"
import type { LeaveCode } from "../../../domain/LeaveCode.ts"
import { Refusal } from "../../../domain/Refusal.ts"
import type { AskedRoom } from "../../../domain/RoomName.ts"
import type { Connection } from "../../../net/Connection.ts"
import { CutOff } from "../../../net/Errors.ts"
import { pair } from "../../../net/pair.ts"
import type { Dialect, Heard } from "../../dialect/Dialect.ts"
import { Inside } from "../../dialect/hook.ts"
import { currentSecrets } from "../../Secrets.ts"
import { ServerConfig } from "../../ServerConfig.ts"
import type { Full } from "../../session/Admission.ts"
import { Session } from "../../session/Session.ts"

/** The session of an {@link Insider} is over, for the reason that any other client would be told. */
export class Ended extends Data.TaggedError("Ended")<{ readonly code: LeaveCode; readonly reason: string }> {}

/** A client that somebody has here who came by HTTP. To the room it is a client like any other; it leaves with its scope. */
export interface Insider {
  readonly id: MemberId
  /** Asks for something; succeeds with what `pick` makes of what comes of it, or fails once the session is over. One at a time. `size`: of the message, bytes. */
  readonly ask: <A>(item: Heard, pick: (event: Reply) => A | undefined, size?: number) => Effect.Effect<A, Ended>
  /** What it is told, in its dialect. */
  readonly told: Connection
  /** Whether its session is over. */
  readonly isOver: Effect.Effect<boolean>
}

/** A refusal that was told. */
export const refusalIn = (event: Reply): Refusal | undefined =>
  event._tag === "Refused" ? new Refusal({ code: event.code, message: event.message, wait: event.wait }) : undefined

/** Enters a room. */
export const enter = ({ ask }: Insider, room: AskedRoom): Effect.Effect<void, Refusal | Ended> =>
  Effect.flatMap(
    ask({ _tag: "Command", command: { _tag: "Enter", room } }, (event) => (event._tag === "Entered" ? true : refusalIn(event))),
    (entered) => (entered === true ? Effect.void : Effect.fail(entered))
  )

const ending = (exit: Exit.Exit<unknown, unknown>, full: Full | undefined): Ended => {
  if (full !== undefined) return new Ended(full)
  const error = Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined
  return error instanceof CutOff ? new Ended({ code: error.code, reason: error.reason }) : new Ended({ code: "closing", reason: "the server closes" })
}

/** Makes what lets somebody in who came by HTTP from this address, under this name, into no room yet. */
export const makeInsiders = Effect.gen(function* () {
  const { maxUnheard } = yield* ServerConfig
  const { password } = yield* currentSecrets
  const session = yield* Session
  const run = yield* FiberSet.makeRuntime<never, void>()

  const open = Effect.fnUntraced(function* (address: string, dialect: Dialect) {
    let pending: (event: Reply) => void = () => undefined
    let full: Full | undefined
    const interpreter = new Inside((event) => {
      pending(event)
    })
    const over = yield* Deferred.make<never, Ended>()
    const [ours, told] = pair(maxUnheard, () => undefined, address)
    const recognise = (_: Connection, noRoom?: Full) =>
      Effect.sync(() => {
        full = noRoom
        return { dialect, interpreter, chunks: [] }
      })
    run(
      session.serve(ours, { unrecognised: dialect, recognise }, (drain) => run(drain)).pipe(
        Effect.onExit((exit) => Deferred.fail(over, ending(exit, full))),
        Effect.ignore
      )
    )
    const want = (item: Heard, size = 1) => {
      interpreter.want(item)
      told.write(`${" ".repeat(Math.max(0, size - 1))}\n`)
    }
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        want({ _tag: "Quit", reason: undefined })
        told.finish()
      })
    )
    return {
      told,
      isOver: Deferred.isDone(over),
      ask: <A>(item: Heard, pick: (event: Reply) => A | undefined, size?: number) =>
        Effect.raceFirst(
          Effect.async<A>((resume) => {
            pending = (event) => {
              const found = pick(event)
              if (found !== undefined) resume(Effect.succeed(found))
            }
            want(item, size)
          }),
          Deferred.await(over)
        )
    }
  })

  return (address: string, name: AskedName, dialect: Dialect): Effect.Effect<Insider, Refusal | Ended, Scope.Scope> =>
    Effect.gen(function* () {
      const insider = yield* open(address, dialect)
      // Who may come in by HTTP has said so with another secret.
      const hello = { _tag: "Hello", join: { _tag: "Join", name, nowhere: true }, password: password === undefined ? undefined : Redacted.value(MutableRef.get(password)) } as const
      const id = yield* insider.ask<MemberId | Refusal>(hello, (event) => (event._tag === "Admitted" ? event.you.id : refusalIn(event)))
      return id instanceof Refusal ? yield* Effect.fail(id) : { ...insider, id }
    })
})
