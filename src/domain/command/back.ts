import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { readingsOf } from "../addressee.ts"
import type { Account } from "../Account.ts"
import { bearerOf, keyOf, openedBy } from "../accounts.ts"
import { comeBack, leaveAs, replaced, tooSoon } from "../attachment.ts"
import { type Chat, type Decision, type Person, personNamed, personWith } from "../Chat.ts"
import { andThen, type Asker, nothing, refused } from "../Decision.ts"
import * as Nickname from "../Nickname.ts"
import { Proof } from "../Place.ts"
import { Refusal } from "../Refusal.ts"
import { clean } from "../Text.ts"
import { identify } from "./authenticate.ts"
import { type CommandForm, type Decides, messageForm, type NamedWords, type Request } from "./Definition.ts"
import { rename } from "./nick.ts"
import { keepsNoPlace, spaced, unknown, withinBounds } from "./key.ts"

/** Be again who has this name, by the words that its place is kept by: `proof` is their hash. */
export const Back = Schema.TaggedStruct("Back", {
  name: Nickname.NameKey,
  proof: Proof,
  /** What counts as one address, for the limit on places. */
  neighbourhood: Schema.String
})
export type Back = typeof Back.Type

/** A `Back` as programs send it. */
export const BackMessage = Schema.TaggedStruct("Back", { name: Schema.String, words: Schema.String })

/** The one refusal, whether the name or the words are wrong: nobody is to learn by it whose place is kept. */
const noSuchPlace = new Refusal({ code: "no-such-place", message: "Nobody here is kept under that name and these words." })

const usage = new Refusal({ code: "name-empty", message: "Type /back NAME WORDS, with the words of /key." })

const asking = (readings: ReadonlyArray<NamedWords>): Request | Refusal => {
  const [first, ...rest] = readings.filter(({ key, words }) => key !== "" && words !== "")
  if (first === undefined) return usage
  return withinBounds(first.words) ?? { _tag: "Back", readings: [first, ...rest] }
}

/** The command `/back`. */
export const back: CommandForm<Back> = {
  message: messageForm("Back", BackMessage, ({ name, words }, limits) => {
    const nickname = Nickname.parse(name, limits)
    return nickname instanceof Refusal ? nickname : asking([{ key: Nickname.key(nickname), words: spaced(words) }])
  }),
  line: {
    name: "/back",
    args: "NAME WORDS",
    help: "makes you again who you were, by the words of /key",
    takesName: false,
    read: (rest, limits) => asking(readingsOf(rest, limits).map(({ at, key }) => ({ key, words: spaced(rest.slice(at)) })))
  }
}

/** What comes of it. */
export const decideBack: Decides<Back> = (chat, asker, { name, neighbourhood, proof }) => {
  const { person: now } = asker
  if (now === undefined) return refused(chat, asker, unknown())
  const account = openedBy(chat, { key: name, proof, neighbourhood })
  if (chat.keep.for === 0 && account === undefined) return refused(chat, asker, keepsNoPlace)
  const person = personNamed(chat, name)
  const place = person?.place
  // Where nobody has a place under a claimed name, it is borne anew; so it is where no place is kept.
  if (account !== undefined && (person?.member.id === now.member.id || place === undefined)) return bear(chat, asker, now, account, neighbourhood)
  if (person === undefined || place === undefined || (account === undefined && place.key?.proof !== proof)) return refused(chat, asker, noSuchPlace)
  const { id } = person.member
  if (id === now.member.id) return refused(chat, asker, new Refusal({ code: "no-change", message: `You are here as ${person.member.name} already.` }))
  const hasty = tooSoon(chat, place)
  if (hasty !== undefined) return refused(chat, asker, hasty)
  const heard = person.attachment._tag === "Detached" ? person.attachment.heard : undefined
  // Who it was until now has gone for good, and nothing of that is kept: there is one of it.
  const gone = leaveAs(chat, now, { code: "resumed", reason: clean(`is ${person.member.name} again`) })
  return andThen(gone, (chat) => {
    // A room that the other one ruled may have come to this one.
    const back = personWith(chat, id)
    if (back?.place === undefined) return nothing(chat)
    // Where the connection has a secret of its own, that opens the place from now on.
    const secret = now.place?.proof ?? back.place.proof
    // The marks of commands are of the program that has the secret: another one may use the same.
    const last = secret === back.place.proof ? back.place.last : now.place?.last
    const places = back.place.proof === undefined ? chat.places : HashMap.remove(chat.places, back.place.proof)
    const next = { ...chat, places: secret === undefined ? places : HashMap.set(places, secret, id) }
    const known = heard === undefined ? { heard: chat.seq } : { heard: heard.n, rooms: heard.rooms }
    return comeBack(next, asker, back, { ...back.place, proof: secret, last, neighbourhood }, { ...known, was: now.member.id })
  })
}

// Who has said the words of a claimed name is taken for who has claimed it, and bears it.
const bear = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, now: Person<Peer>, account: Account, neighbourhood: string): Decision<Peer> => {
  const { name } = account
  const bearer = bearerOf(chat, account)
  const freed = bearer === undefined || bearer.member.id === now.member.id ? nothing(chat) : replaced(chat, bearer, { ...asker.origin, name: name.name })
  const renamed = now.name.key === name.key ? freed : andThen(freed, (chat) => rename(chat, asker, { ...(personWith(chat, now.member.id) ?? now), account: keyOf(account) }, { ...name, isReserved: false }))
  return andThen(renamed, (chat) => identify(chat, asker, { ...(personWith(chat, now.member.id) ?? now), account: now.account }, account, neighbourhood))
}
