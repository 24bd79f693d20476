/** What was said to one alone, kept for those who have claimed a name and asked for it, where the server keeps what is said at all. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Chat, Decision, Person } from "./Chat.ts"
import * as Deadlines from "./Deadlines.ts"
import type { Event } from "./Event.ts"
import type { Signalled } from "./PersonEvent.ts"
import type { Whispered } from "./SpeechEvent.ts"
import type { MessageId } from "./eventFields.ts"
import { firstOf, isPersistent } from "./history.ts"
import type { NameKey } from "./Nickname.ts"
import * as Window from "./Window.ts"

/** What is kept of what is said to one alone. */
export type Letter = Whispered | Signalled

const isLetter = (event: Event): event is Letter => (event._tag === "Whispered" && event.among === undefined) || (event._tag === "Signalled" && isPersistent(event))

const windowOf = ({ letters }: Chat<unknown>, account: NameKey | undefined): Window.Window | undefined =>
  account === undefined ? undefined : Option.getOrUndefined(HashMap.get(letters, account))

/** The chat in which what is said by and to who has claimed this name alone is kept from now on. */
export const keptFor = <Peer>(chat: Chat<Peer>, account: NameKey): Chat<Peer> =>
  chat.history === undefined || HashMap.has(chat.letters, account) ? chat : { ...chat, letters: HashMap.set(chat.letters, account, Window.empty) }

/** What was told to these people alone, which those of them keep who keep such; each once. */
export const delivered = <Peer>({ chat, told }: Decision<Peer>, people: ReadonlyArray<Person<Peer>>): Decision<Peer> => ({
  chat: told.reduce((next, { event, seq }) => keptBy(next, people, seq, event), chat),
  told
})

const keptBy = <Peer>(before: Chat<Peer>, people: ReadonlyArray<Person<Peer>>, n: number, event: Event): Chat<Peer> => {
  const { at, history } = before
  if (history === undefined || !isLetter(event)) return before
  let chat = before
  for (const account of new Set(people.map(({ account }) => account))) {
    const window = windowOf(chat, account)
    if (window === undefined || account === undefined) continue
    const bytes = Math.min(history.bytes, history.allBytes - chat.historyBytes + window.bytes)
    const kept = { n, before: 0, seq: 0, at, size: Window.sizeOf(event), event: "ref" in event ? { ...event, ref: undefined } : event }
    chat = replaced(chat, account, window, Window.append(window, kept, { events: history.lines, bytes }, at - history.age))
  }
  return chat
}

// The letters of all accounts count in the bytes that the lines of all rooms may take, and are due like them.
const replaced = <Peer>(chat: Chat<Peer>, account: NameKey, before: Window.Window, after: Window.Window): Chat<Peer> => {
  const historyBytes = chat.historyBytes + after.bytes - before.bytes
  const oldest = after.kept[0]
  if (oldest === undefined || after.due !== undefined) return { ...chat, historyBytes, letters: HashMap.set(chat.letters, account, after) }
  const at = oldest.at + (chat.history?.age ?? 0) + 1
  return {
    ...chat,
    historyBytes,
    deadlines: Deadlines.add(chat.deadlines, { at, due: { _tag: "Letters", account } }),
    letters: HashMap.set(chat.letters, account, { ...after, due: at })
  }
}

/** The letter with this id that these people keep, or one of them does; `undefined` where neither does. */
export const letterOf = <Peer>(chat: Chat<Peer>, people: ReadonlyArray<Person<Peer>>, { at, n }: MessageId): Letter | undefined =>
  people.flatMap(({ account }) => lettersOf(chat, account)).find((letter) => letter.n === n && letter.at === at)

/** The chat in which these people do not keep this letter any more; of a message of several lines they keep none. */
export const withoutLetter = <Peer>(before: Chat<Peer>, people: ReadonlyArray<Person<Peer>>, letter: Letter): Chat<Peer> => {
  const first = firstOf(letter)
  let chat = before
  for (const account of new Set(people.map(({ account }) => account))) {
    const window = windowOf(chat, account)
    if (window === undefined || account === undefined) continue
    const gone = window.kept.filter(({ event, n }) => n === letter.n || (first !== undefined && firstOf(event) === first))
    chat = replaced(chat, account, window, gone.reduce(Window.without, window))
  }
  return chat
}

/** The chat in which the letters of an account whose time has come are none that are too old at this time. */
export const aged = <Peer>(chat: Chat<Peer>, account: NameKey, at: number): Chat<Peer> => {
  const window = windowOf(chat, account)
  return window === undefined ? chat : replaced(chat, account, window, { ...Window.trimmed(window, at - (chat.history?.age ?? 0)), due: undefined })
}

/** The chat in which nothing is kept for who had this account. */
export const forgotten = <Peer>(chat: Chat<Peer>, account: NameKey): Chat<Peer> => {
  const window = windowOf(chat, account)
  if (window === undefined) return chat
  const { bytes, due: at } = window
  const deadlines = at === undefined ? chat.deadlines : Deadlines.remove(chat.deadlines, { at, due: { _tag: "Letters", account } })
  return { ...chat, deadlines, historyBytes: chat.historyBytes - bytes, letters: HashMap.remove(chat.letters, account) }
}

/** What is kept for who has this account, the oldest first. */
export const lettersOf = <Peer>(chat: Chat<Peer>, account: NameKey | undefined): ReadonlyArray<Letter> =>
  (windowOf(chat, account)?.kept ?? []).flatMap(({ event }) => (isLetter(event) ? event : []))
