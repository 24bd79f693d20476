import * as Schema from "effect/Schema"
import { tellRoom } from "../Decision.ts"
import { forgotten, isKept } from "../history.ts"
import { Refusal } from "../Refusal.ts"
import { AskedRoom } from "../RoomName.ts"
import { command, type CommandForm, messageForm } from "./Definition.ts"
import { by, denied, noChange, type Ruling } from "./ruling.ts"
import { inRoom } from "./text.ts"

/** Keep what is said in a room from now on, or not: then what is kept of it is forgotten too. */
export const Remember = Schema.TaggedStruct("Remember", { room: Schema.optional(AskedRoom), on: Schema.Boolean })
export type Remember = typeof Remember.Type

/** A `Remember` as programs send it. */
export const RememberMessage = Schema.TaggedStruct("Remember", { room: Schema.optional(Schema.String), on: Schema.Boolean })

/** Forget what was said in a room so far. */
export const Forget = Schema.TaggedStruct("Forget", { room: Schema.optional(AskedRoom) })
export type Forget = typeof Forget.Type

/** A `Forget` as programs send it. */
export const ForgetMessage = Schema.TaggedStruct("Forget", { room: Schema.optional(Schema.String) })

const keepsNothing = new Refusal({ code: "not-kept", message: "This server keeps nothing of what is said." })

/** The command `/history`. */
export const remember: CommandForm<Remember> = {
  message: messageForm("Remember", RememberMessage, ({ on, room }) => inRoom(room, undefined, (room) => command({ _tag: "Remember", ...room, on }))),
  line: {
    name: "/history",
    args: "on|off",
    help: "keeps the last lines of the room for a while, or not",
    takesName: false,
    read: (rest) => {
      const word = rest.trim().toLowerCase()
      return word === "on" || word === "off" ? command({ _tag: "Remember", on: word === "on" }) : new Refusal({ code: "bad-command", message: "Type /history on, or /history off" })
    }
  },
  send: ({ on, room }) => ({ _tag: "Remember", room: room?.name, on })
}

/** What comes of it. */
export const ruleRemember: Ruling<Remember> = {
  what: "decide what is kept",
  least: "owner",
  rule: (chat, ruler, room, { on }) => {
    if (chat.history === undefined) return denied(chat, ruler, keepsNothing)
    if (isKept(chat, room) === on) return denied(chat, ruler, noChange(on ? `What is said in #${room.name} is kept already.` : `What is said in #${room.name} is not kept.`))
    const next = forgotten(chat, { ...room, isRemembered: on })
    return tellRoom(next, ruler.origin, room.key, ({ at, n, room, seq }) => ({ _tag: "Moderated", n, seq, at, room, ...by(ruler), deed: on ? "remember" : "unremember" }))
  }
}

/** The command `/forget`. */
export const forget: CommandForm<Forget> = {
  message: messageForm("Forget", ForgetMessage, ({ room }) => inRoom(room, undefined, (room) => command({ _tag: "Forget", ...room }))),
  line: { name: "/forget", args: "", help: "forgets what was said in the room", takesName: false, read: () => command({ _tag: "Forget" }) },
  send: ({ room }) => ({ _tag: "Forget", room: room?.name })
}

/** What comes of it. */
export const ruleForget: Ruling<Forget> = {
  what: "make it forget",
  least: "owner",
  rule: (chat, ruler, room) =>
    room.past.kept.length === 0
      ? denied(chat, ruler, noChange(`Nothing is kept of what was said in #${room.name}.`))
      : tellRoom(forgotten(chat, room), ruler.origin, room.key, ({ at, n, room, seq }) => ({ _tag: "Moderated", n, seq, at, room, ...by(ruler), deed: "forget" }))
}
