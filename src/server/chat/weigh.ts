import type { Event } from "../../domain/Event.ts"
import { isResumption } from "../../domain/Reply.ts"
import { sizeOfTags } from "../../domain/Tags.ts"
import type { Handing } from "./Handed.ts"

/** What an event takes on the wire besides what varies in length: its tag, numbers, ids and names. In bytes. */
const frame = 96

/** What one member takes in a list of members. */
const member = 40

const sizeOf = (event: Handing["event"]): number => {
  switch (event._tag) {
    case "Said":
    case "Acted":
    case "Whispered":
      return frame + event.text.length + sizeOfTags(event.tags)
    case "Signalled":
      return frame + sizeOfTags(event.tags) + (event.words?.length ?? 0) + (event.metadata ?? []).reduce((sum, { key, value = "" }) => sum + key.length + value.length, 0)
    case "Notice":
    case "Proclaimed":
    case "TopicSet":
      return frame + event.text.length
    case "AwaySet":
      return frame + (event.reason?.length ?? 0)
    case "Away":
      return frame + member + (event.reason?.length ?? 0)
    case "Described":
      return frame + member + (event.real?.length ?? 0)
    case "Watched":
      return frame + member + (event.reason?.length ?? 0) + (event.real?.length ?? 0)
    case "Profile":
      return 2 * frame + event.rooms.length * member + (event.real?.length ?? 0) + (event.away?.length ?? 0)
    case "Moderated":
    case "Removed":
      return frame + member + (event.reason?.length ?? 0)
    case "Past":
    case "Found":
      return event.events.reduce((sum, each) => sum + frame + each.text.length, frame)
    case "Refused":
    case "Throttled":
      return frame + event.message.length
    case "Goodbye":
      return frame + event.reason.length
    case "Welcome":
    case "Entered":
      return 2 * frame + (event.members.length + ("away" in event ? (event.away?.length ?? 0) : 0)) * member + (event.topic?.length ?? 0)
    case "Members":
      return (event.remarks ?? []).reduce((sum, { away = "" }) => sum + member + away.length, frame + (event.members.length + (event.away?.length ?? 0)) * member)
    case "RoomList":
      return frame + event.rooms.reduce((sum, { topic = "" }) => sum + member + topic.length, 0)
    case "Verbatim":
      return event.size
    case "Lines":
      return event.lines.reduce((sum, line) => sum + line.length, frame)
    // Many who come or go are told of in one event (docs/adr/0007), and they may be held for a while.
    case "Joined":
    case "Left":
    case "Detached":
    case "Returned":
      return 0
    case "Resumed":
      return (isResumption(event) ? event.replay : []).reduce((sum, each) => sum + sizeOfRetold(each), 3 * frame)
    default:
      return frame
  }
}

// A move that is told again is told alone, and at once.
const sizeOfRetold = (event: Event): number => {
  switch (event._tag) {
    case "Left":
    case "Detached":
      return frame + member + (event.reason?.length ?? 0)
    case "Joined":
    case "Returned":
      return frame + member
    default:
      return sizeOf(event)
  }
}

/**
 * About how many bytes will be written for what is handed on, to all in its
 * audience together. An estimate, made before anything is encoded: what an event
 * takes is known only to the dialects. What is told to nobody weighs nothing.
 */
export const weigh = ({ also, audience, event }: Handing): number => {
  const readers = audience.length + (also?.length ?? 0)
  return readers === 0 ? 0 : sizeOf(event) * readers
}
