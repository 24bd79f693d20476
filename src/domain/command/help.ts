import { type CommandSpec, help as linesOf } from "../commandLine.ts"
import * as Text from "../Text.ts"
import { question, type QuestionDefinition } from "./Definition.ts"

/** Ask what can be typed. */
export interface Help {
  readonly _tag: "Help"
}

/** The question `/help`. `specs` is called only when the help is shown, as the table of commands includes this question itself. */
export const helpOn = (specs: () => ReadonlyArray<CommandSpec>): QuestionDefinition<Help> => ({
  line: { name: "/help", args: "", help: "shows this", takesName: false, read: () => question({ _tag: "Help" }) },
  answer: (chat) => ({ _tag: "Lines", at: chat.at, lines: linesOf(specs()).map(Text.clean) })
})
