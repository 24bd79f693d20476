import { lines, type Request } from "./command/index.ts"
import { command } from "./command/Definition.ts"
import * as CommandLine from "./commandLine.ts"
import type { NameLimits } from "./NameLimits.ts"
import { isQuitWord } from "./quitWord.ts"
import { Refusal } from "./Refusal.ts"
import * as Text from "./Text.ts"

/**
 * Reads a line that a person has typed: a command of the table, or else
 * something to say; `undefined` where nothing is left to say. `//text` says
 * `/text`. `others` are further commands that the calling program reads itself:
 * they are named too when the answer to a misspelt command suggests the nearest.
 */
export const read = (
  line: string,
  limits: NameLimits,
  others: ReadonlyArray<CommandLine.CommandSpec> = []
): Request | Refusal | undefined => {
  if (isQuitWord(line)) return { _tag: "Quit", reason: undefined }
  const typed = CommandLine.parse(line)
  if (typed === undefined) return say(CommandLine.unescape(line))
  const form = lines.find(({ name }) => name === typed.name)
  if (form !== undefined) return form.read(typed.rest, limits)
  return new Refusal({ code: "unknown-command", message: CommandLine.unknown(typed, [...lines, ...others]) })
}

/**
 * Takes a line as something to say, even one that looks like a command; `undefined` for one with nothing but white space in it,
 * as Enter alone is one. A line of characters that show nothing is refused: its sender thinks that something was said.
 */
export const say = (line: string): Request | Refusal | undefined => {
  const text = Text.lenient(line)
  if (text !== undefined) return command({ _tag: "Say", text })
  return Text.clean(line).trim() === "" ? undefined : Text.emptyText
}
