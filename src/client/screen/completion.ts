import { key } from "../../domain/Nickname.ts"

/** What a word can be completed to. `from` is the index in the text where the word starts. */
export interface Completion {
  readonly from: number
  /** What can stand in the word's place, names sorted, commands in the order of their table; none when there is nothing to complete. */
  readonly candidates: ReadonlyArray<string>
}

/** Completes the word at the end of the text before the cursor. */
export type Complete = (before: string) => Completion

/** A command that can be completed. */
export interface CommandWord {
  /** As it is typed: `/msg`. */
  readonly name: string
  /** A name comes after it. */
  readonly takesName: boolean
  /** The name of a room comes after it: of one that one is in, or of any. */
  readonly takesRoom?: "own" | "any" | undefined
  /** Something else comes after it. */
  readonly takesText?: boolean
}

/**
 * Completes commands, the names of members, and of rooms behind commands that take
 * one. Names may contain spaces; an `@` before one is kept; case and width of letters do not matter.
 * `others` are names that come after all that are in `names`; `rooms` are those that one is in.
 *
 * ```ts
 * const complete = completion({ names: ["Ada Lovelace"], commands: [{ name: "/msg", takesName: true }] })
 * complete("ad")       // { from: 0, candidates: ["Ada Lovelace: "] }
 * complete("hi @ad")   // { from: 3, candidates: ["@Ada Lovelace "] }
 * complete("/m")       // { from: 0, candidates: ["/msg "] }
 * complete("/msg ad")  // { from: 5, candidates: ['"Ada Lovelace" '] }
 * ```
 */
export const completion = (options: {
  readonly names: ReadonlyArray<string>
  readonly others?: ReadonlyArray<string>
  readonly rooms?: ReadonlyArray<string>
  readonly otherRooms?: ReadonlyArray<string>
  readonly commands: ReadonlyArray<CommandWord>
}): Complete => {
  const first = sorted(words(options.names))
  const known = new Set(options.names)
  const names = [...first, ...sorted(words((options.others ?? []).filter((name) => !known.has(name))))]
  const rooms = { own: words(options.rooms ?? []), any: words([...new Set([...(options.rooms ?? []), ...(options.otherRooms ?? [])])]) }
  const commands = options.commands.map((command) => ({ ...command, text: command.name, folded: fold(command.name) }))

  return (before) => {
    const word = /^\/(?!\/)\S*/u.exec(before)?.[0] ?? ""
    if (word !== "" && word === before) {
      return { from: 0, candidates: matching(commands, word).map(spelled) }
    }
    const command = commands.find((each) => each.folded === fold(word))
    if (command?.takesRoom !== undefined) {
      const from = /^\S+\s+#?/u.exec(before)?.[0].length ?? before.length
      const typed = before.slice(from)
      // There are few of them: nothing has to be known of the name.
      const found = typed === "" ? rooms[command.takesRoom] : matching(rooms[command.takesRoom], typed)
      return { from, candidates: found.map(({ text }) => `${text} `) }
    }
    const takesName = commands.some((command) => command.takesName && command.folded === fold(word))
    const argument = takesName ? (/^\S+\s+/u.exec(before)?.[0].length ?? 0) : undefined

    // Names contain spaces, so the word may start several spaces back: the earliest start that matches a name wins.
    for (const from of starts(before, word.length)) {
      const write =
        from === argument ? quoted : before.slice(0, from).trim() === "" ? (name: string) => `${name}: ` : (name: string) => `${name} `
      const candidates = complete(names, before.slice(from), write, from === argument)
      if (candidates.length > 0) return { from, candidates }
    }
    return { from: before.length, candidates: [] }
  }
}

const words = (texts: ReadonlyArray<string>): ReadonlyArray<Word> => texts.map((text) => ({ text, folded: fold(text) }))

/** A candidate, and its folded form (case, width), which is what the typed text is compared with. */
interface Word {
  readonly text: string
  readonly folded: string
}

// How far before the cursor a name may start, UTF-16 code units. A name has at most 128 bytes; typed in another Unicode form it may be longer.
const longest = 256

const starts = (before: string, after: number): ReadonlyArray<number> =>
  [...before.matchAll(/(?<!\S)\S|@/gu)]
    .map((match) => match.index)
    .filter((index) => index >= after && index >= before.length - longest)

const complete = (
  names: ReadonlyArray<Word>,
  typed: string,
  write: (name: string) => string,
  mayBeQuoted: boolean
): ReadonlyArray<string> => {
  const [, at = "", quote = "", rest = ""] = /^(@?)("?)(.*)$/su.exec(typed) ?? []
  const whole = matching(names, typed)
  if (whole.length > 0) return whole.map(({ text }) => write(text))
  const named = matching(names, quote + rest)
  const found = named.length > 0 || !mayBeQuoted ? named : matching(names, rest)
  return found.map(({ text }) => at + write(text))
}

const matching = <A extends Word>(words: ReadonlyArray<A>, typed: string): ReadonlyArray<A> => {
  const folded = fold(typed)
  const beginning = /\s$/u.test(typed) ? `${folded} ` : folded
  return folded === "" ? [] : words.filter((word) => word.folded.startsWith(beginning))
}

/** A name as it stands behind a command. */
export const quoted = (name: string): string => (/\s/u.test(name) ? `"${name}" ` : `${name} `)

const spelled = ({ name, takesName, takesRoom, takesText }: CommandWord): string =>
  takesName || takesRoom !== undefined || takesText === true ? `${name} ` : name

// Greek sigma has a form of its own at the end of a word (ς), and a prefix may end anywhere in a word: both forms count as equal.
const fold = (text: string): string => key(text).replaceAll("ς", "σ")

const sorted = <A extends Word>(words: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...new Map(words.map((word) => [word.text, word])).values()].sort((a, b) =>
    a.folded === b.folded ? compare(a.text, b.text) : compare(a.folded, b.folded)
  )

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
