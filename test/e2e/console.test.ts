import { describe, expect } from "vitest"
import { flood } from "./support/flood.ts"
import { cli, join as joinThrough } from "./support/program.ts"
import { lineClient, nativeClient } from "./support/raw.ts"
import { broken, endsLike, texts } from "./support/rows.ts"
import { it, type Stage } from "./support/stage.ts"
import { hasTmux, lastAsked, openTerminal, type Terminal, untilWritten } from "./support/tmux.ts"
import { range } from "../support/range.ts"

// The server's console in a real terminal.

const statusLine = /^127\.0\.0\.1:\d+ · \d+ here(?: \(and \d+ without a name\))? · \d+ messages\/s · up \d+:\d\d:\d\d · \d+ MB$/u
/** As much of it as there is in a narrow terminal, too. */
const statusStart = /^127\.0\.0\.1:\d+ · \d+ here /u
const promptRow = /^>(?: |$)/u

interface OpenOptions {
  readonly args?: string
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
  readonly rows?: number
  /** What the shell does with what the server prints. */
  readonly into?: string
}

interface Opened {
  readonly terminal: Terminal
  readonly port: number
}

/** Serves in this terminal, and waits until the room is open; the shell then says how that ended. */
const serveIn = async (terminal: Terminal, { args = "", into = "" }: OpenOptions = {}): Promise<number> => {
  await terminal.enter(`clear; node ${cli} serve --port 0 --rate-limit off ${args} ${into}; echo rc=$?`)
  return terminal.port()
}

/** Opens a terminal, and serves in it. */
const open = async (stage: Stage, options: OpenOptions = {}): Promise<Opened> => {
  const terminal = await openTerminal(stage, undefined, options.env, options)
  return { terminal, port: await serveIn(terminal, options) }
}

/** The same, and waits for the status line and the prompt. */
const console = async (stage: Stage, options: OpenOptions = {}): Promise<Opened> => {
  const opened = await open(stage, options)
  await endsWith(opened.terminal, [">"])
  return opened
}

/** Waits until these rows are the last of the screen, below the status line: and neither stands anywhere else. */
const endsWith = (terminal: Terminal, input: ReadonlyArray<string>, status = statusStart): Promise<ReadonlyArray<string>> =>
  endsLike(terminal, { input, status, once: [statusStart, promptRow] })

/** Waits for the words behind a time in the screen, and takes that away. */
const shows = (terminal: Terminal, words: string): Promise<string> =>
  terminal.until(words, (screen) => (untimed(screen).split("\n").includes(words) ? screen : undefined))

const untimed = (screen: string): string => screen.replaceAll(/^\d\d:\d\d:\d\d /gmu, "").replaceAll(/127\.0\.0\.1:\d+/gu, "HOST")

