import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { Refusal } from "../domain/Refusal.ts"
import type { AskedRoom } from "../domain/RoomName.ts"
import { parse as parseRoom } from "../domain/roomNames.ts"
import { type ClientMessage, type Command, type Question, questionMessageOf } from "../domain/command/index.ts"
import type { Event, Refused, Resumed, Welcome } from "../domain/Event.ts"
import type { Member, MemberId } from "../domain/Member.ts"
import type { Connection } from "../net/Connection.ts"
import type { ReadError } from "../net/Errors.ts"
import { Dial, untrusted } from "./Dial.ts"
import { type Before, helloOf, join, newSecret, type Words, wordsOf } from "./entering.ts"
import { ConnectFailed, type JoinError, Lost } from "./Errors.ts"
import * as EventInbox from "./EventInbox.ts"
import { Link } from "./Link.ts"
import { receive, send } from "./receive.ts"
import { Receipts } from "./Receipts.ts"
import { makeReturning, type Pause } from "./returning.ts"
import type { OurRoom } from "./RoomMembers.ts"
import { Roster } from "./Roster.ts"
import { welcomeOf } from "./screen/resumed.ts"
import type { Concern } from "./screen/step.ts"
import { speaker } from "./speaking.ts"

/** A member of a room: a stream of events, and the requests that can be sent. When its scope closes, it says goodbye to the server. */
export interface ChatClient {
  /** The server's answer to our hello: which member we are, and who is in the room. */
  readonly welcome: Welcome
  /** The answer as it came where a place was taken up again; `welcome` then says the same, as far as a newcomer is told it. */
  readonly resumed: Resumed | undefined
  /**
   * Every event after the welcome, once, in order. The stream ends after the
   * server's `Goodbye` and fails when the connection is lost without one. With
   * `reconnect` it goes on over another connection: with a `Resumed` and what was
   * missed, or with another `Welcome` where the place was not kept. A `Goodbye` with the code
   * `restarting` is the last one only where nothing comes after it: the server is started again.
   * Back-pressure reaches the server: if the stream is never read, the server
   * cuts this client off in the end, because it reads too slowly.
   */
  readonly events: Stream.Stream<Event, Lost>
  /** Calls `hear` with each of `events`, in order, as they come; ends as they do. For programs that have to be small: streams are a tenth of the code of a page. */
  readonly each: (hear: (event: Event) => void) => Effect.Effect<void, Lost>
  /**
   * Says a line and returns its correlation id, which the receipt (our own
   * `Said`) or a `Refused` carries: `ref`, at most 64 bytes, or an id that is
   * made here. A line that the server would not accept fails at once, unsent.
   * Waits while the server does not read, or has not answered more than 1 MiB.
   * It is said in `room`, or without one in the current room: the one entered last.
   */
  readonly say: (text: string, ref?: string, room?: string) => Effect.Effect<string, Refusal>
  /** Like `say`, for an action: `/me waves`. Its receipt is our own `Acted`. */
  readonly act: (text: string, ref?: string, room?: string) => Effect.Effect<string, Refusal>
  /** Like `say`, to one member only. Its receipt is our own `Whispered`. */
  readonly whisper: (to: MemberId, text: string, ref?: string) => Effect.Effect<string, Refusal>
  /** Asks for another name; the answer is a `Renamed` or a `Refused`. */
  readonly rename: (nickname: string) => Effect.Effect<void>
  /**
   * Sends any command. Returns the correlation id (`ref`, or one that is made here) if the command has a receipt, otherwise
   * `undefined`: then the answer is an event, or a `Refused` without an id. Fails, unsent, with what the server would refuse.
   * `word` is that of the room which is entered or locked.
   */
  readonly perform: (command: Command, ref?: string, word?: string) => Effect.Effect<string | undefined, Refusal>
  /** Asks a question; the answer is an event for us alone. */
  readonly ask: (question: Question) => Effect.Effect<void>
  /** When the connection was lost, ms since 1970, each time that the client begins to come back by itself: see `reconnect`. */
  readonly losses: Stream.Stream<number>
  /** Enters a room, which is made where there is none; `word` where it is locked. The answer is an `Entered` or a `Refused`. */
  readonly enter: (room: string, word?: string) => Effect.Effect<void, Refusal>
  /** Leaves a room, and stays in the others. The answer is an `Exited` or a `Refused`. */
  readonly exit: (room: string) => Effect.Effect<void, Refusal>
  /** The rooms that we are in, in the order of entering. After a connection is lost and the place is gone, they are entered again. */
  readonly rooms: Effect.Effect<ReadonlyArray<OurRoom>>
  /** Who is in our rooms now, or in one of them, in the order of joining. */
  readonly members: Effect.Effect<ReadonlyArray<Member>>
  readonly membersIn: (room: string) => Effect.Effect<ReadonlyArray<Member>>
  /** Who was lost in our rooms, and may come back. */
  readonly away: Effect.Effect<ReadonlyArray<Member>>
  readonly awayIn: (room: string) => Effect.Effect<ReadonlyArray<Member>>
  /** Whether somebody of this name is among them. */
  readonly isAway: (name: string) => boolean
  /**
   * Which of our rooms an event of `events` concerns, and how many more are in them after
   * it. What is of a person, such as a `Renamed`, is told once, and concerns all rooms that we share with it.
   */
  readonly concernsOf: (event: Event) => ReadonlyArray<Concern>
  /** Asks who is in a room, or in the current one; the answer is one page, a `Members`. `after` is the last member of the page before. */
  readonly who: (after?: MemberId, room?: string) => Effect.Effect<void, Refusal>
  /** Waits until every message has its receipt or refusal, or until the connection has ended and none can come. */
  readonly settled: Effect.Effect<void>
  /** The texts of messages without a receipt or a refusal, in order. After the connection is lost, it is unknown whether the server received them. */
  readonly unanswered: Effect.Effect<ReadonlyArray<string>>
  /** Asks to leave; `reason` is shown to those who stay. `events` then ends with the goodbye. */
  readonly quit: (reason?: string) => Effect.Effect<void>
}

