import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { type ChatClient, connect } from "../client/ChatClient.ts"
import type { Dial } from "../client/Dial.ts"
import { ConnectFailed, type JoinError, JoinRefused } from "../client/Errors.ts"
import { start, update } from "../client/screen/conversation.ts"
import * as Form from "../client/screen/form.ts"
import { intentOf } from "../client/screen/intent.ts"
import type { Conversation, Happening, Wish } from "../client/screen/step.ts"
import type { Goodbye, Member } from "../domain/Event.ts"
import { Retries } from "./retries.ts"

/** Where the page stands. */
export type Phase =
  /** Asking for the name; `wrong` says what the last try failed by. */
  | { readonly _tag: "Door"; readonly wrong: string | undefined; readonly needsPassword: boolean }
  | { readonly _tag: "Entering" }
  | { readonly _tag: "Room" }
  /** The connection is gone: the next try is at `retryAt`, ms of `performance.now()`; without it a try is under way. `why` is what the server said to the last one. */
  | { readonly _tag: "Lost"; readonly retryAt: number | undefined; readonly why: string | undefined }
  /** The room is left, or has closed. The log can still be read. */
  | { readonly _tag: "Over"; readonly words: string }

/** A wish that the page carries out; the others are requests to the server, or for the connection. */
export type Shown = Exclude<Wish, { readonly _tag: "Connect" | "Send" | "Ask" | "Quit" | "End" }>

/** What carries out what the conversation wants on the page. */
export interface View {
  /** What the input holds. */
  readonly draft: () => string
  readonly perform: (wish: Shown) => void
  /** The phase, or something that is shown beside the log, has changed. */
  readonly changed: () => void
}

/** A line of one's own that the room has not receipted. */
export interface Unsent {
  readonly text: string
  /** `sending`: on its way; `waiting`: goes once there is a connection; `unknown`: the connection broke before its receipt came. */
  readonly state: "sending" | "waiting" | "unknown"
}

/** For how long after a loss a name that is taken may still be one's own, ms. */
const ownNameFor = 20_000

/** How long the server's goodbye is waited for, ms. */
const goodbyePatience = 1000

/** Lines of one's own that are kept over a reload: nothing that was typed is lost by one. */
export interface KeptLines {
  /** Submitted, and not sent: each as it has to be typed. */
  readonly waiting: ReadonlyArray<string>
  /** Sent, and without a receipt. */
  readonly unknown: ReadonlyArray<string>
}

type Saying = Extract<Wish, { readonly _tag: "Send" | "Ask" }>

/** Somebody's visit to the room through this page, from the form to the goodbye, over however many connections. */
export class Visit {
  readonly #run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>
  readonly #view: View
  readonly #retries = new Retries()
  #phase: Phase = { _tag: "Door", wrong: undefined, needsPassword: false }
  #conversation: Conversation | undefined
  #client: ChatClient | undefined
  #sayings: Mailbox.Mailbox<Saying> | undefined
  #waiting: ReadonlyArray<string> = []
  #unknown: ReadonlyArray<string> = []
  #fiber: Fiber.RuntimeFiber<void> | undefined
  #name = ""
  #password: Redacted.Redacted | undefined

  /** `run` runs an effect with the way to the server; `kept` are the lines of a visit before, in this tab. */
  constructor(run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>, view: View, { unknown, waiting }: KeptLines) {
    this.#run = run
    this.#view = view
    this.#unknown = unknown
    this.#waiting = waiting
  }

  get phase(): Phase {
    return this.#phase
  }

  get conversation(): Conversation | undefined {
    return this.#conversation
  }

  /** The name that is borne, or was asked for last. */
  get name(): string {
    return this.#conversation?.me?.name ?? this.#name
  }

  get members(): ReadonlyArray<Member> {
    return this.#client === undefined ? [] : Effect.runSync(this.#client.members)
  }

