import { networkInterfaces, type NetworkInterfaceInfo } from "node:os"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { isLoopback, linkForOthers, linksTo, type Listening, qrRows, reachable } from "../../src/cli/serve/links.ts"

const links = (listening: Listening, interfaces?: Parameters<typeof reachable>[1]) => linksTo("http", reachable(listening, interfaces), listening.port)

const v4 = (address: string, internal = false): NetworkInterfaceInfo => ({ address, family: "IPv4", netmask: "", mac: "", internal, cidr: null })
const v6 = (address: string, internal = false): NetworkInterfaceInfo => ({ address, family: "IPv6", netmask: "", mac: "", internal, cidr: null, scopeid: 0 })

const interfaces = {
  lo: [v4("127.0.0.1", true), v6("::1", true)],
  docker0: [v4("172.17.0.1"), v6("fe80::42")],
  "br-3f": [v4("172.18.0.1")],
  tun0: [v4("10.8.0.2")],
  "vEthernet (WSL)": [v4("172.30.0.1")],
  "Tailscale": [v4("100.64.0.2")],
  usb0: [v4("169.254.7.7")],
  wlan0: [v4("192.168.1.7"), v6("2001:db8::7"), v6("febf::7")],
  br0: [v4("192.168.2.1")],
  gone: undefined
}

describe("The links to a room", () => {
  it("that listens on all addresses are those of the machine: physical interfaces, then VPNs and containers, then the loopback", () => {
    expect(reachable({ host: "0.0.0.0", ip: "0.0.0.0", port: 1 }, interfaces)).toEqual([
      "192.168.1.7", "192.168.2.1", "172.17.0.1", "172.18.0.1", "10.8.0.2", "172.30.0.1", "100.64.0.2", "169.254.7.7", "127.0.0.1"
    ])
  })

  it("have IPv6 addresses where it listens on those, in brackets, but no link-local ones", () => {
    const all = links({ host: "::", ip: "::", port: 4000 }, interfaces)
    expect(all.slice(0, 3)).toEqual(["http://192.168.1.7:4000/", "http://[2001:db8::7]:4000/", "http://192.168.2.1:4000/"])
    expect(all.at(-1)).toBe("http://[::1]:4000/")
    expect(all.filter((link) => link.includes("[fe"))).toEqual([])
    expect(links({ host: "::ffff:0.0.0.0", ip: "::ffff:0.0.0.0", port: 4000 }, interfaces).filter((link) => link.includes("["))).toEqual([])
  })

  it("that listens on one address are the one, as it was told", () => {
    expect(links({ host: "127.0.0.1", ip: "127.0.0.1", port: 25565 }, interfaces)).toEqual(["http://127.0.0.1:25565/"])
    expect(links({ host: "chat.example.org", ip: "192.0.2.7", port: 80 }, interfaces)).toEqual(["http://chat.example.org:80/"])
    expect(links({ host: "::1", ip: "::1", port: 1 }, interfaces)).toEqual(["http://[::1]:1/"])
  })

  it("are none for an address with a zone, which no browser takes", () => {
    for (const host of ["fe80::1%eth0", "fe80::1%3", "::1%lo"]) {
      const all = links({ host, ip: host, port: 4000 }, interfaces)
      expect(all).toEqual([])
      expect(linkForOthers(all)).toBeUndefined()
    }
  })

  it("are by default those of this machine", () => {
    const own = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ family }) => family === "IPv4").map(({ address }) => address))
    expect(new Set(reachable({ host: "0.0.0.0", ip: "0.0.0.0", port: 1 }))).toEqual(new Set(own))
  })

  it("have one for others: the first that is not the loopback's", () => {
    expect(linkForOthers(links({ host: "::", ip: "::", port: 1 }, interfaces))).toBe("http://192.168.1.7:1/")
    for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost", "me.localhost", "::ffff:127.0.0.1", "::1%lo"]) {
      expect(isLoopback(host)).toBe(true)
      expect(linkForOthers(links({ host, ip: host, port: 1 }))).toBeUndefined()
    }
    for (const host of ["128.0.0.1", "::", "mylocalhost", "localhost.example.org", "192.168.127.1"]) expect(isLoopback(host)).toBe(false)
  })
})

/** The finder pattern that stands in three corners of a QR code. */
const finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]

describe("A QR code", () => {
  it.effect("is a square with a margin, its three corners, and what tells one link from another", () =>
    Effect.gen(function* () {
      const rows = yield* qrRows("http://192.168.1.7:25565/")
      const size = rows.length
      expect(new Set(rows.map((row) => row.length))).toEqual(new Set([size]))
      expect((size - 8 - 17) % 4).toBe(0)
      const at = (x: number, y: number) => rows.slice(y, y + 7).map((row) => row.slice(x, x + 7))
      expect([at(4, 4), at(size - 11, 4), at(4, size - 11)]).toEqual([finder, finder, finder])
      expect(at(size - 11, size - 11)).not.toEqual(finder)
      const margin = [...rows.slice(0, 4), ...rows.slice(-4), ...rows.flatMap((row) => [row.slice(0, 4), row.slice(-4)])].join("")
      expect(margin).toMatch(/^0+$/u)
      expect(rows.join("")).toMatch(/^[01]+$/u)
      expect(yield* qrRows("http://192.168.1.8:25565/")).not.toEqual(rows)
    })
  )
})
