import { createHash, type X509Certificate } from "node:crypto"

/**
 * The fingerprint of a certificate: the SHA-256 hash of its public key
 * (SubjectPublicKeyInfo), in base64url. A certificate that is renewed with the same key keeps it.
 */
export const fingerprintOf = ({ publicKey }: Pick<X509Certificate, "publicKey">): string =>
  createHash("sha256").update(publicKey.export({ type: "spki", format: "der" })).digest("base64url")

/** What a fingerprint looks like. */
export const fingerprintForm = /^[\w-]{43}$/u
