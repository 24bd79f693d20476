import * as Schema from "effect/Schema"
import { type Chat, type Decision, type Membership, membershipIn, type Person, roomOf, withRoom } from "../Chat.ts"
import { andThen, nothing, tellRoom } from "../Decision.ts"
import { forgotten } from "../history.ts"
import { isSame, Mask, type MaskKind, mostMasks, withMask } from "../masks.ts"
import * as membership from "../membership.ts"
import { oneWord } from "../Nickname.ts"
import { Proof } from "../Place.ts"
import { Refusal } from "../Refusal.ts"
import { isAtLeast } from "../Role.ts"
import type { Manner, Room } from "../Room.ts"
import { Change as ChangeDeed, type Moderated, type Rule } from "../RoomEvent.ts"
import { AskedRoom, lobby, type RoomKey } from "../RoomName.ts"
import { lasting, type Sanction } from "../sanctions.ts"
import { hindrance } from "./moderate.ts"
import { by, denied, type Ruling, type Ruler } from "./ruling.ts"
import { find, Target } from "./target.ts"

/** One change of how a room goes on, of who is what in it, or of its masks. */
export const ModeChange = Schema.Struct({
  deed: Schema.Literal("op", "deop", "lock", "unlock", "hide", "show", "ban", "unban", "mute", "unmute", ...ChangeDeed.literals),
  target: Schema.optional(Target),
  mask: Schema.optional(Mask),
  limit: Schema.optional(Schema.Int.pipe(Schema.between(1, 1_000_000))),
  /** Whether a lock has a word: that of the command, where it is to be set. */
  hasWord: Schema.optional(Schema.Literal(true))
})
export type ModeChange = typeof ModeChange.Type

/** How many changes one command has at most. */
export const mostChanges = 20

/** Change a room in several ways at once: as clients of some dialects do. `word`: the proof of the word of a lock that is set. */
export const SetModes = Schema.TaggedStruct("SetModes", {
  room: AskedRoom,
  word: Schema.optional(Proof),
  changes: Schema.Array(ModeChange).pipe(Schema.maxItems(mostChanges))
})
export type SetModes = typeof SetModes.Type

/** Several changes in one command. What can be done is done, and told in one go; of what cannot, whoever asked is told why. What is so already is told to nobody. */
export const ruleSetModes: Ruling<SetModes> = {
  what: "change it",
  least: "operator",
  rule: (before, ruler, { key }, { changes, word }) => {
    let chat = before
    const done: Array<Rule> = []
    const refusals: Array<Refusal> = []
    for (const change of changes) {
      const outcome = decide(chat, ruler, roomOf(chat, key), change, word)
      if (outcome instanceof Refusal) refusals.push(outcome)
      else {
        chat = outcome.chat
        done.push(...outcome.done)
      }
    }
    const told = done.reduce((decision, rule, place) => andThen(decision, (chat) => tell(chat, ruler, key, rule, place, done)), nothing(chat))
    return refusals.reduce((decision, why) => andThen(decision, (chat) => denied(chat, ruler, why)), andThen(told, (chat) => succession(chat, before, key)))
  }
}

const tell = <Peer>(chat: Chat<Peer>, ruler: Ruler<Peer>, key: RoomKey, rule: Rule, place: number, all: ReadonlyArray<Rule>): Decision<Peer> => {
  const together: Pick<Moderated, "also" | "told"> = all.length === 1 ? {} : place === 0 ? { also: all.slice(1) } : { told: true }
  return tellRoom(chat, ruler.origin, key, ({ at, n, room, seq }) => ({ _tag: "Moderated", n, seq, at, room, ...by(ruler), ...rule, ...together }))
}

// Where its owner has stepped down, one of its operators owns the room, if there are such.
const succession = <Peer>(chat: Chat<Peer>, before: Chat<Peer>, key: RoomKey): Decision<Peer> => {
  const had = ownerOf(before, key)
  return had !== undefined && ownerOf(chat, key) === undefined && roomOf(chat, key).operators.length > 0 ? membership.settle(chat, { role: "owner", room: key }) : nothing(chat)
}

