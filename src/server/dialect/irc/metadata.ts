/** What people and rooms are described by, in the words of IRC. */
import type { Member } from "../../../domain/Member.ts"
import type { Signalled } from "../../../domain/PersonEvent.ts"
import { longestValue, mostKeys } from "../../../domain/metadata.ts"
import type { Capabilities } from "./Capabilities.ts"
import { split, trailing } from "./lines.ts"
import { sourceOf } from "./tokens.ts"

/** The keys whose values one client wants to be told of when they change. */
export type Subscriptions = ReadonlySet<string>

/** How many keys one client subscribes to at most. */
export const mostSubscriptions = 50

/** What the capability says of itself. */
export const limits = `before-connect,max-keys=${mostKeys},max-subs=${mostSubscriptions},max-value-bytes=${longestValue}`

/** A key with its value; without one where it has none. */
export type Described = NonNullable<Signalled["metadata"]>[number]

/** Whether a client is told of what people and rooms are described by; it says in which of the two drafts that are in use. */
export const draftOf = (capabilities: Capabilities): 2 | 3 | undefined => (capabilities.has("draft/metadata-3") ? 3 : capabilities.has("draft/metadata-2") ? 2 : undefined)

/** A value as a numeric reply to a nick; or that there is none. */
export const keyValue = (server: string, nick: string, target: string, { key, value }: Described): string =>
  value === undefined ? `:${server} 766 ${nick} ${target} ${key} ${trailing("Key not set")}` : (split(`:${server} 761 ${nick} ${target} ${key} * :`, value)[0] ?? "")

/** What has changed, as it is told to a client that did not ask. */
export const news = (draft: 2 | 3, server: string, nick: string, target: string, by: Member | undefined, { key, value }: Described): string => {
  if (draft === 3) return keyValue(server, nick, target, { key, value })
  const head = `:${by === undefined ? server : sourceOf(by)} METADATA ${target} ${key} *`
  return value === undefined ? head : (split(`${head} :`, value)[0] ?? "")
}
