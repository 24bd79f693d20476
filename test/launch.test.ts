import { spawn } from "node:child_process"
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { get } from "node:http"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import * as Schema from "effect/Schema"
import { describe, expect, vi } from "vitest"
import { environment, node, Program, root } from "./e2e/support/program.ts"
import { it, type Stage } from "./e2e/support/stage.ts"

const launch = join(root, "launch")

/** A copy of the project as it is after an installation, in a folder with a difficult name. */
const project = (stage: Stage, { built }: { readonly built: boolean } = { built: true }): string => {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), "brusio-"))), "Räume am See")
  stage.onEnd(() => {
    rmSync(join(folder, ".."), { recursive: true, force: true })
  })
  for (const name of ["launch", "package.json", "src/web/brusio.css", ...(built ? ["dist"] : [])]) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  return folder
}

/** A folder for a path: of the system's programs those that a launcher needs, and the given scripts. */
const programs = (folder: string, scripts: Readonly<Record<string, string>>): string => {
  const bin = join(folder, "bin")
  mkdirSync(bin, { recursive: true })
  const path = (process.env["PATH"] ?? "").split(delimiter)
  for (const name of ["sh", "dirname", "readlink", "mkdir", "mktemp", "mv", "cp", "cat", "sleep"]) {
    const found = path.map((where) => join(where, name)).find(exists)
    if (found !== undefined && !exists(join(bin, name))) symlinkSync(found, join(bin, name))
  }
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}

const exists = (file: string): boolean => {
  try {
    return realpathSync(file) !== ""
  } catch {
    return false
  }
}

interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a command in a process group of its own, as a terminal does. */
const start = (stage: Stage, command: string, args: ReadonlyArray<string>, { cwd = tmpdir(), env = {} }: Options = {}) => {
  const child = spawn(command, args, { cwd, env: environment(env), stdio: "pipe", detached: true })
  const program = new Program(child)
  const toAll = (signal: NodeJS.Signals) => {
    process.kill(-program.pid, signal)
  }
  stage.onEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) toAll("SIGKILL")
    await program.ended()
  })
  return Object.assign(program, { toAll })
}

/** Starts a launcher that has to fail, and after it a program that tells what the launcher has left of the input. */
const startFailing = (stage: Stage, file: string, args: ReadonlyArray<string>, options: Options) =>
  start(stage, "/bin/sh", ["-c", '"$@"; status=$?; read -r rest; echo "$status, then $rest"', "sh", file, ...args], options)

/** Sees that it waits for Enter, and for no more. */
const endsByEnter = async (program: Program): Promise<void> => {
  await program.stderr.line("It ended with an error. Press Enter to close this window.")
  program.type("\nnext\n")
  await program.line("1, then next")
  await program.ended()
}

