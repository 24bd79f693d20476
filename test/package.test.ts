import { execFile, spawn } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { build } from "esbuild"
import { hasNats, natsServer } from "./cluster/support/NatsServer.ts"
import type { Peer } from "./support/Peer.ts"
import { member, next, opened, tell } from "./support/room.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const tsc = join(root, "node_modules/typescript/bin/tsc")
const run = promisify(execFile)

// Each part of the library, used as its documentation says, by a program that knows nothing of Node.
const consumer = `
import { client, cluster, domain, inProcess, server } from "brusio"
import { Cluster, Engine, Errors as ClusterErrors, type NatsSettings } from "brusio/cluster"
import { apply, Chat, Entry, Event, Ndjson, Nickname, Text } from "brusio/domain"
import { Errors as ServerErrors, Server, ServerConfig } from "brusio/server"
import { ChatClient, type Dial, Errors, LineUi, TcpDial } from "brusio/client"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export const empty: Chat.Chat<string> = Chat.empty({ server: "mine", instance: "1", limits: { lineBytes: 1, nameGraphemes: 1, nameBytes: 1 } })
export const next = (chat: Chat.Chat<string>, entry: Entry.Entry): Chat.Decision<string> => apply(chat, entry, () => "peer")
export const name: Nickname.Nickname | undefined = Nickname.lenient("ada")
export const line: string = Ndjson.encode({ _tag: "Say", text: Text.clean("hello") })
export const told = (event: Event.Event): string => (event._tag === "Said" ? event.from.name : event._tag)

export const room: Layer.Layer<Server.Server, ServerErrors.ListenError> = Server.layer({ port: ServerConfig.defaults.port, maxLine: 4096 })
export const settings: NatsSettings = { servers: ["nats://127.0.0.1:4222"], cluster: "mine" }
export const engine: Layer.Layer<Engine.Engine, ClusterErrors.EngineError> = Cluster.nats(settings)
export const shared: Layer.Layer<Server.Server, ServerErrors.ListenError | ClusterErrors.NodeRefused | ClusterErrors.EngineError> = Cluster.layer("berlin", { port: 0 }).pipe(Layer.provide(engine))
export const operate = Effect.gen(function* () {
  const { announce, close, events, kick, who } = yield* Server.Server
  yield* announce("Hear, hear")
  const names: ReadonlyArray<string> = (yield* who).map(({ name }) => name)
  const isGone: boolean = yield* kick(names[0] ?? "ada", "noise")
  yield* Stream.runForEach(events(64), ({ event, place }) => Effect.log(place, event._tag, isGone))
  yield* close("the end")
})

export const joined: Effect.Effect<ChatClient.ChatClient, Errors.JoinError, Dial.Dial | Scope.Scope> = ChatClient.connect({
  host: "127.0.0.1",
  port: 4000,
  nickname: "ada",
  retry: ({ code }) => (code === "name-taken" ? "ada2" : undefined)
})
export const talk: typeof LineUi.converse = LineUi.converse
export const overTcp = joined.pipe(Effect.scoped, Effect.provide(TcpDial.layer))
export const within = joined.pipe(Effect.scoped, Effect.provide(Layer.provide(inProcess, room)))
export const parts = [client.ChatClient, cluster.Cluster, domain.Chat, server.Server]
`

// A room that several programs share.
const sharing = `
import { Cluster } from "brusio/cluster"
import { Server } from "brusio/server"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"

const [name = "berlin", engine = "nats://127.0.0.1:4222"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const room = yield* Server.Server
  yield* Console.log(room.port)
  // Whoever ends this program ends this server; its people may come back at another.
  yield* Effect.async<void>((resume) => {
    process.once("SIGTERM", () => {
      resume(Effect.void)
    })
  })
  yield* room.close("the program is over")
})

const room = Cluster.layer(name, { port: 0 }).pipe(Layer.provide(Cluster.nats({ servers: [engine], cluster: "example" })))

await Effect.runPromise(program.pipe(Effect.provide(room), Logger.withMinimumLogLevel(LogLevel.Warning)))
`

