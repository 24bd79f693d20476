/** `REDACT`: takes back what was said in a room, where that is kept. See https://ircv3.net/specs/extensions/message-redaction. */
import { membershipIn, roomWith } from "../../../../domain/Chat.ts"
import { lenient } from "../../../../domain/Text.ts"
import type { Heard } from "../../Dialect.ts"
import type { IrcCommands } from "../Client.ts"
import { idIn } from "../msgid.ts"
import { roomOf } from "../tokens.ts"

/** The command `REDACT`. */
export const redact: IrcCommands[string]["run"] = function* (client, [channel = "", msgid = "", why = ""]): Iterable<Heard> {
  const room = roomOf(channel)
  const isThere = yield* client.see(({ chat, me }) => room !== undefined && roomWith(chat, room.key) !== undefined && me !== undefined && membershipIn(me, room.key) !== undefined)
  if (room === undefined || isThere !== true) {
    yield client.fail("REDACT", "INVALID_TARGET", [channel], "You are in no such room; what was said to one alone cannot be taken back")
    return
  }
  const of = idIn(msgid)
  if (of !== undefined) {
    const reason = lenient(why)
    yield* client.perform({ _tag: "Redact", room, of, ...(reason === undefined ? {} : { reason }) })
    const { refused } = client
    if (refused?.code === "not-allowed") yield client.fail("REDACT", "REDACT_FORBIDDEN", [channel, msgid], refused.message)
    if (refused?.code !== "not-kept") return
  }
  yield client.fail("REDACT", "UNKNOWN_MSGID", [channel, msgid], "That message is not kept here: it cannot be taken back")
}
