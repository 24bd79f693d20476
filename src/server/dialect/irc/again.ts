import type { Event } from "../../../domain/Event.ts"
import type { Signalled } from "../../../domain/PersonEvent.ts"
import type { Whispered } from "../../../domain/SpeechEvent.ts"
import type { Reply } from "../../../domain/Reply.ts"
import type { Client } from "./Client.ts"
import { encodeFor } from "./encode.ts"

/** An event as this client is told it who is told it once more, line by line without their ends: also its own words, whether it wants to have them echoed or not. */
export const again = ({ capabilities, hearing, me, subscriptions }: Client, event: Event): ReadonlyArray<string> =>
  me === undefined
    ? []
    : encodeFor(event, { me, subscriptions, form: { server: hearing.serverName, capabilities: new Set([...capabilities, "echo-message"]) } })
        .split("\r\n")
        .filter((line) => line !== "")

/** Whether somebody says this to itself alone. */
export const isToSelf = (event: Reply): event is Whispered | Signalled =>
  event._tag === "Whispered" ? event.among === undefined && event.from.id === event.to.id : event._tag === "Signalled" && event.by.id === event.target?.id
