import { execFileSync } from "node:child_process"
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"

const changed = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(folder, name)).mtimeMs)
  )

/** Global setup: the end-to-end tests run the built program, so it is built again if it is older than `src`. */
export const setup = (): void => {
  const built = statSync("dist/cli.js", { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (built < changed("src")) execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" })
}
