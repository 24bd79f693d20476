import type * as Effect from "effect/Effect"
import type { RuntimeFiber } from "effect/Fiber"
import type { Dial } from "../client/Dial.ts"
import type { CommandWord, completion } from "../client/screen/completion.ts"
import { commandWordsFor } from "../client/screen/intent.ts"
import { active, unreadIn } from "../client/screen/rooms.ts"
import type { Event } from "../domain/Event.ts"
import type { Member } from "../domain/Member.ts"
import type { LeaveCode } from "../domain/LeaveCode.ts"
import { lobby } from "../domain/RoomName.ts"
import { clean } from "../domain/Text.ts"
import type { ComposerInput } from "./composer.tsx"
import { Frames } from "./frames.ts"
import { kept } from "./kept.ts"
import { Joining } from "./joining.ts"
import { Liking } from "./liking.ts"
import { drawPending, isFor } from "./line.ts"
import { RoomLink } from "./link.ts"
import type { Printed } from "./log.ts"
import { Logs } from "./logs.ts"
import { whyEnded } from "./phase.ts"
import type { Shown, View } from "./view.ts"
import { Visit } from "./visit.ts"

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
  /** How another room is entered. */
  readonly joining: Joining
  readonly liking = new Liking(() => { this.#change() })
  readonly link = new RoomLink(() => { this.#change() })
  readonly #logs = new Logs({ mend: (text) => { this.#input?.fill(text) }, join: (room) => { this.join(room) } }, () => { this.#change() })
  #input: ComposerInput | undefined
  #draft: string
  #isFocused = true
  #hasSent = false
  #said = ""
  // Why the server has ended the visit, if it has.
  #ended: LeaveCode | undefined

  constructor(run: <A, E>(effect: Effect.Effect<A, E, Dial>) => RuntimeFiber<A, E>) {
    const { draft, isIn, name, ...before } = kept.read()
    this.#draft = draft
    const known = [nameFrom(location.hash), name, this.liking.name].find((each) => each !== undefined && each !== "")
    this.suggestedName = known ?? `User${1000 + Math.floor(Math.random() * 9000)}`
    const view: View = {
      draft: () => this.#input?.draft() ?? this.#draft,
      perform: (wish) => { this.#perform(wish) },
      elsewhere: (room, line) => { this.#print(room, line) },
      listed: (rooms) => { this.joining.listed(rooms) },
      changed: () => { this.#change() }
    }
    this.visit = new Visit(run, view, before)
    this.joining = new Joining(this.visit, () => { this.#change() })
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
    return this.#logs.missed
  }

  /** Whether there is a list of rooms: not while one is in the lobby alone. */
  get hasRooms(): boolean {
    const { rooms = [] } = this.visit.talk.conversation ?? {}
    return rooms.length > 1 || rooms.some(({ name }) => name !== lobby)
  }

  /** The commands that can be typed here. */
  get commands(): ReadonlyArray<CommandWord> {
    const { conversation } = this.visit.talk
    return commandWordsFor((conversation === undefined ? undefined : active(conversation)?.role) ?? "member")
  }

  /** What can be completed besides commands. */
  get known(): Omit<Parameters<typeof completion>[0], "commands"> {
    const { around, conversation, people } = this.visit.talk
    const namesOf = (all: ReadonlyArray<Member>) => all.flatMap(({ id, name }) => (id === conversation?.me?.id ? [] : [name]))
    return {
      names: namesOf(around.members),
      others: namesOf([...people.members, ...people.away]),
      rooms: (conversation?.rooms ?? []).map(({ name }) => name),
      otherRooms: conversation?.listed ?? []
    }
  }

  /** What stands below the input. */
  get hint(): string {
    const { unsent } = this.visit.talk
    if (this.#said !== "") return this.#said
    if (unsent.some(({ state }) => state === "sending")) return "Sending …"
    return this.#hasSent && unsent.length === 0 ? "Everybody has your last message" : ""
  }

  /** Why the visit is over, where there is more to say than that the room was left or has closed. */
  get ended(): string | undefined {
    return this.#ended === undefined ? undefined : whyEnded(this.#ended)
  }

  enter(name: string, password: string | undefined): void {
    this.needsPassword = password !== undefined
    this.liking.keepName(name)
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

  /** Shows the logs of the rooms here. */
  openLogs(host: HTMLElement): void {
    this.#logs.open(host)
  }

  /** Looks at another room. */
  choose(room: string): void {
    this.#said = ""
    this.visit.talk.choose(room)
    // On a phone a keyboard would cover what one came to read.
    if (matchMedia("(hover: hover)").matches) this.#input?.focus()
  }

  /** Looks at a room by its number in the list, from 1. */
  chooseNumber(number: number): void {
    const room = this.visit.talk.conversation?.rooms[number - 1]
    if (room !== undefined) this.choose(room.name)
  }

  /** Enters a room without asking anything. */
  join(room: string): void {
    this.visit.submit(`/join ${room}`)
    this.#input?.focus()
  }

  /** Leaves the room that is looked at, and stays in the others. */
  exit(): void {
    this.visit.submit("/leave")
    this.#input?.focus()
  }

  attach(input: ComposerInput): void {
    this.#input = input
    input.fill(this.#draft)
  }

  submit(line: string): void {
    this.#said = ""
    this.#logs.toEnd()
    this.visit.submit(line)
    // A command that leaves or asks something tells nobody anything.
    this.#hasSent = this.#hasSent || this.visit.talk.unsent.length > 0
  }

  /** Keeps what is being typed, should the page be reloaded. */
  keep(draft: string): void {
    this.#draft = draft
    this.#save()
  }

  toEnd(): void {
    this.#logs.toEnd()
  }

  /** Somebody's name was chosen: it goes into the line being typed. */
  call(name: string): void {
    const input = this.#input
    if (input === undefined) return
    input.insert(input.draft() === "" ? `${name}: ` : `@${name} `)
  }

  /** Copies the link to this room, or shows it. */
  copyLink(): void {
    this.link.copy(() => {
      this.#said = "The link is copied"
      this.#change()
    })
  }

  /** The link has been seen. */
  hideLink(): void {
    this.link.hide()
    this.#input?.focus()
  }

  /** The page goes, or is put aside: what was typed is kept, and `isIn` says whether to enter again when it comes back. */
  save(): void {
    this.#save()
  }

  #save(): void {
    const { kept: lines, name, phase } = this.visit
    kept.write({ name, draft: this.#draft, ...lines, isIn: phase._tag === "Room" || phase._tag === "Lost" || (phase._tag === "Entering" && this.visit.talk.conversation !== undefined) })
  }

  #focus(focused: boolean): void {
    this.#isFocused = focused
    this.#look()
    this.visit.talk.focus(focused)
  }

  #perform(wish: Shown): void {
    this.#look()
    switch (wish._tag) {
      case "Print":
        if (wish.line._tag === "Error" && this.joining.takes(wish.line.text)) break
        this.#print(this.#room, wish.line)
        break
      case "Return":
        if (!this.joining.isOwn(wish.text)) this.#logs.giveBack(this.#room, wish.text)
        break
      case "Clear":
        this.#logs.clear()
        break
      case "Bell":
        this.liking.ring()
        break
      case "Draft":
        this.#input?.fill(wish.draft.line)
        break
      case "Empty":
        break
    }
  }

  #print(room: string, line: Printed): void {
    this.#logs.print(room, line)
    if (line._tag !== "Event") return
    this.#ended = line.event._tag === "Goodbye" ? line.event.code : undefined
    this.#notify(line.event)
  }

  get #room(): string {
    return this.visit.talk.conversation?.room ?? ""
  }

  // The log that is shown, and whether it is looked at, before anything is put into one.
  #look(): void {
    if (this.visit.talk.conversation !== undefined) this.#logs.look(this.#room, this.#isFocused)
  }

  // Whoever has looked away is told of what is said to them.
  #notify(event: Event): void {
    const { me } = this.visit.talk.conversation ?? {}
    if (me === undefined || !("from" in event) || event.from.id === me.id || !isFor(event, me)) return
    const where = this.hasRooms && "room" in event ? ` in #${event.room}` : ""
    this.liking.notify(`${clean(event.from.name)}${where}`, event.text)
  }

  #change(): void {
    this.joining.settle()
    this.frames.request()
  }

  #draw(): void {
    const { phase, talk: { conversation, unsent } } = this.visit
    const me = conversation?.me
    const unread = conversation === undefined ? 0 : unreadIn(conversation)
    const room = phase._tag === "Door" || conversation === undefined || conversation.room === "" ? "" : `${this.hasRooms ? "#" : ""}${conversation.room} · `
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${room}brusio`
    this.#look()
    this.#logs.keep((conversation?.rooms ?? []).map(({ name }) => name))
    const own = unsent.filter(({ room }) => room === "" || room === conversation?.room)
    if (me !== undefined) this.#logs.showPending(own.map(({ state, text }) => drawPending(me, text, states[state])))
    if (phase._tag === "Door") {
      this.#logs.forget()
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
