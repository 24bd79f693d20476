import { chmodSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { vi } from "vitest"
import { openBrowser } from "../../src/cli/browser.ts"

const url = "http://127.0.0.1:25565/operator#code with 'quotes' & more"

let folder = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "browser-"))
  vi.stubEnv("PATH", folder)
  vi.stubEnv("BRUSIO_BROWSER", "")
  vi.stubEnv("DISPLAY", ":99")
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** A browser that writes down its name and its arguments, one a line, and does `then`. */
const browser = (name: string, then = ""): string => {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' ${name} "$@" >> '${folder}/log.part'\n/bin/mv '${folder}/log.part' '${folder}/log'\n${then}\n`)
  chmodSync(file, 0o755)
  return file
}

/** A browser that goes on until the test is over. */
const goesOn = (): string => `while [ -e '${folder}' ]; do /bin/sleep 0.2; done`

/** What the browser has written down, once it has. */
const log = Effect.async<ReadonlyArray<string>>((resume) => {
  const read = () => {
    try {
      resume(Effect.succeed(readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n")))
    } catch {
      // Not yet.
    }
  }
  const watcher = watch(folder, read)
  read()
  return Effect.sync(() => {
    watcher.close()
  })
})

describe("A page", () => {
  it.live("is opened by the program that was named, with its address as the one argument", () =>
    Effect.gen(function* () {
      vi.stubEnv("BRUSIO_BROWSER", browser("mine"))
      expect(yield* openBrowser(url)).toBe(true)
      expect(yield* log).toEqual(["mine", url])
    })
  )

  it.live("is not waited for: its browser goes on", () =>
    Effect.gen(function* () {
      vi.stubEnv("BRUSIO_BROWSER", browser("slow", goesOn()))
      expect(yield* openBrowser(url)).toBe(true)
      expect(yield* log).toEqual(["slow", url])
    })
  )

  it.live("opens nothing where none was asked for", () =>
    Effect.gen(function* () {
      browser("google-chrome")
      vi.stubEnv("BRUSIO_BROWSER", "none")
      expect(yield* openBrowser(url)).toBe(true)
    })
  )

  it.live("that cannot be opened is told: the program is not there, is none, or fails at once", () =>
    Effect.gen(function* () {
      browser("google-chrome")
      const text = join(folder, "text")
      writeFileSync(text, "no program")
      for (const program of [join(folder, "missing"), text, folder, browser("failing", "exit 3")]) {
        vi.stubEnv("BRUSIO_BROWSER", program)
        expect(yield* openBrowser(url)).toBe(false)
      }
    })
  )
})

describe.runIf(process.platform === "linux")("Where no program was named, a page", () => {
  it.live("has a window of its own in the first of Chrome, Chromium and Edge that there is and that does not fail", () =>
    Effect.gen(function* () {
      browser("google-chrome-stable", "exit 1")
      browser("chromium", goesOn())
      browser("microsoft-edge")
      expect(yield* openBrowser(url)).toBe(true)
      expect(yield* log).toEqual(["chromium", `--app=${url}`])
    })
  )

  it.live("cannot be opened without a display", () =>
    Effect.gen(function* () {
      browser("chromium")
      vi.stubEnv("DISPLAY", "")
      vi.stubEnv("WAYLAND_DISPLAY", "")
      vi.stubEnv("WSL_DISTRO_NAME", "")
      expect(yield* openBrowser(url)).toBe(false)
    })
  )
})
