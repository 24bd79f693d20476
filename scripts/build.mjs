// Bundles the program into `dist/cli.js`, and emits the library with its types into `dist/lib`.
import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, basename, join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
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
  // Bundled, `ws` would believe that its optional native parts are there.
  define: { "process.env.NODE_ENV": '"production"', "process.env.WS_NO_BUFFER_UTIL": '"1"', "process.env.WS_NO_UTF_8_VALIDATE": '"1"' },
  logLevel: "warning"
}

// What only a node of a cluster needs, in a bundle of its own, which the program loads then.
await build({ ...common, entryPoints: { nats: "src/server/cluster/packages.ts" }, outExtension: { ".js": ".cjs" }, format: "cjs" })
// What only a server needs that makes its own certificate, likewise.
await build({ ...common, entryPoints: { x509: "src/cli/serve/x509.ts" }, outExtension: { ".js": ".cjs" }, format: "cjs" })
const apart = { name: "apart", setup: ({ onResolve }) => {
  onResolve({ filter: /^\.\/packages\.ts$/ }, () => ({ path: "./nats.cjs", external: true }))
  onResolve({ filter: /^\.\/x509\.ts$/ }, () => ({ path: "./x509.cjs", external: true }))
} }
// One CommonJS script, as V8's code cache (docs/adr/0022) is kept for a script.
await build({
  ...common,
  entryPoints: { program: "src/cli/main.ts" },
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  plugins: [apart],
  // A script has no `import()`.
  supported: { "dynamic-import": false },
  define: { ...common.define, "import.meta.url": "home" },
  banner: { js: "((require,home)=>{" },
  footer: { js: "})" }
})
// Node.js 12 is the first that knows ES modules: from there on the entry says which one is needed.
await build({ ...common, entryPoints: { cli: "src/cli/start.ts" }, target: "node12.20", format: "esm", banner: { js: "#!/usr/bin/env node" } })
const cli = join(next, "cli.js")
chmodSync(cli, 0o755)
// The first start: it keeps what V8 compiled for all others.
const said = ["hello", "/who", "/help", "/nick third", "/me waves", "/quit"]
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BRUSIO_")))
const { status } = spawnSync(process.execPath, ["scripts/keep.mjs", next], { input: `${said.join("\n")}\n`, stdio: ["pipe", "ignore", "ignore"], env, timeout: 60_000 })
// Where nothing may listen, less is kept.
if (status !== 0) execFileSync(process.execPath, [cli, "--help"], { stdio: ["ignore", "ignore", "inherit"] })

// A module with the names of this one, each a function without a result: for what is put together, and never run.
const withNothing = async (path) => `const nothing = () => undefined; export { ${Object.keys(await import(pathToFileURL(path).href)).map((name) => `nothing as ${name}`).join(", ")} }`