/** Where to connect, and under which name. */
export interface ConnectOptions {
  readonly host: string
  readonly port: number
  readonly nickname: string
  /** The password, if the room has one. */
  readonly password?: Redacted.Redacted | undefined
  /** Another name to try on the same connection when this one is refused, also where the server was started again; without it, or at `undefined`, the refusal stands. */
  readonly retry?: (refused: Refused) => string | undefined
  /**
   * For how long the client tries to come back by itself once its connection is lost, ms: as
   * who it was, with all that it has missed, and saying again what was not taken. Without it,
   * a lost connection is the end.
   */
  readonly reconnect?: number
  /** The same after the server has said that it is started again (`restarting`), ms; without it, two minutes at least where `reconnect` is given. */
  readonly afterRestart?: number
  /** The secret of the place that is kept; without it, it is a new one. Whoever has it can come back: it belongs into no log and no address. */
  readonly secret?: string
  /** Goes on as a client of before, which had the same `secret`; where there is no way to the server, it is tried again from the first try on. */
  readonly before?: Before
  /** How the next try to come back is waited for, such as by somebody who may end the wait. Without it, it is slept through. */
  readonly pause?: Pause
  /** How long the server may take to let us in, ms. */
  readonly patience?: number
  /** Keepalive: after this much silence of the server it is sent a `Ping`, ms; after two and a half times as long the connection counts as lost. */
  readonly pingAfter?: number
}

/** Back-pressure: while more bytes than these wait to be read by the server, the roster asks for no further page. */
const mostUnread = 65_536

/** Why a connection is lost to a server that was to be started again. */
const notBack = "the server was restarting, and has not come back in time."

/** How long closing the connection may take once `Quit` is sent, ms. */
const goodbyePatience = 1000

/**
 * Connects through {@link Dial} and joins the room. The connection belongs to
 * the scope: however the scope closes, the server is told. Fails with
 * `ConnectFailed` (nobody answers, or no brusio server does), `JoinRefused` or
 * `TurnedAway` (the server does not let us in).
 *
 * @example
 * const client = yield* connect({ host: "127.0.0.1", port: 25565, nickname: "ada" })
 * yield* client.say("hello")
 */
