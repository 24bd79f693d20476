import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as MetricKey from "effect/MetricKey"
import * as MetricLabel from "effect/MetricLabel"
import * as MetricPair from "effect/MetricPair"
import * as MetricState from "effect/MetricState"
import * as Option from "effect/Option"
import { countHere } from "../../../domain/membership.ts"
import { version } from "../../../domain/version.ts"
import { nanosPerMilli } from "../../../net/clock.ts"
import { Registry } from "../../chat/Registry.ts"
import { type Counts, Tally } from "../../Tally.ts"
import { Visitors } from "../../Visitors.ts"
import { type LoopDelay, makeLoopDelay, parts } from "./loopDelay.ts"

type Pair = MetricPair.MetricPair.Untyped

/** How the server does, for programs that watch it: see `docs/metrics.md`. Everything is looked up when it is asked for. */
export class Metrics extends Context.Tag("brusio/Metrics")<Metrics, {
  /** All metrics as they are now, those with one name next to each other. */
  readonly now: Effect.Effect<ReadonlyArray<Pair>>
}>() {}

type Labels = Readonly<Record<string, string>>

const labelled = (labels: Labels) => Object.entries(labels).map(([key, value]) => MetricLabel.make(key, value))

const gauge = (name: string, description: string) => (value: number, labels: Labels = {}): Pair =>
  MetricPair.unsafeMake(MetricKey.taggedWithLabels(MetricKey.gauge(name, { description }), labelled(labels)), MetricState.gauge(value))

const counter = (name: string, description: string) => (value: number, labels: Labels = {}): Pair =>
  MetricPair.unsafeMake(MetricKey.taggedWithLabels(MetricKey.counter(name, { description, incremental: true }), labelled(labels)), MetricState.counter(value))

const people = gauge("brusio_people", "People who are here, at all servers that are one room.")
const kept = gauge("brusio_kept_places", "People whose connection was lost and whose place is kept.")
const rooms = gauge("brusio_rooms", "Rooms there are, the lobby included.")
const connections = gauge("brusio_connections", "Connections to this server by what is spoken on them.")
const messages = counter("brusio_messages_total", "Messages that were said, to a room or to one person.")
const deliveries = counter("brusio_deliveries_total", "Messages handed over to clients of this server, one for each client that a message is for.")
const received = counter("brusio_received_bytes_total", "Bytes that clients have sent.")
const sent = counter("brusio_sent_bytes_total", "Bytes for clients, those included that still wait.")
const waiting = gauge("brusio_waiting_bytes", "Bytes for clients that the system has not taken yet.")
const ended = counter("brusio_sessions_ended_total", "Sessions that have ended, by the reason that the client was told.")
const refused = counter("brusio_refusals_total", "Requests of clients that were refused, by the reason that the client was told.")
const turnedAway = counter("brusio_turned_away_total", "Connections for which there was no place.")
const throttled = counter("brusio_throttled_total", "Waits because of a rate limit, by whose limit it is.")
const memory = gauge("process_resident_memory_bytes", "Memory of the process.")
const heap = gauge("nodejs_heap_size_used_bytes", "Memory in use for objects.")
const processor = counter("process_cpu_seconds_total", "Processor time of the process, by itself and by the system for it.")
const started = gauge("process_start_time_seconds", "When the process was started, in seconds since 1970.")
const build = gauge("brusio_build_info", "The version of the server, and of what runs it; always 1.")
const nodes = gauge("brusio_cluster_nodes", "Servers that are one room, this one included.")
const nodeSilence = gauge("brusio_cluster_node_silence_seconds", "How long nothing of a server was read in the log that all share.")
const behind = gauge("brusio_cluster_behind_seconds", "How long ago the newest record of that log was read here; more than a few seconds where it cannot be reached.")
const cutOff = gauge("brusio_cluster_cut_off", "Whether this server cannot reach the others: 1 where what is said waits.")

const loop = ({ count, quantiles, sum }: LoopDelay): Pair =>
  MetricPair.unsafeMake(
    MetricKey.summary({
      name: "brusio_event_loop_delay_seconds",
      description: "How late the event loop ran a timer. Measured from the first scrape on; quantiles are of the last seconds, 1 is the longest.",
      maxAge: "10 seconds", maxSize: 1, error: 0, quantiles: parts
    }),
    MetricState.summary({ error: 0, quantiles: quantiles.map(([part, seconds]) => [part, Option.fromNullable(seconds)]), count, sum, min: 0, max: 0 })
  )

// A dialect's forms, such as that for who is in several rooms, count as one.
const spoken = (name: string): string => name.replace(/,.*$/u, "")

const byDialect = ({ open }: Counts, visitors: number): ReadonlyArray<Pair> => {
  const counts = new Map<string, number>([["native", 0], ["web", 0], ["irc", 0], ["plain", 0], ["telnet", 0], ["hook", 0], ["events", 0]])
  let silent = 0
  for (const { dialect, hasSpoken } of open) {
    if (hasSpoken) counts.set(spoken(dialect.name), (counts.get(spoken(dialect.name)) ?? 0) + 1)
    else silent += 1
  }
  counts.set("http", visitors)
  counts.set("unknown", Math.max(0, silent - visitors))
  return [...counts].map(([dialect, count]) => connections(count, { dialect }))
}

const waitingBytes = ({ open }: Counts): number => {
  let sum = 0
  for (const { handed, taken } of open) sum += handed - taken
  return sum
}

const make = Effect.gen(function* () {
  const registry = yield* Registry
  const tally = yield* Tally
  const visitors = yield* Visitors
  const clock = yield* Effect.clock
  const loopDelay = yield* makeLoopDelay(() => Number(clock.unsafeCurrentTimeNanos()) / nanosPerMilli)
  const startedAt = yield* Effect.sync(() => Date.now() / 1000 - process.uptime())

  // The silence of a node is known by the time of the log, which stands still while nothing is read.
  const ofCluster = Effect.gen(function* () {
    const all = yield* registry.nodes
    if (all.length === 0) return []
    const unread = registry.behind()
    return [
      nodes(all.length),
      behind(unread / 1000),
      cutOff((yield* registry.isCutOff) ? 1 : 0),
      ...all.filter(({ isMe }) => !isMe).map(({ name, silentFor }) => nodeSilence((silentFor + unread) / 1000, { node: name }))
    ]
  })

  return Metrics.of({
    now: Effect.gen(function* () {
      const chat = yield* registry.chat
      const { rss, heapUsed } = process.memoryUsage()
      const { system, user } = process.cpuUsage()
      return [
        people(countHere(chat)),
        kept(chat.detached.all),
        rooms(HashMap.size(chat.rooms)),
        ...byDialect(tally, visitors.size),
        messages(tally.messages.room, { to: "room" }),
        messages(tally.messages.person, { to: "person" }),
        deliveries(tally.deliveries),
        received(tally.received),
        sent(tally.sent),
        waiting(waitingBytes(tally)),
        ...[...tally.ended].map(([reason, count]) => ended(count, { reason })),
        ...[...tally.refused].map(([reason, count]) => refused(count, { reason })),
        turnedAway(tally.turnedAway),
        ...Object.entries(tally.throttled).map(([limit, count]) => throttled(count, { limit })),
        loop(loopDelay()),
        memory(rss),
        heap(heapUsed),
        processor((system + user) / 1e6),
        started(startedAt),
        build(1, { version, node: process.version }),
        ...(yield* ofCluster)
      ]
    })
  })
})

/** The metrics of one server. */
export const layer = Layer.scoped(Metrics, make)
