import * as Schema from "effect/Schema"
import { shelf } from "../memory.ts"

/** What opens the window again in this tab, after a reload or a lost connection; absent before it was open. */
const Secret = Schema.Struct({ secret: Schema.optionalWith(Schema.String, { exact: true }) })

/** What lets the tab of the operator in. */
export const remembered = shelf<typeof Secret.Type, typeof Secret.Encoded>(() => sessionStorage, "brusio operator", Secret, {})

/** The line that is being typed in that tab. */
export const draftKept = shelf<string, string>(() => sessionStorage, "brusio operator's line", Schema.String, "")
