import { type ChildProcess, spawn } from "node:child_process"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { variable } from "./settings.ts"

/** How long a browser is watched for failing right after its start, ms: it does when it cannot show anything, and the next one is tried. */
const watched = 1000

/** How long whatever starts a browser (`open` of macOS, PowerShell) may take, ms; then the browser counts as started. */
const startPatience = 10_000

/**
 * Opens a page in a browser: in a window of its own (`--app`) where there is
 * Chrome, Chromium or Edge, else in the default browser. The variable
 * `BRUSIO_BROWSER` may name a program that is started instead, with the address
 * as its argument; with `none` nothing is opened. Returns whether what was wanted came about:
 * `false` where no browser could be started, and the caller then says so.
 *
 * The browser goes on by itself: its end is not waited for, and a signal to this
 * program's process group does not end it. Its arguments, the fragment of the
 * address included, are in the process list, where every user of the machine can
 * read them: what is secret in them must soon be worth nothing.
 */
export const openBrowser = (url: string): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const chosen = Option.getOrElse(yield* Effect.orDie(Config.option(Config.string(variable("browser")))), () => "")
    if (chosen === "none") return true
    if (chosen !== "") return yield* isStarted(() => launched(chosen, url))
    if (hasNoScreen(process.platform, process.env)) return false
    // Lazy loading: only a window needs it.
    const { apps, default: open, openApp } = yield* Effect.promise(() => import("open"))
    // A package's getters, which throw where a system has no such browser.
    const names = (name: "chrome" | "edge") => Either.getOrElse(Either.try(() => [apps[name]].flat()), () => [])
    // On macOS a browser that is running takes arguments only from another instance, which hands them over.
    const options = { arguments: [`--app=${url}`], newInstance: true }
    const inApp = [...names("chrome"), ...names("edge")].map((name) =>
      // A list, even of one, has the exit code of `open` and of PowerShell checked: they start whether there is such a program or not.
      // Where a program is started itself, that would wait for its end.
      () => openApp(startsItself ? name : [name], options)
    )
    return yield* Effect.reduceWhile([...inApp, () => open(url)], false, {
      while: (isOpen) => !isOpen,
      body: (_, start) => isStarted(start)
    })
  })

/** Whether browsers are started as programs of their own, and not by a program of the system that ends soon. */
const startsItself = process.platform !== "darwin" && process.platform !== "win32"

/** Whether this is a system of which a browser needs a display server, and none is told. WSL has the browsers of Windows. */
const hasNoScreen = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv): boolean =>
  platform !== "darwin" && platform !== "win32" && ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].every((name) => (env[name] ?? "") === "")

const launched = (program: string, url: string): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [url], { detached: true, stdio: "ignore" })
    child.once("error", reject)
    child.once("spawn", () => {
      child.unref()
      resolve(child)
    })
  })

/** Whether a browser can be started, and does not fail at once. */
const isStarted = (start: () => Promise<ChildProcess>): Effect.Effect<boolean> =>
  Effect.tryPromise(start).pipe(
    Effect.timeoutOption(startPatience),
    Effect.flatMap(Option.match({ onNone: () => Effect.succeed(true), onSome: isWell })),
    Effect.orElseSucceed(() => false)
  )

const isWell = (child: ChildProcess): Effect.Effect<boolean> =>
  Effect.async<boolean>((resume) => {
    const end = (code: number | null) => {
      resume(Effect.succeed(code === 0))
    }
    if (child.exitCode === null && child.signalCode === null) child.once("exit", end)
    else end(child.exitCode)
    return Effect.sync(() => child.off("exit", end))
  }).pipe(Effect.timeoutTo({ duration: watched, onSuccess: (isWell) => isWell, onTimeout: () => true }))
