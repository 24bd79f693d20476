import type { Command, Question } from "../../domain/command/index.ts"
import type { Event, Resumed, Welcome } from "../../domain/Event.ts"
import type { Member } from "../../domain/Member.ts"
import type { RefusalCode } from "../../domain/Refusal.ts"
import type { ToldRole } from "../../domain/Role.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import { clean } from "../../domain/Text.ts"
import type { Attention } from "./attention.ts"
import type * as Form from "./form.ts"
import type { Heard } from "./missed.ts"

/** The state of a conversation, from the questions before joining to the end: pure data, independent of the view. */
export interface Conversation {
  /** `form`: asking; `connecting`; `room`: talking; `over`: nothing can be sent any more. */
  readonly phase: "form" | "connecting" | "room" | "over"
  readonly form: Form.Form
  readonly me: Member | undefined
  /** The rooms that one is in, in the order of entering. */
  readonly rooms: ReadonlyArray<Room>
  /** The name of the active one: the room that is looked at, and in which is said what is typed. Empty where one is in none. */
  readonly room: string
  /** Whether one has ever asked for another room, or been in several: from then on everything names the room that it is for. */
  readonly roams: boolean
  /** The key of the room that was asked for, until that is answered; what is submitted meanwhile waits, as it may be for that room. */
  readonly entering: string | undefined
  /** How many answers have to come to the client's entering rooms again, after its place was lost. */
  readonly awaited: number
  /** The rooms of which one has been told, besides one's own: they can be completed. */
  readonly listed: ReadonlyArray<string>
  /** The messages sent and not yet receipted, in order. */
  readonly pending: ReadonlyArray<Pending>
  /** The lines submitted before we were in the room, or in the one asked for: they are sent on entering, in order. */
  readonly ahead: ReadonlyArray<Ahead>
  /** What had been begun for the room when the form had to be asked again: it comes back with the room, see the wish `Return`. */
  readonly begun: ReadonlyArray<string>
  readonly focused: boolean
  /** The last line sent without a correlation id, such as one that asks for another name, until it is answered. */
  readonly unmarked: string | undefined
  /** Whom the user listens to. */
  readonly attention: Attention
  /** Up to where the first room was heard, so that whoever comes back can be told how much was missed. */
  readonly heard: Heard | undefined
  /** Since when the connection is lost, ms since 1970, while the client tries to come back; what is submitted meanwhile waits. */
  readonly lostAt: number | undefined
  /** How correlation ids begin, and the number in the last one: each number is used once. */
  readonly mark: string
  readonly lastRef: number
  /** Whether one was told that a word of a room was sent unencrypted. */
  readonly isWarned: boolean
}

/** A room that one is in, as far as it has been looked at. */
export interface Room {
  readonly name: RoomName
  /** Names with one key are the same room. */
  readonly key: string
  readonly role: ToldRole
  readonly here: number
  /** How many are here once what was missed has been told, up to the number `n`; absent where it is counted meanwhile. */
  readonly recount: { readonly n: number; readonly here: number } | undefined
  /** The room's last number that was heard. */
  readonly seq: number
  /** How many messages of others came while it was not looked at, and how many of them mention the user. */
  readonly unread: number
  readonly mentions: number
  /** Its last lines, and how many of these came while it was not looked at. */
  readonly lines: ReadonlyArray<Line>
  readonly fresh: number
  /** What was being typed in it when another room was chosen. */
  readonly draft: Draft | undefined
  /** Whether the client is entering it again, as its place was lost. */
  readonly isAgain: boolean
}

/** What the input line holds, not submitted, at the moment something happens. */
export interface Draft {
  readonly line: string
  /** Pasted lines that wait for the user's confirmation. */
  readonly pasted: ReadonlyArray<string>
}

/** Nothing has been typed. */
export const noDraft: Draft = { line: "", pasted: [] }

/**
 * What happens to a conversation.
 *
 * - `Submitted`: a line was entered, and the input is empty again; `members` are who is in one's rooms now, `away` who was lost there
 * - `Pasted`: several lines were pasted and confirmed: each is a message, none a command
 * - `Entered`, `NotEntered`: how an attempt to connect ended, the first one or, after a connection was lost, another; `code` is the server's refusal, if it was one
 * - `Told`: an event of the server, and which rooms it concerns where the client knows that: see `ChatClient.concernsOf`; `Unsent`: a request that was not even sent
 * - `Lost`: the connection was lost at this time, ms since 1970, and the client tries to come back by itself; a `Resumed` or a `Welcome` is told when it is back
 * - `Chosen`: another room was chosen, by its name
 * - `Focus`: the view got or lost the focus
 * - `Interrupted`: the user pressed Ctrl-C: what had been begun is dropped
 * - `Over`: nothing more can be sent or told
 */