const options = {
  target: "ES2022",
  module: "nodenext",
  moduleResolution: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  outDir: "out"
}

describe("The packed package", () => {
  let folder = ""

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "consumer-"))
    const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: root })
    await run("tar", ["-xzf", join(folder, stdout.trim()), "-C", folder])
    const modules = join(folder, "node_modules")
    await mkdir(join(modules, "@types"), { recursive: true })
    await rename(join(folder, "package"), join(modules, "brusio"))
    for (const name of ["effect", "unhomoglyph", "ws", "@types/node", "@nats-io"]) await symlink(join(root, "node_modules", name), join(modules, name), "dir")
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }))
    await mkdir(join(folder, "examples"))
    for (const name of examples) await cp(join(root, "examples", `${name}.ts`), join(folder, "examples", `${name}.ts`))
    await writeFile(join(folder, "examples", "cluster.ts"), sharing)
    await writeFile(join(folder, "consumer.ts"), consumer)
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...options, types: [], lib: ["ES2023", "DOM"] }, include: ["*.ts"] }))
    await writeFile(
      join(folder, "examples/tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...options, types: ["node"], skipLibCheck: true, outDir: "../out" }, include: ["*.ts"] })
    )
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it("holds the program, the library with its types and sources, no test, and no code compiled by this machine", async () => {
    const { stdout } = await run("tar", ["-tzf", join(folder, `brusio-${await version()}.tgz`)])
    const names = stdout.trim().split("\n").map((name) => name.replace(/^package\//u, ""))
    const parts = ["domain", "server", "server/cluster", "client"]
    expect(names).toEqual(
      expect.arrayContaining(["package.json", "dist/cli.js", ...parts.flatMap((part) => [`dist/lib/${part}/index.js`, `dist/lib/${part}/index.d.ts`])])
    )
    expect(names.filter((name) => name.includes("program.v8"))).toEqual([])
    expect(names.filter((name) => !/^(?:dist|src)\/|^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/u.test(name))).toEqual([])
  })

  const complaintsOf = async (project: string): Promise<string> =>
    (await run(process.execPath, [tsc, "-p", project], { cwd: folder }).catch((failure: unknown) => ({ stdout: output(failure) }))).stdout

  it("type-checks strictly with what a program does with it, without the types of Node", { timeout: 120_000 }, async () => {
    // Those are there for the examples alone.
    await rename(join(folder, "node_modules/@types"), join(folder, "node_modules/types-of-node"))
    expect(await complaintsOf(folder)).toBe("")
    await rename(join(folder, "node_modules/types-of-node"), join(folder, "node_modules/@types"))
  })

  it("has no table of what looks alike in a bundle for a browser, and has it for Node", async () => {
    const bundled = async (platform: "browser" | "node") => {
      const { metafile } = await build({ stdin: { contents: 'export * from "brusio/domain"', resolveDir: folder }, bundle: true, format: "esm", platform, target: "es2022", write: false, metafile: true, logLevel: "silent" })
      return Object.keys(metafile.inputs).filter((name) => name.includes("unhomoglyph")).length
    }
    expect([await bundled("browser"), await bundled("node")]).toEqual([0, 1])
  })

  it("has examples that type-check, and that do what they say", { timeout: 120_000 }, async () => {
    expect(await complaintsOf(join(folder, "examples"))).toBe("")
    const { stdout } = await run(process.execPath, [join(folder, "out/library.js")], { cwd: folder })
    expect(stdout).toBe("ada: Hello, Bob!\nThe server is closing: the example is over.\n")
  })

  it.scopedLive("has a bot that answers !time until the room closes", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const bot = yield* started(folder, "bot", "127.0.0.1", String(room.port))
      const ada = yield* member(room.port, "ada")
      yield* botIsHere(ada)
      yield* tell(ada, { _tag: "Say", text: "!time" })
      const asked = yield* next(ada, "Said")
      const answer = yield* next(ada, "Said", ({ from }) => from.name === "clock")
      expect(answer.text).toBe(`ada: it is ${new Date(asked.at).toISOString()}`)
      yield* room.close("bedtime")
      expect(yield* bot.exit).toBe(0)
    })
  )

  it.scopedLive("has a bot that comes back when the server is started again, and says in one line where it cannot come in", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const bot = yield* started(folder, "bot", "127.0.0.1", String(room.port))
      yield* botIsHere(yield* member(room.port, "ada"))
      yield* Effect.zipRight(room.server.restart(), room.shut)
      const again = yield* opened({ port: room.port })
      const bob = yield* member(again.port, "bob")
      yield* botIsHere(bob)
      yield* tell(bob, { _tag: "Say", text: "!time" })
      expect((yield* next(bob, "Said", ({ from }) => from.name === "clock")).text).toMatch(/^bob: it is /u)
      yield* again.close("bedtime")
      expect(yield* bot.exit).toBe(0)
      const other = yield* started(folder, "bot", "127.0.0.1", String(room.port))
      expect(yield* other.exit).toBe(1)
    })
  )

  it.scopedLive("has a bridge between two rooms of two servers, which comes back to a server that is started again", () =>
    Effect.gen(function* () {
      const [left, right] = [yield* opened(), yield* opened()]
      const ada = yield* member(left.port, "ada")
      yield* tell(ada, { _tag: "Enter", room: "Garden" })
      yield* next(ada, "Entered")
      const bridge = yield* started(folder, "bridge", `127.0.0.1:${left.port}/garden`, `127.0.0.1:${right.port}/attic`)
      yield* next(ada, "Joined", ({ member, room }) => member.name === "bridge" && room === "Garden")
      const meets = (port: number) =>
        Effect.gen(function* () {
          const bob = yield* member(port, "bob")
          yield* tell(bob, { _tag: "Enter", room: "attic" })
          const { members } = yield* next(bob, "Entered")
          if (members.every(({ name }) => name !== "bridge")) yield* next(bob, "Joined", ({ member, room }) => member.name === "bridge" && room === "attic")
          return bob
        })
      const bob = yield* meets(right.port)
      yield* tell(ada, { _tag: "Say", text: "hello over there", room: "Garden" })
      expect(yield* next(bob, "Said")).toMatchObject({ from: { name: "bridge" }, room: "attic", text: "ada: hello over there" })
      yield* tell(bob, { _tag: "Say", text: "hello", room: "attic" })
      expect(yield* next(ada, "Said", ({ from }) => from.name === "bridge")).toMatchObject({ room: "Garden", text: "bob: hello" })
      yield* Effect.zipRight(right.server.restart(), right.shut)
      const again = yield* opened({ port: right.port })
      const back = yield* meets(again.port)
      yield* tell(ada, { _tag: "Say", text: "still here", room: "Garden" })
      expect(yield* next(back, "Said")).toMatchObject({ from: { name: "bridge" }, room: "attic", text: "ada: still here" })
      yield* left.close("bedtime")
      expect(yield* bridge.exit).toBe(0)
      const wrong = yield* started(folder, "bridge", "nonsense")
      expect(yield* wrong.exit).toBe(1)
    })
  )

  it.scopedLive("has a room in a program with an HTTP server of its own", () =>
    Effect.gen(function* () {
      const program = yield* started(folder, "http")
      const { http, room } = Schema.decodeSync(Schema.parseJson(Schema.Struct({ http: Schema.Number, room: Schema.Number })))(yield* program.line)
      const ada = yield* member(room, "ada")
      const request = (method: string, path: string, body?: string) =>
        Effect.promise(async () => {
          const response = await fetch(`http://127.0.0.1:${http}${path}`, { method, ...(body === undefined ? {} : { body }) })
          return { status: response.status, text: await response.text() }
        })
      expect(yield* request("GET", "/who")).toEqual({ status: 200, text: '["ada"]' })
      expect(yield* request("POST", "/announce", "dinner")).toEqual({ status: 204, text: "" })
      expect(yield* next(ada, "Notice")).toMatchObject({ text: "dinner" })
      expect(yield* request("GET", "/elsewhere")).toEqual({ status: 404, text: "" })
      yield* program.terminate
      expect(yield* next(ada, "Goodbye")).toMatchObject({ reason: "the program is over" })
      expect(yield* program.exit).toBe(0)
    })
  )

  it.scopedLive.skipIf(!hasNats)("has a room that two programs share", () =>
    Effect.gen(function* () {
      const { url } = yield* natsServer()
      const one = yield* started(folder, "cluster", "one", url)
      const ada = yield* member(Number(yield* one.line), "ada")
      const two = yield* started(folder, "cluster", "two", url)
      const bob = yield* member(Number(yield* two.line), "bob")
      expect(yield* next(ada, "Joined")).toMatchObject({ member: { name: "bob" } })
      yield* tell(bob, { _tag: "Say", text: "hello" })
      expect(yield* next(ada, "Said")).toMatchObject({ from: { name: "bob" }, text: "hello" })
      yield* two.terminate
      expect(yield* next(bob, "Goodbye")).toMatchObject({ code: "lost", reason: "the program is over" })
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "bob" } })
      expect(yield* two.exit).toBe(0)
    })
  )

  it("tells who has taken another effect by mistake which one it wants", async () => {
    const other = join(folder, "other")
    const effect = join(other, "node_modules/effect")
    await mkdir(effect, { recursive: true })
    await symlink(join(folder, "node_modules/brusio"), join(other, "node_modules/brusio"), "dir")
    await writeFile(join(effect, "package.json"), JSON.stringify({ name: "effect", version: "4.1.0", type: "module", exports: { "./Effect": "./Effect.js" } }))
    await writeFile(join(effect, "Effect.js"), "export {}")
    await cp(join(folder, "node_modules/brusio"), join(other, "copy"), { recursive: true })
    await rm(join(other, "node_modules/brusio"))
    await rename(join(other, "copy"), join(other, "node_modules/brusio"))
    for (const name of ["brusio", "brusio/server", "brusio/client", "brusio/domain", "brusio/cluster"]) {
      const failure = await run(process.execPath, ["--input-type=module", "-e", `await import(${JSON.stringify(name)})`], { cwd: other }).then(
        () => "nothing",
        (failure: unknown) => (failure instanceof Error ? failure.message : String(failure))
      )
      expect(failure).toContain("brusio is built on effect 3 and found another version: install the one it wants with: npm install effect@3")
    }
  })
})

