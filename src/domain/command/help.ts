import { type CommandSpec, help as linesOf } from "../commandLine.ts"
import * as Text from "../Text.ts"
import { type Answers, question, type QuestionForm } from "./Definition.ts"

/** Ask what can be typed. */
export interface Help {
  readonly _tag: "Help"
}

/** The question `/help`. */
export const help: QuestionForm<Help> = {
  line: { name: "/help", args: "", help: "shows this", takesName: false, read: () => question({ _tag: "Help" }) }
}

/** Its answer: what each of these says of itself. */
export const answerHelp = (specs: ReadonlyArray<CommandSpec>): Answers<Help> => (chat) => ({ _tag: "Lines", at: chat.at, lines: linesOf(specs).map(Text.clean) })
