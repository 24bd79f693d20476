import type { Event } from "./Event.ts"
import { type Member, MemberId } from "./Member.ts"
import { Nickname } from "./Nickname.ts"
import { Moderated } from "./RoomEvent.ts"
import { lobby } from "./RoomName.ts"
import { clean } from "./Text.ts"
import * as phrases from "./phrases.ts"
import * as spans from "./spans.ts"
import * as wording from "./wording.ts"

/** Stands for what varies in a sentence. */
export const anything = phrases.anything

const somebody: Member = { id: MemberId.make("m1"), name: Nickname.make(anything) }
const inRoom = { seq: 0, at: 0, room: lobby }
const reason = clean(anything)

const happenings: ReadonlyArray<Event> = [
  { _tag: "Joined", ...inRoom, member: somebody },
  { _tag: "Left", ...inRoom, member: somebody, code: "quit" },
  { _tag: "Detached", ...inRoom, member: somebody, code: "lost", until: 0 },
  { _tag: "Returned", ...inRoom, member: somebody },
  { _tag: "Renamed", ...inRoom, member: somebody, was: somebody.name },
  ...Moderated.fields.deed.literals.map((deed) => ({ _tag: "Moderated" as const, ...inRoom, by: somebody, deed, target: somebody })),
  { _tag: "TopicSet", ...inRoom, by: somebody, text: reason },
  { _tag: "TopicSet", ...inRoom, by: somebody, text: clean("") },
  { _tag: "Removed", at: 0, room: lobby, deed: "kick", by: somebody },
  { _tag: "Removed", at: 0, room: lobby, deed: "ban", by: somebody },
  { _tag: "Invited", at: 0, room: lobby, by: somebody, to: somebody, until: 0 },
  { _tag: "Presence", ...inRoom, first: 0, here: 0, joined: Array.from({ length: spans.crowd + 1 }, () => somebody), left: Array.from({ length: spans.crowd + 1 }, () => ({ member: somebody, code: "quit" as const })) }
]

/** What the server says of somebody, behind the name: a name that has it within reads as the line. */
export const told: ReadonlyArray<string> = happenings.flatMap((event) =>
  wording.words(event).flatMap((line) => line.filter(({ as }) => as === "dim").map(({ text }) => text.replace(/^\d+/u, "")))
)

const farewells: ReadonlyArray<Event> = [
  { _tag: "Goodbye", at: 0, code: "closing", reason },
  { _tag: "Goodbye", at: 0, code: "restarting", reason },
  { _tag: "Goodbye", at: 0, code: "quit", reason },
  { _tag: "Goodbye", at: 0, code: "other", reason },
  { _tag: "Members", at: 0, here: 0, members: [], more: false }
]

/** How the server's sentences begin. A plain client is told `NAME: text`, so a name that begins so reads as one of them. */
export const openings: ReadonlyArray<string> = [
  ...farewells.flatMap((event) => wording.words(event).map(wording.textOf)),
  phrases.greeting,
  phrases.passwordQuestion,
  phrases.wrongPassword(0),
  phrases.passwordTooSoon(0),
  phrases.wordTooSoon(0),
  phrases.wordsTooSoon(0),
  phrases.nameTaken(anything, anything),
  phrases.nameReserved(anything, anything),
  phrases.throttled(anything),
  phrases.throttledAddress(anything),
  phrases.areYouThere,
  ...phrases.refusals
].map((sentence) => /^[^:.!]*/u.exec(sentence)?.[0] ?? sentence)

/** The names that begin lines of the server's, such as `[server] `, and its words about itself: a name that begins so speaks for it, whatever follows. */
export const speakers: ReadonlyArray<string> = ["server", "the server"]

/**
 * What other chats call lines of their own, and whoever runs them. None of our lines begins so, so these are the server's only
 * with such a word behind: `System message` is, `System of a Down` is not.
 */
export const titles: ReadonlyArray<string> = [
  "admin", "administrator", "alert", "announcement", "bot", "error", "info", "message", "notice", "notification", "operator", "warning"
].map((word) => `system ${word}`)

/** What the server asks for where a secret is typed next: nobody's name begins or ends with it. */
export const question = phrases.passwordQuestion

/** The words that leave, as keys of names: a plain client that says one has gone. */
export const leaving: ReadonlySet<string> = new Set(["{quit}", "(quit)"])
