import { longestWord } from "../Place.ts"
import { Refusal } from "../Refusal.ts"
import { command, type Request } from "./Definition.ts"
import type { Enter } from "./enter.ts"
import type { Lock } from "./lock.ts"

/** The refusal of words that are too long, which are not repeated. */
export const tooLong = new Refusal({ code: "line-too-long", message: `A word has at most ${longestWord} characters: this one was longer and was not taken.` })

/** The request of a command with the word that it goes by; without a word, or with an empty one, of the command alone. A word that is too long is refused, and not repeated. */
export const withWord = (word: string | undefined, asked: Enter | Lock): Request | Refusal => {
  if (word === undefined || word === "") return command(asked)
  return word.normalize("NFC").length > longestWord ? tooLong : { _tag: "Sealed", word, command: asked }
}
