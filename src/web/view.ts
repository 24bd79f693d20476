import type { Wish } from "../client/screen/step.ts"

/** A wish that the page carries out; the others are requests to the server, or for the connection. */
export type Shown = Exclude<Wish, { readonly _tag: "Connect" | "Send" | "Ask" | "Quit" | "End" }>

/** What carries out what the conversation wants on the page. */
export interface View {
  /** What the input holds. */
  readonly draft: () => string
  readonly perform: (wish: Shown) => void
  /** The phase, or something that is shown beside the log, has changed. */
  readonly changed: () => void
}
