import * as Schema from "effect/Schema"

/** A certificate, or its private key, cannot be used: `reason` says why, as the end of a sentence. */
export class CertificateError extends Schema.TaggedError<CertificateError>()("CertificateError", {
  /** Where they are from: the names of files. */
  source: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Cannot use the certificate in ${this.source}: ${this.reason}.`
  }
}
