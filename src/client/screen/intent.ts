import { addressee, among } from "../../domain/addressee.ts"
import { type Command, lines, type Question } from "../../domain/command/index.ts"
import { type Address, nobody, nothingSaid } from "../../domain/command/msg.ts"
import * as CommandLine from "../../domain/commandLine.ts"
import type { Member } from "../../domain/Event.ts"
import { limited, mostGraphemes } from "../../domain/NameLimits.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { Text } from "../../domain/Text.ts"
import * as Typed from "../../domain/typed.ts"

/** What a submitted line makes the client do. `Wrong` is for nobody but its author, who may mend the line. */
export type Intent =
  | { readonly _tag: "Send"; readonly command: Command }
  | { readonly _tag: "Ask"; readonly question: Question }
  | { readonly _tag: "Nothing" | "Clear" }
  | { readonly _tag: "Help"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Wrong"; readonly message: string }

/** What only a screen knows. */
const own: ReadonlyArray<CommandLine.CommandSpec> = [{ name: "/clear", args: "", help: "clears the screen", takesName: false }]

/** What can be typed in our own client: what a room knows, and what only a screen does. */
export const commands: ReadonlyArray<CommandLine.CommandSpec> = [...lines, ...own]

/** The same, for completion. */
export const commandWords = commands.map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))

// How long a name may be the room says: here it is only too long for any.
const limits = limited(mostGraphemes)

/**
 * What a line means: the one place where a typed line is read. `isLiteral` is
 * whether the line is a message whatever it looks like. An `Address` is not
 * yet an intent: whom it is for shows only among those who are here, see {@link addressed}.
 */
export const intentOf = (line: string, isLiteral: boolean): Intent | Address => {
  if (!isLiteral && own.some(({ name }) => name === CommandLine.parse(line)?.name)) return { _tag: "Clear" }
  const read = isLiteral ? Typed.say(line) : Typed.read(line, limits, own)
  if (read instanceof Refusal) return { _tag: "Wrong", message: read.message }
  switch (read?._tag) {
    case undefined:
    // Nobody comes in by typing a line.
    case "Enter":
      return { _tag: "Nothing" }
    case "Quit":
      return { _tag: "Quit", reason: read.reason }
    case "Question":
      // This client knows commands of its own: it answers for all of them.
      return read.question._tag === "Help" ? { _tag: "Help", lines: CommandLine.help(commands) } : { _tag: "Ask", question: read.question }
    case "Command":
      return read.command._tag === "Address" ? read.command : { _tag: "Send", command: read.command }
  }
}

/** What words for one member mean to those who are here. */
export const addressed = (address: Address, members: ReadonlyArray<Member>): Intent => {
  const found = addressee(address, among(members))
  if (found === undefined) return { _tag: "Wrong", message: nobody }
  if (found.text === "") return { _tag: "Wrong", message: nothingSaid }
  return { _tag: "Send", command: { _tag: "Whisper", to: found.to.id, text: Text.make(found.text) } }
}
