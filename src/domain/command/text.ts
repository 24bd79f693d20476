import { Refusal } from "../Refusal.ts"
import * as Text from "../Text.ts"

/** What is made of a text as a program sent it; a refusal of it bears the sender's own mark. */
export const parseText = <A>(raw: string, ref: string | undefined, then: (text: Text.Text) => A): A | Refusal => {
  const text = Text.parse(raw)
  return text instanceof Refusal ? new Refusal({ code: text.code, message: text.message, ref }) : then(text)
}

/** What is made of a text as a person typed it behind a command; `usage` is how that is typed. */
export const typedText = <A>(rest: string, usage: string, then: (text: Text.Text) => A): A | Refusal => {
  const text = Text.lenient(rest)
  return text === undefined ? new Refusal({ code: "text-empty", message: `Type ${usage}` }) : then(text)
}
