import type { Chat, Decision } from "../Chat.ts"
import { nothing, tellRoom } from "../Decision.ts"
import type { Nickname } from "../Nickname.ts"
import { lobby } from "../RoomName.ts"
import { lookalikes } from "../wording.ts"

/** Warns the room that a new name looks like `other`, whose bearer is here; tells nothing where `other` is `undefined`. */
export const warn = <Peer>(chat: Chat<Peer>, name: Nickname, other: Nickname | undefined): Decision<Peer> =>
  other === undefined
    ? nothing(chat)
    : tellRoom(chat, undefined, lobby, ({ at, n, room, seq }) => ({ _tag: "Notice", n, seq, at, room, text: lookalikes(name, other) }))