describe.concurrent("A launcher of macOS and Linux", () => {
  for (const name of ["serve.sh", "serve.command"]) {
    it(`${name} starts a server from a folder with spaces and an umlaut, and through links; Ctrl-C ends it, and nothing waits`, async ({ stage }) => {
      const folder = project(stage)
      const near = join(folder, `near ${name}`)
      const far = join(folder, "..", `far ${name}`)
      symlinkSync(`launch/${name}`, near)
      symlinkSync(near, far)
      for (const file of [join(folder, "launch", name), far]) {
        const server = start(stage, file, ["--port", "0", "--no-input"])
        await server.line(/Listening on 127\.0\.0\.1:\d+/u)
        server.toAll("SIGINT")
        expect(await server.ended()).toMatchObject({ code: 0, signal: null })
        expect(server.stdout.text).toContain("stopped by its operator")
        expect(server.stderr.text).toBe("")
      }
    })
  }

  it("hands a signal that it alone gets on to the server, which says goodbye; nothing waits, and nothing is left", async ({ stage }) => {
    const folder = project(stage)
    for (const signal of ["SIGTERM", "SIGHUP"] as const) {
      const server = start(stage, join(folder, "launch/serve.sh"), ["--port", "0"])
      await server.line(/Listening on 127\.0\.0\.1:\d+/u)
      server.kill(signal)
      expect(await server.ended()).toMatchObject({ code: 0, signal: null })
      expect(server.stdout.text).toMatch(signal === "SIGTERM" ? /closing: terminated/u : /closing: the window was closed/u)
      expect(server.stderr.text).toBe("")
    }
  })

  it("gives its input to the program", async ({ stage }) => {
    const server = start(stage, join(project(stage), "launch/serve.sh"), ["--port", "0"])
    await server.line(/Listening on 127\.0\.0\.1:\d+/u)
    server.type("/quit enough for today\n")
    expect(await server.ended()).toMatchObject({ code: 0 })
    expect(server.stdout.text).toContain("closing: enough for today")
  })

  it("join.sh and join.command start a client, with the arguments as they were given; after an error they wait for Enter", async ({ stage }) => {
    const folder = project(stage)
    for (const name of ["join.sh", "join.command"]) {
      const client = startFailing(stage, `./${name}`, ["--host", "no such host"], { cwd: join(folder, "launch") })
      await client.stderr.line(/no such host/u)
      await endsByEnter(client)
    }
  })

  it("says what to do where there is no Node, and waits for Enter", async ({ stage }) => {
    const folder = project(stage)
    const env = { PATH: programs(folder, {}), HOME: folder }
    const client = startFailing(stage, join(folder, "launch/join.sh"), [], { env })
    await client.stderr.line("brusio needs Node.js 20.19 or later. Found: none.")
    await client.stderr.line(/https:\/\/nodejs\.org/u)
    await endsByEnter(client)
  })

  for (const version of ["v8.17.0", "v18.20.8", "v20.2.0", "v20.18.3"]) {
    it(`says that it found ${version}`, async ({ stage }) => {
      const folder = project(stage)
      const env = { PATH: programs(folder, { node: `echo ${version}` }), HOME: folder }
      const server = startFailing(stage, join(folder, "launch/serve.sh"), [], { env })
      await server.stderr.line(`brusio needs Node.js 20.19 or later. Found: ${version}.`)
      await endsByEnter(server)
    })
  }

  for (const version of ["v20.19.0", "v20.20.2", "v22.1.0", "v30.0.0", "v100.0.0"]) {
    it(`takes ${version}, where a version manager keeps it, rather than an old one on the path`, async ({ stage }) => {
      const folder = project(stage)
      const script = `case $1 in --version) echo ${version} ;; *) echo "$@" ;; esac`
      const home = join(folder, "home")
      const place = join(home, ".nvm/versions/node", version)
      mkdirSync(place, { recursive: true })
      symlinkSync(programs(home, { node: script }), join(place, "bin"))
      const env = { PATH: programs(folder, { node: "echo v18.20.8" }), HOME: home }
      const server = start(stage, join(folder, "launch/serve.sh"), ["--name", "Ada  L"], { env })
      expect(await server.ended()).toMatchObject({ code: 0 })
      expect(server.stdout.text).toBe("dist/cli.js serve --name Ada  L\n")
    })
  }

  it("builds on the first start, and says so; after a failure it waits for Enter", async ({ stage }) => {
    const folder = project(stage, { built: false })
    const node = "case $1 in --version) echo v22.1.0 ;; *) echo started ;; esac"
    const file = join(folder, "launch/serve.sh")
    const having = (name: string, npm: Readonly<Record<string, string>>): Options => ({
      env: { PATH: programs(join(folder, name), { node, ...npm }), HOME: folder }
    })

    const without = startFailing(stage, file, [], having("without", {}))
    await without.stderr.line(/npm is missing/u)
    await endsByEnter(without)

    const failing = startFailing(stage, file, [], having("failing", { npm: "echo no network >&2; exit 1" }))
    await failing.stderr.line(/The first start installs and builds brusio \(npm ci\)/u)
    await failing.stderr.line("no network")
    await endsByEnter(failing)

    const building = start(stage, file, [], having("building", { npm: 'echo "npm $1"; mkdir dist; : > dist/cli.js' }))
    expect(await building.ended()).toMatchObject({ code: 0 })
    expect(building.stdout.text).toBe("npm ci\nstarted\n")

    const again = start(stage, file, [], having("again", { npm: "exit 1" }))
    expect(await again.ended()).toMatchObject({ code: 0 })
    expect(again.stdout.text).toBe("started\n")
  })
})

