import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join as inside } from "node:path"
import { describe, expect } from "vitest"
import { cli, join, type Program, run, serve, start } from "./support/program.ts"
import { connect, lineClient, nativeClient, type Raw } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"
import { hasTmux, openTerminal, type Terminal } from "./support/tmux.ts"

const password = "Schwärmen-4711"
const wrong = "zugvogel-0815"
const inEnvironment = { env: { BRUSIO_PASSWORD: password } }

/** A file with these bytes, gone with the stage. */
const file = (stage: Stage, text: string | Uint8Array): string => {
  const directory = mkdtempSync(inside(tmpdir(), "brusio-"))
  stage.onEnd(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const path = inside(directory, "password")
  writeFileSync(path, text)
  return path
}

/** Holds that nothing of either password stands here. */
const isSecret = (...texts: ReadonlyArray<string>) => {
  for (const text of texts) for (const secret of [password, wrong]) expect(text).not.toContain(secret)
}

const hello = (password?: unknown) => ({ _tag: "Hello", v: 1, nickname: "ada", password })

/** Comes with words that are no names, and says whether that gets it in. */
const getsIn = async (stage: Stage, port: number, given: string): Promise<boolean> => {
  const native = await nativeClient(stage, port)
  await native.send(hello(given))
  const { _tag } = await Promise.race([native.event("Welcome"), native.event("Refused")])
  return _tag === "Welcome"
}

describe.concurrent("A password is what the server was given", () => {
  it("in the environment", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    expect(await getsIn(stage, port, wrong)).toBe(false)
    expect(await getsIn(stage, port, password)).toBe(true)
  })

  for (const [title, text] of [
    ["the first line of a file", `${password}\nsomething else\n`],
    ["a file without a line feed", password],
    ["a file from Windows", `${password}\r\n`]
  ] as const) {
    it(`as ${title}`, async ({ stage }) => {
      const { port } = await serve(stage, { args: ["--password-file", file(stage, text)] })
      expect(await getsIn(stage, port, wrong)).toBe(false)
      expect(await getsIn(stage, port, password)).toBe(true)
    })
  }

  it("in a file that the environment names", async ({ stage }) => {
    const { port } = await serve(stage, { env: { BRUSIO_PASSWORD_FILE: file(stage, password) } })
    expect(await getsIn(stage, port, password)).toBe(true)
  })

  it("in a file of the command line, whatever the environment says", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--password-file", file(stage, password)], env: { BRUSIO_PASSWORD: wrong } })
    expect(await getsIn(stage, port, wrong)).toBe(false)
    expect(await getsIn(stage, port, password)).toBe(true)
  })

  it("and an empty one in the environment is none", async ({ stage }) => {
    const { port } = await serve(stage, { env: { BRUSIO_PASSWORD: "", BRUSIO_PASSWORD_FILE: "" } })
    await lineClient(stage, port, "ada")
  })

  it("however its accents are written", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    expect(await getsIn(stage, port, password.normalize("NFD"))).toBe(true)
  })
})

