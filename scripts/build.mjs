// Bundles the program into `dist/cli.js`, and emits the library with its types into `dist/lib`.
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { build } from "esbuild"

// Built beside, then put in place whole: a program that runs meanwhile finds all of its parts.
const next = "dist.next"
rmSync(next, { recursive: true, force: true })

await build({
  entryPoints: { cli: "src/cli/main.ts" },
  outdir: next,
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  platform: "node",
  format: "esm",
  target: "node20.19",
  banner: { js: "#!/usr/bin/env node\nimport{createRequire as __createRequire}from\"node:module\";const require=__createRequire(import.meta.url);" },
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  alias: {
    // Only for the debugger of a screen's author, and not there.
    "react-devtools-core": "./scripts/empty.mjs",
    // A person at a terminal sees the screen, whatever variables are set in it.
    "is-in-ci": "./scripts/never.mjs"
  },
  logLevel: "warning"
})
chmodSync(join(next, "cli.js"), 0o755)

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", join(next, "lib")], { stdio: "inherit" })

// The compiler rewrites the endings of relative imports in the code, not in the declarations.
for (const name of readdirSync(join(next, "lib"), { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".d.ts")) continue
  const file = join(next, "lib", name)
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(/((?:from|import\() ?"\.[^"]*)\.ts"/gu, "$1.js\""))
}

const last = "dist.last"
rmSync(last, { recursive: true, force: true })
if (existsSync("dist")) renameSync("dist", last)
renameSync(next, "dist")
rmSync(last, { recursive: true, force: true })
