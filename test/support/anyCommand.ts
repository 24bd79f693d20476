import { readingsOf } from "../../src/domain/addressee.ts"
import { addressed } from "../../src/domain/command/msg.ts"
import type { ClientId } from "../../src/domain/ClientId.ts"
import type { Command, Commands, RoomRules } from "../../src/domain/command/index.ts"
import { joinAnyway, joinOrRefuse } from "../../src/domain/command/join.ts"
import type { ModeChange } from "../../src/domain/command/modes.ts"
import { MemberId } from "../../src/domain/Member.ts"
import type { Mask } from "../../src/domain/masks.ts"
import { MetadataKey } from "../../src/domain/metadata.ts"
import { asked } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { Proof } from "../../src/domain/Place.ts"
import type { MessageId } from "../../src/domain/eventFields.ts"
import { Change, Deed } from "../../src/domain/RoomEvent.ts"
import type { AskedRoom } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import { named, roomNamed, settings } from "./chat.ts"

// Commands of every kind, as choices.

/** Choices, one after the other, and the same ones for the same numbers. */
export class Draw {
  readonly #numbers: ReadonlyArray<number>
  #at = 0

  constructor(numbers: ReadonlyArray<number>) {
    this.#numbers = numbers
  }

  upTo(most: number): number {
    const number = this.#numbers[this.#at % this.#numbers.length] ?? 0
    this.#at += 1
    return number % (most + 1)
  }

  one<A>(first: A, ...others: ReadonlyArray<A>): A {
    const n = this.upTo(others.length)
    return (n === 0 ? undefined : others[n - 1]) ?? first
  }

  of<A>(all: ReadonlyArray<A>): A | undefined {
    return all.length === 0 ? undefined : all[this.upTo(all.length - 1)]
  }

  maybe<A>(make: () => A): A | undefined {
    return this.upTo(1) === 0 ? undefined : make()
  }
}

/** What a choice may depend on: what was said, and can be named. */
export interface Known {
  readonly messages: ReadonlyArray<Message>
}

/** Something that was said in a room, and by whom. */
export interface Message {
  readonly id: MessageId
  readonly room: AskedRoom
  readonly author: ClientId
}

const names = ["ann", "bob", "eve", "kim", "Zoë", "ann b"]
const rooms = ["dev", "tea", "lobby"].map(roomNamed)

const nameIn = (draw: Draw) => named(draw.one("ann", ...names))
const keyIn = (draw: Draw) => Nickname.key(nameIn(draw))
/** Somebody, perhaps. */
export const idIn = (draw: Draw) => MemberId.make(`m${1 + draw.upTo(9)}`)
/** A room, perhaps. */
export const roomIn = (draw: Draw) => draw.of(rooms) ?? roomNamed("dev")
const wordIn = (draw: Draw) => Proof.make(draw.one("one", "two"))
/** Words. */
export const textIn = (draw: Draw) => clean(`line ${draw.upTo(99)}`)
const neighbourhoodIn = (draw: Draw) => draw.one("here", "there")
const proofOf = (key: string) => Proof.make(`words of ${key}`)
/** Yes, or nothing. */
export const yes = (draw: Draw) => draw.maybe(() => true as const)

// Mostly the right words.
const credentialsIn = (draw: Draw) => {
  const key = keyIn(draw)
  return { key, proof: draw.upTo(5) === 0 ? Proof.make("wrong words") : proofOf(key), neighbourhood: neighbourhoodIn(draw) }
}

const targetIn = (draw: Draw): RoomRules["Invite"]["target"] => {
  const name = nameIn(draw)
  return draw.one<RoomRules["Invite"]["target"]>(
    { _tag: "Id", id: idIn(draw) },
    { _tag: "Name", key: Nickname.key(name) },
    { _tag: "Words", words: clean(`${name} noise`), readings: readingsOf(`${name} noise`) }
  )
}

const maskIn = (draw: Draw): Mask =>
  draw.one<Mask>(
    { text: clean("ann!*@*"), name: "ann", user: "*", host: "*" },
    { text: clean("?ob!~b*@*"), name: "?ob", user: "~b*", host: "*" },
    { text: clean("*!*@brusio"), name: "*", user: "*", host: "brusio" },
    { text: clean("a:e*"), name: "*", user: "*", host: "*", account: "e*" }
  )

