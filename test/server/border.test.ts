import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import * as Server from "../../src/server/Server.ts"
import { eventually } from "../support/Peer.ts"
import { member, open, tell, next } from "../support/room.ts"

/** A tracer that keeps the spans that were begun. */
const recording = () => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      const span: Tracer.Span = {
        _tag: "Span", name, spanId: String(spans.length), traceId: "trace", parent, context, links, kind, sampled: true, attributes,
        get status() {
          return status
        },
        attribute: (key, value) => {
          attributes.set(key, value)
        },
        addLinks: () => undefined,
        event: () => undefined,
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
        }
      }
      spans.push(span)
      return span
    },
    context: (run) => run()
  })
  return { spans, tracer }
}

describe("Whoever embeds a server", () => {
  it.scopedLive("sees in spans who comes and goes, and what is asked over HTTP, and none for messages", () =>
    Effect.gen(function* () {
      const { spans, tracer } = recording()
      const { port } = yield* open(Server.layer({ port: 0 }).pipe(Layer.provide(Layer.setTracer(tracer))))
      const ada = yield* member(port, "ada")
      yield* eventually("the span of coming in", () => spans.some(({ name, status }) => name === "brusio.recognise" && status._tag === "Ended"))
      const before = spans.length
      for (let n = 0; n < 10; n += 1) yield* tell(ada, { _tag: "Say", text: `line ${n}` })
      for (let n = 0; n < 10; n += 1) yield* next(ada, "Said")
      expect(spans.slice(before).map(({ name }) => name)).toEqual([])
      yield* tell(ada, { _tag: "Quit" })
      yield* ada.closed
      const named = (name: string) => spans.find((span) => span.name === name)
      yield* eventually("the span of the goodbye", () => named("brusio.goodbye")?.status._tag === "Ended")
      expect(named("brusio.goodbye")?.attributes.get("brusio.reason")).toBe("quit")
      expect(named("brusio.goodbye")?.attributes.get("client.address")).toMatch(/^127\.0\.0\.1:\d+$/u)
      // Of the connection of a member, however much it says, there are these and no others.
      expect(spans.map(({ name }) => name)).toEqual(["brusio.recognise", "brusio.goodbye"])
      yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/health?x=y`, { headers: { connection: "close" } }))
      yield* eventually("the span of the request", () => named("brusio.http")?.status._tag === "Ended")
      expect(Object.fromEntries(named("brusio.http")?.attributes ?? [])).toEqual({ "http.request.method": "GET", "url.path": "/health" })
    })
  )
})