/** What a desktop makes of an `Exec` for a file that it knows by `where`, as a command of the shell. */
const executed = (file: string, where: string): string => {
  const exec = /^Exec=(.*)$/mu.exec(readFileSync(file, "utf8"))?.[1] ?? ""
  return exec.replaceAll("\\\\", "\\").replace("%k", `'${where}'`)
}

/** A dialog of a desktop that keeps what it is told; `folder` is where `told` reads it. */
const dialog = (folder: string, name: string): string => `for last; do :; done; printf '%s' "${name}: $last" > '${folder}/told'`

const told = (folder: string): Promise<string> =>
  vi.waitFor(() => {
    const words = readFileSync(join(folder, "told"), "utf8")
    expect(words).not.toBe("")
    return words
  }, { timeout: 15_000, interval: 50 })

const echoing = "case $1 in --version) echo v22.1.0 ;; *) echo \"$@\" ;; esac"

describe.concurrent("A .desktop file", () => {
  for (const name of ["serve", "join"]) {
    const desktop = `launch/brusio-${name}.desktop`

    it(`of ${name} needs no terminal, and finds its folder by its path, its link, its address, or the folder it is opened from`, async ({ stage }) => {
      const folder = project(stage)
      expect(readFileSync(join(folder, desktop), "utf8")).toContain("\nTerminal=false\n")
      const link = join(folder, "link.desktop")
      symlinkSync(desktop, link)
      const ways = [
        { where: join(folder, desktop), cwd: "/" },
        { where: link, cwd: "/" },
        { where: new URL(`file://${join(folder, desktop)}`).href, cwd: join(folder, "launch") },
        { where: "", cwd: join(folder, "launch") }
      ]
      const env = { PATH: programs(folder, { node: echoing }), HOME: folder }
      for (const { cwd, where } of ways) {
        const program = start(stage, "sh", ["-c", executed(join(folder, desktop), where)], { cwd, env })
        expect(await program.ended()).toMatchObject({ code: 0 })
        expect(program.stdout.text).toBe(`${folder}/launch/start.mjs ${name}\n`)
      }
    })

    it(`of ${name} says where to go when it does not find it, in whichever dialog there is`, async ({ stage }) => {
      for (const shown of ["zenity", "kdialog", "xmessage"]) {
        const folder = project(stage)
        const env = { PATH: programs(folder, { [shown]: dialog(folder, shown) }), HOME: folder }
        const program = start(stage, "sh", ["-c", executed(join(root, desktop), "")], { cwd: "/", env })
        expect(await program.ended()).toMatchObject({ code: 0 })
        expect(await told(folder)).toBe(`${shown}: brusio is not found from here: start this in the folder launch, where it belongs.`)
      }
    })
  }
})

describe.concurrent("Without a terminal, on Linux and macOS,", () => {
  const noNode = (found: string) => `brusio needs Node.js 20.19 or later. Found: ${found}.\nGet it from https://nodejs.org (the version called LTS), then start this again.`

  for (const shown of ["zenity", "kdialog", "xmessage", "notify-send", "osascript"]) {
    it(`a dialog of ${shown} says what to do where there is no Node, or an old one`, async ({ stage }) => {
      for (const [node, found] of [[{}, "none"], [{ node: "echo v18.20.8" }, "v18.20.8"]] as const) {
        const folder = project(stage)
        const env = { PATH: programs(folder, { ...node, [shown]: dialog(folder, shown) }), HOME: folder, DISPLAY: ":99" }
        const program = start(stage, join(folder, "launch/window.sh"), ["join"], { env })
        expect(await program.ended()).toMatchObject({ code: 1 })
        expect((await told(folder)).replace("--text=", "")).toBe(`${shown}: ${noNode(found)}`)
      }
    })
  }

  it("a terminal says it where there is no dialog, else a text file that is opened, else the log of the desktop", async ({ stage }) => {
    const inTerminal = project(stage)
    const xterm = start(stage, join(inTerminal, "launch/window.sh"), ["join"], {
      env: { PATH: programs(inTerminal, { xterm: dialog(inTerminal, "xterm") }), HOME: inTerminal, DISPLAY: ":99" }
    })
    expect(await xterm.ended()).toMatchObject({ code: 1 })
    expect(await told(inTerminal)).toBe(`xterm: ${noNode("none")}`)

    const inFile = project(stage)
    const file = start(stage, join(inFile, "launch/window.sh"), ["join"], {
      env: { PATH: programs(inFile, { "xdg-open": `case $1 in *.txt) cp "$1" '${inFile}/told' ;; esac` }), HOME: inFile, TMPDIR: inFile, WAYLAND_DISPLAY: "wayland-0" }
    })
    expect(await file.ended()).toMatchObject({ code: 1 })
    expect(await told(inFile)).toBe(`${noNode("none")}\n`)

    const nowhere = project(stage)
    const log = start(stage, join(nowhere, "launch/window.sh"), ["join"], { env: { PATH: programs(nowhere, {}), HOME: nowhere } })
    expect(await log.ended()).toMatchObject({ code: 1 })
    expect(log.stderr.text).toBe(`${noNode("none")}\n`)
  })
})

