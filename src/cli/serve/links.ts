import { isIP } from "node:net"
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os"
import * as Effect from "effect/Effect"
import { formatAddress } from "../../net/address.ts"

/** Where a server listens. */
export interface Listening {
  /** The host that it was told to listen on. */
  readonly host: string
  /** The address that this came to. */
  readonly ip: string
  readonly port: number
}

type Interfaces = Readonly<Record<string, ReadonlyArray<NetworkInterfaceInfo> | undefined>>

/**
 * The hosts under which a server can be reached: where it listens on all
 * addresses those of this machine, physical interfaces first, then VPNs and
 * containers, the loopback last; otherwise the one it was told. Link-local IPv6
 * addresses are left out: they mean something only together with an interface.
 */
export const reachable = ({ host, ip }: Listening, interfaces: Interfaces = networkInterfaces()): ReadonlyArray<string> => {
  const isAny = ip === "::" || /^(?:::ffff:)?0\.0\.0\.0$/u.test(ip)
  if (!isAny) return [host]
  return Object.entries(interfaces)
    .flatMap(([name, addresses = []]) => addresses.map((each) => ({ address: each.address, family: each.family, rank: rankOf(name, each) })))
    .filter(({ address, family }) => family === "IPv4" || (ip === "::" && !linkLocal.test(address)))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ address }) => address)
}

/**
 * The links that open the room in a browser at these hosts, such as those that it can be {@link reachable} under. There is
 * none for an address with a zone identifier (`fe80::1%eth0`): no browser takes it.
 */
export const linksTo = (scheme: "http" | "https", hosts: ReadonlyArray<string>, port: number): ReadonlyArray<string> =>
  hosts.map((host) => `${scheme}://${formatAddress(host, port)}/`).filter((link) => URL.canParse(link))

/** The first of these links that other machines can open, if one can. */
export const linkForOthers = (links: ReadonlyArray<string>): string | undefined => links.find((link) => !isLoopback(new URL(link).hostname))

/** Whether a host, as an address or a name, is this machine for itself alone. */
export const isLoopback = (host: string): boolean => {
  const plain = host.replace(/^\[(.*)\]$/u, "$1").replace(/%.*$/u, "").toLowerCase()
  return isIP(plain) === 0 ? /(?:^|\.)localhost$/u.test(plain) : /^(?:::ffff:)?127\.|^::1$|^::ffff:7f/u.test(plain)
}

/**
 * A link as a QR code: rows of `0` (white) and `1` (black), with the white margin
 * of four modules around it that ISO/IEC 18004 asks for.
 */
export const qrRows = (link: string): Effect.Effect<ReadonlyArray<string>> =>
  // Lazy loading: a server on the loopback shows none.
  Effect.map(Effect.promise(() => import("uqr")), ({ encode }) =>
    encode(link, { border: 4 }).data.map((row) => row.map((isBlack) => (isBlack ? "1" : "0")).join(""))
  )

const linkLocal = /^fe[89ab]/iu

// Interfaces of VPNs, containers and virtual machines, by the names that they have on Linux, macOS and Windows.
const virtual =
  /^(?:docker|br-|veth|virbr|vboxnet|vmnet|vnet|lxc|lxd|podman|cni|flannel|cali|tun|tap|wg|zt|utun|ipsec|ppp|tailscale|nordlynx|proton|bridge\d|vethernet|vmware|virtualbox)|\b(?:vpn|wireguard|tailscale|virtual|vmware|hyper-v|wsl)\b/iu

const rankOf = (name: string, { address, internal }: NetworkInterfaceInfo): number => {
  if (internal) return 2
  // An address that no network has given out: most likely nobody else is there.
  return virtual.test(name) || address.startsWith("169.254.") ? 1 : 0
}
