import { Refusal } from "../Refusal.ts"
import type { AskedRoom } from "../RoomName.ts"
import { parse as parseRoom } from "../roomNames.ts"
import * as Text from "../Text.ts"

/** What `then` makes of a text as a program sent it, or its refusal, with the correlation id `ref`. */
export const parseText = <A>(raw: string, ref: string | undefined, then: (text: Text.Text) => A): A | Refusal => {
  const text = Text.parse(raw)
  return text instanceof Refusal ? new Refusal({ code: text.code, message: text.message, ref }) : then(text)
}

/** What `then` makes of a room that a program may have named, as the field of a command; or its refusal. */
export const inRoom = <A>(raw: string | undefined, ref: string | undefined, then: (room: { readonly room?: AskedRoom }) => A): A | Refusal => {
  if (raw === undefined) return then({})
  const room = parseRoom(raw, ref)
  return room instanceof Refusal ? room : then({ room })
}

/** What `then` makes of a text as a person typed it behind a command, or a refusal that shows the command's `usage`. */
export const typedText = <A>(rest: string, usage: string, then: (text: Text.Text) => A): A | Refusal => {
  const text = Text.lenient(rest)
  return text === undefined ? new Refusal({ code: "text-empty", message: `Type ${usage}` }) : then(text)
}
