import { type Key, KeyDecoder } from "./keys.ts"

/**
 * How long after an ESC the rest of an escape sequence is waited for, ms: without more it is the escape key.
 * Longer delays that key, shorter breaks up sequences on a slow link.
 */
const escapePatience = 50

/** How long a bracketed paste may be silent before it has ended, ms: its end marker was lost, and the keyboard must not be lost with it. */
const pastePatience = 1000

/** The keys of a terminal in raw mode. It knows no clock: whoever reads the terminal tells it of chunks and of silences. */
export class KeyInput {
  readonly #decoder = new KeyDecoder()

  /** After how much silence `silence` is to be called, ms; `undefined` when nothing is incomplete. */
  get patience(): number | undefined {
    if (this.#decoder.pasting) return pastePatience
    return this.#decoder.pending ? escapePatience : undefined
  }

  /** A chunk of input: the keys that are complete now. */
  hear(chunk: string): ReadonlyArray<Key> {
    return this.#decoder.push(chunk)
  }

  /** Nothing more came for {@link patience}: the keys in what was incomplete. */
  silence(): ReadonlyArray<Key> {
    return this.#decoder.flush()
  }
}