// Pages, in a folder of their own: names that say what is in them, so that a browser may keep the files for good, and each compressed once, here.
const site = async (folder, pages, parts) => {
  const { metafile } = await build({
    entryPoints: [...parts, { in: "src/web/brusio.css", out: "brusio" }, { in: "src/web/icon.svg", out: "icon" }],
    outdir: folder,
    entryNames: "[name].[hash]",
    bundle: true,
    minify: true,
    charset: "utf8",
    legalComments: "none",
    format: "esm",
    platform: "browser",
    target: ["chrome111", "firefox113", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".svg": "copy" },
    plugins: [{ name: "leave out", setup: ({ onLoad }) => {
      // Effect's runtime can be supervised, which no page does.
      onLoad({ filter: /effect.dist.esm.internal.supervisor\.js$/ }, () => ({
        contents: "const nothing = () => undefined; export const none = { onStart: nothing, onEnd: nothing, onEffect: nothing, onSuspend: nothing, onResume: nothing }, isZip = () => false"
      }))
      // Schemas describe sorted sets: no page has any, but the tree comes with them.
      onLoad({ filter: /effect.dist.esm.SortedSet\.js$/ }, () => ({ contents: "export const add = undefined, remove = undefined" }))
      // The client offers its events as streams too, which no page reads.
      onLoad({ filter: /effect.dist.esm.internal.(?:channel|core-stream|sink|stream)\.js$/ }, async ({ path }) => ({ contents: await withNothing(path) }))
      // Effect's runtime can gather requests into batches, which no page makes.
      onLoad({ filter: /effect.dist.esm.internal.blockedRequests\.js$/ }, async ({ path }) => ({ contents: await withNothing(path) }))
      // Effect's runtime counts its fibers, for whoever asks.
      onLoad({ filter: /effect.dist.esm.internal.metric\.js$/ }, () => ({
        contents: "const uncounted = { unsafeUpdate: () => undefined }; export const counter = () => uncounted, histogram = counter, tagged = counter"
      }))
      // Effect's runtime can run its small sibling, Micro, which no page uses.
      onLoad({ filter: /effect.dist.esm.Micro\.js$/ }, () => ({ contents: "export const runFork = undefined, provideContext = undefined" }))
      // Effect's runtime brings a reader of the environment, which a browser has not.
      onLoad({ filter: /effect.dist.esm.internal.configProvider\.js$/ }, ({ path }) => ({
        contents: 'import { GenericTag } from "../Context.js"; export const configProviderTag = GenericTag("effect/ConfigProvider"), fromEnv = () => undefined',
        resolveDir: dirname(path)
      }))
    } }],
    define: { "process.env.NODE_ENV": '"production"' },
    metafile: true,
    logLevel: "warning",
    // What is left out.
    logOverride: { "import-is-undefined": "silent" }
  })
  const built = Object.keys(metafile.outputs).map((path) => path.split("/").at(-1))
  for (const page of pages) {
    const html = readFileSync(page, "utf8").replaceAll(/"\/(\w+)\.(js|css|svg)"/gu, (_, name, kind) => {
      const found = built.find((file) => file.startsWith(`${name}.`) && file.endsWith(`.${kind}`))
      if (found === undefined) throw new Error(`There is no ${name}.${kind} for ${page}`)
      return `"/${found}"`
    })
    writeFileSync(join(folder, basename(page)), html)
  }
  for (const name of readdirSync(folder)) {
    const body = readFileSync(join(folder, name))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(body, { level: 9 }))
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }))
  }
}
await site(join(next, "web"), ["src/web/index.html", "src/web/operator/operator.html", "src/web/app.webmanifest", "src/web/worker.js"], [
  { in: "src/web/main.tsx", out: "main" },
  { in: "src/web/install.ts", out: "install" },
  { in: "src/web/operator/main.tsx", out: "operator" },
  { in: "src/web/operator/operator.css", out: "operator" }
])
// The form of `join --window`.
await site(join(next, "form"), ["src/web/form/index.html"], [{ in: "src/web/form/main.tsx", out: "main" }])

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", join(next, "lib")], { stdio: "inherit" })

// The compiler rewrites the endings of relative imports in the code, not in the declarations.
for (const name of readdirSync(join(next, "lib"), { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".d.ts")) continue
  const file = join(next, "lib", name)
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(/((?:from|import\() ?"\.[^"]*)\.ts"/gu, "$1.js\""))
}

// The entry points of the library: each checks the version of effect (src/effect3.ts) before the other modules are linked.
for (const part of ["", "domain", "server", "server/cluster", "client"]) {
  const folder = join(next, "lib", part)
  const names = Object.keys(await import(pathToFileURL(join(folder, "index.js")).href))
  const lines = [`import "${relative(folder, join(next, "lib", "effect3.js")).replace(/^\w/u, "./$&").replaceAll("\\", "/")}"`, 'const all = await import("./index.js")', ...names.map((name) => `export const ${name} = all.${name}`)]
  writeFileSync(join(folder, "entry.js"), `${lines.join("\n")}\n`)
}

const last = "dist.last"
rmSync(last, { recursive: true, force: true })
if (existsSync("dist")) renameSync("dist", last)
renameSync(next, "dist")
rmSync(last, { recursive: true, force: true })
