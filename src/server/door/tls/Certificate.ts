import { constants, createPrivateKey, X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createSecureContext } from "node:tls"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import { clean } from "../../../domain/Text.ts"
import { fingerprintOf } from "../../../net/fingerprint.ts"
import { lookEvery, makeChanged } from "../../changedFiles.ts"
import { rounds } from "../../rounds.ts"
import { CertificateError } from "./CertificateError.ts"

/** A certificate and its key as they are spoken with. */
export interface Usable {
  /** The `SecureContext` of node:tls; programs that embed a server need no types of Node for it. */
  readonly context: { readonly context: unknown }
  /** The fingerprint of its public key, see {@link fingerprintOf}. */
  readonly fingerprint: string
  /** When it ends, ms since 1970. */
  readonly ends: number
  /** The host names that it is for; one with a `*` is left out. */
  readonly names: ReadonlyArray<string>
}

/** The certificate with which the server shows who it is to clients that come with TLS. Without this service, TLS is not spoken. */
export class Certificate extends Context.Tag("brusio/Certificate")<Certificate, {
  /** The certificate as it is now: another one once it has been renewed. */
  readonly current: Effect.Effect<Usable>
  /** Whether clients are to find it trusted by an authority; one that the server has made itself is known by its fingerprint alone. */
  readonly isOfAuthority: boolean
}>() {}

/** Texts in PEM: the certificate, with those behind it that lead to an authority, and its private key. */
export interface Pem {
  readonly cert: string
  readonly key: string
}

const namesOf = ({ subjectAltName = "" }: X509Certificate): ReadonlyArray<string> => [...subjectAltName.matchAll(/(?:^|, )DNS:([\w.-]+)(?=,|$)/gu)].map(([, name = ""]) => name)

const day = (at: number): string => DateTime.formatIsoDateUtc(DateTime.unsafeMake(at))

/** Makes a certificate usable that is from `source`, at the time `now`. Fails where it is none, has ended or not begun, or the key is not its own. */
export const usable = ({ cert, key }: Pem, source: string, now: number): Effect.Effect<Usable, CertificateError> =>
  Effect.gen(function* () {
    const bad = (reason: string) => () => new CertificateError({ source: clean(source), reason })
    const leaf = yield* Effect.try({ try: () => new X509Certificate(cert), catch: bad("the first file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)") })
    const privateKey = yield* Effect.try({ try: () => createPrivateKey(key), catch: bad("the second file holds no private key in PEM without a passphrase (-----BEGIN PRIVATE KEY-----)") })
    const ends = Date.parse(leaf.validTo)
    if (!leaf.checkPrivateKey(privateKey)) return yield* bad("the private key is that of another certificate")()
    if (ends <= now) return yield* bad(`it ended on ${day(ends)}`)()
    if (Date.parse(leaf.validFrom) > now) return yield* bad(`it begins only on ${day(Date.parse(leaf.validFrom))}`)()
    const context = yield* Effect.try({
      try: () =>
        createSecureContext({
          cert,
          key,
          minVersion: "TLSv1.2",
          // Renegotiation of TLS 1.2: a client could have the expensive part of a handshake done again and again.
          secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
          sessionIdContext: "brusio"
        }),
      catch: (error) => new CertificateError({ source: clean(source), reason: `it cannot be spoken with (${clean(error instanceof Error ? error.message : String(error))})` })
    })
    return { context, fingerprint: fingerprintOf(leaf), ends, names: namesOf(leaf) }
  })

/** Where a certificate is kept. */
export interface Files {
  readonly cert: string
  readonly key: string
}

const sourceOf = ({ cert, key }: Files): string => (cert === key ? cert : `${cert} and ${key}`)

const read = (path: string, source: string) =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) => new CertificateError({ source: clean(source), reason: `${clean(path)} cannot be read (${error instanceof Error && "code" in error ? String(error.code) : String(error)})` })
  })

const load = (files: Files) =>
  Effect.gen(function* () {
    const source = sourceOf(files)
    const cert = yield* read(files.cert, source)
    // One file is read once: the certificate and the key in it belong together, also where it is replaced meanwhile.
    const key = files.key === files.cert ? cert : yield* read(files.key, source)
    return yield* usable({ cert, key }, source, yield* Clock.currentTimeMillis)
  })

/**
 * The certificate in these files, which is taken up anew when they change: who is
 * there stays, and who comes from then on is shown the new one. Where the new one
 * cannot be used, the log says why, and the one before stays. Fails where there is none at the start.
 */
export const fromFiles = (files: Files, isOfAuthority: boolean): Layer.Layer<Certificate, CertificateError> =>
  Layer.scoped(
    Certificate,
    Effect.gen(function* () {
      const changed = yield* makeChanged([files.cert, files.key])
      const current = yield* Ref.make(yield* load(files))
      const ended = yield* Ref.make(false)
      const takeUp = Effect.gen(function* () {
        const next = yield* load(files)
        yield* Ref.set(current, next)
        yield* Ref.set(ended, false)
        yield* Effect.logInfo(`The certificate was taken up anew: it is good until ${day(next.ends)}`)
      }).pipe(Effect.catchAll(({ message }) => Effect.logError(`${message} The one before stays`)))
      const look = Effect.gen(function* () {
        if (yield* changed) yield* takeUp
        const { ends } = yield* Ref.get(current)
        if (ends <= (yield* Clock.currentTimeMillis) && !(yield* Ref.getAndSet(ended, true))) {
          yield* Effect.logError(`The certificate in ${clean(sourceOf(files))} has ended: clients refuse it. Put another in its place, which is taken up at once`)
        }
      })
      yield* rounds("certificate", look, lookEvery)
      return Certificate.of({ current: Ref.get(current), isOfAuthority })
    })
  )
