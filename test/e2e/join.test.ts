import { existsSync, readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { enter, fakeServer, hello, visit, welcome } from "./support/fake.ts"
import { cli, join, run, type Served, serve, start } from "./support/program.ts"
import { awaitEvent, freePort, lineClient, type Native, nativeClient, type Raw } from "./support/raw.ts"
import { inTurn, it, Stage } from "./support/stage.ts"
import { hasTmux, openTerminal } from "./support/tmux.ts"
import { until } from "../support/waiting.ts"

// Escape sequences and the one-byte forms of their beginnings, and what reverses a line.
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u

describe.concurrent("A client in a pipe", () => {
  const shared = new Stage()
  let server: Served
  let ada: Native
  let bob: Raw
  beforeAll(async () => {
    server = await serve(shared)
    ada = (await nativeClient(shared, server.port, "ada")).answering()
    bob = await lineClient(shared, server.port, "bob")
  })
  afterAll(() => shared.clear())

  it("prints who talks, comes and goes, one line each and without colours, and not what it says itself", async ({ stage }) => {
    const own = await serve(stage)
    const client = await join(stage, own.port, "reader")
    const other = await nativeClient(stage, own.port, "other")
    await other.send({ _tag: "Say", text: "hello" })
    client.type("mine\n")
    await other.event("Said", ({ text }) => text === "mine")
    await other.send({ _tag: "Quit", reason: "done" })
    await client.line("other has left the chat. (done)")
    client.type("{quit}\n")
    expect(await client.ended()).toMatchObject({ code: 0 })
    expect(client.stdout.texts).toEqual([
      "Welcome reader! Nobody else is here yet. To leave, type {quit}. For help, type /help.",
      "other has joined the chat!",
      "other: hello",
      "other has left the chat. (done)",
      "Goodbye!"
    ])
    expect(client.stdout.text).not.toMatch(steering)
    expect(client.stderr.text).toBe("")
  })

  it("takes the lines for what they are: {quit} leaves, //text says /text, an empty line says nothing, the input after the quit does not count", async ({ stage }) => {
    const client = await join(stage, server.port, "talker")
    client.type("one\n\n   \n//quit two\r\n  {quit} is a word here\n/ is not a command?\n  {quit}  \nthree\n")
    // One of them was refused, and nobody reads along.
    expect(await client.ended()).toMatchObject({ code: 1 })
    await ada.event("Left", ({ member, reason }) => member.name === "talker" && reason === undefined)
    expect(ada.saidBy("talker")).toEqual(["one", "/quit two", "  {quit} is a word here"])
    expect(client.stderr.texts).toEqual([expect.stringContaining("There is no command /.")])
  })

  it("complains of an unknown command on standard error, and goes on", async ({ stage }) => {
    const client = await join(stage, server.port, "commander")
    client.type("/dance now\nstill here\n")
    await ada.event("Said", ({ text }) => text === "still here")
    await client.stderr.line(/^There is no command/u)
    expect(client.stderr.texts).toEqual(["There is no command /dance. To say it, type //dance; /help shows all commands. It was: /dance now"])
    expect(ada.saidBy("commander")).toEqual(["still here"])
    client.endInput()
    expect(await client.ended()).toMatchObject({ code: 1 })
  })

  it("complains of a line that is too long on standard error, and the rest goes on", async ({ stage }) => {
    const client = await join(stage, server.port, "chatterbox")
    client.type(`before\n${"z".repeat(20_000)}\n${"z".repeat(2_000_000)}\nafter\n`)
    await ada.event("Said", ({ text }) => text === "after")
    expect(ada.saidBy("chatterbox")).toEqual(["before", "after"])
    await client.stderr.line(/longer than 1048576 bytes/u)
    expect(client.stderr.texts).toHaveLength(2)
    expect(client.stderr.texts[0]).toMatch(/too long .*16384 bytes.* It was: z{200}\.\.\.$/u)
    expect(client.stderr.texts[1]).toMatch(/longer than 1048576 bytes/u)
    client.endInput()
    expect(await client.ended()).toMatchObject({ code: 1 })
  })

  it("with --text makes every line a message", async ({ stage }) => {
    const client = await join(stage, server.port, "literal", { args: ["--text"] })
    client.type("{quit}\n/quit\n//x\n\n/dance\n")
    client.endInput()
    expect(await client.ended()).toMatchObject({ code: 0 })
    await ada.event("Left", ({ member }) => member.name === "literal")
    expect(ada.saidBy("literal")).toEqual(["{quit}", "/quit", "//x", "/dance"])
  })

  it("with --json prints each event as one object, from the welcome to the goodbye", async ({ stage }) => {
    const client = await join(stage, server.port, "machine", { args: ["--json"] })
    client.type("beep\n/dance\n")
    const said = await awaitEvent(client.stdout, "Said", ({ from }) => from.name === "machine")
    expect(said).toMatchObject({ text: "beep", room: "lobby" })
    await bob.write("boop\n")
    await awaitEvent(client.stdout, "Said", ({ text }) => text === "boop")
    client.type("{quit}\n")
    expect(await client.ended()).toMatchObject({ code: 1 })
    const tags = client.stdout.texts.map((line): unknown => JSON.parse(line))
    expect(tags[0]).toMatchObject({ _tag: "Welcome", you: { name: "machine" } })
    expect(tags.at(-1)).toMatchObject({ _tag: "Goodbye", code: "quit" })
    expect(client.stderr.texts).toHaveLength(1)
  })

  it("waits at the end of its input until all it said is received: 5000 lines arrive before the leave", async ({ stage }) => {
    const count = 5000
    const client = await join(stage, server.port, "pourer")
    await inTurn(async () => {
      client.type(Array.from({ length: count }, (_, n) => `line ${n}\n`).join(""))
      client.endInput()
      await ada.event("Left", ({ member }) => member.name === "pourer")
    })
    expect(await client.ended()).toMatchObject({ code: 0 })
    expect(client.stdout.texts.at(-1)).toBe("Goodbye!")
    expect(ada.saidBy("pourer")).toEqual(Array.from({ length: count }, (_, n) => `line ${n}`))
    await bob.heard.line("pourer has left the chat.")
    expect(bob.heard.texts.filter((line) => line.startsWith("pourer: "))).toHaveLength(count)
  })

  it("says the last line of its input also when that has no line feed", async ({ stage }) => {
    const client = await join(stage, server.port, "unfinished")
    client.type("the end")
    client.endInput()
    expect(await client.ended()).toMatchObject({ code: 0 })
    expect(ada.saidBy("unfinished")).toEqual(["the end"])
  })

  it("keeps UTF-8 whole in both directions", async ({ stage }) => {
    const client = await join(stage, server.port, "\u00e9cho")
    const text = "na\u00efve \u{1f469}\u200d\u{1f680} \u65e5\u672c\u8a9e"
    for (const byte of Buffer.from(`${text}\n`)) client.type(Uint8Array.of(byte))
    await bob.heard.line(`\u00e9cho: ${text}`)
    await bob.write(`${text}!\n`)
    await client.line(`bob: ${text}!`)
  })

  for (const [name, line, words] of [
    ["a line too long", "z".repeat(20_000), /^This message is too long/u],
    ["a line longer than any", "z".repeat(2_000_000), /longer than 1048576 bytes/u],
    ["an unknown command", "/nope", /^There is no command \/nope\..* It was: \/nope$/u],
    ["a whisper to nobody", "/msg nobody secret", /It was: \/msg nobody secret$/u],
    ["a name that is taken", "/nick ada", /taken/u]
  ] as const) {
    it(`exits with 1 when ${name} was refused, says what on standard error, and sends all else`, async ({ stage }) => {
      const own = await serve(stage)
      const witness = await lineClient(stage, own.port, "ada")
      const client = start(stage, ["join", "--port", String(own.port), "--name", "piper"])
      client.type(`before\n${line}\nafter\n`)
      client.endInput()
      expect(await client.ended()).toMatchObject({ code: 1, signal: null })
      expect(client.stderr.texts).toEqual([expect.stringMatching(words)])
      expect(client.stdout.texts.at(-1)).toBe("Goodbye!")
      await witness.heard.line(/^piper has left/u)
      expect(witness.heard.texts.filter((line) => line.startsWith("piper: "))).toEqual(["piper: before", "piper: after"])
    })
  }

  it("exits with 1 when the server refuses a message, and quotes it, in words and as JSON", async ({ stage }) => {
    for (const args of [[], ["--json"]]) {
      const { ours, server } = await enter(stage, args)
      ours.type("one\ntwo\n")
      ours.endInput()
      const line = await server.heard.line(/"text":"two"/u)
      const ref = /"ref":"([^"]*)"/u.exec(line.text)?.[1]
      await server.send({ _tag: "Said", seq: 2, at: 0, room: "lobby", from: { id: "m1", name: "ours" }, text: "one", ref: "1" })
      await server.send({ _tag: "Refused", at: 0, code: "text-empty", message: "Nobody could see that.", ref })
      await server.heard.line(/"_tag":"Quit"/u)
      await server.send({ _tag: "Goodbye", at: 0, code: "quit", reason: "quit" })
      server.socket.end()
      expect(await ours.ended()).toMatchObject({ code: 1, signal: null })
      expect(ours.stderr.texts).toEqual([expect.stringMatching(/Nobody could see that\. It was: two$/u)])
    }
  })

  it("gets a number behind a name that is taken, and says so; nothing of its input is lost", async ({ stage }) => {
    const own = await serve(stage)
    const first = await join(stage, own.port, "CI")
    const witness = await lineClient(stage, own.port, "ada")
    const second = start(stage, ["join", "--port", String(own.port), "--name", "CI"])
    second.type("deployed\n")
    second.endInput()
    expect(await second.ended()).toMatchObject({ code: 0, signal: null })
    expect(second.stderr.texts).toEqual(["The name CI is taken: you are CI_2."])
    await witness.heard.line("CI_2: deployed")
    first.type("{quit}\n")
    expect(await first.ended()).toMatchObject({ code: 0 })
  })

  it("is refused with a name that is taken and --strict-name: one line says so with host and port, nothing is asked, and it exits with 1", async ({ stage }) => {
    const result = await run(stage, ["join", "--port", String(server.port), "--name", "ADA", "--strict-name"])
    expect(result).toEqual({ code: 1, stdout: "", stderr: `Refused by 127.0.0.1:${server.port}: The name ADA is taken: choose another.\n` })
  })

  it("is refused with a name that cannot be one, likewise", async ({ stage }) => {
    for (const [name, words] of [["a:b", "colon"], ["", "character that can be seen"], ["server", "reserved"], ["n".repeat(33), "32"]] as const) {
      const { code, stderr, stdout } = await run(stage, ["join", "--port", String(server.port), "--name", name])
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(/^[^\n]+\n$/u)
      expect(stderr).toContain(`127.0.0.1:${server.port}`)
      expect(stderr).toContain(words)
    }
  })

  it("without a name gets one, and so does the next", async ({ stage }) => {
    const clients = [1, 2].map(() => start(stage, ["join", "--port", String(server.port)]))
    for (const client of clients) await client.line(/^Welcome User\d{4}! /u)
  })
})

