/** The words of what happens in and between rooms. */
import type { Welcome } from "./Event.ts"
import type { Member } from "./Member.ts"
import type { Entered, Exited, Invited, Moderated, Removed, RoomList, TopicSet } from "./RoomEvent.ts"
import type { Among, Past } from "./SpeechEvent.ts"
import { lengthOf } from "./lengths.ts"
import { company, dim, type Line, name, sign, text } from "./spans.ts"
import type { Text } from "./Text.ts"

/** The name of a room as people read and type it. */
export const nameOf = (room: string): string => `#${room}`

const doer = (by: Member | undefined): Line => (by === undefined ? [dim("The server")] : [name(by)])

const because = (reason: Text | undefined): Line => (reason === undefined ? [dim(".")] : [sign(": "), text(reason)])

/** What somebody reads who enters a room in which what is said is kept; nothing where it is not. */
export const keeping = ({ history }: Pick<Welcome, "history">): ReadonlyArray<Line> =>
  history === undefined ? [] : [[dim(`The last lines that are said here are kept for ${lengthOf(history)}: /search finds them.`)]]

/** Lines of the past. Those of a room in a list stand behind a blank, as nobody's name begins with one. */
export const past = ({ events, more }: Pick<Past, "events" | "more">, title: string, none: string): ReadonlyArray<Line> =>
  events.length === 0
    ? [[dim(none)]]
    : [[dim(`${title}${more ? " (there is more before)" : ""}`)], ...events.map(({ _tag, from, text: words }) => (_tag === "Said" ? [sign("  "), name(from), sign(": "), text(words)] : [sign("  * "), name(from), sign(" "), text(words)]))]

/** What somebody reads who enters a room. */
export const entered = ({ here, hidden, history, locked, members, room, topic, you }: Entered): ReadonlyArray<Line> => [
  [dim(`You are in ${nameOf(room)}${[...(locked ? [", which is locked"] : []), ...(hidden ? [", which is hidden"] : [])].join("")}. `), ...company({ here, members, you })],
  ...about({ topic }),
  ...keeping({ history })
]

/** What a room is about; no line where nobody has said so. */
export const about = ({ topic }: Pick<Entered, "topic">): ReadonlyArray<Line> => (topic === undefined ? [] : [[dim("It is about: "), text(topic)]])

/** To whom something was said in a room. */
export const amongWords = ({ role, room }: Among): string => `${role === "operator" ? "operators" : "those with a voice"} of ${nameOf(room)}`

/** What somebody reads who has left a room. */
export const exited = ({ now }: Pick<Exited, "now">): Line => [
  dim(now === undefined ? "You are in no room: enter one with /join ROOM." : `You are in ${nameOf(now)}.`)
]

export const topicSet = ({ by, text: topic }: TopicSet): Line => [
  ...doer(by),
  ...(topic === "" ? [dim(" has taken the topic away.")] : [dim(" has set the topic: "), text(topic)])
]

// How long it lasts, where it does.
const lasting = ({ at, until }: { readonly at: number; readonly until?: number | undefined }): string => (until === undefined ? "" : ` for ${lengthOf(until - at)}`)

const during = (event: Moderated): Line => (event.until === undefined ? [] : [dim(lasting(event))])

// Whom it is about: somebody, or all whose names are like this.
const whom = ({ mask, target }: Moderated): Line => (target !== undefined ? [name(target)] : mask === undefined ? [] : [text(mask)])

/** How a room is ruled, as it reads. */
export const moderated = (event: Moderated): Line => {
  const by = doer(event.by)
  const target = whom(event)
  switch (event.deed) {
    case "voice":
      return [...by, dim(" has given "), ...target, dim(" a voice.")]
    case "devoice":
      return [...by, dim(" has taken the voice of "), ...target, dim(".")]
    case "moderate":
      return [...by, dim(" lets only those speak who have a voice.")]
    case "unmoderate":
      return [...by, dim(" lets everybody speak again.")]
    case "limit":
      return [...by, dim(` lets no more enter than ${event.limit ?? 0}.`)]
    case "unlimit":
      return [...by, dim(" lets any number enter again.")]
    case "outside":
      return [...by, dim(" lets those speak, too, who are not in the room.")]
    case "inside":
      return [...by, dim(" lets only those speak who are in the room.")]
    case "free-topic":
      return [...by, dim(" lets everybody set the topic.")]
    case "fix-topic":
      return [...by, dim(" lets only operators set the topic.")]
    case "machines":
      return [...by, dim(" lets programs ask each other again.")]
    case "no-machines":
      return [...by, dim(" lets no programs ask each other.")]
    case "except":
      return [...by, dim(" has excepted from bans: "), ...target]
    case "unexcept":
      return [...by, dim(" excepts from bans no more: "), ...target]
    case "except-mute":
      return [...by, dim(" has excepted from mutes: "), ...target]
    case "unexcept-mute":
      return [...by, dim(" excepts from mutes no more: "), ...target]
    case "admit":
      return [...by, dim(" lets in without an invitation: "), ...target]
    case "unadmit":
      return [...by, dim(" lets in no more without an invitation: "), ...target]
    case "op":
      return [...by, dim(" has made "), ...target, dim(" an operator of the room.")]
    case "deop":
      return [...by, dim(" has made "), ...target, dim(" a member again.")]
    case "kick":
      return [...by, dim(" has removed "), ...target, ...because(event.reason)]
    case "ban":
      return [...by, dim(" has banned "), ...target, ...during(event), ...because(event.reason)]
    case "mute":
      return [...by, dim(" has muted "), ...target, ...during(event), ...because(event.reason)]
    case "unban":
      return [...by, dim(" has lifted the ban on "), ...target, dim(".")]
    case "unmute":
      return [...by, dim(" has lifted the mute on "), ...target, dim(".")]
    case "owner":
      return [...target, dim(" owns the room now.")]
    case "lock":
      return [...by, dim(" has locked the room.")]
    case "unlock":
      return [...by, dim(" has unlocked the room.")]
    case "hide":
      return [...by, dim(" has hidden the room.")]
    case "show":
      return [...by, dim(" has listed the room again.")]
    case "remember":
      return [...by, dim(" lets the room keep its last lines.")]
    case "unremember":
      return [...by, dim(" lets the room keep nothing any more.")]
    case "forget":
      return [...by, dim(" has let the room forget what was said.")]
    case "redact":
      return [...by, dim(" has taken back a message"), ...(event.by?.id === event.target?.id ? [] : [dim(" of "), ...target]), ...because(event.reason)]
  }
}

/** What somebody reads who was put out of a room. */
export const removed = (event: Removed): ReadonlyArray<Line> => [
  [...doer(event.by), dim(`${event.deed === "ban" ? " has banned you from " : " has removed you from "}${nameOf(event.room)}${lasting(event)}`), ...because(event.reason)],
  exited(event)
]

export const invited = ({ by, room, to }: Invited): Line => [
  ...doer(by),
  dim(" has invited "),
  name(to),
  dim(` to ${nameOf(room)}. To enter, type /join ${room}.`)
]

/** The rooms, one a line. */
export const roomList = ({ more, rooms }: RoomList): ReadonlyArray<Line> => [
  ...rooms.map(({ here, locked, room, topic, yours }) => [
    dim(`${nameOf(room)} ${here}${yours ? ", you are here" : ""}${locked ? ", locked" : ""}`),
    ...(topic === undefined ? [] : [sign(": "), text(topic)])
  ]),
  ...(more > 0 ? [[dim(`... and ${more} more`)]] : [])
]
