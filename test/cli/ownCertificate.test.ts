import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto"
import { join } from "node:path"
import { FileSystem } from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ownCertificate as ownAsLongAsTheScope } from "../../src/cli/serve/ownCertificate.ts"
import { fingerprintOf } from "../../src/net/fingerprint.ts"

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

// Without the timer that renews it: what is in the file is the test's alone.
const ownCertificate = Effect.scoped(ownAsLongAsTheScope)

/** A file system where the first look at a file finds this. */
const firstFinding = (files: FileSystem, text: string): FileSystem => {
  let hasLooked = false
  return {
    ...files,
    readFileString: (...which) => {
      if (hasLooked) return files.readFileString(...which)
      hasLooked = true
      return Effect.succeed(text)
    }
  }
}

const spoiled = "-----BEGIN CERTIFICATE-----\nspoi"

const keyOf = (pem: string): string => {
  const certificate = new X509Certificate(pem)
  expect(certificate.checkPrivateKey(createPrivateKey(pem))).toBe(true)
  return fingerprintOf(certificate)
}

describe("A server's own certificate", () => {
  it.scopedLive("is that of the first of those who start at once, and whoever has looked before it was there leaves it as it is", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      const folder = yield* atHome
      const file = yield* ownCertificate
      const first = yield* files.readFileString(file)
      // It has looked when nothing was there yet.
      yield* Effect.provideService(ownCertificate, FileSystem, firstFinding(files, ""))
      expect(yield* files.readFileString(file)).toBe(first)
      // Nor where there are no hard links.
      yield* Effect.provideService(ownCertificate, FileSystem, { ...firstFinding(files, ""), link: (_, path) => files.readFileString(`${path}/nowhere`).pipe(Effect.asVoid) })
      expect(yield* files.readFileString(file)).toBe(first)
      expect(yield* files.readDirectory(folder)).toEqual(["certificate.pem"])
      expect((yield* files.stat(file)).mode & 0o777).toBe(0o600)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("takes up what a server has left that was killed before it was in place", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      const folder = yield* atHome
      const file = yield* ownCertificate
      const first = yield* files.readFileString(file)
      yield* files.rename(file, `${file}.next`)
      yield* ownCertificate
      expect(yield* files.readFileString(file)).toBe(first)
      expect(yield* files.readDirectory(folder)).toEqual(["certificate.pem"])
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

  it.scopedLive("is one whole, and the same for all, where its file is spoiled and eight start at once", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      const folder = yield* atHome
      yield* files.makeDirectory(folder)
      yield* files.writeFileString(join(folder, "certificate.pem"), spoiled)
      const seen = yield* Effect.all(Array.from({ length: 8 }, () => Effect.flatMap(ownCertificate, (file) => files.readFileString(file))), { concurrency: "unbounded" })
      expect(new Set(seen.map(keyOf)).size).toBe(1)
      expect(yield* files.readDirectory(folder)).toEqual(["certificate.pem"])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("stays where another server has seen it spoiled, and comes late", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      const folder = yield* atHome
      const file = yield* ownCertificate
      const first = yield* files.readFileString(file)
      yield* Effect.provideService(ownCertificate, FileSystem, firstFinding(files, spoiled))
      expect(yield* files.readFileString(file)).toBe(first)
      expect(yield* files.readDirectory(folder)).toEqual(["certificate.pem"])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("is made anew, with the key that is there, where it is that of another key, or no certificate", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      yield* atHome
      const file = yield* ownCertificate
      const pem = yield* files.readFileString(file)
      const key = createPrivateKey(pem).export({ type: "pkcs8", format: "pem" }).toString()
      yield* files.remove(file)
      yield* ownCertificate
      const [other = ""] = /-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----/u.exec(yield* files.readFileString(file)) ?? []
      for (const certificate of [other, spoiled]) {
        yield* files.writeFileString(file, `${certificate}\n${key}`)
        yield* ownCertificate
        expect(keyOf(yield* files.readFileString(file))).toBe(keyOf(pem))
      }
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("never replaces a key of another kind, which somebody has put there", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem
      const folder = yield* atHome
      yield* files.makeDirectory(folder)
      const file = join(folder, "certificate.pem")
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1", privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } })
      yield* files.writeFileString(file, privateKey)
      expect((yield* Effect.flip(ownCertificate)).message).toContain(`${file}: it holds a private key that is not of ECDSA on P-256`)
      expect(yield* files.readFileString(file)).toBe(privateKey)
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
