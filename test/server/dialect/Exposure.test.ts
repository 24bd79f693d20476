import { describe, expect, it } from "vitest"
import { makeIrc } from "../../../src/server/dialect/irc/irc.ts"
import type { Dialect, Encryption, Heard } from "../../../src/server/dialect/Dialect.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { utf8 } from "../../support/bytes.ts"

const inClear: Encryption = { isSecure: false, isExposed: true, certificate: undefined, securePort: undefined }
const irc = makeIrc(defaults)

/** How often somebody is told something of its own accord while it says this. */
const toldOf = (dialect: Dialect, encryption: Encryption | undefined, ...lines: ReadonlyArray<string>): number => {
  const interpreter = dialect.open(encryption === undefined ? defaults : { ...defaults, encryption }, true)
  const heard: ReadonlyArray<Heard> = lines.flatMap((line) => [...interpreter.hear(utf8(`${line}\r\n`))])
  return heard.filter(({ _tag }) => _tag === "Tell").length
}

/** How many answers a client of IRC is given for these lines. */
const looked = (encryption: Encryption | undefined, ...lines: ReadonlyArray<string>): number => {
  const interpreter = irc.open(encryption === undefined ? defaults : { ...defaults, encryption }, false)
  return lines.flatMap((line) => [...interpreter.hear(utf8(`${line}\r\n`))]).filter(({ _tag }) => _tag === "Look").length
}

describe("Who types a secret into a line that others could read", () => {
  it.each([
    ["words that keep a place", "/key correct horse battery"],
    ["words that take one up", "/back ada correct horse battery"],
    ["the word of a locked room", "/lock sesame"],
    ["the word of a room that is entered", "/join dev sesame"]
  ])("is told so, once: %s", (_, line) => {
    expect(toldOf(plain, inClear, "ada", line, line)).toBe(1)
    expect(toldOf(plain, inClear, "ada", "hello", "/who")).toBe(0)
    expect(toldOf(plain, undefined, "ada", line)).toBe(0)
    expect(toldOf(plain, { ...inClear, isExposed: false }, "ada", line)).toBe(0)
  })

  it.each([
    ["words that claim a name", "REGISTER * * :correct horse"],
    ["words of a claimed name", "AUTHENTICATE PLAIN\r\nAUTHENTICATE AGFkYQBjb3JyZWN0IGhvcnNl"]
  ])("is told so over IRC, once: %s", (_, line) => {
    const before = ["NICK ada", "USER ada 0 * :Ada"]
    const once = looked(inClear, ...before, line) - looked(undefined, ...before, line)
    const twice = looked(inClear, ...before, line, line) - looked(undefined, ...before, line, line)
    expect([once, twice]).toEqual([1, 1])
  })
})
