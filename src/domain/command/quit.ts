import * as Schema from "effect/Schema"
import * as Text from "../Text.ts"
import { type LineForm, type MessageForm, messageForm } from "./Definition.ts"

/** Leave, with words for those who stay or without. */
export const Quit = Schema.TaggedStruct("Quit", { reason: Schema.optional(Schema.String) })

/** How programs send `Quit` and people type `/quit`. It is no command of the log: the session ends, and its end becomes an entry. */
export const quit: { readonly message: MessageForm; readonly line: LineForm } = {
  message: messageForm("Quit", Quit, ({ reason }) => ({ _tag: "Quit", reason: reason === undefined ? undefined : Text.lenient(reason) })),
  line: {
    name: "/quit",
    args: "[REASON]",
    help: "leaves; so does {quit}",
    takesName: false,
    read: (rest) => ({ _tag: "Quit", reason: Text.lenient(rest) })
  }
}
