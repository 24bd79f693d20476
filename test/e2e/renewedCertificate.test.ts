import { X509Certificate } from "node:crypto"
import { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { type Issued, makeAuthority } from "../support/authority.ts"
import { encrypt, folder } from "./support/encrypted.ts"
import { serve } from "./support/program.ts"
import { connectInClear } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"

// The ways in which certificates are renewed under a server: by an editor, by certbot, by Kubernetes, or by hand.

interface Files {
  readonly cert: string
  readonly key: string
}

const write = (files: Files, { cert, key }: Issued) => {
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key)
}

/** Files in a folder of their own, which is made. */
const filesIn = (path: string): Files => {
  mkdirSync(path, { recursive: true })
  return { cert: join(path, "tls.crt"), key: join(path, "tls.key") }
}

/** Lets a link lead elsewhere, in one step. */
const relink = (target: string, link: string) => {
  symlinkSync(target, `${link}.next`)
  renameSync(`${link}.next`, link)
}

/** A server with a certificate in files, and what is seen of it. */
const served = async (stage: Stage, files: Files) => {
  const { port, program } = await serve(stage, { args: ["--tls-cert", files.cert, "--tls-key", files.key] })
  return {
    shows: async ({ cert }: Issued): Promise<boolean> => {
      const socket = await encrypt((await connectInClear(stage, port)).socket)
      const shown = socket.getPeerX509Certificate()?.fingerprint256
      socket.destroy()
      return shown === new X509Certificate(cert).fingerprint256
    },
    isTakenUp: () => program.line(/The certificate was taken up anew/u),
    isRefused: (why: RegExp) => program.line(new RegExp(`ERROR Cannot use the certificate in .*${why.source}.*The one before stays`, "u"))
  }
}

const pair = async () => {
  const authority = await makeAuthority()
  return Promise.all([authority.issue(), authority.issue()])
}

describe.concurrent("A certificate is taken up anew", () => {
  it("that is written over the one before, in the same files", async ({ stage }) => {
    const [one, two] = await pair()
    const files = filesIn(folder(stage))
    write(files, one)
    const { isTakenUp, shows } = await served(stage, files)
    expect(await shows(one)).toBe(true)
    write(files, two)
    await isTakenUp()
    expect(await shows(two)).toBe(true)
  })

  it("whose files are behind a folder that is a link to another one from now on, as Kubernetes does it", async ({ stage }) => {
    const [one, two] = await pair()
    const home = folder(stage)
    write(filesIn(join(home, "..1")), one)
    write(filesIn(join(home, "..2")), two)
    symlinkSync("..1", join(home, "..data"))
    const files = filesIn(home)
    symlinkSync("..data/tls.crt", files.cert)
    symlinkSync("..data/tls.key", files.key)
    const { isTakenUp, shows } = await served(stage, files)
    relink("..2", join(home, "..data"))
    await isTakenUp()
    expect(await shows(two)).toBe(true)
  })

  it("whose files are links that lead elsewhere from now on, one after the other, as certbot does it", async ({ stage }) => {
    const [one, two] = await pair()
    const home = folder(stage)
    write(filesIn(join(home, "archive", "1")), one)
    write(filesIn(join(home, "archive", "2")), two)
    const files = filesIn(join(home, "live"))
    symlinkSync("../archive/1/tls.crt", files.cert)
    symlinkSync("../archive/1/tls.key", files.key)
    const { isTakenUp, shows } = await served(stage, files)
    for (const [link, name] of [[files.cert, "tls.crt"], [files.key, "tls.key"]] as const) {
      unlinkSync(link)
      symlinkSync(`../archive/2/${name}`, link)
    }
    await isTakenUp()
    expect(await shows(two)).toBe(true)
  })

  it("that comes long before its key: until then the one before stays, which is said", async ({ stage }) => {
    const [one, two] = await pair()
    const files = filesIn(folder(stage))
    write(files, one)
    const { isRefused, isTakenUp, shows } = await served(stage, files)
    writeFileSync(files.cert, two.cert)
    await isRefused(/the private key is that of another certificate/u)
    expect(await shows(one)).toBe(true)
    writeFileSync(files.key, two.key)
    await isTakenUp()
    expect(await shows(two)).toBe(true)
  })

  it("that was taken away, and is put back as it was; meanwhile the one before stays, which is said", async ({ stage }) => {
    const [one] = await pair()
    const files = filesIn(folder(stage))
    write(files, one)
    const { isRefused, isTakenUp, shows } = await served(stage, files)
    renameSync(files.key, `${files.key}.away`)
    await isRefused(/tls\.key cannot be read \(ENOENT\)/u)
    expect(await shows(one)).toBe(true)
    renameSync(`${files.key}.away`, files.key)
    await isTakenUp()
    expect(await shows(one)).toBe(true)
  })
})
