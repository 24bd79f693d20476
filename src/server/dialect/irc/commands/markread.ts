/** `MARKREAD`: how far a client has read, for itself alone. */
import type { Heard } from "../../Dialect.ts"
import type { IrcCommands } from "../Client.ts"
import { timeIn } from "../marks.ts"

/** The command `MARKREAD`. */
export const markread: IrcCommands[string]["run"] = function* (client, [target = "", param]): Iterable<Heard> {
  if (target === "") {
    yield client.fail("MARKREAD", "NEED_MORE_PARAMS", [], "Type MARKREAD TARGET, or MARKREAD TARGET timestamp=YYYY-MM-DDThh:mm:ss.sssZ")
    return
  }
  if (/[\s:]/u.test(target)) {
    yield client.fail("MARKREAD", "INVALID_PARAMS", [], "That is neither a room nor a nick")
    return
  }
  if (param !== undefined) {
    const time = timeIn(param)
    if (time === undefined) {
      yield client.fail("MARKREAD", "INVALID_PARAMS", [target], "A mark is timestamp=YYYY-MM-DDThh:mm:ss.sssZ")
      return
    }
    client.marks.set(target, time)
  }
  yield client.look(() => [client.fromServer(client.marks.line(target))])
}
