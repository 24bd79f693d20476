import { join } from "node:path"
import { FileSystem } from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ownCertificate } from "../../src/cli/serve/ownCertificate.ts"

// With a state folder of its own, as long as the scope.
const atHome = Effect.gen(function* () {
  const home = yield* (yield* FileSystem).makeTempDirectoryScoped()
  const before = process.env["XDG_STATE_HOME"]
  process.env["XDG_STATE_HOME"] = home
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      if (before === undefined) delete process.env["XDG_STATE_HOME"]
      else process.env["XDG_STATE_HOME"] = before
    })
  )
  return join(home, "brusio")
})

describe("A server's own certificate", () => {
  it.scopedLive("is that of the first of those who start at once, and whoever has looked before it was there leaves it as it is", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      const folder = yield* atHome
      const file = yield* ownCertificate
      const first = yield* files.readFileString(file)
      // It has looked when nothing was there yet.
      yield* Effect.provideService(ownCertificate, FileSystem, { ...files, exists: () => Effect.succeed(false) })
      expect(yield* files.readFileString(file)).toBe(first)
      // Nor where there are no hard links.
      yield* Effect.provideService(ownCertificate, FileSystem, { ...files, exists: () => Effect.succeed(false), link: (_, path) => files.readFileString(`${path}/nowhere`).pipe(Effect.asVoid) })
      expect(yield* files.readFileString(file)).toBe(first)
      expect(yield* files.readDirectory(folder)).toEqual(["certificate.pem"])
      expect((yield* files.stat(file)).mode & 0o777).toBe(0o600)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("is made anew where its file is empty", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      const file = join(yield* atHome, "certificate.pem")
      yield* files.makeDirectory(join(file, ".."))
      yield* files.writeFileString(file, "")
      expect(yield* ownCertificate).toBe(file)
      expect(yield* files.readFileString(file)).toMatch(/-----BEGIN CERTIFICATE-----[^]*-----BEGIN PRIVATE KEY-----/u)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("is one whole, and the same for all, where eight start at once", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      yield* atHome
      const seen = yield* Effect.all(Array.from({ length: 8 }, () => Effect.flatMap(ownCertificate, (file) => files.readFileString(file))), { concurrency: "unbounded" })
      expect(new Set(seen).size).toBe(1)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
