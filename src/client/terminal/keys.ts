/**
 * A key event: what a terminal reports that its user did.
 *
 * - `Text`: printable text was typed; never a control character
 * - `Paste`: a bracketed paste, whole: its line breaks are `\n`, tabs stay, other
 *   controls are taken out; `truncated` when it was longer than {@link maxPasteBytes}.
 *   A Ctrl-C within one is a key of its own, at once: a paste whose end marker was
 *   lost must not keep anybody from leaving
 * - `Burst`: several lines at once without the marks of a paste, as from a terminal that has none: see
 *   `KeyInput`. Each line break stands for Enter
 * - `Press`: a key that is not text: `enter`, `tab`, `backspace`, `delete`, `insert`, `escape`, `space`,
 *   the arrows `left` to `down`, `home`, `end`, `pageup`, `pagedown`, or in a chord with Ctrl or Alt the
 *   character it gives. Letters are small: Alt-Shift-B is `b` with `alt` and `shift`
 * - `Focus`: the window got or lost the focus
 */
export type Key =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Paste" | "Burst"; readonly text: string; readonly truncated: boolean }
  | { readonly _tag: "Press"; readonly name: string; readonly ctrl: boolean; readonly alt: boolean; readonly shift: boolean }
  | { readonly _tag: "Focus"; readonly focused: boolean }

/** The most bytes of UTF-8 that are kept of one paste. */
export const maxPasteBytes = 1024 * 1024

/**
 * Decodes the input of a terminal in raw mode (text and escape sequences) into
 * keys. However the input is split into chunks, the keys are the same. An
 * unknown escape sequence is dropped as a whole.
 *
 * ```ts
 * const decoder = new KeyDecoder()
 * decoder.push("hi\r")    // Text "hi", Press enter
 * decoder.push("\u001b")  // nothing yet: decoder.pending
 * decoder.push("[1;5C")   // Press right with ctrl
 * ```
 */
export class KeyDecoder {
  #sequence: string | undefined // what came after ESC, while it has not ended
  #paste: string | undefined
  #pasteTail = "" // the end of a paste so far that may be the beginning of its end marker
  #half = "" // the first half of a surrogate pair that was cut by the end of a chunk
  #keys: Array<Key> = []

  /** Whether an escape sequence is incomplete: if no more input comes soon, call `flush`. Never true within a paste. */
  get pending(): boolean {
    return this.#sequence !== undefined
  }

  /** Whether a bracketed paste is incomplete. If its end marker was lost, `flush` ends it. */
  get pasting(): boolean {
    return this.#paste !== undefined
  }

  /** Decodes a chunk of input; returns the keys that are complete now. */
  push(chunk: string): ReadonlyArray<Key> {
    const input = this.#half + chunk
    this.#half = /[\ud800-\udbff]$/.exec(input)?.[0] ?? ""
    this.#read(input.slice(0, input.length - this.#half.length).toWellFormed())
    return this.#keys.splice(0)
  }

  /** Decodes what is incomplete as it is: a lone ESC is the escape key, an unfinished sequence is dropped. */
  flush(): ReadonlyArray<Key> {
    this.#read(this.#half.toWellFormed())
    this.#half = ""
    if (this.#paste !== undefined) this.#endPaste(this.#paste + this.#pasteTail)
    if (this.#sequence !== undefined) this.#interrupt(this.#sequence)
    return this.#keys.splice(0)
  }

  #read(input: string) {
    for (let rest = input; rest !== "";) {
      if (this.#paste !== undefined) {
        rest = this.#pasted(this.#paste, this.#pasteTail + rest)
        continue
      }
      const part = (this.#sequence === undefined ? run : character).exec(rest)?.[0] ?? ""
      rest = rest.slice(part.length)
      if (this.#sequence === undefined) this.#begin(part)
      else this.#continue(this.#sequence, part)
    }
  }

  #begin(part: string) {
    const opening = openings.get(part)
    const last = this.#keys.at(-1)
    if (opening !== undefined) this.#sequence = opening
    else if (isControl(part)) this.#keys.push(...(part <= "\u007f" ? [fromControl(part)] : []))
    else if (last?._tag === "Text") this.#keys.splice(-1, 1, { _tag: "Text", text: last.text + part })
    else this.#keys.push({ _tag: "Text", text: part })
  }

  #continue(sequence: string, char: string) {
    const longer = (sequence.endsWith(ESC) ? sequence : sequence.slice(0, longest)) + char
    if (whole.test(longer)) this.#end(longer)
    else if (unfinished.test(longer)) this.#sequence = longer
    else if (sequence === "" && (char <= "\u007f" || !isControl(char))) {
      this.#sequence = undefined
      this.#keys.push(withAlt(char))
    } else {
      this.#interrupt(sequence.replace(/\u001b$/u, ""))
      this.#read(sequence.endsWith(ESC) ? ESC + char : char)
    }
  }

  #end(sequence: string) {
    const single = sequence.replace(/^\u001b/u, "")
    const key = fromSequence(single)
    const isPaste = single === "[200~"
    this.#sequence = undefined
    if (isPaste) [this.#paste, this.#pasteTail] = ["", ""]
    // A sequence after two ESC is the key with Alt, as rxvt sends it; if Alt does not apply to it, the first ESC is the escape key.
    const isAlt = single !== sequence && key?._tag === "Press" && !key.alt
    if (single !== sequence && !isAlt && (isPaste || key !== undefined)) this.#keys.push(press("escape"))
    if (key !== undefined) this.#keys.push(isAlt ? { ...key, alt: true } : key)
  }

  // The sequence does not go on: one of at most one character after its ESC counts as keys, a longer one is dropped.
  #interrupt(sequence: string) {
    this.#sequence = undefined
    const single = sequence.replace(/^\u001b/u, "")
    if (single !== sequence && single.length < 2) this.#keys.push(press("escape"))
    if (single.length < 2) this.#keys.push(single === "" ? press("escape") : withAlt(single))
  }