describe.concurrent("A password cannot be given", () => {
  const misplaced = "--password takes no value, as others could read it: it asks for one. Or use --password-file or BRUSIO_PASSWORD\n"
  for (const command of ["serve", "join"]) {
    for (const args of [["--password", password], [`--password=${password}`], ["--password", "-x"], ["--password="]]) {
      it(`on the command line: ${command} ${args.join(" ")}`, async ({ stage }) => {
        const { code, stderr, stdout } = await run(stage, [command, ...args])
        expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: misplaced })
      })
    }

    it(`on the command line in capitals: ${command} --PASSWORD`, async ({ stage }) => {
      const { code, stderr, stdout } = await run(stage, [command, "--PASSWORD", password])
      expect(code).toBe(1)
      isSecret(stdout, stderr)
    })

    it(`where nothing is to be asked: ${command} --password --no-input`, async ({ stage }) => {
      for (const options of [{}, { env: { BRUSIO_NO_INPUT: "1" } }]) {
        expect(await run(stage, [command, "--password", ...("env" in options ? [] : ["--no-input"])], options)).toEqual({
          code: 1,
          stdout: "",
          stderr: `--password cannot be "on": it must be left out with --no-input; use --password-file or BRUSIO_PASSWORD.\n`
        })
      }
    })

    it(`where there is no terminal to ask in: ${command} --password`, async ({ stage }) => {
      expect(await run(stage, [command, "--password"])).toEqual({
        code: 1,
        stdout: "",
        stderr: `--password cannot be "on": it must be given where a terminal can ask for it; elsewhere use --password-file or BRUSIO_PASSWORD.\n`
      })
    })
  }

  it("that is longer than any may be", async ({ stage }) => {
    for (const command of ["serve", "join"]) {
      expect(await run(stage, [command, "--no-input"], { env: { BRUSIO_PASSWORD: "x".repeat(1025) } })).toEqual({
        code: 1,
        stdout: "",
        stderr: "This password is too long: 1024 characters at most.\n"
      })
    }
  })

  it("that nobody can type", async ({ stage }) => {
    for (const command of ["serve", "join"]) {
      expect(await run(stage, [command, "--no-input"], { env: { BRUSIO_PASSWORD: "pass\u001bword" } })).toEqual({
        code: 1,
        stdout: "",
        stderr: "This password has control characters in it, which nobody can type.\n"
      })
    }
  })

  for (const [title, bytes] of [
    ["Latin-1", Buffer.from("p\u00e4ss\n", "latin1")],
    ["UTF-16", Buffer.from("\ufeffsesame\r\n", "utf16le")]
  ] as const) {
    it(`in a file of ${title}`, async ({ stage }) => {
      const path = file(stage, bytes)
      for (const command of ["serve", "join"]) {
        expect(await run(stage, [command, "--password-file", path, "--no-input"])).toEqual({
          code: 1,
          stdout: "",
          stderr: `--password-file cannot be "${path}": it must be a file of text in UTF-8.\n`
        })
      }
    })
  }

  it("in a file that is not there, or is empty", async ({ stage }) => {
    const empty = file(stage, "\nsecond line\n")
    const [missing, without, named] = await Promise.all([
      run(stage, ["serve", "--password-file", "/nowhere/at/all"]),
      run(stage, ["join", "--password-file", empty]),
      run(stage, ["serve"], { env: { BRUSIO_PASSWORD_FILE: "/nowhere/at/all" } })
    ])
    expect(missing).toEqual({ code: 1, stdout: "", stderr: `--password-file cannot be "/nowhere/at/all": it must be a file that can be read.\n` })
    expect(without).toEqual({ code: 1, stdout: "", stderr: `--password-file cannot be "${empty}": it must be a file with the password on its first line.\n` })
    expect(named).toEqual({ code: 1, stdout: "", stderr: `BRUSIO_PASSWORD_FILE cannot be "/nowhere/at/all": it must be a file that can be read.\n` })
  })
})

/** Answers the questions of the plain dialect, one line each. */
const answers = async (raw: Raw, ...lines: ReadonlyArray<string>): Promise<void> => {
  for (const line of lines) {
    const before = raw.heard.lines.length
    await raw.write(`${line}\n`)
    await raw.heard.until("An answer", () => (raw.heard.lines.length > before ? true : undefined))
  }
}

describe.concurrent("With nc one is asked", () => {
  it("once, and is in with the right answer", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const raw = (await connect(stage, port)).read()
    await answers(raw, "ada", password, "/who")
    expect(raw.heard.texts).toEqual(["Password:", "Welcome ada! To leave, type {quit}.", "Here: ada (1)"])
  })

  it("and has three tries", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const [second, none] = [(await connect(stage, port)).read(), (await connect(stage, port)).read()]
    await answers(second, "ada", wrong, "", password)
    const again = "Wrong password: try again."
    expect(second.heard.texts).toEqual(["Password:", again, again, "Welcome ada! To leave, type {quit}."])
    await answers(none, "bob", wrong, `${password} `, wrong)
    expect((await none.closed).by).toBe("FIN")
    expect(none.heard.texts).toEqual(["Password:", again, again, "You have been disconnected: wrong password."])
  })

  it("also where neither name nor password end in a line feed", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const raw = (await connect(stage, port)).read()
    await raw.write("ada")
    await raw.heard.line("Password:")
    await raw.write(password)
    await raw.heard.line("Welcome ada! To leave, type {quit}.")
  })

  it("and can leave in place of an answer; the room hears nothing of all this", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const witness = await nativeClient(stage, port)
    await witness.send(hello(password))
    await witness.event("Welcome")
    const raw = (await connect(stage, port)).read()
    await answers(raw, "bob", wrong, "/quit")
    expect(raw.heard.texts.at(-1)).toBe("Goodbye!")
    await witness.roundTrip()
    expect(witness.events.map(({ _tag }) => _tag)).toEqual(["Welcome", "Pong"])
  })
})

