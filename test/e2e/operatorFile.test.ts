import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join as inside } from "node:path"
import { describe, expect } from "vitest"
import { run, serve } from "./support/program.ts"
import { connect } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

/** A file with these bytes, gone with the stage. */
const file = (stage: Stage, text: string | Uint8Array): string => {
  const directory = mkdtempSync(inside(tmpdir(), "brusio-"))
  stage.onEnd(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const path = inside(directory, "operator")
  writeFileSync(path, text)
  return path
}

describe.concurrent("The file of an operator", () => {
  it("says who may be one", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--operator-file", file(stage, "root sesame\r\nanother line\n")] })
    const ada = (await connect(stage, port)).read()
    await ada.write("NICK ada\r\nUSER ada 0 * :Ada\r\nOPER root nonsense\r\nOPER root sesame\r\n")
    await ada.heard.line(":ada MODE ada :+o\r")
    expect(ada.heard.text).toMatch(/ 464 ada [\s\S]* 381 ada /u)
  })

  it("is refused where it is no good", async ({ stage }) => {
    const alone = file(stage, "sesame\n")
    const binary = file(stage, Buffer.from([0xff, 0xfe, 0x20]))
    const long = file(stage, `root ${"x".repeat(2000)}\n`)
    const shape = "must be a file with a name and a secret on its first line, and a blank between them"
    const of = async (path: string, words: string) => {
      expect(await run(stage, ["serve", "--operator-file", path, "--no-input"])).toEqual({ code: 1, stdout: "", stderr: `--operator-file cannot be "${path}": it ${words}.\n` })
    }
    await of("/nowhere/at/all", "must be a file that can be read")
    await of(alone, shape)
    await of(binary, "must be a file of text in UTF-8")
    await of(long, "must be a file with a name and a secret of at most 1024 characters each")
    expect(await run(stage, ["serve", "--no-input"], { env: { BRUSIO_OPERATOR_FILE: "/nowhere/at/all" } })).toMatchObject({ code: 1, stderr: `BRUSIO_OPERATOR_FILE cannot be "/nowhere/at/all": it must be a file that can be read.\n` })
  })
})
