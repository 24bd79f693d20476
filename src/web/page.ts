import type * as Effect from "effect/Effect"
import type { RuntimeFiber } from "effect/Fiber"
import type { Dial } from "../client/Dial.ts"
import { shownAgain, unreadIn } from "../client/screen/rooms.ts"
import type { Wish } from "../client/screen/step.ts"
import type { LeaveCode, Member } from "../domain/Event.ts"
import { clean } from "../domain/Text.ts"
import type { ComposerInput } from "./composer.tsx"
import { Frames } from "./frames.ts"
import { kept } from "./kept.ts"
import { drawEvent, drawPending, drawReturned, drawWordsOf } from "./line.ts"
import { Log } from "./log.ts"
import { type Taste, taste } from "./memory.ts"
import { makeBell } from "./sound.ts"
import { otherTheme, showTheme } from "./theme.ts"
import type { Shown } from "./view.ts"
import { Visit } from "./visit.ts"

type Printed = Extract<Wish, { readonly _tag: "Print" }>["line"]

/** What is put into the log. */
type Logged = Extract<Shown, { readonly _tag: "Print" | "Return" | "Clear" }>

const states = { sending: "sending", waiting: "not sent", unknown: "may not have arrived" } as const

/** The page: what the visit wants shown, and what a person does, brought together. */
export class Page {
  readonly visit: Visit
  /** Whenever something that is shown has changed. */
  readonly frames = new Frames(() => {
    this.#draw()
  })
  /** The name that the form offers. */
  readonly suggestedName: string
  /** Whether the last try to enter gave a password. */
  needsPassword = false
  readonly #ring = makeBell()
  #log: Log | undefined
  // What comes before there is a log: the first frame of the room makes it.
  #early: ReadonlyArray<Logged> = []
  #input: ComposerInput | undefined
  #draft: string
  #taste = taste.read()
  // Whether the next message is the first that comes while somebody looks elsewhere.
  #waitsForUnread = false
  #hasSent = false
  #said = ""
  // Why the server has ended the visit, if it has.
  #ended: LeaveCode | undefined
  #shared: string | undefined

