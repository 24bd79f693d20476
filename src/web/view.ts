import type { Line, Wish } from "../client/screen/step.ts"
import type { RoomList } from "../domain/RoomEvent.ts"

/** A wish that the page carries out, in the room that is looked at; the others are requests to the server, or for the connection. */
export type Shown = Exclude<Wish, { readonly _tag: "Connect" | "Send" | "Ask" | "Quit" | "End" | "Show" }>

/** What carries out what the conversation wants on the page. */
export interface View {
  /** What the input holds. */
  readonly draft: () => string
  readonly perform: (wish: Shown) => void
  /** A line of a room that is not looked at. */
  readonly elsewhere: (room: string, line: Line) => void
  /** The rooms that there are, as was asked by {@link Talk.list}. */
  readonly listed: (rooms: RoomList) => void
  /** The phase, or something that is shown beside the log, has changed. */
  readonly changed: () => void
}
