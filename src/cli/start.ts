import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { Script } from "node:vm"

// V8 code cache (docs/adr/0006): compiling the program takes longer than all it
// does until its first output, so the compiled code is stored beside it when it
// is built. Another version of V8 rejects that cache and compiles again.
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

// The script evaluates to a function, which is passed what loads Node's built-in modules.
const program: unknown = script.runInThisContext()
if (typeof program === "function") Reflect.apply(program, undefined, [(name: string) => process.getBuiltinModule(name)])
