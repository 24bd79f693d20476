import type * as Chat from "../../src/domain/Chat.ts"
import type { Event } from "../../src/domain/Event.ts"
import { isResumption, type Reply } from "../../src/domain/Reply.ts"
import { Outbox } from "../../src/server/delivery/Outbox.ts"
import type { Dialect } from "../../src/server/dialect/Dialect.ts"
import { native, NativeInterpreter } from "../../src/server/dialect/native.ts"
import { plain } from "../../src/server/dialect/plain.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { Recorder } from "./Recorder.ts"

/** Connections whose dialect notes the events themselves. */
export class Ways {
  readonly #noted: Array<Reply> = []
  readonly #connections = new Map<Chat.ClientId, Recorder>()
  readonly #outboxes = new Map<Chat.ClientId, Outbox>()
  readonly #noting: Dialect = { ...native, encode: (event) => `${this.#noted.push(event) - 1}\n` }

  /** The way to a client; there is one for each number. */
  readonly to = (client: Chat.ClientId): Outbox => {
    const known = this.#outboxes.get(client)
    if (known !== undefined) return known
    const connection = new Recorder()
    const outbox = new Outbox(connection, defaults, () => undefined, plain)
    outbox.speak(this.#noting, new NativeInterpreter(defaults))
    this.#connections.set(client, connection)
    this.#outboxes.set(client, outbox)
    return outbox
  }

  /** What a client was told, in order; what is told again stands behind what tells of it. */
  heardBy(client: Chat.ClientId): ReadonlyArray<Event> {
    const lines = this.#connections.get(client)?.writes.flatMap((write) => write.split("\n").filter((line) => line !== "")) ?? []
    return lines.flatMap((line) => {
      const event = this.#noted[Number(line)]!
      return event._tag === "Lines" || event._tag === "Verbatim" ? [] : told(event)
    })
  }

  /** How often this event was encoded. */
  encodings(event: Event): number {
    return this.#noted.filter((noted) => noted === event).length
  }
}

/** An event as it is told, and behind it what is told again. */
export const told = (event: Event): ReadonlyArray<Event> => {
  if (!isResumption(event)) return [event]
  const { replay, ...resumed } = event
  return [resumed, ...replay]
}