  /** One's own lines without a receipt, in order. */
  get unsent(): ReadonlyArray<Unsent> {
    return [
      ...this.#unknown.map((text) => ({ text, state: "unknown" as const })),
      ...(this.#conversation?.pending ?? []).map(({ typed }) => ({ text: typed, state: "sending" as const })),
      ...this.#waiting.map((text) => ({ text, state: "waiting" as const }))
    ]
  }

  /** Those of them that a reload would lose. */
  get kept(): KeptLines {
    return { waiting: this.#waiting, unknown: this.unsent.flatMap(({ state, text }) => (state === "waiting" ? [] : [text])) }
  }

  /** Enters the room. The lines that wait are sent as soon as that is done. */
  enter(name: string, password: string | undefined): void {
    this.#name = name
    this.#password = password === undefined ? undefined : Redacted.make(password)
    this.#set({ _tag: "Entering" })
    this.#fiber = this.#run(this.#stay(name))
  }

  /** Enters the room again after the visit was over, as before. */
  enterAgain(): void {
    this.#set({ _tag: "Entering" })
    this.#fiber = this.#run(this.#stay(this.name))
  }

  /** A line was submitted: it goes to the room, or waits for the connection. */
  submit(line: string): void {
    if (this.#phase._tag === "Room") this.#happen({ _tag: "Submitted", line, members: this.members })
    else if (isQuit(line)) this.leave()
    else if (line.trim() !== "") this.#waiting = [...this.#waiting, line]
    this.#view.changed()
  }

  /** Several lines were submitted at once: each is a message, and none a command. */
  submitLines(lines: ReadonlyArray<string>): void {
    if (this.#phase._tag === "Room") this.#happen({ _tag: "Pasted", lines })
    else this.#waiting = [...this.#waiting, ...lines.filter((line) => line.trim() !== "").map(asTyped)]
    this.#view.changed()
  }

  // Submits a line that was kept as it has to be typed. One that leaves is never kept, so what reads like that is a message.
  #resubmit(line: string): void {
    if (line.startsWith("/")) this.submit(line)
    else this.submitLines([line])
  }

  /** Sends the lines again whose fate is unknown. */
  sendUnknown(): void {
    const lines = this.#unknown
    this.#unknown = []
    for (const line of lines) this.#resubmit(line)
  }

  /** Forgets the lines whose fate is unknown. */
  dropUnknown(): void {
    this.#unknown = []
    this.#view.changed()
  }

  /** The page has got or lost the focus. */
  focus(focused: boolean): void {
    if (this.#conversation !== undefined) this.#happen({ _tag: "Focus", focused })
  }

  /** Tries to connect now, instead of waiting. */
  retry(): void {
    this.#retries.now()
  }

  /** Leaves the room, with words for those who stay or without. */
  leave(reason?: string): void {
    const client = this.#client
    const fiber = this.#fiber
    if (fiber === undefined) return
    this.#run(
      Effect.gen(this, function* () {
        if (client !== undefined && this.#phase._tag === "Room") {
          yield* client.quit(reason)
          yield* Fiber.await(fiber).pipe(Effect.timeoutOption(goodbyePatience))
        }
        yield* Fiber.interrupt(fiber)
        this.#set({ _tag: "Over", words: "You have left the room." })
      })
    )
  }

  #set(phase: Phase): void {
    this.#phase = phase
    this.#view.changed()
  }

  // Connects, and again whenever the connection is lost, until the room is left, or it does not let us in.
  #stay(name: string): Effect.Effect<void, never, Dial> {
    return Effect.gen(this, function* () {
      this.#retries.reset()
      let lostAt: number | undefined
      let called = name
      for (;;) {
        const exit = yield* Effect.exit(Effect.scoped(this.#connection(called)))
        const wasIn = this.#client !== undefined
        called = this.name
        this.#gone()
        if (Exit.isSuccess(exit)) {
          this.#set({ _tag: "Over", words: exit.value.code === "quit" ? "You have left the room." : "The room has closed." })
          return
        }
        if (wasIn) {
          lostAt = performance.now()
          this.#retries.reset()
        }
        const failure = exit.cause._tag === "Fail" ? exit.cause.error : undefined
        const mayBeOwn = failure instanceof JoinRefused && failure.code === "name-taken" && lostAt !== undefined && performance.now() - lostAt < ownNameFor
        const isReachable = failure !== undefined && (failure._tag === "JoinRefused" || failure._tag === "TurnedAway")
        if (failure === undefined || this.#conversation === undefined || (isReachable && !mayBeOwn)) {
          this.#door(failure, this.#password !== undefined)
          return
        }
        const why = saidBy(failure)
        yield* this.#retries.pause((retryAt) => {
          this.#set({ _tag: "Lost", retryAt, why })
        })
      }
    })
  }

  #door(failure: JoinError | undefined, gavePassword: boolean): void {
    const needsPassword = failure instanceof JoinRefused && failure.code === "password-required"
    const words = failure instanceof JoinRefused ? failure.reason : (saidBy(failure) ?? failure?.message ?? "Something went wrong in this page: load it anew.")
    this.#name = this.name
    this.#conversation = undefined
    this.#set({ _tag: "Door", wrong: needsPassword && !gavePassword ? undefined : words, needsPassword: needsPassword || gavePassword })
  }

