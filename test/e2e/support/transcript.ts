/** A whole line, without its line feed, and when it came, ms. */
export interface Line {
  readonly text: string
  readonly at: number
}

/** Whether the stories of one server are told of two nodes of a cluster: see `serveAcross`. */
export const isAcross = process.env["NODES_UNDER_TEST"] === "2"

/** Whether the stories of one server are told over TLS: all clients that the tests make come encrypted. */
export const isEncrypted = process.env["TLS_UNDER_TEST"] === "1"

/** How long anything is waited for before the test fails, ms: longer where each entry goes over the log of a cluster. */
export const patience = isAcross ? 30_000 : 12_000

/** All that came over one stream, and a way to wait for what is to come. */
export class Transcript {
  readonly lines: Array<Line> = []
  /** When the stream ended. */
  endedAt: number | undefined
  #text = ""
  #rest = ""
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  readonly #watchers = new Set<() => void>()

  /** All of it, also what is not a whole line yet. */
  get text(): string {
    return this.#text
  }

  /** The text of all whole lines. */
  get texts(): ReadonlyArray<string> {
    return this.lines.map(({ text }) => text)
  }

  add(bytes: Uint8Array): void {
    const at = performance.now()
    const text = this.#decoder.decode(bytes, { stream: true })
    this.#text += text
    const lines = (this.#rest + text).split("\n")
    this.#rest = lines.pop() ?? ""
    for (const line of lines) this.lines.push({ text: line, at })
    this.#look()
  }

  end(): void {
    this.endedAt ??= performance.now()
    this.#look()
  }

  /** Waits until `pick` finds something. `undefined` is: not yet. */
  until<A>(what: string, pick: () => A | undefined, within = patience): Promise<A> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const fail = (why: string) => {
        stop()
        reject(new Error(`${what}: ${why}. What came:\n${this.#text.slice(-2000)}`))
      }
      const look = () => {
        try {
          const found = pick()
          if (found !== undefined) {
            stop()
            resolve(found)
          } else if (this.endedAt !== undefined) {
            fail("did not come before the end")
          }
        } catch (error) {
          fail(String(error))
        }
      }
      const timer = setTimeout(() => {
        fail(`did not come within ${within} ms`)
      }, within)
      this.#watchers.add(look)
      look()
    })
  }

  /** Waits for the first line of which `pick` makes something. */
  find<A>(what: string, pick: (line: Line) => A | undefined, within?: number): Promise<A> {
    let next = 0
    return this.until(
      what,
      () => {
        for (; next < this.lines.length; next += 1) {
          const line = this.lines[next]
          const found = line === undefined ? undefined : pick(line)
          if (found !== undefined) return found
        }
        return undefined
      },
      within
    )
  }

  /** Waits for a line: just this one, or the first that matches. */
  line(wanted: string | RegExp, within?: number): Promise<Line> {
    return this.find(
      `The line ${String(wanted)}`,
      (line) => ((typeof wanted === "string" ? line.text === wanted : wanted.test(line.text)) ? line : undefined),
      within
    )
  }

  /** Waits until the stream has ended. */
  async ended(within?: number): Promise<number> {
    return this.until("The end", () => this.endedAt, within)
  }

  #look(): void {
    for (const look of [...this.#watchers]) look()
  }
}
