import * as Schema from "effect/Schema"
import { AskedRoom } from "../RoomName.ts"
import { command, type CommandForm, messageForm } from "./Definition.ts"
import { changed } from "./lock.ts"
import { denied, noChange, type Ruling } from "./ruling.ts"
import { inRoom } from "./text.ts"

/** Leave a room out of the list of rooms. */
export const Hide = Schema.TaggedStruct("Hide", { room: Schema.optional(AskedRoom) })
export type Hide = typeof Hide.Type

/** A `Hide` as programs send it. */
export const HideMessage = Schema.TaggedStruct("Hide", { room: Schema.optional(Schema.String) })

/** List a room again. */
export const Show = Schema.TaggedStruct("Show", { room: Schema.optional(AskedRoom) })
export type Show = typeof Show.Type

/** A `Show` as programs send it. */
export const ShowMessage = Schema.TaggedStruct("Show", { room: Schema.optional(Schema.String) })

/** The command `/hide`. */
export const hide: CommandForm<Hide> = {
  message: messageForm("Hide", HideMessage, ({ room }) => inRoom(room, undefined, (room) => command({ _tag: "Hide", ...room }))),
  line: { name: "/hide", args: "", help: "leaves the room out of /rooms", takesName: false, read: () => command({ _tag: "Hide" }) },
  send: ({ room }) => ({ _tag: "Hide", room: room?.name })
}

/** What comes of it. */
export const ruleHide: Ruling<Hide> = {
  what: "hide it",
  least: "operator",
  rule: (chat, ruler, room) =>
    room.hidden ? denied(chat, ruler, noChange(`#${room.name} is hidden already.`)) : changed(chat, ruler, room, { hidden: true }, "hide")
}

/** The command `/show`. */
export const show: CommandForm<Show> = {
  message: messageForm("Show", ShowMessage, ({ room }) => inRoom(room, undefined, (room) => command({ _tag: "Show", ...room }))),
  line: { name: "/show", args: "", help: "lists the room again", takesName: false, read: () => command({ _tag: "Show" }) },
  send: ({ room }) => ({ _tag: "Show", room: room?.name })
}

/** What comes of it. */
export const ruleShow: Ruling<Show> = {
  what: "show it",
  least: "operator",
  rule: (chat, ruler, room) =>
    room.hidden ? changed(chat, ruler, room, { hidden: false }, "show") : denied(chat, ruler, noChange(`#${room.name} is not hidden.`))
}
