import { type Key, KeyDecoder, maxPasteBytes } from "./keys.ts"

/**
 * How long after an ESC the rest of an escape sequence is waited for, ms: without more it is the escape key.
 * Longer delays that key, shorter breaks up sequences on a slow link.
 */
const escapePatience = 50

/** How long a bracketed paste may be silent before it has ended, ms: its end marker was lost, and the keyboard must not be lost with it. */
const pastePatience = 1000

/** How long a burst of lines may be silent before it has ended, ms. A pseudo-terminal hands on 4 KiB at once, the next at once after that. */
const burstPatience = 30

/** The keys of a terminal in raw mode. It knows no clock: whoever reads the terminal tells it of chunks and of silences. */
export class KeyInput {
  readonly #decoder = new KeyDecoder()
  #burst: string | undefined

  /** After how much silence `silence` is to be called, ms; `undefined` when nothing is incomplete. */
  get patience(): number | undefined {
    if (this.#decoder.pasting) return pastePatience
    if (this.#decoder.pending) return escapePatience
    return this.#burst === undefined ? undefined : burstPatience
  }

  /** A chunk of input: the keys that are complete now. */
  hear(chunk: string): ReadonlyArray<Key> {
    const keys = this.#decoder.push(chunk)
    const text = textOf(keys)
    // Nobody types two lines between two reads: they were pasted, and each would be sent before its author has seen it.
    if (text === undefined || (this.#burst === undefined && completeLines(text) < 2)) return [...this.#endBurst(), ...keys]
    this.#burst = (this.#burst ?? "") + text
    if (this.#burst.length > maxPasteBytes) this.#burst = this.#burst.slice(0, maxPasteBytes + 1)
    return []
  }

  /** Nothing more came for {@link patience}: the keys in what was incomplete. */
  silence(): ReadonlyArray<Key> {
    return [...this.#endBurst(), ...this.#decoder.flush()]
  }

  #endBurst(): ReadonlyArray<Key> {
    const text = this.#burst
    this.#burst = undefined
    return text === undefined ? [] : [{ _tag: "Burst", text: text.slice(0, maxPasteBytes), truncated: text.length > maxPasteBytes }]
  }
}

// The text that these keys type, with Enter as a line feed; `undefined` where there are other keys among them, or none.
const textOf = (keys: ReadonlyArray<Key>): string | undefined => {
  let text = ""
  for (const key of keys) {
    const typed = key._tag === "Text" ? key.text : key._tag === "Press" && !key.ctrl && !key.alt && !key.shift ? whites.get(key.name) : undefined
    if (typed === undefined) return undefined
    text += typed
  }
  return text === "" ? undefined : text
}

const whites: ReadonlyMap<string, string> = new Map([["enter", "\n"], ["tab", "\t"]])

/** How many lines of a text that was typed are complete and not blank. */
export const completeLines = (text: string): number => text.split("\n").slice(0, -1).filter((line) => line.trim() !== "").length
