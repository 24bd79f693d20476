import type { Member } from "../../domain/Event.ts"
import * as Commands from "../../domain/commands.ts"
import { commands, literal, parse } from "./input.ts"

/** What goes to the room. `ref` is the correlation id that its receipt or refusal bears. */
export type Request =
  | { readonly _tag: "Say" | "Act"; readonly text: string; readonly ref?: string }
  | { readonly _tag: "Whisper"; readonly to: Member; readonly text: string; readonly ref?: string }
  | { readonly _tag: "Rename"; readonly name: string }
  | { readonly _tag: "Who" }

/** What a submitted line makes the client do. `Wrong` is for nobody but its author, who may mend the line. */
export type Intent =
  | Request
  | { readonly _tag: "Nothing" | "Clear" }
  | { readonly _tag: "Help"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Wrong"; readonly message: string }

/** The commands that can be typed, for completion. */
export const commandWords = commands.map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))

/**
 * What a line means to those who are here: the one place where a typed line is
 * read. `isLiteral` is whether the line is a message whatever it looks like.
 */
export const intentOf = (line: string, isLiteral: boolean, members: ReadonlyArray<Member>): Intent => {
  const input = isLiteral ? literal(line) : parse(line)
  switch (input._tag) {
    case "Whisper": {
      const found = Commands.addressee(input.words, Commands.among(members))
      return found === undefined
        ? { _tag: "Wrong", message: "Nobody here has that name: /who shows who is here." }
        : { _tag: "Whisper", to: found.to, text: found.text }
    }
    case "Help":
      return { _tag: "Help", lines: Commands.help(commands) }
    default:
      return input
  }
}
