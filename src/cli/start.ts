import { createRequire } from "node:module"
import { load } from "./compiled.ts"

/** The oldest Node.js that runs the program, as in `engines` of package.json. */
const oldest = { major: 20, minor: 19 }

// The build lowers this file's syntax, so that an older Node.js gets as far as to this check.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
  process.stderr.write(
    `brusio needs Node.js ${oldest.major}.${oldest.minor} or later. Found: ${process.version}. Get it from https://nodejs.org (the version called LTS).\n`
  )
  process.exitCode = 1
} else {
  // SIGUSR1 opens Node's debugger to everybody on this machine unless something else handles the signal: here, at once, nothing does.
  process.on("SIGUSR1", () => undefined)

  // The script evaluates to a function, which is passed what loads Node's built-in modules, and where the program is.
  const program: unknown = load(new URL("program.cjs", import.meta.url)).runInThisContext()
  if (typeof program === "function") Reflect.apply(program, undefined, [createRequire(import.meta.url), import.meta.url])
}