const ownerOf = <Peer>(chat: Chat<Peer>, key: RoomKey): Person<Peer> | undefined => membership.peopleOf(chat, roomOf(chat, key).order).find((person) => membershipIn(person, key)?.role === "owner")

/** What comes of one change: the chat after it, and what there is to tell; nothing where it is so already. */
interface Outcome<Peer> {
  readonly chat: Chat<Peer>
  readonly done: ReadonlyArray<Rule>
}

const decide = <Peer>(chat: Chat<Peer>, ruler: Ruler<Peer>, room: Room<Peer>, change: ModeChange, word: Proof | undefined): Outcome<Peer> | Refusal => {
  const { deed, limit, mask, target } = change
  const unchanged = { chat, done: [] }
  switch (deed) {
    case "op":
    case "deop":
    case "voice":
    case "devoice":
      return target === undefined ? unchanged : rank(chat, ruler, room, deed, target)
    case "lock":
    case "unlock":
    case "hide":
    case "show":
    case "limit":
    case "unlimit":
      return room.key === lobby ? new Refusal({ code: "not-allowed", message: `The ${room.name} stays open to everybody.` }) : openness(chat, room, change, word)
    case "ban":
    case "mute":
    case "except":
    case "except-mute":
    case "admit":
      return mask === undefined ? unchanged : masked(chat, ruler, room, deed, mask)
    case "unban":
    case "unmute":
    case "unexcept":
    case "unexcept-mute":
    case "unadmit":
      return mask === undefined ? unchanged : unmasked(chat, room, deed, mask)
    default: {
      const { field, value } = manners[deed]
      return room.manner[field] === value ? unchanged : { chat: withRoom(chat, { ...room, manner: { ...room.manner, [field]: value } }), done: [{ deed, limit }] }
    }
  }
}

const manners = {
  moderate: { field: "isModerated", value: true },
  unmoderate: { field: "isModerated", value: false },
  outside: { field: "isOutsideHeard", value: true },
  inside: { field: "isOutsideHeard", value: false },
  "free-topic": { field: "isTopicFree", value: true },
  "fix-topic": { field: "isTopicFree", value: false },
  machines: { field: "isMachineless", value: false },
  "no-machines": { field: "isMachineless", value: true }
} as const satisfies Readonly<Record<string, { readonly field: keyof Manner; readonly value: boolean }>>

// Who may lift or give which role. An owner can step down itself.
const rank = <Peer>(chat: Chat<Peer>, ruler: Ruler<Peer>, room: Room<Peer>, deed: "op" | "deop" | "voice" | "devoice", target: Target): Outcome<Peer> | Refusal => {
  const found = find(chat, target, [])
  if (found instanceof Refusal) return found
  const { person } = found
  const known = person === undefined ? undefined : membershipIn(person, room.key)
  if (person === undefined || known === undefined) return new Refusal({ code: "no-such-member", message: "Nobody here has that name." })
  if ((deed === "voice" || deed === "devoice") && isAtLeast(known.role, "operator")) {
    const hasVoice = deed === "voice"
    return (known.hasVoice === true) === hasVoice ? { chat, done: [] } : { chat: membership.withVoice(chat, person, room.key, hasVoice), done: [{ deed, target: person.member }] }
  }
  const to = roleAfter(ruler, room, person, known, deed)
  if (to instanceof Refusal) return to
  return to === undefined ? { chat, done: [] } : { chat: membership.withRole(chat, person, room, to), done: [{ deed, target: person.member }] }
}

const roleAfter = <Peer>(ruler: Ruler<Peer>, room: Room<Peer>, person: Person<Peer>, known: Membership, deed: "op" | "deop" | "voice" | "devoice"): Membership["role"] | Refusal | undefined => {
  const { role } = known
  if (deed === "voice") return role === "member" ? "voice" : undefined
  if (deed === "devoice") return role === "voice" ? "member" : undefined
  if (deed === "op" ? isAtLeast(role, "operator") : !isAtLeast(role, "operator")) return undefined
  if (deed === "deop" && role === "owner" && person.member.id === ruler.person?.member.id) return "member"
  const why = hindrance(ruler, room, person, known, deed)
  return why ?? (deed === "op" ? "operator" : "member")
}

