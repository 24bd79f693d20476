import { BlockList, isIP } from "node:net"
import { globalValue } from "effect/GlobalValue"

/** Whether a text is an IP address, or a range of them as `ADDRESS/BITS`. */
export const isAddressRange = (text: string): boolean => {
  const [address = "", bits, ...more] = text.split("/")
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/u.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/** A check whether an IP address is in one of these ranges; an IPv4 address also as IPv6 writes it. Ranges that are none are left out. */
export const inRanges = (ranges: ReadonlyArray<string>): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const range of ranges.filter(isAddressRange)) {
    const [address = "", bits] = range.split("/")
    const family = isIP(address) === 4 ? "ipv4" : "ipv6"
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => {
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 4 ? "ipv4" : "ipv6")
  }
}

// Made when it is first needed: what tells IPv6 addresses apart takes Node some milliseconds to compile.
const ofLoopback = () => globalValue("brusio/loopback", () => inRanges(["127.0.0.0/8", "::1"]))

/** Whether an IP address is of the loopback: nobody but this machine itself has it. */
export const isLoopback = (address: string): boolean => ofLoopback()(address)
