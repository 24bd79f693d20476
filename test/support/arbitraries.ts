import * as FastCheck from "effect/FastCheck"
import type { Event } from "../../src/domain/Event.ts"
import { MemberId } from "../../src/domain/Member.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import { LeaveCode } from "../../src/domain/LeaveCode.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { RefusalCode } from "../../src/domain/Refusal.ts"
import { ToldRole } from "../../src/domain/Role.ts"
import { Moderated } from "../../src/domain/RoomEvent.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import * as Text from "../../src/domain/Text.ts"
import { crowd } from "../../src/domain/spans.ts"

// Characters with rules of their own in Unicode or terminals: joiners, what
// composes or folds, invisible characters, controls.
const awkward = [
  "a", "A", "b", "Z", "1", "#", "=", "_", ":", ".", " ", "\t", "\u00a0", "\u3000",
  "é", "e", "\u0301", "\u0338", "\u0323", "\u034f", "ﬁ", "Ａ", "ß", "ẞ", "ς", "Σ", "İ", "ı", "ᾳ", "¨", "ǆ",
  "\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029", "\0", "\b", "\u001b", "\u007f", "\u009b",
  "\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\u061c", "\u202e", "\u2066", "\u2069", "\u206a", "\ufff9",
  "\ufe0e", "\ufe0f", "\u{e0100}", "\u180b", "\u20e3", "\u3164", "\u115f", "\uffa0", "\u2800", "\ufffd",
  "\ud800", "\udc00", "\u{1f468}", "\u{1f469}", "\u{1f3fd}", "\u2764", "\u{1f1ee}", "\u{1f1f9}", "\u{1f3f4}", "\u{e0067}", "\u{e007f}",
  "م", "ی", "خ", "ש", "क", "्", "ष", "ก", "ำ", "한", "ᄒ", "ᅡ", "ᆫ"
]

const codeUnit = FastCheck.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))
const codePoint = FastCheck.string({ unit: "binary", minLength: 1, maxLength: 1 })

const joined = (unit: FastCheck.Arbitrary<string>, maxLength: number) =>
  FastCheck.array(unit, { maxLength, size: "max" }).map((units) => units.join(""))

/** Any string, lone surrogates included, biased towards difficult characters. */
export const anyString = (maxLength = 60): FastCheck.Arbitrary<string> =>
  FastCheck.oneof(
    joined(FastCheck.oneof({ weight: 6, arbitrary: FastCheck.constantFrom(...awkward) }, codeUnit, codePoint), maxLength),
    joined(FastCheck.constantFrom(...awkward), 8)
  )

/** Any valid name. */
export const nickname: FastCheck.Arbitrary<Nickname.Nickname> = anyString().map(
  (raw) => Nickname.lenient(raw) ?? Nickname.Nickname.make("nobody")
)

/** Any valid text of a message. */
export const text = (maxLength = 60): FastCheck.Arbitrary<Text.Text> =>
  anyString(maxLength).map((raw) => Text.lenient(raw) ?? Text.clean("nothing"))

/** Bytes, and the same bytes split at random places; some pieces are empty. */
export const inPieces = (
  bytes: FastCheck.Arbitrary<Uint8Array>
): FastCheck.Arbitrary<{ readonly whole: Uint8Array; readonly pieces: ReadonlyArray<Uint8Array> }> =>
  FastCheck.tuple(bytes, FastCheck.array(FastCheck.nat(), { maxLength: 12 })).map(([whole, places]) => ({
    whole,
    pieces: cutAt(whole, places)
  }))

const cutAt = (bytes: Uint8Array, places: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const ends = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

/** One of three ids, so that author and reader are often the same member. */
export const member = FastCheck.record({ id: FastCheck.constantFrom("m1", "m2", "m3").map((id) => MemberId.make(id)), name: nickname })

const at = FastCheck.integer({ min: 0, max: 2 ** 41 })
const inRoom = { seq: FastCheck.nat(), at, room: FastCheck.constant(lobby) }
const perhaps = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: undefined })
const code = FastCheck.constantFrom(...LeaveCode.literals)
const gone = { member, code, reason: perhaps(text()) }
const here = FastCheck.nat(40)
// Up to twice as many as are named one by one in a `Presence`.
const many = { maxLength: 2 * crowd, size: "max" } as const
const members = FastCheck.array(member, many)
const long = FastCheck.oneof({ weight: 4, arbitrary: text() }, FastCheck.tuple(text(), text()).map(([one, other]) => Text.clean(one + other.repeat(60))))
const limits = FastCheck.constant({ lineBytes: 1000, ...Nickname.defaultLimits })

