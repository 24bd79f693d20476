/** What comes of commands, whoever asks for them: the table by which they are decided. */
import * as Schema from "effect/Schema"
import { type Chat, type Decision, roomWith } from "../Chat.ts"
import type { Asker } from "../Decision.ts"
import { Refusal } from "../Refusal.ts"
import type { RoomKey } from "../RoomName.ts"
import { Act } from "./act.ts"
import { Authenticate, authenticate, ClaimName, claimName } from "./authenticate.ts"
import { Away } from "./away.ts"
import { Back } from "./back.ts"
import { Confide, confide } from "./confide.ts"
import type { CommandDefinition } from "./Definition.ts"
import { Describe } from "./describe.ts"
import { SetDuty, setDuty } from "./duty.ts"
import { Enter } from "./enter.ts"
import { Exit } from "./exit.ts"
import { Hide, Show } from "./hide.ts"
import { Forget, Remember } from "./history.ts"
import { askedFor, askedRules, type Commands, type RoomRules } from "./index.ts"
import { Invite } from "./invite.ts"
import { Join } from "./join.ts"
import { SetKey } from "./key.ts"
import { KeepLetters, keepLetters } from "./letters.ts"
import { Lock, Unlock } from "./lock.ts"
import { Moderate } from "./moderate.ts"
import { SetModes, setModes } from "./modes.ts"
import { Address } from "./msg.ts"
import { Rename } from "./nick.ts"
import { Proclaim, proclaim } from "./proclaim.ts"
import { denied, type RuleDefinition, serverAsRuler } from "./ruling.ts"
import { Redact, redact } from "./redact.ts"
import { Say } from "./say.ts"
import { SetMetadata, setMetadata } from "./setMetadata.ts"
import { Signal, signal } from "./signal.ts"
import { Topic } from "./topic.ts"
import { Watch } from "./watch.ts"
import { Whisper } from "./whisper.ts"

/** A command that rules a room, as it stands in the log. */
export const RoomRule = Schema.Union(Topic, Invite, Lock, Unlock, Hide, Show, Remember, Forget, Moderate, SetModes)

/** A command: all that `apply` decides, as it stands in the log. */
export const Command = Schema.Union(Join, Say, Act, Whisper, Address, Rename, Enter, Exit, SetKey, Back, Confide, SetDuty, Proclaim, Away, Describe, Watch, Signal, Authenticate, ClaimName, KeepLetters, Redact, SetMetadata, ...RoomRule.members)

/** The commands that rule a room, by their tag. */
const roomRules: { readonly [K in keyof RoomRules]: RuleDefinition<RoomRules[K]> } = { ...askedRules, SetModes: setModes }

/** All commands by their tag. Those that stand here alone are asked for by clients of some dialects: nobody types them, and no message of programs is one. */
const commands: { readonly [K in keyof Commands]: CommandDefinition<Commands[K]> } = {
  ...askedFor,
  ...roomRules,
  Confide: confide,
  SetDuty: setDuty,
  Proclaim: proclaim,
  Signal: signal,
  Authenticate: authenticate,
  ClaimName: claimName,
  KeepLetters: keepLetters,
  Redact: redact,
  SetMetadata: setMetadata
}

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
