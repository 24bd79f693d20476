import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
const tsc = join(root, "node_modules/typescript/bin/tsc")
const run = promisify(execFile)

// Each part of the library, used as its documentation says.
const consumer = `
import { Chat, Event, Ndjson, Nickname, Text } from "brusio/domain"
import { Closing, Console, Hub, Registry, Server, ServerConfig } from "brusio/server"
import { ChatClient, type Dial, Errors, LineUi, TcpDial } from "brusio/client"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export const empty: Chat.Chat<string> = Chat.empty({ server: "mine", limits: { lineBytes: 1, nameGraphemes: 1, nameBytes: 1 } })
export const name: Nickname.Nickname | undefined = Nickname.lenient("ada")
export const line: string = Ndjson.encode({ _tag: "Say", text: Text.clean("hello") })
export const told = (event: Event.Event): string => (event._tag === "Said" ? event.from.name : event._tag)

export const room: Layer.Layer<Server.Server | Hub.Hub | Registry.Registry | Closing.Closing, import("brusio/server").Errors.ListenError> =
  Server.layer({ port: ServerConfig.defaults.port, maxLine: 4096 })
export const format: Console.Format = Console.formats.json
export const watch: Effect.Effect<void, never, Hub.Hub> = Effect.flatMap(Hub.Hub, ({ observe }) =>
  Stream.runForEach(observe(64), ({ seq }) => Effect.log(seq))
)

export const joined: Effect.Effect<ChatClient.ChatClient, Errors.JoinError, Dial.Dial | Scope.Scope> = ChatClient.connect({
  host: "127.0.0.1",
  port: 4000,
  nickname: "ada",
  retry: ({ code }) => (code === "name-taken" ? "ada2" : undefined)
})
export const dial: Layer.Layer<Dial.Dial> = TcpDial.layer
export const talk: typeof LineUi.converse = LineUi.converse
`

describe("The packed package", () => {
  let folder = ""

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "consumer-"))
    const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: root })
    await run("tar", ["-xzf", join(folder, stdout.trim()), "-C", folder])
    const modules = join(folder, "node_modules")
    await mkdir(join(modules, "@types"), { recursive: true })
    await rename(join(folder, "package"), join(modules, "brusio"))
    for (const name of ["effect", "unhomoglyph", "@types/node"]) await symlink(join(root, "node_modules", name), join(modules, name), "dir")
    await cp(join(root, "examples/library.ts"), join(folder, "library.ts"))
    await writeFile(join(folder, "consumer.ts"), consumer)
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }))
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          target: "ES2022",
          module: "nodenext",
          moduleResolution: "nodenext",
          types: ["node"],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          outDir: "out"
        },
        include: ["*.ts"]
      })
    )
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it("holds the program, the library with its types and sources, and no test", async () => {
    const { stdout } = await run("tar", ["-tzf", join(folder, `brusio-${await version()}.tgz`)])
    const names = stdout.trim().split("\n").map((name) => name.replace(/^package\//u, ""))
    const parts = ["domain", "server", "client"]
    expect(names).toEqual(
      expect.arrayContaining(["package.json", "dist/cli.js", ...parts.flatMap((part) => [`dist/lib/${part}/index.js`, `dist/lib/${part}/index.d.ts`])])
    )
    expect(names.filter((name) => !/^(?:dist|src)\/|^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/u.test(name))).toEqual([])
  })

  it("type-checks strictly with what a program does with it, and the example does what it says", { timeout: 60_000 }, async () => {
    const { stdout: complaints } = await run(process.execPath, [tsc, "-p", folder], { cwd: folder }).catch(
      (failure: unknown) => ({ stdout: output(failure) })
    )
    expect(complaints).toBe("")

    const { stdout } = await run(process.execPath, [join(folder, "out/library.js")], { cwd: folder })
    expect(stdout).toBe("ada: Hello, Bob!\nThe server is closing: the example is over.\n")
  })
})

const version = async (): Promise<string> => {
  const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : ""
}

const output = (failure: unknown): string =>
  failure instanceof Error && "stdout" in failure ? String(failure.stdout) || failure.message : String(failure)
