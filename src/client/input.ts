/** What a typed line asks for. */
export type Input =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Say"; readonly text: string }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }
  | { readonly _tag: "Unknown"; readonly message: string }

/**
 * Reads a line as a person types it: `{quit}` and `/quit [REASON]` leave,
 * `//text` says `/text`, an empty line says nothing.
 */
export const parse = (line: string): Input => {
  const trimmed = line.trim()
  if (trimmed === "") return { _tag: "Nothing" }
  if (trimmed === "{quit}") return { _tag: "Quit", reason: undefined }
  if (line.startsWith("//")) return { _tag: "Say", text: line.slice(1) }
  if (!line.startsWith("/")) return { _tag: "Say", text: line }
  const [command = "", ...reason] = trimmed.split(/\s+/u)
  return command === "/quit"
    ? { _tag: "Quit", reason: reason.length === 0 ? undefined : reason.join(" ") }
    : { _tag: "Unknown", message: `There is no command ${command}. To say it, type //${trimmed.slice(1)}` }
}

/** Reads every line as a message. */
export const literal = (line: string): Input => (line.trim() === "" ? { _tag: "Nothing" } : { _tag: "Say", text: line })
