/** What comes of all that can be asked, whoever asks for it: the tables by which commands are decided, and questions answered. */
import { type Chat, type Decision, roomWith } from "../Chat.ts"
import type { Asker } from "../Decision.ts"
import type { Reply } from "../Reply.ts"
import { Refusal } from "../Refusal.ts"
import type { RoomKey } from "../RoomName.ts"
import { decideAct } from "./act.ts"
import { decideAuthenticate, decideClaimName } from "./authenticate.ts"
import { decideAway } from "./away.ts"
import { decideBack } from "./back.ts"
import { decideConfide } from "./confide.ts"
import type { Answers, Decides } from "./Definition.ts"
import { decideDescribe } from "./describe.ts"
import { decideSetDuty } from "./duty.ts"
import { decideEnter } from "./enter.ts"
import { decideExit } from "./exit.ts"
import { answerHelp } from "./help.ts"
import { ruleHide, ruleShow } from "./hide.ts"
import { ruleForget, ruleRemember } from "./history.ts"
import { type Commands, lines, type Questions, type RoomRules } from "./index.ts"
import { ruleInvite } from "./invite.ts"
import { decideJoin } from "./join.ts"
import { decideSetKey } from "./key.ts"
import { decideKeepLetters } from "./letters.ts"
import { ruleLock, ruleUnlock } from "./lock.ts"
import { ruleModerate } from "./moderate.ts"
import { ruleSetModes } from "./modes.ts"
import { decideMsg } from "./msg.ts"
import { decideNick } from "./nick.ts"
import { answerPing } from "./ping.ts"
import { decideProclaim } from "./proclaim.ts"
import { decideRedact } from "./redact.ts"
import { answerRooms } from "./rooms.ts"
import { denied, type Ruling, ruled, serverAsRuler } from "./ruling.ts"
import { decideSay } from "./say.ts"
import { decideSayLines } from "./sayLines.ts"
import { answerSearch } from "./search.ts"
import { decideSetMetadata } from "./setMetadata.ts"
import { decideSignal } from "./signal.ts"
import { ruleTopic } from "./topic.ts"
import { decideWatch } from "./watch.ts"
import { decideWhisper } from "./whisper.ts"
import { answerWho } from "./who.ts"
import { answerWhois } from "./whois.ts"

/** What comes of the commands that rule a room, by their tag. */
const rules: { readonly [K in keyof RoomRules]: Ruling<RoomRules[K]> } = {
  Topic: ruleTopic,
  Invite: ruleInvite,
  Lock: ruleLock,
  Unlock: ruleUnlock,
  Hide: ruleHide,
  Show: ruleShow,
  Remember: ruleRemember,
  Forget: ruleForget,
  Moderate: ruleModerate,
  SetModes: ruleSetModes
}

/** What comes of all commands where a client asks for them, by their tag. */
const decisions: { readonly [K in keyof Commands]: Decides<Commands[K]> } = {
  Join: decideJoin,
  Say: decideSay,
  SayLines: decideSayLines,
  Act: decideAct,
  Whisper: decideWhisper,
  Address: decideMsg,
  Rename: decideNick,
  Enter: decideEnter,
  Exit: decideExit,
  SetKey: decideSetKey,
  Back: decideBack,
  Away: decideAway,
  Describe: decideDescribe,
  Watch: decideWatch,
  Confide: decideConfide,
  SetDuty: decideSetDuty,
  Proclaim: decideProclaim,
  Signal: decideSignal,
  Authenticate: decideAuthenticate,
  ClaimName: decideClaimName,
  KeepLetters: decideKeepLetters,
  Redact: decideRedact,
  SetMetadata: decideSetMetadata,
  Topic: ruled(rules.Topic),
  Invite: ruled(rules.Invite),
  Lock: ruled(rules.Lock),
  Unlock: ruled(rules.Unlock),
  Hide: ruled(rules.Hide),
  Show: ruled(rules.Show),
  Remember: ruled(rules.Remember),
  Forget: ruled(rules.Forget),
  Moderate: ruled(rules.Moderate),
  SetModes: ruled(rules.SetModes)
}

/** The answers to questions, by their tag. */
const answers: { readonly [K in keyof Questions]: Answers<Questions[K]> } = {
  Help: answerHelp(lines),
  Who: answerWho,
  Whois: answerWhois,
  Rooms: answerRooms,
  Search: answerSearch,
  Ping: answerPing
}

/** Decides a command of `asker`: the next state, and what is told to whom. */
export const decide = <Peer, K extends keyof Commands>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  command: Commands[K] & { readonly _tag: K }
): Decision<Peer> => decisions[command._tag](chat, asker, command)

/** Decides what the operator of the server does in a room. What cannot be done is told to nobody else: it is the `Refused` of the decision. */
export const rule = <Peer, K extends keyof RoomRules>(chat: Chat<Peer>, key: RoomKey, command: RoomRules[K] & { readonly _tag: K }): Decision<Peer> => {
  const room = roomWith(chat, key)
  return room === undefined
    ? denied(chat, serverAsRuler(), new Refusal({ code: "no-such-room", message: "There is no such room: /rooms shows all." }))
    : rules[command._tag].rule(chat, serverAsRuler(), room, command)
}

/** Answers a question, to its asker alone; the answer has no number. */
export const answer = <Peer, K extends keyof Questions>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  question: Questions[K] & { readonly _tag: K }
): Reply => answers[question._tag](chat, asker, question)