describe.concurrent("The address of a server", () => {
  for (const [name, args] of [
    ["join HOST:PORT", (port: number) => [`127.0.0.1:${port}`]],
    ["join brusio://HOST:PORT", (port: number) => [`brusio://localhost:${port}/`]],
    ["join HOST -p PORT", (port: number) => ["127.0.0.1", "-p", String(port)]],
    ["join --host HOST:PORT", (port: number) => ["--host", `127.0.0.1:${port}`]],
    ["options on both sides of it", (port: number) => ["--no-bell", `127.0.0.1:${port}`, "--text"]]
  ] as const) {
    it(`may be given as ${name}`, async ({ stage }) => {
      const { port } = await serve(stage)
      const client = start(stage, ["join", ...args(port), "-n", "ada"])
      await client.line(/^Welcome ada!/u)
    })
  }

  it("may be an IPv6 address in brackets, for both", async ({ stage }) => {
    const program = start(stage, ["serve", "--host", "[::1]:0"])
    const port = await program.stdout.find("Listening", ({ text }) => /Listening on \[::1\]:(\d+)$/u.exec(text)?.[1])
    for (const args of [["--host", "[::1]", "-p", port], [`[::1]:${port}`], ["--host", "::1", "--port", port]]) {
      await start(stage, ["join", ...args, "--no-input"]).line(/^Welcome User/u)
    }
  })

  for (const { args, words } of [
    { args: ["http://127.0.0.1/"], words: ["--host", "http://127.0.0.1/"] },
    { args: ["127.0.0.1:many"], words: ["127.0.0.1:many", "65535"] },
    { args: ["127.0.0.1:1", "--port", "2"], words: ["--port", "\"2\"", "1"] },
    { args: ["127.0.0.1", "4000"], words: ["HOST:PORT", "4000"] },
    { args: ["127.0.0.1", "--host", "127.0.0.2"], words: ["twice"] }
  ]) {
    it(`is refused in one line: join ${args.join(" ")}`, async ({ stage }) => {
      const { code, stderr, stdout } = await run(stage, ["join", ...args])
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(/^[^\n]+\n$/u)
      for (const word of words) expect(stderr).toContain(word)
    })
  }
})

