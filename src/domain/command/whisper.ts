import * as Schema from "effect/Schema"
import { type Chat, type Decision, type Person, personWith } from "../Chat.ts"
import { type Asker, notJoined, refused, spoken, tellFew } from "../Decision.ts"
import { MemberId } from "../Member.ts"
import { delivered } from "../letters.ts"
import { Refusal } from "../Refusal.ts"
import { Tags } from "../Tags.ts"
import { Text } from "../Text.ts"
import { Ref } from "../wire/Ref.ts"
import { command, type CommandForm, type Decides, messageForm } from "./Definition.ts"
import { parseText } from "./text.ts"

/** Say a line to one member only. */
export const Whisper = Schema.TaggedStruct("Whisper", { to: MemberId, text: Text, notice: Schema.optional(Schema.Literal(true)), tags: Schema.optional(Tags), ref: Schema.optional(Schema.String) })
export type Whisper = typeof Whisper.Type

/** A `Whisper` as programs send it: the text is not checked yet. */
export const WhisperMessage = Schema.TaggedStruct("Whisper", { to: MemberId, text: Schema.String, ref: Schema.optional(Ref) })

/** The command to whisper to a member by its id. Programs send it; what people type is `/msg`. */
export const whisper: CommandForm<Whisper> = {
  message: messageForm("Whisper", WhisperMessage, ({ ref, text, to }) => parseText(text, ref, (text) => command({ _tag: "Whisper", to, text, ref }))),
  send: ({ text, to }, ref) => ({ _tag: "Whisper", to, text, ref })
}

/** What comes of it. */
export const decideWhisper: Decides<Whisper> = (chat, asker, { notice, ref, tags, text, to }) => whisperTo(chat, asker, personWith(chat, to), { text, notice, tags, ref, nobody: "Nobody here has that name." })

/** Tells a whisper to its author and to `to`; where `to` is `undefined`, the author is refused with the words of `nobody`. */
export const whisperTo = <Peer>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  to: Person<Peer> | undefined,
  { nobody, notice, ref, tags, text }: { readonly text: Text; readonly notice?: true | undefined; readonly tags?: Tags | undefined; readonly ref?: string | undefined; readonly nobody: string }
): Decision<Peer> => {
  const from = asker.person
  if (from === undefined) return refused(chat, asker, notJoined("say something", ref))
  if (to === undefined) return refused(chat, asker, new Refusal({ code: "no-such-member", message: nobody, ref }))
  const audience = to.member.id === from.member.id ? [from.seat] : [to.seat, from.seat]
  const told = tellFew(spoken(chat, from), asker.origin, audience, ({ at, n }) => ({ _tag: "Whispered", n, at, from: from.member, to: to.member, text, ...(notice === true ? { notice } : {}), tags, ref }))
  return delivered(told, [from, to])
}