const spoken = FastCheck.record({ _tag: FastCheck.constantFrom("Said" as const, "Acted" as const), ...inRoom, from: member, text: long })

const roomState = { role: FastCheck.constantFrom(...ToldRole.literals), topic: perhaps(text()), locked: FastCheck.boolean(), hidden: FastCheck.boolean() }

/** Any event, by its tag. */
export const events: { readonly [E in Event as E["_tag"]]: FastCheck.Arbitrary<E> } = {
  Welcome: FastCheck.record({
    _tag: FastCheck.constant("Welcome"), ...inRoom, you: member, asked: perhaps(nickname), here, members, server: FastCheck.string(), limits
  }),
  Admitted: FastCheck.record({ _tag: FastCheck.constant("Admitted"), at, you: member, server: FastCheck.string(), limits }),
  Resumed: FastCheck.record({
    _tag: FastCheck.constant("Resumed"), at, you: member, gaps: FastCheck.boolean(), server: FastCheck.string(), limits,
    rooms: FastCheck.array(FastCheck.record({ room: FastCheck.constant(lobby), seq: FastCheck.nat(), here, ...roomState }), { maxLength: 3 })
  }),
  Said: FastCheck.record({ _tag: FastCheck.constant("Said"), ...inRoom, from: member, text: long }),
  Acted: FastCheck.record({ _tag: FastCheck.constant("Acted"), ...inRoom, from: member, text: long }),
  Whispered: FastCheck.record({ _tag: FastCheck.constant("Whispered"), at, from: member, to: member, text: long }),
  Renamed: FastCheck.record({ _tag: FastCheck.constant("Renamed"), ...inRoom, member, was: nickname }),
  Notice: FastCheck.record({ _tag: FastCheck.constant("Notice"), ...inRoom, text: long }),
  Joined: FastCheck.record({ _tag: FastCheck.constant("Joined"), ...inRoom, member }),
  Left: FastCheck.record({ _tag: FastCheck.constant("Left"), ...inRoom, ...gone, reason: perhaps(long) }),
  Detached: FastCheck.record({ _tag: FastCheck.constant("Detached"), ...inRoom, member, code, reason: perhaps(long), until: at }),
  Returned: FastCheck.record({ _tag: FastCheck.constant("Returned"), ...inRoom, member }),
  AccountSet: FastCheck.record({ _tag: FastCheck.constant("AccountSet"), at, account: nickname }),
  DutySet: FastCheck.record({ _tag: FastCheck.constant("DutySet"), at, operates: FastCheck.boolean(), listens: FastCheck.boolean() }),
  Proclaimed: FastCheck.record({ _tag: FastCheck.constant("Proclaimed"), at, by: member, text: text() }),
  KeySet: FastCheck.record({ _tag: FastCheck.constant("KeySet"), at, name: nickname, keep: FastCheck.nat() }),
  AwaySet: FastCheck.record({ _tag: FastCheck.constant("AwaySet"), at, reason: perhaps(long) }),
  Away: FastCheck.record({ _tag: FastCheck.constant("Away"), ...inRoom, member, reason: perhaps(long) }),
  Described: FastCheck.record({ _tag: FastCheck.constant("Described"), ...inRoom, member, real: perhaps(long), account: perhaps(FastCheck.constant(true as const)) }),
  Watched: FastCheck.record({ _tag: FastCheck.constant("Watched"), at, member, is: FastCheck.constantFrom("here", "gone", "away", "back", "described"), reason: perhaps(text()), real: perhaps(text()) }),
  Signalled: FastCheck.record({ _tag: FastCheck.constant("Signalled"), at, by: member, target: perhaps(member), words: perhaps(text()) }),
  Profile: FastCheck.record({
    _tag: FastCheck.constant("Profile"), at, member, real: perhaps(text()), irc: perhaps(FastCheck.constant(true as const)), came: at, spoke: at, away: perhaps(text()), lost: perhaps(FastCheck.constant(true as const)),
    rooms: FastCheck.array(FastCheck.record({ room: FastCheck.constant(lobby), role: FastCheck.constantFrom(...ToldRole.literals) }), { maxLength: 3 })
  }),
  Presence: FastCheck.record({
    _tag: FastCheck.constant("Presence"), ...inRoom, first: FastCheck.nat(), here, joined: members, left: FastCheck.array(FastCheck.record(gone), many)
  }),
  Entered: FastCheck.record({ _tag: FastCheck.constant("Entered"), ...inRoom, you: member, here, members, away: perhaps(members), ...roomState }),
  Exited: FastCheck.record({ _tag: FastCheck.constant("Exited"), at, room: FastCheck.constant(lobby), now: perhaps(FastCheck.constant(lobby)) }),
  TopicSet: FastCheck.record({ _tag: FastCheck.constant("TopicSet"), ...inRoom, by: perhaps(member), text: long }),
  Moderated: FastCheck.record({
    _tag: FastCheck.constant("Moderated"), ...inRoom, by: perhaps(member), deed: FastCheck.constantFrom(...Moderated.fields.deed.literals), target: perhaps(member), until: perhaps(at), reason: perhaps(long)
  }),
  Removed: FastCheck.record({
    _tag: FastCheck.constant("Removed"), at, room: FastCheck.constant(lobby), deed: FastCheck.constantFrom("kick" as const, "ban" as const), by: perhaps(member), until: perhaps(at), reason: perhaps(long), now: perhaps(FastCheck.constant(lobby))
  }),
  Invited: FastCheck.record({ _tag: FastCheck.constant("Invited"), at, room: FastCheck.constant(lobby), by: perhaps(member), to: member, until: at }),
  Past: FastCheck.record({ _tag: FastCheck.constant("Past"), at, room: FastCheck.constant(lobby), events: FastCheck.array(spoken, { maxLength: 4 }), more: FastCheck.boolean() }),
  Found: FastCheck.record({ _tag: FastCheck.constant("Found"), at, events: FastCheck.array(spoken, { maxLength: 4 }), more: FastCheck.boolean() }),
  RoomList: FastCheck.record({
    _tag: FastCheck.constant("RoomList"), at, more: FastCheck.nat(9),
    rooms: FastCheck.array(FastCheck.record({ room: FastCheck.constant(lobby), here, topic: perhaps(text()), locked: FastCheck.boolean(), yours: FastCheck.boolean() }), { maxLength: 4 })
  }),
  Members: FastCheck.record({ _tag: FastCheck.constant("Members"), at, here, members, more: FastCheck.boolean(), away: perhaps(members) }),
  Refused: FastCheck.record({ _tag: FastCheck.constant("Refused"), at, code: FastCheck.constantFrom(...RefusalCode.literals), message: text() }),
  Outage: FastCheck.record({ _tag: FastCheck.constant("Outage"), at, message: text() }),
  Throttled: FastCheck.record({ _tag: FastCheck.constant("Throttled"), at, perSecond: FastCheck.nat(), message: text() }),
  Ping: FastCheck.record({ _tag: FastCheck.constant("Ping"), at }),
  Pong: FastCheck.record({ _tag: FastCheck.constant("Pong"), at }),
  Goodbye: FastCheck.record({ _tag: FastCheck.constant("Goodbye"), at, code, reason: long })
}

/** Any reply, by its tag: an event, or lines of the server's own. */
export const replies: { readonly [R in Reply as R["_tag"]]: FastCheck.Arbitrary<R> } = {
  ...events,
  Lines: FastCheck.record({ _tag: FastCheck.constant("Lines"), at, lines: FastCheck.array(text()) }),
  Verbatim: FastCheck.record({ _tag: FastCheck.constant("Verbatim"), at, size: FastCheck.constant(0), words: FastCheck.constant(() => "") })
}
