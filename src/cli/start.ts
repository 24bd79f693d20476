import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { Script } from "node:vm"

// Compiling the program takes longer than all that it does until its first
// word. What V8 made of it when it was built is kept beside it; another V8
// refuses that, and compiles again.
const beside = (name: string): URL => new URL(name, import.meta.url)

const compiled = beside("program.v8")
const script = new Script(readFileSync(beside("program.cjs"), "utf8"), {
  filename: "program.cjs",
  ...(existsSync(compiled) ? { cachedData: readFileSync(compiled) } : {})
})

const keep = process.env["BRUSIO_KEEP_COMPILED"]
if (keep !== undefined) {
  process.once("exit", () => {
    writeFileSync(keep, script.createCachedData())
  })
}

// The script is a function of how it gets Node's own modules.
const program: unknown = script.runInThisContext()
if (typeof program === "function") Reflect.apply(program, undefined, [(name: string) => process.getBuiltinModule(name)])
