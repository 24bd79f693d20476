import type { Chat } from "../Chat.ts"
import type { Refused } from "../Event.ts"
import type { Refusal } from "../Refusal.ts"
import { clean } from "../Text.ts"

/** A refusal as the answer to a question; the state tells only the time of it. */
export const refusal = (chat: Pick<Chat<unknown>, "at">, { code, message, ref, wait }: Refusal): Refused =>
  ({ _tag: "Refused", at: chat.at, code, message: clean(message), wait, ref })
