import { Difference } from "./Difference.ts"

/** The author or the addressee of a whisper. */
interface Whisperer {
  readonly name: string
  /** Whether its connection ended without a goodbye, so that the last lines may be missing. */
  readonly endedAbruptly: boolean
}

interface Whisper {
  readonly from: Whisperer
  readonly to: Whisperer
  receipt: boolean
  heard: boolean
}

/** The whispers under way: each has to reach its addressee once, and its receipt its author once. */
export class Whispers {
  readonly #open = new Map<string, Whisper>()

  /** A whisper was sent. */
  send(text: string, from: Whisperer, to: Whisperer): void {
    this.#open.set(text, { from, to, receipt: false, heard: false })
  }

  /** The author got the receipt (`said`) or a refusal; a second answer throws a {@link Difference}. */
  answer(text: string, said: boolean): void {
    const whisper = this.#find(text)
    if (whisper.receipt) throw new Difference(`${whisper.from.name} got two receipts for ${text}`)
    if (said) whisper.receipt = true
    else if (whisper.heard) throw new Difference(`refused and yet heard: ${text}`)
    else this.#open.delete(text)
    this.#close(text, whisper)
  }

  /** Somebody received a whisper; throws a {@link Difference} unless it is the addressee, for the first time. */
  hear(text: string, by: Whisperer): void {
    const whisper = this.#find(text)
    if (whisper.to !== by || whisper.heard) throw new Difference(`${by.name} hears a whisper for ${whisper.to.name}, or hears it again: ${text}`)
    whisper.heard = true
    this.#close(text, whisper)
  }

  /** At a quiescent point: every whisper is complete, unless a connection ended without a goodbye. Throws a {@link Difference} otherwise. */
  check(): void {
    for (const [text, { from, heard, receipt, to }] of this.#open) {
      if (receipt && !to.endedAbruptly) throw new Difference(`${to.name} has not heard what ${from.name} whispered: ${text}`)
      if (heard && !from.endedAbruptly) throw new Difference(`${from.name} got no receipt for what it whispered: ${text}`)
    }
    this.#open.clear()
  }

  #find(text: string): Whisper {
    const whisper = this.#open.get(text)
    if (whisper === undefined) throw new Difference(`a whisper of nobody, or one that is over: ${text}`)
    return whisper
  }

  #close(text: string, { heard, receipt }: Whisper): void {
    if (heard && receipt) this.#open.delete(text)
  }
}
