import * as Schema from "effect/Schema"
import { roomOf } from "../Chat.ts"
import { notJoined } from "../Decision.ts"
import * as History from "../history.ts"
import { Refusal } from "../Refusal.ts"
import { lenient } from "../Text.ts"
import { type Answers, messageForm, question, type QuestionForm } from "./Definition.ts"
import { refusal } from "./refusal.ts"

/** Ask for what was said in one's rooms with all of these words in it. */
export const Search = Schema.TaggedStruct("Search", { words: Schema.String })
export type Search = typeof Search.Type

/** How long the words may be, UTF-16 code units. */
const longest = 200

const parse = (raw: string) => {
  const words = lenient(raw)
  if (words === undefined) return new Refusal({ code: "text-empty", message: "Type /search WORDS" })
  return words.length > longest
    ? new Refusal({ code: "line-too-long", message: `What is searched for has at most ${longest} characters.` })
    : question({ _tag: "Search", words })
}

/** The question `/search`, answered with `Found`. */
export const search: QuestionForm<Search> = {
  message: messageForm("Search", Search, ({ words }) => parse(words)),
  line: { name: "/search", args: "WORDS", help: "finds what was said in your rooms, where that is kept", takesName: false, read: parse },
  send: (search) => search
}

/** Its answer. */
export const answerSearch: Answers<Search> = (chat, { person }, { words }) => {
  if (person === undefined) return refusal(chat, notJoined("search"))
  const keys = person.rooms.map(({ room }) => room)
  if (!keys.some((key) => History.isKept(chat, roomOf(chat, key)))) {
    return refusal(chat, new Refusal({ code: "not-kept", message: "What is said in your rooms is not kept, so there is nothing to search." }))
  }
  return { _tag: "Found", at: chat.at, ...History.search(chat, keys, words.toLowerCase().split(/\s+/u)) }
}
