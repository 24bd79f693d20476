/** A line of one's own, as it has to be typed, and the room for which it was; without one, that in which one is. */
export interface Own {
  readonly text: string
  readonly room: string
}

/** A line of one's own that the room has not receipted. */
export interface Line extends Own {
  /** `sending`: on its way; `waiting`: goes once there is a connection; `unknown`: its receipt can come no more. */
  readonly state: "sending" | "waiting" | "unknown"
}

/** Lines of one's own that are kept over a reload: nothing that was typed is lost by one. Those that are on their way are kept with the place. */
export interface Kept {
  /** Submitted, and not sent. */
  readonly waiting: ReadonlyArray<Own>
  /** Sent, and without a receipt, from a place that was not kept. */
  readonly unknown: ReadonlyArray<Own>
}

/** One's own lines that are neither receipted nor on their way, in order. */
export class Unsent {
  #waiting: ReadonlyArray<Own>
  #unknown: ReadonlyArray<Own>

  constructor({ unknown, waiting }: Kept) {
    this.#unknown = unknown
    this.#waiting = waiting
  }

  /** These lines, and those that are on their way. */
  with(sending: ReadonlyArray<Own>): ReadonlyArray<Line> {
    return [
      ...this.#unknown.map((line) => ({ ...line, state: "unknown" as const })),
      ...sending.map((line) => ({ ...line, state: "sending" as const })),
      ...this.#waiting.map((line) => ({ ...line, state: "waiting" as const }))
    ]
  }

  /** What a reload would lose. */
  get kept(): Kept {
    return { waiting: this.#waiting, unknown: this.#unknown }
  }

  /** A line waits for the connection. */
  wait(text: string, room: string): void {
    if (text.trim() !== "") this.#waiting = [...this.#waiting, { text, room }]
  }

  /** Messages wait for the connection: none is a command, whatever it looks like. */
  waitAsMessages(messages: ReadonlyArray<string>, room: string): void {
    for (const message of messages) this.wait(message.startsWith("/") ? `/${message}` : message, room)
  }

  /** These were on their way from a place that is gone: they may have arrived, or not. */
  lost(sending: ReadonlyArray<Own>): void {
    this.#unknown = [...this.#unknown, ...sending]
  }

  /** The lines that have waited: they wait no more. */
  takeWaiting(): ReadonlyArray<Own> {
    const lines = this.#waiting
    this.#waiting = []
    return lines
  }

  /** The lines whose fate is unknown: they are forgotten here. */
  takeUnknown(): ReadonlyArray<Own> {
    const lines = this.#unknown
    this.#unknown = []
    return lines
  }
}
