import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import ts from "typescript"
import { version } from "../src/domain/version.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const read = (file: string) => readFileSync(join(root, file), "utf8")

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.ts$/u.test(name))
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
  cli: ["domain", "net", "server", "client", "cli"]
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

  it("touches node only where it meets the system", () => {
    expect(
      breaking(({ file, name }) => !name.startsWith("node:") || ["net", "cli"].includes(part(file)) || ["src/server/door/Listener.ts", "src/server/session/Password.ts"].includes(file))
    ).toEqual([])
  })

  it("imports the modules of effect's packages, never a whole package", () => {
    expect(breaking(({ name }) => !/^(?:effect|@effect\/[^/]+)$/u.test(name))).toEqual([])
  })

  it("names a file by its whole name", () => {
    expect(breaking(({ name, target }) => target === undefined || (/\.ts$/u.test(name) && files.includes(target)))).toEqual([])
  })

  it("needs, of the library's parts, only packages that whoever embeds them has, or gets with them", () => {
    const reached = new Set(["domain", "server", "client"].map((name) => `src/${name}/index.ts`))
    for (const file of reached) {
      for (const found of imports) if (found.file === file && found.target !== undefined) reached.add(found.target)
    }
    const packages = Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies })
    expect(
      breaking(
        ({ file, name, target }) =>
          target !== undefined || !reached.has(file) || name.startsWith("node:") || packages.includes(name.split("/")[0] ?? "")
      )
    ).toEqual([])
    expect(reached.size).toBeGreaterThan(20)
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
