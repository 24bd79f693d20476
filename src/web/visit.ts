import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type { Dial } from "../client/Dial.ts"
import { newSecret } from "../client/entering.ts"
import { isSameLife } from "../client/screen/back.ts"
import * as Form from "../client/screen/form.ts"
import { intentOf } from "../client/screen/intent.ts"
import type { Happening } from "../client/screen/step.ts"
import type { Resumed, Welcome } from "../domain/Event.ts"
import { comeIn, goodbyePatience, isOwnName, ownNameEvery } from "./comeIn.ts"
import { doorAfter, overBy, type Phase } from "./phase.ts"
import { begun, goingOn, type Place, placeOf } from "./place.ts"
import { Retries } from "./retries.ts"
import { makeSayings } from "./sayings.ts"
import { Talk } from "./talk.ts"
import type { Kept } from "./unsent.ts"
import type { View } from "./view.ts"

/** Somebody's visit to the room through this page, from the form to the goodbye, over however many connections. */
export class Visit {
  /** What is said in it. */
  readonly talk: Talk
  readonly #run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>
  readonly #view: View
  readonly #retries = new Retries()
  #phase: Phase = { _tag: "Door", wrong: undefined, needsPassword: false }
  #fiber: Fiber.RuntimeFiber<void> | undefined
  #name = ""
  #password: Redacted.Redacted | undefined
  #secret = newSecret()
  // Since when there is no connection, ms of the monotonic clock.
  #lostSince: number | undefined
  // The place of a visit before.
  #before: Place | undefined

  /** `run` runs an effect with the way to the server; `place` and `kept` are of a visit before, in this tab. */
  constructor(run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>, view: View, { place, ...kept }: Kept & { readonly place?: Place | undefined }) {
    this.#run = run
    this.#view = view
    this.talk = new Talk(view, kept, (reason) => { this.leave(reason) })
    this.#before = place
  }

  get phase(): Phase {
    return this.#phase
  }

  /** The name that is borne, or was asked for last. */
  get name(): string {
    return this.talk.conversation?.me?.name ?? this.#name
  }

  /** What a reload would lose: the lines that are not on their way, and with what one is in the room again as who one was. */
  get kept(): Kept & { readonly place?: Place } {
    const place = this.#place
    return { ...this.talk.kept, ...(place === undefined ? {} : { place }) }
  }

  /** Enters the room, as who one was where that is the name of it. The lines that wait are sent as soon as that is done. */
  enter(name: string, password: string | undefined): void {
    this.#name = name
    this.#password = password === undefined ? undefined : Redacted.make(password)
    if (this.#before?.me.name === name) this.#goOn(this.#before)
    else {
      this.#secret = newSecret()
      this.#begin(this.#stay(name, false))
    }
  }

  /** Goes on where a visit before has ended, in this tab. `false`: there was none. */
  comeBack(): boolean {
    if (this.#before !== undefined) this.#goOn(this.#before)
    return this.#before !== undefined
  }

  /** Enters the room again after the visit was over, as before. */
  enterAgain(): void {
    this.#begin(this.#stay(this.name, true))
  }

  /** Enters the room as somebody new, as another tab or window goes on as who one was. */
  enterAsNew(): void {
    this.#secret = newSecret()
    this.#begin(this.#stay(Form.numberedName(this.name, 1) ?? this.name, false))
  }

  /** A line was submitted: it goes to the room, or waits for the connection, unless it leaves. */
  submit(line: string): void {
    if (this.#phase._tag !== "Room" && isQuit(line)) this.leave()
    else this.talk.submit(line)
  }

  /** Tries to connect now, instead of waiting. */
  retry(): void {
    this.#retries.now()
  }

  /** Leaves the room, with words for those who stay or without. */
  leave(reason?: string): void {
    const { client } = this.talk
    const fiber = this.#fiber
    if (fiber === undefined) return
    this.#run(
      Effect.gen(this, function* () {
        if (client !== undefined && this.#phase._tag === "Room") {
          yield* client.quit(reason)
          yield* Fiber.await(fiber).pipe(Effect.timeoutOption(goodbyePatience))
        }
        yield* Fiber.interrupt(fiber)
        if (this.#phase._tag !== "Over") this.#set(overBy(undefined))
      })
    )
  }

  // After a goodbye there is no place any more.
  get #place(): Place | undefined {
    if (this.#phase._tag === "Over" && this.#phase.code !== undefined) return undefined
    return this.talk.conversation === undefined ? this.#before : placeOf(this.talk.conversation, this.#secret)
  }

  #set(phase: Phase): void {
    this.#phase = phase
    this.#view.changed()
  }

  #begin(visit: Effect.Effect<void, never, Dial>): void {
    this.#set({ _tag: "Entering" })
    this.#fiber = this.#run(visit)
  }

  #goOn(place: Place): void {
    this.#secret = place.secret
    this.#name = place.me.name
    // A document knows by the system's clock alone how long ago the one before it was lost.
    this.#lostSince = performance.now() - Math.max(0, Date.now() - place.lostAt)
    this.talk.be(goingOn(place))
    this.#begin(this.#stay(place.me.name, true))
  }

