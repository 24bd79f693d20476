import * as Schema from "effect/Schema"
import { withRoom } from "../Chat.ts"
import { silenceIn, tellRoom } from "../Decision.ts"
import { Refusal } from "../Refusal.ts"
import { isAtLeast } from "../Role.ts"
import { AskedRoom } from "../RoomName.ts"
import * as Text from "../Text.ts"
import { command, type CommandForm, messageForm, question, type Request } from "./Definition.ts"
import { by, denied, noChange, notAllowed, type Ruling } from "./ruling.ts"
import { inRoom } from "./text.ts"

/** Give a room a topic; an empty one takes it away. */
export const Topic = Schema.TaggedStruct("Topic", { room: Schema.optional(AskedRoom), text: Text.Text })
export type Topic = typeof Topic.Type

/** A `Topic` as programs send it: the text is not checked yet. */
export const TopicMessage = Schema.TaggedStruct("Topic", { room: Schema.optional(Schema.String), text: Schema.String })

/** How long a topic may be, bytes. */
const longestTopic = 390

const utf8 = new TextEncoder()

const parse = (raw: string, room: { readonly room?: AskedRoom }): Request | Refusal => {
  const text = Text.lenient(raw) ?? Text.clean("")
  return utf8.encode(text).length > longestTopic
    ? new Refusal({ code: "line-too-long", message: `A topic has at most ${longestTopic} bytes: this one was longer and was not taken.` })
    : command({ _tag: "Topic", ...room, text })
}

/** The command `/topic`. Alone it shows the rooms with their topics. */
export const topic: CommandForm<Topic> = {
  message: messageForm("Topic", TopicMessage, ({ room, text }) => inRoom(room, undefined, (room) => parse(text, room))),
  line: {
    name: "/topic",
    args: "TEXT",
    help: "says what the room is about; - takes it away",
    takesName: false,
    read: (rest) => {
      const text = rest.trim()
      return text === "" ? question({ _tag: "Rooms" }) : parse(text === "-" ? "" : text, {})
    }
  },
  send: ({ room, text }) => ({ _tag: "Topic", room: room?.name, text })
}

/** What comes of it. */
export const ruleTopic: Ruling<Topic> = {
  what: "set its topic",
  least: "member",
  rule: (chat, ruler, room, { text }) => {
    if (!isAtLeast(ruler.rank, "operator")) {
      // Where everybody may set it, whoever is muted says nothing by it.
      const why = !room.manner.isTopicFree || ruler.person === undefined ? notAllowed(room, "set its topic") : silenceIn(chat, ruler.person, room.key, "set the topic")
      if (why !== undefined) return denied(chat, ruler, why)
    }
    if (text === "" && room.topic === undefined) return denied(chat, ruler, noChange(`#${room.name} has no topic.`))
    const topicSet = { by: ruler.person?.member, at: chat.at }
    return tellRoom(withRoom(chat, { ...room, topic: text === "" ? undefined : text, topicSet }), ruler.origin, room.key, ({ at, n, room, seq }) => ({
      _tag: "TopicSet",
      n,
      seq,
      at,
      room,
      ...by(ruler),
      text
    }))
  }
}
