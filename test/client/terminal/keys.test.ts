import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { type Key, KeyDecoder, maxPasteBytes } from "../../../src/client/terminal/keys.ts"
import { anyString } from "../../support/arbitraries.ts"
import { utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

const decode = (...chunks: ReadonlyArray<string>): ReadonlyArray<Key> => {
  const decoder = new KeyDecoder()
  return merged([...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.flush()])
}

// Text that came in several pieces is the same text.
const merged = (keys: ReadonlyArray<Key>): ReadonlyArray<Key> =>
  keys.reduce<ReadonlyArray<Key>>((before, key) => {
    const last = before.at(-1)
    return key._tag === "Text" && last?._tag === "Text"
      ? [...before.slice(0, -1), { _tag: "Text", text: last.text + key.text }]
      : [...before, key]
  }, [])

// As people write them: C-M-S-left; text in quotation marks.
const show = (key: Key): string => {
  switch (key._tag) {
    case "Text":
      return JSON.stringify(key.text)
    case "Paste":
      return `paste ${JSON.stringify(key.text)}${key.truncated ? " truncated" : ""}`
    case "Burst":
      return `burst ${JSON.stringify(key.text)}`
    case "Focus":
      return key.focused ? "focused" : "blurred"
    case "Press":
      return `${key.ctrl ? "C-" : ""}${key.alt ? "M-" : ""}${key.shift ? "S-" : ""}${key.name}`
  }
}

const shown = (...chunks: ReadonlyArray<string>) => decode(...chunks).map(show)
const e = "\u001b"

describe("A key is known, and nothing of it is text:", () => {
  const keys: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["enter", ["\r", "\n", `${e}OM`]],
    ["tab", ["\t"]],
    ["S-tab", [`${e}[Z`]],
    ["backspace", ["\b", "\u007f"]],
    ["escape", [e]],
    ["up", [`${e}[A`, `${e}OA`, `${e}[1A`, `${e}[1;1A`, "\u009bA", "\u008fA"]],
    ["down", [`${e}[B`, `${e}OB`]],
    ["right", [`${e}[C`, `${e}OC`]],
    ["left", [`${e}[D`, `${e}OD`]],
    ["home", [`${e}[H`, `${e}OH`, `${e}[1~`, `${e}[7~`]],
    ["end", [`${e}[F`, `${e}OF`, `${e}[4~`, `${e}[8~`]],
    ["insert", [`${e}[2~`]],
    ["delete", [`${e}[3~`]],
    ["pageup", [`${e}[5~`]],
    ["pagedown", [`${e}[6~`]],
    ["S-right", [`${e}[1;2C`, `${e}[c`]],
    ["M-right", [`${e}[1;3C`, `${e}${e}[C`, `${e}${e}OC`, `${e}[1;9C`]],
    ["M-S-right", [`${e}[1;4C`, `${e}${e}[c`]],
    ["C-right", [`${e}[1;5C`, `${e}[5C`, `${e}O5C`, `${e}O1;5C`, `${e}Oc`]],
    ["C-S-right", [`${e}[1;6C`]],
    ["C-M-right", [`${e}[1;7C`, `${e}${e}Oc`]],
    ["C-M-S-right", [`${e}[1;8C`]],
    ["C-left", [`${e}[1;5D`, `${e}Od`]],
    ["C-home", [`${e}[1;5H`, `${e}[7^`]],
    ["S-delete", [`${e}[3;2~`, `${e}[3$`]],
    ["C-delete", [`${e}[3;5~`, `${e}[3^`]],
    ["C-S-delete", [`${e}[3;6~`, `${e}[3@`]],
    ["M-delete", [`${e}[3;3~`, `${e}${e}[3~`]],
    ["C-a", ["\u0001"]],
    ["C-z", ["\u001a"]],
    ["C-space", ["\0"]],
    ["C-\\", ["\u001c"]],
    ["C-_", ["\u001f"]],
    ["M-b", [`${e}b`]],
    ["M-S-b", [`${e}B`]],
    ["M-.", [`${e}.`]],
    ["M-é", [`${e}é`]],
    ["M-😀", [`${e}😀`]],
    ["M-space", [`${e} `]],
    ["M-\\", [`${e}\\`]],
    ["M-enter", [`${e}\r`]],
    ["M-backspace", [`${e}\u007f`, `${e}\b`]],
    ["C-M-a", [`${e}\u0001`]],
    ["focused", [`${e}[I`]],
    ["blurred", [`${e}[O`]]
  ]

  it.each(keys)("%s", (name, sequences) => {
    for (const sequence of sequences) {
      expect(shown(`a${sequence}`)).toEqual(['"a"', name])
      expect(shown(...`a${sequence}`.split(""))).toEqual(['"a"', name])
    }
  })

  it.each("abcdefgklnopqrstuvwxyz".split(""))("Ctrl with %s", (letter) => {
    expect(shown(String.fromCharCode(letter.charCodeAt(0) - 0x60))).toEqual([`C-${letter}`])
  })
})

