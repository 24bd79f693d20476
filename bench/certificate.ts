import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { selfSigned } from "../test/support/selfSigned.ts"

/** The certificate that all servers show over TLS, ECDSA on P-256, and its key: the paths of two files that are gone with the scope. */
export const certificate = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "bench-tls-" })
  const paths = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") }
  yield* files.writeFileString(paths.cert, selfSigned.cert)
  yield* files.writeFileString(paths.key, selfSigned.key, { mode: 0o600 })
  return paths
})
