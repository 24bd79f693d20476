import { Refusal } from "../Refusal.ts"
import { command, type Request } from "./Definition.ts"
import type { Enter } from "./enter.ts"
import type { Lock } from "./lock.ts"

/** How long the word of a room may be, in characters. */
const longest = 128

const tooLong = new Refusal({ code: "line-too-long", message: `A word has at most ${longest} characters: this one was longer and was not taken.` })

/** The request of a command with the word that it goes by; without a word, or with an empty one, of the command alone. A word that is too long is refused, and not repeated. */
export const withWord = (word: string | undefined, asked: Enter | Lock): Request | Refusal => {
  if (word === undefined || word === "") return command(asked)
  return word.normalize("NFC").length > longest ? tooLong : { _tag: "Sealed", word, command: asked }
}