describe.runIf(hasTmux).concurrent("The console", () => {
  it("shows what happens above a status line and a prompt", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    await endsWith(terminal, [">"], statusLine)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    await endsWith(terminal, [">"], new RegExp(`^127\\.0\\.0\\.1:${port} · 2 here · 0 messages/s · up 0:00:\\d\\d · \\d+ MB$`, "u"))
    await ada.send({ _tag: "Say", text: "hello" })
    await ada.send({ _tag: "Act", text: "waves" })
    await endsWith(terminal, [">"], / · 2 messages\/s · /u)
    await endsWith(terminal, [">"], / · 0 messages\/s · /u)
    await bob.write("/quit lunch\n")
    await shows(terminal, "bob left: lunch (HOST)")
    const rows = await endsWith(terminal, [">"], / · 1 here · /u)
    const happened = untimed(rows.slice(1, -2).join("\n")).split("\n")
    expect(happened.filter((row) => !row.endsWith(" connected"))).toEqual([
      `Join with: node ${cli} join --host 127.0.0.1 --port ${port}`,
      "In a browser: http://HOST/",
      "ada joined (HOST)",
      "bob joined (HOST)",
      "ada: hello",
      "* ada waves",
      "bob left: lunch (HOST)"
    ])
  })

  it("counts who is connected and has no name yet", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    await nativeClient(stage, port)
    await nativeClient(stage, port, "ada")
    await endsWith(terminal, [">"], / · 1 here \(and 1 without a name\) · /u)
  })

  it("keeps what is being typed while 200 messages a second pour in, and shows each once and in order", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    const other = await nativeClient(stage, port, "other")
    const words = "a notice that is typed meanwhile"
    const { sent, stop } = flood(stage, other)
    for (const character of words) await terminal.type(character)
    await terminal.until("200 messages", () => (sent() >= 200 ? true : undefined))
    stop()
    await terminal.shows(new RegExp(`other: message ${sent() - 1}$`, "mu"))
    const rows = await endsWith(terminal, [`> ${words}`])
    expect(texts(rows, / other: (message \d+)$/u)).toEqual(range(sent(), (n) => `message ${n}`))
    await terminal.press("Enter")
    await other.event("Notice", ({ text }) => text === words)
    await shows(terminal, `[server] ${words}`)
  })

  it("makes of a line a notice to everybody", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    await terminal.enter("the room moves at 5 \u{1f680}")
    await ada.event("Notice", ({ text }) => text === "the room moves at 5 \u{1f680}")
    await bob.heard.line("[server] the room moves at 5 \u{1f680}")
    await terminal.enter("//who is a word")
    await bob.heard.line("[server] /who is a word")
    await shows(terminal, "[server] /who is a word")
    await endsWith(terminal, [">"])
  })

  it("does what its commands say, and suggests the nearest to an unknown one", async ({ stage }) => {
    const { port, terminal } = await console(stage, { columns: 120 })
    await terminal.enter("/who")
    await shows(terminal, "Nobody is here.")
    const ada = await nativeClient(stage, port, "ada")
    await nativeClient(stage, port, "Grace Hopper")
    await terminal.enter("/who")
    await shows(terminal, "Here: ada, Grace Hopper (2)")
    await terminal.enter("/help")
    await shows(terminal, "/kick NAME [REASON]            removes somebody from the room you chose, or else from the server")
    await shows(terminal, "/quit [REASON]                 closes the server; everybody is told why")
    await shows(terminal, "/ban NAME [MINUTES] [REASON]   keeps somebody out, for 10 minutes if not said")
    await terminal.enter("/kik ada")
    await shows(terminal, "There is no command /kik. Did you mean /kick? To say it, type //kik; /help shows all commands.")
    await terminal.enter("/kick")
    await shows(terminal, "Type /kick NAME [REASON]")
    await terminal.enter("/kick nobody")
    await shows(terminal, "Nobody here has that name: /who shows who is here.")
    await ada.roundTrip()
    expect(ada.events.filter(({ _tag }) => _tag === "Notice" || _tag === "Left")).toEqual([])
  })

  it("sees all rooms, and rules the one that is chosen", async ({ stage }) => {
    const { port, terminal } = await console(stage, { columns: 120 })
    const ada = await nativeClient(stage, port, "ada")
    const bob = await nativeClient(stage, port, "bob")
    for (const each of [ada, bob]) await each.send({ _tag: "Enter", room: "dev" })
    await shows(terminal, "#dev bob joined (HOST)")
    await bob.send({ _tag: "Say", text: "hello", room: "dev" })
    await shows(terminal, "#dev bob: hello")
    await terminal.enter("/rooms")
    await shows(terminal, "#dev 2")
    await terminal.enter("/room dev")
    await terminal.enter("/kick bob noise")
    await shows(terminal, "#dev The server has removed bob: noise")
    await terminal.enter("/who")
    await shows(terminal, "#dev Here: ada (1)")
    await terminal.enter("/room")
    await shows(terminal, "You have chosen no room: what you say goes to everybody.")
    await bob.send({ _tag: "Say", text: "still here" })
    await shows(terminal, "bob: still here")
  })

  it("removes somebody with /kick: their own client says why and exits with 1, and the room is told", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    const witness = await lineClient(stage, port, "witness")
    const kicked = await openTerminal(stage)
    await kicked.enter(`clear; node ${cli} join --host 127.0.0.1 --port ${port} --name 'Loud Larry'; echo rc=$?`)
    await kicked.shows(/ here · connected/u)
    const piped = await joinThrough(stage, port, "piped")
    await terminal.enter("/kick loud larry too loud, sorry")
    await witness.heard.line("Loud Larry has left the chat. (removed: too loud, sorry)")
    await shows(terminal, "Loud Larry left: removed: too loud, sorry (HOST)")
    expect(await kicked.shows(/^rc=\d+$/mu)).toMatch(/^\d\d:\d\d {2}You have been disconnected: removed: too loud, sorry\.\nrc=1$/mu)
    await terminal.enter("/kick piped")
    await piped.line("You have been disconnected: removed.")
    expect(await piped.ended()).toMatchObject({ code: 1, signal: null })
    await endsWith(terminal, [">"], / · 1 here · /u)
  })

  it("completes commands and names with Tab, remembers what was typed, and is edited as in a shell", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    for (const name of ["Grace Hopper", "grace kelly", "ada"]) await nativeClient(stage, port, name)
    await terminal.type("/ki")
    await terminal.press("Tab")
    await terminal.type("gr")
    await terminal.press("Tab")
    await endsWith(terminal, ['> /kick "Grace Hopper"'])
    await terminal.press("Tab")
    await endsWith(terminal, ['> /kick "grace kelly"'])
    await terminal.press("C-u")
    await terminal.type("ad")
    await terminal.press("Tab")
    await endsWith(terminal, ["> ada:"])
    await terminal.press("C-u")
    await terminal.enter("first")
    await terminal.enter("/who")
    await shows(terminal, "Here: Grace Hopper, grace kelly, ada (3)")
    await terminal.type("a draft")
    await terminal.press("Up")
    await endsWith(terminal, ["> /who"])
    await terminal.press("Up")
    await endsWith(terminal, ["> first"])
    await terminal.press("Down", "Down")
    await endsWith(terminal, ["> a draft"])
    await terminal.press("Home", "M-f", "C-k")
    await terminal.type(" good")
    await endsWith(terminal, ["> a good"])
  })

  it("asks before it sends several pasted lines, and takes nothing in them for a command", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    const ada = await nativeClient(stage, port, "ada")
    await terminal.paste("one\n/quit\n{quit}\nthree", true)
    await terminal.shows(/^ {2}\| one\n {2}\| \/quit\n {2}\| \{quit\}\n {2}\| three\n.*\nSend 4 lines\? y sends, n does not$/mu)
    await terminal.press("y")
    for (const line of ["one", "/quit", "{quit}", "three"]) await ada.event("Notice", ({ text }) => text === line)
  })

  it("has exactly one status line and one prompt at every size, while messages come", async ({ stage }) => {
    const { port, terminal } = await console(stage, { columns: 80, rows: 24 })
    const other = await nativeClient(stage, port, "other")
    const output = await terminal.record()
    const line = range(9, (n) => `word-${n}`).join(" ")
    await terminal.type(line)
    await endsWith(terminal, broken(line, 80), statusLine)
    await untilWritten(output)
    let sent = 0
    // What comes meanwhile has to wait until the terminal has its size.
    const resize = async (columns: number, rows: number) => {
      await terminal.resize(columns, rows)
      for (const n of range(10, (n) => sent + n)) await other.send({ _tag: "Say", text: `message ${n}` })
      sent += 10
    }
    await resize(40, 12)
    await endsWith(terminal, broken(line, 40))
    await resize(100, 30)
    await endsWith(terminal, broken(line, 100), statusLine)
    await untilWritten(output)
    for (const columns of [90, 41, 79, 40, 60, 100]) await resize(columns, 30)
    await terminal.shows(new RegExp(`other: message ${sent - 1}$`, "mu"))
    const rows = await endsWith(terminal, broken(line, 100), statusLine)
    expect(texts(rows, / other: (message \d+)$/u)).toEqual(range(sent, (n) => `message ${n}`))
    await terminal.press("Enter")
    await other.event("Notice", ({ text }) => text === line)
  })

  it("leaves the upper half to what happens when much is typed in a small terminal", async ({ stage }) => {
    const { port, terminal } = await console(stage, { columns: 40, rows: 12 })
    const ada = await nativeClient(stage, port, "ada")
    const line = range(60, (n) => `w${n}`).join(" ")
    await terminal.type(line)
    await terminal.shows(/w59$/mu)
    await ada.send({ _tag: "Say", text: "hello" })
    await terminal.shows(/ada: hello$/mu)
    await terminal.until("A status line and five rows below it, and no other", (screen) => {
      const rows = screen.split("\n")
      const found = rows.flatMap((row, index) => (statusStart.test(row) ? [rows.length - index] : []))
      return found.length === 1 && found[0] === 6 ? true : undefined
    })
    await terminal.press("Enter")
    await ada.event("Notice", ({ text }) => text === line)
    await endsWith(terminal, [">"])
  })

  it("closes the room with /quit and a reason, and exits with 0", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    const bob = await lineClient(stage, port, "bob")
    await terminal.enter("/quit back at  nine")
    await bob.heard.line("The server is closing: back at  nine.")
    expect((await bob.closed).by).toBe("FIN")
    const screen = await terminal.shows(/^rc=\d+$/mu)
    expect(screen).toMatch(/ closing: back at {2}nine\n(?:.*\n)*rc=0$/mu)
    expect(screen).not.toMatch(/ messages\/s /u)
  })

  it("stops at once with Ctrl-C also within a paste without an end", async ({ stage }) => {
    const { terminal } = await console(stage)
    await terminal.send("\u001b[200~cut off")
    await terminal.press("C-c")
    await terminal.shows(/^rc=0$/mu)
  })

  it("stops at once with Ctrl-C, also in the middle of a line, exits with 0 and gives the terminal back as it was", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    const output = await terminal.record()
    const before = await terminal.modes("before")
    expect(before.join(" ")).toMatch(/ icanon .* echo /u)
    const port = await serveIn(terminal)
    const bob = await lineClient(stage, port, "bob")
    await terminal.type("half a line")
    await endsWith(terminal, ["> half a line"])
    const from = performance.now()
    await terminal.press("C-c")
    expect((await bob.heard.line("The server is closing: stopped by its operator.")).at - from).toBeLessThan(900)
    const screen = await terminal.shows(/^rc=\d+$/mu)
    expect(screen).toMatch(/^rc=0$/mu)
    expect(screen).not.toMatch(/ messages\/s |half a line/u)
    expect(await terminal.modes("after")).toEqual(before)
    expect(await terminal.state("cursor_flag")).toBe("1")
    expect(lastAsked(output())).toEqual({ bracketedPaste: "l", focusReports: "l", cursor: "h" })
  })

  it("is suspended with Ctrl-Z, and drawn again below what the shell wrote with fg", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    const ada = await nativeClient(stage, port, "ada")
    await terminal.type("a draft")
    await endsWith(terminal, ["> a draft"])
    await terminal.press("C-z")
    await terminal.shows(/Stopped/u)
    await terminal.enter("echo from the shell")
    const asleep = await terminal.shows(/^from the shell$/mu)
    expect(asleep).not.toMatch(/ messages\/s |^> /mu)
    await ada.send({ _tag: "Say", text: "meanwhile" })
    await terminal.enter("fg")
    await terminal.shows(/ ada: meanwhile$/mu)
    await terminal.type(", finished")
    expect(await endsWith(terminal, ["> a draft, finished"])).toContain("from the shell")
    await terminal.press("Enter")
    await ada.event("Notice", ({ text }) => text === "a draft, finished")
  })

  it("is drawn again below what is there when it was stopped from outside", async ({ stage }) => {
    const { port, terminal } = await console(stage)
    const ada = await nativeClient(stage, port, "ada")
    await terminal.type("a draft")
    await endsWith(terminal, ["> a draft"])
    process.kill(await terminal.child(), "SIGSTOP")
    await terminal.shows(/Stopped/u)
    // Nobody has given the terminal back: Enter is what it is in a raw one.
    await terminal.type("fg")
    await terminal.press("C-j")
    await ada.roundTrip()
    await terminal.type("!")
    const screen = await terminal.shows(/ MB\n> a draft!$/u)
    expect(screen).toMatch(new RegExp(`Stopped.*\n.*node ${cli} serve --port 0.*\n127.* MB\n> a draft!$`, "u"))
  })

  it("has no prompt with --no-input, and reads nothing", async ({ stage }) => {
    const { port, terminal } = await open(stage, { args: "--no-input" })
    const ada = await nativeClient(stage, port, "ada")
    await terminal.enter("/quit")
    await ada.send({ _tag: "Say", text: "hello" })
    const screen = await terminal.shows(/ ada: hello$/mu)
    expect(screen).not.toMatch(/ messages\/s |^> /mu)
    await terminal.press("C-c")
    expect(await ada.event("Goodbye")).toMatchObject({ reason: "stopped by its operator" })
    expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/^rc=0$/mu)
  })

  for (const { env, name, styles } of [
    { name: "has no colours with NO_COLOR", env: { NO_COLOR: "1" }, styles: [] },
    { name: "has a status line that stands out otherwise", env: {}, styles: ["\u001b[7m", "\u001b[0m"] }
  ] as const) {
    it(name, async ({ stage }) => {
      const terminal = await openTerminal(stage, undefined, env)
      const output = await terminal.record()
      const port = await serveIn(terminal)
      await lineClient(stage, port, "bob")
      await terminal.enter("hello")
      await shows(terminal, "[server] hello")
      await endsWith(terminal, [">"])
      await terminal.until("All of it in the record", () => (output().includes("[server] hello") ? true : undefined))
      expect(new Set(output().match(/\u001b\[[\d;]*m/gu))).toEqual(new Set(styles))
    })
  }

  it("is plain lines in a dumb terminal, where the commands work as well", async ({ stage }) => {
    const terminal = await openTerminal(stage)
    const output = await terminal.record()
    await terminal.enter(`clear; TERM=dumb node ${cli} serve --port 0; echo rc=$?`)
    await terminal.shows(/Listening on 127\.0\.0\.1:\d+$/mu)
    await terminal.enter("/who")
    const screen = await shows(terminal, "Nobody is here.")
    expect(screen).not.toMatch(/ messages\/s |^> /mu)
    await terminal.enter("/quit")
    expect(await terminal.shows(/^rc=\d+$/mu)).toMatch(/^rc=0$/mu)
    const said = output().slice(output().indexOf("Listening"))
    expect(said.slice(0, said.indexOf("rc=0"))).not.toContain("\u001b")
  })
})