describe("What is not known is swallowed whole:", () => {
  it.each([
    ["a function key", `${e}OP`],
    ["a function key with a modifier", `${e}[1;5P`],
    ["a numbered function key", `${e}[15~`],
    ["a function key of the Linux console", `${e}[[A`],
    ["a function key of rxvt with Alt", `${e}${e}[15~`],
    ["a number that no key has", `${e}[99~`],
    ["a number longer than any", `${e}[${"9".repeat(500)}~`],
    ["a key with an empty number", `${e}[~`],
    ["a key with three numbers", `${e}[27;5;97~`],
    ["the end of a paste that never began", `${e}[201~`],
    ["a mouse", `${e}[M !!`],
    ["a mouse of today", `${e}[<0;10;20M`],
    ["a cursor position", `${e}[24;80R`],
    ["device attributes", `${e}[?62;22c`],
    ["a mode", `${e}[?2026;2$y`],
    ["a colour, ended with BEL", `${e}]11;rgb:ffff/ffff/ffff\u0007`],
    ["a colour, ended with ST", `${e}]11;rgb:ffff/ffff/ffff${e}\\`],
    ["a colour, ended with the short ST", `${e}]11;rgb:ffff/ffff/ffff\u009c`],
    ["a device control string", `${e}P>|terminal 1.2 ünï${e}\\`],
    ["an application's string", `${e}_Gi=1;OK${e}\\`],
    ["a long string", `${e}]52;c;${"QUJD".repeat(1000)}${e}\\`],
    ["a C1 control", "\u0085"]
  ])("%s", (_, sequence) => {
    expect(shown(`a${sequence}b`)).toEqual(['"ab"'])
    expect(shown(...`a${sequence}b`.split(""))).toEqual(['"ab"'])
  })

  it("a sequence that is broken off: what broke it counts", () => {
    expect(shown(`${e}[1;5\rx`)).toEqual(["enter", '"x"'])
    expect(shown(`${e}[1;5${e}[A`)).toEqual(["up"])
    expect(shown(`${e}]11;rgb\rx`)).toEqual(["enter", '"x"'])
    expect(shown(`${e}]11;rgb${e}[A`)).toEqual(["up"])
    expect(shown(`${e}[1;é`)).toEqual(['"é"'])
    expect(shown(`${e}[M!\r`)).toEqual(["enter"])
  })
})

