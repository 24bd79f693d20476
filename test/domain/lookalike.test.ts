import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { look } from "../../src/domain/lookalike.ts"
import { asked, numbered, sparesOf } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { nickname } from "../support/arbitraries.ts"
import { always } from "../support/property.ts"

const named = (raw: string): Nickname.Nickname => {
  const name = Nickname.parse(raw)
  if (typeof name !== "string") throw new Error(`${raw} cannot be a name: ${name.message}`)
  return name
}
const lookOf = (raw: string): string => look(named(raw))

/** A name of what ASCII can show: `letters` and a few others. */
const ascii = (letters: string): FastCheck.Arbitrary<string> =>
  FastCheck.array(FastCheck.constantFrom(...Array.from(`${letters}0123456789._-|'`)), { minLength: 1, maxLength: 32 }).map((all) => all.join(""))

describe("Two names look alike", () => {
  it.each([
    ["a Cyrillic а", "аda", "Ada"],
    ["a Cyrillic capital", "Аda", "ada"],
    ["all of it Cyrillic", "раура", "paypa"],
    ["Cyrillic capitals", "ВОВ", "BOB"],
    ["Greek capitals", "ΑΝΝΑ", "ANNA"],
    ["a Greek omicron", "bοb", "bob"],
    ["a Greek nu", "eνe", "eve"],
    ["an Armenian letter", "bօb", "bob"],
    ["a Cherokee letter", "Ꭺda", "Ada"],
    ["Greek for Cyrillic", "АΝΝА", "ΑNNΑ"],
    ["a capital I for an l", "paypaI", "paypal"],
    ["a capital I for an l, among capitals", "PAYPAI", "paypal"],
    ["a one for an l", "paypa1", "paypal"],
    ["a one for a capital I", "1an", "Ian"],
    ["an l for a capital I", "lan", "Ian"],
    ["a bar for an l", "pau|", "paul"],
    ["a zero for an O", "B0b", "BOB"],
    ["a zero for an o", "b0b", "bob"],
    ["r and n for an m", "tirn", "tim"],
    ["r and n for a capital M", "rnary", "Mary"],
    ["full-width letters", "ＡＤＡ", "ada"],
    ["full-width digits", "ada１０", "adalo"],
    ["bold mathematical letters", "𝐚𝐝𝐚", "Ada"],
    ["mathematical script letters", "𝓐𝓭𝓪", "Ada"],
    ["double-struck letters", "𝔸𝔻𝔸", "Ada"],
    ["a circled letter and a Cyrillic one", "ⓐdа", "Ada"],
    ["a letter and its accent apart", "Jose\u0301", "José"],
    ["another apostrophe", "O’Neil", "O'Neil"],
    ["another hyphen", "jean‐luc", "jean-luc"],
    ["wider spaces", "Nick\u00a0\u3000Cave", "nick cave"],
    ["a joiner that is not seen", "ada\u200dlovelace", "adalovelace"],
    ["Arabic digits", "bob٥", "bobo"],
    ["katakana for a kanji", "カ", "力"],
    ["a kanji for another", "士", "土"]
  ])("with %s", (_, one, other) => {
    expect(lookOf(one)).toBe(lookOf(other))
  })

  it("in capitals and in small letters, with no i in them", () => {
    always(ascii("abcdefghjklmnopqrstuvwxyz"), (raw) => {
      const small = Nickname.lenient(raw)
      const capital = Nickname.lenient(raw.toUpperCase())
      if (small !== undefined && capital !== undefined) expect(look(capital)).toBe(look(small))
    }, 800)
  })

  it("with every l of one an I, a one or a bar in the other", () => {
    always(FastCheck.tuple(ascii("abcdefghijklmnopqrstuvwxyz"), FastCheck.constantFrom("I", "1", "|")), ([raw, other]) => {
      const one = Nickname.lenient(raw)
      if (one !== undefined) expect(lookOf(one.replaceAll("l", other))).toBe(look(one))
    }, 800)
  })

  it("however often their look is taken", () => {
    const holds = (name: string) => {
      const once = look(Nickname.Nickname.make(name))
      return look(Nickname.Nickname.make(once)) === once
    }
    always(nickname, holds, 2000)
    always(FastCheck.constantFrom("％", "﹪", "⁒", "⑳", "Ⅷ", "㎎", "㏿", "ﷺ", "ŉ", "ᾳ", "K", "Å", "ẞ", "İ"), holds)
  })

  it("with accents apart, and with what is not seen put anywhere", () => {
    always(FastCheck.tuple(nickname, FastCheck.nat(), FastCheck.constantFrom("\u200d", "\u200c", "\ufe0f", "\u00ad")), ([name, place, unseen]) => {
      const characters = Array.from(name)
      characters.splice(place % (characters.length + 1), 0, unseen)
      for (const other of [name.normalize("NFD"), characters.join("")]) {
        expect(look(Nickname.Nickname.make(other))).toBe(look(name))
      }
    }, 800)
  })
})

