/** `host:port`, with an IPv6 host in brackets and an IPv4 host as itself. */
export const formatAddress = (host: string, port: number): string => {
  const plain = host.startsWith("::ffff:") ? host.slice("::ffff:".length) : host
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`
}
