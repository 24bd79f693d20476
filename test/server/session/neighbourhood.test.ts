import { describe, expect, it } from "@effect/vitest"
import { neighbourhood } from "../../../src/server/session/neighbourhood.ts"

describe("What counts as one address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["127.0.0.1", "127.0.0.1"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[::ffff:192.0.2.7]", "192.0.2.7"],
    ["::ffff:c000:207", "192.0.2.7"],
    ["0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"],
    ["[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::6]", "2001:db8:1:2::/64"],
    ["[2001:0db8:0001:0002:ffff::]", "2001:db8:1:2::/64"],
    ["[2001:db8:1:3::6]", "2001:db8:1:3::/64"],
    ["[2001:db8::6]", "2001:db8:0:0::/64"],
    ["[::1]", "0:0:0:0::/64"],
    ["[fe80::1%eth0]", "fe80:0:0:0::/64"],
    ["[64:ff9b::192.0.2.7]", "64:ff9b:0:0::/64"],
    ["in-process", "in-process"],
    ["unknown", "unknown"]
  ])("%s is %s", (host, expected) => {
    expect(neighbourhood(host)).toBe(expected)
  })
})