/** What the page of a start shows. */
const State = Schema.parseJson(
  Schema.Struct({ phase: Schema.String, words: Schema.optional(Schema.String), output: Schema.optional(Schema.String), link: Schema.optional(Schema.String) })
)
type State = typeof State.Type

/** A browser that does nothing but keep the address it is to open. */
const browser = (folder: string): Readonly<Record<string, string>> => {
  const file = join(folder, "browser")
  writeFileSync(file, `#!/bin/sh\nprintf '%s' "$1" > '${folder}/part' && mv '${folder}/part' '${folder}/opened'\n`)
  chmodSync(file, 0o755)
  return { BRUSIO_BROWSER: file }
}

const opened = (folder: string): Promise<string> => vi.waitFor(() => readFileSync(join(folder, "opened"), "utf8"), { timeout: 15_000, interval: 50 })

/** A window with the page of a start: all that it has shown, and how to close it. */
const openWindow = (stage: Stage, link: string) => {
  const shown: Array<State> = []
  const asked = get(`${link}events`, { agent: false }, (response) => {
    let text = ""
    response.on("error", () => undefined)
    response.on("data", (bytes: Buffer) => {
      text += bytes.toString()
      const events = text.split("\n\n")
      text = events.pop() ?? ""
      for (const event of events) shown.push(Schema.decodeUnknownSync(State)(event.replace(/^data: /u, "")))
    })
  })
  asked.on("error", () => undefined)
  const close = () => {
    asked.destroy()
  }
  stage.onEnd(close)
  return {
    close,
    shows: (phase: string): Promise<State> =>
      vi.waitFor(() => {
        const found = shown.find((state) => state.phase === phase)
        if (found === undefined) throw new Error(`It shows ${JSON.stringify(shown.at(-1))}`)
        return found
      }, { timeout: 15_000, interval: 50 })
  }
}

/** Starts without a terminal in a folder, where `npm` does this. The Node is the tests' own. */
const startWithout = (stage: Stage, folder: string, npm: string | undefined, env: Readonly<Record<string, string>>) => {
  const path = programs(folder, npm === undefined ? {} : { npm })
  if (!exists(join(path, "node"))) symlinkSync(node, join(path, "node"))
  return start(stage, join(folder, "launch/window.sh"), ["join", "--name", "Ada  L"], { env: { PATH: path, HOME: folder, ...env } })
}

/** An npm that waits for a file `go`, or for the end of the test that made its folder, and builds a program which prints a link and does `then`. */
const building = (then: string): string =>
  `echo "npm $*"; while [ ! -e go ]; do [ -e package.json ] || exit 1; sleep 0.1; done; mkdir dist; cat > dist/cli.js <<'END'\nimport { appendFileSync } from "node:fs"; appendFileSync("ran", JSON.stringify([process.argv.slice(2), process.env.BRUSIO_BROWSER]) + "\\n"); console.log("The form is at http://127.0.0.1:1/#token"); ${then}\nEND`