describe.concurrent("A client that does not get in, in a pipe", () => {
  it("cannot connect: one line says why with host and port, nothing is asked, and it exits with 1", async ({ stage }) => {
    const port = await freePort(stage)
    const result = await run(stage, ["join", "--port", String(port)])
    expect(result).toEqual({ code: 1, stdout: "", stderr: `Cannot connect to 127.0.0.1:${port}: nobody listens there; is the server running?\n` })
  })

  for (const { args, env, name, names } of [
    { name: "a host that does not exist", args: ["--host", "no.such.host.invalid", "--port", "4999"], env: {}, names: ["no.such.host.invalid", "4999"] },
    { name: "--port 0", args: ["--port", "0", "--host", "192.0.2.7"], env: {}, names: ["192.0.2.7", "--port", "\"0\"", "65535"] },
    { name: "BRUSIO_PORT=99999", args: [], env: { BRUSIO_PORT: "99999" }, names: ["127.0.0.1", "BRUSIO_PORT", "99999", "65535"] },
    { name: "an unknown option", args: ["--colour"], env: {}, names: ["--colour"] }
  ] as const) {
    it(`was given ${name}: one line names ${names.join(", ")}, and it exits with 1`, async ({ stage }) => {
      const { code, stderr, stdout } = await run(stage, ["join", ...args], { env })
      for (const word of names) expect(stderr).toContain(word)
      expect(stderr).toMatch(/^[^\n]+\n$/u)
      expect(stderr).not.toMatch(/ {4}at |Error:/u)
      expect(stdout).toBe("")
      expect(code).toBe(1)
    })
  }

  it("has a name of its own making that is taken: it tries another one on the same connection", async ({ stage }) => {
    const { ours, server, wanted: first } = await visit(stage, [])
    await server.send({ _tag: "Refused", at: 0, code: "name-taken", message: `The name ${first} is taken: choose another.` })
    const second = await hello(server, first)
    expect(second).toMatch(/^User\d+$/u)
    expect(second).not.toBe(first)
    await server.send(welcome(second))
    await ours.line(`Welcome ${second}! Nobody else is here yet. To leave, type {quit}. For help, type /help.`)
    expect(ours.stderr.text).toBe("")
  })

  it("meets a server that closes before it lets anybody in: that is none of ours, and it exits with 1", async ({ stage }) => {
    const { ours, port, server } = await visit(stage)
    server.socket.end()
    expect(await ours.ended()).toMatchObject({ code: 1 })
    expect(ours.stderr.texts).toEqual([`Cannot connect to 127.0.0.1:${port}: what listens there does not answer as a brusio server.`])
    expect(ours.stdout.text).toBe("")
  })

  for (const { kind, says } of [
    { says: "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", kind: "that is a web server, not a brusio server." },
    { says: "SSH-2.0-OpenSSH_9.2p1\r\n", kind: "that is an SSH server, not a brusio server." },
    { says: "220 mail.example.org ESMTP\r\n", kind: "that is a mail or FTP server, not a brusio server." },
    { says: "hello \u001b[31mthere\n", kind: "what listens there does not let us in. It says: hello [31mthere" }
  ]) {
    it(`meets another server: ${JSON.stringify(kind)}, and it exits with 1`, async ({ stage }) => {
      const { ours, port, server } = await visit(stage)
      await server.write(says)
      server.socket.end()
      expect(await ours.ended()).toMatchObject({ code: 1 })
      expect(ours.stderr.texts).toEqual([`Cannot connect to 127.0.0.1:${port}: ${kind}`])
    })
  }

  it("is turned away with a goodbye: one line says why with host and port, and it exits with 1", async ({ stage }) => {
    const { ours, port, server } = await visit(stage)
    await server.send({ _tag: "Goodbye", at: 0, code: "removed", reason: "the room is full" })
    server.socket.end()
    expect(await ours.ended()).toMatchObject({ code: 1 })
    expect(ours.stderr.texts).toEqual([`127.0.0.1:${port} closed the connection: the room is full`])
    expect(ours.stdout.text).toBe("")
  })
})

