import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { build } from "esbuild"
import * as Schema from "effect/Schema"
import ts from "typescript"
import { version } from "../src/domain/version.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const read = (file: string) => readFileSync(join(root, file), "utf8")

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/u.test(name) && !name.endsWith(".d.ts"))
  .map((name) => join("src", name))

interface Import {
  readonly file: string
  /** As it is written. */
  readonly name: string
  /** The file it leads to, from the project's root; absent for a package's. */
  readonly target: string | undefined
}

// What a file names as a module: imports and exports from one, `import()`, and `import("...")` of a type.
const named = (file: string): ReadonlyArray<string> => {
  const names = ts.preProcessFile(read(file)).importedFiles.map(({ fileName }) => fileName)
  // That leaves out `export * as name from`.
  for (const statement of ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest).statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined && ts.isStringLiteral(statement.moduleSpecifier)) {
      names.push(statement.moduleSpecifier.text)
    }
  }
  return [...new Set(names)]
}

const imports: ReadonlyArray<Import> = files.flatMap((file) =>
  named(file).map((name) => ({
    file,
    name,
    target: name.startsWith(".") ? relative(root, join(root, dirname(file), name)) : undefined
  }))
)

const part = (file: string): string => file.split("/")[1] ?? ""

/** Which parts each part may import from. */
const below: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: ["domain"],
  net: ["domain", "net"],
  server: ["domain", "net", "server"],
  client: ["domain", "net", "client"],
  // The page in a browser.
  web: ["domain", "net", "client", "web"],
  cli: ["domain", "net", "server", "client", "cli"],
  // What a program imports that wants both sides.
  "index.ts": ["domain", "server", "client", "inProcess.ts"],
  "inProcess.ts": ["server", "client"],
  "effect3.ts": []
}

/** What breaks a rule, as a reader finds it. */
const breaking = (rule: (found: Import) => boolean): ReadonlyArray<string> =>
  imports.filter((found) => !rule(found)).map(({ file, name }) => `${file} imports ${name}`)

describe("The source", () => {
  it("is in the parts that are known", () => {
    expect([...new Set(files.map(part))].sort()).toEqual(Object.keys(below).sort())
    expect(imports.length).toBeGreaterThan(files.length)
  })

  it("imports one way: domain, net, server or client, cli; server and client never each other", () => {
    expect(breaking(({ file, target }) => target === undefined || (below[part(file)] ?? []).includes(part(target)))).toEqual([])
  })

  it("imports in domain nothing but effect, Unicode's data and itself", () => {
    const data = "unhomoglyph/data.json"
    expect(
      breaking(({ file, name, target }) => part(file) !== "domain" || target !== undefined || name.startsWith("effect/") || name === data)
    ).toEqual([])
  })

  it("imports in what all views of a conversation share nothing but effect, domain and itself: no terminal, no network", () => {
    const shared = "src/client/screen/"
    expect(files.some((file) => file.startsWith(shared))).toBe(true)
    expect(
      breaking(({ file, name, target }) =>
        !file.startsWith(shared) || (target === undefined ? name.startsWith("effect/") : part(target) === "domain" || target.startsWith(shared)))
    ).toEqual([])
  })

  it("touches node only where it meets the system", () => {
    expect(
      breaking(({ file, name }) => !name.startsWith("node:") || ["net", "cli"].includes(part(file)) || ["src/server/changedFiles.ts", "src/server/door/Listener.ts", "src/server/session/Password.ts", "src/server/chat/proof.ts", "src/server/operator/Codes.ts", "src/server/cluster/connection.ts"].includes(file) || /^src\/server\/door\/(?:http|tls)\//u.test(file))
    ).toEqual([])
  })

  it("imports the modules of effect's packages, never a whole package", () => {
    expect(breaking(({ name }) => !/^(?:effect|@effect\/[^/]+)$/u.test(name))).toEqual([])
  })

  it("names a file by its whole name", () => {
    expect(breaking(({ name, target }) => target === undefined || (/\.tsx?$/u.test(name) && files.includes(target)))).toEqual([])
  })

  it("needs, of the library's parts, only packages that whoever embeds them has, or gets with them", () => {
    const reached = new Set(["domain", "server", "client"].map((name) => `src/${name}/index.ts`))
    for (const file of reached) {
      for (const found of imports) if (found.file === file && found.target !== undefined) reached.add(found.target)
    }
    const packages = Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies })
    const packageOf = (name: string): string => name.split("/", name.startsWith("@") ? 2 : 1).join("/")
    expect(
      breaking(
        ({ file, name, target }) =>
          target !== undefined || !reached.has(file) || name.startsWith("node:") || packages.includes(packageOf(name))
      )
    ).toEqual([])
    expect(reached.size).toBeGreaterThan(20)
  })
})

