import * as Commands from "../../domain/commands.ts"
import { Refusal } from "../../domain/Refusal.ts"
import * as Nickname from "../../domain/Nickname.ts"
import * as Text from "../../domain/Text.ts"
import { command, type Heard, quit, refuse } from "./Dialect.ts"

/** What people type once they are in: a command, or something to say; nothing where there is nothing in it. */
export const talk = (line: string, names: Nickname.NameLimits): ReadonlyArray<Heard> => {
  const typed = Commands.parse(line)
  if (typed === undefined) {
    const text = Text.lenient(Commands.unescape(line))
    return text === undefined ? [] : [command({ _tag: "Say", text })]
  }
  return [obey(typed, names)]
}

const obey = (typed: Commands.Typed, names: Nickname.NameLimits): Heard => {
  const { name, rest } = typed
  const text = Text.lenient(rest)
  switch (name) {
    case "/help":
      return command({ _tag: "Help" })
    case "/who":
      return command({ _tag: "Who" })
    case "/quit":
      return quit(text)
    case "/me":
      return text === undefined ? usage("/me ACTION") : command({ _tag: "Act", text })
    case "/msg":
      return text === undefined ? usage("/msg NAME TEXT") : command({ _tag: "Address", words: text })
    case "/nick": {
      const nickname = Nickname.parse(rest, names)
      return nickname instanceof Refusal ? refuse(nickname) : command({ _tag: "Rename", nickname })
    }
    default:
      return refuse(new Refusal({ code: "unknown-command", message: Commands.unknown(typed, Commands.roomCommands) }))
  }
}

const usage = (how: string): Heard => refuse(new Refusal({ code: "text-empty", message: `Type ${how}` }))
