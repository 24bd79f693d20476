import * as Effect from "effect/Effect"
import type { ChatClient } from "../client/ChatClient.ts"
import type { OurRoom } from "../client/RoomMembers.ts"
import { isSameLife } from "../client/screen/back.ts"
import { update } from "../client/screen/conversation.ts"
import { named } from "../client/screen/rooms.ts"
import type { Conversation, Happening, Wish } from "../client/screen/step.ts"
import type { Event, Resumed, Welcome } from "../domain/Event.ts"
import type { Member } from "../domain/Member.ts"
import type { Saying } from "./sayings.ts"
import { type Kept, type Line, type Own, Unsent } from "./unsent.ts"
import type { View } from "./view.ts"

/** Some people of a room. */
export interface People {
  readonly members: ReadonlyArray<Member>
  /** Who was lost there and may come back. */
  readonly away: ReadonlyArray<Member>
}

const nobody: People = { members: [], away: [] }

/** What is said in a visit: the conversation, and one's own lines, over however many connections. */
export class Talk {
  readonly #view: View
  readonly #leave: (reason: string | undefined) => void
  readonly #unsent: Unsent
  #conversation: Conversation | undefined
  #client: ChatClient | undefined
  #say: ((saying: Saying) => void) | undefined
  #isHeard = false
  // How many answers are to come that the page itself has asked for.
  #lists = 0

  /** `kept` are the lines of a visit before; `leave` is called by whoever types that. */
  constructor(view: View, kept: Kept, leave: (reason: string | undefined) => void) {
    this.#view = view
    this.#unsent = new Unsent(kept)
    this.#leave = leave
  }

  get conversation(): Conversation | undefined {
    return this.#conversation
  }

  /** The client, while there is one. */
  get client(): ChatClient | undefined {
    return this.#client
  }

  /** The rooms that one is in, as the server tells of them. */
  get places(): ReadonlyArray<OurRoom> {
    return this.#client === undefined ? [] : Effect.runSync(this.#client.rooms)
  }

  /** Those in any of one's rooms. */
  get people(): People {
    const client = this.#client
    return client === undefined ? nobody : Effect.runSync(Effect.all({ members: client.members, away: client.away }))
  }

  /** Those in the room that is looked at. */
  get around(): People {
    const client = this.#client
    return client === undefined ? nobody : Effect.runSync(Effect.all({ members: client.membersIn(this.#room), away: client.awayIn(this.#room) }))
  }

  /** One's own lines without a receipt, in order. */
  get unsent(): ReadonlyArray<Line> {
    return this.#unsent.with(this.#sending)
  }

  /** What a reload would lose: the lines that are not on their way. */
  get kept(): Kept {
    return this.#unsent.kept
  }

  /** The conversation is this one from now on, or none. */
  be(conversation: Conversation | undefined): void {
    this.#conversation = conversation
  }

  /** Speaks through this client from now on. */
  over(client: ChatClient, say: (saying: Saying) => void): void {
    this.#client = client
    this.#say = say
  }

  /** There is no client any more. */
  end(): void {
    this.#forget()
    if (this.#conversation !== undefined) this.#conversation = { ...this.#conversation, lostAt: this.#conversation.lostAt ?? Date.now() }
    this.#client = undefined
    this.#say = undefined
    this.#isHeard = false
  }

  /** In the room, for the first time or again: what is submitted is sent from now on, what has waited first. */
  enter(answer: Welcome | Resumed, happening: Happening): void {
    this.#lists = 0
    if (this.#conversation !== undefined && !isSameLife(this.#conversation, answer)) {
      this.#forget()
      this.#conversation = { ...this.#conversation, lostAt: undefined }
    }
    this.#isHeard = true
    this.happen(happening)
    this.focus(document.hasFocus())
    for (const line of this.#unsent.takeWaiting()) this.#resubmit(line)
  }

  /** The connection is lost, and the client tries to come back: what is submitted waits. */
  lose(): void {
    this.happen({ _tag: "Lost", at: Date.now() })
    this.#isHeard = false
  }

  /** The server has told this. */
  hear(event: Event, client: ChatClient): void {
    if (event._tag === "RoomList" && this.#lists > 0) this.#listed(event)
    else this.happen({ _tag: "Told", event, concerns: client.concernsOf(event) })
  }

  /** A line that does not leave was submitted: it goes to the room, or waits for the connection. */
  submit(line: string): void {
    if (this.#isHeard) this.happen({ _tag: "Submitted", line, ...this.people })
    else this.#unsent.wait(line, this.#room)
    this.#view.changed()
  }

  /** Several lines were submitted at once: each is a message, and none a command. */
  submitLines(lines: ReadonlyArray<string>): void {
    if (this.#isHeard) this.happen({ _tag: "Pasted", lines })
    else this.#unsent.waitAsMessages(lines, this.#room)
    this.#view.changed()
  }

  /** Looks at another room that one is in. */
  choose(room: string): void {
    this.happen({ _tag: "Chosen", room })
  }

  /** The page has got or lost the focus. */
  focus(focused: boolean): void {
    this.happen({ _tag: "Focus", focused })
  }

  /** Asks which rooms there are, for the page itself: nothing of it stands in the log. */
  list(): void {
    if (this.#say === undefined || !this.#isHeard) return
    this.#lists += 1
    this.#say({ _tag: "Ask", question: { _tag: "Rooms" } })
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

  /** Something happens to the conversation; of what follows from it, what is wanted is done. */
  happen(happening: Happening, isWanted: (wish: Wish) => boolean = () => true): void {
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

  // The lines that are on their way.
  get #sending(): ReadonlyArray<Own> {
    return (this.#conversation?.pending ?? []).map(({ command, typed }) => ({ text: typed, room: "room" in command ? (command.room?.name ?? "") : "" }))
  }

  // For which room it is what is submitted now.
  get #room(): string {
    return this.#conversation?.room ?? ""
  }

  // The page has asked for it: its rooms can be completed, and it is told in no log.
  #listed(event: Extract<Event, { readonly _tag: "RoomList" }>): void {
    this.#lists -= 1
    this.happen({ _tag: "Told", event }, ({ _tag }) => _tag !== "Print")
    this.#view.listed(event)
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

  // Nothing is on its way any more: what had no receipt may have arrived, or not.
  #forget(): void {
    this.#unsent.lost(this.#sending)
    if (this.#conversation !== undefined) this.#conversation = { ...this.#conversation, pending: [] }
  }

  #perform(wish: Wish): void {
    switch (wish._tag) {
      case "Send":
      case "Ask":
        this.#say?.(wish)
        break
      case "Quit":
        this.#leave(wish.reason)
        break
      // The connection is the visit's, and the page goes on after the end.
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
