import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { Refusal } from "../domain/Refusal.ts"
import { type ClientMessage, type Command, isReceipted, messageOf, type Question, questionMessageOf } from "../domain/command/index.ts"
import type { Event, Member, MemberId, Refused, Welcome } from "../domain/Event.ts"
import * as Text from "../domain/Text.ts"
import { encode, isRef, version } from "../domain/wire/Ndjson.ts"
import type { Connection } from "../net/Connection.ts"
import { Dial } from "./Dial.ts"
import * as EventInbox from "./EventInbox.ts"
import { receive, send } from "./receive.ts"
import { Receipts } from "./Receipts.ts"
import { Roster } from "./Roster.ts"
import { ConnectFailed, type JoinError, JoinRefused, Lost, TurnedAway } from "./Errors.ts"

/** Somebody in a room: what is told, and what can be said. The goodbye is said when its scope closes. */
export interface ChatClient {
  /** What the server said when it let us in: who we are, and who is here. */
  readonly welcome: Welcome
  /**
   * All that is told from then on, once, in order. It ends after the server's
   * `Goodbye` and fails when the connection is lost without one. It waits for
   * its reader: one who never reads is, in the end, too slow for the server.
   */
  readonly events: Stream.Stream<Event, Lost>
  /**
   * Says a line and returns its mark, which the receipt (our own `Said`) or a
   * `Refused` bears: `ref`, at most 64 bytes, or one that is made here. What the
   * server would not take fails at once.
   */
  readonly say: (text: string, ref?: string) => Effect.Effect<string, Refusal>
  /** The same for what one does: `/me waves`. */
  readonly act: (text: string, ref?: string) => Effect.Effect<string, Refusal>
  /** The same to one member only. */
  readonly whisper: (to: MemberId, text: string, ref?: string) => Effect.Effect<string, Refusal>
  /** Asks for another name; the answer is a `Renamed` or a `Refused`. */
  readonly rename: (nickname: string) => Effect.Effect<void>
  /**
   * Asks for anything that is decided, under `ref` where it has a receipt. Returns the mark, or nothing where there
   * is none: then the answer is an event, or a `Refused` without a mark.
   */
  readonly perform: (command: Command, ref?: string) => Effect.Effect<string | undefined, Refusal>
  /** Asks a question; the answer is an event for us alone. */
  readonly ask: (question: Question) => Effect.Effect<void>
  /** Who is here now, in the order of joining. */
  readonly members: Effect.Effect<ReadonlyArray<Member>>
  /** Asks who is here, from after a member on; the answer is a page of `Members`. */
  readonly who: (after?: MemberId) => Effect.Effect<void>
  /** Waits until all that was said has its receipt, or none can come any more. */
  readonly settled: Effect.Effect<void>
  /** What was said and has neither a receipt nor a refusal, in order. Once the connection is lost, nobody can tell whether it was heard. */
  readonly unanswered: Effect.Effect<ReadonlyArray<string>>
  /** Asks to leave, with words for those who stay or without. `events` then ends with the goodbye. */
  readonly quit: (reason?: string) => Effect.Effect<void>
}

/** Where to connect, and as who. */
export interface ConnectOptions {
  readonly host: string
  readonly port: number
  readonly nickname: string
  /** What lets us in, where the room has a password. */
  readonly password?: Redacted.Redacted | undefined
  /** Another name to try on the same connection when this one is refused; without it, or at `undefined`, the refusal stands. */
  readonly retry?: (refused: Refused) => string | undefined
  /** How long the server may take to let us in, ms. */
  readonly patience?: number
  /** After how much silence the server is asked for a sign of life, ms; after two and a half times that it is gone. */
  readonly pingAfter?: number
}

/** Bytes that wait for a server: one that does not read them is asked nothing by itself. */
const mostUnread = 65_536

/** How much is shown of what is said by something that is no server of ours, bytes. */
const maxWords = 200

const utf8 = { decoder: new TextDecoder("utf-8"), encoder: new TextEncoder() }

/** How long the goodbye may take, ms. */
const goodbyePatience = 1000

/**
 * Connects, as {@link Dial} does, and joins. The connection belongs to the scope:
 * however that closes, the server is told.
 *
 * @example
 * const client = yield* connect({ host: "127.0.0.1", port: 25565, nickname: "ada" })
 * yield* client.say("hello")
 */
