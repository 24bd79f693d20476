import * as Schema from "effect/Schema"
import { type Chat, type Decision, roomOf, withRoom } from "../Chat.ts"
import { tellRoom } from "../Decision.ts"
import type { Moderated } from "../RoomEvent.ts"
import { forgotten } from "../history.ts"
import { Proof } from "../Place.ts"
import { Refusal } from "../Refusal.ts"
import type { Room } from "../Room.ts"
import { AskedRoom, lobby } from "../RoomName.ts"
import { command, type CommandForm, messageForm, type Request } from "./Definition.ts"
import { by, denied, noChange, type Ruling, type Ruler } from "./ruling.ts"
import { inRoom } from "./text.ts"
import { withWord } from "./word.ts"

/** Lock a room: who is not in it needs its word, or an invitation where it has none. `word`: the proof of the word. */
export const Lock = Schema.TaggedStruct("Lock", { room: Schema.optional(AskedRoom), word: Schema.optional(Proof) })
export type Lock = typeof Lock.Type

/** A `Lock` as programs send it. */
export const LockMessage = Schema.TaggedStruct("Lock", { room: Schema.optional(Schema.String), word: Schema.optional(Schema.String) })

/** Unlock a room. */
export const Unlock = Schema.TaggedStruct("Unlock", { room: Schema.optional(AskedRoom) })
export type Unlock = typeof Unlock.Type

/** An `Unlock` as programs send it. */
export const UnlockMessage = Schema.TaggedStruct("Unlock", { room: Schema.optional(Schema.String) })

const locking = (word: string | undefined, room: { readonly room?: AskedRoom }): Request | Refusal => withWord(word, { _tag: "Lock", ...room })

/** The command `/lock`. */
export const lock: CommandForm<Lock> = {
  message: messageForm("Lock", LockMessage, ({ room, word }) => inRoom(room, undefined, (room) => locking(word, room))),
  line: {
    name: "/lock",
    args: "[WORD]",
    help: "lets in only who is invited or knows the word",
    takesName: false,
    read: (rest) => locking(rest.trim(), {})
  },
  send: ({ room }) => ({ _tag: "Lock", room: room?.name })
}

/** What comes of it. */
export const ruleLock: Ruling<Lock> = {
  what: "lock it",
  least: "operator",
  rule: (chat, ruler, room, { word }) => {
    if (word === undefined && room.lock !== undefined && room.lock.word === undefined) return denied(chat, ruler, noChange(`#${room.name} is locked already.`))
    // What was said while everybody could read it is not for those who are let in later, unless the owner has said so.
    const next = room.key === lobby || room.isRemembered === true ? chat : forgotten(chat, room)
    return changed(next, ruler, roomOf(next, room.key), { lock: { word } }, "lock", word !== undefined)
  }
}

/** The command `/unlock`. */
export const unlock: CommandForm<Unlock> = {
  message: messageForm("Unlock", UnlockMessage, ({ room }) => inRoom(room, undefined, (room) => command({ _tag: "Unlock", ...room }))),
  line: { name: "/unlock", args: "", help: "lets in everybody again", takesName: false, read: () => command({ _tag: "Unlock" }) },
  send: ({ room }) => ({ _tag: "Unlock", room: room?.name })
}

/** What comes of it. */
export const ruleUnlock: Ruling<Unlock> = {
  what: "unlock it",
  least: "operator",
  rule: (chat, ruler, room) =>
    room.lock === undefined ? denied(chat, ruler, noChange(`#${room.name} is not locked.`)) : changed(chat, ruler, room, { lock: undefined, invited: [] }, "unlock", room.lock.word !== undefined)
}

/** The room becomes another in this way, and is told. `hasWord`: whether a word opens its lock. The lobby stays open to everybody. */
export const changed = <Peer>(
  chat: Chat<Peer>,
  ruler: Ruler<Peer>,
  room: Room<Peer>,
  change: Partial<Pick<Room<Peer>, "lock" | "hidden" | "invited">>,
  deed: Moderated["deed"],
  hasWord = false
): Decision<Peer> =>
  room.key === lobby
    ? denied(chat, ruler, new Refusal({ code: "not-allowed", message: `The ${room.name} stays open to everybody.` }))
    : tellRoom(withRoom(chat, { ...room, ...change }), ruler.origin, room.key, ({ at, n, room, seq }) => ({ _tag: "Moderated", n, seq, at, room, ...by(ruler), deed, ...(hasWord ? { word: true } : {}) }))
