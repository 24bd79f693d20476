// Starts the built program in this process, as a server and as a client of it, so that the compiled code that is then
// kept beside it (docs/adr/0022) holds what both run: V8 keeps no function that has not been called.
import { once } from "node:events"
import { createRequire } from "node:module"
import { connect } from "node:net"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { setFlagsFromString } from "node:v8"
import { build } from "esbuild"

const script = resolve(process.argv[2] ?? "dist", "cli.js")
const home = pathToFileURL(script).href

// The same function as the program's own, so that what is kept has one form and one place.
const { outputFiles: [compiled] } = await build({ entryPoints: ["src/cli/compiled.ts"], bundle: true, platform: "node", format: "esm", write: false })
const { load } = await import(`data:text/javascript,${encodeURIComponent(compiled.text)}`)

// V8 forgets the code of functions that have not been called lately. The flag is as it was when the code is kept: V8 takes it up under the same flags only.
setFlagsFromString("--no-flush-bytecode")
process.once("exit", () => setFlagsFromString("--flush-bytecode"))

const program = load(new URL("program.cjs", home)).runInThisContext()
const run = (args) => {
  process.argv = [process.execPath, script, ...args]
  program(createRequire(home), home)
}

// What it prints is read for the port, and not shown.
const port = new Promise((resolve) => {
  process.stdout.write = (text, ...more) => {
    const [, found] = /Listening on [^ ]*?:(\d+)/u.exec(text) ?? []
    if (found !== undefined) resolve(found)
    more.at(-1)?.()
    return true
  }
})
run(["serve", "--port", "0", "--no-input"])
// Somebody with a line client, and a browser that fetches the page.
const talked = connect({ host: "127.0.0.1", port: Number(await port) })
talked.end("second\nhello\n{quit}\n")
talked.resume()
await once(talked, "close")
await (await fetch(`http://127.0.0.1:${await port}/`)).text()
run(["join", "--port", await port, "--name", "first"])
