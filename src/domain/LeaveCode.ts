import * as Schema from "effect/Schema"

/**
 * Why somebody left.
 *
 * - `quit`: asked to; `closed`: ended the connection without a word
 * - `lost`: the connection was reset or timed out
 * - `too-slow`: did not read what was sent; `removed`: was sent away
 * - `internal-error`: a fault of the server; `closing`: the server closes
 * - `restarting`: the server closes, and is started again: clients may come back to it
 * - `exited`: left this room only, and is still in others
 * - `resumed`: came back over another connection, which goes on in place of this one
 * - `not-for-us`: spoke a protocol that is not spoken here
 * - `full`: there was no room for one more; `no-name`: gave no name in time
 * - `wrong-password`: tried too often to get in with a wrong one
 * - `other`: never sent; what a client makes of a code that it does not know
 */
export const LeaveCode = Schema.Literal(
  "quit",
  "closed",
  "lost",
  "too-slow",
  "removed",
  "internal-error",
  "closing",
  "restarting",
  "exited",
  "resumed",
  "not-for-us",
  "full",
  "no-name",
  "wrong-password",
  "other"
)
export type LeaveCode = typeof LeaveCode.Type

/** Where the people of a server that closes may come back: `elsewhere`, as its room goes on there, or here, as it `restarts`. */
export interface Whither {
  readonly elsewhere?: true | undefined
  readonly restarts?: true | undefined
}

/** What clients are told when their server closes: `lost` where its room goes on elsewhere, so that they may come back there. */
export const closingCode = ({ elsewhere, restarts }: Whither): LeaveCode => (elsewhere === true ? "lost" : restarts === true ? "restarting" : "closing")

/** Whether a client has ended in an orderly way with this goodbye: it asked to leave, or the server closed. */
export const isOrderly = ({ code }: { readonly code: LeaveCode }): boolean => code === "quit" || code === "closing" || code === "restarting"