const changeIn = (draw: Draw): ModeChange => {
  const deed = draw.of<ModeChange["deed"]>([...Change.literals, "op", "deop", "lock", "unlock", "hide", "show", "ban", "unban", "mute", "unmute"]) ?? "voice"
  switch (deed) {
    case "op": case "deop": case "voice": case "devoice":
      return { deed, target: targetIn(draw) }
    case "ban": case "unban": case "mute": case "unmute":
      return draw.upTo(2) === 0 ? { deed, target: targetIn(draw) } : { deed, mask: maskIn(draw) }
    case "except": case "unexcept": case "except-mute": case "unexcept-mute": case "admit": case "unadmit":
      return { deed, mask: maskIn(draw) }
    case "limit":
      return { deed, limit: 1 + draw.upTo(5) }
    case "lock":
      return { deed, hasWord: yes(draw) }
    default:
      return { deed }
  }
}

/** What rules a room, by its tag. */
export const rules: { readonly [K in keyof RoomRules]: (draw: Draw) => RoomRules[K] } = {
  Topic: (draw) => ({ _tag: "Topic", room: draw.maybe(() => roomIn(draw)), text: draw.one(textIn(draw), clean("")) }),
  Invite: (draw) => ({ _tag: "Invite", room: draw.maybe(() => roomIn(draw)), target: targetIn(draw) }),
  Lock: (draw) => ({ _tag: "Lock", room: draw.maybe(() => roomIn(draw)), word: draw.maybe(() => wordIn(draw)) }),
  Unlock: (draw) => ({ _tag: "Unlock", room: draw.maybe(() => roomIn(draw)) }),
  Hide: (draw) => ({ _tag: "Hide", room: draw.maybe(() => roomIn(draw)) }),
  Show: (draw) => ({ _tag: "Show", room: draw.maybe(() => roomIn(draw)) }),
  Remember: (draw) => ({ _tag: "Remember", room: draw.maybe(() => roomIn(draw)), on: draw.one(true, false) }),
  Forget: (draw) => ({ _tag: "Forget", room: draw.maybe(() => roomIn(draw)) }),
  Moderate: (draw) => ({
    _tag: "Moderate",
    room: draw.maybe(() => roomIn(draw)),
    deed: draw.of(Deed.literals) ?? "op",
    target: targetIn(draw),
    forMs: draw.maybe(() => draw.one(1000, 30_000)),
    reason: draw.maybe(() => textIn(draw))
  }),
  SetModes: (draw) => ({ _tag: "SetModes", room: roomIn(draw), word: draw.maybe(() => wordIn(draw)), changes: Array.from({ length: 1 + draw.upTo(3) }, () => changeIn(draw)) })
}

