import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { JetStreamManager } from "@nats-io/jetstream"
import { headers, type NatsConnection } from "@nats-io/transport-node"
import { connect, jetstreamManager } from "../../../src/server/cluster/packages.ts"

/** The log of a cluster that has the usual name, past its nodes. */
export interface Records {
  readonly nats: NatsConnection
  readonly manager: JetStreamManager
}

/** The stream of a cluster that has the usual name. */
export const stream = "BRUSIO_brusio"

const subject = "brusio.brusio.log"

/** Opens the log of the engine here, as long as the scope. */
export const recordsOf = (url: string): Effect.Effect<Records, never, Scope.Scope> =>
  Effect.gen(function* () {
    const nats = yield* Effect.acquireRelease(
      Effect.promise(() => connect({ servers: url.split(","), maxReconnectAttempts: -1 })),
      (nats) => Effect.promise(() => nats.close())
    )
    return { nats, manager: yield* Effect.promise(() => jetstreamManager(nats, { checkAPI: false })) }
  })

/** From how many of the last records one is chosen that is written again. */
const window = 40

const mark = "again"

/** Writes each record once more, later, and in another order: as an engine does that has taken a message twice. Returns how many there have been. */
export const doubling = async ({ nats }: Records): Promise<() => number> => {
  const marked = headers()
  marked.set(mark, "1")
  const kept: Array<Uint8Array> = []
  let count = 0
  nats.subscribe(subject, {
    callback: (error, { data, headers: found }) => {
      if (error !== null || found?.has(mark) === true) return
      kept.push(data.slice())
      if (kept.length <= window) return
      // Every record in turn, from all over the window.
      const [old] = kept.splice((count * 7) % window, 1)
      if (old === undefined) return
      count += 1
      nats.publish(subject, old, { headers: marked })
    }
  })
  await nats.flush()
  return () => count
}

/** The languages that records are written in, but for those of who asks to come in: since this began, or since one was waited for. */
export const languages = async ({ nats }: Records): Promise<{ readonly all: () => ReadonlyArray<number>; readonly until: (language: number) => Promise<void> }> => {
  let seen = new Set<number>()
  const watchers = new Set<() => void>()
  nats.subscribe(subject, {
    callback: (error, message) => {
      const record = error === null ? /^\{"v":(\d+),.*?"_tag":"(\w+)"/u.exec(message.string()) : null
      if (record?.[2] !== "Batch") return
      seen.add(Number(record[1]))
      for (const look of [...watchers]) look()
    }
  })
  await nats.flush()
  return {
    all: () => [...seen],
    until: (language) =>
      new Promise((resolve) => {
        seen = new Set()
        const look = () => {
          if (!seen.has(language)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
      })
  }
}
