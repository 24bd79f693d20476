import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { Refusal } from "../../src/domain/Refusal.ts"
import { asked, numbered as numberedAs, sparesOf } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { isReserved } from "../../src/domain/reserved.ts"
import { anyString, nickname } from "../support/arbitraries.ts"
import { utf8 } from "../support/bytes.ts"
import { always } from "../support/property.ts"

const outcome = (raw: string): string => {
  const name = Nickname.parse(raw)
  return name instanceof Refusal ? name.code : name
}

const numbered = (name: Nickname.Nickname, n: number): Nickname.Nickname => numberedAs(sparesOf(asked(name), Nickname.defaultLimits), n).name

const graphemes = (name: string) => [...new Intl.Segmenter("und", { granularity: "grapheme" }).segment(name)].length

const zwnj = "\u200c"
const zwj = "\u200d"

describe("A name that stays whole", () => {
  it.each([
    ["a plain one", "ann"],
    ["with a space", "Nick Cave"],
    ["with punctuation", "o'neil-2.0_[x]"],
    ["one character", "x"],
    ["digits", "007"],
    ["composed letters", "Zoë"],
    ["a letter with two marks", "ệ"],
    ["Arabic", "مريم"],
    ["Arabic with vowel signs", "مُحَمَّد"],
    ["Persian with a joiner between words", `می${zwnj}خواهم`],
    ["Hebrew", "שָׁלוֹם"],
    ["Devanagari with a conjunct held apart", `क्${zwnj}ष`],
    ["Devanagari with a half form", `क्${zwj}ष`],
    ["Thai", "น้ำใจ"],
    ["Tamil", "தமிழ்"],
    ["Korean", "한글"],
    ["Chinese", "李小龍"],
    ["Japanese with an ideographic variant", "葛\u{e0100}城"],
    ["an emoji", "😀"],
    ["an emoji with a skin tone", "👋🏽"],
    ["a heart in colour", "❤\ufe0f"],
    ["a heart in black and white", "❤\ufe0e"],
    ["a family", `👨${zwj}👩${zwj}👧${zwj}👦`],
    ["a person with a skin tone and a job", `👩🏽${zwj}💻`],
    ["a heart on fire", `❤\ufe0f${zwj}🔥`],
    ["a rainbow flag", `🏳\ufe0f${zwj}🌈`],
    ["a keycap", "1\ufe0f\u20e3"],
    ["a keycap without a variation selector", "#\u20e3"],
    ["a country's flag", "🇮🇹"],
    ["England's flag", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"]
  ])("%s", (_, name) => {
    expect(outcome(name)).toBe(name.normalize("NFC"))
    expect(Nickname.lenient(name)).toBe(name.normalize("NFC"))
  })
})

describe("A name that comes out tidied", () => {
  it.each([
    ["spaces around it", "  ann \t", "ann"],
    ["a line end after it", "ann\r\n", "ann"],
    ["a letter and its accent apart", "Zoe\u0308", "Zoë"],
    ["a joiner at its start", `${zwj}ann`, "ann"],
    ["a joiner at its end", `ann${zwnj}`, "ann"],
    ["a joiner beside a space", `a ${zwj}b`, "a b"],
    ["a joiner between digits", `1${zwj}2`, "12"],
    ["two joiners in a row", `م${zwnj}${zwnj}ی`, "می"],
    ["a variation selector after a digit", "1\ufe0f", "1"],
    ["a variation selector after a space", "a \ufe0fb", "a b"],
    ["a variation selector at its start", "\ufe0fann", "ann"],
    ["a second variation selector", "❤\ufe0f\ufe0f", "❤\ufe0f"],
    ["a joiner after a stray variation selector", `1\ufe0f${zwj}b`, "1b"],
    ["a stray joiner between a sign and what composes with it", `=${zwj}\u0338`, "≠"]
  ])("with %s", (_, raw, name) => {
    expect(outcome(raw)).toBe(name)
    expect(Nickname.lenient(raw)).toBe(name)
  })
})

describe("A flag whose end is cut off, as too much piles up on it,", () => {
  it("leaves nothing in a typed name that a program's name could not have", () => {
    const typed = Nickname.lenient(`a🏴${"\u{e0062}".repeat(30)}\u{e007f}`)
    expect(typed).toBe("a🏴")
    expect(Nickname.parse(`a🏴${"\u{e0062}".repeat(8)}`)).toMatchObject({ code: "name-not-allowed" })
  })
})

describe("What is not allowed in a name is refused, or taken out of a typed one:", () => {
  it.each([
    ["a colon", ":"],
    ["a NUL", "\0"],
    ["a line feed", "\n"],
    ["a carriage return", "\r"],
    ["a tab", "\t"],
    ["an escape", "\u001b"],
    ["a delete", "\u007f"],
    ["NEL", "\u0085"],
    ["a C1 control", "\u009b"],
    ["a line separator", "\u2028"],
    ["a paragraph separator", "\u2029"],
    ["a right-to-left override", "\u202e"],
    ["a left-to-right embedding", "\u202a"],
    ["an isolate", "\u2066"],
    ["the end of an isolate", "\u2069"],
    ["a left-to-right mark", "\u200e"],
    ["a right-to-left mark", "\u200f"],
    ["an Arabic letter mark", "\u061c"],
    ["a zero-width space", "\u200b"],
    ["a byte order mark", "\ufeff"],
    ["a word joiner", "\u2060"],
    ["a soft hyphen", "\u00ad"],
    ["a grapheme joiner", "\u034f"],
    ["a Hangul filler", "\u3164"],
    ["a Hangul choseong filler", "\u115f"],
    ["a half-width Hangul filler", "\uffa0"],
    ["a blank braille pattern", "\u2800"],
    ["an interlinear annotation", "\ufff9"],
    ["a tag without a flag", "\u{e0061}"],
    ["a deprecated format character", "\u206a"]
  ])("%s", (_, character) => {
    expect(outcome(`a${character}b`)).toBe("name-not-allowed")
    expect(Nickname.lenient(`a${character}b`)).toBe("ab")
  })

  it.each(["#ada", "##ada", "# ada", "#＃ ada", "\ufe5fada", "* #ada"])("what stands before the name of a room, at the start: %s", (raw) => {
    expect(Nickname.parse(raw)).toMatchObject({ code: "name-not-allowed" })
    expect(Nickname.lenient(raw)).toBe("ada")
  })

  it("the sign of a room alone", () => {
    for (const raw of ["#", "# #"]) {
      expect(outcome(raw)).toBe("name-not-allowed")
      expect(Nickname.lenient(raw)).toBeUndefined()
    }
    expect(Nickname.parse("#ada")).toMatchObject({ message: "A name cannot begin with #, as the names of rooms do: leave that out." })
  })

  it.each(["C#", "a #1", "#\ufe0f\u20e3 ada"])("nothing of it further behind, or in an emoji: %s", (name) => {
    expect(outcome(name)).toBe(name)
    expect(Nickname.lenient(name)).toBe(name)
  })

  it("a lone surrogate", () => {
    for (const surrogate of ["\ud800", "\udbff", "\udc00", "\udfff"]) {
      expect(outcome(`a${surrogate}b`)).toBe("name-not-allowed")
      expect(Nickname.lenient(`a${surrogate}b`)?.isWellFormed()).toBe(true)
    }
  })
})

describe("A name of which nothing can be seen is empty:", () => {
  it.each([
    ["nothing", ""],
    ["white space", " \t\u3000 "],
    ["joiners", zwj + zwnj],
    ["a variation selector", "\ufe0f"],
    ["an accent alone", "\u0301"]
  ])("%s", (_, raw) => {
    expect(outcome(raw)).toBe("name-empty")
    expect(Nickname.lenient(raw)).toBeUndefined()
  })

  it.each([
    ["a Hangul filler", "\u3164"],
    ["a blank braille pattern", "\u2800"],
    ["a colon", ":"],
    ["a zero-width space", "\u200b"]
  ])("once %s is taken out of it", (_, raw) => {
    expect(outcome(raw)).toMatch(/^name-(empty|not-allowed)$/)
    expect(Nickname.lenient(raw)).toBeUndefined()
  })
})

describe("The length of a name", () => {
  const family = `👨${zwj}👩${zwj}👧${zwj}👦`

  it("is counted as a reader counts", () => {
    expect(outcome("ệ".repeat(32))).toBe("ệ".repeat(32))
    expect(outcome("ệ".repeat(33))).toBe("name-too-long")
  })

  it.each([
    ["of letters", "a".repeat(32), "a".repeat(33)],
    ["of flags", "🇮🇹".repeat(16), "🇮🇹".repeat(17)],
    ["of families", family.repeat(5), family.repeat(6)],
    ["in bytes", "🇮🇹".repeat(16), "🇮🇹".repeat(17)]
  ])("has a limit, %s", (_, longest, tooLong) => {
    expect(outcome(longest)).toBe(longest.normalize("NFC"))
    expect(outcome(tooLong)).toBe("name-too-long")
  })

  it("is cut between characters when it was typed", () => {
    expect(Nickname.lenient("a".repeat(40))).toBe("a".repeat(32))
    expect(Nickname.lenient("🇮🇹".repeat(20))).toBe("🇮🇹".repeat(16))
    expect(Nickname.lenient(family.repeat(9))).toBe(family.repeat(5))
  })

  it("is cut without leaving a space at the end", () => {
    expect(Nickname.lenient(`${"a".repeat(31)} b`)).toBe("a".repeat(31))
  })

  it("is cut without leaving a joiner at the end", () => {
    expect(Nickname.lenient(`${"م".repeat(32)}${zwnj}ی`)).toBe("م".repeat(32))
    const long = Nickname.Nickname.make(`${"م".repeat(30)}${zwnj}یی`)
    expect(Nickname.withSuffix(long, "_2")).toBe(`${"م".repeat(30)}_2`)
    expect(numbered(long, 2)).toBe(`${"م".repeat(30)}_2`)
  })
})

describe("Whatever is sent as a name", () => {
  it("is refused, or comes out as a name that is left as it is from then on", () => {
    always(anyString(), (raw) => {
      const name = Nickname.parse(raw)
      if (!(name instanceof Refusal)) expect(Nickname.parse(name)).toBe(name)
    }, 800)
  })

  it("comes out composed, trimmed, well-formed, within both limits and without what is not allowed", () => {
    always(anyString(), (raw) => {
      for (const name of [Nickname.parse(raw), Nickname.lenient(raw)]) {
        if (name === undefined || name instanceof Refusal) continue
        expect(name).toBe(name.normalize("NFC"))
        expect(name).toBe(name.trim())
        expect(name.isWellFormed()).toBe(true)
        expect(graphemes(name)).toBeLessThanOrEqual(32)
        expect(utf8(name).length).toBeLessThanOrEqual(128)
        expect(name).not.toMatch(/[:\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff\u3164\u2800]/u)
      }
    }, 800)
  })

  it("is taken as it is when it was typed, or what is left of it would be taken if it was sent", () => {
    always(anyString(), (raw) => {
      const name = Nickname.lenient(raw)
      if (name !== undefined) expect(Nickname.parse(name)).toBe(name)
    }, 800)
  })

  it("is the same name typed as sent, when it is one", () => {
    always(anyString(), (raw) => {
      const name = Nickname.parse(raw)
      if (!(name instanceof Refusal) && raw.trim() === name) expect(Nickname.lenient(raw)).toBe(name)
    }, 400)
  })
})

describe("A numbered name", () => {
  it("is a name, and ends with its number", () => {
    always(FastCheck.tuple(nickname, FastCheck.integer({ min: 2, max: 99_999 })), ([name, n]) => {
      for (const whole of [Nickname.withSuffix(name, `_${n}`), numbered(name, n)]) {
        expect(Nickname.parse(whole)).toBe(whole)
        expect(whole.endsWith(`_${n}`)).toBe(true)
      }
    }, 800)
  })

  it("is never reserved", () => {
    always(nickname, (name) => !isReserved(numbered(name, 2)))
  })
})

describe("Two names are the same", () => {
  it.each([
    ["in another case", "Ann", "aNN"],
    ["in another case beyond ASCII", "ÉLODIE", "élodie"],
    ["with a sharp s", "Strauß", "STRAUSS"],
    ["with a capital sharp s", "STRAUẞ", "strauss"],
    ["with either small sigma", "Νίκος", "ΝΊΚΟΣ"],
    ["in full-width letters", "ann", "ＡＮＮ"],
    ["with a ligature", "ﬁona", "Fiona"],
    ["in mathematical letters", "𝒂𝒏𝒏", "ann"],
    ["with circled letters", "ⓐⓝⓝ", "ann"],
    ["with a letter and its accent apart", "Zoe\u0308", "ZOË"],
    ["with a joiner", `می${zwnj}خواهم`, "میخواهم"],
    ["with a variation selector", "❤\ufe0f", "❤"],
    ["with other spaces", "Nick\u00a0\u3000 Cave", "nick cave"]
  ])("%s", (_, one, other) => {
    expect(Nickname.key(one)).toBe(Nickname.key(other))
  })

  it("only when people would take one for the other", () => {
    const names = ["ann", "anna", "an n", "ann_2", "bob", "é", "e", "李", "👩", "👨", "1", "l"]
    expect(new Set(names.map(Nickname.key)).size).toBe(names.length)
  })

  it("however often their key is taken", () => {
    always(anyString(), (raw) => {
      expect(Nickname.key(Nickname.key(raw))).toBe(Nickname.key(raw))
    }, 800)
  })

  it("in capitals, in small letters, in compatibility form and with the accents apart", () => {
    always(nickname, (name) => {
      for (const other of [name.toUpperCase(), name.toLowerCase(), name.normalize("NFKC"), name.normalize("NFKD")]) {
        expect(Nickname.key(other)).toBe(Nickname.key(name))
      }
    }, 800)
  })

  it("with joiners put anywhere", () => {
    always(FastCheck.tuple(nickname, FastCheck.nat(), FastCheck.constantFrom(zwj, zwnj, "\ufe0f")), ([name, place, joiner]) => {
      const characters = Array.from(name)
      characters.splice(place % (characters.length + 1), 0, joiner)
      expect(Nickname.key(characters.join(""))).toBe(Nickname.key(name))
    }, 400)
  })
})

describe("A reserved name", () => {
  it.each(["server", "Server", "SYSTEM", "ｓｅｒｖｅｒ", `ser${zwj}ver`, "ⓢystem"])("is %s", (raw) => {
    expect(isReserved(Nickname.Nickname.make(raw))).toBe(true)
  })

  it.each(["servers", "ann", "server_2", "my server"])("is not %s", (raw) => {
    expect(isReserved(Nickname.Nickname.make(raw))).toBe(false)
  })
})
