import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import type { Complete } from "../../../src/client/screen/completion.ts"
import { type Editor, empty, insert, maxBytes, maxHistory, press, withText } from "../../../src/client/terminal/editor.ts"
import { type Key, KeyDecoder } from "../../../src/client/terminal/keys.ts"
import { anyString } from "../../support/arbitraries.ts"
import { utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

const none: Complete = (before) => ({ from: before.length, candidates: [] })

const key = (chord: string): Key => {
  const [name = "", ...modifiers] = chord.split("-").reverse()
  return { _tag: "Press", name, ctrl: modifiers.includes("C"), alt: modifiers.includes("M"), shift: modifiers.includes("S") }
}

/** The editor after these keys, written as `C-a left`. */
const after = (editor: Editor, chords: string, complete: Complete = none): Editor =>
  chords.split(" ").reduce((editor, chord) => press(editor, key(chord), complete).editor, editor)

/** The line with a bar where the cursor is, and an editor from that. */
const shown = ({ after, before }: Editor) => `${before}|${after}`
const at = (line: string): Editor => {
  const [before = "", rest = ""] = line.split("|")
  return { ...empty, before, after: rest }
}

const submitted = (lines: ReadonlyArray<string>): Editor =>
  lines.reduce((editor, line) => after(withText(editor, line), "enter"), empty)

const segments = (text: string) => [...new Intl.Segmenter("und", { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment)

const family = "👨\u200d👩\u200d👧"

describe("A key", () => {
  it.each([
    ["left", "ab|c", "a|bc"],
    ["left", "|abc", "|abc"],
    ["C-b", `a${family}|c`, `a|${family}c`],
    ["right", "a|bc", "ab|c"],
    ["right", "abc|", "abc|"],
    ["C-f", "|e\u0301x", "e\u0301|x"],
    ["S-left", "ab|c", "a|bc"],
    ["home", "ab|c", "|abc"],
    ["C-a", "ab|c", "|abc"],
    ["end", "ab|c", "abc|"],
    ["C-e", "ab|c", "abc|"],
    ["C-left", "one two|", "one |two"],
    ["M-left", "one, two, |", "one, |two, "],
    ["M-b", "one tw|o", "one |two"],
    ["M-b", "  |one", "|  one"],
    ["C-right", "|one two", "one| two"],
    ["M-right", "one| , two", "one , two|"],
    ["M-f", "o|ne two", "one| two"],
    ["M-f", "one|  ", "one  |"],
    ["M-b", "say don't|", "say |don't"],
    ["M-b", "你好 世界|", "你好 |世界"],
    ["M-b", "שלום עולם|", "שלום |עולם"],
    ["M-b", "x \u0e33|", "x| \u0e33"],
    ["M-f", "|a\u0600 b", "a\u0600 |b"],
    ["backspace", "ab|c", "a|c"],
    ["backspace", "|c", "|c"],
    ["backspace", `a${family}|c`, "a|c"],
    ["backspace", "🇮🇹🇩🇪|", "🇮🇹|"],
    ["delete", "a|bc", "a|c"],
    ["delete", `a|${family}c`, "a|c"],
    ["delete", "abc|", "abc|"],
    ["C-d", "a|bc", "a|c"],
    ["C-d", "abc|", "abc|"],
    ["C-d", "|", "|"],
    ["C-w", "one two/three-four  |five", "one |five"],
    ["C-w", "one|", "|"],
    ["M-backspace", "two/three-four|", "two/three-|"],
    ["M-d", "a| bc, d", "a|, d"],
    ["C-u", "one tw|o", "|o"],
    ["C-k", "one tw|o", "one tw|"],
    ["C-c", "a|b", "a|b"],
    ["escape", "a|b", "a|b"],
    ["pageup", "a|b", "a|b"],
    ["M-x", "a|b", "a|b"],
    ["tab", "a|b", "a|b"]
  ])("%s makes of %s", (chord, line, expected) => {
    expect(shown(after(at(line), chord))).toBe(expected)
  })

  it("that means nothing here leaves the editor itself", () => {
    for (const chord of ["C-d", "C-c", "left", "backspace", "C-k", "up", "down", "escape", "tab", "S-tab", "C-tab"]) {
      expect(press(empty, key(chord), none)).toEqual({ editor: empty })
      expect(press(empty, key(chord), none).editor).toBe(empty)
    }
    expect(press(empty, { _tag: "Focus", focused: false }, none).editor).toBe(empty)
  })

  it("of the terminal's is one of the editor's", () => {
    const keys = new KeyDecoder().push("hi there\u001b[1;5D\u001bbX\u001b[200~a\nb\u001b[201~\u001b[3~\u0005!")
    expect(shown(keys.reduce((editor, key) => press(editor, key, none).editor, empty))).toBe("Xa bi there!|")
  })
})

describe("What was cut", () => {
  it.each([
    ["C-w", "one two| x"],
    ["M-backspace", "one two| x"],
    ["C-u", "one two| x"],
    ["C-k", "one |two x"],
    ["M-d", "one |two x"]
  ])("by %s is put back by Ctrl-Y", (chord, line) => {
    const cut = after(at(line), chord)
    expect(shown(cut)).not.toBe(shown(at(line)))
    expect(shown(after(cut, "C-y")).replace("|", "")).toBe(line.replace("|", ""))
  })

  it("last is what is put back, as often as wanted, also in the next line", () => {
    expect(shown(after(at("one two|"), "C-w C-w C-y C-y"))).toBe("one one |")
    expect(shown(after(at("one two|"), "C-w C-k backspace C-y"))).toBe("onetwo|")
    expect(shown(after(at("one two|"), "C-w enter C-y"))).toBe("two|")
  })
})

describe("What is inserted", () => {
  it.each([
    ["stands before the cursor", "a|c", "b", "ab|c"],
    ["is one line", "|", "one\r\ntwo\nthree\u2028four", "one two three four|"],
    ["has spaces for tabs", "|", "a\tb", "a b|"],
    ["has nothing that steers a screen", "|", "a\u001b[2J\u202eb\0\u009b", "a[2Jb|"],
    ["is well-formed", "|", "\ud83d", "\ufffd|"],
    ["joins what is before it", "e|x", "\u0301", "e\u0301|x"],
    ["joins what is after it, the cursor then being after both", "|\u0301x", "e", "e\u0301|x"],
    ["joins what is around it", "👨|👩x", "\u200d", "👨\u200d👩|x"]
  ])("%s", (_, line, text, expected) => {
    expect(shown(insert(at(line), text))).toBe(expected)
    expect(shown(press(at(line), { _tag: "Text", text }, none).editor)).toBe(expected)
    expect(shown(press(at(line), { _tag: "Paste", text, truncated: false }, none).editor)).toBe(expected)
  })

  it("is cut between characters where the line is full", () => {
    const almost = withText(empty, "x".repeat(maxBytes - 5))
    expect(insert(almost, "éééé").before.slice(-4)).toBe("xxéé")
    expect(insert(almost, `ab${family}c`).before.slice(-3)).toBe("xab")
    const full = insert(almost, "12345")
    expect(utf8(full.before).length).toBe(maxBytes)
    expect(insert(full, "6")).toEqual(full)
    expect(utf8(withText(empty, "李".repeat(maxBytes)).before).length).toBe(maxBytes - 1)
    expect(utf8(withText(empty, `a${"\u0301".repeat(maxBytes)}`).before).length).toBeLessThan(20)
    expect(insert(withText(empty, "x".repeat(maxBytes - 1)), "e\u0301").before).toMatch(/x$/u)
    expect(withText(empty, "x".repeat(2 * 1024 * 1024)).before.length).toBe(maxBytes)
  })

  it("replaces the line when it is given as a whole", () => {
    expect(shown(withText(at("ab|c"), "x\ny"))).toBe("x y|")
    expect(after(withText(after(submitted(["one"]), "up"), "new"), "up").before).toBe("one")
  })
})

describe("Enter", () => {
  it("submits the whole line and leaves an empty one", () => {
    const { editor, submitted } = press(at("on|e"), key("enter"), none)
    expect(submitted).toBe("one")
    expect(shown(editor)).toBe("|")
    expect(editor.history).toEqual(["one"])
    expect(press(empty, key("enter"), none)).toEqual({ editor: empty, submitted: "" })
  })

  it("remembers no line twice in a row, and no empty one", () => {
    expect(submitted(["one", "one", "", "  ", "one", "two", "one"]).history).toEqual(["one", "two", "one"])
  })

  it("forgets the oldest line when there are too many", () => {
    const lines = Array.from({ length: maxHistory + 5 }, (_, n) => `line ${n}`)
    expect(submitted(lines).history).toEqual(lines.slice(5))
  })
})

describe("The history", () => {
  const editor = submitted(["one", "two", "three"])

  it.each([
    ["goes back", "up", "three|"],
    ["and further back", "up C-p", "two|"],
    ["to its beginning", "up up up up up", "one|"],
    ["and forth to the draft", "up up down C-n down", "draft|"],
    ["forth again after its beginning", "up up up up up down", "two|"]
  ])("%s", (_, chords, expected) => {
    expect(shown(after(insert(editor, "draft"), chords))).toBe(expected)
  })

  it("is not changed by editing a line of it, and the edit is kept until enter", () => {
    const edited = insert(after(editor, "up up"), "!")
    expect(edited.history).toEqual(["one", "two", "three"])
    expect(after(edited, "up down").before).toBe("two!")
    const { editor: next, submitted } = press(edited, key("enter"), none)
    expect(submitted).toBe("two!")
    expect(next.history).toEqual(["one", "two", "three", "two!"])
    expect(after(next, "up up up").before).toBe("two")
  })
})

describe("Tab", () => {
  const complete: Complete = (before) => ({ from: before.lastIndexOf(" ") + 1, candidates: ["ada ", "adam ", "adèle "] })

  it.each([
    ["shows the first candidate", "tab", "hi ada | there"],
    ["shows one after the other", "tab tab", "hi adam | there"],
    ["starts again after the last", "tab tab tab tab", "hi ada | there"],
    ["goes backwards with shift", "S-tab", "hi adèle | there"],
    ["goes back and forth", "tab tab S-tab", "hi ada | there"],
    ["begins anew after any other key", "tab left tab", "hi ada |  there"],
    ["begins anew after a key that does nothing", "tab escape backspace tab", "hi ada | there"]
  ])("%s", (_, chords, expected) => {
    expect(shown(after(at("hi a| there"), chords, complete))).toBe(expected)
  })

  it("with Ctrl or Alt is another key", () => {
    expect(shown(after(at("hi a|"), "C-tab M-tab", complete))).toBe("hi a|")
  })

  it("keeps the line within its limit", () => {
    const full = withText(empty, `${"x".repeat(maxBytes - 2)} a`)
    expect(after(full, "tab tab", complete).before).toBe(full.before)
  })
})

const chords = [
  "left", "right", "home", "end", "C-left", "C-right", "backspace", "delete", "C-d", "C-w", "M-backspace", "M-d", "C-u", "C-k", "C-y",
  "up", "down", "tab", "S-tab", "enter", "C-c", "escape"
]
const moves = ["left", "right", "home", "end", "C-left", "C-right"]
const typed = (text: string): Key => ({ _tag: "Text", text })
const keys = (text: FastCheck.Arbitrary<string>) =>
  FastCheck.array(FastCheck.oneof(FastCheck.constantFrom(...chords).map(key), text.map(typed)), { maxLength: 30, size: "max" })

/** Any text, and any place in it. */
const line = FastCheck.tuple(anyString(), FastCheck.nat()).map(([text, place]) => {
  const { before } = withText(empty, text)
  const characters = segments(before)
  const cursor = place % (characters.length + 1)
  return { ...empty, before: characters.slice(0, cursor).join(""), after: characters.slice(cursor).join("") }
})

describe("Whatever is typed", () => {
  it("the cursor is between characters, and the line is safe to show and within its limit", () => {
    const complete: Complete = (before) => ({ from: before.length, candidates: ["\u0301", "ada", "\u200d"] })
    always(keys(anyString(6)), (keys) => {
      keys.reduce((editor, key) => {
        const next = press(editor, key, complete).editor
        const whole = next.before + next.after
        expect(segments(whole)).toEqual([...segments(next.before), ...segments(next.after)])
        expect(whole).toMatch(/^\P{Cc}*$/u)
        expect(whole.isWellFormed()).toBe(true)
        expect(utf8(whole).length).toBeLessThanOrEqual(maxBytes)
        return next
      }, empty)
    }, 200)
  })

  it("a move changes nothing but the cursor", () => {
    always(FastCheck.tuple(line, FastCheck.constantFrom(...moves)), ([editor, chord]) => {
      const moved = after(editor, chord)
      expect(moved.before + moved.after).toBe(editor.before + editor.after)
    })
  })

  it("left and right take each other back", () => {
    always(line, (editor) => {
      if (editor.before !== "") expect(after(editor, "left right")).toEqual(editor)
      if (editor.after !== "") expect(after(editor, "right left")).toEqual(editor)
      const count = segments(editor.before).length
      if (count > 0) expect(shown(after(editor, Array(count).fill("left").join(" ")))).toBe(shown(after(editor, "home")))
    })
  })

  it("backspace takes back a character that does not join its neighbours", () => {
    always(FastCheck.tuple(line, FastCheck.constantFrom("a", "é", "李", " ", "!", "م")), ([editor, character]) => {
      const count = segments(editor.before + editor.after).length
      const inserted = insert(editor, character)
      if (segments(inserted.before + inserted.after).length !== count + 1 || inserted.before !== editor.before + character) return
      expect(after(inserted, "backspace")).toEqual(editor)
    })
  })

  it("a word move goes at least one character, to a place between two", () => {
    always(line, (editor) => {
      const back = after(editor, "M-b")
      const forth = after(editor, "M-f")
      if (editor.before !== "") expect(back.before.length).toBeLessThan(editor.before.length)
      if (editor.after !== "") expect(forth.before.length).toBeGreaterThan(editor.before.length)
      expect(segments(back.before + back.after)).toEqual([...segments(back.before), ...segments(back.after)])
    })
  })

  it("it is what an array of characters, changed by the same keys, says", () => {
    const character = FastCheck.constantFrom("a", "b", " ", "é", "李", family, "🇮🇹", "ש", "!", "👍🏽")
    const unmerged = (cells: ReadonlyArray<string>) => segments(cells.join("")).length === cells.length
    always(keys(character), (keys) => {
      let model: Model = { cells: [], cursor: 0, cut: [], lines: [[]], shown: 0 }
      let editor = empty
      for (const key of keys) {
        editor = press(editor, key, none).editor
        model = step(model, key)
        // Two flags or two joined emoji may join when what stood between them goes: not the model's matter.
        if (!unmerged(model.cells)) return
        expect(shown(editor)).toBe(`${model.cells.slice(0, model.cursor).join("")}|${model.cells.slice(model.cursor).join("")}`)
      }
      expect(editor.history).toEqual(model.lines.slice(0, -1).map((cells) => cells.join("")))
    }, 400)
  })

  it("the longest line is edited without delay", () => {
    const long = withText(empty, "李a. ".repeat(maxBytes))
    expect(shown(after(long, "left right M-b M-f C-w C-y backspace home M-f M-d end"))).toMatch(/\|$/u)
    expect(after(withText(empty, ".".repeat(maxBytes)), "M-b").before).toBe("")
  })
})

/** A line as an array of characters; `lines` are the history, and the draft at its end. */
interface Model {
  readonly cells: ReadonlyArray<string>
  readonly cursor: number
  readonly cut: ReadonlyArray<string>
  readonly lines: ReadonlyArray<ReadonlyArray<string>>
  readonly shown: number
  readonly edited?: ReadonlyArray<ReadonlyArray<string>>
}

const step = (model: Model, key: Key): Model => {
  const { cells, cursor, cut, lines } = model
  if (key._tag === "Text") return { ...model, cells: cells.toSpliced(cursor, 0, key.text), cursor: cursor + 1 }
  if (key._tag !== "Press") return model

  const isWord = (cell: string) => /[\p{L}\p{N}]/u.test(cell)
  const letters = (cell: string) => /^[abéש]$/u.test(cell)
  const back = () => {
    let place = cursor
    while (place > 0 && !isWord(cells[place - 1]!)) place -= 1
    if (place === 0 || !letters(cells[place - 1]!)) return Math.max(0, place - 1)
    while (place > 0 && letters(cells[place - 1]!)) place -= 1
    return place
  }
  const forth = () => {
    let place = cursor
    while (place < cells.length && !isWord(cells[place]!)) place += 1
    if (place === cells.length || !letters(cells[place]!)) return Math.min(cells.length, place + 1)
    while (place < cells.length && letters(cells[place]!)) place += 1
    return place
  }
  const space = () => {
    let place = cursor
    while (place > 0 && cells[place - 1] === " ") place -= 1
    while (place > 0 && cells[place - 1] !== " ") place -= 1
    return place
  }
  const without = (from: number, to: number, keep: boolean): Model => ({
    ...model,
    cells: cells.toSpliced(from, to - from),
    cursor: from,
    cut: keep && to > from ? cells.slice(from, to) : cut
  })
  const recall = (shown: number): Model => {
    const edited = (model.edited ?? lines).with(model.shown, cells)
    const line = edited[shown]
    return line === undefined ? model : { ...model, edited, shown, cells: line, cursor: line.length }
  }

  switch (`${key.ctrl ? "C-" : ""}${key.alt ? "M-" : ""}${key.name}`) {
    case "left":
      return { ...model, cursor: Math.max(0, cursor - 1) }
    case "right":
      return { ...model, cursor: Math.min(cells.length, cursor + 1) }
    case "home":
      return { ...model, cursor: 0 }
    case "end":
      return { ...model, cursor: cells.length }
    case "C-left":
      return { ...model, cursor: back() }
    case "C-right":
      return { ...model, cursor: forth() }
    case "backspace":
      return without(Math.max(0, cursor - 1), cursor, false)
    case "delete":
    case "C-d":
      return without(cursor, Math.min(cells.length, cursor + 1), false)
    case "C-w":
      return without(space(), cursor, true)
    case "M-backspace":
      return without(back(), cursor, true)
    case "M-d":
      return without(cursor, forth(), true)
    case "C-u":
      return without(0, cursor, true)
    case "C-k":
      return without(cursor, cells.length, true)
    case "C-y":
      return { ...model, cells: cells.toSpliced(cursor, 0, ...cut), cursor: cursor + cut.length }
    case "up":
      return recall(model.shown - 1)
    case "down":
      return recall(model.shown + 1)
    case "enter": {
      const line = cells.join("")
      const history = lines.slice(0, -1)
      const next = line.trim() === "" || history.at(-1)?.join("") === line ? history : [...history, cells]
      return { cells: [], cursor: 0, cut, lines: [...next, []], shown: next.length }
    }
    default:
      return model
  }
}