/** What runs in a browser too. */
const portable = ["src/client/ChatClient.ts", "src/client/screen/conversation.ts"].filter((file) => files.includes(file))

/** A file, and what it leads to through imports that are left when the types are gone. */
const reachedFrom = (starts: ReadonlyArray<string>): ReadonlySet<string> => {
  const reached = new Set(starts)
  for (const file of reached) {
    const { outputText } = ts.transpileModule(read(file), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
    for (const { fileName } of ts.preProcessFile(outputText).importedFiles) {
      if (fileName.startsWith(".")) reached.add(relative(root, join(root, dirname(file), fileName)))
    }
  }
  return reached
}

// The names that a file uses and that only Node, or what colours a terminal, gives it.
const ofNode = (file: string): ReadonlyArray<string> => {
  const found = named(file).filter((name) => name.startsWith("node:") || name === "chalk")
  const look = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && ["Buffer", "process", "NodeJS", "require", "__dirname"].includes(node.text)) {
      const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node
      if (!isMember) found.push(node.text)
    }
    ts.forEachChild(node, look)
  }
  look(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true))
  return found.map((name) => `${file} uses ${name}`)
}

describe("The client", () => {
  it("uses nothing of Node, nor do the domain and the page; only the terminal and the ways over TCP and TLS do", () => {
    const outside = (file: string) => file.startsWith("src/client/terminal/") || ["src/client/TcpDial.ts", "src/client/TlsDial.ts", "src/client/index.ts"].includes(file)
    const free = files.filter((file) => ["client", "domain", "web"].includes(part(file)) && !outside(file))
    const reached = reachedFrom(free)
    expect(free.length).toBeGreaterThan(25)
    expect([...reached].filter((file) => outside(file) || ["src/net/dial.ts", "src/net/dialTls.ts", "src/net/Tcp.ts"].includes(file))).toEqual([])
    expect([...reached].flatMap(ofNode)).toEqual([])
  })

  it("runs in a browser, and is small there", async () => {
    const { outputFiles } = await build({
      stdin: { contents: portable.map((file, n) => `export * as part${n} from "./${file}"`).join("\n"), resolveDir: root, loader: "ts" },
      bundle: true,
      format: "esm",
      minify: true,
      platform: "browser",
      target: "es2022",
      write: false,
      logLevel: "silent"
    })
    const code = outputFiles[0]?.contents ?? new Uint8Array()
    const kilobytes = gzipSync(code).length / 1000
    console.log(`The client for a browser: ${(code.length / 1000).toFixed(0)} kB, ${kilobytes.toFixed(1)} kB gzipped`)
    expect(kilobytes).toBeGreaterThan(10)
    expect(kilobytes).toBeLessThan(mostKilobytes)
  })

  it("carries nothing of what only decides, and starts so", async () => {
    const { metafile, outputFiles } = await build({
      stdin: { contents: portable.map((file, n) => `export * as part${n} from "./${file}"`).join("\n"), resolveDir: root, loader: "ts" },
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      metafile: true,
      outdir: ".",
      write: false,
      logLevel: "silent"
    })
    const carried = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : [])))
    expect(carried).toContain("src/domain/command/join.ts")
    const deciding = ["accounts", "apply", "attachment", "command/deciding", "Deadlines", "Decision", "history", "keeping", "letters", "membership", "Window"]
    expect(deciding.filter((name) => !files.includes(`src/domain/${name}.ts`))).toEqual([])
    expect(deciding.filter((name) => carried.includes(`src/domain/${name}.ts`))).toEqual([])
    const module: unknown = await import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")}`)
    expect(module).toHaveProperty("part0")
  })
})

