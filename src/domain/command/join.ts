import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { Credentials } from "../Account.ts"
import { accountOf, bearerOf, keyOf, openedBy, placeOf, used } from "../accounts.ts"
import { comeBack, replaced, resume, tooSoon } from "../attachment.ts"
import { type Chat, type Decision, type Membership, type Origin, type Person, personAt, type Place, roomOf, withPerson, withRoom } from "../Chat.ts"
import { andThen, type Asker, refused, tellFew, tellRoom } from "../Decision.ts"
import { type Member, MemberId } from "../Member.ts"
import { asked, AskedName, sparesOf, SpareNames } from "../nameIndex.ts"
import { keptFor } from "../history.ts"
import { countKeepers } from "../keeping.ts"
import { joined, tellPast } from "../membership.ts"
import { hindrance, lookalike, named, spareName } from "../names.ts"
import * as Nickname from "../Nickname.ts"
import { Claim, Seen } from "../Place.ts"
import { Profile } from "../Profile.ts"
import { Refusal } from "../Refusal.ts"
import * as Room from "../Room.ts"
import { lobby } from "../RoomName.ts"
import { tellWatchers } from "../watch.ts"
import * as Window from "../Window.ts"
import { version } from "../wire/version.ts"
import { type CommandForm, type Decides, messageForm } from "./Definition.ts"
import { warn } from "./lookalikes.ts"

/** Come in under a name. */
export const Join = Schema.TaggedStruct("Join", {
  name: AskedName,
  /** The names that stand in for a taken or reserved one; without them, such a name is refused. */
  spares: Schema.optional(SpareNames),
  /** Whose place is taken up, where there is such a one, and is kept from then on; without it, no place is. */
  claim: Schema.optional(Claim),
  /** Whether nothing but a kept place may be taken up: who has its secret was let in before, and says no password again. */
  isBackOnly: Schema.optional(Schema.Literal(true)),
  /** The account that it has said the words of; absent where it has said none. */
  account: Schema.optional(Credentials),
  /** What it says of itself besides its name. */
  profile: Schema.optional(Profile),
  /** Whether no room is entered with it: without it, the lobby is. */
  nowhere: Schema.optional(Schema.Literal(true))
})
export type Join = typeof Join.Type

/** How long a secret has to be, in UTF-16 code units: nobody is to guess one. 32 random bytes in hexadecimal are 64. */
const secretLength = { least: 32, most: 128 }

/**
 * The first message of a program: the dialect's version, the name it wants, the room's
 * password where there is one, and, where it wants to be able to come back, a secret of
 * its own making, and how far it has heard; and after a restart of the server, that it is
 * back after that (`returning`), of which all that is not known is ignored.
 */
export const Hello = Schema.TaggedStruct("Hello", {
  v: Schema.Number,
  nickname: Schema.optional(Schema.String),
  password: Schema.optional(Schema.String),
  secret: Schema.optional(
    Schema.String.pipe(Schema.filter(({ length }) => (length >= secretLength.least && length <= secretLength.most) || `Expected ${secretLength.least} to ${secretLength.most} characters`))
  ),
  seen: Schema.optional(Seen),
  returning: Schema.optional(Schema.String)
})

/** The command to come in under this name; it is refused where the name is taken or reserved. */
export const joinOrRefuse = (nickname: Nickname.Nickname): Join => ({ _tag: "Join", name: asked(nickname) })

/** The command to come in under this name, or under one that is near to it where the name is taken or reserved. */
export const joinAnyway = (nickname: Nickname.Nickname, limits: Nickname.NameLimits): Join => {
  const name = asked(nickname)
  return { _tag: "Join", name, spares: sparesOf(name, limits) }
}

/** The command to come in. Programs send it as `Hello`; nobody types it. */
export const join: CommandForm<Join> = {
  message: messageForm("Hello", Hello, ({ nickname: raw = "", password, returning, secret, seen, v }, limits) => {
    if (v !== version) return unsupportedVersion
    const nickname = Nickname.parse(raw, limits)
    return nickname instanceof Refusal ? nickname : { _tag: "Hello", join: joinOrRefuse(nickname), password, secret, seen, returning }
  }, { seen: Object.keys(Seen.fields) })
}

/** What comes of it. */
export const decideJoin: Decides<Join> = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, command: Join) => {
  const { account: credentials, claim, isBackOnly, name: wanted, profile } = command
  if (asker.person !== undefined) {
    return refused(chat, asker, new Refusal({ code: "already-joined", message: `You are here as ${asker.person.member.name}.` }))
  }
  const known = claim === undefined ? undefined : personAt(chat, claim.proof)
  if (claim !== undefined && known?.place !== undefined) return resume(chat, asker, known, known.place, claim)
  if (isBackOnly === true) return refused(chat, asker, passwordRequired)
  const account = openedBy(chat, credentials)
  const bearer = account === undefined || keyOf(account) !== Nickname.oneWord(wanted.key) ? undefined : bearerOf(chat, account)
  if (credentials !== undefined && bearer !== undefined) {
    return takeUp(chat, asker, bearer, credentials, profile) ?? andThen(replaced(chat, bearer, asker.origin), (chat) => comeIn(chat, asker, command))
  }
  return comeIn(chat, asker, command)
}

