import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import * as Net from "node:net"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"
import { cli, environment, join, node, Program, root, run, serve, start } from "./support/program.ts"
import { connect, lineClient, listen, nativeClient } from "./support/raw.ts"
import { inTurn, it, type Stage } from "./support/stage.ts"
import { hasTmux, openTerminal } from "./support/tmux.ts"

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`

// Escape sequences, and the one-byte forms of their beginnings.
const ansi = /[\u001b\u009b]/u

describe.concurrent("A server that starts", () => {
  it("says where it listens and how to join, each with the time and the level; that join works as printed", async ({ stage }) => {
    const { port, program } = await serve(stage)
    await program.line(/Join with/u)
    expect(program.stdout.texts[0]).toMatch(new RegExp(`^${time} INFO  Listening on 127\\.0\\.0\\.1:${port}$`, "u"))
    expect(program.stdout.texts[1]).toMatch(new RegExp(`^${time} INFO  Join with: .+$`, "u"))
    const command = /Join with: (.+)$/u.exec(program.stdout.texts[1] ?? "")?.[1] ?? ""
    expect(command).toBe(`node ${cli} join --host 127.0.0.1 --port ${port}`)
    const child = spawn("sh", ["-c", `exec ${command}`], { cwd: root, env: environment(), stdio: "pipe" })
    const client = new Program(child)
    stage.onEnd(() => {
      child.kill("SIGKILL")
    })
    await client.line(/^Welcome /u)
    client.type("{quit}\n")
    expect(await client.ended()).toMatchObject({ code: 0 })
  })

  it("takes a free port with --port 0, another one for each server", async ({ stage }) => {
    const [one, two] = await Promise.all([serve(stage), serve(stage)])
    expect(one.port).toBeGreaterThan(0)
    expect(two.port).toBeGreaterThan(0)
    expect(one.port).not.toBe(two.port)
  })

  it("with --log-format json prints objects only, the first with host and port as values", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--log-format", "json"] })
    const ada = await nativeClient(stage, port, "ada")
    await ada.send({ _tag: "Say", text: "hello \u00e9" })
    await program.line(/"said"/u)
    program.kill("SIGTERM")
    await program.ended()
    const objects: ReadonlyArray<unknown> = program.stdout.texts.map((line): unknown => JSON.parse(line))
    expect(objects[0]).toMatchObject({ level: "info", event: "listening", host: "127.0.0.1", port, message: `Listening on 127.0.0.1:${port}` })
    expect(objects[0]).toHaveProperty("time", expect.stringMatching(new RegExp(`^${time}$`, "u")))
    expect(objects).toContainEqual(expect.objectContaining({ event: "said", name: "ada", text: "hello \u00e9" }))
    expect(objects).toContainEqual(expect.objectContaining({ event: "goodbye", code: "closing", reason: "terminated" }))
  })

  it("opens where its directory is gone, and prints whole paths; a client joins from there", async ({ stage }) => {
    const inNowhere = (...args: ReadonlyArray<string>) => {
      const child = spawn("sh", ["-c", 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" "$@"', node, `${root}/${cli}`, ...args], { env: environment(), stdio: "pipe" })
      stage.onEnd(() => {
        child.kill("SIGKILL")
      })
      return new Program(child)
    }
    const program = inNowhere("serve", "--port", "0")
    const command = await program.stdout.find("Join with", ({ text }) => /Join with: (.+)$/u.exec(text)?.[1])
    const port = /--port (\d+)$/u.exec(command)?.[1] ?? ""
    expect(command).toMatch(/^node '?\/.*dist\/cli\.js'? join --host 127\.0\.0\.1 --port \d+$/u)
    const client = inNowhere("join", "--port", port)
    await client.line(/^Welcome /u)
    client.endInput()
    expect(await client.ended()).toMatchObject({ code: 0 })
    expect(inNowhere("--help").stderr.text).toBe("")
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
    expect(program.stderr.text).toBe("")
  })

  it("listens on IPv6, and says so with brackets", async ({ stage }) => {
    const { program } = await serve(stage, { args: ["--host", "::1"] })
    expect(program.stdout.texts[0]).toMatch(/Listening on \[::1\]:\d+$/u)
  })
})

interface Failure {
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  /** What the one line on standard error names. */
  readonly names: ReadonlyArray<string>
}

// Below this port root alone may listen, and not even that is so everywhere.
const unprivileged = ((): number => {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"))
  } catch {
    return 1024
  }
})()
const isRoot = process.getuid?.() === 0
const denied: ReadonlyArray<Failure> =
  isRoot || unprivileged <= 1
    ? []
    : [{ name: "a port that is not permitted", args: ["--port", "1"], names: ["127.0.0.1", "1", "not permitted"] }]

const failures: ReadonlyArray<Failure> = [
  ...denied,
  { name: "an address of another machine", args: ["--host", "203.0.113.1", "--port", "4999"], names: ["203.0.113.1", "4999"] },
  { name: "a host that does not exist", args: ["--host", "no.such.host.invalid", "--port", "4999"], names: ["no.such.host.invalid", "4999"] },
  { name: "--port 99999", args: ["--port", "99999"], names: ["127.0.0.1", "--port", "99999", "65535"] },
  { name: "BRUSIO_PORT=99999", args: [], env: { BRUSIO_PORT: "99999" }, names: ["127.0.0.1", "BRUSIO_PORT", "99999", "65535"] },
  { name: "--port abc", args: ["--port", "abc", "--host", "127.0.0.2"], names: ["127.0.0.2", "--port", "abc", "whole number"] },
  { name: "--port -1", args: ["--port=-1"], names: ["127.0.0.1", "--port", "-1"] },
  { name: "--log-format yaml", args: ["--log-format", "yaml"], names: ["--log-format", "yaml", "text or json"] },
  { name: "BRUSIO_LOG_FORMAT=yaml", args: [], env: { BRUSIO_LOG_FORMAT: "yaml" }, names: ["BRUSIO_LOG_FORMAT", "yaml", "text or json"] },
  { name: "--echo loud", args: ["--echo", "loud"], names: ["--echo", "loud", "auto, on or off"] },
  { name: "BRUSIO_NO_INPUT=perhaps", args: [], env: { BRUSIO_NO_INPUT: "perhaps" }, names: ["BRUSIO_NO_INPUT", "perhaps", "on or off"] },
  { name: "an unknown option", args: ["--colour"], names: ["--colour"] },
  { name: "an argument too many", args: ["now"], names: ["now"] }
]

describe.concurrent("A server that cannot start says why in one line on standard error and exits with 1", () => {
  const fails = async (stage: Stage, { args, env = {}, names }: Omit<Failure, "name">) => {
    const { code, stderr, stdout } = await run(stage, ["serve", ...args], { env })
    for (const word of names) expect(stderr).toContain(word)
    expect(stderr).toMatch(/^[^\n]+\n$/u)
    expect(stderr).not.toMatch(/ {4}at |Error:|node:|\[object/u)
    expect(stderr).not.toMatch(ansi)
    expect(stdout).toBe("")
    expect(code).toBe(1)
  }

  for (const { name, ...failure } of failures) {
    it(`${name}: it names ${failure.names.join(", ")}`, ({ stage }) => fails(stage, failure))
  }

  it("a port in use: it names host and port", async ({ stage }) => {
    const port = await listen(stage, Net.createServer())
    await fails(stage, { args: ["--port", String(port)], names: ["127.0.0.1", String(port), "in use"] })
  })
})

describe.concurrent("Every option also comes from the environment", () => {
  it("host, port, log format, echo, no input and ignored hangup do", async ({ stage }) => {
    const { port, program } = await serve(stage, {
      args: [],
      env: {
        BRUSIO_HOST: "127.0.0.1",
        BRUSIO_LOG_FORMAT: "json",
        BRUSIO_ECHO: "on",
        BRUSIO_NO_INPUT: "1",
        BRUSIO_IGNORE_HANGUP: "yes"
      }
    })
    expect(program.stdout.texts[0]).toMatch(/^\{/u)
    program.type("/quit\n")
    program.endInput()
    program.kill("SIGHUP")
    const ada = await lineClient(stage, port, "ada")
    await ada.write("hello\n")
    await ada.heard.line("ada: hello")
    program.kill("SIGTERM")
    await ada.heard.line("The server is closing: terminated.")
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("the address and the port do", async ({ stage }) => {
    const program = start(stage, ["serve"], { env: { BRUSIO_HOST: "127.0.0.2", BRUSIO_PORT: "0" } })
    await program.line(/Listening on 127\.0\.0\.2:\d+$/u)
  })

  it("an option goes before the environment", async ({ stage }) => {
    const program = start(stage, ["serve", "--host", "127.0.0.3", "--port", "0", "--log-format", "text"], {
      env: { BRUSIO_HOST: "127.0.0.2", BRUSIO_PORT: "99999", BRUSIO_LOG_FORMAT: "json" }
    })
    await program.line(/^[^{]*Listening on 127\.0\.0\.3:\d+$/u)
  })

  it("an empty variable is as good as none", async ({ stage }) => {
    const program = start(stage, ["serve", "--port", "0"], { env: { BRUSIO_HOST: "", BRUSIO_LOG_FORMAT: "", BRUSIO_NO_INPUT: "" } })
    await program.line(/INFO {2}Listening on 127\.0\.0\.1:\d+$/u)
  })

  it("those of join do too", async ({ stage }) => {
    const { port } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    const client = start(stage, ["join"], {
      env: { BRUSIO_HOST: "127.0.0.1", BRUSIO_PORT: String(port), BRUSIO_NAME: "bob", BRUSIO_JSON: "on", BRUSIO_TEXT: "true", BRUSIO_NO_INPUT: "1" }
    })
    await client.line(/"_tag":"Welcome".*"name":"bob"/u)
    client.type("/quit\n")
    await ada.event("Said", ({ text }) => text === "/quit")
  })
})

describe.concurrent("The help", () => {
  const options = {
    serve: {
      "--host": "127.0.0.1",
      "--port": "25565",
      "--log-format": "text",
      "--echo": "auto",
      "--no-input": "off",
      "--ignore-hangup": "off"
    },
    join: {
      "--host": "127.0.0.1",
      "--port": "25565",
      "--name": "User and a random number",
      "--no-input": "off",
      "--text": "off",
      "--json": "off"
    }
  }
  for (const [command, defaults] of Object.entries(options)) {
    it(`of ${command} shows every option with its default, how its variable is named, and no colours in a pipe`, async ({ stage }) => {
      const { code, stderr, stdout } = await run(stage, [command, "--help"])
      expect(code).toBe(0)
      expect(stderr).toBe("")
      expect(stdout).not.toMatch(ansi)
      expect(stdout.replace(/\s+/gu, " ")).toMatch(/Every option can also be set in the environment: --[a-z-]+ is BRUSIO_[A-Z_]+\./u)
      expect(stdout).not.toContain("user-defined")
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80)
      for (const [option, fallback] of Object.entries(defaults)) {
        const from = stdout.search(new RegExp(`^ *(?:-\\w, )?${option}\\b`, "mu"))
        expect(from, option).toBeGreaterThan(-1)
        const words = stdout.slice(from).replace(/\s+/gu, " ")
        expect(words.slice(0, words.indexOf(".", words.indexOf("Default:")) + 1)).toContain("Default:")
        expect(words.slice(words.indexOf("Default:"))).toMatch(new RegExp(`^Default: ${fallback.replaceAll(".", "\\.")}\\.`, "u"))
      }
    })
  }

  it("of the program shows both commands and an example", async ({ stage }) => {
    const { code, stdout } = await run(stage, ["--help"])
    expect(code).toBe(0)
    expect(stdout).toMatch(/serve/u)
    expect(stdout).toMatch(/join/u)
    expect(stdout).toContain(`  node ${cli} serve [OPTIONS]\n`)
    for (const args of [[], ["help"], ["-h"]]) expect(await run(stage, args)).toEqual({ code: 0, stdout, stderr: "" })
    for (const word of ["dance", "Serve", "halp"]) {
      expect(await run(stage, [word, "--port", "0"])).toEqual({ code: 1, stdout: "", stderr: `There is no command ${word}: there are serve, join and help (see --help)\n` })
    }
    expect(await run(stage, ["help", "dance"])).toEqual({ code: 1, stdout: "", stderr: "There is no command dance: there are serve and join\n" })
    expect(stdout).not.toMatch(ansi)
  })

  it("has --version beside it, which prints the version alone", async ({ stage }) => {
    const { code, stdout } = await run(stage, ["--version"])
    expect(code).toBe(0)
    expect(stdout).toBe("0.1.0\n")
    expect(await run(stage, ["-v"])).toEqual({ code, stdout, stderr: "" })
  })

  for (const command of ["serve", "join"]) {
    it(`of ${command} is the same however it is asked for, and the README has a row for each option of it`, async ({ stage }) => {
      const { stdout } = await run(stage, ["help", command])
      for (const args of [[command, "-h"], [command, "--port", "1", "--help"]]) expect((await run(stage, args)).stdout).toBe(stdout)
      const rows = readFileSync(`${root}/README.md`, "utf8").split("\n").filter((line) => line.startsWith("|"))
      const named = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gmu)].map(([, option]) => option ?? "")
      expect(named.length).toBeGreaterThan(9)
      for (const option of named) expect(rows.some((row) => row.includes(`\`${option}`)), option).toBe(true)
    })
  }

  it.runIf(hasTmux)("is set for the width of the terminal", async ({ stage }) => {
    const terminal = await openTerminal(stage, undefined, {}, { columns: 50, rows: 200 })
    await terminal.enter(`node ${cli} join --help; echo rc=$?`)
    const screen = await terminal.shows(/^rc=0$/mu)
    const rows = screen.slice(screen.indexOf("\n")).split("\n")
    expect(rows).toContain("  -n, --name NAME")
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(50)
  })

  it.runIf(hasTmux)("has colours in a terminal, and none with NO_COLOR", async ({ stage }) => {
    const [coloured, plain] = await Promise.all([openTerminal(stage), openTerminal(stage, undefined, { NO_COLOR: "1" })])
    for (const terminal of [coloured, plain]) {
      await terminal.enter(`node ${cli} serve --help; echo rc=$?`)
      await terminal.shows(/^rc=0$/mu)
    }
    expect(await coloured.screen("-e")).toMatch(ansi)
    expect(await plain.screen("-e")).not.toMatch(ansi)
  })
})

