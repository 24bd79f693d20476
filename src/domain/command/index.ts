/**
 * The dispatch table of all that can be asked: whoever reads bytes or typed
 * lines, decides, answers, shows the help or completes a word goes by this table.
 */
import * as Schema from "effect/Schema"
import { type Chat, type Decision, roomWith } from "../Chat.ts"
import type { Asker } from "../Decision.ts"
import type { Reply } from "../Event.ts"
import { Refusal } from "../Refusal.ts"
import type { RoomKey } from "../RoomName.ts"
import { Act, act, ActMessage } from "./act.ts"
import { Authenticate, authenticate, ClaimName, claimName } from "./authenticate.ts"
import { Away, away, AwayMessage } from "./away.ts"
import { Back, back, BackMessage } from "./back.ts"
import type { CommandDefinition, LineForm, MessageForm, QuestionDefinition } from "./Definition.ts"
import { Confide, confide } from "./confide.ts"
import { SetDuty, setDuty } from "./duty.ts"
import { Describe, describe, DescribeMessage } from "./describe.ts"
import { Enter, enter, EnterMessage } from "./enter.ts"
import { Exit, exit, ExitMessage } from "./exit.ts"
import { type Help, helpOn } from "./help.ts"
import { Forget, forget, ForgetMessage, Remember, remember, RememberMessage } from "./history.ts"
import { Hide, hide, HideMessage, Show, show, ShowMessage } from "./hide.ts"
import { Invite, invite, InviteMessage } from "./invite.ts"
import { Hello, Join, join } from "./join.ts"
import { SetKey, setKey, SetKeyMessage } from "./key.ts"
import { Lock, lock, LockMessage, Unlock, unlock, UnlockMessage } from "./lock.ts"
import { Moderate, moderate, ModerateMessage, moderationLines } from "./moderate.ts"
import { SetModes, setModes } from "./modes.ts"
import { Address, msg } from "./msg.ts"
import { nick, Rename, RenameMessage } from "./nick.ts"
import { Ping, ping, Pong, pong } from "./ping.ts"
import { Proclaim, proclaim } from "./proclaim.ts"
import { Quit, quit } from "./quit.ts"
import { Rooms, rooms } from "./rooms.ts"
import { denied, type RuleDefinition, serverAsRuler } from "./ruling.ts"
import { Say, say, SayMessage } from "./say.ts"
import { Search, search } from "./search.ts"
import { Signal, signal } from "./signal.ts"
import { Topic, topic, TopicMessage } from "./topic.ts"
import { Watch, watch, WatchMessage } from "./watch.ts"
import { Whisper, whisper, WhisperMessage } from "./whisper.ts"
import { type Who, who, WhoMessage } from "./who.ts"
import { type Whois, whois, WhoisMessage } from "./whois.ts"

export { type CommandDefinition, type LineForm, type MessageForm, type Request } from "./Definition.ts"

/** The commands that rule a room, which the operator of the server can give too. */
interface RoomRules {
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
export const RoomRule = Schema.Union(Topic, Invite, Lock, Unlock, Hide, Show, Remember, Forget, Moderate, SetModes)

interface Commands extends RoomRules {
  readonly Join: Join
  readonly Say: Say
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
}

/** A command: all that `apply` decides, as it stands in the log. */
export type Command = Commands[keyof Commands]
export const Command = Schema.Union(Join, Say, Act, Whisper, Address, Rename, Enter, Exit, SetKey, Back, Confide, SetDuty, Proclaim, Away, Describe, Watch, Signal, Authenticate, ClaimName, ...RoomRule.members)

interface Questions {
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

/** The commands that rule a room, by their tag. */
const roomRules: { readonly [K in keyof RoomRules]: RuleDefinition<RoomRules[K]> } = {
  Topic: topic,
  Invite: invite,
  Lock: lock,
  Unlock: unlock,
  Hide: hide,
  Show: show,
  Remember: remember,
  Forget: forget,
  Moderate: moderate,
  SetModes: setModes
}

/** The commands by the tag they have in the log. */
export const commands: { readonly [K in keyof Commands]: CommandDefinition<Commands[K]> } = {
  ...roomRules,
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
  Confide: confide,
  SetDuty: setDuty,
  Proclaim: proclaim,
  Away: away,
  Describe: describe,
  Watch: watch,
  Signal: signal,
  Authenticate: authenticate,
  ClaimName: claimName
}

/** The questions by their tag. */
export const questions: { readonly [K in keyof Questions]: QuestionDefinition<Questions[K]> } = {
  Help: helpOn(() => lines),
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

/** Decides a command of `asker`: the next state, and what is told to whom. */
export const decide = <Peer, K extends keyof Commands>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  command: Commands[K] & { readonly _tag: K }
): Decision<Peer> => commands[command._tag].apply(chat, asker, command)

/** Decides what the operator of the server does in a room. What cannot be done is told to nobody else: it is the `Refused` of the decision. */
export const rule = <Peer, K extends keyof RoomRules>(chat: Chat<Peer>, key: RoomKey, command: RoomRules[K] & { readonly _tag: K }): Decision<Peer> => {
  const room = roomWith(chat, key)
  return room === undefined
    ? denied(chat, serverAsRuler(), new Refusal({ code: "no-such-room", message: "There is no such room: /rooms shows all." }))
    : roomRules[command._tag].rule(chat, serverAsRuler(), room, command)
}

/** Answers a question, to its asker alone; the answer has no number. */
export const answer = <Peer, K extends keyof Questions>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  question: Questions[K] & { readonly _tag: K }
): Reply => questions[question._tag].answer(chat, asker, question)

/** The message that our own client sends for a command, with the correlation id `ref`; `undefined` where it sends another command instead. */
export const messageOf = <K extends keyof Commands>(command: Commands[K] & { readonly _tag: K }, ref: string | undefined): ClientMessage | undefined =>
  commands[command._tag].send?.(command, ref)

/** The message that our own client sends for a question; `undefined` where the client answers the question itself. */
export const questionMessageOf = <K extends keyof Questions>(question: Questions[K] & { readonly _tag: K }): ClientMessage | undefined =>
  questions[question._tag].send?.(question)

/** Whether our own client waits for a receipt of this command. */
export const isReceipted = ({ _tag }: Command): boolean => commands[_tag].message?.hasRef === true
