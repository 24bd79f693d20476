import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Chat } from "../../domain/Chat.ts"
import { Happening } from "../../domain/Entry.ts"
import type { Self } from "../../domain/replica/Body.ts"
import * as Fold from "../../domain/replica/fold.ts"
import { eldest, language } from "../../domain/replica/Node.ts"
import { NodeId } from "../../domain/replica/Position.ts"
import { digested } from "../../domain/replica/record.ts"
import { asking, type Decided, type Ended, type Folded, myself, type Replica, type Want } from "../../domain/replica/Replica.ts"
import { gap } from "../../domain/replica/timing.ts"
import { codec, speaks } from "../../domain/replica/wire.ts"
import { Writer } from "../../domain/replica/Writer.ts"
import { nanosPerMilli } from "../../net/clock.ts"
import { endOfTurn } from "../chat/Hub.ts"
import { type Decider, type Last, Log, type OpenLog } from "../chat/Log.ts"
import type { Peer } from "../chat/Peer.ts"
import type { Envelope } from "../chat/Registry.ts"
import { asEvent } from "../asEvent.ts"
import { Closing } from "../Closing.ts"
import { rounds } from "../rounds.ts"
import { ServerConfig, type ServerOptions } from "../ServerConfig.ts"
import { Engine, type EngineLost, type Logged } from "./Engine.ts"
import { comesBack, NodeRefused, words } from "./ended.ts"
import { Slices } from "../slices.ts"
import { watchOutages } from "./outages.ts"
import * as Transfer from "./Transfer.ts"

/** How often it is looked what this node has to write besides its entries, ms. */
const lookEvery = 100

/** For how long a node that closes waits until its last entry has come back, ms. */
const lastWithin = 500

type Told = ReadonlyArray<Envelope>

/** What comes to a node: a record of the log, what another node sends to it alone, or the digest of its own state. */
type Incoming =
  | { readonly _tag: "Logged"; readonly logged: Logged }
  | { readonly _tag: "Sent"; readonly bytes: Uint8Array }
  | { readonly _tag: "Digested"; readonly checkpoint: number; readonly value: number }

const records = codec(Happening)

// All that decides what comes of an entry, and is not in the state: it has to be the same on all nodes.
const settingsOf = ({ history, keep, maxLine, maxName, maxRooms }: ServerOptions): string => JSON.stringify([keep, maxRooms, maxLine, maxName, history ?? null])

