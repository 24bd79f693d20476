/** Labelled responses: all that answers one command, marked as the answer to it. See https://ircv3.net/specs/extensions/labeled-response. */
import { line } from "./lines.ts"
import { formatTags } from "./message.ts"

/** The longest label, in bytes. */
export const longestLabel = 64

/** The response to a command with a label while it is gathered, line by line without its end. */
export class Response {
  readonly label: string
  readonly #lines: Array<string> = []

  constructor(label: string) {
    this.label = label
  }

  /** Takes whole lines, with their ends. */
  add(lines: string): void {
    for (const each of lines.split("\r\n")) if (each !== "") this.#lines.push(each)
  }

  /** The response as it is sent: one line bears the label itself, several are a batch that does, and where there is none, that is said. `batch`: the name of the batch. */
  end(server: string, batch: string): string {
    const [only, ...others] = this.#lines
    const label: readonly [string, string] = ["label", this.label]
    if (only === undefined) return line(`${formatTags([label])}:${server} ACK`)
    if (others.length === 0) return line(tagged(only, label))
    if (isMultiline(this.#lines)) return [tagged(only, label), ...others].map(line).join("")
    return [
      `${formatTags([label])}:${server} BATCH +${batch} labeled-response`,
      ...this.#lines.map((each) => inBatch(each, batch)),
      `:${server} BATCH -${batch}`
    ].map(line).join("")
  }
}

// Whether these are one message of several lines, which bears the label itself.
const isMultiline = (lines: ReadonlyArray<string>): boolean => {
  const id = /^(?:@\S+ )?:\S+ BATCH \+(\S+) draft\/multiline /u.exec(lines[0] ?? "")?.[1]
  return id !== undefined && lines.at(-1)?.endsWith(` BATCH -${id}`) === true
}

/** A line as a part of a batch, where it is of none yet. */
export const inBatch = (text: string, id: string): string => (/^@(?:\S*;)?batch=/u.test(text) ? text : tagged(text, ["batch", id]))

/** A line with another tag. */
const tagged = (text: string, tag: readonly [string, string]): string => {
  const tags = formatTags([tag])
  return text.startsWith("@") ? `${tags.trimEnd()};${text.slice(1)}` : `${tags}${text}`
}
