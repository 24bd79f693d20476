/** All rooms of the server, as whoever runs it sees and rules them. */
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import { type Chat, roomWith } from "../../domain/Chat.ts"
import { RoomRule } from "../../domain/command/Command.ts"
import { type LineForm, lines } from "../../domain/command/index.ts"
import type { Typed } from "../../domain/commandLine.ts"
import { defaultLimits } from "../../domain/NameLimits.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { Room } from "../../domain/Room.ts"
import type { AskedRoom } from "../../domain/RoomName.ts"
import { parse } from "../../domain/roomNames.ts"
import { nameOf } from "../../domain/roomWording.ts"
import { Registry } from "../chat/Registry.ts"
import { Seal } from "../chat/proof.ts"
import { Console } from "./Console.ts"

/** The room that somebody at a console has chosen, or none: lines and commands are for that one. */
export type Chosen = Ref.Ref<AskedRoom | undefined>

/** How many rooms are listed at most. */
const mostListed = 100

const isRule = Schema.is(RoomRule)

const rulingNames = new Set(["/topic", "/invite", "/lock", "/unlock", "/hide", "/show", "/history", "/forget", "/op", "/deop", "/ban", "/unban", "/mute", "/unmute"])

/** The commands that rule a room and nothing else, as people type them in it. */
export const ruling: ReadonlyArray<LineForm> = lines.filter(({ name }) => rulingNames.has(name))

/** All rooms, hidden ones too: those with the most people first. */
export const allRooms = <Peer>({ rooms }: Chat<Peer>): ReadonlyArray<Room<Peer>> =>
  [...HashMap.values(rooms)].sort((one, other) => other.seats.length - one.seats.length || (one.key < other.key ? -1 : 1))

const lineOf = ({ hidden, lock, name, seats, topic }: Room<unknown>): string =>
  `${nameOf(name)} ${seats.length}${lock === undefined ? "" : ", locked"}${hidden ? ", hidden" : ""}${topic === undefined ? "" : `: ${topic}`}`

/** What can be done with rooms from a console, whose answers the {@link Console} shows. */
export const makeRooms = Effect.gen(function* () {
  const registry = yield* Registry
  const console = yield* Console
  const seal = yield* Seal

  const list = Effect.flatMap(registry.chat, (chat) => {
    const all = allRooms(chat)
    const more = all.length - mostListed
    return Effect.forEach([...all.slice(0, mostListed).map(lineOf), ...(more > 0 ? [`... and ${more} more`] : [])], console.tell, { discard: true })
  })

  const choose = (asked: string | undefined, chosen: Chosen) =>
    Effect.gen(function* () {
      if (asked === undefined) {
        yield* Ref.set(chosen, undefined)
        return yield* console.tell("You have chosen no room: what you say goes to everybody.")
      }
      const named = parse(asked)
      if (named instanceof Refusal) return yield* console.tell(named.message)
      const room = roomWith(yield* registry.chat, named.key)
      if (room === undefined) return yield* console.tell(`There is no room ${nameOf(named.name)}: /rooms shows all.`)
      yield* Ref.set(chosen, { key: room.key, name: room.name })
      yield* console.tell(`You have chosen ${nameOf(room.name)}: what you say goes there, and commands such as /topic and /kick act there. To choose none, type /room`)
    })

  // Rules a room. What cannot be done is answered; what is done, all in the room are told, and the console shows it.
  const submit = (key: AskedRoom["key"], command: RoomRule) =>
    Effect.flatMap(registry.submit({ _tag: "Rule", room: key, command }), (told) =>
      Effect.forEach(told, ({ event }) => (event._tag === "Refused" ? console.tell(event.message) : Effect.void), { discard: true })
    )

  /** Does in this room what was typed. */
  const rule = ({ key, name }: AskedRoom, { name: typed, rest }: Typed) =>
    Effect.gen(function* () {
      const request = lines.find((line) => line.name === typed)?.read(rest, defaultLimits)
      if (request instanceof Refusal) return yield* console.tell(request.message)
      if (request?._tag === "Sealed" && request.command._tag === "Lock") return yield* submit(key, { ...request.command, word: yield* seal(request.word, key) })
      if (request?._tag === "Command" && isRule(request.command)) return yield* submit(key, request.command)
      const room = roomWith(yield* registry.chat, key)
      yield* console.tell(room?.topic === undefined ? `${nameOf(name)} has no topic.` : `${nameOf(name)} is about: ${room.topic}`)
    })

  /** Whether there is this room still. */
  const isStill = ({ key, name }: AskedRoom) => Effect.map(registry.chat, (chat) => roomWith(chat, key)?.name === name)

  return { list, choose, rule, isStill }
})
