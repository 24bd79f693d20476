/** How a room is ruled, as changes of its modes. */
import type { Moderated, Rule } from "../../../domain/RoomEvent.ts"
import { maskOf } from "./masks.ts"
import { longestBody } from "./message.ts"
import { nickOf } from "./tokens.ts"

/** A change of a mode: a sign and a letter, and a parameter where it takes one. */
export type ModeChange = readonly [sign: "+" | "-", letter: string, param?: string]

const flags: Readonly<Partial<Record<Moderated["deed"], ModeChange>>> = {
  hide: ["+", "s"],
  show: ["-", "s"],
  moderate: ["+", "m"],
  unmoderate: ["-", "m"],
  inside: ["+", "n"],
  outside: ["-", "n"],
  "fix-topic": ["+", "t"],
  "free-topic": ["-", "t"],
  "no-machines": ["+", "C"],
  machines: ["-", "C"],
  unlimit: ["-", "l"]
}

const ranks: Readonly<Partial<Record<Moderated["deed"], ModeChange>>> = {
  op: ["+", "o"],
  owner: ["+", "o"],
  deop: ["-", "o"],
  voice: ["+", "v"],
  devoice: ["-", "v"]
}

// With what stands before the mask of somebody by name.
const masks: Readonly<Partial<Record<Moderated["deed"], ModeChange>>> = {
  ban: ["+", "b"],
  unban: ["-", "b"],
  mute: ["+", "b", "m:"],
  unmute: ["-", "b", "m:"],
  except: ["+", "e"],
  unexcept: ["-", "e"],
  "except-mute": ["+", "e", "m:"],
  "unexcept-mute": ["-", "e", "m:"],
  admit: ["+", "I"],
  unadmit: ["-", "I"]
}

/** The changes of modes that one way of ruling is; none where modes do not tell it. */
export const changesOf = ({ deed, limit, mask, target, word }: Rule): ReadonlyArray<ModeChange> => {
  const flag = flags[deed]
  if (flag !== undefined) return [flag]
  const rank = ranks[deed]
  if (rank !== undefined) return target === undefined ? [] : [[rank[0], rank[1], nickOf(target.name)]]
  const list = masks[deed]
  if (list !== undefined) {
    const [sign, letter, before = ""] = list
    return mask !== undefined ? [[sign, letter, mask]] : target === undefined ? [] : [[sign, letter, `${before}${maskOf(target.name)}`]]
  }
  switch (deed) {
    // The word of a lock is known to nobody but who has set it.
    case "lock":
      return [word === true ? ["+", "k", "*"] : ["+", "i"]]
    case "unlock":
      return [word === true ? ["-", "k", "*"] : ["-", "i"]]
    case "limit":
      return [["+", "l", String(limit ?? 0)]]
    default:
      return []
  }
}

/** The lines that tell of these changes, each of which begins with `head`. */
export const modeLines = (head: string, changes: ReadonlyArray<ModeChange>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let letters = ""
  let params = ""
  let before = ""
  for (const [sign, letter, param] of changes) {
    const more = param === undefined ? "" : ` ${param}`
    if (letters !== "" && Buffer.byteLength(`${head}${letters}${params}${more}`) + 2 > longestBody) {
      lines.push(`${head}${letters}${params}`)
      letters = ""
      params = ""
      before = ""
    }
    letters += sign === before ? letter : `${sign}${letter}`
    params += more
    before = sign
  }
  return [...lines, `${head}${letters}${params}`]
}
