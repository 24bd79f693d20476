import { spawnSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { Script } from "node:vm"
import { describe, expect, it } from "@effect/vitest"
import { cli, environment, root } from "../e2e/support/program.ts"

const rounds = 21

/**
 * What a person may wait for help, as a multiple of the start of Node itself:
 * both are nearly all the compiling and the running of scripts, so the ratio
 * hardly depends on the machine. With the kept code the ratio is 3.1 to 3.6;
 * where all is compiled afresh it is 6.6.
 */
const bound = 4.5

const taken = (args: ReadonlyArray<string>): number => {
  const from = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env: environment(), encoding: "utf8" })
  const ms = performance.now() - from
  expect(stderr).toBe("")
  expect(status).toBe(0)
  return ms
}

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

describe("The start", () => {
  it(`has help on the screen within ${bound} times the start of a bare Node`, () => {
    const bare: Array<number> = []
    const help: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      bare.push(taken(["-e", "0"]))
      help.push(taken([cli, "--help"]))
    }
    const ratio = median(help) / median(bare)
    console.log(`--help: ${median(help).toFixed(0)} ms, node -e 0: ${median(bare).toFixed(0)} ms, ratio ${ratio.toFixed(2)} (medians of ${rounds}, in turn)`)
    expect(ratio).toBeLessThan(bound)
  })

  it("takes up what was compiled when it was built", () => {
    const { cachedDataRejected } = new Script(readFileSync(`${root}/dist/program.cjs`, "utf8"), {
      cachedData: readFileSync(`${root}/dist/program.v8`)
    })
    expect(cachedDataRejected).toBe(false)
  })

  it("takes up what a server and a client run, and not only the help", () => {
    // Of the help alone it is 1.3 MB.
    expect(statSync(`${root}/dist/program.v8`).size).toBeGreaterThan(2_000_000)
  })
})
