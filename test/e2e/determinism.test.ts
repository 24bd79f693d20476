import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "@effect/vitest"
import { build } from "esbuild"
import * as Schema from "effect/Schema"
import { samples } from "../support/samples.ts"
import { play, rulings, tellings } from "../support/tellings.ts"
import { Folded, fold, Log } from "./support/fold.ts"
import { node, root } from "./support/program.ts"

// The nodes of a cluster may run on different versions of Node.js, with different tables of Unicode: what they make of a log is the same.

const folder = mkdtempSync(join(tmpdir(), "brusio-fold-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const logs = [...samples(tellings, 4), ...samples(rulings, 4)].map((telling): typeof Log.Type => ({ ...telling, log: play(telling).log }))

describe("A log", () => {
  it("has entries of all kinds in these tests", () => {
    const kinds = new Set(logs.flatMap(({ log }) => log.map((entry) => (entry._tag === "Command" ? entry.command._tag : entry._tag))))
    for (const kind of ["Join", "Say", "Whisper", "Rename", "Enter", "Exit", "Topic", "Lock", "Invite", "Moderate", "Drop", "Quit", "Expire", "Rule", "Announce"]) expect([...kinds]).toContain(kind)
  })

  it("comes to the same on every version of Node.js", async () => {
    const outfile = join(folder, "fold.mjs")
    await build({ entryPoints: [join(root, "test/e2e/support/foldAll.ts")], outfile, bundle: true, platform: "node", format: "esm", logLevel: "silent" })
    const input = Schema.encodeSync(Schema.parseJson(Schema.Array(Log)))(logs)
    const output = execFileSync(node, [outfile], { input, encoding: "utf8", maxBuffer: 2 ** 26 })
    expect(Schema.decodeSync(Schema.parseJson(Schema.Array(Folded)))(output)).toEqual(logs.map(fold))
  })
})
