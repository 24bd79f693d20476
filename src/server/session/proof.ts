import { createHash } from "node:crypto"
import { Proof } from "../../domain/Place.ts"

/** What is kept of a client's secret: its SHA-256. A secret is long and random, so it needs no salt and no slow hash. */
export const proofOf = (secret: string): Proof => Proof.make(createHash("sha256").update(secret).digest("base64url"))
