import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import { addressee, readingsOf } from "../../domain/addressee.ts"
import { membersOf, type Person, personNamed, personWith } from "../../domain/Chat.ts"
import { nobody, nothingSaid } from "../../domain/command/msg.ts"
import * as CommandLine from "../../domain/commandLine.ts"
import { MemberId } from "../../domain/Member.ts"
import { isQuitWord } from "../../domain/quitWord.ts"
import type { AskedRoom, RoomKey } from "../../domain/RoomName.ts"
import { nameOf } from "../../domain/roomWording.ts"
import * as Text from "../../domain/Text.ts"
import * as phrases from "../../domain/phrases.ts"
import * as wording from "../../domain/wording.ts"
import { Closing } from "../Closing.ts"
import { Console } from "./Console.ts"
import type { Peer } from "../chat/Peer.ts"
import { Registry } from "../chat/Registry.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { makeNodes } from "./nodes.ts"
import { type Chosen, makeRooms, ruling } from "./rooms.ts"

/** What can be typed in the server's console; any other line is a notice: to all, or to the room that is chosen. */
export const commands: ReadonlyArray<CommandLine.CommandSpec> = [
  { name: "/help", args: "", help: "shows this", takesName: false },
  { name: "/who", args: "", help: "shows who is here", takesName: false },
  { name: "/me", args: "ACTION", help: "says what you do", takesName: false },
  { name: "/msg", args: "NAME TEXT", help: "says it to one person only", takesName: true },
  { name: "/kick", args: "NAME [REASON]", help: "removes somebody from the room you chose, or else from the server", takesName: true },
  { name: "/remove", args: "NAME [REASON]", help: "removes somebody from the server, whatever you chose", takesName: true },
  { name: "/quit", args: "[REASON]", help: "closes the server; everybody is told why", takesName: false },
  { name: "/restart", args: "[REASON]", help: "closes the server for whatever starts it again, such as systemd; people come back by themselves", takesName: false },
  { name: "/rooms", args: "", help: "shows all rooms", takesName: false },
  { name: "/nodes", args: "", help: "shows the servers that are one room with this one", takesName: false },
  { name: "/room", args: "[ROOM]", help: "chooses a room, to speak in and for all that follows here; alone, none", takesName: false },
  ...ruling.map(({ args, help, name, takesName }) => ({ name, args, help, takesName }))
]

/** What is the same whatever room is chosen. */
const forNoRoom = new Set(["/help", "/msg", "/remove", "/quit", "/restart", "/rooms", "/nodes", "/room"])

const isForNoRoom = (line: string): boolean => isQuitWord(line) || forNoRoom.has(CommandLine.parse(line)?.name ?? "")

/** Whoever runs the room, typing in its console. */
export class Operator extends Context.Tag("brusio/Operator")<Operator, {
  /** Does what a line asks that was typed in the terminal: a command, or a notice to everybody, or to the room that is chosen there. */
  readonly perform: (line: string) => Effect.Effect<void>
  /** The same for a window, which chooses a room of its own. */
  readonly performFor: (chosen: Chosen) => (line: string) => Effect.Effect<void>
  /** Chooses the room with this name, or none without one. */
  readonly choose: (room: string | undefined, chosen: Chosen) => Effect.Effect<void>
  /** Removes the member with this id, as `/kick` does, whatever they are called by now; the room is told why. */
  readonly remove: (id: string, reason: string) => Effect.Effect<void>
}>() {}

const isMemberId = Schema.is(MemberId)

