/** A command as people type it: what `/help` shows of it, and what completion offers. */
export interface CommandSpec {
  readonly name: string
  /** What stands behind the name, as the help shows it; empty when nothing does. */
  readonly args: string
  readonly help: string
  /** Whether a member's name comes first. */
  readonly takesName: boolean
}

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

/** How many characters of an unknown command are repeated. */
const maxShown = 64

/** What an unknown command is told, with the nearest one there is. */
export const unknown = (typed: Typed, table: ReadonlyArray<CommandSpec>): string => {
  const ranked = (typed.name.length > maxShown ? [] : table)
    .map(({ name }) => ({ name, distance: distance(typed.name, name) }))
    .sort((one, other) => one.distance - other.distance)
  const nearest = ranked[0]
  const hint = nearest !== undefined && nearest.distance <= 2 && nearest.distance < typed.name.length - 1 ? ` Did you mean ${nearest.name}?` : ""
  const name = typed.name.length > maxShown ? `${typed.name.slice(0, maxShown).toWellFormed()}...` : typed.name
  return `There is no command ${name}.${hint} To say it, type /${name}; /help shows all commands.`
}

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
