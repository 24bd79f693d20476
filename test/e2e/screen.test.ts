import { afterAll, beforeAll, describe, expect } from "vitest"
import { fakeServer, hello, welcome } from "./support/fake.ts"
import { flood } from "./support/flood.ts"
import { cli, type Served, serve, start } from "./support/program.ts"
import { freePort, type Native, nativeClient } from "./support/raw.ts"
import { broken, endsLike, texts } from "./support/rows.ts"
import { it, Stage } from "./support/stage.ts"
import { hasTmux, lastAsked, openTerminal, type Terminal } from "./support/tmux.ts"
import { range } from "../support/range.ts"
import { until } from "../support/waiting.ts"

// The client's screen in a real terminal.

const statusLine = /^\S+ · \d+ here · connected(?: · \d+ unread)?$/u

interface EnterOptions {
  readonly port: number
  readonly name: string
  readonly args?: string
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
  readonly rows?: number
}

/** Opens a terminal, and joins in it; the shell then says how that ended. */
const join = async (stage: Stage, { args = "", columns, env, name, port, rows }: EnterOptions): Promise<Terminal> => {
  const terminal = await openTerminal(stage, undefined, env, { columns, rows })
  await terminal.enter(`clear; node ${cli} join --host 127.0.0.1 --port ${port} --name '${name}' ${args}; echo rc=$?`)
  return terminal
}

/** The same, and waits until it is in the room. */
const enter = async (stage: Stage, options: EnterOptions): Promise<Terminal> => {
  const terminal = await join(stage, options)
  await terminal.shows(/ here · connected/u)
  return terminal
}

/** Waits until these rows are the last of the screen: the status line, which stands nowhere else, and the input. */
const endsWith = (terminal: Terminal, input: ReadonlyArray<string>, status = statusLine): Promise<ReadonlyArray<string>> =>
  endsLike(terminal, { input, status, once: [statusLine] })

const percentile = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

