import { readFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import { Folded, fold, Log } from "./fold.ts"

// A program: reads logs from its standard input, and writes what each comes to.
const logs = Schema.decodeUnknownSync(Schema.parseJson(Schema.Array(Log)))(readFileSync(0, "utf8"))
process.stdout.write(Schema.encodeSync(Schema.parseJson(Schema.Array(Folded)))(logs.map(fold)))
