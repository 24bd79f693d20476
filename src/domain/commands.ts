import * as Nickname from "./Nickname.ts"

/** A command as people type it. What is here is what `/help` shows and what completion offers. */
export interface CommandSpec {
  readonly name: string
  /** What stands behind the name, as the help shows it; empty when nothing does. */
  readonly args: string
  readonly help: string
  /** Whether a member's name comes first. */
  readonly takesName: boolean
}

/** What people in a room can type, whatever program they use. */
export const roomCommands = [
  { name: "/help", args: "", help: "shows this", takesName: false },
  { name: "/who", args: "", help: "shows who is here", takesName: false },
  { name: "/nick", args: "NEW", help: "changes your name", takesName: false },
  { name: "/me", args: "ACTION", help: "says what you do", takesName: false },
  { name: "/msg", args: "NAME TEXT", help: "says it to one person only", takesName: true },
  { name: "/quit", args: "[REASON]", help: "leaves; so does {quit}", takesName: false }
] as const satisfies ReadonlyArray<CommandSpec>

/** A typed command: which one of its table, and what stands behind it. */
export interface Typed {
  readonly name: string
  readonly rest: string
}

/**
 * Reads a line that may be a command: `undefined` for one that is none. A line
 * that starts with `//` is none: it says the rest, see {@link unescape}.
 */
export const parse = (line: string): Typed | undefined => {
  const match = /^\/(?!\/)(\S*)\s*(.*)$/su.exec(line.trimEnd())
  return match === null ? undefined : { name: `/${(match[1] ?? "").toLowerCase()}`, rest: match[2] ?? "" }
}

/** The text that a line says: `//text` says `/text`. */
export const unescape = (line: string): string => (line.startsWith("//") ? line.slice(1) : line)

/** The lines of `/help`, written by the table itself. */
export const help = (table: ReadonlyArray<CommandSpec>): ReadonlyArray<string> => {
  const usage = ({ args, name }: CommandSpec) => (args === "" ? name : `${name} ${args}`)
  const width = Math.max(...table.map((spec) => usage(spec).length))
  return [...table.map((spec) => `${usage(spec).padEnd(width)}  ${spec.help}`), `${"//TEXT".padEnd(width)}  says /TEXT`]
}

/** What an unknown command is told, with the nearest one there is. */
export const unknown = (typed: Typed, table: ReadonlyArray<CommandSpec>): string => {
  const ranked = table
    .map(({ name }) => ({ name, distance: distance(typed.name, name) }))
    .sort((one, other) => one.distance - other.distance)
  const nearest = ranked[0]
  const hint = nearest !== undefined && nearest.distance <= 2 ? ` Did you mean ${nearest.name}?` : ""
  return `There is no command ${typed.name}.${hint} To say it, type /${typed.name}; /help shows all commands.`
}

/**
 * Parts `NAME TEXT` where names have spaces: a name in quotes, or else the
 * longest of the present names that the words start with. `undefined` when it
 * is nobody's.
 */
export const addressee = <A extends { readonly name: string }>(
  words: string,
  present: ReadonlyArray<A>
): { readonly to: A; readonly text: string } | undefined => {
  const quoted = /^@?"([^"]+)"[:,]?\s*(.*)$/su.exec(words)
  const start = words.replace(/^@/u, "")
  const found = present
    .filter(({ name }) =>
      quoted === null ? startsWithName(start, name) : Nickname.key(quoted[1] ?? "") === Nickname.key(name)
    )
    .sort((one, other) => other.name.length - one.name.length)[0]
  if (found === undefined) return undefined
  const text = quoted === null ? start.slice(found.name.length).replace(/^[:,]?\s*/u, "") : (quoted[2] ?? "")
  return { to: found, text }
}

const startsWithName = (words: string, name: string): boolean =>
  Nickname.key(words.slice(0, name.length)) === Nickname.key(name) && /^(?:[:,]?\s|$)/u.test(words.slice(name.length))

// Levenshtein's: how many letters have to be typed otherwise.
const distance = (one: string, other: string): number => {
  const letters = Array.from(other)
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1]
    for (const [j, otherLetter] of letters.entries()) {
      next.push(Math.min((row[j] ?? 0) + (letter === otherLetter ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
