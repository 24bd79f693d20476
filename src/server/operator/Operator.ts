import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { addressee, readingsOf } from "../../domain/addressee.ts"
import { type Person, personNamed, personWith } from "../../domain/Chat.ts"
import { nobody, nothingSaid } from "../../domain/command/msg.ts"
import * as CommandLine from "../../domain/commandLine.ts"
import { MemberId } from "../../domain/Event.ts"
import { isQuitWord } from "../../domain/quitWord.ts"
import * as Text from "../../domain/Text.ts"
import * as wording from "../../domain/wording.ts"
import { Closing } from "../Closing.ts"
import { Console } from "./Console.ts"
import type { Peer } from "../chat/Peer.ts"
import { Registry } from "../chat/Registry.ts"
import { ServerConfig } from "../ServerConfig.ts"

/** What can be typed in the server's console; any other line is a notice to all. */
export const commands: ReadonlyArray<CommandLine.CommandSpec> = [
  { name: "/help", args: "", help: "shows this", takesName: false },
  { name: "/who", args: "", help: "shows who is here", takesName: false },
  { name: "/me", args: "ACTION", help: "says to everybody what you do", takesName: false },
  { name: "/msg", args: "NAME TEXT", help: "says it to one person only", takesName: true },
  { name: "/kick", args: "NAME [REASON]", help: "removes somebody; the room is told why", takesName: true },
  { name: "/quit", args: "[REASON]", help: "closes the room; everybody is told why", takesName: false }
]

/** Whoever runs the room, typing in its console. */
export class Operator extends Context.Tag("brusio/Operator")<Operator, {
  /** Does what a line asks: a command, or a notice to everybody in the room. */
  readonly perform: (line: string) => Effect.Effect<void>
  /** Removes the member with this id, as `/kick` does, whatever they are called by now; the room is told why. */
  readonly remove: (id: string, reason: string) => Effect.Effect<void>
}>() {}

const isMemberId = Schema.is(MemberId)

const make = Effect.gen(function* () {
  const { maxLine } = yield* ServerConfig
  const registry = yield* Registry
  const closing = yield* Closing
  const console = yield* Console

  const who = Effect.flatMap(registry.members, (members) => {
    const names = { here: members.length, members: members.map(({ member }) => member), more: false }
    return console.tell(members.length === 0 ? "Nobody is here." : wording.here(names))
  })
  const find = (words: string) =>
    Effect.map(registry.chat, (chat) => addressee({ words, readings: readingsOf(words) }, (key) => personNamed(chat, key)))
  const sendAway = ({ member: { id } }: Person<Peer>, reason: string) => registry.remove(id, wording.removal(Text.lenient(reason)))
  const kick = (words: string) =>
    Effect.flatMap(find(words), (found) => (found === undefined ? console.tell(nobody) : sendAway(found.to, found.text)))
  const remove = (id: string, reason: string) =>
    Effect.flatMap(registry.chat, (chat) => {
      const found = isMemberId(id) ? personWith(chat, id) : undefined
      return found === undefined ? console.tell("Whoever that was has left already.") : sendAway(found, reason)
    })
  const announce = (line: string, to?: MemberId) => {
    const text = Text.lenient(line)
    if (text === undefined) return Effect.void
    return Buffer.byteLength(text) > maxLine
      ? console.tell(`This notice is too long and was not sent: a line has at most ${maxLine} bytes.`)
      : registry.announce(text, to)
  }
  const whisper = (words: string) =>
    Effect.flatMap(find(words), (found) => {
      if (found === undefined) return console.tell(nobody)
      return found.text === "" ? console.tell(nothingSaid) : announce(found.text, found.to.member.id)
    })

  const close = (reason: string) => closing.request(reason === "" ? "stopped from its console" : reason)

  const perform = (line: string): Effect.Effect<void> => {
    if (isQuitWord(line)) return close("")
    // The slash makes a notice of it.
    if (line.startsWith("/") && isQuitWord(line.slice(1))) return announce(line.slice(1))
    const typed = CommandLine.parse(line)
    if (typed === undefined) return announce(CommandLine.unescape(line))
    switch (typed.name) {
      case "/help":
        return Effect.forEach(CommandLine.help(commands), console.tell, { discard: true })
      case "/who":
        return who
      case "/me":
        return typed.rest === "" ? console.tell("Type /me ACTION") : announce(`* ${typed.rest}`)
      case "/msg":
        return typed.rest === "" ? console.tell("Type /msg NAME TEXT") : whisper(typed.rest)
      case "/kick":
        return typed.rest === "" ? console.tell("Type /kick NAME [REASON]") : kick(typed.rest)
      case "/quit":
        return close(typed.rest)
      default:
        return console.tell(CommandLine.unknown(typed, commands))
    }
  }
  return Operator.of({ perform, remove })
})

/** The operator, whose answers the {@link Console} shows. */
export const layer = Layer.effect(Operator, make)
