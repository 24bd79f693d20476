import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { clean } from "../../domain/Text.ts"
import * as Certificate from "../../server/door/tls/Certificate.ts"
import type { CertificateError } from "../../server/door/tls/CertificateError.ts"
import { BadSetting, file, flag, given, isOn, option, sourceOf } from "../settings.ts"

const cert = file("tls-cert")
const key = file("tls-key")

/** The options for TLS. */
export const tlsOptions = {
  tls: flag("tls", "Speaks TLS on the same port, with a certificate that the server makes for itself."),
  tlsCert: option(cert, "Speaks TLS with the certificate in this file, in PEM, with those behind it that lead to an authority. It is taken up anew when it changes.", "one that the server makes itself, with --tls"),
  tlsKey: option(key, "The file with the private key of the certificate, in PEM.", "none"),
  tlsOnly: flag("tls-only", "Serves nobody who comes without TLS: others are told how to come.")
}

/** How TLS is spoken. */
export interface TlsSettings {
  /** The files of a certificate; `undefined` for one that the server makes itself. */
  readonly files: Certificate.Files | undefined
  readonly isOnly: boolean
}

type Given = { readonly tls: boolean; readonly tlsOnly: boolean } & Readonly<Record<"tlsCert" | "tlsKey", Option.Option<string>>>

/** The given settings of TLS; `undefined` where it is not spoken. Fails with what cannot be used. */
export const givenTls = (options: Given): Effect.Effect<TlsSettings | undefined, BadSetting> =>
  Effect.gen(function* () {
    const certFile = yield* given(cert, options.tlsCert)
    const keyFile = yield* given(key, options.tlsKey)
    const isOnly = yield* isOn("tls-only", options.tlsOnly)
    const isOwn = yield* isOn("tls", options.tls)
    const alone = Option.isSome(certFile) === Option.isSome(keyFile) ? undefined : Option.isSome(certFile) ? { setting: cert, value: certFile, option: options.tlsCert, other: key } : { setting: key, value: keyFile, option: options.tlsKey, other: cert }
    if (alone !== undefined) {
      const { option, other, setting, value } = alone
      return yield* new BadSetting({ name: setting.name, value: clean(Option.getOrElse(value, () => "")), source: sourceOf(setting, option), expected: `given together with --${other.name}` })
    }
    const files = Option.getOrUndefined(Option.zipWith(certFile, keyFile, (cert, key) => ({ cert, key })))
    return files === undefined && !isOwn && !isOnly ? undefined : { files, isOnly }
  })

/** The certificate of the server; none where it does not speak TLS. */
export const certificate = (tls: TlsSettings | undefined): Layer.Layer<never, CertificateError, FileSystem> => {
  if (tls === undefined) return Layer.empty
  if (tls.files !== undefined) return Certificate.fromFiles(tls.files, true)
  return Layer.unwrapScoped(
    Effect.gen(function* () {
      // Lazy loading: most servers have a certificate already, or none.
      const { ownCertificate } = yield* Effect.promise(() => import("./ownCertificate.ts"))
      const own = yield* ownCertificate
      return Certificate.fromFiles({ cert: own, key: own }, false)
    })
  )
}
