import * as Schema from "effect/Schema"
import { roomOf, withPerson } from "../Chat.ts"
import { notJoined, refused, tellFew } from "../Decision.ts"
import { countKeepers } from "../keeping.ts"
import { NameKey } from "../Nickname.ts"
import { longestWord, Proof } from "../Place.ts"
import { Refusal } from "../Refusal.ts"
import * as Window from "../Window.ts"
import { type CommandForm, type Decides, messageForm, type Request } from "./Definition.ts"
import { tooLong } from "./word.ts"

/** Keep one's place by words from now on: `proof` is their hash, salted with the name. */
export const SetKey = Schema.TaggedStruct("SetKey", {
  proof: Proof,
  name: NameKey,
  /** What counts as one address, for the limit on places. */
  neighbourhood: Schema.String
})
export type SetKey = typeof SetKey.Type

/** A `SetKey` as programs send it. */
export const SetKeyMessage = Schema.TaggedStruct("SetKey", { words: Schema.String })

/** How long words have to be that keep a place, in characters: who says them is its owner. */
const least = 8

/** Words as they are hashed: however many blanks are between them. */
export const spaced = (words: string): string => words.normalize("NFC").trim().replace(/\s+/gu, " ")

const parse = (words: string): Request | Refusal => {
  const spoken = spaced(words)
  if (spoken.length < least) return new Refusal({ code: "bad-command", message: `A key has at least ${least} characters, and should be nothing that others guess: /key WORDS` })
  return withinBounds(spoken) ?? { _tag: "SetKey", words: spoken }
}

/** The refusal of words that are too long; `undefined` for all others. */
export const withinBounds = (words: string): Refusal | undefined => (words.length > longestWord ? tooLong : undefined)

/** The refusal where no place is kept. */
export const keepsNoPlace = new Refusal({ code: "not-kept", message: "This server keeps nobody's place: who is lost has left, and comes in anew." })

/** What a client cannot do that has not come in. */
export const unknown = (): Refusal => notJoined("keep a place, or come back to one")

/** The command `/key`. */
export const setKey: CommandForm<SetKey> = {
  message: messageForm("SetKey", SetKeyMessage, ({ words }) => parse(words)),
  line: {
    name: "/key",
    args: "WORDS",
    help: "keeps your place by words, if the connection is lost",
    takesName: false,
    read: parse
  }
}

/** What comes of it. */
export const decideSetKey: Decides<SetKey> = (chat, asker, { name, neighbourhood, proof }) => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, unknown())
  const { keep } = chat
  if (keep.for === 0) return refused(chat, asker, keepsNoPlace)
  const key = { proof, name }
  const { member, place, seat } = person
  const told = { name: member.name, keep: keep.for }
  const next = withPerson(chat, {
    ...person,
    place:
      place === undefined
        ? { proof: undefined, key, neighbourhood, since: chat.seq, own: Window.empty, stays: [], last: undefined, resumedAt: undefined }
        : { ...place, key }
  })
  // What its rooms are told is kept from now on, for it too.
  const kept = place === undefined ? person.rooms.reduce((chat, { room }) => countKeepers(chat, roomOf(chat, room), 1), next) : next
  return tellFew(kept, origin, [seat], ({ at, n }) => ({ _tag: "KeySet", n, at, ...told }))
}
