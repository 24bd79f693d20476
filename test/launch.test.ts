import { spawn } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { describe, expect } from "vitest"
import { environment, Program, root } from "./e2e/support/program.ts"
import { it, type Stage } from "./e2e/support/stage.ts"

const launch = join(root, "launch")

/** A copy of the project as it is after an installation, in a folder with a difficult name. */
const project = (stage: Stage, { built }: { readonly built: boolean } = { built: true }): string => {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), "brusio-"))), "Räume am See")
  stage.onEnd(() => {
    rmSync(join(folder, ".."), { recursive: true, force: true })
  })
  for (const name of ["launch", "package.json", ...(built ? ["dist"] : [])]) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  return folder
}

/** A folder for a path: of the system's programs those that a launcher needs, and the given scripts. */
const programs = (folder: string, scripts: Readonly<Record<string, string>>): string => {
  const bin = join(folder, "bin")
  mkdirSync(bin, { recursive: true })
  const path = (process.env["PATH"] ?? "").split(delimiter)
  for (const name of ["sh", "dirname", "readlink", "mkdir"]) {
    const found = path.map((where) => join(where, name)).find(exists)
    if (found !== undefined) symlinkSync(found, join(bin, name))
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

describe.concurrent("A .desktop file", () => {
  for (const name of ["serve", "join"]) {
    const desktop = `launch/brusio-${name}.desktop`

    it(`of ${name} finds its folder by its path, its link, its address, or the folder it is opened from`, async ({ stage }) => {
      const folder = project(stage)
      const link = join(folder, "link.desktop")
      symlinkSync(desktop, link)
      const ways = [
        { where: join(folder, desktop), cwd: "/" },
        { where: link, cwd: "/" },
        { where: new URL(`file://${join(folder, desktop)}`).href, cwd: join(folder, "launch") },
        { where: "", cwd: join(folder, "launch") }
      ]
      const node = "case $1 in --version) echo v22.1.0 ;; *) echo \"$@\" ;; esac"
      const env = { PATH: programs(folder, { node }), HOME: folder }
      for (const { cwd, where } of ways) {
        const program = start(stage, "sh", ["-c", executed(join(folder, desktop), where)], { cwd, env })
        expect(await program.ended()).toMatchObject({ code: 0 })
        expect(program.stdout.text).toBe(`dist/cli.js ${name}\n`)
      }
    })

    it(`of ${name} says where to go when it does not find it, and waits`, async ({ stage }) => {
      const program = start(stage, "sh", ["-c", executed(join(root, desktop), "")], { cwd: "/" })
      await program.line(`Not found from here: start ${name}.sh in the folder launch.`)
      program.type("\n")
      await program.ended()
    })
  }
})

// There is no Windows here to run these.
describe("A launcher of Windows", () => {
  const read = (name: string) => readFileSync(join(launch, name), "utf8")

  it("has the line ends of Windows and no character that depends on a code page", () => {
    for (const name of ["serve.cmd", "join.cmd", "brusio.cmd"]) {
      expect(read(name).replaceAll("\r\n", "")).toMatch(/^[\u0020-\u007e]+$/u)
    }
    expect(read(".gitattributes")).toContain("*.cmd text eol=crlf")
  })

  it("hands all arguments on to the common part", () => {
    for (const name of ["serve", "join"]) expect(read(`${name}.cmd`)).toContain(`\r\n"%~dp0brusio.cmd" ${name} %*\r\n`)
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
    const other = read("brusio.sh")
    for (const words of steps.filter((step) => /^[A-Z].*\.$/u.test(step))) expect(other).toContain(words)
    for (const [, label] of text.matchAll(/goto (\w+)/gu)) expect(text).toContain(`\r\n:${label}\r\n`)
  })
})
