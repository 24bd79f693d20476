/** A line of one's own that the room has not receipted, as it has to be typed. */
export interface Line {
  readonly text: string
  /** `sending`: on its way; `waiting`: goes once there is a connection; `unknown`: its receipt can come no more. */
  readonly state: "sending" | "waiting" | "unknown"
}

/** Lines of one's own that are kept over a reload: nothing that was typed is lost by one. Those that are on their way are kept with the place. */
export interface Kept {
  /** Submitted, and not sent. */
  readonly waiting: ReadonlyArray<string>
  /** Sent, and without a receipt, from a place that was not kept. */
  readonly unknown: ReadonlyArray<string>
}

/** One's own lines that are neither receipted nor on their way, in order. */
export class Unsent {
  #waiting: ReadonlyArray<string>
  #unknown: ReadonlyArray<string>

  constructor({ unknown, waiting }: Kept) {
    this.#unknown = unknown
    this.#waiting = waiting
  }

  /** These lines, and those that are on their way. */
  with(sending: ReadonlyArray<string>): ReadonlyArray<Line> {
    return [
      ...this.#unknown.map((text) => ({ text, state: "unknown" as const })),
      ...sending.map((text) => ({ text, state: "sending" as const })),
      ...this.#waiting.map((text) => ({ text, state: "waiting" as const }))
    ]
  }

  /** What a reload would lose. */
  get kept(): Kept {
    return { waiting: this.#waiting, unknown: this.#unknown }
  }

  /** A line waits for the connection. */
  wait(line: string): void {
    if (line.trim() !== "") this.#waiting = [...this.#waiting, line]
  }

  /** Messages wait for the connection: none is a command, whatever it looks like. */
  waitAsMessages(messages: ReadonlyArray<string>): void {
    for (const message of messages) this.wait(message.startsWith("/") ? `/${message}` : message)
  }

  /** These were on their way from a place that is gone: they may have arrived, or not. */
  lost(sending: ReadonlyArray<string>): void {
    this.#unknown = [...this.#unknown, ...sending]
  }

  /** The lines that have waited: they wait no more. */
  takeWaiting(): ReadonlyArray<string> {
    const lines = this.#waiting
    this.#waiting = []
    return lines
  }

  /** The lines whose fate is unknown: they are forgotten here. */
  takeUnknown(): ReadonlyArray<string> {
    const lines = this.#unknown
    this.#unknown = []
    return lines
  }
}
