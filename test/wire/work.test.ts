import { describe, expect, it } from "@effect/vitest"
import * as Nickname from "../../src/domain/Nickname.ts"
import { decodeLine, readMessage } from "../../src/domain/wire/Ndjson.ts"
import { LineSplitter } from "../../src/domain/wire/Lines.ts"
import { clean } from "../../src/domain/Text.ts"
import { oneByOne, utf8 } from "../support/bytes.ts"

const work = (f: () => unknown) => {
  const before = process.cpuUsage()
  f()
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1000
}

describe("Work that is bounded", () => {
  it("a line of 16 KiB of escaped quotation marks without an end", () => {
    const line = utf8(`"${'\\"'.repeat(8191)}`)
    const read = () => readMessage(line, Nickname.defaultLimits)
    read()
    expect(work(read)).toBeLessThan(10)
  })
  it("the same of 64 KiB from a server", () => {
    expect(work(() => decodeLine(utf8(`"${'\\"'.repeat(32_000)}`)))).toBeLessThan(40)
  })
  it("the key of a message of 8000 marks", () => {
    const words = clean(`a${"\u0301".repeat(4000)}${"\u0323".repeat(4000)}`)
    Nickname.key(words)
    expect(work(() => Nickname.key(words))).toBeLessThan(10)
  })
  it("a line of 300 KiB a byte at a time, as a client of a hostile server reads it", () => {
    const splitter = new LineSplitter(1_048_576)
    const bytes = oneByOne(utf8("x".repeat(300_000)))
    expect(work(() => {
      for (const byte of bytes) splitter.push(byte)
    })).toBeLessThan(1500)
  })
})
