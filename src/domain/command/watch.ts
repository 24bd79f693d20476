import * as Schema from "effect/Schema"
import { notJoined, nothing, refused } from "../Decision.ts"
import * as Nickname from "../Nickname.ts"
import { Refusal } from "../Refusal.ts"
import { mostWatched, watching } from "../watch.ts"
import { command, type CommandForm, type Decides, messageForm } from "./Definition.ts"

const WatchedName = Schema.Struct({ name: Nickname.Nickname, key: Nickname.NameKey })

/** Watch for somebody with this name, whether anybody has it now or not; `over`: not any more. */
export const Watch = Schema.TaggedStruct("Watch", { for: WatchedName, over: Schema.optional(Schema.Literal(true)) })
export type Watch = typeof Watch.Type

/** A `Watch` as programs send it: the name is not checked yet. */
export const WatchMessage = Schema.TaggedStruct("Watch", { name: Schema.String, over: Schema.optional(Schema.Boolean) })

/** The command by which programs watch for somebody: they are told `Watched` when it comes, goes, or is away. Nothing comes of it at once: who is here is asked. */
export const watch: CommandForm<Watch> = {
  message: messageForm("Watch", WatchMessage, ({ name: raw, over }, limits) => {
    const name = Nickname.parse(raw, limits)
    return name instanceof Refusal ? name : command({ _tag: "Watch", for: { name, key: Nickname.key(name) }, ...(over === true ? { over } : {}) })
  }),
  send: ({ for: { name }, over }) => ({ _tag: "Watch", name, over })
}

/** What comes of it. */
export const decideWatch: Decides<Watch> = (chat, asker, { for: wanted, over }) => {
  const { person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("watch for somebody"))
  const others = person.watched.filter(({ key }) => key !== wanted.key)
  if (over === true) return nothing(watching(chat, person, others))
  if (others.length >= mostWatched) {
    return refused(chat, asker, new Refusal({ code: "not-allowed", message: `You watch for ${mostWatched} names already, and can for no more.` }))
  }
  return nothing(watching(chat, person, [...others, wanted]))
}
