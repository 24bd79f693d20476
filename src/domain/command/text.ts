import { Refusal } from "../Refusal.ts"
import * as Text from "../Text.ts"

/** What `then` makes of a text as a program sent it, or its refusal, with the correlation id `ref`. */
export const parseText = <A>(raw: string, ref: string | undefined, then: (text: Text.Text) => A): A | Refusal => {
  const text = Text.parse(raw)
  return text instanceof Refusal ? new Refusal({ code: text.code, message: text.message, ref }) : then(text)
}

/** What `then` makes of a text as a person typed it behind a command, or a refusal that shows the command's `usage`. */
export const typedText = <A>(rest: string, usage: string, then: (text: Text.Text) => A): A | Refusal => {
  const text = Text.lenient(rest)
  return text === undefined ? new Refusal({ code: "text-empty", message: `Type ${usage}` }) : then(text)
}
