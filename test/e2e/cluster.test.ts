import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { describe, expect } from "vitest"
import { connect, jetstreamManager, StorageType } from "../../src/server/cluster/packages.ts"
import { accountUser, keyUser } from "../cluster/support/keys.ts"
import { hasNats, natsServer, type NatsServer } from "../cluster/support/NatsServer.ts"
import { selfSigned } from "../support/selfSigned.ts"
import { root, run, serve, start } from "./support/program.ts"
import { it, type Stage } from "./support/stage.ts"

const engine = async (stage: Stage, more?: string | ((folder: string) => string)): Promise<NatsServer> => {
  const scope = await Effect.runPromise(Scope.make())
  stage.onEnd(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(Scope.extend(natsServer(more), scope))
}

const folder = (stage: Stage): string => {
  const path = mkdtempSync(join(tmpdir(), "cluster-"))
  stage.onEnd(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

const file = (stage: Stage, text: string, mode = 0o600): string => {
  const path = join(folder(stage), "file")
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

/** Fails at once, in one line that names all of these, and nothing of what is secret. */
const fails = async (stage: Stage, args: ReadonlyArray<string>, names: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Promise<void> => {
  const { code, stderr, stdout } = await run(stage, ["serve", "--port", "0", "--no-input", ...args], { env })
  for (const name of names) expect(stderr).toContain(name)
  expect(stderr).toMatch(/^[^\n]+\n$/u)
  expect(stderr).not.toMatch(/secret| {4}at |Error:|node:|\[object/u)
  expect(stdout).toBe("")
  expect(code).toBe(1)
}

describe.concurrent("The options of a cluster", () => {
  const bad: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]> = [
    ["a URL with a password", ["--cluster", "nats://ada:secret@10.0.0.5:4222"], ["--cluster", "nats://***@10.0.0.5:4222", "--cluster-credentials"]],
    ["a password without nats://", ["--cluster", "10.0.0.4,ada:secret@10.0.0.5"], ["10.0.0.4,***@10.0.0.5", "--cluster-credentials"]],
    ["a token in the URL", ["--cluster", "nats://secret@10.0.0.5"], ["nats://***@10.0.0.5"]],
    ["another protocol", ["--cluster", "http://10.0.0.5"], ["--cluster", "http://10.0.0.5", "nats://"]],
    ["two protocols", ["--cluster", "nats://10.0.0.5,tls://10.0.0.6"], ["all with tls:// or none"]],
    ["a port that is none", ["--cluster", "nats://10.0.0.5:99999"], ["nats://10.0.0.5:99999"]],
    ["a path", ["--cluster", "nats://10.0.0.5/room"], ["nats://10.0.0.5/room"]],
    ["nothing", ["--cluster", ""], ["--cluster", "nats://"]],
    ["one of several that is nothing", ["--cluster", "nats://10.0.0.5,"], ["nats://10.0.0.5,"]],
    ["a name with a dot", ["--cluster", "nats://10.0.0.5", "--cluster-name", "my.room"], ["--cluster-name", "my.room", "letters"]],
    ["a name without a cluster", ["--cluster-name", "mine"], ["--cluster-name", "mine", "--cluster"]],
    ["no file of certificates", ["--cluster", "nats://10.0.0.5", "--cluster-ca", "/no/such/file"], ["--cluster-ca", "/no/such/file", "can be read"]],
    ["no file of credentials", ["--cluster", "nats://10.0.0.5", "--cluster-credentials", "/no/such/file"], ["--cluster-credentials", "/no/such/file", "can be read"]],
    ["nobody there", ["--cluster", "nats://127.0.0.1:1"], ["nats://127.0.0.1:1", "connection refused", "nats-server -js"]],
    ["no such host", ["--cluster", "no.such.host.invalid"], ["nats://no.such.host.invalid:4222", "no such address", "--cluster"]]
  ]
  for (const [name, args, names] of bad) it(`refuse ${name}`, ({ stage }) => fails(stage, args, names))

  it("refuse files that others can read, that are empty, and that hold no certificates", async ({ stage }) => {
    const [open, empty, text] = [file(stage, "ada:secret", 0o644), file(stage, "\n"), file(stage, "secret")]
    await fails(stage, ["--cluster", "10.0.0.5", "--cluster-credentials", open], ["--cluster-credentials", open, "chmod 600"])
    await fails(stage, ["--cluster", "10.0.0.5", "--cluster-credentials", empty], ["--cluster-credentials", empty])
    await fails(stage, ["--cluster", "10.0.0.5", "--cluster-ca", text], ["--cluster-ca", text, "PEM"])
  })

  it("come from the environment too, and a password in it is not shown", async ({ stage }) => {
    await fails(stage, [], ["BRUSIO_CLUSTER cannot be", "nats://***@10.0.0.5"], { BRUSIO_CLUSTER: "nats://ada:secret@10.0.0.5" })
    await fails(stage, [], ["BRUSIO_CLUSTER_NAME", "my room"], { BRUSIO_CLUSTER: "nats://10.0.0.5", BRUSIO_CLUSTER_NAME: "my room" })
    await fails(stage, [], ["BRUSIO_CLUSTER_CREDENTIALS", "/no/such"], { BRUSIO_CLUSTER: "nats://10.0.0.5", BRUSIO_CLUSTER_CREDENTIALS: "/no/such" })
    await fails(stage, [], ["nats://127.0.0.1:1", "connection refused"], { BRUSIO_CLUSTER: "nats://127.0.0.1:1" })
  })
})

const password = 'authorization { user: ada, password: "right:secret" }'

// One after the other: each of them waits for servers that start, and for grace periods.
describe.runIf(hasNats)("A server of a cluster", () => {
  it("starts where the engine is as it should be, and makes the log", async ({ stage }) => {
    const { url } = await engine(stage)
    await serve(stage, { args: ["--cluster", url, "--cluster-name", "mine"] })
    const nats = await connect({ servers: url })
    stage.onEnd(() => nats.close())
    const { config } = await (await jetstreamManager(nats)).streams.info("BRUSIO_mine")
    expect(config).toMatchObject({ storage: "memory", max_age: 60e9, max_bytes: 67_108_864, num_replicas: 1, subjects: ["brusio.mine.log"] })
  })

  it("says that the engine keeps no logs", async ({ stage }) => {
    const { url } = await engine(stage, "")
    await fails(stage, ["--cluster", url], [url, "JetStream", "nats-server -js"])
  })

  it("says that the engine has no memory for a log", async ({ stage }) => {
    const { url } = await engine(stage, (path) => `jetstream { store_dir: "${path}/store", max_memory_store: 1MB }`)
    await fails(stage, ["--cluster", url], [url, "insufficient memory", "64 MiB"])
  })

  it("says that the engine wants credentials, or others; comes in with the right ones", async ({ stage }) => {
    const { url } = await engine(stage, (path) => `jetstream { store_dir: "${path}/store" }\n${password}`)
    await fails(stage, ["--cluster", url], [url, "asks for credentials", "--cluster-credentials"])
    await fails(stage, ["--cluster", url, "--cluster-credentials", file(stage, "ada:wrong")], ["does not accept the credentials", "--cluster-credentials"])
    await fails(stage, ["--cluster", url, "--cluster-credentials", file(stage, "-----BEGIN NATS USER JWT-----\nsecret\n")], ["damaged"])
    await serve(stage, { args: ["--cluster", url, "--cluster-credentials", file(stage, "ada:right:secret\n")] })
  })

  it("comes in with a token, with the seed of a key, and with a file of credentials, and not with those of others", async ({ stage }) => {
    const [key, account] = [keyUser(), accountUser()]
    const all = [
      ['authorization { token: "right" }', "right\n", "wrong"],
      [key.config, key.seed, keyUser().seed],
      [account.config, `${account.file}\n\n${"*".repeat(61)}\n`, accountUser().file],
      [account.config, account.file.replaceAll("\n", "\r\n"), "ada:secret"]
    ] as const
    await Promise.all(all.map(async ([config, right, wrong]) => {
      const { url } = await engine(stage, (path) => `jetstream { store_dir: "${path}/store" }\n${config}`)
      await fails(stage, ["--cluster", url], ["asks for credentials", "--cluster-credentials"])
      await fails(stage, ["--cluster", url, "--cluster-credentials", file(stage, wrong)], ["does not accept the credentials", "--cluster-credentials"])
      await serve(stage, { args: ["--cluster", url, "--cluster-credentials", file(stage, right)] })
    }))
  })

  it("says that the credentials do not allow it", async ({ stage }) => {
    const { url } = await engine(stage, (path) => `jetstream { store_dir: "${path}/store" }\nauthorization { users: [{ user: ada, password: secret, permissions: { publish: "other", subscribe: ">" } }] }`)
    await fails(stage, ["--cluster", url, "--cluster-credentials", file(stage, "ada:secret")], ["do not allow", "--cluster-credentials"])
  })

  it("says that the log is there with other settings", async ({ stage }) => {
    const { url } = await engine(stage)
    const nats = await connect({ servers: url })
    stage.onEnd(() => nats.close())
    await (await jetstreamManager(nats)).streams.add({ name: "BRUSIO_brusio", subjects: ["brusio.brusio.log"], storage: StorageType.Memory, max_age: 30e9 })
    await fails(stage, ["--cluster", url], ["BRUSIO_brusio", "max_age is 30000000000 and not 60000000000", "--cluster-name"])
  })

  it("says that whoever answers does not speak NATS", async ({ stage }) => {
    const { port } = await serve(stage)
    await fails(stage, ["--cluster", `nats://127.0.0.1:${port}`], [`nats://127.0.0.1:${port}`, "--cluster"])
  })

  it("speaks TLS, with the name that is in the certificate only", async ({ stage }) => {
    const { port, url } = await engine(stage, (path) => {
      writeFileSync(join(path, "key.pem"), selfSigned.key)
      writeFileSync(join(path, "cert.pem"), selfSigned.cert)
      return `jetstream { store_dir: "${path}/store" }\ntls { cert_file: "${path}/cert.pem", key_file: "${path}/key.pem" }`
    })
    const ca = file(stage, selfSigned.cert)
    await serve(stage, { args: ["--cluster", `tls://localhost:${port}`, "--cluster-ca", ca] })
    await fails(stage, ["--cluster", `tls://localhost:${port}`], [`tls://localhost:${port}`, "--cluster-ca"])
    await fails(stage, ["--cluster", url.replace("nats:", "tls:"), "--cluster-ca", ca], ["tls://127.0.0.1", "--cluster-ca"])
    const plain = await engine(stage)
    await fails(stage, ["--cluster", `tls://localhost:${plain.port}`], [`tls://localhost:${plain.port}`, "TLS"])
  })
})

describe("The packages of NATS", () => {
  it("are in a file that only a server of a cluster loads", async ({ stage }) => {
    const copy = folder(stage)
    writeFileSync(join(copy, "package.json"), '{"type":"module"}')
    for (const name of ["cli.js", "program.cjs", "web"]) cpSync(join(root, "dist", name), join(copy, name), { recursive: true })
    const program = start(stage, ["serve", "--port", "0", "--no-input"], { program: join(copy, "cli.js") })
    await program.line(/Listening on/u)
    const alone = await run(stage, ["serve", "--port", "0", "--no-input", "--cluster", "127.0.0.1:1"], { program: join(copy, "cli.js") })
    expect(alone.stderr).toContain("not installed")
    expect(alone.code).toBe(1)
    expect(readFileSync(join(root, "dist/program.cjs"), "utf8")).not.toContain("nats.js")
  })
})