describe("Two names do not look alike", () => {
  it.each([
    ["ada", "bob"],
    ["ada", "adb"],
    ["ada", "adaa"],
    ["José", "Jose"],
    ["Zoë", "Zoe"],
    ["Neil", "Nell"],
    ["ann", "an n"],
    ["ann", "ann_2"],
    ["vera", "uera"],
    ["нина", "нона"],
    ["Дима", "Дина"],
    ["Νίκος", "Νίκη"]
  ])("%s and %s", (one, other) => {
    expect(lookOf(one)).not.toBe(lookOf(other))
  })

  it.each([
    ["Arabic", ["مريم", "محمد", "أحمد", "فاطمة", "علي", "عمر", "حسن", "حسين", "زينب", "يوسف", "خالد", "سارة", "ليلى", "نور"]],
    ["Persian", ["آرش", "پریسا", "رضا", "مینا", "نیما", "شیرین", "کاوه", "گلناز"]],
    ["Hebrew", ["דוד", "שרה", "משה", "רחל", "יוסף", "לאה", "נועה", "יעל", "אורי", "תמר"]],
    ["Hindi", ["आशा", "राज", "प्रिया", "अमित", "सीता", "गीता", "राम", "रवि", "मीना", "नीना"]],
    ["Tamil", ["தமிழ்", "கமல்", "மீனா", "ராஜா", "கவிதா"]],
    ["Thai", ["สมชาย", "สมหญิง", "น้ำใจ", "มานี", "มานะ", "ปิติ", "ชูใจ"]],
    ["Chinese", ["李小龍", "李娜", "王伟", "王芳", "张伟", "刘洋", "陈静"]],
    ["Japanese", ["さくら", "はると", "ゆい", "ケンジ", "カナ", "ハナ", "太郎", "花子"]],
    ["Korean", ["민준", "서연", "지우", "하준", "도윤", "수아"]],
    ["Russian", ["Анна", "Инна", "Иван", "Дима", "Дина", "Нина", "Ольга", "Олег", "Юля", "Яна"]],
    ["Greek", ["Νίκος", "Γιώργος", "Μαρία", "Ελένη", "Κώστας", "Σοφία"]],
    ["emoji", ["😀", "😃", "👩", "👨", "👋", "👋🏽", "👋🏿", "❤", "💙", "🇮🇹", "🇫🇷", "👩\u200d💻", "🔥"]]
  ])("when they are others in %s", (_, names) => {
    expect(new Set(names.map(lookOf)).size).toBe(names.length)
  })

  it("when they are numbered otherwise", () => {
    const spares = sparesOf(asked(named("ada")), Nickname.defaultLimits)
    const all = Array.from({ length: 1200 }, (_, n) => numbered(spares, n))
    expect(new Set(all.map(({ name }) => look(name))).size).toBe(all.length)
  })

  it("merely because nothing is left of either", () => {
    always(nickname, (name) => look(name) !== "")
  })
})
