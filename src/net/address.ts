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
}

/**
 * Reads an address as people write it: `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`, and each with `brusio://` in front.
 * An IPv6 address without brackets has no port. `undefined` for what is none of these, such as the address of a web page.
 */
export const parseAddress = (text: string): Written | undefined => {
  const bare = text.replace(/^brusio:\/\/([^/]*)\/?$/iu, "$1")
  if (bare === "" || /[\s/@?#]/u.test(bare)) return undefined
  const [, host, port] = /^\[([^[\]]+)\](?::(.*))?$/u.exec(bare) ?? /^([^:[\]]+):([^:]*)$/u.exec(bare) ?? []
  if (host !== undefined) return { host, port }
  return /[[\]]|^:(?!:)/u.test(bare) ? undefined : { host: bare, port: undefined }
}
