/** What the commands have in common that rule a room: who may, and who is told why not. */
import * as HashSet from "effect/HashSet"
import type { Audience, Chat, Decision, Origin, Person } from "../Chat.ts"
import { meant, refused, tellFew } from "../Decision.ts"
import type { Member } from "../Member.ts"
import { Refusal } from "../Refusal.ts"
import { isAtLeast, type Rank, type Role } from "../Role.ts"
import type { Room } from "../Room.ts"
import { type AskedRoom, lobby } from "../RoomName.ts"
import { Text } from "../Text.ts"
import type { Decides } from "./Definition.ts"

/** Who rules a room: somebody with a role in it, or the server. */
export interface Ruler<Peer> {
  readonly rank: Rank
  /** Absent for the server. */
  readonly person: Person<Peer> | undefined
  readonly origin: Origin | undefined
  /** Who is told when it cannot be done: nobody hears that of the server's, whose operator gets it as the result. */
  readonly audience: Audience<Peer>
}

/** What comes of a command that rules a room. */
export interface Ruling<C> {
  /** What it does, for who may not, such as "lock it". */
  readonly what: string
  /** Who may do it: somebody with this role, or a higher one. */
  readonly least: Role
  readonly rule: <Peer>(chat: Chat<Peer>, ruler: Ruler<Peer>, room: Room<Peer>, command: C) => Decision<Peer>
}

/** What comes of such a command where a member asks for it. */
export const ruled = <C extends { readonly room?: AskedRoom | undefined }>({ least, rule, what }: Ruling<C>): Decides<C> => (chat, asker, command) => {
  const where = meant(chat, asker, command.room, { what: "do that" })
  if (where instanceof Refusal) return refused(chat, asker, where)
  const { membership: { role }, person, room } = where
  const rank = HashSet.has(chat.operators, person.member.id) ? "server" : role
  return isAtLeast(rank, least)
    ? rule(chat, { rank, person, origin: asker.origin, audience: [person.seat] }, room, command)
    : refused(chat, asker, notAllowed(room, what, least))
}

/** The server, where it rules a room. */
export const serverAsRuler = <Peer>(): Ruler<Peer> => ({ rank: "server", person: undefined, origin: undefined, audience: [] })

/** The member that rules, as an event names it; absent for the server. */
export const by = <Peer>({ person }: Ruler<Peer>): { readonly by?: Member } => (person === undefined ? {} : { by: person.member })

/** The refusal of who has too low a role. */
export const notAllowed = <Peer>({ key, name }: Room<Peer>, what: string, least: Role = "operator"): Refusal =>
  new Refusal({
    code: "not-allowed",
    message: key === lobby ? `Only the operator of the server can ${what}: the ${name} belongs to nobody.` : `Only the owner${least === "owner" ? "" : " and the operators"} of #${name} can ${what}.`
  })

/** Nothing changes; who wanted it is told why. */
export const denied = <Peer>(chat: Chat<Peer>, { audience, origin }: Ruler<Peer>, { code, message, wait }: Refusal): Decision<Peer> =>
  tellFew(chat, origin, audience, ({ at, n }) => ({ _tag: "Refused", n, at, code, message: Text.make(message), ...(wait === undefined ? {} : { wait }) }))

/** The refusal of what is as it is to be already. */
export const noChange = (message: string): Refusal => new Refusal({ code: "no-change", message })
