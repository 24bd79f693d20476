/** Batches: lines that belong together. See https://ircv3.net/specs/extensions/batch. */
import type { Client } from "./Client.ts"
import { inBatch } from "./label.ts"

/** The first and the last line of a batch that answers a client, and what makes the lines between them a part of it. */
export interface Batch {
  readonly start: string
  readonly end: string
  readonly with: (line: string) => string
}

/** A new batch of this kind, which is its type and its parameters; `undefined` for a client that knows of none. `name` is what its id begins with. */
export const openBatch = (client: Client, name: string, kind: string): Batch | undefined => {
  if (!client.capabilities.has("batch")) return undefined
  client.batches += 1
  const id = `${name}${client.batches.toString(36)}`
  return { start: client.fromServer(`BATCH +${id} ${kind}`), end: client.fromServer(`BATCH -${id}`), with: (line) => inBatch(line, id) }
}

/** Lines as one batch, where the client knows of batches. */
export const batch = (client: Client, name: string, kind: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const opened = openBatch(client, name, kind)
  return opened === undefined ? lines : [opened.start, ...lines.map(opened.with), opened.end]
}
