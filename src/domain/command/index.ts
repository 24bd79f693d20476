/**
 * The table of all that can be asked: whoever reads bytes or typed lines, shows the help or completes a word goes by
 * it. What comes of it is in the table of `deciding.ts`.
 */
import * as Schema from "effect/Schema"
import { type Act, act, ActMessage } from "./act.ts"
import type { Authenticate, ClaimName } from "./authenticate.ts"
import { type Away, away, AwayMessage } from "./away.ts"
import { type Back, back, BackMessage } from "./back.ts"
import type { CommandForm, LineForm, MessageForm, QuestionForm } from "./Definition.ts"
import type { Confide } from "./confide.ts"
import type { SetDuty } from "./duty.ts"
import { type Describe, describe, DescribeMessage } from "./describe.ts"
import { type Enter, enter, EnterMessage } from "./enter.ts"
import { type Exit, exit, ExitMessage } from "./exit.ts"
import { type Help, help } from "./help.ts"
import { type Forget, forget, ForgetMessage, type Remember, remember, RememberMessage } from "./history.ts"
import { type Hide, hide, HideMessage, type Show, show, ShowMessage } from "./hide.ts"
import { type Invite, invite, InviteMessage } from "./invite.ts"
import { Hello, type Join, join } from "./join.ts"
import { type SetKey, setKey, SetKeyMessage } from "./key.ts"
import type { KeepLetters } from "./letters.ts"
import type { Redact } from "./redact.ts"
import { type Lock, lock, LockMessage, type Unlock, unlock, UnlockMessage } from "./lock.ts"
import { type Moderate, moderate, ModerateMessage, moderationLines } from "./moderate.ts"
import type { SetModes } from "./modes.ts"
import { type Address, msg } from "./msg.ts"
import { nick, type Rename, RenameMessage } from "./nick.ts"
import { Ping, ping, Pong, pong } from "./ping.ts"
import type { Proclaim } from "./proclaim.ts"
import { Quit, quit } from "./quit.ts"
import { Rooms, rooms } from "./rooms.ts"
import { type Say, say, SayMessage } from "./say.ts"
import type { SayLines } from "./sayLines.ts"
import { Search, search } from "./search.ts"
import type { SetMetadata } from "./setMetadata.ts"
import type { Signal } from "./signal.ts"
import { type Topic, topic, TopicMessage } from "./topic.ts"
import { type Watch, watch, WatchMessage } from "./watch.ts"
import { type Whisper, whisper, WhisperMessage } from "./whisper.ts"
import { type Who, who, WhoMessage } from "./who.ts"
import { type Whois, whois, WhoisMessage } from "./whois.ts"

export { type CommandForm, type LineForm, type MessageForm, type Request } from "./Definition.ts"

/** The commands that rule a room, which the operator of the server can give too. */
export interface RoomRules {
  readonly Topic: Topic
  readonly Invite: Invite
  readonly Lock: Lock
  readonly Unlock: Unlock
  readonly Hide: Hide
  readonly Show: Show
  readonly Remember: Remember
  readonly Forget: Forget
  readonly Moderate: Moderate
  readonly SetModes: SetModes
}

/** A command that rules a room, as it stands in the log. */
export type RoomRule = RoomRules[keyof RoomRules]

/** All commands, by the tag they have in the log. */
export interface Commands extends RoomRules {
  readonly Join: Join
  readonly Say: Say
  readonly SayLines: SayLines
  readonly Act: Act
  readonly Whisper: Whisper
  readonly Address: Address
  readonly Rename: Rename
  readonly Enter: Enter
  readonly Exit: Exit
  readonly SetKey: SetKey
  readonly Back: Back
  readonly Confide: Confide
  readonly SetDuty: SetDuty
  readonly Proclaim: Proclaim
  readonly Away: Away
  readonly Describe: Describe
  readonly Watch: Watch
  readonly Signal: Signal
  readonly Authenticate: Authenticate
  readonly ClaimName: ClaimName
  readonly KeepLetters: KeepLetters
  readonly Redact: Redact
  readonly SetMetadata: SetMetadata
}

