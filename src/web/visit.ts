import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type { ChatClient } from "../client/ChatClient.ts"
import type { Dial } from "../client/Dial.ts"
import { newSecret } from "../client/entering.ts"
import { isSameLife } from "../client/screen/back.ts"
import type { OurRoom } from "../client/RoomMembers.ts"
import { update } from "../client/screen/conversation.ts"
import * as Form from "../client/screen/form.ts"
import { intentOf } from "../client/screen/intent.ts"
import { named } from "../client/screen/rooms.ts"
import type { Conversation, Happening, Wish } from "../client/screen/step.ts"
import type { Event, Member, Resumed, Welcome } from "../domain/Event.ts"
import { comeIn, goodbyePatience, isOwnName, ownNameEvery } from "./comeIn.ts"
import { doorAfter, overBy, type Phase } from "./phase.ts"
import { begun, goingOn, type Place, placeOf } from "./place.ts"
import { Retries } from "./retries.ts"
import { makeSayings, type Saying } from "./sayings.ts"
import { type Kept, type Line, type Own, Unsent } from "./unsent.ts"
import type { View } from "./view.ts"

/** Somebody's visit to the room through this page, from the form to the goodbye, over however many connections. */
export class Visit {
  readonly #run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>
  readonly #view: View
  readonly #retries = new Retries()
  readonly #unsent: Unsent
  #phase: Phase = { _tag: "Door", wrong: undefined, needsPassword: false }
  #conversation: Conversation | undefined
  #client: ChatClient | undefined
  #say: ((saying: Saying) => void) | undefined
  #fiber: Fiber.RuntimeFiber<void> | undefined
  #name = ""
  #password: Redacted.Redacted | undefined
  // How many answers are to come that the page itself has asked for.
  #lists = 0
  #secret = newSecret()
  // Since when there is no connection, ms of the monotonic clock.
  #lostSince: number | undefined
  // The place of a visit before.
  #before: Place | undefined

  /** `run` runs an effect with the way to the server; `place` and `kept` are of a visit before, in this tab. */
  constructor(run: <A, E>(effect: Effect.Effect<A, E, Dial>) => Fiber.RuntimeFiber<A, E>, view: View, { place, ...kept }: Kept & { readonly place?: Place | undefined }) {
    this.#run = run
    this.#view = view
    this.#unsent = new Unsent(kept)
    this.#before = place
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

  /** The rooms that one is in, as the server tells of them. */
  get places(): ReadonlyArray<OurRoom> {
    return this.#client === undefined ? [] : Effect.runSync(this.#client.rooms)
  }

  /** Who is in any of one's rooms, and who was lost there. */
  get people(): { readonly members: ReadonlyArray<Member>; readonly away: ReadonlyArray<Member> } {
    const client = this.#client
    return client === undefined ? { members: [], away: [] } : Effect.runSync(Effect.all({ members: client.members, away: client.away }))
  }

  /** Those in the room that is looked at. */
  get around(): { readonly members: ReadonlyArray<Member>; readonly away: ReadonlyArray<Member> } {
    const client = this.#client
    const room = this.#conversation?.room ?? ""
    return client === undefined ? { members: [], away: [] } : Effect.runSync(Effect.all({ members: client.membersIn(room), away: client.awayIn(room) }))
  }

  /** One's own lines without a receipt, in order. */
  get unsent(): ReadonlyArray<Line> {
    return this.#unsent.with(this.#sending)
  }

  /** What a reload would lose: the lines that are not on their way, and with what one is in the room again as who one was. */
  get kept(): Kept & { readonly place?: Place } {
    const place = this.#place
    return { ...this.#unsent.kept, ...(place === undefined ? {} : { place }) }
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

  /** A line was submitted: it goes to the room, or waits for the connection. */
  submit(line: string): void {
    if (this.#phase._tag === "Room") this.#happen({ _tag: "Submitted", line, ...this.people })
    else if (isQuit(line)) this.leave()
    else this.#unsent.wait(line, this.#room)
    this.#view.changed()
  }

  /** Several lines were submitted at once: each is a message, and none a command. */
  submitLines(lines: ReadonlyArray<string>): void {
    if (this.#phase._tag === "Room") this.#happen({ _tag: "Pasted", lines })
    else this.#unsent.waitAsMessages(lines, this.#room)
    this.#view.changed()
  }

  /** Looks at another room that one is in. */
  choose(room: string): void {
    this.#happen({ _tag: "Chosen", room })
  }

  /** Asks which rooms there are, for the page itself: nothing of it stands in the log. */
  list(): void {
    if (this.#say === undefined || this.#phase._tag !== "Room") return
    this.#lists += 1
    this.#say({ _tag: "Ask", question: { _tag: "Rooms" } })
  }

  // Submits a line that was kept as it has to be typed, in its room. One that leaves is never kept, so what reads like that is a message.
  #resubmit({ room, text }: Own): void {
    const before = this.#conversation
    const isElsewhere = before !== undefined && room !== "" && room !== before.room
    if (isElsewhere && named(before, room) === undefined) {
      // It is said in no room for which it was not meant.
      this.#view.perform({ _tag: "Return", text })
      return
    }
    if (isElsewhere) this.#conversation = { ...before, room }
    if (text.startsWith("/")) this.submit(text)
    else this.submitLines([text])
    // One goes on to look where one looked.
    if (isElsewhere && this.#conversation?.room === room) this.#conversation = { ...this.#conversation, room: before.room }
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
        if (this.#phase._tag !== "Over") this.#set(overBy(undefined))
      })
    )
  }

  // After a goodbye there is no place any more.
  get #place(): Place | undefined {
    if (this.#phase._tag === "Over" && this.#phase.code !== undefined) return undefined
    return this.#conversation === undefined ? this.#before : placeOf(this.#conversation, this.#secret)
  }

  // The lines that are on their way.
  get #sending(): ReadonlyArray<Own> {
    return (this.#conversation?.pending ?? []).map(({ command, typed }) => ({ text: typed, room: "room" in command ? (command.room?.name ?? "") : "" }))
  }

  // For which room it is what is submitted now.
  get #room(): string {
    return this.#conversation?.room ?? ""
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
    this.#conversation = goingOn(place)
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
          this.#conversation = undefined
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
        from: this.#conversation,
        goesOn,
        pause: (wait, why) => this.#pause(wait, why)
      })
      this.#client = client
      this.#say = yield* makeSayings(client, (ref, reason) => {
        this.#happen({ _tag: "Unsent", ref, reason })
      })
      this.#conversation ??= begun(name)
      // In another life, this client does not know of the rooms of before: they are entered again.
      const isSame = goesOn && isSameLife(this.#conversation, answer)
      this.#enter(answer, isSame ? { _tag: "Told", event: answer } : { _tag: "Entered", welcome: answer })
      return yield* hear((event) => {
        if (event._tag === "Welcome" || event._tag === "Resumed") this.#enter(event, { _tag: "Told", event })
        else if (event._tag === "RoomList" && this.#lists > 0) this.#listed(event)
        else this.#happen({ _tag: "Told", event, concerns: client.concernsOf(event) })
      })
    }).pipe(Effect.scoped, Effect.ensuring(this.#gone))
  }

  // In the room, for the first time or again.
  #enter(answer: Welcome | Resumed, happening: Happening): void {
    this.#lists = 0
    this.#lostSince = undefined
    if (this.#conversation !== undefined && !isSameLife(this.#conversation, answer)) {
      this.#forget()
      this.#conversation = { ...this.#conversation, lostAt: undefined }
    }
    this.#phase = { _tag: "Room" }
    this.#happen(happening)
    this.#happen({ _tag: "Focus", focused: document.hasFocus() })
    for (const line of this.#unsent.takeWaiting()) this.#resubmit(line)
  }

  // The page has asked for it: its rooms can be completed, and it is told in no log.
  #listed(event: Extract<Event, { readonly _tag: "RoomList" }>): void {
    this.#lists -= 1
    this.#happen({ _tag: "Told", event }, ({ _tag }) => _tag !== "Print")
    this.#view.listed(event)
  }

