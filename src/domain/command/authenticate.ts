import * as Schema from "effect/Schema"
import { type Account, Credentials } from "../Account.ts"
import { accountOf, authenticated, bearerOf, claimed, isClaimed, keyOf, openedBy } from "../accounts.ts"
import type { Chat, Decision, Person } from "../Chat.ts"
import { andThen, type Asker, type InRoom, notJoined, refused, tellFew, tellPerson } from "../Decision.ts"
import type { Event } from "../Event.ts"
import { AskedName } from "../nameIndex.ts"
import { Proof } from "../Place.ts"
import { Refusal } from "../Refusal.ts"
import { tellWatchers } from "../watch.ts"
import * as phrases from "../phrases.ts"
import type { Decides } from "./Definition.ts"

/** Be taken for who has claimed a name, by its words. One goes on to bear the name that one has. */
export const Authenticate = Schema.TaggedStruct("Authenticate", { account: Credentials })
export type Authenticate = typeof Authenticate.Type

/** Claim a name while the server runs, and be taken for who has: `proof` is the hash of its words. Who has not come in yet is so once it does. */
export const ClaimName = Schema.TaggedStruct("ClaimName", {
  name: AskedName,
  proof: Proof,
  /** The hash of the certificate that is shown with it. */
  certificate: Schema.optional(Proof),
  /** What counts as one address, for the limit on claimed names. */
  neighbourhood: Schema.String
})
export type ClaimName = typeof ClaimName.Type

/** The one refusal, whether the name or the words are wrong. */
export const wrongWords = new Refusal({ code: "password-wrong", message: "That name is not claimed, or these are not its words." })

/** The command by which clients of some dialects say who they are. */
export const decideAuthenticate: Decides<Authenticate> = (chat, asker, { account: credentials }) => {
  const { person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("say who you are"))
  const account = openedBy(chat, credentials)
  return account === undefined ? refused(chat, asker, wrongWords) : identify(chat, asker, person, account, credentials.neighbourhood)
}

/** Somebody is taken for who has this account: it is told so, and so are those who share a room with it. */
export const identify = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, person: Person<Peer>, account: Account, neighbourhood: string): Decision<Peer> => {
  const { origin } = asker
  const { name } = account.name
  // Whoever bears a claimed name has said the words of that one.
  if (isClaimed(chat, person.name.key, keyOf(account))) {
    return refused(chat, asker, new Refusal({ code: "not-allowed", message: `You bear the name ${person.member.name}, which is claimed too: take another first.` }))
  }
  const isNew = person.account !== keyOf(account)
  const next = authenticated(chat, person, account, neighbourhood)
  const told = tellFew(next, origin, [person.seat], ({ at, n }) => ({ _tag: "AccountSet", n, at, account: name }))
  if (!isNew) return told
  const now = { ...person, member: { ...person.member, account: name } }
  const described = ({ at, n, room, seq }: InRoom): Event => ({ _tag: "Described", n, seq, at, room, member: now.member, account: true })
  const seen = tellWatchers(told, now, { is: "described", account: true }, "sharing")
  return person.rooms.length === 0 ? seen : andThen(seen, (chat) => tellPerson(chat, origin, person.rooms, described))
}

/** The command by which a name is claimed. */
export const decideClaimName: Decides<ClaimName> = (chat, asker, { certificate, name, neighbourhood, proof }) => {
  const { origin, person, seat } = asker
  if (person?.account !== undefined) {
    return refused(chat, asker, new Refusal({ code: "no-change", message: `You have said the words of ${person.member.account ?? "a claimed name"} already.` }))
  }
  const why = hindrance(chat, name, person)
  if (why !== undefined) return refused(chat, asker, why)
  const account: Account = { name: { name: name.name, key: name.key, looks: name.looks }, proof, ...(certificate === undefined ? {} : { certificate }), neighbourhood, used: chat.at }
  const next = claimed(chat, account)
  if (next === undefined) return refused(chat, asker, new Refusal({ code: "not-allowed", message: "There are as many claimed names as can be: try again when somebody who has one has left." }))
  return person === undefined
    ? tellFew(next, origin, [seat], ({ at, n }) => ({ _tag: "AccountSet", n, at, account: name.name }))
    : identify(next, asker, person, account, neighbourhood)
}

// Why somebody cannot claim this name: it is reserved, claimed already, or somebody else bears it.
const hindrance = <Peer>(chat: Chat<Peer>, name: AskedName, person: Person<Peer> | undefined): Refusal | undefined => {
  if (name.isReserved) return new Refusal({ code: "name-reserved", message: phrases.nameReserved(name.name, "choose another.") })
  if (accountOf(chat, name.key) !== undefined) return new Refusal({ code: "name-taken", message: phrases.nameTaken(name.name, "it is claimed already.") })
  const bearer = bearerOf(chat, { name })
  if (bearer !== undefined && bearer.member.id !== person?.member.id) return new Refusal({ code: "name-taken", message: phrases.nameTaken(name.name, "somebody bears it.") })
  return undefined
}
