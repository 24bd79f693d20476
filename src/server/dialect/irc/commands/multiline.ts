/** `BATCH`, by which clients send messages of several lines: see https://ircv3.net/specs/extensions/multiline. */
import type { Heard } from "../../Dialect.ts"
import type { Client, IrcCommands } from "../Client.ts"
import type { Message } from "../message.ts"
import { Multiline, type Wrong } from "../Multiline.ts"
import { capability, concat } from "../speech.ts"
import { clientTags, plainText, sayLines } from "./talking.ts"

const fail = (client: Client, [code, ...params]: Wrong[0], words: string): Heard => client.fail("BATCH", code, params, words)

// What follows of the message is taken without a word: its author knows that it is not said.
function* giveUp(client: Client, multiline: Multiline, [params, words]: Wrong): Iterable<Heard> {
  yield fail(client, params, words)
  multiline.fail()
}

/** Takes a line that says of itself that it is one of several. */
export function* piece(client: Client, { command, params: [target = "", text = ""], tags }: Message): Iterable<Heard> {
  const { multiline } = client
  if (multiline === undefined || multiline.id !== tags.get("batch")) {
    yield fail(client, ["MULTILINE_INVALID"], "This line is of no message that was begun: begin one by BATCH +ID draft/multiline TARGET")
    return
  }
  const wrong = multiline.hasFailed ? undefined : multiline.take({ command, target, text, isMore: tags.has(concat) })
  if (wrong !== undefined) yield* giveUp(client, multiline, wrong)
}

function* begin(client: Client, id: string, [kind = "*", target]: ReadonlyArray<string>, tags: Message["tags"]): Iterable<Heard> {
  if (kind !== capability || target === undefined) yield fail(client, ["MULTILINE_INVALID"], "Type BATCH +ID draft/multiline TARGET")
  else if (client.multiline?.hasFailed === false) yield fail(client, ["MULTILINE_INVALID"], "One message is begun when the one before has ended")
  else client.multiline = new Multiline(id, target, clientTags(tags), client.response)
}

function* end(client: Client, id: string): Iterable<Heard> {
  const { multiline } = client
  if (multiline?.id !== id) {
    yield fail(client, ["MULTILINE_INVALID"], "No such message was begun")
    return
  }
  client.multiline = undefined
  if (multiline.hasFailed) return
  const { isNotice, tags, target } = multiline
  const lines = multiline.lines(plainText)
  if (lines.length === 0) yield fail(client, ["MULTILINE_INVALID"], "There is nothing in this message to say")
  else if (/^[@+]#/u.test(target)) yield fail(client, ["MULTILINE_INVALID_TARGET", target, target], "Who has a role in a room is told one line at a time")
  else yield* sayLines(client, target, { lines, isNotice, tags })
}

/** The command `BATCH`. */
export const batch: IrcCommands[string]["run"] = function* (client, [reference = "", ...params], tags) {
  if (!client.capabilities.has(capability)) yield client.numeric("421", ["BATCH"], "Unknown command: ask for draft/multiline first")
  else if (/^\+./u.test(reference)) yield* begin(client, reference.slice(1), params, tags)
  else if (/^-./u.test(reference)) yield* end(client, reference.slice(1))
  else yield fail(client, ["MULTILINE_INVALID"], "Type BATCH +ID draft/multiline TARGET, and BATCH -ID behind the lines")
}
