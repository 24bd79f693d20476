import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { type ChatClient, connect } from "../client/ChatClient.ts"
import type { Dial } from "../client/Dial.ts"
import { JoinRefused } from "../client/Errors.ts"
import { start, update } from "../client/screen/conversation.ts"
import * as Form from "../client/screen/form.ts"
import { intentOf } from "../client/screen/intent.ts"
import type { Conversation, Happening, Wish } from "../client/screen/step.ts"
import type { Goodbye, Member } from "../domain/Event.ts"
import { doorAfter, type Phase, saidBy } from "./phase.ts"
import { Retries } from "./retries.ts"
import { type Kept, type Line, Unsent } from "./unsent.ts"

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

/** For how long after a loss a name that is taken may still be one's own, ms. */
const ownNameFor = 20_000

/** How long the server's goodbye is waited for, ms. */
const goodbyePatience = 1000

type Saying = Extract<Wish, { readonly _tag: "Send" | "Ask" }>

/** Somebody's visit to the room through this page, from the form to the goodbye, over however many connections. */
export class Visit {
  readonly #run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>
  readonly #view: View
  readonly #retries = new Retries()
  readonly #unsent: Unsent
  #phase: Phase = { _tag: "Door", wrong: undefined, needsPassword: false }
  #conversation: Conversation | undefined
  #client: ChatClient | undefined
  #sayings: Mailbox.Mailbox<Saying> | undefined
  #fiber: Fiber.RuntimeFiber<void> | undefined
  #name = ""
  #password: Redacted.Redacted | undefined

  /** `run` runs an effect with the way to the server; `kept` are the lines of a visit before, in this tab. */
  constructor(run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>, view: View, kept: Kept) {
    this.#run = run
    this.#view = view
    this.#unsent = new Unsent(kept)
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
  get unsent(): ReadonlyArray<Line> {
    return this.#unsent.with(this.#sending)
  }

  /** Those of them that a reload would lose. */
  get kept(): Kept {
    return this.#unsent.kept(this.#sending)
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
    else this.#unsent.wait(line)
    this.#view.changed()
  }

  /** Several lines were submitted at once: each is a message, and none a command. */
  submitLines(lines: ReadonlyArray<string>): void {
    if (this.#phase._tag === "Room") this.#happen({ _tag: "Pasted", lines })
    else this.#unsent.waitAsMessages(lines)
    this.#view.changed()
  }

  // Submits a line that was kept as it has to be typed. One that leaves is never kept, so what reads like that is a message.
  #resubmit(line: string): void {
    if (line.startsWith("/")) this.submit(line)
    else this.submitLines([line])
  }

  /** Sends the lines again whose fate is unknown. */
  sendUnknown(): void {
    for (const line of this.#unsent.takeUnknown()) this.#resubmit(line)
  }

  /** Forgets the lines whose fate is unknown. */
  dropUnknown(): void {
    this.#unsent.takeUnknown()
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

  // The lines that are on their way.
  get #sending(): ReadonlyArray<string> {
    return (this.#conversation?.pending ?? []).map(({ typed }) => typed)
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
          this.#name = this.name
          this.#conversation = undefined
          this.#set(doorAfter(failure, this.#password !== undefined))
          return
        }
        const why = saidBy(failure)
        yield* this.#retries.pause((retryAt) => {
          this.#set({ _tag: "Lost", retryAt, why })
        })
      }
    })
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
      for (const line of this.#unsent.takeWaiting()) this.#resubmit(line)
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
    this.#unsent.lost(this.#sending)
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
