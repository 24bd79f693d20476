import * as Schema from "effect/Schema"
import { shelf } from "../memory.ts"

/** What opens the window again in this tab, after a reload or a lost connection; absent before it was open. */
const Secret = Schema.Struct({ secret: Schema.optionalWith(Schema.String, { exact: true }) })

/** What the tab of the operator keeps. */
export const remembered = shelf<typeof Secret.Type, typeof Secret.Encoded>(() => sessionStorage, "brusio operator", Secret, {})
