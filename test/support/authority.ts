import { webcrypto } from "node:crypto"
import { BasicConstraintsExtension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from "../../src/cli/serve/x509.ts"

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const day = 86_400_000

/** What is in a certificate, where it is not that of `localhost` that is good now. */
interface Wanted {
  readonly host?: string
  /** From when to when it is good, in days from now. */
  readonly from?: number
  readonly until?: number
}

/** A certificate and its key in PEM. */
export interface Issued {
  readonly cert: string
  readonly key: string
}

/** An authority for certificates, in a test. */
export interface Authority {
  /** Its own certificate in PEM. */
  readonly cert: string
  readonly issue: (wanted?: Wanted) => Promise<Issued>
}

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])

/** Makes an authority, of which nobody knows yet. */
export const makeAuthority = async (commonName = "An authority of a test"): Promise<Authority> => {
  const keys = await newKeys()
  const name = `CN=${commonName}`
  const own = await X509CertificateGenerator.createSelfSigned({
    name,
    notBefore: new Date(Date.now() - 30 * day),
    notAfter: new Date(Date.now() + 30 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)]
  })
  return {
    cert: own.toString("pem"),
    issue: async ({ from = -1, host = "localhost", until = 1 } = {}) => {
      const { privateKey, publicKey } = await newKeys()
      const certificate = await X509CertificateGenerator.create({
        subject: "CN=A server of a test",
        issuer: name,
        notBefore: new Date(Date.now() + from * day),
        notAfter: new Date(Date.now() + until * day),
        signingAlgorithm: algorithm,
        publicKey,
        signingKey: keys.privateKey,
        extensions: [new SubjectAlternativeNameExtension([{ type: "dns", value: host }])]
      })
      return { cert: certificate.toString("pem"), key: PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY") }
    }
  }
}