describe.concurrent("A native client", () => {
  it("is told that there is one, may be wrong twice, and is gone the third time", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const native = await nativeClient(stage, port)
    for (let n = 0; n < 5; n += 1) await native.send(hello())
    for (let n = 0; n < 3; n += 1) await native.send(hello(wrong))
    expect(await native.event("Goodbye")).toMatchObject({ code: "wrong-password", reason: "wrong password" })
    const codes = native.events.flatMap((event) => (event._tag === "Refused" ? [event.code] : []))
    expect(codes).toEqual([...Array.from({ length: 5 }, () => "password-required"), "password-wrong", "password-wrong"])
  })

  it("cannot say anything before it has given it", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const native = await nativeClient(stage, port)
    await native.send(hello(wrong))
    await native.send({ _tag: "Say", text: "hello" })
    await native.send({ _tag: "Who" })
    await native.roundTrip()
    const codes = native.events.flatMap((event) => (event._tag === "Refused" ? [event.code] : []))
    expect(codes).toEqual(["password-wrong", "not-joined", "not-joined"])
  })
})

describe.concurrent("Line by line", () => {
  it("one gets in with what the environment or a file says", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    await join(stage, port, "ada", inEnvironment)
    await join(stage, port, "bob", { args: ["--password-file", file(stage, password)] })
  })

  for (const [title, options, words] of [
    ["none is given", {}, "This room needs a password: say hello with it."],
    ["it is wrong", { env: { BRUSIO_PASSWORD: wrong } }, "Wrong password: try again."]
  ] as const) {
    it(`one is told how to give it where ${title}`, async ({ stage }) => {
      const { port } = await serve(stage, inEnvironment)
      const { code, stderr, stdout } = await run(stage, ["join", "--port", String(port), "--name", "ada"], options)
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toContain(words)
      expect(stderr).toContain("Give it with --password, --password-file or BRUSIO_PASSWORD.")
      isSecret(stderr)
    })
  }
})

/** What a process was started with. */
const commandLine = ({ pid }: Program): string => readFileSync(`/proc/${pid}/cmdline`, "utf8")

describe.concurrent("Nothing of a password is told", () => {
  for (const format of ["text", "json"]) {
    it(`by the log, in ${format}, nor by the list of processes: whatever is tried`, async ({ stage }) => {
      const { port, program } = await serve(stage, { ...inEnvironment, args: ["--log-format", format] })
      const client = await join(stage, port, "ada", inEnvironment)
      // From an address of its own, whose wrong ones cost nobody else a pause.
      const plain = (await connect(stage, port, "127.0.0.2")).read()
      await answers(plain, "bob", wrong, `${password}!`, wrong)
      const native = await nativeClient(stage, port)
      for (const given of [wrong, password]) await native.send({ ...hello(given), nickname: "eve" })
      await native.event("Welcome")
      await native.send({ ...hello(password), nickname: "eve again" })
      await native.event("Refused", ({ code }) => code === "already-joined")
      const shown = [commandLine(program), commandLine(client)]
      client.type("{quit}\n")
      await client.ended()
      program.kill("SIGTERM")
      await program.ended()
      isSecret(...shown, program.stdout.text, program.stderr.text, client.stdout.text, client.stderr.text, plain.heard.text, native.heard.text)
    })
  }

  it("by the log, where it was no string", async ({ stage }) => {
    const digits = 48_151_623
    const { port, program } = await serve(stage, { env: { BRUSIO_PASSWORD: String(digits) } })
    const native = await nativeClient(stage, port)
    await native.send(hello(digits))
    await native.send({ ...hello(String(digits)), v: "1" })
    await native.send(hello([password]))
    await native.roundTrip()
    await program.line(/refused a newcomer/u)
    program.kill("SIGTERM")
    await program.ended()
    expect(program.stdout.text).not.toContain(String(digits))
    isSecret(program.stdout.text)
  })
})

