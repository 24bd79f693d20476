import { readdirSync, readFileSync } from "node:fs"
import confusables from "unhomoglyph/data.json" with { type: "json" }
import { describe, expect, it } from "@effect/vitest"
import { asked } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { isReserved } from "../../src/domain/reserved.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import * as phrases from "../../src/domain/phrases.ts"

/** What a program is answered that asks for this name: a refusal's code, or the name. */
const outcome = (raw: string): string => {
  const name = Nickname.parse(raw)
  if (name instanceof Refusal) return name.code
  return asked(name).isReserved ? "name-reserved" : name
}

describe("A name that reads as somebody else's line, or as the server's, is nobody's:", () => {
  it.each([
    "Bob꞉ I approve",
    "Bob： I",
    "Bob∶ I",
    "Bob﹕ I",
    "Bobː I",
    "Bobः I approve",
    "Bobঃ I",
    "Bob፡ I",
    "Bob⁝ I",
    "Bob\u{13442}",
    "Bob\u{13430}",
    "Bob\u{1d159}",
    "\u{13441}",
    "\u2800",
    "Bob\u{16fe4}",
    "Bob\u1039",
    "Bob\u{1107f}",
    "Bob -> Ada] yes. [x",
    "[ear -> nat]",
    "Bob → Ada",
    "Bob ⇒ Ada",
    "Bob => Ada",
    "Bob –> Ada",
    "Bob −› Ada",
    "Ada <- Bob",
    "Bob ➜ Ada",
    "Bob] yes",
    "[Bob",
    "Bob】 yes",
    "⟦Bob",
    "server]",
    "* Bob",
    "** Bob",
    "*",
    "∗ Bob",
    "＊Bob",
    "! error",
    "ǃ error",
    "/who",
    "／who",
    "{quit}",
    "(quit)",
    "Bob has left the chat.",
    "Bob has left the chat. (lost) x",
    "bob HAS LEFT the chаt",
    "Bob has joined the chat!",
    "Bob is now called Ada",
    "11 people have joined the chat!",
    "Server notice",
    "ѕerver notice",
    "System",
    "The System",
    "System message",
    "System-Notice",
    "ѕystem Administrator",
    "System Error 5",
    "The server is closing",
    "The server is closing in 5 min",
    "[server] hello",
    "【server】",
    "~server~",
    "Enter password",
    "Password please",
    "Your password",
    "Goodbye!",
    "Goodbye",
    "You have been disconnected",
    "Wrong password",
    "Nobody here has that name",
    "There is no command",
    "Here"
  ])("%s", (name) => {
    expect(outcome(name)).toMatch(/^name-/u)
    const mended = Nickname.lenient(name)
    expect(mended).not.toBe(mended !== undefined && isReserved(mended) ? undefined : name)
  })

  it("with any character before its words that looks like a colon, by Unicode's table and its compatibility forms", () => {
    const found: Array<string> = []
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const character = String.fromCodePoint(code)
      const prototypes: Readonly<Record<string, string>> = confusables
      const compatible = character.normalize("NFKC")
      const looks = [prototypes[character] ?? "", compatible, Array.from(compatible, (one) => prototypes[one] ?? one).join("")]
      if (looks.some((look) => look.includes(":")) && !outcome(`Bob${character} yes`).startsWith("name-")) found.push(code.toString(16))
    }
    expect(found).toEqual([])
  })

  it("as any refusal that is worded in the source begins", () => {
    const folder = new URL("../../src/", import.meta.url)
    // What the log of a cluster words is told to operators alone, so nobody in the room can take a name for it.
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /^(?:domain\/(?!replica\/)|server\/(?:session|dialect)\/).*\.ts$/u.test(file))
    const worded = sources.flatMap((file) =>
      [...readFileSync(new URL(file, folder), "utf8").matchAll(/(?:message|words): ["`]([A-Z][a-z]* (?:[a-z]+ ?)+)/gu)].map(([, start = ""]) => start.trim())
    )
    expect(worded.length).toBeGreaterThan(10)
    expect(worded.filter((start) => outcome(start.slice(0, 30).replace(/ \S*$/u, "")) !== "name-reserved" && outcome(start) !== "name-reserved")).toEqual([])
  })

  it.each(phrases.refusals)("as refusals begin: %s", (start) => {
    expect(outcome(start)).toBe("name-reserved")
  })
})

describe("People's ordinary names stay as they are:", () => {
  it.each([
    "Nick Cave",
    "GET a life",
    "O'Brien",
    "Müller-Lüdenscheid",
    "J. R. R.",
    "Ada Lovelace",
    "مريم",
    "می\u200cخواهم",
    "שָׁלוֹם",
    "น้ำใจ",
    "रामः",
    "दुःख राम",
    "हिन्दी",
    "ရွှေဝင်း",
    "မန္တလေး",
    "ខ្មែរ",
    "한글",
    "李小龍",
    "さくら",
    "አበበ፡ቢቂላ",
    "தமிழ்",
    "😀",
    "👨\u200d👩\u200d👧",
    "❤\ufe0f",
    "!Kung",
    "ǃKung",
    "Bob (away)",
    "[TAG]Nick",
    "Ann [x]",
    "x_X",
    "Mr. Server",
    "servers",
    "Systemics",
    "System of a Down",
    "System Shock",
    "The System Is Down",
    "*Bob",
    "*Bob*",
    "✱Bob",
    "Passwort",
    "Guðrún",
    "<3",
    "^_^",
    "Dr. No!",
    "Who?",
    "50% off",
    "Here I am",
    "Goodbye Pork Pie",
    "Welcome Msomi",
    "„Hans“",
    "Jean-Luc",
    "D'Arcy & Co."
  ])("%s", (name) => {
    expect(outcome(name)).toBe(name.normalize("NFC"))
    expect(Nickname.lenient(name)).toBe(name.normalize("NFC"))
  })
})