describe.concurrent("What becomes of the output does not concern the room", () => {
  it("a reader that pauses slows nothing, and is told how much it missed when it reads on", async ({ stage }) => {
    const { port, program } = await serve(stage)
    await program.line(/Join with/u)
    const [ada, bob] = [await nativeClient(stage, port, "ada"), await lineClient(stage, port, "bob")]
    await ada.event("Joined")
    program.child.stdout?.pause()
    const count = 4000
    const from = performance.now()
    await inTurn(async () => {
      await ada.write(Array.from({ length: count }, (_, n) => `${JSON.stringify({ _tag: "Say", text: `${n} ${"x".repeat(800)}` })}\n`).join(""))
      await bob.heard.line(new RegExp(`^ada: ${count - 1} `, "u"))
    })
    expect(performance.now() - from).toBeLessThan(5000)
    await ada.roundTrip()

    program.child.stdout?.resume()
    const skipped = await program.stdout.find("The count of what was skipped", ({ text }) => /^\S+ WARN {2}(\d+) lines were skipped: the output was not read$/u.exec(text)?.[1])
    await ada.send({ _tag: "Say", text: "after" })
    await program.line(/ada: after$/u)
    const shown = program.stdout.texts.filter((line) => / ada: \d+ x+$/u.test(line))
    expect(Number(skipped)).toBeGreaterThan(0)
    expect(shown.length + Number(skipped)).toBe(count)
  })

  it("a reader of the JSON log that pauses reads of what it missed as JSON too", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--log-format", "json"] })
    const ada = await nativeClient(stage, port, "ada")
    program.child.stdout?.pause()
    const count = 1000
    await inTurn(async () => {
      await ada.write(`${JSON.stringify({ _tag: "Say", text: "x".repeat(900) })}\n`.repeat(count))
      await ada.roundTrip()
    })
    program.child.stdout?.resume()
    await program.line(/"event":"skipped"/u)
    program.kill("SIGTERM")
    await program.ended()
    const objects: ReadonlyArray<unknown> = program.stdout.texts.map((line): unknown => JSON.parse(line))
    const log = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ event: Schema.String, message: Schema.String, lines: Schema.optional(Schema.Number) })))(objects)
    const skipped = log.filter(({ event }) => event === "skipped")
    for (const { lines, message } of skipped) expect(message).toBe(`${lines} lines were skipped: the output was not read`)
    const shown = log.filter(({ event }) => event === "said").length
    expect(skipped.reduce((sum, { lines = 0 }) => sum + lines, shown)).toBe(count)
  })

  it("a reader that pauses does not hold up the stop", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    program.child.stdout?.pause()
    await inTurn(async () => {
      await ada.write(`${JSON.stringify({ _tag: "Say", text: "x".repeat(900) })}\n`.repeat(1000))
      await ada.roundTrip()
    })
    const from = program.kill("SIGTERM")
    expect((await ada.event("Goodbye")).heardAt - from).toBeLessThan(900)
    const ended = await program.ended()
    expect(ended).toMatchObject({ code: 0, signal: null })
    expect(ended.at - from).toBeLessThan(3000)
  })

  it("closed output does not end the room", async ({ stage }) => {
    const { port, program } = await serve(stage)
    program.child.stdout?.destroy()
    program.child.stderr?.destroy()
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    for (const text of ["one", "two", "three"]) {
      await ada.send({ _tag: "Say", text })
      await bob.heard.line(`ada: ${text}`)
    }
    program.kill("SIGTERM")
    await bob.heard.line("The server is closing: terminated.")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })
})