describe.runIf(hasTmux).concurrent("The screen", () => {
  const shared = new Stage()
  let server: Served
  let ada: Native
  beforeAll(async () => {
    server = await serve(shared)
    ada = (await nativeClient(shared, server.port, "ada")).answering()
  })
  afterAll(() => shared.clear())

  const hears = (name: string, wanted: string) => ada.event("Said", ({ from, text }) => from.name === name && text === wanted)

  it("keeps what is being typed while 200 messages come, shows each once and in order, and has one status line below them", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const terminal = await enter(stage, { port: own.port, name: "typist" })
    const words = "a line that is typed meanwhile"
    const pour = async () => {
      for (const n of range(200, (n) => n)) {
        await other.send({ _tag: "Say", text: `message ${n}` })
        if (n % 10 === 9) await other.roundTrip()
      }
    }
    const type = async () => {
      for (const character of words) await terminal.type(character)
    }
    await Promise.all([pour(), type()])
    await terminal.shows(/message 199$/mu)
    const rows = await endsWith(terminal, [`> ${words}`])
    expect(texts(rows, / {2}other: (message \d+)$/u)).toEqual(range(200, (n) => `message ${n}`))
    await terminal.press("Enter")
    await other.event("Said", ({ from, text }) => from.name === "typist" && text === words)
    await terminal.shows(new RegExp(`^\\d\\d:\\d\\d ›typist: ${words}$`, "mu"))
  })

  it("is drawn well again at every size, with a long line in it, while messages come", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const terminal = await enter(stage, { port: own.port, name: "typist", columns: 80, rows: 24 })
    const line = range(16, (n) => `word-${n}`).join(" ")
    for (const n of range(30, (n) => n)) await other.send({ _tag: "Say", text: `message ${n}` })
    await terminal.type(line)
    // What the terminal reads while it changes its size may leave a piece of the status behind.
    await terminal.shows(/other: message 29$/mu)
    await endsWith(terminal, broken(line, 80))
    await terminal.resize(40, 12)
    await other.send({ _tag: "Say", text: "while it gets small" })
    await terminal.shows(/other: while it gets small$/mu)
    await endsWith(terminal, broken(line, 40))
    await other.send({ _tag: "Say", text: "in the small one" })
    await terminal.shows(/other: in the small one$/mu)
    await endsWith(terminal, broken(line, 40))
    await terminal.resize(100, 30)
    await other.send({ _tag: "Say", text: "while it gets wide" })
    await terminal.shows(/other: while it gets wide$/mu)
    await endsWith(terminal, broken(line, 100))
    await terminal.drag([90, 41, 79, 40, 60, 100], 30)
    await other.send({ _tag: "Say", text: "in the wide one" })
    await terminal.shows(/other: in the wide one$/mu)
    const rows = await endsWith(terminal, broken(line, 100))
    expect(texts(rows, / {2}other: (.+)$/u)).toEqual([
      ...range(30, (n) => `message ${n}`), "while it gets small", "in the small one", "while it gets wide", "in the wide one"
    ])
    await terminal.press("Enter")
    await other.event("Said", ({ text }) => text === line)
  })

  it("asks once before it sends 20 pasted lines, and sends all of them, in order", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "paster" })
    const lines = range(20, (n) => `  ${n}: pasted \u00e9\u{1f680} /quit`)
    await terminal.paste(`${lines.join("\n")}\n`, true)
    await endsWith(terminal, ["Send 20 lines? y sends, n does not"])
    expect(await terminal.screen()).toContain(`\n  | ${lines[0]}\n  | ${lines[1]}\n  | ${lines[2]}\n  … and 17 more\n`)
    await terminal.press("Enter")
    await terminal.type("x")
    await ada.roundTrip()
    expect(ada.saidBy("paster")).toEqual([])
    await terminal.press("y")
    await hears("paster", lines.at(-1) ?? "")
    expect(ada.saidBy("paster")).toEqual(lines)
    await terminal.shows(/›paster: {3}19: .*$/mu)
    const rows = await endsWith(terminal, [">"])
    expect(texts(rows, /›paster: (.+)$/u)).toEqual(lines)
  })

  it("asks as well when many lines come at once without the marks of a paste", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "bare" })
    const lines = range(300, (n) => `${n}: pasted ${"\u00e9".repeat(20)}`)
    await terminal.paste(`${lines.join("\n")}\n`)
    await endsWith(terminal, ["Send 300 lines? y sends, n does not"])
    await ada.roundTrip()
    expect(ada.saidBy("bare")).toEqual([])
    await terminal.press("n")
    await endsWith(terminal, [">"])
    await terminal.enter("hello")
    await hears("bare", "hello")
    expect(ada.saidBy("bare")).toEqual(["hello"])
  })

  it("sends nothing of a paste after a no, and keeps what was being typed", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "doubter" })
    await terminal.type("before ")
    await terminal.paste("one\ntwo\nthree", true)
    await endsWith(terminal, ["Send 3 lines? y sends, n does not"])
    await terminal.press("n")
    await terminal.shows(/^The 3 lines were not sent\.$/mu)
    await endsWith(terminal, ["> before"])
    await terminal.enter("only this")
    await hears("doubter", "before only this")
    expect(ada.saidBy("doubter")).toEqual(["before only this"])
  })

  it("completes names and commands with Tab, one after the other", async ({ stage }) => {
    const own = await serve(stage)
    for (const name of ["Grace Hopper", "grace kelly"]) await nativeClient(stage, own.port, name)
    const terminal = await enter(stage, { port: own.port, name: "typist" })
    await terminal.type("gra")
    await terminal.press("Tab")
    await endsWith(terminal, ["> Grace Hopper:"])
    await terminal.press("Tab")
    await endsWith(terminal, ["> grace kelly:"])
    await terminal.press("Tab")
    await endsWith(terminal, ["> Grace Hopper:"])
    await terminal.press("C-u")
    await terminal.type("/ms")
    await terminal.press("Tab")
    await terminal.type("gr")
    await terminal.press("Tab")
    await endsWith(terminal, ['> /msg "Grace Hopper"'])
  })

  it("is edited as in a shell, and remembers what was said with the draft kept", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "editor" })
    await terminal.enter("first")
    await terminal.enter("second")
    await terminal.type("a draft")
    await terminal.press("Up")
    await endsWith(terminal, ["> second"])
    await terminal.press("Up", "Up")
    await endsWith(terminal, ["> first"])
    await terminal.press("Down", "Down")
    await endsWith(terminal, ["> a draft"])
    await terminal.press("Home", "M-f", "C-k")
    await terminal.type(" good")
    await terminal.press("C-e", "C-a", "Right", "Delete", "Left", "Left")
    await terminal.type("what ")
    await endsWith(terminal, ["> what agood"])
    await terminal.press("C-w", "C-u", "C-y", "End", "BSpace", "C-Left")
    await terminal.type("x")
    await endsWith(terminal, ["> what xagoo"])
  })

  it("keeps the cursor where the next character goes, also among wide characters, emoji, marks and right-to-left text", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "writer" })
    const cursorIs = (x: number) =>
      expect.poll(() => terminal.state("cursor_x"), { timeout: 5000, interval: 20 }).toBe(String(x))
    for (const [text, width] of [["\u65e5\u672c", 4], ["\u{1f44d}", 2], ["e\u0301", 1], ["\u05e9\u05dc\u05d5\u05dd", 4]] as const) {
      await terminal.type(text)
      await cursorIs(2 + width)
      await terminal.press("Left")
      const last = text === "e\u0301" || text.length === 4 ? 1 : 2
      await cursorIs(2 + width - last)
      await terminal.press("C-e", "C-u")
      await cursorIs(2)
    }
    // Terminals disagree on the width of these, and some show nothing of one: wherever this one sets the cursor, the next character goes there, and nothing is left.
    for (const text of ["\u2764\ufe0f", "1\ufe0f\u20e3", "\u{1f1ee}\u{1f1f9}", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", "\u{1f44d}\u{1f3fd}", "\u{1f3f3}\ufe0f\u200d\u{1f308}", "\u1112\u1161\u11ab", "\u{1fae8}"]) {
      await terminal.type(`${text}|`)
      await terminal.shows(/^> .*\|$/mu)
      await terminal.press("Left")
      await expect.poll(() => terminal.state("cursor_character"), { timeout: 5000, interval: 20 }).toBe("|")
      await terminal.press("C-e", "C-u")
      await cursorIs(2)
      await endsWith(terminal, [">"])
    }
    await terminal.type("\u65e5\u672c\u8a9e")
    await terminal.press("Left")
    await terminal.type("\u{1f44d}e\u0301")
    await terminal.press("Enter")
    await hears("writer", "\u65e5\u672c\u{1f44d}e\u0301\u8a9e")
  })

  it("breaks lines between words, and no row of a message begins where a line of another's would", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "eve")
    const terminal = await enter(stage, { port: own.port, name: "reader", columns: 60 })
    const time = "\\d\\d:\\d\\d"
    await other.send({ _tag: "Say", text: "one two three four five six seven eight nine ten eleven twelve" })
    await terminal.shows(new RegExp(`^${time} {2}eve: one two three four five six seven eight nine ten\n {9}eleven twelve$`, "mu"))
    await other.send({ _tag: "Say", text: `so${" ".repeat(70)}09:05  Bob: I approve` })
    await terminal.shows(new RegExp(`^${time} {2}eve: so\n {9}09:05 {2}Bob: I approve$`, "mu"))
  })

  it("is of use in 40 columns", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "narrow", columns: 40, rows: 10 })
    const line = range(40, (n) => `w${n}`).join(" ")
    await terminal.type(line)
    await terminal.shows(/w39$/mu)
    const rows = await terminal.visible()
    expect(rows.filter((row) => statusLine.test(row))).toHaveLength(1)
    // The upper half belongs to the conversation.
    expect(rows.length - rows.findIndex((row) => statusLine.test(row))).toBe(5)
    await terminal.press("Enter")
    await hears("narrow", line)
    await endsWith(terminal, [">"])
  })

  it("shows a message at once, and brings back what is refused", async ({ stage }) => {
    const { client, port } = await fakeServer(stage)
    const terminal = await join(stage, { port, name: "ours" })
    const output = await terminal.record()
    const fake = await client
    await hello(fake)
    await fake.send(welcome("ours"))
    await terminal.shows(/ here · connected/u)
    const ref = (text: string) =>
      fake.heard.find("A message", (line) => (line.text.includes(`"${text}"`) ? /"ref":"([^"]+)"/u.exec(line.text)?.[1] : undefined))
    await terminal.enter("good")
    await terminal.enter("bad")
    await terminal.shows(/^ {2}good …\n {2}bad …\nlobby · 1 here · connected\n>$/mu)
    expect(output()).toContain("\u001b[2m  good …")
    await fake.send({ _tag: "Said", seq: 2, at: 0, room: "lobby", from: { id: "m1", name: "ours" }, text: "good", ref: await ref("good") })
    await terminal.shows(/›ours: good\n {2}bad …\n/u)
    await fake.send({ _tag: "Refused", at: 0, code: "bad-command", message: "Not that.", ref: await ref("bad") })
    await terminal.shows(/^! Not that\.\nUp brings back: bad$/mu)
    await endsWith(terminal, [">"])
    await terminal.press("Up")
    await endsWith(terminal, ["> bad"])
  })

  it("does not make a part of the next sentence of a line that was refused", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "renamer" })
    await terminal.enter("/nick server")
    await terminal.shows(/^! The name server is reserved: choose another\.\nUp brings back: \/nick server$/mu)
    await terminal.enter("my next sentence")
    await hears("renamer", "my next sentence")
  })

  it("takes a paste without an end for one that has ended, after a second of silence", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "loser" })
    await terminal.send("\u001b[200~cut off")
    await endsWith(terminal, ["> cut off"])
    await terminal.enter(", mended")
    await hears("loser", "cut off, mended")
  })

  it("is left with Ctrl-C also within a paste without an end", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "leaver" })
    await terminal.send("\u001b[200~cut off")
    await terminal.press("C-c")
    await ada.event("Left", ({ code, member }) => member.name === "leaver" && code === "quit")
    await terminal.shows(/^rc=0$/mu)
  })

  it("says that a command is unknown, and brings it back", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "commander" })
    await terminal.enter("/wo")
    await terminal.shows(/^! There is no command \/wo\. Did you mean \/who\? To say it, type \/\/wo; \/help shows all commands\.$/mu)
    await terminal.press("Up")
    await endsWith(terminal, ["> /wo"])
    await terminal.press("C-u")
    await terminal.enter("//wo")
    await hears("commander", "/wo")
    await terminal.enter("/help")
    await terminal.shows(/^\/msg NAME TEXT +says it to one person only$/mu)
    await terminal.enter("/me waves")
    await ada.event("Acted", ({ from, text }) => from.name === "commander" && text === "waves")
    await terminal.enter("/nick renamed")
    await terminal.shows(/commander is now called renamed\.$/mu)
    await terminal.enter("/msg ada psst")
    await ada.event("Whispered", ({ text }) => text === "psst")
    await terminal.enter("/clear")
    await terminal.until("An empty screen", (screen) => (screen.includes("psst") ? undefined : true))
    await endsWith(terminal, [">"])
  })

  it("answers a whisper with /r, hides whoever is ignored, and searches the history with Ctrl-R", async ({ stage }) => {
    const own = await serve(stage)
    const [bob, eve] = [await nativeClient(stage, own.port, "bob"), await nativeClient(stage, own.port, "eve")]
    const terminal = await enter(stage, { port: own.port, name: "reader" })
    await terminal.enter("/msg bob psst")
    const { from } = await bob.event("Whispered", ({ text }) => text === "psst")
    await bob.send({ _tag: "Whisper", to: from.id, text: "yes?" })
    await terminal.shows(/\[bob -> reader\] yes\?$/mu)
    await terminal.type("/r oh")
    await endsWith(terminal, ["> /msg bob oh"])
    await terminal.press("Enter")
    await bob.event("Whispered", ({ text }) => text === "oh")
    await terminal.enter("/ignore eve")
    await terminal.shows(/^You do not see what eve says\./mu)
    await eve.send({ _tag: "Say", text: "unseen" })
    await eve.roundTrip()
    await bob.send({ _tag: "Say", text: "seen" })
    expect(await terminal.shows(/bob: seen$/mu)).not.toContain("unseen")
    await terminal.press("C-r")
    await terminal.type("psst")
    await endsWith(terminal, ["(search: psst) /msg bob psst"])
    await terminal.press("C-e")
    await endsWith(terminal, ["> /msg bob psst"])
  })

  it("rings once for a hundred mentions in a second", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const terminal = await enter(stage, { port: own.port, name: "grace" })
    const heard = await terminal.record()
    const from = performance.now()
    for (const n of range(100, (n) => n)) await other.send({ _tag: "Say", text: `grace ${n}` })
    await terminal.shows(/other: grace 99$/mu)
    const seconds = (performance.now() - from) / 1000
    await expect.poll(heard, { timeout: 5000 }).toContain(" 99")
    expect(heard().split("\u0007").length - 1).toBeGreaterThanOrEqual(1)
    expect(heard().split("\u0007").length - 1).toBeLessThanOrEqual(1 + Math.ceil(seconds))
  })

  it("does not take a greeting for a host, and is left with /quit: it exits with 0", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join; echo rc=$?`)
    await terminal.shows(/^Host \[/mu)
    await terminal.enter("Hello everybody")
    await terminal.shows(/^! A host is a name such as chat\.example\.org, or an address such as 192\.0\.2\.7\. \/quit leaves\.$/mu)
    await terminal.enter("/quit")
    await terminal.shows(/^rc=0$/mu)
  })

  it("counts what comes while the window has not the focus", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const terminal = await enter(stage, { port: own.port, name: "reader" })
    await terminal.send("\u001b[O")
    await terminal.type("x")
    await endsWith(terminal, ["> x"])
    for (const text of ["one", "two"]) await other.send({ _tag: "Say", text })
    await endsWith(terminal, ["> x"], /^lobby · 2 here · connected · 2 unread$/u)
    await terminal.send("\u001b[I")
    await endsWith(terminal, ["> x"], /^lobby · 2 here · connected$/u)
  })

  it("makes a mention stand out, and rings; with --no-bell it does not ring", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const [loud, quiet] = await Promise.all([
      enter(stage, { port: own.port, name: "grace" }),
      enter(stage, { port: own.port, name: "hopper", args: "--no-bell" })
    ])
    const [heardLoud, heardQuiet] = [await loud.record(), await quiet.record()]
    await other.send({ _tag: "Say", text: "is anybody here? gracefully, hopperly" })
    await other.send({ _tag: "Say", text: "Grace, Hopper: hello" })
    for (const [terminal, name] of [[loud, "Grace"], [quiet, "Hopper"]] as const) {
      await terminal.shows(/other: Grace, Hopper: hello$/mu)
      const rows = (await terminal.screen("-e")).split("\n")
      const inverse = (words: RegExp) => Array.from(rows.find((row) => words.test(row))?.matchAll(/\u001b\[(?:[\d;]*;)?7m(.*?)\u001b\[/gu) ?? [], ([, text]) => text)
      expect(inverse(/Grace.*, .*Hopper/u)).toEqual([name])
      expect(inverse(/is anybody here/u)).toEqual([])
    }
    await expect.poll(heardQuiet, { timeout: 5000 }).toMatch(/Hopper.*: hello/u)
    await expect.poll(heardLoud, { timeout: 5000 }).toContain("\u0007")
    expect(heardLoud().split("\u0007")).toHaveLength(2)
    expect(heardQuiet()).not.toContain("\u0007")
  })

  for (const { args, env, name } of [
    { name: "NO_COLOR", env: { NO_COLOR: "1" }, args: "" },
    { name: "--no-color", env: {}, args: "--no-color" }
  ] as const) {
    it(`has no colours with ${name}`, async ({ stage }) => {
      const terminal = await openTerminal(stage, undefined, env)
      const output = await terminal.record()
      await terminal.enter(`node ${cli} join --host 127.0.0.1 --port ${server.port} --name plain${args} ${args}`)
      await terminal.shows(/ here · connected/u)
      await terminal.enter("hello")
      await hears(`plain${args}`, "hello")
      await terminal.shows(new RegExp(`plain${args}: hello$`, "mu"))
      expect(await terminal.screen("-e")).not.toContain("\u001b[")
      expect(output()).not.toMatch(/\u001b\[[\d;]*m/u)
    })
  }

  it("has colours otherwise", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "colourful" })
    await terminal.enter("hello")
    await terminal.shows(/colourful: hello$/mu)
    const screen = await terminal.screen("-e")
    expect(screen).toMatch(/\u001b\[38;5;\d+mcolourful/u)
    expect(screen).toMatch(/\u001b\[(?:[\d;]*;)?7m(?:\u001b\[[\d;]*m)*lobby/u)
  })

  it("is not there in a dumb terminal: that gets lines", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`TERM=dumb node ${cli} join --host 127.0.0.1 --port ${server.port} --name dumb; echo rc=$?`)
    await terminal.shows(/^Welcome dumb! Here with you/mu)
    await terminal.enter("hello")
    await hears("dumb", "hello")
    expect(await terminal.screen()).not.toMatch(/ · connected/u)
    await terminal.enter("{quit}")
    await terminal.shows(/^Goodbye!\nrc=0$/mu)
  })

  it("loses the server: comes back by itself once it is there again, and gives back what has no receipt", async ({ stage }) => {
    const own = await serve(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --host 127.0.0.1 --port ${own.port} --name loser`)
    await terminal.shows(/ here · connected/u)
    own.program.kill("SIGKILL")
    await terminal.shows(/ · connection lost \d\d:\d\d:\d\d, coming back \.\.\./u)
    await terminal.enter("while it was gone")
    await terminal.shows(/while it was gone …/u)
    await own.program.ended()
    start(stage, ["serve", "--port", String(own.port)])
    await terminal.shows(/ here · connected/u)
    expect(await terminal.shows(/^! It is not known whether this was said: while it was gone$/mu)).toMatch(/^Welcome loser! /mu)
    await terminal.enter("{quit}")
    await terminal.shows(/ Goodbye!$/mu)
  })

  it("loses the server: says so with what was not sent, gives the terminal back as it was, and exits with 1", async ({ stage }) => {
    const own = await serve(stage)
    const terminal = await openTerminal(stage)
    const output = await terminal.record()
    const before = await terminal.modes("before")
    expect(before.join(" ")).toMatch(/ icanon .* echo /u)
    await terminal.enter(`node ${cli} join --host 127.0.0.1 --port ${own.port} --name loser --reconnect off; echo rc=$?`)
    await terminal.shows(/ here · connected/u)
    await terminal.type("half a line")
    await endsWith(terminal, ["> half a line"])
    own.program.kill("SIGKILL")
    const screen = await terminal.shows(/^rc=\d+$/mu)
    expect(screen).toMatch(new RegExp(`^! Not sent: half a line\nConnection to 127\\.0\\.0\\.1:${own.port} lost\\.\nrc=1$`, "mu"))
    expect(screen).not.toMatch(/ · connected/u)
    expect(await terminal.modes("after")).toEqual(before)
    expect(await terminal.state("cursor_flag")).toBe("1")
    expect(lastAsked(output())).toEqual({ bracketedPaste: "l", focusReports: "l", cursor: "h" })
  })

  it("is told that the server closes: it says why, and exits with 0", async ({ stage }) => {
    const own = await serve(stage)
    const terminal = await enter(stage, { port: own.port, name: "stayer" })
    own.program.kill("SIGTERM")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/ {2}The server is closing: terminated\.\nrc=0$/mu)
  })

  it("asks, says why it failed, asks again with the answers kept, and gets in", async ({ stage }) => {
    const nobody = await freePort(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join; echo rc=$?`)
    await terminal.shows(/^Host \[127\.0\.0\.1\]:$/mu)
    await terminal.press("Enter")
    await terminal.shows(/^Port \[25565\]:$/mu)
    await terminal.enter("many")
    await terminal.shows(/^! A port is a whole number from 1 to 65535\.$/mu)
    await terminal.enter(String(nobody))
    await terminal.shows(/^Name \[User\d{4}\]:$/mu)
    await terminal.enter("eve:")
    await terminal.shows(/^! A name cannot contain a colon/mu)
    await terminal.enter("eve")
    await terminal.shows(new RegExp(`^! Cannot connect to 127\\.0\\.0\\.1:${nobody}: nobody listens there`, "mu"))
    await terminal.shows(/^Host \[127\.0\.0\.1\]:$/mu)
    await terminal.press("Enter")
    await terminal.shows(new RegExp(`^Port \\[${nobody}\\]:$`, "mu"))
    await terminal.enter(String(server.port))
    await terminal.shows(/^Name \[eve\]:$/mu)
    await terminal.press("Enter")
    await terminal.shows(/^Welcome eve!/mu)
    await endsWith(terminal, [">"])
    await terminal.enter("{quit}")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/ {2}Goodbye!\nrc=0$/mu)
  })

  it("asks for the name only when that is taken, and offers one that is free", async ({ stage }) => {
    const terminal = await join(stage, { port: server.port, name: "ada" })
    await terminal.shows(/^! Refused by .*: The name ada is taken: choose another\.$/mu)
    await terminal.shows(/^Name \[ada_2\]:$/mu)
    await terminal.press("Enter")
    await terminal.shows(/^Welcome ada_2!/mu)
  })

  it("takes what was typed ahead for the answers and then for the room", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join`)
    await terminal.shows(/^Host \[/mu)
    await terminal.paste(`127.0.0.1\n${server.port}\nhasty\nhello at once\nand more`)
    await hears("hasty", "hello at once")
    await endsWith(terminal, ["> and more"])
  })

  it("asks nothing with --no-input: it says why it failed, and exits with 1", async ({ stage }) => {
    const nobody = await freePort(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --port ${nobody} --no-input; echo rc=$?`)
    const screen = await terminal.shows(/^rc=\d+$/mu)
    expect(screen).toMatch(new RegExp(`^Cannot connect to 127\\.0\\.0\\.1:${nobody}: .*\nrc=1$`, "mu"))
    expect(screen).not.toMatch(/^(?:Host|Port|Name) \[/mu)
  })

  for (const key of ["C-c", "C-d"]) {
    it(`ends at a question with ${key}, and exits with 0, as for /quit`, async ({ stage }) => {
      const terminal = await openTerminal(stage)
      await terminal.enter(`node ${cli} join; echo rc=$?`)
      await terminal.shows(/^Host \[/mu)
      await terminal.press(key)
      expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/^rc=0$/mu)
    })
  }

  it("ends with Ctrl-C while it connects, and exits with 0", async ({ stage }) => {
    const { client, port } = await fakeServer(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`node ${cli} join --host 127.0.0.1 --port ${port} --name early; echo rc=$?`)
    await hello(await client)
    await terminal.press("C-c")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/^rc=0$/mu)
  })

  it("leaves with /quit and a reason, which the others are told, and exits with 0", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "luncher" })
    await terminal.enter("/quit to lunch")
    await ada.event("Left", ({ member, reason }) => member.name === "luncher" && reason === "to lunch")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/ {2}Goodbye!\nrc=0$/mu)
  })

  it("has a fault: the others are told, the terminal is given back, and it exits with 1", async ({ stage }) => {
    const terminal = await openTerminal(stage, undefined, { FAULT: "exception" })
    await terminal.enter(`node --import ./test/e2e/fault.mjs ${cli} join --host 127.0.0.1 --port ${server.port} --name faulty; echo rc=$?`)
    await terminal.shows(/ here · connected/u)
    process.kill(await terminal.child(), "SIGUSR1")
    await ada.event("Left", ({ member, reason }) => member.name === "faulty" && reason === "internal error")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/^Internal error: Error: a fault from outside\nrc=1$/mu)
  })

  it("is suspended with Ctrl-Z, and drawn again below what the shell wrote with fg", async ({ stage }) => {
    const own = await serve(stage)
    const other = await nativeClient(stage, own.port, "other")
    const terminal = await enter(stage, { port: own.port, name: "sleeper" })
    await other.send({ _tag: "Say", text: "before" })
    await terminal.type("a draft")
    await endsWith(terminal, ["> a draft"])
    await terminal.press("C-z")
    await terminal.shows(/Stopped/u)
    await terminal.enter("echo from the shell")
    const asleep = await terminal.shows(/^from the shell$/mu)
    expect(asleep).not.toMatch(/ · connected/u)
    await other.send({ _tag: "Say", text: "meanwhile" })
    await other.roundTrip()
    await terminal.enter("fg")
    await terminal.shows(/other: meanwhile$/mu)
    await terminal.type(", finished")
    const rows = await endsWith(terminal, ["> a draft, finished"])
    expect(rows).toContain("from the shell")
    expect(texts(rows, / {2}other: (.+)$/u)).toEqual(["before", "meanwhile"])
    await terminal.press("Enter")
    await other.event("Said", ({ text }) => text === "a draft, finished")
  })

  it("is drawn again when it was stopped from outside", async ({ stage }) => {
    const terminal = await enter(stage, { port: server.port, name: "stopped" })
    await terminal.type("a draft")
    await endsWith(terminal, ["> a draft"])
    process.kill(await terminal.child(), "SIGSTOP")
    await terminal.shows(/Stopped/u)
    // Nobody has given the terminal back: Enter is what it is in a raw one.
    await terminal.type("fg")
    await terminal.press("C-j")
    await terminal.type("!")
    await terminal.until("The input, once more", (screen) => (screen.endsWith("connected\n> a draft!") ? true : undefined))
  })
})

describe.runIf(hasTmux)("The screen in a flood of long lines", () => {
  it("hears Ctrl-C before all that a server has told it", async ({ stage }) => {
    const { client, port } = await fakeServer(stage)
    const terminal = await join(stage, { port, name: "ours" })
    const fake = await client
    await hello(fake)
    await fake.send(welcome("ours"))
    await terminal.shows(/ here · connected/u)
    const from = { id: "m2", name: "other" }
    const line = { _tag: "Said", seq: 2, at: 0, room: "lobby", from, text: "x".repeat(1_000_000) }
    const told = { before: 0, after: 0, isPressed: false, isOver: false }
    const flood = async () => {
      while (!told.isOver && told.after < 500) {
        await fake.send(line)
        told[told.isPressed ? "after" : "before"] += 1
      }
    }
    const flooding = flood()
    await until(() => `the flood is under way: ${told.before}`, () => told.before > 20, 30_000)
    await terminal.press("C-c")
    told.isPressed = true
    await fake.heard.find("A quit", ({ text }) => (text.includes(`"_tag":"Quit"`) ? true : undefined), 60_000)
    told.isOver = true
    await flooding.catch(() => undefined)
    expect(told.after).toBeLessThan(150)
    await terminal.shows(/^rc=0$/mu)
  })
})

describe.runIf(hasTmux)("The screen in a flood of 200 messages a second", () => {
  it("shows a key soon, and loses none", async ({ stage }) => {
    const { port } = await serve(stage)
    const other = await nativeClient(stage, port, "other")
    const terminal = await enter(stage, { port, name: "typist" })
    const keys = "the quick brown fox jumps over lazy dogs"
    const { sent, stop } = flood(stage, other)
    const times: Array<number> = []
    const started = performance.now()
    for (const [index, character] of Array.from(keys).entries()) {
      const typed = `> ${keys.slice(0, index + 1)}`.trimEnd()
      // The keys are spread over the five seconds.
      while (performance.now() - started < index * 125) await terminal.visible()
      const from = performance.now()
      await terminal.type(character)
      for (;;) {
        const last = (await terminal.visible()).at(-1)
        if (last === typed) break
        if (performance.now() - from > 5000) throw new Error(`${JSON.stringify(typed)} is not on the screen: ${String(last)}`)
      }
      times.push(performance.now() - from)
    }
    stop()
    await terminal.shows(new RegExp(`other: message ${sent() - 1}$`, "mu"))
    await endsWith(terminal, [`> ${keys}`])
    const sorted = times.toSorted((a, b) => a - b)
    const [median, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)]
    console.info(`From a key to the screen, with ${sent()} messages in ${Math.round(performance.now() - started)} ms: median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
    expect(p95).toBeLessThan(500)
    await terminal.press("Enter")
    await other.event("Said", ({ text }) => text === keys)
  })
})
