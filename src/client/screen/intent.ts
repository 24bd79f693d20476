import { addressee, among } from "../../domain/addressee.ts"
import { type Command, lines, type Question } from "../../domain/command/index.ts"
import { type Address, nobody, nothingSaid } from "../../domain/command/msg.ts"
import * as CommandLine from "../../domain/commandLine.ts"
import type { Member } from "../../domain/Event.ts"
import { isInvisible } from "../../domain/invisible.ts"
import { limited, mostGraphemes } from "../../domain/NameLimits.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { Text } from "../../domain/Text.ts"
import * as Typed from "../../domain/typed.ts"

/** What a submitted line makes the client do. `Wrong` is an error shown to its author alone, who may correct the line. */
export type Intent =
  | { readonly _tag: "Send"; readonly command: Command }
  | { readonly _tag: "Ask"; readonly question: Question }
  | { readonly _tag: "Nothing" | "Clear" }
  | { readonly _tag: "Help"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Wrong"; readonly message: string }

/** The commands that only a screen has. */
const own: ReadonlyArray<CommandLine.CommandSpec> = [{ name: "/clear", args: "", help: "clears the screen", takesName: false }]

/** The commands that can be typed in our own client: those of a room, and those of a screen. */
export const commands: ReadonlyArray<CommandLine.CommandSpec> = [...lines, ...own]

/** {@link commands} in the form that completion wants. */
export const commandWords = commands.map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))

// The room has its own limit on names: only a name that no room would accept is refused here.
const limits = limited(mostGraphemes)

/**
 * Parses a submitted line; all views use this function. `isLiteral`: the line
 * is a message whatever it looks like. An `Address` is not an intent yet, as its
 * addressee has to be looked up among the members: see {@link addressed}.
 */
export const intentOf = (line: string, isLiteral: boolean): Intent | Address => {
  if (!isLiteral && own.some(({ name }) => name === CommandLine.parse(line)?.name)) return { _tag: "Clear" }
  const read = isLiteral ? Typed.say(line) : Typed.read(line, limits, own)
  if (read instanceof Refusal) return { _tag: "Wrong", message: read.message }
  switch (read?._tag) {
    case undefined:
    // A member of the room has entered it already: a typed line cannot do it.
    case "Enter":
      return { _tag: "Nothing" }
    case "Quit":
      return { _tag: "Quit", reason: read.reason }
    case "Question":
      // This client has commands of its own, so it shows the help itself, and does not ask the server.
      return read.question._tag === "Help" ? { _tag: "Help", lines: CommandLine.help(commands) } : { _tag: "Ask", question: read.question }
    case "Command":
      return read.command._tag === "Address" ? read.command : { _tag: "Send", command: read.command }
  }
}

/** Finds the addressee of a whisper among the members: the command to send, or `Wrong` if nobody matches or there is no text. */
export const addressed = (address: Address, members: ReadonlyArray<Member>): Intent => {
  const found = addressee(address, among(members))
  if (found === undefined) return { _tag: "Wrong", message: nobody }
  if (isInvisible(found.text)) return { _tag: "Wrong", message: nothingSaid }
  return { _tag: "Send", command: { _tag: "Whisper", to: found.to.id, text: Text.make(found.text) } }
}