describe("The console", () => {
  it("shows connections, joins, messages, refusals and leaves in the order in which they happened", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await nativeClient(stage, port)
    await bob.send({ _tag: "Hello", v: 1, nickname: "Ada" })
    await bob.event("Refused")
    await bob.send({ _tag: "Hello", v: 1, nickname: "bob" })
    await bob.event("Welcome")
    await ada.send({ _tag: "Say", text: "hello \u{1f44b} \u001b[31mred" })
    await bob.event("Said")
    await bob.send({ _tag: "Dance" })
    await bob.event("Refused", ({ code }) => code === "unknown-command")
    const cleo = await lineClient(stage, port, "cleo")
    await cleo.write("good day\n{quit}\n")
    await cleo.closed
    await bob.send({ _tag: "Quit", reason: "to lunch" })
    await bob.closed
    const silent = await connect(stage, port)
    silent.socket.end()
    await program.line(/came and went/u)
    ada.socket.resetAndDestroy()
    await program.line(/ada left/u)
    program.kill("SIGTERM")
    await program.ended()

    const said = program.stdout.texts.slice(3)
    for (const line of said) expect(line).toMatch(new RegExp(`^${time} (?:INFO |WARN |ERROR) `, "u"))
    expect(said.map((line) => line.slice(25))).toEqual([
      `INFO  ${ada.address} connected`,
      `INFO  ada joined (${ada.address})`,
      `INFO  ${bob.address} connected`,
      `WARN  refused a newcomer (${bob.address}): The name Ada is taken: choose another.`,
      `INFO  bob joined (${bob.address})`,
      "INFO  ada: hello \u{1f44b} [31mred",
      `WARN  refused bob (${bob.address}): There is no command Dance.`,
      `INFO  ${cleo.address} connected`,
      `INFO  cleo joined (${cleo.address})`,
      "INFO  cleo: good day",
      `INFO  cleo left: quit (${cleo.address})`,
      `INFO  bob left: to lunch (${bob.address})`,
      "INFO  1 connection came and went without a word (127.0.0.1)",
      `INFO  ada left: connection lost (${ada.address})`,
      "INFO  closing: terminated"
    ])
    expect(program.stdout.text).not.toMatch(ansi)
  })

  it("takes commands and notices from a pipe, and is not ended by empty lines", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const ada = await join(stage, port, "ada")
    program.type("\n   \nkick everybody\n/kik ada\n/who\n")
    await ada.line("[server] kick everybody")
    await program.line(/INFO {2}There is no command \/kik\. Did you mean \/kick\?/u)
    await program.line(/INFO {2}Here: ada \(1\)/u)
    const bob = await join(stage, port, "bob")
    program.type("/me makes tea\n/msg bob psst\n/msg eve psst\n")
    await ada.line("[server] * makes tea")
    await bob.line("[server -> bob] psst")
    await program.line(/INFO {2}Nobody here has that name/u)
    expect(ada.stdout.text).not.toContain("psst")
    program.type("/kick ada too loud\n")
    await ada.line("You have been disconnected: removed: too loud.")
    expect(await ada.ended()).toMatchObject({ code: 1 })
    program.type("/quit\n")
    expect(await program.ended()).toMatchObject({ code: 0 })
  })
})
