import { type Addressed, addressee, among, type Reading, readingsOf } from "../../domain/addressee.ts"
import { type Command, lines, type Question } from "../../domain/command/index.ts"
import type { Invite } from "../../domain/command/invite.ts"
import { behind, type Moderate, moderationLines } from "../../domain/command/moderate.ts"
import { type Address, nobody, nothingSaid } from "../../domain/command/msg.ts"
import type { Target } from "../../domain/command/target.ts"
import * as CommandLine from "../../domain/commandLine.ts"
import type { Member } from "../../domain/Member.ts"
import { limited, mostGraphemes } from "../../domain/NameLimits.ts"
import { NameKey } from "../../domain/Nickname.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { ToldRole } from "../../domain/Role.ts"
import { lenient, Text } from "../../domain/Text.ts"
import * as Typed from "../../domain/typed.ts"
import { type Attention, hearing, ignoring } from "./attention.ts"

/** What a submitted line makes the client do. `Wrong` is an error shown to its author alone, who may correct the line. */
export type Intent =
  /** `word`: of a room, which stands beside its command as it is in none. */
  | { readonly _tag: "Send"; readonly command: Command; readonly word?: string }
  | { readonly _tag: "Ask"; readonly question: Question }
  | { readonly _tag: "Nothing" | "Clear" }
  | { readonly _tag: "Show"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Attend"; readonly attention: Attention; readonly told: string }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Wrong"; readonly message: string }

/** What a line means once it is known who is here, and whom the user listens to: see {@link resolve}. */
export type Unresolved =
  | Address
  | { readonly _tag: "Rule"; readonly command: Moderate | Invite; readonly target: Addressed }
  | { readonly _tag: "Answer"; readonly words: string }
  | ({ readonly _tag: "Ignore" | "Hear" } & Addressed)

/** The commands that our own client carries out by itself, wherever it runs. */
const own: ReadonlyArray<CommandLine.CommandSpec> = [
  { name: "/r", args: "TEXT", help: "answers whoever whispered to you last", takesName: false },
  { name: "/ignore", args: "[NAME]", help: "hides what somebody says; alone, shows whom", takesName: true },
  { name: "/unignore", args: "NAME", help: "shows it again", takesName: true }
]

/** The commands of who has no client of ours, which keeps its own place by itself: they are neither shown nor completed. */
const needless: ReadonlySet<string> = new Set(["/key", "/back"])
const isNeedless = "This client keeps your place and comes back by itself: /key and /back are for nc and telnet."

/** The commands that can be typed in our own client. `/clear` is only where there is a screen to clear. */
export const commands = (hasScreen: boolean): ReadonlyArray<CommandLine.CommandSpec> => [
  ...lines.filter(({ name }) => !needless.has(name)),
  ...own,
  ...(hasScreen ? [{ name: "/clear", args: "", help: "clears the screen", takesName: false }] : [])
]

/** The commands behind which the name of a room stands. */
const withRoom: ReadonlyMap<string, "own" | "any"> = new Map([["/join", "any"], ["/leave", "own"]])

/** The commands that only who rules a room may give. */
const ofRulers: ReadonlySet<string> = new Set([...moderationLines.map(({ name }) => name), "/topic", "/history", "/forget", "/lock", "/unlock", "/hide", "/show"])

/** The commands of a screen in the form that completion wants. */
export const commandWords = commands(true).map(({ args, name, takesName }) => ({ name, takesName, takesRoom: withRoom.get(name), takesText: args !== "" }))

/** Those of them that one may give who has this role in the room. */
export const commandWordsFor = (role: ToldRole): typeof commandWords => (role === "member" ? commandWords.filter(({ name }) => !ofRulers.has(name)) : commandWords)

// The room has its own limit on names: only a name that no room would accept is refused here.
const limits = limited(mostGraphemes)

/** Parses a submitted line; all views use this function. `isLiteral`: the line is a message whatever it looks like. */
export const intentOf = (line: string, { hasScreen, isLiteral }: { readonly isLiteral: boolean; readonly hasScreen: boolean }): Intent | Unresolved => {
  const typed = isLiteral ? undefined : CommandLine.parse(line)
  const mine = typed === undefined ? undefined : ofClient(typed, hasScreen)
  if (mine !== undefined) return mine
  if (typed !== undefined && needless.has(typed.name)) return wrong(isNeedless)
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
    case "SetKey":
    case "Back":
    // Nobody types these.
    case "Operate":
    case "Remove":
      return wrong(isNeedless)
    case "Sealed":
      return { _tag: "Send", command: read.command, word: read.word }
    case "Command": {
      const { command } = read
      if (command._tag === "Address") return command
      if ((command._tag === "Moderate" || command._tag === "Invite") && command.target._tag === "Words") return { _tag: "Rule", command, target: command.target }
      return { _tag: "Send", command }
    }
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
  read._tag !== "Address" && read._tag !== "Rule" && read._tag !== "Answer" && read._tag !== "Ignore" && read._tag !== "Hear"

/** Why the only room that one is in is not left. */
export const onlyRoom = (room: string): string => `#${room} is the only room that you are in. To leave the chat, type {quit}.`

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
    case "Rule":
      return ruling(unresolved, members)
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

// Who is here, or was lost, is meant by the id; anybody else by the name, whom the server may know: it is somebody in another room, or on whom a ban lasts.
const ruling = ({ command, target }: Extract<Unresolved, { readonly _tag: "Rule" }>, members: ReadonlyArray<Member>): Intent => {
  const found = addressee(target, among(members))
  const reading = found === undefined ? unknownIn(target, command) : undefined
  if (found === undefined && reading === undefined) return wrong(nobody)
  const rest = found?.text ?? target.words.slice(reading?.at)
  const meant: Target = found === undefined ? { _tag: "Name", key: reading?.key ?? NameKey.make("") } : { _tag: "Id", id: found.to.id }
  if (command._tag === "Invite") return rest.trim() === "" ? { _tag: "Send", command: { ...command, target: meant } } : wrong("Type /invite NAME")
  const said = behind(command.deed, rest)
  return said instanceof Refusal ? wrong(said.message) : { _tag: "Send", command: { ...command, target: meant, ...said } }
}

// The name of somebody who is not here: all the words where nothing can stand behind it, or else those in quotes, or the first.
const unknownIn = ({ readings, words }: Addressed, command: Moderate | Invite): Reading | undefined => {
  const takesMore = command._tag === "Moderate" && !(behind(command.deed, "x") instanceof Refusal)
  const isQuoted = /^@?["\u201c-\u201f\u00ab\u00bb]/u.test(words)
  return takesMore && !isQuoted ? readings[0] : readings.at(-1)
}

const whisper = (to: Member, text: Text): Intent => ({ _tag: "Send", command: { _tag: "Whisper", to: to.id, text } })

const ignoredBy = ({ ignored }: Attention): string =>
  ignored.length === 0 ? "You ignore nobody." : `You ignore ${ignored.map(({ name }) => name).join(", ")}.`
