import { delimiter, dirname, basename, relative } from "node:path"

/** What the name of the program is worked out from. */
export interface Start {
  /** The script that Node was told to run. */
  readonly script: string | undefined
  /** The current directory; `undefined` where it is gone. */
  readonly here: string | undefined
  /** The variable PATH. */
  readonly path: string
  /** Whether `npx` has started it. */
  readonly isNpx: boolean
  readonly isWindows: boolean
}

/** The words that start this program again where it was started, quoted for a shell. */
export const nameOf = ({ here, isNpx, isWindows, path, script }: Start): string => {
  if (script === undefined) return "brusio"
  const near = here === undefined ? script : relative(here, script)
  const file = near.startsWith("..") ? script : near
  if (script.endsWith(".js")) return `node ${quoted(file, isWindows)}`
  if (isNpx) return `npx ${basename(script)}`
  if (path.split(delimiter).includes(dirname(script))) return basename(script)
  return quoted(/[/\\]/u.test(file) ? file : `./${file}`, isWindows)
}

const quoted = (file: string, isWindows: boolean): string => {
  if (/^[\w@%+=:,./\\-]+$/u.test(file) && (isWindows || !file.includes("\\"))) return file
  return isWindows ? `"${file}"` : `'${file.replaceAll("'", "'\\''")}'`
}

// Fails where the directory was removed after somebody went into it.
const currentDirectory = (): string | undefined => {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/** How whoever reads this would start this program: for help, examples and the commands that are shown to be copied. */
export const programName = (): string =>
  nameOf({
    script: process.argv[1],
    here: currentDirectory(),
    path: process.env["PATH"] ?? "",
    isNpx: process.env["npm_command"] === "exec",
    isWindows: process.platform === "win32"
  })
