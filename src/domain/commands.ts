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

/**
 * Parts `NAME TEXT` where names have spaces: a name in quotes, or else the
 * longest of the present names that the words start with. `undefined` when it
 * is nobody's.
 */
export const addressee = <A>(
  words: string,
  who: (key: Nickname.NameKey) => A | undefined
): { readonly to: A; readonly text: string } | undefined => {
  let found: { readonly to: A; readonly text: string } | undefined
  for (const { name, text } of readings(words)) {
    const to = who(Nickname.key(name))
    if (to !== undefined) found = { to, text }
  }
  return found
}

/** Finds those who are present by their names. */
export const among = <A extends { readonly name: string }>(
  present: ReadonlyArray<A>
): ((key: Nickname.NameKey) => A | undefined) => {
  const byKey = new Map(present.map((one) => [Nickname.key(one.name), one]))
  return (key) => byKey.get(key)
}

/** The most characters that are looked through for a name. */
const maxNameLength = 256

// Every way to read a name off the start of the words, the best one last: a
// longer name, one in quotes, one whose @ is its own.
function* readings(words: string): Generator<{ readonly name: string; readonly text: string }> {
  for (const start of words.startsWith("@") ? [words.slice(1), words] : [words]) {
    for (const { index } of `${start.slice(0, maxNameLength)} `.matchAll(/(?<=\S)(?=[:,]?\s)|(?<=[:,])(?=\s)/gu)) {
      yield { name: start.slice(0, index), text: start.slice(index).replace(/^[:,]?\s*/u, "") }
    }
    const quoted = /^"([^"]+)"[:,]?\s*(.*)$/su.exec(start)
    if (quoted !== null) yield { name: quoted[1] ?? "", text: quoted[2] ?? "" }
  }
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
