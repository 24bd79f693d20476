import * as Schema from "effect/Schema"
import { notJoined, nothing, refused } from "../Decision.ts"
import { keptFor } from "../letters.ts"
import type { Decides } from "./Definition.ts"

/** Keep what is said by and to oneself alone from now on, where the server keeps what is said: for who has claimed a name. */
export const KeepLetters = Schema.TaggedStruct("KeepLetters", {})
export type KeepLetters = typeof KeepLetters.Type

/** The command by which clients ask for it that can look at it later. Nobody is told. */
export const decideKeepLetters: Decides<KeepLetters> = (chat, asker) => {
  const { person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("have anything kept"))
  return nothing(person.account === undefined ? chat : keptFor(chat, person.account))
}
