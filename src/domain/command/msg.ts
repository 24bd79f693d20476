import * as Schema from "effect/Schema"
import { addressee, Reading, readingsOf } from "../addressee.ts"
import { personNamed } from "../Chat.ts"
import { refused } from "../Decision.ts"
import { isInvisible } from "../invisible.ts"
import type { NameLimits } from "../NameLimits.ts"
import { Refusal } from "../Refusal.ts"
import * as Text from "../Text.ts"
import { command, type CommandForm, type Decides } from "./Definition.ts"
import { typedText } from "./text.ts"
import { whisperTo } from "./whisper.ts"

/** Say a line to one member only, as people type it: with all the readings of a name at its start, of which the chat finds the one that is somebody's. */
export const Address = Schema.TaggedStruct("Address", { words: Text.Text, readings: Schema.Array(Reading) })
export type Address = typeof Address.Type

/** The answer to a whisper that names nobody here. */
export const nobody = "Nobody here has that name: /who shows who is here."

/** The answer to a whisper that names somebody and says nothing. */
export const nothingSaid = "Type what to say: /msg NAME TEXT"

/**
 * A whisper as people type it: a name, then the text. Whether anything of the text can be seen needs Unicode's tables, so it is
 * worked out here: a reading behind which there is nothing ends where the words do.
 */
export const addressed = (words: Text.Text, limits?: NameLimits): Address => {
  const readings = readingsOf(words, limits)
  // From the end on, each part once: of a long line of blanks all readings together cost one look at it.
  let nothingFrom = words.length
  for (const { at } of readings.toSorted((one, other) => other.at - one.at)) {
    if (!isInvisible(words.slice(at, nothingFrom))) break
    nothingFrom = at
  }
  return { _tag: "Address", words, readings: readings.map((reading) => (reading.at >= nothingFrom ? { ...reading, at: words.length } : reading)) }
}

/** The command `/msg`. People type it to the server; our own client finds the member itself, and sends a `Whisper`. */
export const msg: CommandForm<Address> = {
  line: {
    name: "/msg",
    args: "NAME TEXT",
    help: "says it to one person only",
    takesName: true,
    read: (rest, limits) => typedText(rest, "/msg NAME TEXT", (words) => command(addressed(words, limits)))
  }
}

/** What comes of it. */
export const decideMsg: Decides<Address> = (chat, asker, address) => {
  const found = addressee(address, (key) => personNamed(chat, key))
  // The rest of a safe text is safe too, so it is not cleaned again.
  if (found?.text === "") return refused(chat, asker, new Refusal({ code: "text-empty", message: nothingSaid }))
  return whisperTo(chat, asker, found?.to, { text: Text.Text.make(found?.text ?? address.words), nobody })
}
