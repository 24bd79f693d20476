/** Whom a command that rules a room is about, and how programs and people say so. */
import * as Schema from "effect/Schema"
import { addressee, Reading, readingsOf } from "../addressee.ts"
import { type Chat, type Person, personNamed, personWith } from "../Chat.ts"
import { MemberId } from "../Member.ts"
import type { NameLimits } from "../NameLimits.ts"
import * as Nickname from "../Nickname.ts"
import { Refusal } from "../Refusal.ts"
import type { Sanction } from "../sanctions.ts"
import * as Text from "../Text.ts"
import { nobody } from "./msg.ts"

/** Somebody, by its id, or by its name as people type it: with all the readings of a name at the start of the words, of which the chat finds the one that is somebody's. */
export const Target = Schema.Union(
  Schema.TaggedStruct("Id", { id: MemberId }),
  Schema.TaggedStruct("Name", { key: Nickname.NameKey }),
  Schema.TaggedStruct("Words", { words: Text.Text, readings: Schema.Array(Reading) })
)
export type Target = typeof Target.Type

/** The fields in which programs say whom they mean: by its id, or by its name. */
export const targetFields = { who: Schema.optional(MemberId), name: Schema.optional(Schema.String) }

/** Whom a program means; or the refusal of one that does not say so. */
export const sent = ({ name, who }: { readonly who?: MemberId | undefined; readonly name?: string | undefined }, limits: NameLimits): Target | Refusal => {
  if (who !== undefined) return { _tag: "Id", id: who }
  if (name === undefined) return new Refusal({ code: "bad-command", message: "who: Expected the id of a member, or its name in the field name" })
  const nickname = Nickname.parse(name, limits)
  return nickname instanceof Refusal ? nickname : { _tag: "Name", key: Nickname.key(nickname) }
}

/** The fields in which our own client says whom it means; `undefined` for words, in which it has to find that one first. */
export const fieldsOf = (target: Target): { readonly who: MemberId } | { readonly name: string } | undefined => {
  switch (target._tag) {
    case "Id":
      return { who: target.id }
    case "Name":
      return { name: target.key }
    case "Words":
      return undefined
  }
}

/** Whom a person means that types a name, and further words behind it; or the refusal that shows the command's `usage`. */
export const typed = (rest: string, usage: string, limits: NameLimits): Target | Refusal => {
  const words = Text.lenient(rest)
  return words === undefined ? new Refusal({ code: "name-empty", message: `Type ${usage}` }) : { _tag: "Words", words, readings: readingsOf(words, limits) }
}

/** Somebody who was found: here or lost, or only in the sanctions of the room. */
export interface Found<Peer> {
  readonly person: Person<Peer> | undefined
  readonly sanction: Sanction | undefined
  /** What was typed behind the name. */
  readonly rest: string
}

/** Finds whom a command is about: among the people on the server, or those that these sanctions are on. */
export const find = <Peer>(chat: Chat<Peer>, target: Target, sanctions: ReadonlyArray<Sanction>): Found<Peer> | Refusal =>
  search(chat, target, sanctions) ?? new Refusal({ code: "no-such-member", message: nobody })

const search = <Peer>(chat: Chat<Peer>, target: Target, sanctions: ReadonlyArray<Sanction>): Found<Peer> | undefined => {
  const named = (key: Nickname.NameKey): Omit<Found<Peer>, "rest"> | undefined => {
    const person = personNamed(chat, key)
    const sanction = sanctions.find(({ member: { id }, name }) => name === key || id === person?.member.id)
    return person === undefined && sanction === undefined ? undefined : { person, sanction }
  }
  switch (target._tag) {
    case "Id": {
      const person = personWith(chat, target.id)
      const sanction = sanctions.find(({ member: { id } }) => id === target.id)
      return person === undefined && sanction === undefined ? undefined : { person, sanction, rest: "" }
    }
    case "Name": {
      const found = named(target.key)
      return found === undefined ? undefined : { ...found, rest: "" }
    }
    case "Words": {
      const found = addressee(target, named)
      return found === undefined ? undefined : { ...found.to, rest: found.text }
    }
  }
}
