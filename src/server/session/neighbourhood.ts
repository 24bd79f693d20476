// Hexadecimal groups, and perhaps an IPv4 address at the end.
const ipv6 = /^[\da-f:]*:[\da-f:.]*$/iu

const groupsOf = (part: string): ReadonlyArray<string> => (part === "" ? [] : part.split(":"))

// The eight groups of an IPv6 address, each without leading zeros.
const groups = (address: string): ReadonlyArray<string> => {
  // The last two groups may be written as an IPv4 address.
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/u, (_, ...bytes: ReadonlyArray<string>) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [front = "", back = ""] = hex.split("::")
  const [first, last] = [groupsOf(front), groupsOf(back)]
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0")
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16).toString(16))
}

/**
 * What counts as one address, whoever connects from it: an IPv4 address, also one
 * mapped into IPv6; of an IPv6 address its /64 prefix, as a single household or
 * machine has all addresses in it. Anything else counts as it is.
 */
export const neighbourhood = (host: string): string => {
  const address = host.replace(/^\[|\]$/gu, "").replace(/%.*$/u, "")
  if (!ipv6.test(address)) return address
  const all = groups(address)
  if (all.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return `${all.slice(0, 4).join(":")}::/64`
  return all.slice(6).flatMap((group) => {
    const pair = Number.parseInt(group, 16)
    return [pair >> 8, pair & 255]
  }).join(".")
}
