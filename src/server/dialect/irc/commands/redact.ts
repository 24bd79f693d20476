/** `REDACT`: takes back what was said in a room, or to one alone, where that is kept. See https://ircv3.net/specs/extensions/message-redaction. */
import { membershipIn, personNamed, roomWith } from "../../../../domain/Chat.ts"
import type { Redact } from "../../../../domain/command/redact.ts"
import { lenient } from "../../../../domain/Text.ts"
import type { Heard } from "../../Dialect.ts"
import type { Asking, IrcCommands } from "../Client.ts"
import { idIn } from "../msgid.ts"
import { isChannel, keyOf, roomOf } from "../tokens.ts"

/** Where something was said: in a room that the asker is in, or to one alone. `undefined` where there is none such. */
const whereIn = ({ chat, me }: Asking, target: string): Pick<Redact, "room" | "to"> | undefined => {
  if (!isChannel(target)) {
    const to = personNamed(chat, keyOf(target))?.member.id
    return to === undefined ? undefined : { to }
  }
  const room = roomOf(target)
  return room === undefined || roomWith(chat, room.key) === undefined || me === undefined || membershipIn(me, room.key) === undefined ? undefined : { room }
}

/** The command `REDACT`. */
export const redact: IrcCommands[string]["run"] = function* (client, [target = "", msgid = "", why = ""]): Iterable<Heard> {
  const where = yield* client.see((asking) => whereIn(asking, target))
  if (where === undefined) {
    yield client.fail("REDACT", "INVALID_TARGET", [target], "You are in no such room, and nobody here has that name")
    return
  }
  const of = idIn(msgid)
  if (of !== undefined) {
    const reason = lenient(why)
    yield* client.perform({ _tag: "Redact", ...where, of, ...(reason === undefined ? {} : { reason }) })
    const { refused } = client
    if (refused?.code === "not-allowed") yield client.fail("REDACT", "REDACT_FORBIDDEN", [target, msgid], refused.message)
    if (refused?.code !== "not-kept") return
  }
  yield client.fail("REDACT", "UNKNOWN_MSGID", [target, msgid], "That message is not kept here: it cannot be taken back")
}
