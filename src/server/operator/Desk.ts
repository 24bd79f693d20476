import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type { AskedRoom, RoomName } from "../../domain/RoomName.ts"
import type { FromDesk, ToDesk } from "../../domain/wire/Desk.ts"
import type { Connection } from "../../net/Connection.ts"
import { endOfTurn } from "../chat/Hub.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { Closing } from "../Closing.ts"
import { closeCode, type Fault } from "../dialect/frames.ts"
import { rounds } from "../rounds.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { Codes, goodFor } from "./Codes.ts"
import type { ConsoleLine } from "./ConsoleLine.ts"
import { Feed, type Piece } from "./Feed.ts"
import { makeGrace } from "./grace.ts"
import { commands, Operator } from "./Operator.ts"
import type { Chosen } from "./rooms.ts"
import { makeStatus } from "./status.ts"
import { Ended, Wire } from "./Wire.ts"

type Message<Kind extends ToDesk["_tag"]> = Extract<ToDesk, { readonly _tag: Kind }>

/** What a window is told about the server when it opens. */
export type About = Pick<Message<"Opened">, "address" | "links" | "qr">

/**
 * The operator's window, a page in a browser on this machine, for as many as are
 * open: what happens in the room, who is in it, and a line to speak. None of them
 * takes a place in the room. When the last one has gone, the room closes, with grace.
 */
export class Desk extends Context.Tag("brusio/Desk")<Desk, {
  /** The server listens: from now on windows are told this when they open. */
  readonly open: (about: About) => Effect.Effect<void>
  /** A new code, which opens a window: good once, and for 30 s. */
  readonly code: Effect.Effect<string>
  /** The key for which another program of the same user is given codes. */
  readonly key: string
  /** A new code for whoever has the key. */
  readonly codeFor: (key: string) => Effect.Effect<string | undefined>
  /** Serves a WebSocket of a window until it is closed. */
  readonly serve: (connection: Connection) => Effect.Effect<void>
}>() {}

/** How long a window may take to say with what it opens, ms. */
const openPatience = 5000

/** How long after a wrong code it is answered, ms, and how many windows may wait to be opened at once: so there are few guesses. */
const guessPause = 1000
const mostKnocking = 16

/** The longest message of a window, bytes, where the lines of the room may not be longer. */
const leastMessage = 65_536

/** How many lines are written to a window at once. */
const linesAtOnce = 128

const policy = (reason: string): Fault => ({ code: closeCode.policy, reason })
const tooMany = policy("too many windows are being opened: try again in a moment")
const tooLate = policy(`a window says within ${openPatience / 1000} s with what it opens`)
const notOpened = policy("the first message of a window is Open")
const openedTwice = policy("this window is open already")
const wrong = policy("neither code nor secret is right")
const ordinary: Fault = { code: closeCode.normal, reason: "" }
const broken: Fault = { code: closeCode.internalError, reason: "internal error" }

const way = "Start the server with --window once more, in the same way: the one that runs already opens its window."

/** What is answered to a code that is not good, and to a secret alone, as a page sends it that was open before. */
const deniedCode: ToDesk = { _tag: "Denied", message: `A link to this window is good once, and for ${goodFor / 1000} seconds: this one is not any more. ${way}` }
const deniedSecret: ToDesk = { _tag: "Denied", message: `This window belongs to an earlier start of the server, which has been started again since. ${way}` }

/** A window that is open, the room that it has chosen, and what it was told last. */
interface View {
  readonly wire: Wire
  readonly chosen: Chosen
  people: Message<"People">
  rooms: Message<"Rooms">
  nodes: Message<"Nodes">
  room: RoomName | undefined
}

const lineOf = ({ fields, ...line }: ConsoleLine): ToDesk => {
  const known: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) known[name] = value
  return { _tag: "Line", ...line, fields: known }
}

const told = ({ lines, skipped }: Piece): ReadonlyArray<ToDesk> => [...(skipped > 0 ? [{ _tag: "Skipped", count: skipped } as const] : []), ...lines.map(lineOf)]

