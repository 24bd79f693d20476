/** The certificate that a server makes for itself. */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, webcrypto, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { hostname, networkInterfaces } from "node:os"
import { join } from "node:path"
import { FileSystem } from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { clean } from "../../domain/Text.ts"
import { CertificateError } from "../../server/door/tls/CertificateError.ts"
import { rounds } from "../../server/rounds.ts"
import { createPrivate, writePrivate } from "../privateFile.ts"
import { stateFolder } from "../xdg.ts"

const day = 86_400_000

/** For how long a certificate is good, ms: no longer than browsers take one. */
const goodFor = 397 * day

/** How long before its end it is renewed, ms. */
const renewedBefore = 60 * day

/** How often it is looked whether it has to be. */
const lookEvery = "12 hours"

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }

/** A key and a certificate in PEM, as they stand in one file. */
interface Own {
  readonly key: string
  readonly cert: string
}

/** The names under which this machine may be reached, for browsers, which look for them. */
const names = (): ReadonlyArray<string> => [
  hostname(),
  "localhost",
  ...new Set(Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address.replace(/%.*$/u, ""))))
]

/** That a file holds a private key, but one of another kind: somebody has put it there. */
class OtherKey extends Data.TaggedError("OtherKey") {
  override readonly message = "it holds a private key that is not of ECDSA on P-256; one of your own is given with --tls-cert and --tls-key"
}

const keyPair = async (before: KeyObject | undefined): Promise<webcrypto.CryptoKeyPair> => {
  if (before === undefined) return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey("pkcs8", before.export({ type: "pkcs8", format: "der" }), algorithm, true, ["sign"]),
    webcrypto.subtle.importKey("spki", createPublicKey(before).export({ type: "spki", format: "der" }), algorithm, true, ["verify"])
  ])
  return { privateKey, publicKey }
}

/** Makes a certificate for this machine that is good from `now` on, with the key of the one before where there is one: its fingerprint stays the same. */
const make = async (now: number, before: KeyObject | undefined): Promise<Own> => {
  // Lazy loading: a certificate is made once in a year.
  const x509 = await import("./x509.ts")
  const keys = await keyPair(before)
  const name = names()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString("hex")}`,
    name: `CN=brusio on ${hostname().replaceAll(/[^\w.-]/gu, "-")}`,
    // Clocks differ.
    notBefore: new Date(now - day),
    notAfter: new Date(now + goodFor - day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(name.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })))
    ]
  })
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)
  return { key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, cert: `${certificate.toString("pem")}\n` }
}

/** What is in the file of a certificate. */
interface Found {
  /** Whether the certificate is still to be used. */
  readonly isGood: boolean
  /** The key, where there is one. */
  readonly key: KeyObject | undefined
}

const privateKeyIn = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/u

const look = (text: string, now: number): Either.Either<Found, OtherKey> => {
  // The key may be whole behind a certificate that is not.
  const [pem = ""] = privateKeyIn.exec(text) ?? []
  const key = Either.getOrUndefined(Either.try(() => createPrivateKey(pem)))
  if (key !== undefined && key.asymmetricKeyDetails?.namedCurve !== "prime256v1") return Either.left(new OtherKey())
  const certificate = Either.getOrUndefined(Either.try(() => new X509Certificate(text)))
  const isGood = key !== undefined && certificate?.checkPrivateKey(key) === true && Date.parse(certificate.validTo) - now > renewedBefore
  return Either.right({ isGood, key })
}

const failed = (file: string) => (error: { readonly message: string }) => new CertificateError({ source: clean(file), reason: clean(error.message) })

// What is in the file, if there is one; from now on, no one else can read it.
const readOwn = (file: string): Effect.Effect<string | undefined, CertificateError, FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem
    if (process.platform !== "win32") yield* files.chmod(file, 0o600)
    return yield* files.readFileString(file)
  }).pipe(
    Effect.catchIf((error) => error._tag === "SystemError" && error.reason === "NotFound", () => Effect.succeed(undefined)),
    Effect.mapError(failed(file))
  )

const readFound = (file: string, now: number): Effect.Effect<Found & { readonly text: string | undefined }, CertificateError, FileSystem> =>
  Effect.gen(function* () {
    const text = yield* readOwn(file)
    return { ...(yield* Effect.mapError(look(text ?? "", now), failed(file))), text }
  })

const makeIn = (file: string, now: number, before: KeyObject | undefined): Effect.Effect<string, CertificateError> =>
  Effect.map(
    Effect.tryPromise({ try: () => make(now, before), catch: (error) => failed(file)(error instanceof Error ? error : new Error(String(error))) }),
    // Both in one file: whoever reads it has what belongs together.
    ({ cert, key }) => `${cert}${key}`
  )

/**
 * Makes a certificate with a new key. Of several servers that start at once, all have that of the
 * first, as each shows its fingerprint to people: they agree by the file `next`, which
 * the first of them creates (consensus by compare-and-set), and all put its content in place. Whoever
 * takes `next` away has done so before: so, once there is a `next`, it is looked again whether there is a certificate.
 */
const agree = (file: string, next: string, now: number): Effect.Effect<void, CertificateError, FileSystem> =>
  Effect.gen(function* () {
    yield* Effect.mapError(createPrivate(next, yield* makeIn(file, now, undefined)), failed(next))
    if ((yield* readFound(file, now)).key !== undefined) return
    const { isGood, key, text } = yield* readFound(next, now)
    // It was taken away in between.
    if (text === undefined) return
    // One that is not good was left long ago, by a server that was killed.
    yield* Effect.mapError(writePrivate(file, isGood ? text : yield* makeIn(file, now, key)), failed(file))
  })

const renew = (file: string): Effect.Effect<void, CertificateError, FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem
    const now = yield* Clock.currentTimeMillis
    const { isGood, key, text } = yield* readFound(file, now)
    const next = `${file}.next`
    if (key === undefined) yield* agree(file, next, now)
    else if (!isGood) yield* Effect.mapError(writePrivate(file, yield* makeIn(file, now, key)), failed(file))
    yield* Effect.ignore(files.remove(next))
    if (key === undefined && text !== undefined) yield* Effect.logWarning(`There was no private key in ${clean(file)}: the server has a new certificate, and who knows the one before is told that it is another server`)
  })

/**
 * The file with the certificate that this server has made for itself, and its key,
 * in the user's state directory. It is made where there is none, and renewed with
 * the same key before it ends, as long as the scope.
 */
export const ownCertificate: Effect.Effect<string, CertificateError, FileSystem | Scope.Scope> = Effect.gen(function* () {
  const file = join(yield* stateFolder, "certificate.pem")
  yield* renew(file)
  const again = Effect.provideService(renew(file), FileSystem, yield* FileSystem)
  yield* rounds("own certificate", Effect.catchAll(again, ({ message }) => Effect.logError(message)), lookEvery)
  return file
})