describe.concurrent("A client and another make of server", () => {
  it("is sent away: it says why and exits with 1", async ({ stage }) => {
    const { ours, server } = await enter(stage)
    await server.send({ _tag: "Goodbye", at: 0, code: "removed", reason: "enough is enough" })
    server.socket.end()
    expect(await ours.ended()).toMatchObject({ code: 1, signal: null })
    expect(ours.stdout.texts.at(-1)).toBe("You have been disconnected: enough is enough.")
  })

  it("is left without a goodbye: it says that the connection is lost and exits with 1", async ({ stage }) => {
    const { ours, port, server } = await enter(stage)
    server.socket.end()
    expect(await ours.ended()).toMatchObject({ code: 1, signal: null })
    expect(ours.stderr.texts).toEqual([`Connection to 127.0.0.1:${port} lost.`])
  })

  it.runIf(existsSync("/proc/self/status"))("is answered nothing: it holds a part of 49 MiB of its input, and leaves the rest unread", { timeout: 120_000 }, async ({ stage }) => {
    const { ours, server } = await enter(stage)
    const memory = () => Number(/^VmHWM:\s*(\d+) kB/mu.exec(readFileSync(`/proc/${ours.pid}/status`, "utf8"))?.[1]) * 1024
    const atRest = memory()
    const [line, size] = [`${"x".repeat(1000)}\n`, 49 * 1024 * 1024]
    ours.type(line.repeat(Math.ceil(size / line.length)))
    // As much as it may hold of what is not answered; after that it still answers a sign of life, and says no more.
    await until(() => "it has said as much as it may", () => server.socket.bytesRead > 900_000, 60_000)
    const pongs = () => server.heard.lines.filter(({ text }) => text === `{"_tag":"Pong"}`).length
    for (let asked = 1; asked <= 100; asked += 1) {
      await server.send({ _tag: "Ping", at: 0 })
      await until(() => "it answers", () => pongs() >= asked, 12_000)
    }
    expect(server.socket.bytesRead).toBeLessThan(2 * 1_048_576)
    expect(ours.child.stdin?.writableLength).toBeGreaterThan(size * 0.9)
    expect(memory() - atRest).toBeLessThan(size)
  })

  it("asks to leave and gets no answer: it leaves all the same within 3.5 s, with 0", async ({ stage }) => {
    const { ours, server } = await enter(stage)
    const from = performance.now()
    ours.type("{quit}\n")
    await server.heard.line(/"_tag":"Quit"/u)
    const ended = await ours.ended()
    expect(ended).toMatchObject({ code: 0, signal: null })
    expect(ended.at - from).toBeLessThan(3500)
  })

  const evil = "\u001b[2J\u001b]0;gotcha\u0007\u009b31m\u202eabc\r\nfake: line\u0000"
  const hostile = (seq: number): ReadonlyArray<Readonly<Record<string, unknown>>> => [
    { _tag: "Joined", seq, at: 0, room: "lobby", member: { id: "m2", name: `mallory${evil}` } },
    { _tag: "Said", seq: seq + 1, at: 0, room: "lobby", from: { id: "m2", name: `mallory${evil}` }, text: `text${evil}` },
    { _tag: "Members", at: 0, here: 2, members: [{ id: "m2", name: `mallory${evil}` }], more: false },
    { _tag: "Refused", at: 0, code: "bad-command", message: `refused${evil}` },
    { _tag: "Left", seq: seq + 2, at: 0, room: "lobby", member: { id: "m2", name: `mallory${evil}` }, code: "quit", reason: `reason${evil}` },
    { _tag: "Unheard-of", text: evil }
  ]

  for (const { args, name } of [
    { name: "in words", args: [] },
    { name: "as JSON", args: ["--json"] }
  ]) {
    it(`prints nothing ${name} that steers a terminal, whatever it is sent`, async ({ stage }) => {
      const { ours, server } = await enter(stage, args)
      for (const event of hostile(2)) await server.send(event)
      await server.write(`\u001b[2J raw bytes \u0007\n{"_tag":"Said","text":"\u001b[31m"}\n`)
      await server.send({ _tag: "Goodbye", at: 0, code: "removed", reason: `goodbye${evil}` })
      server.socket.end()
      expect(await ours.ended()).toMatchObject({ code: 1 })
      expect(ours.stdout.text).toContain("mallory")
      expect(ours.stdout.text).not.toMatch(steering)
      expect(ours.stderr.text).not.toMatch(steering)
      expect(ours.stdout.lines).toHaveLength(name === "in words" ? 6 : 7)
      expect(ours.stdout.texts.some((line) => line.startsWith("fake:"))).toBe(false)
    })
  }

  it("ignores what it does not know, and goes on", async ({ stage }) => {
    const { ours, server } = await enter(stage)
    await server.write("not JSON\n\n[]\n{}\n{\"_tag\":\"Later\",\"x\":1}\n")
    await server.send({ _tag: "Said", seq: 2, at: 0, room: "lobby", from: { id: "m2", name: "ada" }, text: "hello", more: { fields: true } })
    await ours.line("ada: hello")
    expect(ours.stderr.text).toBe("")
  })

  it("answers a ping, and prints nothing of it", async ({ stage }) => {
    const { ours, server } = await enter(stage, ["--json"])
    await server.send({ _tag: "Ping", at: 0 })
    await server.heard.line(/"_tag":"Pong"/u)
    expect(ours.stdout.lines).toHaveLength(1)
  })
})

