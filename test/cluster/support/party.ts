import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { expect } from "vitest"
import type { Event } from "../../../src/domain/Event.ts"
import { type Served, serve, type StartOptions } from "../../e2e/support/program.ts"
import { type Native, nativeClient } from "../../e2e/support/raw.ts"
import type { Stage } from "../../e2e/support/stage.ts"
import { type Gate, gate } from "./Gate.ts"
import { type NatsServer, natsServer } from "./NatsServer.ts"

/** How long anything of a cluster is waited for: longer than the nodes wait for one of them, ms. */
export const patience = 45_000

/** What a test owns as long as it runs. */
export const staged = async <A>(stage: Stage, make: Effect.Effect<A, never, Scope.Scope>): Promise<A> => {
  const scope = await Effect.runPromise(Scope.make())
  stage.onEnd(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(Scope.extend(make, scope))
}

/** An engine for one test. */
export const engineOf = (stage: Stage): Promise<NatsServer> => staged(stage, natsServer())

/** A way to this engine that the test can close. */
const gateOf = (stage: Stage, engine: NatsServer): Promise<Gate> => staged(stage, gate(engine.port))

/** A node of the built program, a process of its own, that reaches its engine here. */
export const node = (stage: Stage, url: string, { args = [], ...options }: StartOptions & { readonly args?: ReadonlyArray<string> } = {}): Promise<Served> =>
  serve(stage, { ...options, args: ["--cluster", url, ...args] })

/** Two nodes on an engine of their own, the first of which reaches it through a gate. */
export const two = async (stage: Stage) => {
  const engine = await engineOf(stage)
  const way = await gateOf(stage, engine)
  const one = await node(stage, way.url)
  return { engine, way, one, other: await node(stage, engine.url) }
}

/** A client in the room of this node, which answers to its pings. */
export const person = async (stage: Stage, { port }: Pick<Served, "port">, name: string): Promise<Native> =>
  (await nativeClient(stage, port, name)).answering()

/** Of a node that has come back as a new one: where it listens now. */
export const again = async ({ port, program }: Served): Promise<Served> => {
  const next = await program.stdout.find(
    "Listening once more",
    ({ text }) => {
      const found = /Listening on [^ "]*:(\d+)/u.exec(text)?.[1]
      return found === undefined || Number(found) === port ? undefined : Number(found)
    },
    patience
  )
  return { program, port: next }
}

/** How long somebody waits between two lines, ms. */
const pause = 20

/** Who talks without end: `NAME 1`, `NAME 2` and so on. `stop` says how many there were. */
export const talking = (native: Native, name: string): { readonly stop: () => number } => {
  let said = 0
  const timer = setInterval(() => {
    if (native.socket.destroyed) return
    said += 1
    native.socket.write(`${JSON.stringify({ _tag: "Say", text: `${name} ${said}` })}\n`)
  }, pause)
  return {
    stop: () => {
      clearInterval(timer)
      return said
    }
  }
}

/** Waits until this was heard. */
export const hears = (native: Native, text: string): Promise<true> =>
  native.heard.find(`"${text}" said`, (line) => (line.text.includes(`"text":"${text}"`) ? true : undefined), patience)

/** Waits for an event longer than a test usually does; when it came, ms. */
export const later = (native: Native, tag: Event["_tag"], within = patience): Promise<number> =>
  native.heard.find(`The event ${tag}`, (line) => (line.text.includes(`"_tag":"${tag}"`) ? line.at : undefined), within)

const saidTo = ({ events }: Native): ReadonlyArray<string> => events.flatMap((event) => (event._tag === "Said" ? [`${event.seq} ${event.text}`] : []))

/** What the room was told has reached this client without a gap, and nothing of it twice. */
export const isWhole = ({ events }: Native): void => {
  const runs = events.flatMap((event) => ("seq" in event ? [{ first: "first" in event ? event.first : event.seq, last: event.seq }] : []))
  const breaks = runs.filter(({ first }, i) => i > 0 && first !== (runs[i - 1]?.last ?? 0) + 1)
  expect(breaks).toEqual([])
  expect(runs.length).toBeGreaterThan(0)
}

/** What of this person this listener has heard is all up to there, in order. */
export const heardAllOf = (listener: Native, name: string, count = listener.saidBy(name).length): void => {
  expect(listener.saidBy(name)).toEqual(Array.from({ length: count }, (_, i) => `${name} ${i + 1}`))
}

/**
 * All of these were in the room before anything was said, and come to have heard it in the
 * same order, under the same numbers: each line of those in `counts` once, up to this one.
 */
export const agree = async (listeners: ReadonlyArray<Native>, counts: Readonly<Record<string, number>>): Promise<void> => {
  for (const listener of listeners) {
    for (const [name, count] of Object.entries(counts)) await hears(listener, `${name} ${count}`)
    await listener.roundTrip()
  }
  for (const listener of listeners) {
    isWhole(listener)
    for (const [name, count] of Object.entries(counts)) heardAllOf(listener, name, count)
  }
  const [first, ...rest] = listeners.map(saidTo)
  for (const other of rest) expect(other).toEqual(first)
}

/** All that the first has heard is the beginning of what the second has. */
export const isBeginning = (first: Native, second: Native): void => {
  const beginning = saidTo(first)
  expect(saidTo(second).slice(0, beginning.length)).toEqual(beginning)
}

/** How often this listener has heard that this member left. */
export const departures = ({ events }: Native, name: string): number =>
  events.filter((event) => (event._tag === "Left" && event.member.name === name) || (event._tag === "Presence" && event.left.some(({ member }) => member.name === name))).length

/** Until this much time has passed since then: how long a fault lasts. */
export const lasting = (ms: number, since = performance.now()): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, since + ms - performance.now())))
