/** The tags of the lines that tell an event. */
import type { Event } from "../../../domain/Event.ts"
import type { Member } from "../../../domain/Member.ts"
import type { Reply } from "../../../domain/Reply.ts"
import type { Capabilities } from "./Capabilities.ts"
import { formatTags } from "./message.ts"
import { msgidOf } from "./msgid.ts"
import { nickOf } from "./tokens.ts"

/** How clients are spoken to that have the same capabilities, as far as these change what several are told. */
export interface Form {
  /** The name of the server, as the source of its messages. */
  readonly server: string
  readonly capabilities: Capabilities
}

/** The tags of the lines of an event. Each line of one that is cut into several has the same. `isFirst`: whether they are to have the id of the event. */
export const tagsOf = (event: Reply, { capabilities }: Form, isFirst = true): string => {
  const tags: Array<readonly [string, string]> = []
  if (capabilities.has("server-time")) tags.push(["time", new Date(event.at).toISOString()])
  if (capabilities.has("account-tag")) {
    const account = actorOf(event)?.account
    if (account !== undefined) tags.push(["account", nickOf(account)])
  }
  if (capabilities.has("message-tags") && event._tag === "TopicSet" && event.n !== undefined) tags.push(["msgid", msgidOf(event.at, event.n)])
  if (capabilities.has("message-tags") && isSaid(event)) {
    if (isFirst && event.n !== undefined) tags.push(["msgid", msgidOf(event.at, event.n)])
    if (event._tag !== "Notice") {
      if ((event._tag === "Signalled" ? event.by : event.from).bot === true) tags.push(["bot", ""])
      if (event.tags !== undefined) tags.push(...Object.entries(event.tags))
    }
  }
  return formatTags(tags)
}

/** Who has caused what an event tells, where that is one. */
const actorOf = (event: Reply): Member | undefined => {
  if ("from" in event) return event.from
  if ("by" in event) return event.by
  return "member" in event && event._tag !== "Watched" && event._tag !== "Profile" ? event.member : undefined
}

const isSaid = (event: Reply): event is Extract<Event, { readonly _tag: "Said" | "Acted" | "Whispered" | "Notice" | "Signalled" }> =>
  event._tag === "Said" || event._tag === "Acted" || event._tag === "Whispered" || event._tag === "Notice" || (event._tag === "Signalled" && event.metadata === undefined && event.of === undefined)