/** Runs a command in a terminal of its own; the shell then says how it ended. */
const runIn = async (stage: Stage, command: string): Promise<{ readonly terminal: Terminal; readonly written: () => string }> => {
  const terminal = await openTerminal(stage)
  const written = await terminal.record()
  await terminal.enter(`clear; node ${cli} ${command}; echo rc=$?`)
  return { terminal, written }
}

/** The question, and how many bullets stand behind it. */
const question = (bullets: number) => new RegExp(`^Password: *•{${bullets}} *$`, "mu")
const inRoom = / here · connected/u

describe.runIf(hasTmux).concurrent("In a terminal", () => {
  it("the server asks for it, shows nothing of it, and asks again where nothing was typed", async ({ stage }) => {
    const { terminal, written } = await runIn(stage, "serve --port 0 --password")
    await terminal.shows(/^Password:$/mu)
    await terminal.press("Enter")
    await terminal.until("The question again", (screen) => (screen.match(/^Password:/gmu)?.length === 2 ? true : undefined))
    await terminal.type(`${password}x`)
    await terminal.press("BSpace", "Enter")
    const port = await terminal.until("Listening", (screen) => /Listening on 127\.0\.0\.1:(\d+)$/mu.exec(screen)?.[1])
    expect(await getsIn(stage, Number(port), wrong)).toBe(false)
    expect(await getsIn(stage, Number(port), password)).toBe(true)
    await terminal.shows(/ada joined/u)
    isSecret(await terminal.screen(), written())
    expect(written()).not.toContain("•")
  })

  for (const [title, command, key] of [
    ["the server", "serve --port 0 --password", "C-c"],
    ["the server", "serve --port 0 --password", "C-d"],
    ["a client", "join --password", "C-c"],
    ["a client", "join --password", "C-d"]
  ] as const) {
    it(`${title} can be left while it asks, with ${key}, and exits with 0`, async ({ stage }) => {
      const { terminal } = await runIn(stage, command)
      await terminal.shows(/^Password:$/mu)
      await terminal.type(password)
      await terminal.press(key)
      await terminal.shows(/^rc=0$/mu)
      await terminal.enter("stty -a | grep -o ' echo '")
      isSecret(await terminal.shows(/^ ?echo/mu))
    })
  }

  it("the terminal is given back as it was by one that is ended while it asks", async ({ stage }) => {
    const { terminal, written } = await runIn(stage, `serve --port 0 --password & sleep 0; echo pid=$!; fg`)
    const pid = await terminal.until("The number of the process", (screen) => /^pid=(\d+)$/mu.exec(screen)?.[1])
    await terminal.shows(/^Password:$/mu)
    process.kill(Number(pid), "SIGTERM")
    await terminal.shows(/^rc=0$/mu)
    expect(written().lastIndexOf("\u001b[?2004l")).toBeGreaterThan(written().indexOf("Password:"))
    await terminal.enter("stty -a | grep -o ' echo '")
    await terminal.shows(/^ ?echo/mu)
  })

  it("a client asks for it before it connects", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const { terminal, written } = await runIn(stage, `join --host 127.0.0.1 --port ${port} --name ada --password`)
    await terminal.shows(/^Password:$/mu)
    await terminal.enter(password)
    isSecret(await terminal.shows(inRoom), written())
  })

  it("the screen asks for it where the room needs one, in bullets, and again when it was wrong", async ({ stage }) => {
    const { port, program } = await serve(stage, inEnvironment)
    const { terminal, written } = await runIn(stage, `join --host 127.0.0.1 --port ${port} --name ada`)
    await terminal.shows(question(0))
    await terminal.type(wrong)
    await terminal.shows(question(wrong.length))
    await terminal.press("Enter")
    await terminal.shows(/Wrong password/u)
    await terminal.shows(question(0))
    await terminal.type("ab")
    await terminal.shows(question(2))
    await terminal.press("BSpace")
    await terminal.shows(question(1))
    await terminal.press("C-u")
    await terminal.enter(password)
    await terminal.shows(inRoom)
    // Neither does what was typed come back in the room.
    await terminal.press("Up")
    await terminal.type("hello")
    await terminal.shows(/^> hello$/mu)
    await terminal.press("Enter")
    await terminal.shows(/›ada: hello$/mu)
    isSecret(await terminal.screen(), written(), program.stdout.text)
  })

  it("the server takes no end of a line that was pasted with it", async ({ stage }) => {
    const { terminal } = await runIn(stage, "serve --port 0 --password")
    await terminal.shows(/^Password:$/mu)
    await terminal.paste(`${password}\n`, true)
    await terminal.press("Enter")
    const port = await terminal.until("Listening", (screen) => /Listening on 127\.0\.0\.1:(\d+)$/mu.exec(screen)?.[1])
    expect(await getsIn(stage, Number(port), password)).toBe(true)
  })

  it("what is pasted is hidden as well", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const { terminal, written } = await runIn(stage, `join --host 127.0.0.1 --port ${port} --name ada`)
    await terminal.shows(question(0))
    await terminal.paste(password, true)
    await terminal.shows(question(password.length))
    await terminal.press("Enter")
    isSecret(await terminal.shows(inRoom), written())
  })

  for (const key of ["C-c", "C-d"]) {
    it(`the screen can be left while it asks, with ${key}, and exits with 0`, async ({ stage }) => {
      const { port } = await serve(stage, inEnvironment)
      const { terminal } = await runIn(stage, `join --host 127.0.0.1 --port ${port} --name ada`)
      await terminal.shows(question(0))
      await terminal.press(key)
      expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/^rc=0$/mu)
    })
  }

  it("where nothing is asked the screen tells how to give it", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const { terminal } = await runIn(stage, `join --host 127.0.0.1 --port ${port} --name ada --no-input`)
    const screen = await terminal.shows(/^rc=1$/mu)
    expect(screen.replace(/\n/gu, " ")).toContain("Give it with --password, --password-file or BRUSIO_PASSWORD.")
  })

  it("line by line it is not asked for, as it would be seen: how to give it is told", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const { terminal } = await runIn(stage, `join --host 127.0.0.1 --port ${port} --name ada --plain`)
    const screen = await terminal.shows(/^rc=1$/mu)
    expect(screen.replace(/\n/gu, " ")).toContain("Give it with --password, --password-file or BRUSIO_PASSWORD.")
  })
})

