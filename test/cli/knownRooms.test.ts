import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeKnownRooms } from "../../src/cli/join/KnownRooms.ts"
import type { Known } from "../../src/client/TlsDial.ts"

const fingerprint = (letter: string): Known & { readonly _tag: "Fingerprint" } => ({ _tag: "Fingerprint", fingerprint: letter.repeat(43) })
const why = "it is signed by itself"

let home = ""
let file = ""
const before = process.env["XDG_CONFIG_HOME"]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "brusio-known-"))
  file = join(home, "brusio", "known_rooms")
  process.env["XDG_CONFIG_HOME"] = home
})

afterEach(() => {
  rmSync(home, { recursive: true, force: true })
  if (before === undefined) delete process.env["XDG_CONFIG_HOME"]
  else process.env["XDG_CONFIG_HOME"] = before
})

/** Known rooms as a program that has just been started has them. */
const rooms = Effect.provide(makeKnownRooms, NodeFileSystem.layer)

const given = (content: string | Uint8Array) => {
  mkdirSync(join(home, "brusio"), { recursive: true })
  writeFileSync(file, content)
}

const kept = () => readFileSync(file, "utf8").split("\n")

describe("Rooms that are known", () => {
  it.effect("are all remembered that many programs meet at the same moment, in whole lines under one header", () =>
    Effect.gen(function* () {
      const letters = Array.from({ length: 20 }, (_, n) => String.fromCharCode(65 + n))
      yield* Effect.forEach(letters, (letter) => Effect.flatMap(rooms, ({ servers }) => servers.remember(`${letter.toLowerCase()}.example:1`, fingerprint(letter), why)), { concurrency: "unbounded", discard: true })
      const [header, ...lines] = kept()
      expect(header).toMatch(/^# Rooms/u)
      expect(lines.sort()).toEqual(["", ...letters.map((letter) => `${letter.toLowerCase()}.example:1 ${letter.repeat(43)}`)])
      const { news, servers } = yield* rooms
      for (const letter of letters) expect(yield* servers.find(`${letter.toLowerCase()}.example:1`)).toEqual(fingerprint(letter))
      expect(yield* news).toEqual([])
      expect(statSync(file).mode & 0o777).toBe(0o600)
    })
  )

  it.effect("stand behind what a person has written, with CRLF, without a last line feed, behind a link; and nothing of that changes", () =>
    Effect.gen(function* () {
      const mine = `# mine\r\nChat.Example:1 ${"A".repeat(43)}\r\n\r\nb.example:1 authority`
      const elsewhere = join(home, "elsewhere")
      writeFileSync(elsewhere, mine)
      chmodSync(elsewhere, 0o640)
      mkdirSync(join(home, "brusio"))
      symlinkSync(elsewhere, file)
      const { servers } = yield* rooms
      expect(yield* servers.find("chat.example:1")).toEqual(fingerprint("A"))
      expect(yield* servers.find("b.example:1")).toEqual({ _tag: "Authority" })
      yield* servers.remember("c.example:1", fingerprint("C"), why)
      expect(readFileSync(elsewhere, "utf8")).toBe(`${mine}\nc.example:1 ${"C".repeat(43)}\n`)
      expect(lstatSync(file).isSymbolicLink()).toBe(true)
      expect(yield* servers.find("c.example:1")).toEqual(fingerprint("C"))
    })
  )

  it.effect("are known by an authority once it has vouched, whatever stands before; of several fingerprints the first counts, and all lines are named", () =>
    Effect.gen(function* () {
      const { servers } = yield* rooms
      yield* servers.remember("a.example:1", fingerprint("A"), why)
      yield* servers.remember("a.example:1", fingerprint("B"), why)
      expect(yield* servers.find("a.example:1")).toEqual(fingerprint("A"))
      expect(yield* servers.place("a.example:1")).toBe(`lines 2 and 3 of ${file}`)
      yield* servers.remember("a.example:1", { _tag: "Authority" }, "")
      expect(yield* servers.find("a.example:1")).toEqual({ _tag: "Authority" })
      expect(yield* servers.place("a.example:1")).toBe(`lines 2, 3 and 4 of ${file}`)
      expect(yield* servers.place("b.example:1")).toBe(file)
    })
  )

  it.effect("are told of to the person with the reason why no authority vouches, and once", () =>
    Effect.gen(function* () {
      const { news, servers } = yield* rooms
      yield* servers.remember("a.example:1", fingerprint("A"), "it has ended")
      yield* servers.remember("b.example:1", { _tag: "Authority" }, "")
      expect(yield* news).toEqual([
        `You are at a.example:1 for the first time, and no authority vouches for it (it has ended): its certificate has the fingerprint ${"A".repeat(43)}, by which you will know it again (${file}).`
      ])
      expect(yield* news).toEqual([])
    })
  )

  it.effect("cannot be looked up where the file is no text, or a folder: nobody is met anew then", () =>
    Effect.gen(function* () {
      const { servers } = yield* rooms
      const refused = Effect.map(Effect.flip(servers.find("a.example:1")), ({ reason }) => reason)
      for (const bytes of [[0xff, 0xfe, 0x61, 0], [0x61, 0xc3, 0x0a], [0x61, 0x80]]) {
        given(Uint8Array.from(bytes))
        expect(yield* refused).toBe(`${file}, where the rooms are that you know, is no text in UTF-8.`)
        expect([...readFileSync(file)]).toEqual(bytes)
      }
      rmSync(file)
      mkdirSync(file)
      expect(yield* refused).toBe(`${file}, where the rooms are that you know, cannot be read (EISDIR: illegal operation on a directory, read).`)
    })
  )
})
