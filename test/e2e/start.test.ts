import { spawnSync } from "node:child_process"
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { environment, node, root } from "./support/program.ts"
import { it, type Stage } from "./support/stage.ts"

/** A copy of the built program, with what the build kept of its compiled code, in a folder of its own. */
const copy = (stage: Stage): string => {
  const folder = mkdtempSync(join(tmpdir(), "brusio-"))
  stage.onEnd(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, "package.json"), '{"type":"module"}')
  for (const name of readdirSync(join(root, "dist")).filter((name) => /^(?:cli\.js|program\..*)$/u.test(name))) cpSync(join(root, "dist", name), join(folder, name))
  // The build's first start kept it for the Node of the build: here it is kept for the Node of the test.
  version(folder)
  return folder
}

const version = (folder: string, { args = [], env = {} }: { readonly args?: ReadonlyArray<string>; readonly env?: Readonly<Record<string, string>> } = {}) => {
  const { signal, status, stderr, stdout } = spawnSync(node, [...args, join(folder, "cli.js"), "--version"], { env: environment(env), encoding: "utf8" })
  return { signal, status, stderr, stdout }
}
const well = { signal: null, status: 0, stderr: "", stdout: "0.1.0\n" }

const kept = (folder: string): Buffer => readFileSync(join(folder, "program.v8"))

describe("The compiled code that is kept beside the program", () => {
  it("is not run when a bit of it has flipped, wherever, and is then made afresh", ({ stage }) => {
    const folder = copy(stage)
    const good = kept(folder)
    const parts = 12
    for (let part = 0; part < parts; part++) {
      const bad = Buffer.from(good)
      const at = 64 + Math.floor(((good.length - 64) * (part + 0.37)) / parts)
      bad[at] = (bad[at] ?? 0) ^ (1 << part % 8)
      writeFileSync(join(folder, "program.v8"), bad)
      expect(version(folder), `a bit of byte ${at}`).toEqual(well)
      expect(kept(folder).equals(bad)).toBe(false)
    }
  })

  it("is not run when it is cut, empty, or gone", ({ stage }) => {
    const folder = copy(stage)
    const good = kept(folder)
    for (const bad of [good.subarray(0, good.length >> 1), Buffer.alloc(0)]) {
      writeFileSync(join(folder, "program.v8"), bad)
      expect(version(folder)).toEqual(well)
    }
    for (const name of ["program.v8", "program.v8.sha256"]) {
      rmSync(join(folder, name))
      expect(version(folder)).toEqual(well)
      expect(existsSync(join(folder, name))).toBe(true)
    }
  })

  it("is not run for another source of the same length", ({ stage }) => {
    const folder = copy(stage)
    const source = join(folder, "program.cjs")
    writeFileSync(source, readFileSync(source, "utf8").replaceAll("0.1.0", "0.1.9"))
    expect(version(folder)).toEqual({ ...well, stdout: "0.1.9\n" })
  })

  it("is made at the first start, whole, and taken up by the next", ({ stage }) => {
    const folder = copy(stage)
    rmSync(join(folder, "program.v8"))
    rmSync(join(folder, "program.v8.sha256"))
    expect(version(folder)).toEqual(well)
    const first = kept(folder)
    expect(version(folder)).toEqual(well)
    expect(kept(folder).equals(first)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(["cli.js", "package.json", "program.cjs", "program.v8", "program.v8.sha256"])
  })

  it("is left alone where the folder is somebody else's, and no variable writes it elsewhere", ({ stage }) => {
    const folder = copy(stage)
    const elsewhere = join(folder, "elsewhere")
    writeFileSync(elsewhere, "precious")
    expect(version(folder, { env: { BRUSIO_KEEP_COMPILED: elsewhere } })).toEqual(well)
    expect(readFileSync(elsewhere, "utf8")).toBe("precious")
    if (process.getuid?.() !== 0) return
    rmSync(join(folder, "program.v8"))
    chownSync(folder, 54_321, 54_321)
    expect(version(folder)).toEqual(well)
    expect(existsSync(join(folder, "program.v8"))).toBe(false)
  })

  it("keeps nobody from starting where nothing can be written", ({ stage }) => {
    const folder = copy(stage)
    rmSync(join(folder, "program.v8"))
    // A process that may not write a single byte to a file: the limit on the size of files is none.
    const { status, stderr, stdout } = spawnSync("sh", ["-c", 'ulimit -f 0; exec "$0" "$@" | cat', node, join(folder, "cli.js"), "--version"], { env: environment(), encoding: "utf8" })
    expect({ signal: null, status, stderr, stdout }).toEqual(well)
    expect(readdirSync(folder).filter((name) => name.startsWith("program.v8."))).toEqual(["program.v8.sha256"])
  })
})

describe("An older Node.js", () => {
  for (const old of ["18.20.8", "20.18.3", "16.20.2"]) {
    it(`${old} is told in one line which one is needed, without a stack`, ({ stage }) => {
      const lie = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${old}" } }); Object.defineProperty(process, "version", { value: "v${old}" })`
      const result = version(copy(stage), { args: ["--import", `data:text/javascript,${encodeURIComponent(lie)}`] })
      expect(result).toEqual({
        ...well,
        status: 1,
        stdout: "",
        stderr: `brusio needs Node.js 20.19 or later. Found: v${old}. Get it from https://nodejs.org (the version called LTS).\n`
      })
    })
  }

  it("is the one that package.json names", () => {
    expect(readFileSync(join(root, "package.json"), "utf8")).toContain('"node": ">=20.19"')
  })
})
