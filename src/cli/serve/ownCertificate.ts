/** The certificate that a server makes for itself. */
import { createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { hostname, networkInterfaces } from "node:os"
import { join } from "node:path"
import { FileSystem } from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
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

const keyPair = async (before: string | undefined): Promise<webcrypto.CryptoKeyPair> => {
  if (before === undefined) return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
  const key = createPrivateKey(before)
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), algorithm, true, ["sign"]),
    webcrypto.subtle.importKey("spki", createPublicKey(key).export({ type: "spki", format: "der" }), algorithm, true, ["verify"])
  ])
  return { privateKey, publicKey }
}

/** Makes a certificate for this machine that is good from `now` on, with the key of the one before where there is one: its fingerprint stays the same. */
const make = async (now: number, before: string | undefined): Promise<Own> => {
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

const privateKeyIn = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/u

/** What is in the file, if it is still to be used; and the key in it, if there is one. */
const look = (text: string, now: number): { readonly isGood: boolean; readonly key: string | undefined } => {
  const [key] = privateKeyIn.exec(text) ?? []
  const ends = Either.try(() => Date.parse(new X509Certificate(text).validTo))
  return { isGood: key !== undefined && Either.isRight(ends) && ends.right - now > renewedBefore, key }
}

const failed = (file: string) => (error: { readonly message: string }) => new CertificateError({ source: clean(file), reason: clean(error.message) })

// What is in the file, if there is one; from now on, no one else can read it.
const readOwn = (file: string): Effect.Effect<string | undefined, CertificateError, FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem
    if (!(yield* files.exists(file))) return undefined
    if (process.platform !== "win32") yield* files.chmod(file, 0o600)
    return yield* files.readFileString(file)
  }).pipe(Effect.mapError(failed(file)))

// Of several servers that start at once where there is no certificate, all have that of the first: each shows its fingerprint to people.
const renew = (file: string): Effect.Effect<void, CertificateError, FileSystem> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const before = yield* readOwn(file)
    const { isGood, key } = look(before ?? "", now)
    if (isGood) return
    const own = yield* Effect.tryPromise({ try: () => make(now, key), catch: (error) => failed(file)(error instanceof Error ? error : new Error(String(error))) })
    // Both in one file: whoever reads it has what belongs together.
    const write = before === undefined ? createPrivate : writePrivate
    yield* Effect.mapError(write(file, `${own.cert}${own.key}`), failed(file))
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
