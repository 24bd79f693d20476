/**
 * What a chat is: the state and its decisions, the commands, the events, and
 * their wire formats. No I/O.
 */
export { answer, apply } from "./apply.ts"
export * as Chat from "./Chat.ts"
export * as Command from "./command/index.ts"
export * as Entry from "./Entry.ts"
export * as Errors from "./Refusal.ts"
export * as Event from "./Event.ts"
export * as LeaveCode from "./LeaveCode.ts"
export * as Member from "./Member.ts"
export * as Nickname from "./Nickname.ts"
export * as PersonEvent from "./PersonEvent.ts"
export * as PresenceEvent from "./PresenceEvent.ts"
export * as Reply from "./Reply.ts"
export * as RoomEvent from "./RoomEvent.ts"
export * as RoomName from "./RoomName.ts"
export * as SpeechEvent from "./SpeechEvent.ts"
export * as Text from "./Text.ts"
export * as Lines from "./wire/Lines.ts"
export * as Ndjson from "./wire/Ndjson.ts"