const make = Effect.gen(function* () {
  const { maxLine } = yield* ServerConfig
  const registry = yield* Registry
  const closing = yield* Closing
  const console = yield* Console

  const rooms = yield* makeRooms
  const nodes = yield* makeNodes
  const terminal = yield* Ref.make<AskedRoom | undefined>(undefined)

  const who = (room: AskedRoom | undefined) =>
    Effect.gen(function* () {
      const chat = yield* registry.chat
      const members = room === undefined ? (yield* registry.members).map(({ member }) => member) : membersOf(chat, room.key)
      const where = room === undefined ? "" : `${nameOf(room.name)} `
      yield* console.tell(members.length === 0 ? "Nobody is here." : `${where}${wording.here({ here: members.length, members, more: false })}`)
    })
  const find = (words: string) =>
    Effect.map(registry.chat, (chat) => addressee({ words, readings: readingsOf(words) }, (key) => personNamed(chat, key)))
  const sendAway = ({ member: { id } }: Person<Peer>, reason: string) => registry.remove(id, phrases.removal(Text.lenient(reason)))
  const kick = (words: string) =>
    Effect.flatMap(find(words), (found) => (found === undefined ? console.tell(nobody) : sendAway(found.to, found.text)))
  const remove = (id: string, reason: string) =>
    Effect.flatMap(registry.chat, (chat) => {
      const found = isMemberId(id) ? personWith(chat, id) : undefined
      return found === undefined ? console.tell("Whoever that was has left already.") : sendAway(found, reason)
    })
  const announce = (line: string, only?: { readonly to?: MemberId; readonly room?: RoomKey }) => {
    const text = Text.lenient(line)
    if (text === undefined) return Effect.void
    return Buffer.byteLength(text) > maxLine
      ? console.tell(`This notice is too long and was not sent: a line has at most ${maxLine} bytes.`)
      : registry.announce(text, only)
  }
  const whisper = (words: string) =>
    Effect.flatMap(find(words), (found) => {
      if (found === undefined) return console.tell(nobody)
      return found.text === "" ? console.tell(nothingSaid) : announce(found.text, { to: found.to.member.id })
    })

  const close = (reason: string) => closing.request(reason === "" ? "stopped from its console" : reason)

  const performIn = (line: string, chosen: Chosen, room: AskedRoom | undefined): Effect.Effect<void> => {
    const there = room === undefined ? undefined : { room: room.key }
    if (isQuitWord(line)) return close("")
    // The slash makes a notice of it.
    if (line.startsWith("/") && isQuitWord(line.slice(1))) return announce(line.slice(1), there)
    const typed = CommandLine.parse(line)
    if (typed === undefined) return announce(CommandLine.unescape(line), there)
    switch (typed.name) {
      case "/help":
        return Effect.forEach(CommandLine.help(commands), console.tell, { discard: true })
      case "/who":
        return who(room)
      case "/me":
        return typed.rest === "" ? console.tell("Type /me ACTION") : announce(`* ${typed.rest}`, there)
      case "/msg":
        return typed.rest === "" ? console.tell("Type /msg NAME TEXT") : whisper(typed.rest)
      case "/kick":
      case "/remove":
        if (typed.name === "/kick" && room !== undefined) return rooms.rule(room, typed)
        return typed.rest === "" ? console.tell(`Type ${typed.name} NAME [REASON]`) : kick(typed.rest)
      case "/quit":
        return close(typed.rest)
      case "/restart":
        return closing.restart(typed.rest === "" ? undefined : typed.rest)
      case "/rooms":
        return rooms.list
      case "/nodes":
        return nodes
      case "/room":
        return rooms.choose(typed.rest === "" ? undefined : typed.rest, chosen)
      default:
        if (!ruling.some(({ name }) => name === typed.name)) return console.tell(CommandLine.unknown(typed, commands))
        return room === undefined ? console.tell(`Choose a room first, with /room ROOM: ${typed.name} acts there. /rooms shows all.`) : rooms.rule(room, typed)
    }
  }
  const performFor = (chosen: Chosen) => (line: string) =>
    Effect.gen(function* () {
      const room = yield* Ref.get(chosen)
      if (room === undefined || (yield* rooms.isStill(room))) return yield* performIn(line, chosen, room)
      yield* Ref.set(chosen, undefined)
      if (isForNoRoom(line)) return yield* performIn(line, chosen, undefined)
      // What was meant for one room is not to reach everybody.
      yield* console.tell(`Nobody is in ${nameOf(room.name)} any more, so there is no such room: that was not done. You have chosen no room now.`)
    })
  return Operator.of({ perform: performFor(terminal), performFor, remove, choose: rooms.choose })
})

/** The operator, whose answers the {@link Console} shows. */
export const layer = Layer.effect(Operator, make)