  // One connection, from the hello to the goodbye.
  #connection(name: string) {
    return Effect.gen(this, function* () {
      const { hostname, port, protocol } = location
      const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port)
      const given = { host: Option.some(hostname), port: Option.some(number), name: Option.some(name), password: Option.none() }
      const client = yield* connect({
        host: hostname,
        port: number,
        nickname: name,
        password: this.#password
      })
      const sayings = yield* Mailbox.make<Saying>()
      this.#client = client
      this.#sayings = sayings
      // The same conversation goes on over another connection.
      this.#conversation ??= start(Form.unasked(Form.begin(given, name))).after
      // Requests go in order, in a fiber of their own: the back-pressure of a server that does not read blocks only them.
      yield* Effect.forkScoped(Effect.forever(Effect.flatMap(sayings.take, (saying) => this.#say(client, saying))))
      this.#phase = { _tag: "Room" }
      this.#happen({ _tag: "Entered", welcome: client.welcome })
      this.#happen({ _tag: "Focus", focused: document.hasFocus() })
      const waiting = this.#waiting
      this.#waiting = []
      for (const line of waiting) this.#resubmit(line)
      const last = yield* Stream.runFold(client.events, Option.none<Goodbye>(), (_, event) => {
        this.#happen({ _tag: "Told", event })
        return event._tag === "Goodbye" ? Option.some(event) : Option.none()
      })
      return yield* Effect.orDie(last)
    })
  }

  #say(client: ChatClient, saying: Saying): Effect.Effect<void> {
    if (saying._tag === "Ask") return client.ask(saying.question)
    const { command, ref } = saying
    return client.perform(command, ref).pipe(
      Effect.catchTag("Refusal", ({ message }) =>
        Effect.sync(() => {
          if (ref !== undefined) this.#happen({ _tag: "Unsent", ref, reason: message })
        })
      ),
      Effect.asVoid
    )
  }

  // The connection is gone: what it had not receipted may have arrived, or not.
  #gone(): void {
    const pending = (this.#conversation?.pending ?? []).map(({ typed }) => typed)
    this.#unknown = [...this.#unknown, ...pending]
    if (this.#conversation !== undefined) this.#conversation = { ...this.#conversation, pending: [] }
    this.#client = undefined
    this.#sayings = undefined
  }

  #happen(happening: Happening): void {
    if (this.#conversation === undefined) return
    const { after, wishes } = update(this.#conversation, happening, { line: this.#view.draft(), pasted: [] })
    this.#conversation = after
    for (const wish of wishes) this.#perform(wish)
    this.#view.changed()
  }

  #perform(wish: Wish): void {
    switch (wish._tag) {
      case "Send":
      case "Ask":
        this.#sayings?.unsafeOffer(wish)
        break
      case "Quit":
        this.leave(wish.reason)
        break
      // The connection is this class's, and the page goes on after the end.
      case "Connect":
      case "End":
        break
      default:
        this.#view.perform(wish)
    }
  }
}

const isQuit = (line: string): boolean => intentOf(line, { isLiteral: false, hasScreen: true })._tag === "Quit"

/** A message as it has to be typed: one that begins like a command has another slash in front. */
const asTyped = (message: string): string => (message.startsWith("/") ? `/${message}` : message)

/** What a server said that did not let us in, such as that the room is full. */
const saidBy = (failure: JoinError | undefined): string | undefined => (failure instanceof ConnectFailed && failure.kind === undefined ? failure.said : undefined)