// Who has said the words of a claimed name comes back to the place of who bears it, where one is kept.
const takeUp = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, bearer: Person<Peer>, { neighbourhood }: Credentials, profile: Profile | undefined): Decision<Peer> | undefined => {
  const { attachment, place } = bearer
  if (place === undefined) return undefined
  const hasty = tooSoon(chat, place)
  if (hasty !== undefined) return refused(chat, asker, hasty)
  const heard = attachment._tag === "Detached" ? attachment.heard : undefined
  return comeBack(used(chat, bearer.account), asker, { ...bearer, profile: profile ?? bearer.profile }, { ...place, neighbourhood }, heard === undefined ? { heard: chat.seq } : { heard: heard.n, rooms: heard.rooms })
}

const comeIn = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, { account: credentials, claim, name: wanted, nowhere, profile, spares }: Join): Decision<Peer> => {
  const account = openedBy(chat, credentials)
  const why = hindrance(chat, wanted, account === undefined ? undefined : keyOf(account))
  if (why !== undefined && spares === undefined) return refused(chat, asker, why)
  const name = why !== undefined && spares !== undefined ? spareName(chat, spares) : wanted
  const id = MemberId.make(`m${chat.lastMember + 1}`)
  const member: Member = { id, name: name.name, ...(account === undefined ? {} : { account: account.name.name }) }
  const { address, client } = asker.origin
  const place = placeFor(chat, claim) ?? (account === undefined || credentials === undefined ? undefined : placeOf(chat, credentials.neighbourhood))
  const person: Person<Peer> = {
    member,
    name,
    account: account === undefined ? undefined : keyOf(account),
    client,
    address,
    seat: { id, peer: asker.seat.peer },
    attachment: { _tag: "Here" },
    place,
    profile,
    metadata: [],
    status: { came: chat.at, spoke: chat.at },
    watched: [],
    rooms: [],
    current: undefined
  }
  const come = {
    ...used(chat, account === undefined ? undefined : keyOf(account)),
    people: HashMap.set(chat.people, id, person),
    clients: HashMap.set(chat.clients, client, id),
    mostHere: Math.max(chat.mostHere, HashMap.size(chat.clients) + 1),
    places: claim === undefined || place === undefined ? chat.places : HashMap.set(chat.places, claim.proof, id),
    lastMember: chat.lastMember + 1
  }
  const next = named(come, id, name)
  const origin = { ...asker.origin, name: member.name }
  if (nowhere === true) return tellWatchers(admitted(next, origin, person), person, { is: "here" })
  const told = enterLobby(next, origin, person, name.name === wanted.name ? undefined : wanted)
  const seen = tellWatchers(told, person, { is: "here" })
  return andThen(seen, (next) => warn(next, [lobbyMembership(0)], name.name, lookalike(chat, name)))
}

// The place of somebody in the lobby: of what it is told, one hears what has a greater number.
const lobbyMembership = (since: number): Membership => ({ room: lobby, role: "member", since })

// A newcomer who enters no room yet: nobody else is told.
const admitted = <Peer>(chat: Chat<Peer>, origin: Origin, { member, place, seat }: Person<Peer>): Decision<Peer> => {
  const { instance, limits, server } = chat.settings
  return tellFew(chat, origin, [seat], ({ at, n }) => ({ _tag: "Admitted", n, at, you: member, server, instance, limits, keep: place === undefined ? undefined : chat.keep.for }))
}

// A newcomer enters the lobby. `asked`: the name that it wanted, where it has got another.
const enterLobby = <Peer>(before: Chat<Peer>, origin: Origin, newcomer: Person<Peer>, asked: AskedName | undefined): Decision<Peer> => {
  const { member, place } = newcomer
  // The number of the newcomer's own `Joined`: that of the welcome is before it.
  const person: Person<Peer> = { ...newcomer, rooms: [lobbyMembership(before.seq + 2)], current: lobby }
  const come = withPerson(before, person)
  const { seats } = roomOf(before, lobby)
  const room = Room.entered(roomOf(before, lobby), person)
  const next = place === undefined ? withRoom(come, room) : countKeepers(come, room, 1)
  const { settings } = before
  const welcomed = tellFew(next, origin, [person.seat], ({ at, n }) => ({
    _tag: "Welcome",
    n,
    // The number of the newcomer's own `Joined`, which only the others get: the newcomer is told everything after it.
    seq: room.seq + 1,
    at,
    room: lobby,
    you: member,
    asked: asked?.name,
    ...(asked !== undefined && accountOf(before, asked.key) !== undefined ? { claimed: true as const } : {}),
    here: room.seats.length,
    members: room.firstPage,
    ...(room.topic === undefined ? {} : { topic: room.topic }),
    server: settings.server,
    instance: settings.instance,
    limits: settings.limits,
    keep: place === undefined ? undefined : before.keep.for,
    history: keptFor(before, room)
  }))
  const entered = andThen(welcomed, (chat) => tellRoom(chat, origin, lobby, (at) => joined(at, person), seats))
  return tellPast(entered, origin, person, lobby)
}

// The place of a newcomer that is kept from now on. The number of its welcome is the first that it hears.
const placeFor = <Peer>({ keep, seq }: Chat<Peer>, claim: Claim | undefined): Place | undefined =>
  claim === undefined || keep.for === 0
    ? undefined
    : { proof: claim.proof, key: undefined, neighbourhood: claim.neighbourhood, since: seq + 1, own: Window.empty, stays: [], last: undefined, resumedAt: undefined }

/** What somebody is told who has not said the password of the server. */
export const passwordRequired = new Refusal({ code: "password-required", message: "This room needs a password: say hello with it." })

const unsupportedVersion = new Refusal({
  code: "unsupported-version",
  message: `This server speaks version ${version}: send {"_tag":"Hello","v":${version},...}.`
})