  // Returns what comes after the paste.
  #pasted(before: string, input: string): string {
    const end = input.indexOf(pasteEnds)
    const text = input.slice(0, end < 0 ? input.length - (endBegins.exec(input)?.[0].length ?? 0) : end)
    this.#keys.push(...Array.from(text.matchAll(/\u0003/gu), ([control]) => fromControl(control)))
    this.#paste = before.length > maxPasteBytes ? before : (before + text).slice(0, maxPasteBytes + 1)
    this.#pasteTail = input.slice(text.length)
    if (end < 0) return ""
    this.#endPaste(this.#paste)
    return input.slice(end + pasteEnds.length)
  }

  #endPaste(pasted: string) {
    const bytes = utf8.encode(pasted.replace(/\r\n?/gu, "\n").replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, ""))
    const truncated = pasted.length > maxPasteBytes || bytes.length > maxPasteBytes
    // With `stream`, the decoder leaves out a character that is cut at the end of the bytes.
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, maxPasteBytes), { stream: true })
    this.#keys.push({ _tag: "Paste", text, truncated })
    this.#paste = undefined
  }
}

/** The keys that a burst would have been, had it been typed. */
export const typedKeys = (text: string): ReadonlyArray<Key> =>
  text.split("\n").flatMap((line, index): ReadonlyArray<Key> => [
    ...(index > 0 ? [press("enter")] : []),
    ...(line === "" ? [] : [{ _tag: "Text", text: line } as const])
  ])

type Press = Extract<Key, { readonly _tag: "Press" }>
const utf8 = new TextEncoder()
const ESC = "\u001b"
const pasteEnds = `${ESC}[201~`
const endBegins = /\u001b(?:\[(?:2(?:01?)?)?)?$/u // the beginning of `pasteEnds`, at the end of a chunk
const longest = 64 // of a sequence that is kept; no key's sequence is as long
// Text is read in runs, a sequence one character at a time.
const run = /^(?:\P{Cc}+|\p{Cc})/u
const character = /^./su
const isControl = (part: string) => /^\p{Cc}/u.test(part)

const openings: ReadonlyMap<string, string> = new Map([[ESC, ""], ["\u009b", "["], ["\u008f", "O"]]) // CSI, SS3
// A complete sequence, in this order: F1 of the Linux console, a mouse, Shift-Delete of rxvt, CSI, SS3, a string (OSC, DCS, SOS, PM, APC).
const whole =
  /^\u001b?(?:\[\[\P{Cc}|\[M\P{Cc}{3}|\[\d+\$|\[(?![[M])[ -?]*[@-~]|O[\d;]*[ -/:<-~]|[\]PX^_]\P{Cc}*(?:[\u0007\u0018\u001a\u009c]|\u001b\\))$/u
const unfinished = /^\u001b?(?:|\[\[?|\[M\P{Cc}*|\[[ -?]*|O[\d;]*|[\]PX^_]\P{Cc}*\u001b?)$/u

type Names = Readonly<Record<string, string>>
const letters: Names = { A: "up", B: "down", C: "right", D: "left", F: "end", H: "home" }
const rxvtLetters: Names = { a: "up", b: "down", c: "right", d: "left" }
const numbers: Names = { 1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end" }
// rxvt encodes the modifiers in the final character, xterm in a second parameter: these are xterm's numbers for rxvt's characters.
const rxvtModifiers: Readonly<Record<string, string>> = { $: "2", "^": "5", "@": "6" }

const press = (name: string, modifiers: Partial<Press> = {}): Press =>
  ({ _tag: "Press", name, ctrl: false, alt: false, shift: false, ...modifiers })

const fromControl = (char: string): Press => {
  if (char === "\r" || char === "\n") return press("enter")
  if (char === "\t") return press("tab")
  if (char === "\b" || char === "\u007f") return press("backspace")
  if (char === "\0") return press("space", { ctrl: true })
  return press(String.fromCharCode(char.charCodeAt(0) + 0x40).toLowerCase(), { ctrl: true })
}

const withAlt = (char: string): Press => {
  if (isControl(char)) return { ...fromControl(char), alt: true }
  const name = char === " " ? "space" : char.toLowerCase()
  return press(name, { alt: true, shift: char !== " " && name !== char })
}

const fromSequence = (sequence: string): Key | undefined => {
  if (sequence === "[I" || sequence === "[O") return { _tag: "Focus", focused: sequence === "[I" }
  const [, opening, first = "", second, final = ""] = /^([[O])(\d{0,3})(?:;(\d{1,3}))?(.)$/u.exec(sequence) ?? []
  if (opening === undefined) return undefined
  if (opening === "[" && /[~$^@]/u.test(final)) return modified(numbers[first], second ?? rxvtModifiers[final])
  if (opening === "[" && final === "Z") return press("tab", { shift: true })
  if (opening === "O" && final === "M") return modified("enter", second ?? first)
  if (final in rxvtLetters) return modified(rxvtLetters[final], opening === "[" ? "2" : "5")
  return modified(letters[final], second ?? first)
}

// xterm's modifier parameter is 1 plus the sum of: 1 Shift, 2 Alt, 4 Ctrl, 8 Meta (which counts as Alt).
const modified = (name: string | undefined, modifier = "1"): Press | undefined => {
  const bits = Math.max(0, Number(modifier) - 1)
  return name === undefined ? undefined : press(name, { shift: (bits & 1) !== 0, alt: (bits & 10) !== 0, ctrl: (bits & 4) !== 0 })
}
