import { describe, expect, it } from "@effect/vitest"
import { nameOf, type Start } from "../../src/cli/program.ts"

const start: Start = { script: "/opt/brusio/dist/cli.js", here: "/opt/brusio", path: "/usr/bin:/usr/local/bin", isNpx: false, isWindows: false }

describe("The program is named as it was started", () => {
  const cases: ReadonlyArray<readonly [string, Partial<Start>]> = [
    ["node dist/cli.js", {}],
    ["node /opt/brusio/dist/cli.js", { here: "/home/ada" }],
    // The directory is gone: whole paths are right from everywhere.
    ["node /opt/brusio/dist/cli.js", { here: undefined }],
    ["node 'my room/dist/cli.js'", { script: "/opt/my room/dist/cli.js", here: "/opt" }],
    ["node 'it'\\''s/cli.js'", { script: "/opt/it's/cli.js", here: "/opt" }],
    ['node "my room\\cli.js"', { script: "my room\\cli.js", here: undefined, isWindows: true }],
    ["brusio", { script: "/usr/local/bin/brusio" }],
    ["npx brusio", { script: "/home/ada/.npm/_npx/1/node_modules/.bin/brusio", isNpx: true }],
    ["node_modules/.bin/brusio", { script: "/opt/brusio/node_modules/.bin/brusio" }],
    ["./brusio", { script: "/opt/brusio/brusio" }],
    ["brusio", { script: undefined }]
  ]
  it.each(cases)("%s: %j", (name, changed) => {
    expect(nameOf({ ...start, ...changed })).toBe(name)
  })
})
