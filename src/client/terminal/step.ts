import type { Member } from "../../domain/Event.ts"
import type * as Form from "../screen/form.ts"
import type { Input } from "../input.ts"
import type * as Editor from "./editor.ts"
import type { Line } from "./style.ts"

/** The screen as it stands: pure data, from which all that is drawn below the conversation follows. */
export interface Screen {
  /** `form`: asking; `connecting`; `room`: talking; `over`: nothing is drawn any more. */
  readonly phase: "form" | "connecting" | "room" | "over"
  readonly form: Form.Form
  readonly editor: Editor.Editor
  readonly me: Member | undefined
  readonly room: string
  readonly here: number
  /** What was said and has no receipt yet, in order. */
  readonly pending: ReadonlyArray<Pending>
  /** A paste of several lines that waits for a yes or a no. */
  readonly paste: ReadonlyArray<string> | undefined
  /** What was entered before there was a room to say it in: it is said there, in order. */
  readonly ahead: ReadonlyArray<Ahead>
  /** What came back and finds the input line taken: it waits for its turn. */
  readonly returned: ReadonlyArray<string>
  readonly focused: boolean
  /** What others said since the window lost the focus. */
  readonly unread: number
  /** The line that asked for another name, until there is an answer. */
  readonly renaming: string | undefined
  readonly lastRef: number
}

/** What the screen wants done, in order. */
export type Wish =
  | { readonly _tag: "Print"; readonly line: Line }
  | { readonly _tag: "Connect"; readonly form: Form.Form }
  | { readonly _tag: "Say" | "Act"; readonly text: string; readonly ref: string }
  | { readonly _tag: "Whisper"; readonly to: Member; readonly text: string; readonly ref: string }
  | { readonly _tag: "Rename"; readonly name: string }
  | { readonly _tag: "Who" | "Bell" | "Clear" | "Suspend" | "Interrupt" | "End" }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }

/** The next screen, and what it wants done. */
export interface Step {
  readonly screen: Screen
  readonly wishes: ReadonlyArray<Wish>
}

/** This screen next, and what it wants done. */
export const step = (screen: Screen, ...wishes: ReadonlyArray<Wish>): Step => ({ screen, wishes })

/** A word to the one who types. */
export const info = (text: string): Wish => ({ _tag: "Print", line: { _tag: "Info", text } })

/** What went wrong. */
export const error = (text: string): Wish => ({ _tag: "Print", line: { _tag: "Error", text } })

interface Pending {
  readonly ref: string
  /** As it was typed. */
  readonly typed: string
}

interface Ahead {
  /** As it was typed. */
  readonly typed: string
  readonly input: Input
}
