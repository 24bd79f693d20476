import { execFileSync } from "node:child_process"
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"

const changed = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(folder, name)).mtimeMs)
  )

/** The built program is what is tested: it is built again when it is older than its source. */
export const setup = (): void => {
  const built = statSync("dist/cli.js", { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (built < changed("src")) execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" })
}