export type Happening =
  | { readonly _tag: "Submitted"; readonly line: string; readonly members: ReadonlyArray<Member>; readonly away?: ReadonlyArray<Member> }
  | { readonly _tag: "Pasted"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Entered"; readonly welcome: Welcome | Resumed }
  | { readonly _tag: "NotEntered"; readonly reason: string; readonly code: RefusalCode | undefined }
  | { readonly _tag: "Told"; readonly event: Event; readonly concerns?: ReadonlyArray<Concern> }
  | { readonly _tag: "Unsent"; readonly ref: string; readonly reason: string }
  | { readonly _tag: "Lost"; readonly at: number }
  | { readonly _tag: "Chosen"; readonly room: string }
  | { readonly _tag: "Focus"; readonly focused: boolean }
  | { readonly _tag: "Interrupted" }
  | { readonly _tag: "Over" }

/** A room that an event concerns, and how many more are in it after that. */
export interface Concern {
  readonly room: string
  readonly change: number
}

/** A line of the conversation, before a view draws it. `of`: the room that an event is of, where another one is looked at. */
export type Line =
  | { readonly _tag: "Event"; readonly event: Event; readonly me: Member; readonly of?: string }
  | { readonly _tag: "Info"; readonly text: string }
  | { readonly _tag: "Error"; readonly text: string }

/**
 * What a conversation wants done, in order. `ref` is the correlation id that a
 * receipt or a refusal bears. `Return` is a line that was refused: the view keeps
 * it where it can be called back and corrected, and says so. It never puts it into
 * the input, where it would become a part of the next sentence. `Empty` takes away
 * what is in the input, `Clear` empties the log that the view keeps, `End` closes
 * the view. `Show` is a room that is looked at from now on: its last lines, of which
 * the last `fresh` came since one looked at it, and `lost` more are not kept; `Draft`
 * is what was being typed in it, which takes the place of what the input holds. `word`
 * is that of the room which is entered or locked: it is in no command.
 */
export type Wish =
  | { readonly _tag: "Print"; readonly line: Line }
  | { readonly _tag: "Connect"; readonly form: Form.Form }
  | { readonly _tag: "Send"; readonly command: Command; readonly ref: string | undefined; readonly word?: string }
  | { readonly _tag: "Show"; readonly room: string; readonly lines: ReadonlyArray<Line>; readonly fresh: number; readonly lost: number }
  | { readonly _tag: "Draft"; readonly draft: Draft }
  | { readonly _tag: "Ask"; readonly question: Question }
  | { readonly _tag: "Bell" }
  | { readonly _tag: "Clear" }
  | { readonly _tag: "End" }
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Return"; readonly text: string }

/** The next state, and its wishes: the effects that a view carries out. */
export interface Step {
  readonly after: Conversation
  readonly wishes: ReadonlyArray<Wish>
}

/** A step from its parts. */
export const step = (after: Conversation, ...wishes: ReadonlyArray<Wish>): Step => ({ after, wishes })

/** Two steps in sequence: the second starts from the state that the first leaves. */
export const andThen = ({ after, wishes }: Step, next: (state: Conversation) => Step): Step => {
  const second = next(after)
  return { after: second.after, wishes: [...wishes, ...second.wishes] }
}

/** A step after the first for each of these, in order. */
export const inOrder = <A>(first: Step, all: ReadonlyArray<A>, next: (state: Conversation, one: A) => Step): Step => {
  let { after } = first
  const wishes = [...first.wishes]
  for (const one of all) {
    const result = next(after, one)
    after = result.after
    wishes.push(...result.wishes)
  }
  return { after, wishes }
}

/** Shows the user a piece of information. */
export const info = (text: string): Wish => ({ _tag: "Print", line: { _tag: "Info", text: clean(text) } })

/** Shows the user an error. */
export const error = (text: string): Wish => ({ _tag: "Print", line: { _tag: "Error", text: clean(text) } })

/** A message that waits for its receipt. */
interface Pending {
  /** The correlation id. */
  readonly ref: string
  readonly command: Command
  /** As it was typed. */
  readonly typed: string
}

interface Ahead {
  /** As it was typed. */
  readonly typed: string
  /** Whether the line is a message whatever it looks like, as pasted lines are. */
  readonly isLiteral: boolean
}
