import type { Key } from "./keys.ts"

/** Reverse incremental search of the history (Ctrl-R): the newest line with the query in it is shown while that is typed. */
export interface Search {
  readonly query: string
  /** Where in the history the shown line stands; its length for the draft. */
  readonly at: number
  /** Whether the shown line has the query in it. */
  readonly isFound: boolean
  /** The line from before the search. */
  readonly draft: string
}

/** A search, and the line that it shows. */
export interface Searched {
  readonly search: Search
  readonly line: string
}

type History = ReadonlyArray<string>

/** A search that begins with this draft. */
export const begin = (history: History, draft: string): Searched => ({ search: { query: "", at: history.length, isFound: true, draft }, line: draft })

/** The search after a key; `undefined` when the key ends it, and the shown line stays. */
export const press = (history: History, { search, line }: Searched, key: Key): Searched | undefined => {
  if (key._tag === "Focus") return { search, line }
  if (key._tag === "Text") return find(history, { ...search, query: search.query + key.text }, line, Math.min(search.at, history.length - 1))
  if (key._tag !== "Press") return undefined
  if (key.ctrl && key.name === "r") return search.query === "" ? { search, line } : find(history, search, line, search.at - 1)
  if (key.name !== "backspace" || key.alt) return undefined
  const query = Array.from(search.query).slice(0, -1).join("")
  return query === "" ? begin(history, search.draft) : find(history, { ...search, query }, line, history.length - 1)
}

// The newest line at `from` or before it that has the query in it. Where there is none, what is shown stays.
const find = (history: History, search: Search, line: string, from: number): Searched => {
  const query = search.query.toLowerCase()
  for (let at = from; at >= 0; at--) {
    const found = history[at]
    if (found?.toLowerCase().includes(query) === true) return { search: { ...search, at, isFound: true }, line: found }
  }
  return { search: { ...search, isFound: false }, line }
}
