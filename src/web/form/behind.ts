import * as Schema from "effect/Schema"
import { Answers, Outcome, tokenHeader } from "../../client/screen/formMessages.ts"

const decodeAnswers = Schema.decodeUnknownPromise(Schema.parseJson(Answers))
const decodeOutcome = Schema.decodeUnknownPromise(Schema.parseJson(Outcome))

/** The program that has opened this form. */
export class Behind {
  readonly #headers: Readonly<Record<string, string>>

  constructor(token: string) {
    this.#headers = { [tokenHeader]: token }
  }

  /**
   * Tells the program that this window is open, until it is closed: the answer is a
   * line with what was given to the program, and then it stays unfinished.
   * Resolves when the program has ended; rejects where there is none that knows this form.
   */
  async attend(given: (answers: Answers) => void): Promise<void> {
    const response = await fetch("/window", { headers: this.#headers })
    if (!response.ok || response.body === null) throw new Error(await response.text())
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    let isGiven = false
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
      if (done || value === undefined) return
      text += value
      if (isGiven || !text.includes("\n")) continue
      isGiven = true
      given(await decodeAnswers(text))
    }
  }

  /** Has the program look for the room. Rejects when the program has ended. */
  async find(answers: Answers): Promise<Outcome> {
    const response = await fetch("/find", {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/json" },
      body: JSON.stringify(answers)
    })
    return decodeOutcome(await response.text())
  }
}