  // Waits for the next try to come back.
  #pause(wait: number, why: string | undefined): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#phase._tag === "Room") {
        this.#lostSince = performance.now()
        this.#happen({ _tag: "Lost", at: Date.now() })
      }
      return this.#retries.pause((retryAt) => {
        this.#set({ _tag: "Lost", retryAt, why })
      }, wait)
    })
  }

  // Nothing is on its way any more: what had no receipt may have arrived, or not.
  #forget(): void {
    this.#unsent.lost(this.#sending)
    if (this.#conversation !== undefined) this.#conversation = { ...this.#conversation, pending: [] }
  }

  get #gone(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.#forget()
      if (this.#conversation !== undefined) {
        this.#lostSince ??= performance.now()
        this.#conversation = { ...this.#conversation, lostAt: this.#conversation.lostAt ?? Date.now() }
      }
      this.#client = undefined
      this.#say = undefined
    })
  }

  #happen(happening: Happening, isWanted: (wish: Wish) => boolean = () => true): void {
    const before = this.#conversation
    if (before === undefined) return
    const { after, wishes } = update(before, happening, { line: this.#view.draft(), pasted: [] })
    this.#conversation = after
    for (const { fresh, lines, name } of after.rooms) {
      const more = name === after.room ? 0 : fresh - (named(before, name)?.fresh ?? 0)
      for (const line of more > 0 ? lines.slice(-more) : []) this.#view.elsewhere(name, line)
    }
    for (const wish of wishes) if (isWanted(wish)) this.#perform(wish)
    this.#view.changed()
  }

  #perform(wish: Wish): void {
    switch (wish._tag) {
      case "Send":
      case "Ask":
        this.#say?.(wish)
        break
      case "Quit":
        this.leave(wish.reason)
        break
      // The connection is this class's, and the page goes on after the end.
      case "Connect":
      case "End":
      // A room that is looked at again has its lines already.
      case "Show":
        break
      default:
        this.#view.perform(wish)
    }
  }
}

const isQuit = (line: string): boolean => intentOf(line, { isLiteral: false, hasScreen: true })._tag === "Quit"
