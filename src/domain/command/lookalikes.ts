import type { Chat, Decision, Membership } from "../Chat.ts"
import { nothing, tellPerson } from "../Decision.ts"
import type { Nickname } from "../Nickname.ts"
import { lookalikes } from "../phrases.ts"

/** Warns those who share a room with the bearer of a new name that it looks like `other`, whose bearer is here; tells nothing where `other` is `undefined`. */
export const warn = <Peer>(chat: Chat<Peer>, rooms: ReadonlyArray<Membership>, name: Nickname, other: Nickname | undefined): Decision<Peer> =>
  other === undefined
    ? nothing(chat)
    : tellPerson(chat, undefined, rooms, ({ at, n, room, seq }) => ({ _tag: "Notice", n, seq, at, room, text: lookalikes(name, other) }))
