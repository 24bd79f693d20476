import { readdirSync, readFileSync } from "node:fs"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ServerOptions } from "../../src/server/ServerConfig.ts"
import { isOverForAll, parse, play, tellsOfClosing, type Transcript } from "../support/transcript.ts"
import { make } from "./support/FaultyEngine.ts"
import { nodeOn } from "./support/node.ts"

// The transcripts of the wire formats, each with its clients on two nodes, on one and the other in turn.

const folder = new URL("../../docs/wire/", import.meta.url)
const pages = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md")

const two = (config: Partial<ServerOptions>) =>
  Effect.gen(function* () {
    const faulty = yield* make(1)
    const one = yield* nodeOn((yield* faulty.node).engine, "one", config)
    const other = yield* nodeOn((yield* faulty.node).engine, "two", config)
    const close = (reason: string) => Effect.asVoid(Effect.all([one.close(reason), other.close(reason)], { concurrency: 2 }))
    return { ports: [one.port, other.port] as const, close, isOver: isOverForAll }
  })

/** What each node does on its own, and so does not do across them. */
const perNode: ReadonlyArray<keyof ServerOptions> = ["rateLimit", "maxClients", "maxClientsPerAddress"]

// How a server closes is told of one: of two, the room goes on at the other.
const isOfSeveral = (transcript: Transcript): boolean => !tellsOfClosing(transcript) && !perNode.some((name) => name in transcript.config)

describe.concurrent.each(pages)("Two nodes do what is in %s:", (name) => {
  const transcripts = parse(readFileSync(new URL(name, folder), "utf8")).filter(isOfSeveral)
  for (const transcript of transcripts) it.scopedLive(transcript.title, () => play(transcript, two))
})