describe.concurrent("A first start without a terminal", () => {
  it("shows that it installs, goes on to the program's window, and ends with the program", async ({ stage }) => {
    const folder = project(stage, { built: false })
    const program = startWithout(stage, folder, building("setTimeout(() => {}, 1000)"), browser(folder))
    const link = await opened(folder)
    const page = await (await fetch(link)).text()
    for (const [, name = ""] of page.matchAll(/(?:src|href)="([^":]+)"/gu)) expect((await fetch(new URL(name, link))).status).toBe(200)
    const window = openWindow(stage, link)
    await window.shows("building")
    writeFileSync(join(folder, "go"), "")
    expect(await window.shows("going")).toEqual({ phase: "going", link: "http://127.0.0.1:1/#token" })
    expect(await program.ended()).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, "ran"), "utf8")).toBe('[["join","--window","--name","Ada  L"],"none"]\n')
  })

  it("says why the installation failed, until that has been seen", async ({ stage }) => {
    const folder = project(stage, { built: false })
    const program = startWithout(stage, folder, "echo no network >&2; exit 1", browser(folder))
    const window = openWindow(stage, await opened(folder))
    expect(await window.shows("failed")).toEqual({
      phase: "failed",
      words: "The installation (npm ci) has failed. When the reason is mended, start this again.",
      output: "no network"
    })
    expect(program.child.exitCode).toBeNull()
    window.close()
    expect(await program.ended()).toMatchObject({ code: 1 })
    // The next start begins anew.
    expect(existsSync(join(folder, ".first-start.json"))).toBe(false)
  })

  it("says that npm is missing", async ({ stage }) => {
    const folder = project(stage, { built: false })
    startWithout(stage, folder, undefined, browser(folder))
    const window = openWindow(stage, await opened(folder))
    expect((await window.shows("failed")).words).toBe("brusio has to be built first, and npm is missing: it comes with Node.js from https://nodejs.org.")
  })

  it("tells of a failure in a dialog where no browser can be opened", async ({ stage }) => {
    const folder = project(stage, { built: false })
    programs(folder, { zenity: dialog(folder, "zenity") })
    const program = startWithout(stage, folder, "echo no network >&2; exit 1", { BRUSIO_BROWSER: join(folder, "missing"), DISPLAY: ":99" })
    expect(await told(folder)).toBe("zenity: --text=The installation (npm ci) has failed. When the reason is mended, start this again.\n\nno network")
    expect(await program.ended()).toMatchObject({ code: 1 })
  })

  it("is shown once more by another start meanwhile, and stopped, with all that it has started, by closing its window", async ({ stage }) => {
    const folder = project(stage, { built: false })
    const program = startWithout(stage, folder, `echo going; sleep 600 & echo $! > '${folder}/pid'; wait`, browser(folder))
    const link = await opened(folder)
    const window = openWindow(stage, link)
    await window.shows("building")
    rmSync(join(folder, "opened"))
    const other = startWithout(stage, folder, "exit 9", browser(folder))
    expect(await opened(folder)).toBe(link)
    expect(await other.ended()).toMatchObject({ code: 0 })
    const pid = Number(await vi.waitFor(() => readFileSync(join(folder, "pid"), "utf8"), { timeout: 10_000 }))
    window.close()
    expect(await program.ended()).toMatchObject({ code: 1 })
    await vi.waitFor(() => { expect(() => process.kill(pid, 0)).toThrow() }, { timeout: 10_000 })
    expect(existsSync(join(folder, ".first-start.json"))).toBe(false)
  })

  it("takes up what one has left that was killed", async ({ stage }) => {
    const folder = project(stage, { built: false })
    writeFileSync(join(folder, ".first-start.json"), JSON.stringify({ pid: 2 ** 22 + 1, link: "http://evil.example/" }))
    const program = startWithout(stage, folder, building("setTimeout(() => {}, 1000)"), browser(folder))
    const window = openWindow(stage, await opened(folder))
    await window.shows("building")
    writeFileSync(join(folder, "go"), "")
    await window.shows("going")
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("shows nothing to whoever does not know its link", async ({ stage }) => {
    const folder = project(stage, { built: false })
    startWithout(stage, folder, "sleep 600", browser(folder))
    const link = await opened(folder)
    const { origin } = new URL(link)
    const status = async (url: string, headers: Readonly<Record<string, string>> = {}) =>
      new Promise((resolve) => get(url, { headers, agent: false }, (response) => {
        response.destroy()
        resolve(response.statusCode)
      }))
    expect(await status(link)).toBe(200)
    for (const path of ["/", "/events", "/page.js", `/${"A".repeat(22)}/events`]) expect(await status(`${origin}${path}`)).toBe(404)
    expect(await status(`${link}events`, { host: "evil.example" })).toBe(404)
    expect(await status(`${link}events`, { origin: "http://evil.example" })).toBe(404)
    expect(await status(`${link}../../package.json`)).toBe(404)
  })
})