export const connect = (options: ConnectOptions): Effect.Effect<ChatClient, JoinError, Dial | Scope.Scope> =>
  Effect.gen(function* () {
    const { before, host, nickname, patience = 10_000, pingAfter = 20_000, port, reconnect = 0 } = options
    const { dial } = yield* Dial
    const connection =
      before === undefined
        ? yield* dial(host, port).pipe(
            Effect.mapError(({ code, reason }) => new ConnectFailed({ code, host, port, said: reason })),
            Effect.timeoutFail({ duration: patience, onTimeout: () => new ConnectFailed({ code: "ETIMEDOUT", host, port }) })
          )
        : undefined
    const inbox = yield* EventInbox.make
    const receipts = new Receipts()
    const request = (message: ClientMessage) => {
      const way = link.connection
      if (way === undefined || way.backlog > mostUnread) return false
      send(way, message)
      return true
    }
    const roster: Roster = new Roster({
      ask: (room, after) => request({ _tag: "Who", room, after }),
      enter: (room) => request({ _tag: "Enter", room })
    })
    // Only who wants to come back has a secret.
    const secret = reconnect === 0 ? undefined : (options.secret ?? newSecret())
    const link = new Link({ receipts, roster, hello: helloOf(options.password, secret), returns: reconnect > 0, retry: options.retry, before })
    // A server that is full answers before it has detected our dialect: its words may then be plain text, not JSON.
    let said: Words | undefined
    const onWords = (line: Uint8Array) => {
      said ??= wordsOf(line)
    }
    let lost: ReadError | undefined
    const listeners = { inbox, onWords, receipts, roster, first: (event: Event) => link.first(event) }
    const returning = yield* makeReturning(link, options)
    if (connection !== undefined) link.over(connection, nickname)
    yield* returning.from(connection, (way) => receive(way, listeners, pingAfter)).pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          lost = error
        })
      ),
      Effect.matchCauseEffect({
        onSuccess: () => inbox.end,
        onFailure: () => inbox.fail(new Lost({ host, port, reason: lost?._tag === "ConnectionLost" && lost.code === untrusted ? lost.reason : link.isRestarting ? notBack : undefined }))
      }),
      Effect.ensuring(
        Effect.sync(() => {
          receipts.end()
        })
      ),
      Effect.forkScoped
    )
    yield* Effect.addFinalizer((exit) => goodbye(link.wire, exit, lost?._tag === "ConnectionLost" ? lost.reason : undefined))

    const noAnswer = () => new ConnectFailed({ code: "no-answer", host, port, ...said })
    const answered = join(link, inbox, options, noAnswer)
    // Who goes on as before tries for as long as is given.
    const answer = yield* before === undefined ? Effect.timeoutFail(answered, { duration: patience, onTimeout: noAnswer }) : answered
    const { perform, put } = speaker(link, receipts)
    const tell = (message: ClientMessage) =>
      Effect.sync(() => {
        if (link.connection !== undefined) send(link.connection, message)
      })
    const ask = (question: Question) =>
      Effect.sync(() => {
        const message = questionMessageOf(question)
        if (message === undefined || link.connection === undefined) return
        if (question._tag === "Who") roster.asked(question.room?.name)
        send(link.connection, message)
      })
    return {
      welcome: answer._tag === "Welcome" ? answer : welcomeOf(answer),
      resumed: answer._tag === "Welcome" ? undefined : answer,
      events: inbox.events,
      each: inbox.each,
      say: (words, ref, room) => put(words, ref, room, (text, room) => ({ _tag: "Say", text, room })),
      act: (words, ref, room) => put(words, ref, room, (text, room) => ({ _tag: "Act", text, room })),
      whisper: (to, words, ref) => put(words, ref, undefined, (text) => ({ _tag: "Whisper", to, text })),
      rename: (nickname) => tell({ _tag: "Rename", nickname }),
      perform,
      ask,
      losses: returning.losses,
      enter: (name, word) => Effect.asVoid(named(name, (room) => perform({ _tag: "Enter", room }, undefined, word))),
      exit: (name) => Effect.asVoid(named(name, (room) => perform({ _tag: "Exit", room }))),
      rooms: Effect.sync(() => roster.rooms),
      members: Effect.sync(() => roster.members),
      membersIn: (room) => Effect.sync(() => roster.membersIn(room)),
      away: Effect.sync(() => roster.away),
      awayIn: (room) => Effect.sync(() => roster.awayIn(room)),
      isAway: (name) => roster.isAway(name),
      concernsOf: (event) => roster.concernsOf(event),
      who: (after, name) => (name === undefined ? ask({ _tag: "Who", after }) : named(name, (room) => ask({ _tag: "Who", room, after }))),
      settled: receipts.settled,
      unanswered: Effect.sync(() => receipts.unanswered),
      quit: (reason) => (link.connection === undefined ? returning.giveUp : tell({ _tag: "Quit", reason }))
    }
  })

const named = <A, E>(name: string, then: (room: AskedRoom) => Effect.Effect<A, E>): Effect.Effect<A, E | Refusal> => {
  const room = parseRoom(name)
  return room instanceof Refusal ? room : then(room)
}

// Sent on every way out, so that the room is told at once, and not only after a timeout; a defect of ours is named as the reason,
// and so is why we gave the server up.
const goodbye = (connection: Connection | undefined, exit: Exit.Exit<unknown, unknown>, why: string | undefined) =>
  Effect.gen(function* () {
    const fault = Exit.isFailure(exit) && Option.isSome(Cause.dieOption(exit.cause))
    if (connection === undefined) return
    send(connection, { _tag: "Quit", reason: fault ? "internal error" : why })
    yield* connection.close(goodbyePatience)
  })
