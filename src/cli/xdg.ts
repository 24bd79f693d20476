/** The folders of a user, as the XDG Base Directory Specification names them. */
import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import * as Effect from "effect/Effect"

const folderOf = (variable: string, ...usual: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.sync(() => {
    const given = process.env[variable] ?? ""
    return join(isAbsolute(given) ? given : join(homedir(), ...usual), "brusio")
  })

/** Where this program keeps what it knows from one start to the next, such as its certificate. */
export const stateFolder = folderOf("XDG_STATE_HOME", ".local", "state")

/** Where this program keeps what a person may want to read and edit, such as the rooms that are known. */
export const configFolder = folderOf("XDG_CONFIG_HOME", ".config")
