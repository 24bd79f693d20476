import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/** The tracer where nobody has provided one: its spans are read by nobody. */
const unread = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/**
 * A span around what begins at the border of the server: a connection that comes in or goes, or a
 * request of HTTP. Nothing that is done for each message has one: that would cost more than the message.
 * Without a tracer there is none at all, as thousands may go at once.
 */
export const border =
  (name: string, attributes: Readonly<Record<string, string>>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.tracer, (tracer) =>
      // Where the span was made is known by its name: a stack trace for each would cost more than the span.
      tracer === unread ? effect : Effect.withSpan(effect, name, { attributes, captureStackTrace: false })
    )