/** Any command, by its tag: there is none that these logs leave out. */
const commands: { readonly [K in keyof Commands]: (draw: Draw, known: Known) => Commands[K] } = {
  ...rules,
  Join: (draw) => {
    const name = nameIn(draw)
    const secret = draw.upTo(3)
    return {
      ...(draw.upTo(3) === 0 ? joinOrRefuse(name) : joinAnyway(name, settings.limits)),
      claim: secret === 0 ? undefined : { proof: Proof.make(`secret ${secret} of ${name}`), neighbourhood: neighbourhoodIn(draw), seen: draw.maybe(() => ({ id: idIn(draw), n: draw.upTo(200) })) },
      account: draw.upTo(2) === 0 ? credentialsIn(draw) : undefined,
      profile: draw.maybe(() => ({ user: draw.maybe(() => draw.one("bo", "Someone")), real: textIn(draw) })),
      nowhere: draw.upTo(3) === 0 ? true : undefined
    }
  },
  Say: (draw) => ({ _tag: "Say", room: draw.maybe(() => roomIn(draw)), text: textIn(draw), ref: draw.maybe(() => `${draw.upTo(99)}`) }),
  SayLines: (draw) => ({
    _tag: "SayLines",
    ...draw.one({ room: roomIn(draw) }, { to: idIn(draw) }),
    lines: Array.from({ length: 1 + draw.upTo(2) }, () => ({ text: textIn(draw), blanks: draw.maybe(() => 1 + draw.upTo(1)) })),
    notice: yes(draw)
  }),
  Act: (draw) => ({ _tag: "Act", room: draw.maybe(() => roomIn(draw)), text: textIn(draw) }),
  Whisper: (draw) => ({ _tag: "Whisper", to: idIn(draw), text: textIn(draw) }),
  Address: (draw) => addressed(clean(`${nameIn(draw)} ${draw.one("psst", "\u2800", "")}`.trim())),
  Rename: (draw) => ({ _tag: "Rename", name: asked(nameIn(draw)) }),
  Enter: (draw) => ({ _tag: "Enter", room: roomIn(draw), word: draw.maybe(() => wordIn(draw)) }),
  Exit: (draw) => ({ _tag: "Exit", room: draw.maybe(() => roomIn(draw)) }),
  SetKey: (draw) => {
    const name = keyIn(draw)
    return { _tag: "SetKey", name, proof: proofOf(name), neighbourhood: neighbourhoodIn(draw) }
  },
  Back: (draw) => {
    const { key: name, neighbourhood, proof } = credentialsIn(draw)
    return { _tag: "Back", name, proof, neighbourhood }
  },
  Away: (draw) => ({ _tag: "Away", reason: draw.maybe(() => textIn(draw)) }),
  Describe: (draw) => ({ _tag: "Describe", real: draw.maybe(() => textIn(draw)), bot: draw.maybe(() => draw.one(true, false)), invisible: draw.maybe(() => draw.one(true, false)) }),
  Watch: (draw) => {
    const name = nameIn(draw)
    return { _tag: "Watch", for: { name, key: Nickname.key(name) }, over: draw.upTo(3) === 0 ? true : undefined }
  },
  Confide: (draw) => ({ _tag: "Confide", room: roomIn(draw), role: draw.one("operator", "voice"), text: textIn(draw), notice: yes(draw) }),
  SetDuty: (draw) => ({ _tag: "SetDuty", operates: draw.upTo(4) > 0 ? true : undefined, listens: draw.maybe(() => draw.one(true, false)) }),
  Proclaim: (draw) => ({ _tag: "Proclaim", text: textIn(draw) }),
  Signal: (draw) => ({ _tag: "Signal", ...draw.one({ room: roomIn(draw) }, { to: idIn(draw) }), tags: draw.maybe(() => ({ "+typing": "active" })), words: draw.maybe(() => "PING"), notice: yes(draw) }),
  Authenticate: (draw) => ({ _tag: "Authenticate", account: credentialsIn(draw) }),
  ClaimName: (draw) => {
    const name = asked(nameIn(draw))
    return { _tag: "ClaimName", name, proof: proofOf(name.key), certificate: draw.maybe(() => Proof.make("certificate")), neighbourhood: neighbourhoodIn(draw) }
  },
  KeepLetters: () => ({ _tag: "KeepLetters" }),
  Redact: (draw, { messages }) => {
    const { id, room } = draw.of(messages) ?? { id: { n: 1, at: 1 }, room: roomIn(draw) }
    return { _tag: "Redact", ...draw.one({ room }, { to: idIn(draw) }), of: id, reason: draw.maybe(() => textIn(draw)) }
  },
  SetMetadata: (draw) => ({ _tag: "SetMetadata", room: draw.maybe(() => roomIn(draw)), key: draw.upTo(5) === 0 ? undefined : MetadataKey.make(draw.one("avatar", "color")), value: draw.upTo(3) === 0 ? undefined : textIn(draw) })
}

/** The tags of all commands. */
export const commandTags: ReadonlyArray<string> = Object.keys(commands)
/** The same, some of them more often: or nobody would be anywhere. */
export const likely: ReadonlyArray<string> = [...commandTags, ...commandTags, ...Array.from({ length: 10 }, () => ["Join", "Enter", "Say"]).flat(), ...Array.from({ length: 4 }, () => ["SetModes", "Whisper", "Redact", "Proclaim", "Forget"]).flat()]
const isCommand = (tag: string): tag is keyof Commands => tag in commands
/** A command with this tag. */
export const commandIn = (draw: Draw, known: Known, tag: string | undefined): Command => commands[tag !== undefined && isCommand(tag) ? tag : "Say"](draw, known)

/** The tags of all that rules a room. */
export const ruleTags: ReadonlyArray<string> = Object.keys(rules)
/** Whether this rules a room. */
export const isRule = (tag: string): tag is keyof RoomRules => tag in rules