describe.runIf(hasTmux).concurrent("Output that nobody takes", () => {
  const chatter = 6000
  const pour = async (port: number, stage: Stage) => {
    const [other, reader] = [await nativeClient(stage, port, "other"), await nativeClient(stage, port, "reader")]
    const from = performance.now()
    for (const first of range(chatter / 100, (n) => n * 100)) {
      await other.write(range(100, (n) => `${JSON.stringify({ _tag: "Say", text: `message ${first + n} ${"x".repeat(100)}` })}\n`).join(""))
      await other.roundTrip()
    }
    await reader.event("Said", ({ text }) => text.startsWith(`message ${chatter - 1} `))
    return { other, took: performance.now() - from }
  }
  const skipped = (rows: ReadonlyArray<string>) => texts(rows, /^\S+ WARN +(\d+) lines were skipped: the output was not read$/u).map(Number)

  it("does not slow the room while the terminal is held with Ctrl-S, and what was skipped is said with Ctrl-Q", async ({ stage }) => {
    const { port, terminal } = await open(stage, { args: "--no-input", columns: 160 })
    await terminal.tmux("set-option", "history-limit", "20000")
    await terminal.press("C-s")
    const { other, took } = await pour(port, stage)
    expect(took).toBeLessThan(5000)
    expect(await terminal.screen()).not.toContain("other: message")
    await terminal.press("C-q")
    const screen = await terminal.shows(/^\S+ WARN +\d+ lines were skipped: the output was not read$/mu)
    expect(skipped(screen.split("\n")).length).toBeGreaterThan(0)
    await other.send({ _tag: "Say", text: "the last one" })
    await terminal.shows(/ other: the last one$/mu)
    await terminal.press("C-c")
    expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/^rc=0$/mu)
  })

  it("stops on SIGTERM while the terminal is held", async ({ stage }) => {
    const { port, terminal } = await open(stage, { args: "--no-input" })
    const ada = await nativeClient(stage, port, "ada")
    await terminal.press("C-s")
    process.kill(await terminal.child(), "SIGTERM")
    expect(await ada.event("Goodbye")).toMatchObject({ reason: "terminated" })
    await terminal.press("C-q")
    expect(await terminal.shows(/rc=\d+$/mu)).toMatch(/^rc=0$/mu)
  })

  it("does not slow the room while a pager stands still, and what was skipped is said when it goes on", async ({ stage }) => {
    const terminal = await openTerminal(stage, undefined, {}, { columns: 160 })
    const pager = "sh -c 'read -r line; echo \"$line\"; trap \"\" INT; kill -STOP $$; cat'"
    await terminal.enter(`clear; node ${cli} serve --port 0 --rate-limit off --no-input | ${pager}`)
    const port = await terminal.port()
    const { took } = await pour(port, stage)
    expect(took).toBeLessThan(5000)
    process.kill(await terminal.child("kill -STOP"), "SIGCONT")
    await terminal.shows(/^\S+ WARN +\d+ lines were skipped: the output was not read$/mu)
  })
})