describe("A sequence that has begun", () => {
  it("is pending until it ends", () => {
    const decoder = new KeyDecoder()
    expect(decoder.push(`a${e}`).map(show)).toEqual(['"a"'])
    expect(decoder.pending).toBe(true)
    expect(decoder.push("[1;")).toEqual([])
    expect(decoder.pending).toBe(true)
    expect(decoder.push("5C").map(show)).toEqual(["C-right"])
    expect(decoder.pending).toBe(false)
    expect(decoder.flush()).toEqual([])
  })

  it.each([
    ["a lone ESC is the escape key", e, ["escape"]],
    ["two are two", `${e}${e}`, ["escape", "escape"]],
    ["five are five", e.repeat(5), ["escape", "escape", "escape", "escape", "escape"]],
    ["a bracket is a key with Alt", `${e}[`, ["M-["]],
    ["so is an O", `${e}O`, ["M-S-o"]],
    ["so is what could begin a string", `${e}]`, ["M-]"]],
    ["after the escape key, too", `${e}${e}[`, ["escape", "M-["]],
    ["half a sequence is nothing", `${e}[1;5`, []],
    ["half a string is nothing", `${e}]11;rgb`, []]
  ])("counts as it stands when it is flushed: %s", (_, input, keys) => {
    const decoder = new KeyDecoder()
    decoder.push(`${e}${e}${e}`)
    decoder.flush()
    const pushed = decoder.push(input)
    expect([...pushed, ...decoder.flush()].map(show)).toEqual(keys)
    expect(decoder.pending).toBe(false)
    expect(decoder.push("x").map(show)).toEqual(['"x"'])
  })

  it("does not take the escape key with it when it is not a key itself", () => {
    expect(shown(`${e}${e}x`)).toEqual(["escape", "M-x"])
    expect(shown(`${e}${e}[I`)).toEqual(["escape", "focused"])
    expect(shown(`${e}${e}[200~x${e}[201~`)).toEqual(["escape", 'paste "x"'])
  })
})

describe("A character that is cut in two", () => {
  it("is one, and nothing is pending meanwhile", () => {
    const decoder = new KeyDecoder()
    expect(decoder.push("a\ud83d").map(show)).toEqual(['"a"'])
    expect(decoder.pending).toBe(false)
    expect(decoder.push("\ude00").map(show)).toEqual(['"😀"'])
  })

  it("is replaced when the other half never comes", () => {
    expect(shown("\ud83d", "x")).toEqual(['"\ufffdx"'])
    expect(shown("\ude00x\ud83d")).toEqual(['"\ufffdx\ufffd"'])
  })
})

describe("A bracketed paste", () => {
  const paste = (text: string) => `${e}[200~${text}${e}[201~`

  it("is one key, with its line breaks as line feeds and its tabs, without other controls", () => {
    expect(shown(`a${paste("one\r\ntwo\rthree\nfour\tx\u0007\u0085\u007f\n")}b`)).toEqual([
      '"a"', 'paste "one\\ntwo\\nthree\\nfour\\tx\\n"', '"b"'
    ])
    expect(shown(paste(""))).toEqual(['paste ""'])
  })

  it("may hold what looks like a sequence, or like the beginning of its end", () => {
    expect(shown(paste(`${e}[A${e}${e}[20${e}[200~${e}[201`))).toEqual(['paste "[A[20[200~[201"'])
  })

  it("is never pending, since a slow line would make keys of the rest of it", () => {
    const decoder = new KeyDecoder()
    expect(decoder.push(`${e}[200~one\r`)).toEqual([])
    expect([decoder.pending, decoder.pasting]).toEqual([false, true])
    expect(decoder.push(`two${e}[20`)).toEqual([])
    expect([decoder.pending, decoder.pasting]).toEqual([false, true])
    expect(decoder.push("1~x").map(show)).toEqual(['paste "one\\ntwo"', '"x"'])
    expect([decoder.pending, decoder.pasting]).toEqual([false, false])
  })

  it.each([
    ["in one chunk", [`${e}[200~one\u0003`]],
    ["in a chunk of its own", [`${e}[200~one`, "\u0003"]],
    ["behind the beginning of an end", [`${e}[200~one${e}[20`, "\u0003"]]
  ])("that never ends lets Ctrl-C through at once: %s", (_, chunks) => {
    const decoder = new KeyDecoder()
    expect(chunks.flatMap((chunk) => decoder.push(chunk)).map(show)).toEqual(["C-c"])
    expect(decoder.pasting).toBe(true)
  })

  it("with a Ctrl-C in it is one paste nevertheless: what is behind is no key", () => {
    expect(shown(paste("one\u0003\rtwo"))).toEqual(["C-c", 'paste "one\\ntwo"'])
  })

  it("that never ends is ended by a flush", () => {
    const decoder = new KeyDecoder()
    decoder.push(`${e}[200~one`)
    expect(decoder.flush().map(show)).toEqual(['paste "one"'])
    expect(decoder.pasting).toBe(false)
    expect(decoder.push(`x${e}[201~`).map(show)).toEqual(['"x"'])
  })

  it.each([
    ["as long as it may be", "x".repeat(maxPasteBytes), maxPasteBytes, false],
    ["one byte longer", "x".repeat(maxPasteBytes + 1), maxPasteBytes, true],
    ["far longer", "x".repeat(3 * maxPasteBytes), maxPasteBytes, true],
    ["longer in bytes alone, cut between characters", "x" + "é".repeat(maxPasteBytes / 2), maxPasteBytes - 1, true]
  ])("is bounded: %s", (_, text, bytes, truncated) => {
    for (const chunks of [[`${paste(text)}y`], `${paste(text)}y`.match(/[^]{1,60000}/gu) ?? []]) {
      const keys = decode(...chunks)
      const [key] = keys
      expect(key?._tag === "Paste" && [utf8(key.text).length, key.truncated]).toEqual([bytes, truncated])
      expect(keys.slice(1).map(show)).toEqual(['"y"'])
    }
  })
})

