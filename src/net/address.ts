/** `host:port`, with an IPv6 host in brackets and an IPv4 host as itself. */
export const formatAddress = (host: string, port: number): string => {
  const plain = host.startsWith("::ffff:") ? host.slice("::ffff:".length) : host
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`
}

/** An address as somebody has written it. */
export interface Written {
  readonly host: string
  /** What stands behind the colon, if there is one. */
  readonly port: string | undefined
  /** Whether it asks for TLS: `brusios://`. */
  readonly isSecure?: true
  /** The fingerprint of the server's key, behind a `#`. */
  readonly fingerprint?: string
}

/**
 * Reads an address as people write it: `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`, and each with `brusio://` in front, or with `brusios://`, and
 * then perhaps `#FINGERPRINT` behind. An IPv6 address without brackets has no port. `undefined` for what is none of these, such as the address of a web page.
 */
export const parseAddress = (text: string): Written | undefined => {
  const [, secured, fingerprint] = /^brusios:\/\/([^/#]*)\/?(?:#([\w-]{43}))?$/iu.exec(text) ?? []
  if (secured === undefined) return parsePlain(text.replace(/^brusio:\/\/([^/]*)\/?$/iu, "$1"))
  const written = parsePlain(secured)
  return written === undefined ? undefined : { ...written, isSecure: true, ...(fingerprint === undefined ? {} : { fingerprint }) }
}

const parsePlain = (bare: string): Written | undefined => {
  if (bare === "" || /[\s/@?#]/u.test(bare)) return undefined
  const [, host, port] = /^\[([^[\]]+)\](?::(.*))?$/u.exec(bare) ?? /^([^:[\]]+):([^:]*)$/u.exec(bare) ?? []
  if (host !== undefined) return { host, port }
  return /[[\]]|^:(?!:)/u.test(bare) ? undefined : { host: bare, port: undefined }
}
