import * as Effect from "effect/Effect"
import type { Event, Goodbye } from "../domain/Event.ts"
import { LineSplitter, tooLong } from "../domain/wire/Lines.ts"
import { type ClientMessage, decodeLine, encode } from "../domain/wire/Ndjson.ts"
import type { Connection } from "../net/Connection.ts"
import { ConnectionLost, type ReadError } from "../net/Errors.ts"
import { silence } from "../net/Inbox.ts"
import type { EventInbox } from "./EventInbox.ts"
import type { Receipts } from "./Receipts.ts"
import type { Roster } from "./Roster.ts"

/** The longest line a server may send, bytes; longer ones are skipped. */
const maxLineBytes = 1_048_576

/** Writes one message to the server. */
export const send = (connection: Connection, message: ClientMessage): void => {
  connection.write(encode(message))
}

/** Who takes what the server sends. */
export interface Listeners {
  readonly inbox: EventInbox
  readonly receipts: Receipts
  readonly roster: Roster
  /** Takes an event before all others do; `false` for one that is for nobody else. */
  readonly first: (event: Event) => boolean
  /** Called for a line that is not an event. */
  readonly onWords: (line: Uint8Array) => void
}

/**
 * The receive loop: decodes events until the server's `Goodbye`, which it returns, and fails if
 * the connection ends before that. Keepalive: after `pingAfter` ms of silence
 * the server is sent a `Ping`; after two and a half times as long the
 * connection counts as lost. A client that itself stood still, such as one whose
 * computer slept, has asked nothing meanwhile: it asks once more before it gives up.
 */
export const receive = (connection: Connection, { first, inbox, onWords, receipts, roster }: Listeners, pingAfter: number): Effect.Effect<Goodbye, ReadError> =>
  Effect.gen(function* () {
    const lines = new LineSplitter(maxLineBytes)
    let lastLook = performance.now()
    let resumed = -Infinity
    for (;;) {
      const bytes = yield* connection.read(pingAfter / 2)
      const now = performance.now()
      // A read waits half as long at most: this process was stopped, or blocked.
      if (now - lastLook > pingAfter) resumed = now
      lastLook = now
      if (bytes === silence) {
        // A cut cable sends no FIN or RST: only the keepalive notices it.
        if (connection.silentFor >= pingAfter * 2.5 && now - resumed >= pingAfter * 1.5) {
          return yield* Effect.fail(new ConnectionLost({ code: "ETIMEDOUT", reason: "no sign of life of the server" }))
        }
        if (connection.silentFor >= pingAfter) send(connection, { _tag: "Ping" })
        continue
      }
      if (!(bytes instanceof Uint8Array)) {
        // Another server's last words may have no line feed.
        if (lines.pending.length > 0) onWords(lines.flush())
        return yield* Effect.fail(bytes)
      }
      for (const line of lines.push(bytes)) {
        if (line === tooLong) continue
        const event = decodeLine(line)
        if (event === undefined) onWords(line)
        if (event === undefined || event._tag === "Pong") continue
        if (event._tag === "Ping") {
          send(connection, { _tag: "Pong" })
          // Back-pressure: a server that sends pings but does not read the answers is not read any more.
          yield* connection.drained
          continue
        }
        if (first(event)) {
          receipts.heard(event)
          if (roster.heard(event)) continue
          yield* inbox.offer(event, line.length)
        }
        if (event._tag === "Goodbye") {
          connection.finish()
          return event
        }
      }
    }
  })
