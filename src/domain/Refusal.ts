import * as Schema from "effect/Schema"

/**
 * Why a client's request was not carried out. It is data for programs; the
 * words for people stand beside it, in `message`. `other` is never sent: it is
 * what a client makes of a code that it does not know.
 */
export const RefusalCode = Schema.Literal(
  "bad-line",
  "line-too-long",
  "unknown-command",
  "bad-command",
  "unsupported-version",
  "not-joined",
  "already-joined",
  "name-empty",
  "name-too-long",
  "name-not-allowed",
  "name-reserved",
  "name-taken",
  "password-required",
  "password-wrong",
  "password-wait",
  "too-soon",
  "no-such-member",
  "room-name",
  "too-many-rooms",
  "no-such-room",
  "not-in-room",
  "banned",
  "muted",
  "locked",
  "not-allowed",
  "no-change",
  "room-full",
  "too-many-masks",
  "not-kept",
  "no-such-place",
  "text-empty",
  "text-line-break",
  "other"
)
export type RefusalCode = typeof RefusalCode.Type

/**
 * A request that cannot be carried out as it was sent. Its sender is told and
 * may go on; nobody else notices.
 */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  code: RefusalCode,
  message: Schema.String,
  /** How long to wait before another try, in ms; absent where there is no need to. */
  wait: Schema.optional(Schema.Number),
  /** The correlation id of the refused request, sent back unchanged. */
  ref: Schema.optional(Schema.String)
}) {}