describe.runIf(hasTmux).concurrent("A client in a real terminal, line by line", () => {
  const shared = new Stage()
  let server: Served
  let ada: Native
  beforeAll(async () => {
    server = await serve(shared)
    ada = (await nativeClient(shared, server.port, "ada")).answering()
  })
  afterAll(() => shared.clear())

  const isHere = (name: string) => ada.event("Joined", ({ member }) => member.name === name)

  it("asks for host, port and name, each with its default, and an empty answer takes it", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain; echo rc=$?`)
    await terminal.shows(/^Host \[127\.0\.0\.1\]:/mu)
    await terminal.press("Enter")
    await terminal.shows(/^Port \[25565\]:/mu)
    await terminal.enter(String(server.port))
    const screen = await terminal.shows(/^Name \[User\d{4}\]:/mu)
    const name = /Name \[(User\d{4})\]/u.exec(screen)?.[1] ?? ""
    await terminal.press("Enter")
    await isHere(name)
    await terminal.shows(new RegExp(`^Welcome ${name}! `, "mu"))
    await terminal.enter("{quit}")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/^Goodbye!\nrc=0$/mu)
  })

  it("asks again for an answer that cannot be one", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --name careful; echo rc=$?`)
    await terminal.shows(/^Port \[25565\]:/mu)
    await terminal.enter("many")
    await terminal.shows(/^A port is a whole number from 1 to 65535\.\nPort \[25565\]:/mu)
    await terminal.enter(String(server.port))
    await isHere("careful")
  })

  it("is left with /quit at a question: it exits with 0", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain; echo rc=$?`)
    await terminal.shows(/^Host \[/mu)
    await terminal.enter("/quit")
    await terminal.shows(/^rc=0$/mu)
  })

  it("asks for the name only when host and port were given in one", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain 127.0.0.1:${server.port}`)
    expect(await terminal.shows(/^Name \[User\d{4}\]:/mu)).not.toMatch(/^(?:Host|Port) \[/mu)
    await terminal.enter("given1")
    await isHere("given1")
  })

  it("does not ask for what was given", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${server.port}`)
    const screen = await terminal.shows(/^Name \[User\d{4}\]:/mu)
    expect(screen).not.toMatch(/^(?:Host|Port) \[/mu)
    await terminal.enter("given")
    await isHere("given")
  })

  it("asks for nothing when all was given", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${server.port} --name complete`)
    await isHere("complete")
    expect(await terminal.shows(/^Welcome complete! /mu)).not.toMatch(/^(?:Host|Port|Name) \[/mu)
  })

  it("asks for nothing with --no-input: what is not given takes its default", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --port ${server.port} --no-input`)
    expect(await terminal.shows(/^Welcome User\d{4}! /mu)).not.toMatch(/^(?:Host|Port|Name) \[/mu)
  })

  it("says that a name is taken, asks for the name only, and offers one that is free", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${server.port}; echo rc=$?`)
    await terminal.shows(/^Name \[/mu)
    await terminal.enter("ada")
    await terminal.shows(new RegExp(`^Refused by 127\\.0\\.0\\.1:${server.port}: The name ada is taken: choose another\\.\nName \\[ada_2\\]:`, "mu"))
    await terminal.press("Enter")
    await isHere("ada_2")
    await terminal.shows(/^Welcome ada_2! /mu)
  })

  for (const { key, name } of [
    { name: "Ctrl-C", key: "C-c" },
    { name: "Ctrl-D", key: "C-d" }
  ]) {
    it(`ends at a question with ${name}: it exits with 0, as for /quit`, async ({ stage }) => {
      const terminal = await openTerminal(stage)
      await terminal.enter(`node ${cli} join --plain; echo rc=$?`)
      await terminal.shows(/^Host \[/mu)
      await terminal.press(key)
      expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/rc=0$/mu)
    })
  }

  it("ends with Ctrl-C while it connects: it exits with 0", async ({ stage }) => {
    const { client, port } = await fakeServer(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${port} --name early; echo rc=$?`)
    await hello(await client)
    await terminal.press("C-c")
    expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/rc=0$/mu)
  })

  it("ends at a question with a signal: it exits with 0", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain; echo rc=$?`)
    await terminal.shows(/^Host \[/mu)
    process.kill(await terminal.child(), "SIGTERM")
    expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/rc=0$/mu)
  })

  it("leaves with Ctrl-D in the room, with 0", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${server.port} --name ender; echo rc=$?`)
    await terminal.shows(/^Welcome ender! /mu)
    await terminal.press("C-d")
    await ada.event("Left", ({ code, member, reason }) => member.name === "ender" && code === "quit" && reason === undefined)
    expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/^Goodbye!\nrc=0$/mu)
  })

  it("shows what arrives above the line being typed, which stays whole", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${own.port} --name typist`)
    await terminal.shows(/^> $|^>$/mu)
    await terminal.type("half a li")
    await terminal.shows(/^> half a li$/mu)
    await other.send({ _tag: "Say", text: "I interrupt" })
    await terminal.shows(/^other: I interrupt\n> half a li$/mu)
    await terminal.type("ne")
    expect((await terminal.shows(/half a line$/mu)).split("\n").slice(1)).toEqual([
      "Welcome typist! Here with you: other. To leave, type {quit}. For help, type /help.",
      "other: I interrupt",
      "> half a line"
    ])
    await terminal.press("Enter")
    expect(await other.event("Said", ({ from }) => from.name === "typist")).toMatchObject({ text: "half a line" })
  })

  it("keeps a line whole that is longer than the screen is wide, also when something arrives meanwhile", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${own.port} --name typist`)
    await terminal.shows(/^Welcome typist! /mu)
    const long = Array.from({ length: 60 }, (_, n) => `word${n}`).join("-")
    await terminal.type(long)
    await terminal.shows(/word59$/u)
    await other.send({ _tag: "Say", text: "I interrupt" })
    await terminal.shows(/^other: I interrupt$/mu)
    const screen = await terminal.shows(/word59$/u)
    expect(screen.split("\n").slice(2).join("")).toBe(`other: I interrupt> ${long}`)
    await terminal.press("Enter")
    expect(await other.event("Said", ({ from }) => from.name === "typist")).toMatchObject({ text: long })
  })

  it("sends a pasted block line by line, in order", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${server.port} --name paster`)
    await terminal.shows(/^Welcome paster! /mu)
    const lines = Array.from({ length: 30 }, (_, n) => `pasted ${n} \u00e9\u{1f680}`)
    await terminal.paste(`${lines.join("\n")}\n`)
    await ada.event("Said", ({ text }) => text === lines.at(-1))
    expect(ada.saidBy("paster")).toEqual(lines)
  })

  it("takes what was pasted ahead for the answers and then for the room", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain`)
    await terminal.shows(/^Host \[/mu)
    await terminal.paste(`127.0.0.1\n${server.port}\nhasty\nhello at once\n`)
    await ada.event("Said", ({ from, text }) => from.name === "hasty" && text === "hello at once")
  })

  it("shows nothing that steers it, whatever another server sends", async ({ stage }) => {
    const { client, port } = await fakeServer(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${port} --name ours; echo rc=$?`)
    const fake = await client
    await hello(fake)
    await fake.send(welcome("ours"))
    await fake.send({ _tag: "Said", seq: 2, at: 0, room: "lobby", from: { id: "m2", name: "mallory" }, text: "\u001b[2J\u001b[H\u009b2Jstill\r\nhere" })
    const screen = await terminal.shows(/^mallory: .*still.*here$/mu)
    expect(screen).toMatch(/^Welcome ours! /mu)
    await fake.send({ _tag: "Goodbye", at: 0, code: "removed", reason: "enough" })
    fake.socket.end()
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/^You have been disconnected: enough\.\nrc=1$/mu)
  })

  it("says that the connection is lost below the conversation, and exits with 1", async ({ stage }) => {
    const own = await serve(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --plain --host 127.0.0.1 --port ${own.port} --name stayer; echo rc=$?`)
    await terminal.shows(/^Welcome stayer! /mu)
    own.program.kill("SIGKILL")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(new RegExp(`^Connection to 127\\.0\\.0\\.1:${own.port} lost\\.\nrc=1$`, "mu"))
  })
})