// Who may enter the room, or see that there is such.
const openness = <Peer>(chat: Chat<Peer>, room: Room<Peer>, { deed, hasWord, limit }: ModeChange, word: Proof | undefined): Outcome<Peer> => {
  const unchanged = { chat, done: [] }
  const { lock } = room
  const withWord = hasWord === undefined ? {} : { word: hasWord }
  switch (deed) {
    case "lock": {
      if (hasWord === true ? word === undefined : lock !== undefined && lock.word === undefined) return unchanged
      // What was said while everybody could read it is not for those who are let in later, unless the owner has said so.
      const next = room.isRemembered === true ? chat : forgotten(chat, room)
      const before: ReadonlyArray<Rule> = lock === undefined || (lock.word !== undefined) === (hasWord === true) ? [] : [{ deed: "unlock", ...(lock.word === undefined ? {} : { word: true }) }]
      return { chat: withRoom(next, { ...roomOf(next, room.key), lock: { word: hasWord === true ? word : undefined } }), done: [...before, { deed, ...withWord }] }
    }
    case "unlock":
      if (lock === undefined || (lock.word !== undefined) !== (hasWord === true)) return unchanged
      return { chat: withRoom(chat, { ...room, lock: undefined, invited: [] }), done: [{ deed, ...withWord }] }
    case "hide":
    case "show":
      return room.hidden === (deed === "hide") ? unchanged : { chat: withRoom(chat, { ...room, hidden: deed === "hide" }), done: [{ deed }] }
    case "limit":
      return limit === undefined || room.limit === limit ? unchanged : { chat: withRoom(chat, { ...room, limit }), done: [{ deed, limit }] }
    default:
      return room.limit === undefined ? unchanged : { chat: withRoom(chat, { ...room, limit: undefined }), done: [{ deed: "unlimit" }] }
  }
}

const kinds = { ban: "ban", mute: "mute", except: "ban-exception", "except-mute": "mute-exception", admit: "invite-exception", unban: "ban", unmute: "mute", unexcept: "ban-exception", "unexcept-mute": "mute-exception", unadmit: "invite-exception" } as const satisfies Readonly<Record<string, MaskKind>>

const masked = <Peer>(chat: Chat<Peer>, ruler: Ruler<Peer>, room: Room<Peer>, deed: "ban" | "mute" | "except" | "except-mute" | "admit", mask: Mask): Outcome<Peer> | Refusal => {
  const masks = withMask(room.masks, { kind: kinds[deed], mask, by: ruler.person?.member, at: chat.at })
  if (masks === "full") return new Refusal({ code: "too-many-masks", message: `#${room.name} has ${mostMasks} masks already: lift one first.` })
  return masks === room.masks ? { chat, done: [] } : { chat: withRoom(chat, { ...room, masks }), done: [{ deed, mask: mask.text }] }
}

const unmasked = <Peer>(chat: Chat<Peer>, room: Room<Peer>, deed: "unban" | "unmute" | "unexcept" | "unexcept-mute" | "unadmit", mask: Mask): Outcome<Peer> => {
  const kind = kinds[deed]
  const known = room.masks.find((one) => one.kind === kind && isSame(one.mask, mask))
  if (known !== undefined) return { chat: withRoom(chat, { ...room, masks: room.masks.filter((one) => one !== known) }), done: [{ deed, mask: known.mask.text }] }
  if (deed !== "unban" && deed !== "unmute") return { chat, done: [] }
  // Bans and mutes by name are shown as masks, and lifted by these.
  const field = deed === "unban" ? "bans" : "mutes"
  const all = lasting(room[field], chat.at)
  const lifted = all.filter((one) => isShownAs(one, mask))
  const others = all.filter((one) => !lifted.includes(one))
  return lifted.length === 0
    ? { chat, done: [] }
    : { chat: withRoom(chat, { ...room, [field]: others }), done: lifted.map(({ member: target }) => ({ deed, target })) }
}

const isShownAs = ({ name }: Sanction, mask: Mask): boolean => mask.user === "*" && mask.host === "*" && mask.name === oneWord(name)