  constructor(run: <A, E>(effect: Effect.Effect<A, E, Dial>) => RuntimeFiber<A, E>) {
    const { draft, isIn, name, ...before } = kept.read()
    this.#draft = draft
    const known = [nameFrom(location.hash), name, this.#taste.name].find((each) => each !== undefined && each !== "")
    this.suggestedName = known ?? `User${1000 + Math.floor(Math.random() * 9000)}`
    this.visit = new Visit(run, { draft: () => this.#input?.draft() ?? this.#draft, perform: (wish) => { this.#perform(wish) }, changed: () => { this.#change() } }, before)
    showTheme(this.#taste.theme)
    const focus = () => {
      this.#focus(document.hasFocus() && document.visibilityState === "visible")
    }
    for (const event of ["focus", "blur"]) window.addEventListener(event, focus)
    document.addEventListener("visibilitychange", focus)
    // After a reload one goes on as who one was, and what was typed is still there.
    if (isIn && !this.visit.comeBack() && name !== "") this.visit.enter(name, undefined)
  }

  /** How many messages have come below what is read now. */
  get missed(): number {
    return this.#log?.missed ?? 0
  }

  get others(): ReadonlyArray<Member> {
    const { conversation, members } = this.visit
    return members.filter(({ id }) => id !== conversation?.me?.id)
  }

  /** What stands below the input. */
  get hint(): string {
    const { unsent } = this.visit
    if (this.#said !== "") return this.#said
    if (unsent.some(({ state }) => state === "sending")) return "Sending …"
    return this.#hasSent && unsent.length === 0 ? "Everybody has your last message" : ""
  }

  /** Why the visit is over, where there is more to say than that the room was left or has closed. */
  get ended(): string | undefined {
    switch (this.#ended) {
      case undefined:
      case "quit":
      case "closing":
        return undefined
      case "removed":
        return "You have been sent away from the room."
      default:
        return "The server has ended your visit."
    }
  }

  get sounds(): boolean {
    return this.#taste.sound ?? true
  }

  /** Browsers give notifications only to pages that came over an encrypted way, or from this machine. */
  get canNotify(): boolean {
    return "Notification" in window && window.isSecureContext
  }

  get notifies(): boolean {
    return this.canNotify && (this.#taste.notifications ?? false) && Notification.permission === "granted"
  }

  enter(name: string, password: string | undefined): void {
    this.needsPassword = password !== undefined
    this.#taste = { ...this.#taste, name }
    taste.write(this.#taste)
    this.visit.enter(name, password)
  }

  /** Enters again, under the name that was borne last. */
  enterAgain(): void {
    this.visit.enterAgain()
  }

  /** Enters as somebody new, where another tab goes on as who one was. */
  enterAsNew(): void {
    this.visit.enterAsNew()
  }

  openLog(scroller: HTMLElement): void {
    const log = new Log(scroller, () => {
      this.#change()
    })
    this.#log = log
    for (const wish of this.#early) this.#put(log, wish)
    this.#early = []
  }

  attach(input: ComposerInput): void {
    this.#input = input
    input.fill(this.#draft)
  }

  submit(line: string): void {
    this.#said = ""
    this.#log?.toEnd()
    this.visit.submit(line)
    // A command that leaves or asks something tells nobody anything.
    this.#hasSent = this.#hasSent || this.visit.unsent.length > 0
  }

  /** Keeps what is being typed, should the page be reloaded. */
  keep(draft: string): void {
    this.#draft = draft
    this.#save()
  }

  toEnd(): void {
    this.#log?.toEnd()
  }

  /** Somebody's name was chosen: it goes into the line being typed. */
  call(name: string): void {
    const input = this.#input
    if (input === undefined) return
    input.insert(input.draft() === "" ? `${name}: ` : `@${name} `)
  }

  toggleSound(): void {
    this.#like({ sound: !this.sounds })
  }

  toggleNotifications(): void {
    const wanted = !this.notifies
    if (!wanted) {
      this.#like({ notifications: false })
      return
    }
    void Notification.requestPermission().then((answer) => {
      this.#like({ notifications: answer === "granted" })
    })
  }

  toggleTheme(): void {
    const theme = otherTheme(this.#taste.theme)
    this.#like({ theme })
    showTheme(theme)
  }

  /** The link to this room, while it is shown to be copied by hand. */
  get shared(): string | undefined {
    return this.#shared
  }

  /** Copies the link to this room; where the browser forbids that, as it does on pages that came over plain HTTP, the link is shown to be copied by hand. */
  copyLink(): void {
    const link = `${location.origin}/`
    const show = () => {
      this.#shared = link
      this.#change()
    }
    if (!window.isSecureContext) {
      show()
      return
    }
    void navigator.clipboard.writeText(link).then(() => {
      this.#said = "The link is copied"
      this.#change()
    }, show)
  }

  /** The link has been seen. */
  hideLink(): void {
    this.#shared = undefined
    this.#change()
    this.#input?.focus()
  }

  /** The page goes, or is put aside: what was typed is kept, and `isIn` says whether to enter again when it comes back. */
  save(): void {
    this.#save()
  }

  #save(): void {
    const { kept: lines, name, phase } = this.visit
    kept.write({ name, draft: this.#draft, ...lines, isIn: phase._tag === "Room" || phase._tag === "Lost" || (phase._tag === "Entering" && this.visit.conversation !== undefined) })
  }

  #like(change: Taste): void {
    this.#taste = { ...this.#taste, ...change }
    taste.write(this.#taste)
    this.#change()
  }

  #focus(focused: boolean): void {
    this.#waitsForUnread = !focused
    this.visit.focus(focused)
  }

  #perform(wish: Shown): void {
    switch (wish._tag) {
      case "Print":
      case "Return":
      case "Clear":
        if (this.#log === undefined) this.#early = [...this.#early, wish]
        else this.#put(this.#log, wish)
        break
      case "Bell":
        if (this.sounds) this.#ring()
        break
      case "Show":
        for (const line of shownAgain(wish, wish.lines.length)) this.#perform({ _tag: "Print", line })
        break
      case "Draft":
        this.#input?.fill(wish.draft.line)
        break
      case "Empty":
        break
    }
  }

  #put(log: Log, wish: Logged): void {
    switch (wish._tag) {
      case "Print":
        this.#print(log, wish.line)
        break
      case "Return":
        log.append([drawReturned(wish.text, () => { this.#input?.fill(wish.text) })])
        break
      case "Clear":
        log.clear()
        break
    }
  }

  #print(log: Log, line: Printed): void {
    if (line._tag !== "Event") {
      log.append([drawWordsOf(line)])
      return
    }
    const { event, me } = line
    this.#ended = event._tag === "Goodbye" ? event.code : undefined
    const first = drawEvent(event, me, log.speaker)
    if (this.#waitsForUnread && first.some(({ counts }) => counts)) {
      this.#waitsForUnread = false
      log.markUnread(event.at)
      log.append(drawEvent(event, me, undefined), event.at)
    } else log.append(first, event.at)
    this.#notify(event)
  }

  // Whoever has looked away is told of what is said to them.
  #notify(event: Parameters<typeof drawEvent>[0]): void {
    const { me } = this.visit.conversation ?? {}
    if (!this.notifies || document.hasFocus() || me === undefined || !("from" in event) || event.from.id === me.id) return
    const isForMe = event._tag === "Whispered" || drawEvent(event, me, undefined).some(({ node }) => node.classList.contains("mention"))
    if (isForMe) new Notification(clean(event.from.name), { body: event.text.slice(0, 200), tag: "brusio" })
  }

  #change(): void {
    this.frames.request()
  }

  #draw(): void {
    const { conversation, phase, unsent } = this.visit
    const me = conversation?.me
    const unread = conversation === undefined ? 0 : unreadIn(conversation)
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${phase._tag === "Door" || conversation === undefined ? "" : `${conversation.room} · `}brusio`
    if (me !== undefined) this.#log?.showPending(unsent.map(({ state, text }) => drawPending(me, text, states[state])))
    if (phase._tag === "Door") {
      this.#log = undefined
      this.#input = undefined
    }
    this.#save()
  }
}

// A link may bring the name along: `#name=Ada`.
const nameFrom = (hash: string): string | undefined => {
  const name = new URLSearchParams(hash.slice(1)).get("name")?.trim()
  return name === undefined || name === "" ? undefined : name
}
