import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import type { Connection } from "./connection.ts"

/** How many bytes may be on their way before the engine has taken them: what is appended beyond that is dropped, and has to be appended again. */
const onTheirWayAtMost = 16 * 1024 * 1024

/** After how many bytes the engine is asked whether it has taken them. */
const askEvery = 1024 * 1024

/** Appends to the log without waiting for an acknowledgement, which would cost more than all else: see `Engine.unsafeAppend`. */
export const appender = ({ count, isConnected, names, nats }: Connection, maxRecord: number): Effect.Effect<(bytes: Uint8Array) => void> =>
  Effect.map(Effect.runtime(), (runtime) => {
    const log = Runtime.runFork(runtime)
    const sent = { bytes: 0, taken: 0, isAsked: false, connection: 0 }
    const ask = (): void => {
      const upTo = sent.bytes
      sent.isAsked = true
      const answered = (): void => {
        sent.isAsked = false
        sent.taken = Math.max(sent.taken, upTo)
      }
      nats.flush().then(answered, answered)
    }
    return (bytes) => {
      if (!isConnected()) return
      if (bytes.length > maxRecord) {
        log(Effect.logError(`A record of ${bytes.length} bytes is too long for the cluster's engine, which takes ${maxRecord}`))
        return
      }
      // What went to an earlier connection is gone.
      if (sent.connection !== count()) Object.assign(sent, { bytes: 0, taken: 0, isAsked: false, connection: count() })
      if (sent.bytes - sent.taken > onTheirWayAtMost) return
      nats.publish(names.log, bytes)
      sent.bytes += bytes.length
      if (!sent.isAsked && sent.bytes - sent.taken > askEvery) ask()
    }
  })
