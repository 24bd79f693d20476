import { Difference } from "./Difference.ts"

/** One who whispers or is whispered to. */
interface Whisperer {
  readonly name: string
  /** Whether it may have missed the last of what it was told. */
  readonly endedAbruptly: boolean
}

interface Whisper {
  readonly from: Whisperer
  readonly to: Whisperer
  receipt: boolean
  heard: boolean
}

/** Who has whispered what to whom, and who has heard of it. */
export class Whispers {
  readonly #open = new Map<string, Whisper>()

  send(text: string, from: Whisperer, to: Whisperer): void {
    this.#open.set(text, { from, to, receipt: false, heard: false })
  }

  /** Its author was told that it has been said, or refused. */
  answer(text: string, said: boolean): void {
    const whisper = this.#find(text)
    if (whisper.receipt) throw new Difference(`${whisper.from.name} got two receipts for ${text}`)
    if (said) whisper.receipt = true
    else if (whisper.heard) throw new Difference(`refused and yet heard: ${text}`)
    else this.#open.delete(text)
    this.#close(text, whisper)
  }

  hear(text: string, by: Whisperer): void {
    const whisper = this.#find(text)
    if (whisper.to !== by || whisper.heard) throw new Difference(`${by.name} hears a whisper for ${whisper.to.name}, or hears it again: ${text}`)
    whisper.heard = true
    this.#close(text, whisper)
  }

  /** When nothing is under way any more: each was heard by both, or somebody has gone without a goodbye. */
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