export const connect = (options: ConnectOptions): Effect.Effect<ChatClient, JoinError, Dial | Scope.Scope> =>
  Effect.gen(function* () {
    const { host, patience = 10_000, pingAfter = 20_000, port } = options
    const { dial } = yield* Dial
    const connection = yield* dial(host, port).pipe(
      Effect.mapError(({ code }) => new ConnectFailed({ code, host, port })),
      Effect.timeoutFail({ duration: patience, onTimeout: () => new ConnectFailed({ code: "ETIMEDOUT", host, port }) })
    )
    const inbox = yield* EventInbox.make
    const receipts = new Receipts()
    const roster = new Roster((after) => {
      if (connection.backlog > mostUnread) return false
      send(connection, { _tag: "Who", after })
      return true
    })
    // What a server says that has no room for us may be in no dialect, as it does not know ours yet.
    let said: string | undefined
    const onWords = (line: Uint8Array) => {
      said = Text.clean(utf8.decoder.decode(line.subarray(0, maxWords))).trim() || said
    }
    yield* receive(connection, { inbox, onWords, receipts, roster }, pingAfter).pipe(
      Effect.matchCauseEffect({
        onSuccess: () => inbox.end,
        onFailure: () => inbox.fail(new Lost({ host, port }))
      }),
      Effect.ensuring(
        Effect.sync(() => {
          receipts.end()
        })
      ),
      Effect.forkScoped
    )
    yield* Effect.addFinalizer((exit) => goodbye(connection, exit))

    const noAnswer = () => new ConnectFailed({ code: "no-answer", host, port, said })
    const welcome = yield* join(connection, inbox, options, noAnswer).pipe(
      Effect.timeoutFail({ duration: patience, onTimeout: noAnswer })
    )
    const { perform, put } = speaker(connection, receipts, welcome)
    const tell = (message: ClientMessage) =>
      Effect.sync(() => {
        send(connection, message)
      })
    const ask = (question: Question) =>
      Effect.sync(() => {
        if (question._tag === "Who") roster.asked()
        const message = questionMessageOf(question)
        if (message !== undefined) send(connection, message)
      })
    return {
      welcome,
      events: inbox.events,
      say: (words, ref) => put(words, ref, (text) => ({ _tag: "Say", text })),
      act: (words, ref) => put(words, ref, (text) => ({ _tag: "Act", text })),
      whisper: (to, words, ref) => put(words, ref, (text) => ({ _tag: "Whisper", to, text })),
      rename: (nickname) => tell({ _tag: "Rename", nickname }),
      perform,
      ask,
      members: Effect.sync(() => roster.members),
      who: (after) => ask({ _tag: "Who", after }),
      settled: receipts.settled,
      unanswered: Effect.sync(() => receipts.unanswered),
      quit: (reason) => tell({ _tag: "Quit", reason })
    }
  })

const join = (connection: Connection, inbox: EventInbox.EventInbox, options: ConnectOptions, noAnswer: () => ConnectFailed) =>
  Effect.gen(function* () {
    const { host, port, retry } = options
    const password = options.password === undefined ? undefined : Redacted.value(options.password)
    const hello = (nickname: string) => {
      send(connection, { _tag: "Hello", v: version, nickname, password })
    }
    hello(options.nickname)
    for (;;) {
      // What ends before it has let us in is no server of ours.
      const event = yield* Effect.mapError(inbox.take, noAnswer)
      switch (event._tag) {
        case "Welcome":
          return event
        case "Refused": {
          const other = retry?.(event)
          if (other === undefined) return yield* new JoinRefused({ code: event.code, reason: event.message, host, port })
          hello(other)
          break
        }
        case "Goodbye":
          return yield* new TurnedAway({ code: event.code, reason: event.reason, host, port })
        default:
          break
      }
    }
  })

// Sends what is decided. What the server would not take is not sent.
const speaker = (connection: Connection, receipts: Receipts, { limits }: Welcome) => {
  const transmit = Effect.fnUntraced(function* (message: ClientMessage) {
    const line = utf8.encoder.encode(encode(message))
    if (line.length - 1 > limits.lineBytes) {
      return yield* new Refusal({
        code: "line-too-long",
        message: `This message is too long (a line has at most ${limits.lineBytes} bytes): send it in parts.`
      })
    }
    connection.write(line)
    // One who says more than the server reads waits for it.
    yield* connection.drained
  })
  const marked = Effect.fnUntraced(function* (command: Command, given: string | undefined) {
    if (given !== undefined && !isRef(given)) {
      return yield* new Refusal({ code: "bad-command", message: "This cannot be a mark: it is too long, or could steer a terminal." })
    }
    const ref = receipts.next("text" in command ? command.text : "", given)
    yield* Effect.tapError(sent(command, ref), () =>
      Effect.sync(() => {
        receipts.cancel(ref)
      })
    )
    return ref
  })
  const sent = (command: Command, ref: string | undefined): Effect.Effect<void, Refusal> => {
    const message = messageOf(command, ref)
    return message === undefined
      ? new Refusal({ code: "bad-command", message: `${command._tag} is not sent as it is: another command travels in its place.` })
      : transmit(message)
  }
  return {
    perform: (command: Command, ref?: string): Effect.Effect<string | undefined, Refusal> =>
      isReceipted(command) ? marked(command, ref) : Effect.as(sent(command, undefined), undefined),
    put: (words: string, ref: string | undefined, command: (text: Text.Text) => Command): Effect.Effect<string, Refusal> => {
      const text = Text.parse(words)
      return text instanceof Refusal ? text : marked(command(text), ref)
    }
  }
}

// The last word is ours on every way out: the others are told at once, and why if it was a fault.
const goodbye = (connection: Connection, exit: Exit.Exit<unknown, unknown>) =>
  Effect.gen(function* () {
    const fault = Exit.isFailure(exit) && Option.isSome(Cause.dieOption(exit.cause))
    send(connection, { _tag: "Quit", reason: fault ? "internal error" : undefined })
    yield* connection.close(goodbyePatience)
  })