describe.concurrent("A start without a terminal", () => {
  const failing = (stage: Stage): string => {
    const folder = project(stage, { built: false })
    mkdirSync(join(folder, "dist"))
    writeFileSync(join(folder, "dist/cli.js"), 'console.error("Cannot listen on 127.0.0.1, port 25565: the port is in use."); process.exitCode = 1')
    return folder
  }

  it("says why the program failed, on a page", async ({ stage }) => {
    const folder = failing(stage)
    const program = startWithout(stage, folder, "exit 9", browser(folder))
    const window = openWindow(stage, await opened(folder))
    expect(await window.shows("failed")).toEqual({ phase: "failed", words: "brusio has ended with an error.", output: "Cannot listen on 127.0.0.1, port 25565: the port is in use." })
    window.close()
    expect(await program.ended()).toMatchObject({ code: 1 })
  })

  it("ends on a signal while it says why the program failed", async ({ stage }) => {
    const folder = failing(stage)
    const program = startWithout(stage, folder, "exit 9", browser(folder))
    await openWindow(stage, await opened(folder)).shows("failed")
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ signal: "SIGTERM" })
  })

  it("says it in a dialog where no browser can be opened, and where the one that is opened shows nothing", async ({ stage }) => {
    const folder = failing(stage)
    programs(folder, { zenity: dialog(folder, "zenity") })
    const program = startWithout(stage, folder, "exit 9", { BRUSIO_BROWSER: "none", DISPLAY: ":99" })
    expect(await told(folder)).toBe("zenity: --text=brusio has ended with an error.\n\nCannot listen on 127.0.0.1, port 25565: the port is in use.")
    expect(await program.ended()).toMatchObject({ code: 1 })
  })

  it("gives the link in a dialog when the program has found no browser", async ({ stage }) => {
    const folder = project(stage)
    programs(folder, { zenity: dialog(folder, "zenity") })
    const program = startWithout(stage, folder, undefined, { DISPLAY: "", WAYLAND_DISPLAY: "wayland-0", BRUSIO_BROWSER: join(folder, "missing") })
    expect(await told(folder)).toMatch(/^zenity: --text=No browser could be opened: .*\n\nhttp:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}$/u)
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ code: 0 })
  })
})

// There is no macOS here to open these: their scripts are run as they are.
describe.concurrent("An .app of macOS", () => {
  for (const name of ["serve", "join"]) {
    const app = `launch/brusio-${name}.app/Contents`

    it(`of ${name} has what macOS asks for, and starts it without a terminal`, async ({ stage }) => {
      const folder = project(stage)
      const plist = readFileSync(join(folder, app, "Info.plist"), "utf8")
      const values = new Map([...plist.matchAll(/<key>(\w+)<\/key>\s*<(?:string>([^<]*)<|(true)\/>)/gu)].map(([, key, text, yes]) => [key, text ?? yes]))
      expect(Object.fromEntries(values)).toEqual({
        CFBundleExecutable: "start", CFBundleIdentifier: `brusio.${name}`, CFBundleName: `brusio ${name}`, CFBundlePackageType: "APPL", CFBundleInfoDictionaryVersion: "6.0", LSUIElement: "true"
      })
      expect(statSync(join(folder, app, "MacOS/start")).mode & 0o111).toBe(0o111)
      const env = { PATH: programs(folder, { node: echoing }), HOME: folder }
      const program = start(stage, join(folder, app, "MacOS/start"), [], { cwd: "/", env })
      expect(await program.ended()).toMatchObject({ code: 0 })
      expect(program.stdout.text).toBe(`${folder}/launch/start.mjs ${name}\n`)
    })

    it(`of ${name} says that it does not find the rest, where macOS has moved it`, async ({ stage }) => {
      const folder = project(stage)
      cpSync(join(folder, app), join(folder, `moved/${name}.app/Contents`), { recursive: true })
      const env = { PATH: programs(folder, { osascript: dialog(folder, "osascript") }), HOME: folder }
      const program = start(stage, join(folder, `moved/${name}.app/Contents/MacOS/start`), [], { cwd: "/", env })
      expect(await program.ended()).toMatchObject({ code: 0 })
      expect(await told(folder)).toContain("brusio is not found from here: start this in the folder launch, where it belongs.")
    })
  }
})