/** A command: all that `apply` decides, as it stands in the log. */
export type Command = Commands[keyof Commands]

/** All questions, by their tag. */
export interface Questions {
  readonly Who: Who
  readonly Whois: Whois
  readonly Rooms: Rooms
  readonly Search: Search
  readonly Help: Help
  readonly Ping: Ping
}

/** A question: all that is answered and changes nothing. */
export type Question = Questions[keyof Questions]

/** All that programs send, as it travels: strings are not yet names or texts. */
export const ClientMessage = Schema.Union(
  Hello,
  SayMessage,
  ActMessage,
  WhisperMessage,
  RenameMessage,
  EnterMessage,
  ExitMessage,
  TopicMessage,
  InviteMessage,
  LockMessage,
  UnlockMessage,
  HideMessage,
  ShowMessage,
  RememberMessage,
  ForgetMessage,
  ModerateMessage,
  SetKeyMessage,
  BackMessage,
  AwayMessage,
  DescribeMessage,
  WatchMessage,
  Rooms,
  Search,
  WhoMessage,
  WhoisMessage,
  Ping,
  Pong,
  Quit
)
export type ClientMessage = typeof ClientMessage.Type

/** The commands that people type or programs send, by the tag they have in the log. What only some dialects ask for has no form here. */
export const asked: { readonly [K in keyof Commands]?: CommandForm<Commands[K]> } = {
  Enter: enter,
  Exit: exit,
  Join: join,
  Say: say,
  Act: act,
  Whisper: whisper,
  Address: msg,
  Rename: nick,
  SetKey: setKey,
  Back: back,
  Away: away,
  Describe: describe,
  Watch: watch,
  Topic: topic,
  Invite: invite,
  Lock: lock,
  Unlock: unlock,
  Hide: hide,
  Show: show,
  Remember: remember,
  Forget: forget,
  Moderate: moderate
}

/** The questions by their tag. */
export const questions: { readonly [K in keyof Questions]: QuestionForm<Questions[K]> } = {
  Help: help,
  Who: who,
  Whois: whois,
  Rooms: rooms,
  Search: search,
  Ping: ping
}

const forms: ReadonlyArray<{ readonly line?: LineForm; readonly message?: MessageForm }> = [
  questions.Help,
  questions.Who,
  questions.Whois,
  nick,
  act,
  msg,
  enter,
  exit,
  questions.Rooms,
  topic,
  invite,
  lock,
  unlock,
  hide,
  show,
  questions.Search,
  remember,
  forget,
  ...moderationLines.map((line) => ({ line })),
  setKey,
  back,
  away,
  ...[moderate, describe, watch, join, say, whisper, ping, { message: pong }],
  quit
]

/** What people in a room can type, whatever program they use, in the order of the help. */
export const lines: ReadonlyArray<LineForm> = forms.flatMap(({ line }) => line ?? [])

/** What programs can send, by its `_tag`. */
export const messages: ReadonlyMap<string, MessageForm> = new Map(forms.flatMap(({ message }) => (message === undefined ? [] : [[message.tag, message] as const])))

/** The message that our own client sends for a command, with the correlation id `ref`; `undefined` where it sends another command instead. */
export const messageOf = <K extends keyof Commands>(command: Commands[K] & { readonly _tag: K }, ref: string | undefined): ClientMessage | undefined =>
  asked[command._tag]?.send?.(command, ref)

/** The message that our own client sends for a question; `undefined` where the client answers the question itself. */
export const questionMessageOf = <K extends keyof Questions>(question: Questions[K] & { readonly _tag: K }): ClientMessage | undefined =>
  questions[question._tag].send?.(question)

/** Whether our own client waits for a receipt of this command. */
export const isReceipted = ({ _tag }: Command): boolean => asked[_tag]?.message?.hasRef === true
