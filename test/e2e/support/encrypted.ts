import { X509Certificate } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type * as Net from "node:net"
import type * as Tls from "node:tls"
import { overTls } from "../../../bench/load/overTls.ts"
import { fingerprintOf } from "../../../src/net/fingerprint.ts"
import { selfSigned } from "../../support/selfSigned.ts"
import type { Stage } from "./stage.ts"

// Of the certificate that servers show in these tests.
const fingerprint = fingerprintOf(new X509Certificate(selfSigned.cert))

/** A folder that is gone with the test. */
export const folder = (stage: Stage): string => {
  const path = mkdtempSync(join(tmpdir(), "brusio-tls-"))
  stage.onEnd(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

/** What lets a server speak TLS. */
export const encryptedArgs = (stage: Stage): ReadonlyArray<string> => {
  const path = folder(stage)
  const files = { cert: join(path, "cert.pem"), key: join(path, "key.pem") }
  writeFileSync(files.cert, selfSigned.cert)
  writeFileSync(files.key, selfSigned.key, { mode: 0o600 })
  return ["--tls-cert", files.cert, "--tls-key", files.key]
}

const ports = new Set<number>()

/** Whether clients in these tests come with TLS to this port. */
export const isEncryptedPort = (port: number): boolean => ports.has(port)

/** Clients come to this port as to that one: with TLS or without. */
export const comeAsTo = (port: number, other: number): void => {
  if (ports.has(other)) ports.add(port)
}

/** From now on clients come to this port with TLS. */
export const comeEncrypted = (port: number): void => {
  ports.add(port)
}

/** The arguments of `join` that lead to a port: with TLS where clients come with it. */
export const joinArgs = (port: number): ReadonlyArray<string> => (ports.has(port) ? [`brusios://127.0.0.1:${port}#${fingerprint}`] : ["--host", "127.0.0.1", "--port", String(port)])

/** Arguments of the program; where they are those of `join` to a port with TLS, it is joined with that. */
export const encrypted = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const at = args.indexOf("--port")
  const port = Number(args[at + 1])
  return args[0] !== "join" || at < 0 || !ports.has(port) ? args : ["join", ...joinArgs(port), ...args.slice(1, at), ...args.slice(at + 2)]
}

/** A connection with TLS, once its handshake is over. */
export const encrypt = (socket: Net.Socket): Promise<Tls.TLSSocket> =>
  new Promise((resolve, reject) => {
    const clear = overTls(socket)
    clear.once("error", reject)
    clear.once("secureConnect", () => {
      clear.off("error", reject)
      resolve(clear)
    })
  })
