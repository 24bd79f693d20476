/** A command as people type it: what `/help` shows of it, and what completion offers. */
export interface CommandSpec {
  readonly name: string
  /** What stands behind the name, as the help shows it; empty when nothing does. */
  readonly args: string
  readonly help: string
  /** Whether the first argument is a member's name, which completion then offers. */
  readonly takesName: boolean
}

/** A typed command: its name in lower case, with the slash, and what stands behind the name. */
export interface Typed {
  readonly name: string
  readonly rest: string
}

/**
 * Reads a line that may be a command; `undefined` for any other. A line that
 * starts with `//` is not a command: it says the rest, see {@link unescape}.
 */
export const parse = (line: string): Typed | undefined => {
  const match = /^\/(?!\/)(\S*)\s*(.*)$/su.exec(line.trimEnd())
  return match === null ? undefined : { name: `/${(match[1] ?? "").toLowerCase()}`, rest: match[2] ?? "" }
}

/** The text that a line says: `//text` says `/text`. */
export const unescape = (line: string): string => (line.startsWith("//") ? line.slice(1) : line)

/** The lines of `/help` for the commands of this table. */
export const help = (table: ReadonlyArray<CommandSpec>): ReadonlyArray<string> => {
  const usage = ({ args, name }: CommandSpec) => (args === "" ? name : `${name} ${args}`)
  const width = Math.max(...table.map((spec) => usage(spec).length))
  return [...table.map((spec) => `${usage(spec).padEnd(width)}  ${spec.help}`), `${"//TEXT".padEnd(width)}  says /TEXT`]
}

/** How many characters of an unknown command its answer repeats, and above which no similar command is looked for. */
const maxShown = 64

/** The answer to an unknown command; it suggests the nearest command of the table where one is near enough. */
export const unknown = (typed: Typed, table: ReadonlyArray<CommandSpec>): string => {
  const ranked = (typed.name.length > maxShown ? [] : table)
    .map(({ name }) => ({ name, distance: distance(typed.name, name) }))
    .sort((one, other) => one.distance - other.distance)
  const nearest = ranked[0]
  const hint = nearest !== undefined && nearest.distance <= 2 && 2 * nearest.distance < typed.name.length ? ` Did you mean ${nearest.name}?` : ""
  const name = typed.name.length > maxShown ? `${typed.name.slice(0, maxShown).toWellFormed()}...` : typed.name
  return `There is no command ${name}.${hint} To say it, type /${name}; /help shows all commands.`
}

// Levenshtein distance: how many letters to insert, delete or replace.
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
