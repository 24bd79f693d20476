import { lines, type Request } from "./command/index.ts"
import { command } from "./command/Definition.ts"
import * as CommandLine from "./commandLine.ts"
import type { NameLimits } from "./NameLimits.ts"
import { Refusal } from "./Refusal.ts"
import * as Text from "./Text.ts"

/** The words that leave, wherever people type. */
export const quitWord = "{quit}"

/**
 * What a line asks for that a person has typed: a command of the table, or
 * else something to say; nothing where it says nothing. `//text` says `/text`.
 * `others` are commands that only the place knows where it is typed: one that
 * is misspelt is told of them too.
 */
export const read = (
  line: string,
  limits: NameLimits,
  others: ReadonlyArray<CommandLine.CommandSpec> = []
): Request | Refusal | undefined => {
  if (line.trim() === quitWord) return { _tag: "Quit", reason: undefined }
  const typed = CommandLine.parse(line)
  if (typed === undefined) return say(CommandLine.unescape(line))
  const form = lines.find(({ name }) => name === typed.name)
  if (form !== undefined) return form.read(typed.rest, limits)
  return new Refusal({ code: "unknown-command", message: CommandLine.unknown(typed, [...lines, ...others]) })
}

/** Every line is something to say, also one that looks like a command. */
export const say = (line: string): Request | undefined => {
  const text = Text.lenient(line)
  return text === undefined ? undefined : command({ _tag: "Say", text })
}
