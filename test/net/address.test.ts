import { describe, expect, it } from "@effect/vitest"
import { parseAddress } from "../../src/net/address.ts"

describe("An address as people write it", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1", undefined],
    ["chat.example.org", "chat.example.org", undefined],
    ["chat.example.org:4000", "chat.example.org", "4000"],
    ["::1", "::1", undefined],
    ["::ffff:127.0.0.1", "::ffff:127.0.0.1", undefined],
    ["[::1]", "::1", undefined],
    ["[::1]:4000", "::1", "4000"],
    ["[fe80::1%eth0]:4000", "fe80::1%eth0", "4000"],
    ["fe80::1%eth0", "fe80::1%eth0", undefined],
    ["brusio://chat.example.org:4000", "chat.example.org", "4000"],
    ["BRUSIO://[::1]:4000/", "::1", "4000"],
    ["host:", "host", ""],
    ["host:many", "host", "many"],
    ["räume.example:1", "räume.example", "1"]
  ])("%s", (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port })
  })

  it.each(["", " ", "a b", "http://127.0.0.1", "brusio://", "brusio://a/b", "ada@host", "[::1", "[]", "[::1]4000", ":4000", "host/path"])("%j is none", (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })
})