/** The log that the nodes of a cluster share, as one node sees it; it is there once this node has the state. */
const make = (name: string) =>
  Effect.gen(function* () {
    const id = yield* Effect.sync(() => NodeId.make(crypto.randomUUID()))
    const me: Self = { id, name, speaks, settings: settingsOf(yield* ServerConfig) }
    const engine = yield* Engine
    const closing = yield* Closing
    const clock = yield* Effect.clock
    const scope = yield* Effect.scope
    const monotonic = () => Number(clock.unsafeCurrentTimeNanos()) / nanosPerMilli

    const writer = new Writer<Happening>(records.sizeOf)
    // Who waits for an entry of this node, in the order of these.
    const waiting: Array<(decided: Effect.Effect<Told>) => void> = []
    const ready = yield* Deferred.make<void, NodeRefused>()
    const opened = yield* Deferred.make<Decider>()
    const closed = yield* Deferred.make<void>()
    const digests = yield* Mailbox.make<Incoming>()
    let replica: Replica<Happening> = asking(me)
    let begin: Chat<Peer> | undefined
    let readAt = monotonic()
    let last = 0

    // The engine's time, by what was read last and what has passed since.
    const now = () => (last = Math.max(last, Math.floor(replica.time + Math.min(monotonic() - readAt, gap))))

    const write = () => {
      // Who asks does not know yet what the others speak.
      const spoken = language(replica.nodes) ?? speaks[0]
      for (const body of writer.due(replica, monotonic())) if (body._tag !== "Unknown") engine.unsafeAppend(records.encode(me.id, body, spoken))
    }
    // All entries of a turn of the event loop go into one record.
    let isDue = false
    const writeSoon = () => {
      if (isDue) return
      isDue = true
      setImmediate(() => {
        isDue = false
        write()
      })
    }

    let isOver = false
    const enqueue = (happening: Happening): Effect.Effect<Effect.Effect<Told>> =>
      Effect.suspend(() => {
        // Nothing follows on the last entry: the connections of this node are lost by that. Until its session ends too, a command waits, and is counted as not said.
        if (isOver || replica.phase === "over") return happening._tag === "Command" ? Effect.never : Effect.succeed(Effect.succeed([]))
        const decided = Deferred.unsafeMake<Told>(FiberId.none)
        waiting.push((told) => {
          Deferred.unsafeDone(decided, told)
        })
        writer.enqueue([happening])
        writeSoon()
        return Effect.succeed(Deferred.await(decided))
      })
    const append = (happening: Happening): Effect.Effect<Told> =>
      Effect.flatMap(enqueue(happening), (decided) => {
        if (happening._tag !== "Quit" && happening._tag !== "Drop") return decided
        // A session ends by a finalizer, which must not wait for the rest of the cluster.
        return Effect.map(Effect.timeoutOption(Effect.interruptible(decided), lastWithin), Option.getOrElse((): Told => []))
      })

    // Where much comes at once, others have a turn now and then; then it is waited for this.
    const slices = new Slices()
    const breath = (until: Effect.Effect<void>): Effect.Effect<void> =>
      Effect.suspend(() => (slices.isOver(monotonic()) ? Effect.zipRight(Effect.zipRight(endOfTurn, until), breath(until)) : Effect.void))

    // A defect in deciding is the same on all nodes: they go on without the entry.
    const decide = ({ decide }: Decider, happening: Happening, at: number) =>
      decide(happening, at).pipe(
        Effect.tapErrorCause((cause) => (Cause.isInterruptedOnly(cause) ? Effect.void : Effect.logError("An entry could not be decided", cause))),
        Effect.exit
      )

    const takeUp = (decider: Decider, decided: Decided<Happening>): Effect.Effect<void> =>
      Effect.gen(function* () {
        switch (decided._tag) {
          case "Entry": {
            const exit = yield* decide(decider, decided.entry, decided.at)
            if (decided.mine) waiting.shift()?.(exit)
            return
          }
          case "NodeCame":
            if (decided.node.id !== me.id) yield* Effect.logInfo(`The node ${decided.node.name} has joined the cluster`).pipe(asEvent("nodejoined", { node: decided.node.name }))
            return yield* decider.nodesChanged
          case "NodeGone":
            yield* decide(decider, { _tag: "NodeGone", node: decided.node.number }, decided.at)
            if (decided.node.id !== me.id) {
              const { name } = decided.node
              yield* decided.why === "closed"
                ? Effect.logInfo(`The node ${name} has left the cluster`).pipe(asEvent("nodeleft", { node: name }))
                : Effect.logWarning(`The node ${name} was silent for too long, and is given up`).pipe(asEvent("nodelost", { node: name }))
            }
            return yield* decider.nodesChanged
          case "Checkpoint": {
            const digest = Transfer.digest(yield* decider.chat)
            return yield* digest.pipe(
              Effect.flatMap((value) => digests.offer({ _tag: "Digested", checkpoint: decided.number, value })),
              Effect.forkIn(scope),
              Effect.asVoid
            )
          }
        }
      })

    const end = (why: Ended, detail: string | undefined) =>
      why === "closed"
        ? Effect.asVoid(Deferred.succeed(closed, undefined))
        : Effect.gen(function* () {
            const isTold = yield* Deferred.fail(ready, new NodeRefused({ why, ...(detail === undefined ? {} : { detail }) }))
            if (isTold) return
            yield* Effect.logError(words(why, detail))
            yield* closing.leave(words(why, detail), comesBack.has(why))
          })

    const grant = (want: Want): Effect.Effect<void> =>
      Effect.gen(function* () {
        switch (want._tag) {
          case "SendState": {
            if (replica.phase !== "full") return
            // The state is immutable: it is sent as it is at this record, whatever comes meanwhile.
            const chat = yield* (yield* Deferred.await(opened)).chat
            yield* Transfer.encode(records, Fold.bookkeeping(replica), chat, language(replica.nodes) ?? speaks[0]).pipe(
              Effect.flatMap((bytes) => engine.send(want.to, bytes)),
              Effect.forkIn(scope)
            )
            return
          }
          case "Refuse":
            return yield* engine.send(want.to, Transfer.encodeRefusal(want.why))
          case "Resend":
            writer.resend()
            return
          case "End":
            return yield* end(want.why, want.message)
        }
      })

    // Takes up what a record has come to, in order, before the next one is read.
    const act = (folded: Folded<Happening>): Effect.Effect<void> =>
      Effect.gen(function* () {
        replica = folded.replica
        readAt = monotonic()
        writer.seen(replica, readAt)
        if (replica.phase === "full") yield* Deferred.succeed(ready, undefined)
        if (folded.decided.length > 0) {
          const decider = yield* Deferred.await(opened)
          yield* decider.room
          for (const decided of folded.decided) {
            yield* breath(decider.room)
            yield* takeUp(decider, decided)
          }
        }
        for (const want of folded.wants) yield* grant(want)
        writeSoon()
      })

    const take = (incoming: Incoming): Effect.Effect<void> =>
      Effect.gen(function* () {
        switch (incoming._tag) {
          case "Logged":
            return yield* act(Fold.fold(replica, records.decode(incoming.logged)))
          case "Digested":
            writer.compare({ checkpoint: incoming.checkpoint, value: incoming.value })
            return yield* act(digested(replica, incoming.checkpoint, incoming.value))
          case "Sent": {
            const sent = yield* Transfer.decode(records, incoming.bytes)
            yield* endOfTurn
            if (sent._tag === "Refused") return yield* act(Fold.refused(replica, sent.why))
            if (sent._tag === "Unreadable") return yield* act(Fold.unreadable(replica, sent.message))
            const restored = Fold.restore(replica, sent.book)
            if (restored === undefined) return
            begin = sent.chat
            return yield* act(restored)
          }
        }
      }).pipe(Effect.catchAll((message) => Effect.logWarning(`What another node has sent cannot be read: ${message}`)))

    const logged = (read: Stream.Stream<Logged, EngineLost>) => Stream.map(read, (logged): Incoming => ({ _tag: "Logged", logged }))
    // Who asks has no use for what was before. Where the log was made anew, or is cut behind what was read, it is read from its beginning: the rules say what comes of that.
    const log: Stream.Stream<Incoming> = Stream.suspend(() => logged(engine.read(replica.read ?? "recent"))).pipe(Stream.catchAll(() => anew))
    const anew: Stream.Stream<Incoming> = Stream.suspend(() => logged(engine.read(replica.phase === "asking" ? "recent" : undefined))).pipe(Stream.catchAll(() => log))
    const sent = Stream.map(yield* engine.received(me.id), (bytes): Incoming => ({ _tag: "Sent", bytes }))

    yield* Stream.mergeAll([log, sent, Mailbox.toStream(digests)], { concurrency: "unbounded" }).pipe(
      Stream.runForEach((incoming) => Effect.zipRight(breath(Effect.void), take(incoming))),
      Effect.onError((cause) =>
        Cause.isInterruptedOnly(cause) ? Effect.void : Effect.zipRight(Effect.logFatal("The log of the cluster has failed", cause), closing.fail("internal error"))
      ),
      Effect.forkScoped
    )
    yield* rounds("what a node of the cluster writes", Effect.sync(write), lookEvery)

    yield* Effect.forkScoped(Effect.flatMap(Deferred.await(opened), ({ outage }) => watchOutages(outage)))

    // The node is gone for the others at once; the last one leaves no log behind.
    const leave = ({ reason }: Last) =>
      Effect.gen(function* () {
        const node = myself(replica)
        if (node === undefined || replica.phase !== "full") return
        isOver = true
        writer.enqueue([{ _tag: "NodeCloses", node: node.number, reason }])
        writer.close()
        writeSoon()
        yield* Effect.timeoutOption(Effect.interruptible(Deferred.await(closed)), lastWithin)
        // As of its own last record: of several that leave at the same moment, the last one is alone then.
        const isAlone = replica.nodes.every(({ id }) => id === me.id)
        if (isAlone) yield* Effect.timeoutOption(Effect.interruptible(engine.erase), lastWithin)
      })

    const open = (decider: Decider): Effect.Effect<OpenLog> =>
      Effect.as(Effect.zipRight(Deferred.succeed(opened, decider), endOfTurn), {
        append,
        enqueue,
        close: (last) =>
          Effect.gen(function* () {
            const elsewhere = replica.nodes.length > 1 ? (true as const) : last.elsewhere
            yield* leave(last)
            yield* decider.decide({ _tag: "Close", ...last, elsewhere }, now())
          })
      })

    yield* Effect.logInfo("Joining the cluster: this takes 3 s where there is no other node, and 13 s where the last one has just gone without a goodbye")
    yield* Deferred.await(ready)
    // All of the server is made next, which is a long turn of its own.
    yield* endOfTurn
    return Log.of({
      node: myself(replica)?.number ?? 0,
      begin,
      now,
      nodes: () => replica.nodes.map(({ heard, id, name, number, speaks }) => ({ number, name, isMe: id === me.id, silentFor: Math.max(0, replica.clock - heard), language: speaks[1] })),
      behind: () => monotonic() - readAt,
      isEldest: () => replica.phase === "full" && eldest(replica.nodes)?.id === me.id,
      open
    })
  })

/** The log of a cluster, as the node with this name for people sees it; fails where the others do not take it in. */
export const layer = (name: string): Layer.Layer<Log, NodeRefused, Engine | Closing | ServerConfig> => Layer.scoped(Log, make(name))