describe("Whatever is sent", () => {
  const piece = FastCheck.oneof(
    { weight: 3, arbitrary: FastCheck.constantFrom(
      e, "[", "O", "]", "P", "M", "\\", "~", ";", "$", "^", "1", "2", "3", "5", "A", "C", "c", "Z", "I", "\u0007", "\u009b", "\u009c",
      "\r", "\n", "\u0003", "\ud83d", "\ude00", `${e}[`, `${e}[200~`, `${e}[201~`, `${e}[1;5C`, `${e}]0;`, `${e}\\`, "text"
    ) },
    anyString(4)
  )
  const input = FastCheck.array(piece, { maxLength: 24, size: "max" }).map((pieces) => pieces.join(""))

  it("gives the same keys however it is cut", () => {
    always(FastCheck.tuple(input, FastCheck.array(FastCheck.nat(), { maxLength: 8 })), ([text, places]) => {
      const keys = decode(text)
      const ends = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b)
      expect(decode(...[...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end)))).toEqual(keys)
      expect(decode(...text.split(""))).toEqual(keys)
    }, 1000)
  })

  it("gives text without controls, that is well-formed and not empty", () => {
    always(input, (text) => {
      for (const key of decode(text)) {
        if (key._tag === "Text") expect(key.text).toMatch(/^\P{Cc}+$/u)
        if (key._tag === "Paste") expect(key.text).toMatch(/^(?:\P{Cc}|[\n\t])*$/u)
        if (key._tag === "Press") expect(key.name).toMatch(/^\P{Cc}+$/u)
        if ("text" in key) expect(key.text.isWellFormed()).toBe(true)
      }
    }, 1000)
  })

  it("gives text as it was typed", () => {
    always(anyString(), (text) => {
      const typed = text.replace(/\p{Cc}/gu, "")
      expect(shown(typed)).toEqual(typed === "" ? [] : [JSON.stringify(typed.toWellFormed())])
    })
  })

  it("leaves nothing behind once it was flushed", () => {
    always(input, (text) => {
      const decoder = new KeyDecoder()
      decoder.push(text)
      decoder.flush()
      expect(decoder.push("x\r").map(show)).toEqual(['"x"', "enter"])
    }, 600)
  })
})
