/** Names of rooms, as people and programs ask for them. */
import { look } from "./lookalike.ts"
import * as Nickname from "./Nickname.ts"
import { Refusal } from "./Refusal.ts"
import { type AskedRoom, lobby, RoomKey, RoomName } from "./RoomName.ts"

/** How long the name of a room may be. */
const limits = { nameGraphemes: 32, nameBytes: 64 }

const lookOfLobby = look(Nickname.Nickname.make(lobby))

/**
 * Reads the name of a room, without one leading `#`; or the refusal that says
 * why it cannot be one. A name is in any language, has no white space and no
 * comma in it, and keeps the rules for what stands in a nickname.
 */
export const parse = (raw: string, ref?: string): AskedRoom | Refusal => {
  const bare = raw.startsWith("#") ? raw.slice(1) : raw
  const name = Nickname.parse(bare, limits)
  if (name instanceof Refusal || name !== bare.normalize("NFC") || /[\s,]/u.test(name)) return notAllowed(ref)
  const key: string = Nickname.key(name)
  // Emoji of joiners alone have no key.
  if (key === "") return notAllowed(ref)
  if (key !== lobby && look(name) === lookOfLobby) {
    return new Refusal({ code: "room-name", message: `The room ${name} would look like the ${lobby}: choose another name.`, ref })
  }
  return key === lobby ? { name: lobby, key: lobby } : { name: RoomName.make(name), key: RoomKey.make(key) }
}

const notAllowed = (ref: string | undefined): Refusal =>
  new Refusal({
    code: "room-name",
    message: `The name of a room has 1 to ${limits.nameGraphemes} characters and at most ${limits.nameBytes} bytes, without blanks, commas, colons and signs that cannot be seen.`,
    ref
  })
