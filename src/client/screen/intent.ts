import { type Addressed, addressee, among, readingsOf } from "../../domain/addressee.ts"
import { type Command, lines, type Question } from "../../domain/command/index.ts"
import { type Address, nobody, nothingSaid } from "../../domain/command/msg.ts"
import * as CommandLine from "../../domain/commandLine.ts"
import type { Member } from "../../domain/Event.ts"
import { limited, mostGraphemes } from "../../domain/NameLimits.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { lenient, Text } from "../../domain/Text.ts"
import * as Typed from "../../domain/typed.ts"
import { type Attention, hearing, ignoring } from "./attention.ts"

/** What a submitted line makes the client do. `Wrong` is an error shown to its author alone, who may correct the line. */
export type Intent =
  | { readonly _tag: "Send"; readonly command: Command }
  | { readonly _tag: "Ask"; readonly question: Question }
  | { readonly _tag: "Nothing" | "Clear" }
  | { readonly _tag: "Show"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Attend"; readonly attention: Attention; readonly told: string }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Wrong"; readonly message: string }

/** What a line means once it is known who is here, and whom the user listens to: see {@link resolve}. */
export type Unresolved =
  | Address
  | { readonly _tag: "Answer"; readonly words: string }
  | ({ readonly _tag: "Ignore" | "Hear" } & Addressed)

/** The commands that our own client carries out by itself, wherever it runs. */
const own: ReadonlyArray<CommandLine.CommandSpec> = [
  { name: "/r", args: "TEXT", help: "answers whoever whispered to you last", takesName: false },
  { name: "/ignore", args: "[NAME]", help: "hides what somebody says; alone, shows whom", takesName: true },
  { name: "/unignore", args: "NAME", help: "shows it again", takesName: true }
]

/** The commands that can be typed in our own client. `/clear` is only where there is a screen to clear. */
export const commands = (hasScreen: boolean): ReadonlyArray<CommandLine.CommandSpec> => [
  ...lines,
  ...own,
  ...(hasScreen ? [{ name: "/clear", args: "", help: "clears the screen", takesName: false }] : [])
]

/** The commands of a screen in the form that completion wants. */
export const commandWords = commands(true).map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))

// The room has its own limit on names: only a name that no room would accept is refused here.
const limits = limited(mostGraphemes)

/** Parses a submitted line; all views use this function. `isLiteral`: the line is a message whatever it looks like. */
export const intentOf = (line: string, { hasScreen, isLiteral }: { readonly isLiteral: boolean; readonly hasScreen: boolean }): Intent | Unresolved => {
  const typed = isLiteral ? undefined : CommandLine.parse(line)
  const mine = typed === undefined ? undefined : ofClient(typed, hasScreen)
  if (mine !== undefined) return mine
  const read = isLiteral ? Typed.say(line) : Typed.read(line, limits, commands(hasScreen))
  if (read instanceof Refusal) return { _tag: "Wrong", message: read.message }
  switch (read?._tag) {
    case undefined:
    // A member of the room has entered it already: a typed line cannot do it.
    case "Hello":
      return { _tag: "Nothing" }
    case "Quit":
      return { _tag: "Quit", reason: read.reason }
    case "Question":
      // This client has commands of its own, so it shows the help itself, and does not ask the server.
      return read.question._tag === "Help"
        ? { _tag: "Show", lines: CommandLine.help(commands(hasScreen)) }
        : { _tag: "Ask", question: read.question }
    // The word of a room stands beside its command: it travels in the message.
    case "Sealed":
      return { _tag: "Wrong", message: "Rooms are not shown here yet." }
    case "Command":
      return read.command._tag === "Address" ? read.command : { _tag: "Send", command: read.command }
  }
}

const ofClient = ({ name, rest }: CommandLine.Typed, hasScreen: boolean): Intent | Unresolved | undefined => {
  const words = { words: rest, readings: readingsOf(rest) }
  switch (name) {
    case "/r":
      return { _tag: "Answer", words: rest }
    case "/ignore":
      return { _tag: "Ignore", ...words }
    case "/unignore":
      return { _tag: "Hear", ...words }
    default:
      return name === "/clear" && hasScreen ? { _tag: "Clear" } : undefined
  }
}

/** Whether it is known already what a line means. */
export const isResolved = (read: Intent | Unresolved): read is Intent =>
  read._tag !== "Address" && read._tag !== "Answer" && read._tag !== "Ignore" && read._tag !== "Hear"

const wrong = (message: string): Intent => ({ _tag: "Wrong", message })

/** What a line means: finds whom it names among the members, or knows it by what the user has heard. */
export const resolve = (
  unresolved: Unresolved,
  { attention, me, members }: { readonly members: ReadonlyArray<Member>; readonly attention: Attention; readonly me: Member | undefined }
): Intent => {
  switch (unresolved._tag) {
    case "Address": {
      const found = addressee(unresolved, among(members))
      if (found === undefined) return wrong(nobody)
      return found.text === "" ? wrong(nothingSaid) : whisper(found.to, Text.make(found.text))
    }
    case "Answer": {
      const text = lenient(unresolved.words)
      if (text === undefined) return wrong("Type /r TEXT")
      return attention.whisperer === undefined ? wrong("Nobody has whispered to you yet.") : whisper(attention.whisperer, text)
    }
    case "Ignore": {
      if (unresolved.words === "") return { _tag: "Show", lines: [ignoredBy(attention)] }
      const found = addressee(unresolved, among(members))
      if (found?.text !== "") return wrong(found === undefined ? nobody : "Type /ignore NAME")
      const { to } = found
      if (to.id === me?.id) return wrong("That is you.")
      return { _tag: "Attend", attention: ignoring(attention, to), told: `You do not see what ${to.name} says. /unignore ${to.name} shows it again.` }
    }
    case "Hear": {
      const found = addressee(unresolved, among(attention.ignored))
      if (found?.text !== "") return wrong(unresolved.words === "" ? "Type /unignore NAME" : `You ignore nobody of that name: ${ignoredBy(attention)}`)
      return { _tag: "Attend", attention: hearing(attention, found.to), told: `You see again what ${found.to.name} says.` }
    }
  }
}

const whisper = (to: Member, text: Text): Intent => ({ _tag: "Send", command: { _tag: "Whisper", to: to.id, text } })

const ignoredBy = ({ ignored }: Attention): string =>
  ignored.length === 0 ? "You ignore nobody." : `You ignore ${ignored.map(({ name }) => name).join(", ")}.`
