// Bundles the program into `dist/cli.js`, and emits the library with its types into `dist/lib`.
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"

// Built in `dist.next` and put in place by renames: a program that runs meanwhile never reads a half-written file.
const next = "dist.next"
rmSync(next, { recursive: true, force: true })

const common = {
  outdir: next,
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  platform: "node",
  target: "node20.19",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning"
}

// One CommonJS script, as V8's code cache (docs/adr/0022) is kept for a script.
await build({
  ...common,
  entryPoints: { program: "src/cli/main.ts" },
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  banner: { js: "(require=>{" },
  footer: { js: "})" }
})
// Node.js 12 is the first that knows ES modules: from there on the entry says which one is needed.
await build({ ...common, entryPoints: { cli: "src/cli/start.ts" }, target: "node12.20", format: "esm", banner: { js: "#!/usr/bin/env node" } })
const cli = join(next, "cli.js")
chmodSync(cli, 0o755)
// The first start: it keeps what V8 compiled for all others.
execFileSync(process.execPath, [cli, "--help"], { stdio: ["ignore", "ignore", "inherit"] })

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", join(next, "lib")], { stdio: "inherit" })

// The compiler rewrites the endings of relative imports in the code, not in the declarations.
for (const name of readdirSync(join(next, "lib"), { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".d.ts")) continue
  const file = join(next, "lib", name)
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(/((?:from|import\() ?"\.[^"]*)\.ts"/gu, "$1.js\""))
}

// The entry points of the library: each checks the version of effect (src/effect3.ts) before the other modules are linked.
for (const part of ["", "domain", "server", "client"]) {
  const folder = join(next, "lib", part)
  const names = Object.keys(await import(pathToFileURL(join(folder, "index.js")).href))
  const lines = [`import "${part === "" ? "./" : "../"}effect3.js"`, 'const all = await import("./index.js")', ...names.map((name) => `export const ${name} = all.${name}`)]
  writeFileSync(join(folder, "entry.js"), `${lines.join("\n")}\n`)
}

const last = "dist.last"
rmSync(last, { recursive: true, force: true })
if (existsSync("dist")) renameSync("dist", last)
renameSync(next, "dist")
rmSync(last, { recursive: true, force: true })