  // In the room until it is left, or does not let us in. `goesOn`: as before, also where there is no way to the server yet.
  #stay(name: string, goesOn: boolean): Effect.Effect<void, never, Dial> {
    return Effect.gen(this, function* () {
      for (let isBack = goesOn; ; isBack = true) {
        const exit = yield* Effect.exit(this.#connection(name, isBack))
        if (Exit.isSuccess(exit)) {
          this.#set(overBy(exit.value.code))
          return
        }
        const failure = exit.cause._tag === "Fail" ? exit.cause.error : undefined
        if (!isOwnName(failure, this.#lostSince)) {
          this.#name = this.name
          this.#before = this.#place
          this.talk.be(undefined)
          this.#lostSince = undefined
          this.#set(doorAfter(failure, this.#password !== undefined))
          return
        }
        yield* this.#pause(ownNameEvery, failure?.message)
      }
    })
  }

  // From the hello to the goodbye, over however many connections.
  #connection(name: string, goesOn: boolean) {
    return Effect.gen(this, function* () {
      const { answer, client, hear } = yield* comeIn({
        name,
        password: this.#password,
        secret: this.#secret,
        from: this.talk.conversation,
        goesOn,
        pause: (wait, why) => this.#pause(wait, why)
      })
      this.talk.over(client, yield* makeSayings(client, (ref, reason) => {
        this.talk.happen({ _tag: "Unsent", ref, reason })
      }))
      const before = this.talk.conversation ?? begun(name)
      this.talk.be(before)
      // In another life, this client does not know of the rooms of before: they are entered again.
      const isSame = goesOn && isSameLife(before, answer)
      this.#enter(answer, isSame ? { _tag: "Told", event: answer } : { _tag: "Entered", welcome: answer })
      return yield* hear((event) => {
        if (event._tag === "Welcome" || event._tag === "Resumed") this.#enter(event, { _tag: "Told", event })
        else this.talk.hear(event, client)
      })
    }).pipe(Effect.scoped, Effect.ensuring(this.#gone))
  }

  get #gone(): Effect.Effect<void> {
    return Effect.sync(() => {
      if (this.talk.conversation !== undefined) this.#lostSince ??= performance.now()
      this.talk.end()
    })
  }

  // In the room, for the first time or again.
  #enter(answer: Welcome | Resumed, happening: Happening): void {
    this.#lostSince = undefined
    this.#phase = { _tag: "Room" }
    this.talk.enter(answer, happening)
  }

  // Waits for the next try to come back.
  #pause(wait: number, why: string | undefined): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#phase._tag === "Room") {
        this.#lostSince = performance.now()
        this.talk.lose()
      }
      return this.#retries.pause((retryAt) => {
        this.#set({ _tag: "Lost", retryAt, why })
      }, wait)
    })
  }
}

const isQuit = (line: string): boolean => intentOf(line, { isLiteral: false, hasScreen: true })._tag === "Quit"
