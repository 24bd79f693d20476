import { createHash } from "node:crypto"
import { readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { Script } from "node:vm"

// V8 code cache (docs/adr/0022): compiling the program takes longer than all it does until its first output, so the
// compiled code is kept beside it. V8 runs a cache as it is: of the source it compares the length, of the code nothing.

/** Loads the script at `source`, with the code kept beside it if that belongs to it; otherwise the code is kept when the process exits, for the next start. */
export const load = (source: URL): Script => {
  const file = fileURLToPath(source)
  const text = readFileSync(file)
  const cachedData = kept(file, text)
  const script = new Script(text.toString(), { filename: "program.cjs", ...(cachedData === undefined ? {} : { cachedData }) })
  // Another version of V8, or V8 with other flags, rejects the cache and compiles.
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once("exit", () => {
      attempt(() => {
        keep(file, text, script.createCachedData())
      })
    })
  }
  return script
}

const codeOf = (file: string): string => file.replace(/\.cjs$/u, ".v8")
const digestOf = (file: string): string => `${codeOf(file)}.sha256`

/** SHA-256 of source and code, in hexadecimal. The length of the source comes first, so that no byte can move from one to the other. */
const digest = (source: Uint8Array, code: Uint8Array): string =>
  createHash("sha256").update(`${source.length}\n`).update(source).update(code).digest("hex")

const kept = (file: string, source: Uint8Array): Buffer | undefined =>
  attempt(() => {
    const code = readFileSync(codeOf(file))
    return readFileSync(digestOf(file), "utf8") === digest(source, code) ? code : undefined
  })

// Only in a folder of the user's own: what root leaves in a folder of somebody else would be in that user's way.
const keep = (file: string, source: Uint8Array, code: Uint8Array): void => {
  if (process.getuid !== undefined && statSync(dirname(file)).uid !== process.getuid()) return
  replace(codeOf(file), code)
  replace(digestOf(file), digest(source, code))
}

// Atomic: who reads meanwhile finds the old file or the new one, never a part. Of two writers' files that do not belong together the digest warns.
const replace = (file: string, content: Uint8Array | string): void => {
  const next = `${file}.${process.pid}`
  try {
    writeFileSync(next, content, { flag: "wx" })
    renameSync(next, file)
  } catch (error) {
    attempt(() => {
      unlinkSync(next)
    })
    throw error
  }
}

// The cache is worth nothing but time: where it cannot be read or written, the program runs as well without.
const attempt = <A>(work: () => A): A | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}