describe("A server that asks for its password", () => {
  it("serves nobody before it has it", async ({ stage }) => {
    const program = start(stage, ["serve", "--port", "0", "--password"])
    expect(await program.ended()).toMatchObject({ code: 1 })
    expect(program.stdout.text).toBe("")
  })
})

describe.concurrent("Who guesses passwords", () => {
  it("has few looked at, over however many connections, and locks out nobody from elsewhere", async ({ stage }) => {
    const { port } = await serve(stage, inEnvironment)
    const guess = async (n: number) => {
      const raw = (await connect(stage, port, "127.0.0.2")).read()
      for (let m = 0; m < 3; m += 1) await raw.write(`${JSON.stringify(hello(`${wrong}${n}${m}`))}\n`)
      const answers = [await raw.heard.line(/"code"/u)]
      raw.socket.destroy()
      return answers[0]?.text ?? ""
    }
    const start = performance.now()
    const answers: Array<string> = []
    for (let n = 0; n < 20; n += 1) answers.push(await guess(n))
    const seconds = (performance.now() - start) / 1000
    const looked = answers.filter((answer) => answer.includes(`"password-wrong"`)).length
    // Three for nothing, and then after 1, 2, 4, ... seconds.
    expect(looked).toBeLessThanOrEqual(4 + Math.log2(seconds + 1))
    expect(answers.at(-1)).toMatch(/"code":"password-wait","message":"Too many wrong passwords came from your address: try again in \d+ s\.","wait":\d+\}$/u)
    expect(await getsIn(stage, port, password)).toBe(true)
  })
})