// There is no Windows here to run these.
describe("A launcher of Windows", () => {
  const read = (name: string) => readFileSync(join(launch, name), "utf8")

  it("has the line ends of Windows and no character that depends on a code page", () => {
    for (const name of ["serve.cmd", "join.cmd", "brusio.cmd", "brusio-serve.cmd", "brusio-join.cmd"]) {
      expect(read(name).replaceAll("\r\n", "")).toMatch(/^[\u0020-\u007e]+$/u)
    }
    expect(read(".gitattributes")).toContain("*.cmd text eol=crlf")
  })

  it("hands all arguments on to the common part", () => {
    for (const name of ["serve", "join"]) {
      expect(read(`${name}.cmd`)).toContain(`\r\n"%~dp0brusio.cmd" ${name} %*\r\n`)
      expect(read(`brusio-${name}.cmd`)).toContain(`\r\n"%~dp0brusio.cmd" --window ${name} %*\r\n`)
    }
  })

  it("without a console leaves all but finding Node.js to a process of its own, which this one does not wait for", async ({ stage }) => {
    const text = read("brusio.cmd")
    const order = ["lss 20019 goto nonode", 'if "%~1"=="--window" goto window', "if exist dist\\cli.js goto run", ':window\r\nnode "%~dp0start.mjs" --detach %*\r\nif not %errorlevel%==0 goto failed\r\npopd\r\nexit /b 0\r\n']
    const places = order.map((step) => text.indexOf(step))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((one, other) => one - other))

    const folder = project(stage, { built: false })
    mkdirSync(join(folder, "dist"))
    writeFileSync(join(folder, "dist/cli.js"), 'import { writeFileSync } from "node:fs"; writeFileSync("told", JSON.stringify(process.argv.slice(2)))')
    const program = start(stage, node, [join(folder, "launch/start.mjs"), "--detach", "--window", "join", "--name", "Ada  L"], { cwd: "/" })
    expect(await program.ended()).toMatchObject({ code: 0 })
    expect(await told(folder)).toBe('["join","--window","--name","Ada  L"]')
  })

  it("takes the same steps in the same order as the others, with the same words", () => {
    const text = read("brusio.cmd")
    const steps = [
      'pushd "%~dp0.."',
      "node --version",
      "lss 20019 goto nonode",
      "if exist dist\\cli.js goto run",
      "where npm",
      "The first start installs and builds brusio (npm ci), which may take some minutes.",
      "call npm ci --include=dev",
      ":run\r\nnode dist\\cli.js %*",
      "exit /b 0",
      ":nonode\r\necho brusio needs Node.js 20.19 or later. Found: %found%.",
      "Get it from https://nodejs.org (the version called LTS), then start this again.",
      "brusio has to be built first, and npm is missing: it comes with Node.js from https://nodejs.org.",
      ":failed\r\n",
      "It ended with an error.",
      "pause"
    ]
    const places = steps.map((step) => text.indexOf(step))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((one, other) => one - other))
    const other = read("brusio.sh") + read("node.sh")
    for (const words of steps.filter((step) => /^[A-Z].*\.$/u.test(step))) expect(other).toContain(words)
    for (const [, label] of text.matchAll(/goto (\w+)/gu)) expect(text).toContain(`\r\n:${label}\r\n`)
  })
})