const make = Effect.gen(function* () {
  const { closeGrace, maxLine } = yield* ServerConfig
  const closing = yield* Closing
  const feed = yield* Feed
  const operator = yield* Operator
  const codes = new Codes()
  const about = yield* Ref.make<About>({ address: "", links: [] })
  const views = new Set<View>()
  let knocking = 0

  const happen = yield* makeGrace(
    Effect.sync(() => {
      for (const { wire } of views) wire.tell([{ _tag: "Staying" }])
    })
  )
  const { nodes, people, rooms, status } = yield* makeStatus
  // A window that is behind is told how things are once it has caught up.
  const round = Effect.gen(function* () {
    const now = yield* status
    if (views.size === 0) return
    const here = yield* people
    const all = yield* rooms
    const servers = yield* nodes
    for (const view of views) {
      if (view.wire.isBehind) continue
      view.wire.tell([now, ...(view.people === here ? [] : [here]), ...(view.rooms === all ? [] : [all]), ...(view.nodes === servers ? [] : [servers])])
      view.people = here
      view.rooms = all
      view.nodes = servers
    }
  })
  yield* rounds("operator's window", round, "1 second")

  // Why a window that wants to be opened is not.
  const knock = Effect.fnUntraced(function* (wire: Wire) {
    const first = Option.getOrUndefined(yield* Effect.timeoutOption(wire.next, openPatience))
    if (first === undefined) return tooLate
    if (first._tag === "Ended") return first.fault ?? ordinary
    if (first._tag !== "Open") return notOpened
    if (codes.admits(first, yield* monotonicMillis)) return undefined
    yield* Effect.logWarning(`The operator's window was not opened for ${wire.address}: the code or secret was not right`)
    yield* Effect.sleep(guessPause)
    wire.tell([first.code === undefined && first.secret !== undefined ? deniedSecret : deniedCode])
    return wrong
  })
  const knockInTurn = (wire: Wire): Effect.Effect<Fault | undefined> =>
    Effect.suspend(() => {
      if (knocking >= mostKnocking) return Effect.succeed(tooMany)
      knocking += 1
      return Effect.ensuring(
        knock(wire),
        Effect.sync(() => {
          knocking -= 1
        })
      )
    })

  // Tells a window which room it has chosen, where that is another one than before.
  const tellChosen = (view: View) =>
    Effect.map(Ref.get(view.chosen), (chosen) => {
      if (chosen?.name === view.room) return
      view.room = chosen?.name
      view.wire.tell([{ _tag: "Chosen", ...(chosen === undefined ? {} : { room: chosen.name }) }])
    })
  const perform = (view: View, asked: FromDesk): Effect.Effect<Ended | undefined> => {
    switch (asked._tag) {
      case "Open":
        return Effect.succeed(new Ended({ going: "Lost", fault: openedTwice }))
      case "Type":
        return Effect.as(Effect.zipRight(operator.performFor(view.chosen)(asked.text), tellChosen(view)), undefined)
      case "Choose":
        return Effect.as(Effect.zipRight(operator.choose(asked.room, view.chosen), tellChosen(view)), undefined)
      case "Remove":
        return Effect.as(operator.remove(asked.id, asked.reason ?? ""), undefined)
    }
  }
  const listen = Effect.fnUntraced(function* (view: View) {
    for (;;) {
      const asked = yield* view.wire.next
      const ended = asked._tag === "Ended" ? asked : yield* perform(view, asked)
      if (ended !== undefined) return ended
    }
  })
  // Writes the lines of the console to a window, and never more than it reads: of those that are not kept until then, it is told the number.
  const follow = Effect.fnUntraced(function* (wire: Wire, place: Ref.Ref<number>) {
    for (;;) {
      const piece = yield* feed.after(yield* Ref.get(place), linesAtOnce)
      wire.tell(told(piece))
      yield* Ref.set(place, piece.place)
      // What else comes in this turn of the event loop is one write.
      yield* endOfTurn
      yield* wire.caughtUp
    }
  })

  // Serves a window that is open. However it goes, that is counted; if that is because the server closes, it is told why.
  const attend = (wire: Wire) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const place = yield* Ref.make(0)
        const view: View = { wire, chosen: yield* Ref.make<AskedRoom | undefined>(undefined), people: yield* people, rooms: yield* rooms, nodes: yield* nodes, room: undefined }
        yield* Effect.logInfo(`The operator's window is open (${wire.address})`)
        wire.tell([{ _tag: "Opened", secret: codes.secret, commands, ...(yield* Ref.get(about)) }, view.people, view.rooms, ...(view.nodes.nodes.length === 0 ? [] : [view.nodes])])
        views.add(view)
        yield* happen("Opened")
        const exit = yield* Effect.exit(restore(Effect.raceFirst(listen(view), follow(wire, place))))
        views.delete(view)
        if (Exit.isSuccess(exit)) {
          yield* happen(exit.value.going)
          return yield* wire.close(exit.value.fault ?? ordinary, closeGrace)
        }
        if (!Cause.isInterruptedOnly(exit.cause)) {
          yield* Effect.logError("An operator's window has failed", exit.cause)
          yield* happen("Lost")
          return yield* wire.close(broken, closeGrace)
        }
        const { reason } = yield* closing.reason
        const rest = wire.isBehind ? [] : told(yield* feed.poll(yield* Ref.get(place), Number.POSITIVE_INFINITY))
        wire.tell([...rest, { _tag: "Closing", reason }])
        yield* wire.close({ code: closeCode.goingAway, reason }, closeGrace)
      })
    )

  return Desk.of({
    open: (facts) => Ref.set(about, facts),
    code: Effect.map(monotonicMillis, (now) => codes.mint(now)),
    key: codes.key,
    codeFor: (key) => Effect.map(monotonicMillis, (now) => codes.mintFor(key, now)),
    serve: (connection) =>
      Effect.suspend(() => {
        const wire = new Wire(connection, Math.max(leastMessage, maxLine * 4))
        return knockInTurn(wire).pipe(
          Effect.onInterrupt(() => Effect.flatMap(closing.reason, ({ reason }) => wire.close({ code: closeCode.goingAway, reason }, closeGrace))),
          Effect.flatMap((fault) => (fault === undefined ? attend(wire) : wire.close(fault, closeGrace)))
        )
      })
  })
})

/** The operator's window of this room. */
export const layer = Layer.scoped(Desk, make)