/** How much the client may weigh in a browser, gzipped, most of that being effect (60). */
const mostKilobytes = 105

/** The parts of the server, and which parts each may import from; a file that is in no folder is for all. */
const serverBelow: Readonly<Record<string, ReadonlyArray<string>>> = {
  door: ["door", "session", "chat", "delivery", "operator", "dialect"],
  session: ["session", "chat", "delivery", "dialect"],
  delivery: ["delivery", "chat", "dialect"],
  operator: ["operator", "chat", "dialect"],
  chat: ["chat", "dialect"],
  cluster: ["cluster", "chat"],
  dialect: ["dialect"]
}

describe("The server", () => {
  const folder = (file: string): string | undefined => (/^src\/server\/[^/]+\//u.test(file) ? file.split("/")[2] : undefined)

  it("imports one way: door, session, chat; delivery reads what the chat tells; dialects are below", () => {
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [folder(file), target === undefined ? undefined : folder(target)]
      return from !== undefined && to !== undefined && !(serverBelow[from] ?? []).includes(to)
    })
    expect(wrong.map(({ file, target }) => `${file} -> ${target ?? ""}`)).toEqual([])
  })

  it("knows a dialect by its name only where it recognises one", () => {
    const names = ["native", "plain", "web", "PlainInterpreter", "telnet", "talk"].map((name) => `src/server/dialect/${name}.ts`)
    const knowing = imports.filter(
      ({ file, target }) => target !== undefined && names.includes(target) && folder(file) !== "dialect" && file !== "src/server/door/recognise.ts"
    )
    expect(knowing.map(({ file, target }) => `${file} -> ${target ?? ""}`)).toEqual([])
  })
})

// What is written for people, and the tools' own files beside the source, which it also names.
const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "bench/README.md", ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md")).map((name) => join("docs", name))]
const inTree = ["src", "test", "bench", "examples", "launch", "scripts", "soak"].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)))

describe("The documents", () => {
  it("name no source file that is not there", () => {
    const lost = documents.flatMap((document) =>
      [...read(document).matchAll(/`([\w./-]+\.(?:ts|tsx|mjs))`/gu)].flatMap(([, file = ""]) =>
        // `NAME.ts` stands for any.
        file.endsWith("NAME.ts") || inTree.some((known) => `/${known}`.endsWith(`/${file}`)) ? [] : [`${document}: ${file}`]
      )
    )
    expect(lost).toEqual([])
  })
})

const Manifest = Schema.Struct({
  version: Schema.String,
  dependencies: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  peerDependencies: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
})
const manifest = Schema.decodeUnknownSync(Schema.parseJson(Manifest))(read("package.json"))

const Lock = Schema.Struct({
  packages: Schema.Record({
    key: Schema.String,
    value: Schema.Struct({ resolved: Schema.optional(Schema.String), link: Schema.optional(Schema.Boolean) })
  })
})

describe("The package", () => {
  it("has the version that the program says", () => {
    expect(version).toBe(manifest.version)
  })

  it("takes every dependency from the public registry", () => {
    const { packages } = Schema.decodeUnknownSync(Schema.parseJson(Lock))(read("package-lock.json"))
    const others = Object.entries(packages).flatMap(([name, { resolved }]) =>
      resolved === undefined || resolved.startsWith("https://registry.npmjs.org/") ? [] : [`${name}: ${resolved}`]
    )
    expect(others).toEqual([])
    expect(Object.keys(packages).length).toBeGreaterThan(100)
  })
})
