import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Address } from "./Command.ts"
import * as Commands from "./commands.ts"
import { type Chat, type Client, type Decision, notJoined, refused, tell } from "./Decision.ts"
import { Refusal } from "./Refusal.ts"
import * as Text from "./Text.ts"

/** Says a line to one member only; `nobody` is what is answered when there is no such member. */
export const whisper = <Peer>(
  chat: Chat<Peer>,
  client: Client<Peer>,
  { ref, text }: { readonly ref?: string | undefined; readonly text: Text.Text },
  to: Client<Peer> | undefined,
  nobody = "Nobody here has that name."
): Decision<Peer> => {
  const from = client.member
  if (from === undefined) return refused(chat, client, notJoined("say something", ref))
  if (to?.member === undefined) {
    return refused(chat, client, new Refusal({ code: "no-such-member", message: nobody, ref }))
  }
  return tell(chat, client, [
    [{ _tag: "Whispered", at: chat.at, from, to: to.member, text, ref }, to.id === client.id ? [client] : [to, client]]
  ])
}

/** The same, as people type it. */
export const address = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { words }: Address): Decision<Peer> => {
  const found = Commands.addressee(words, (key) =>
    Option.getOrUndefined(Option.flatMap(HashMap.get(chat.names, key), (id) => HashMap.get(chat.clients, id)))
  )
  const text = Text.lenient(found?.text ?? "")
  return found !== undefined && text === undefined
    ? refused(chat, client, new Refusal({ code: "text-empty", message: "Type what to say: /msg NAME TEXT" }))
    : whisper(chat, client, { text: text ?? words }, found?.to, "Nobody here has that name: /who shows who is here.")
}
