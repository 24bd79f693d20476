import { programName } from "./program.ts"

/** An option as the help shows it. */
export interface HelpLine {
  /** With its placeholder: `--port PORT`. */
  readonly label: string
  /** What it does, in words. */
  readonly words: string
  /** The default, with its unit. */
  readonly fallback: string
}

/** The help of one command. */
export interface HelpPage {
  /** What the command does. */
  readonly about: string
  /** What stands behind the program's name in the usage, and in the examples. */
  readonly usage: ReadonlyArray<string>
  readonly examples: ReadonlyArray<string>
  /** The options, in groups under a heading each. */
  readonly groups: ReadonlyArray<{ readonly title: string; readonly lines: ReadonlyArray<HelpLine> }>
  /** Paragraphs at the end. */
  readonly notes: ReadonlyArray<string>
}

/** The help of these options: those that are named, under their titles, and all others under the last title. */
export const grouped = (
  all: ReadonlyArray<{ readonly help: HelpLine }>,
  named: Readonly<Record<string, ReadonlyArray<{ readonly help: HelpLine }>>>,
  others: string
): HelpPage["groups"] => {
  const known = new Set(Object.values(named).flat())
  const group = (title: string, options: ReadonlyArray<{ readonly help: HelpLine }>) => ({ title, lines: options.map(({ help }) => help) })
  return [
    ...Object.entries(named).map(([title, options]) => group(title, options)),
    group(others, all.filter((option) => !known.has(option)))
  ]
}

/** The narrowest and the widest that text is set, in columns. */
const narrowest = 40
const widest = 100
/** The column where the words of an option begin, if its label leaves room. */
const indent = 28

/** The page as text for a terminal so wide; `strong` marks the headings. */
export const render = ({ about, examples, groups, notes, usage }: HelpPage, columns: number, strong: (text: string) => string): string => {
  const width = Math.min(Math.max(columns, narrowest), widest)
  const name = programName()
  const heading = (title: string) => ["", strong(`${title}:`)]
  const commands = (all: ReadonlyArray<string>) => all.map((words) => `  ${name} ${words}`.trimEnd())
  return [
    ...wrap(about, width),
    ...heading("Usage"),
    ...commands(usage),
    ...(examples.length > 0 ? [...heading("Examples"), ...commands(examples)] : []),
    ...groups.flatMap(({ lines, title }) => [...heading(title), ...lines.flatMap((line) => entry(line, width))]),
    ...notes.flatMap((note) => ["", ...wrap(note, width)])
  ].join("\n")
}

const entry = ({ fallback, label, words }: HelpLine, width: number): ReadonlyArray<string> => {
  const text = fallback === "" ? words : `${words} Default: ${fallback}.`
  const begin = `  ${label}`
  const left = width < 60 ? 6 : indent
  const [first = "", ...rest] = wrap(text, width - left).map((line) => `${" ".repeat(left)}${line}`)
  // A label that leaves no room has a line of its own.
  return begin.length + 2 > left ? [begin, first, ...rest] : [`${begin.padEnd(left)}${first.slice(left)}`, ...rest]
}

/** Breaks a text between words into lines of so many columns at most. */
const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