const examples = ["library", "bot", "bridge", "http"]

/** Waits until the bot has come in: it may have before, and then nothing tells of it any more. */
const botIsHere = (peer: Peer): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* tell(peer, { _tag: "Who" })
    const { members } = yield* next(peer, "Members")
    if (!members.some(({ name }) => name === "clock")) yield* next(peer, "Joined", ({ member }) => member.name === "clock")
  })

/** An example that runs as a program of its own, and ends with the test. */
const started = (folder: string, name: string, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const child = spawn(process.execPath, [join(folder, `out/${name}.js`), ...args], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
    const code = yield* Deferred.make<number | null>()
    child.once("exit", (exit) => {
      Deferred.unsafeDone(code, Effect.succeed(exit))
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => child.kill("SIGKILL")))
    return {
      exit: Deferred.await(code),
      terminate: Effect.sync(() => child.kill("SIGTERM")),
      line: Effect.async<string>((resume) => {
        let heard = ""
        child.stdout.on("data", (chunk: Buffer) => {
          heard += chunk.toString()
          if (heard.includes("\n")) resume(Effect.succeed(heard.slice(0, heard.indexOf("\n"))))
        })
      })
    }
  })

const version = async (): Promise<string> => {
  const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : ""
}

const output = (failure: unknown): string =>
  failure instanceof Error && "stdout" in failure ? String(failure.stdout) || failure.message : String(failure)
