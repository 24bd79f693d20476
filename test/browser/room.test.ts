import { describe, expect } from "vitest"
import { cli, join, type Program, serve, start } from "../e2e/support/program.ts"
import { connect, lineClient } from "../e2e/support/raw.ts"
import { it } from "../e2e/support/stage.ts"
import { hasTmux, openTerminal } from "../e2e/support/tmux.ts"
import { enter, expectNoBarriers, hasBrowser, inRoom, linesOf, open, reads, say, useBrowser } from "./support/browser.ts"

const { person } = useBrowser()

describe.runIf(hasBrowser)("The page of a room", () => {
  it("asks for a name, says what is wrong with one, and lets in with another", async ({ stage }) => {
    const { port } = await serve(stage)
    await lineClient(stage, port, "Ada")
    const page = await open(await person(stage), port, "#name=Ada")
    expect(await page.inputValue("#name")).toBe("Ada")
    await page.click("button.primary")
    await page.locator("[role=alert]", { hasText: "is taken" }).waitFor()
    expect(await page.inputValue("#name")).toBe("Ada")
    await enter(page, "Ada Lovelace")
    expect(await page.title()).toBe("lobby · brusio")
  })

  it("offers a name to whoever has none", async ({ stage }) => {
    const { port } = await serve(stage)
    const page = await open(await person(stage), port)
    expect(await page.inputValue("#name")).toMatch(/^User\d{4}$/u)
  })

  it("asks for the password where there is one", async ({ stage }) => {
    const { port } = await serve(stage, { env: { BRUSIO_PASSWORD: "open sesame" } })
    const page = await open(await person(stage), port, "#name=Ada")
    await page.click("button.primary")
    await page.fill("#password", "wrong")
    await page.click("button.primary")
    await page.locator("[role=alert]", { hasText: "Wrong password" }).waitFor()
    await page.fill("#password", "open sesame")
    await page.click("button.primary")
    await inRoom(page)
  })

  it("needs no words to come back, says so, and says them to nobody; it sees who comes back by words as who that was", async ({ stage }) => {
    const { port } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const liner = await lineClient(stage, port, "liner")
    await say(page, "/key correct horse")
    await page.getByText("This client keeps your place and comes back by itself: /key and /back are for nc and telnet.").waitFor()
    await liner.write("/key correct horse\n")
    await liner.heard.line(/^Your place is kept/u)
    liner.socket.resetAndDestroy()
    await reads(page, "liner has left the chat. (connection lost, may come back)")
    const again = await lineClient(stage, port, "other")
    await again.write("/back liner correct horse\nit is me\n")
    await reads(page, "it is me")
    expect((await linesOf(page)).slice(-3)).toEqual(["other has left the chat. (is liner again)", "liner has joined the chat! (back)", "liner: it is me"])
    await page.locator(".state", { hasText: "2 here" }).waitFor()
    expect(again.heard.text).not.toContain("horse")
  })

  it("is one conversation with nc and with our own client", async ({ stage }) => {
    const { port } = await serve(stage)
    const ours = await join(stage, port, "ours")
    const line = await lineClient(stage, port, "liner")
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await Promise.all([ours.line("web has joined the chat!"), line.heard.line("web has joined the chat!")])
    ours.type("hello from ours\n")
    await reads(page, "hello from ours")
    await line.write("hello from nc\n")
    await reads(page, "hello from nc")
    await say(page, "hello from the page")
    await Promise.all([ours.line("web: hello from the page"), line.heard.line("web: hello from the page")])
    await say(page, "/me waves")
    await line.heard.line("* web waves")
    await say(page, "/msg liner psst")
    await line.heard.line("[web -> liner] psst")
    await line.write("/msg web psst yourself\n")
    await page.locator(".whisper", { hasText: "psst yourself" }).waitFor()
    await say(page, "/nick web two")
    await line.heard.line("web is now called web two.")
    await say(page, "{quit}")
    await line.heard.line("web two has left the chat.")
    await page.locator("[role=alert]", { hasText: "You have left the room." }).waitFor()
    await page.click("text=Come in again")
    await line.heard.line("web two has joined the chat!")
  })

  it("is one conversation with a client of IRC, and reads what that one does", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--history", "100"] })
    const line = await lineClient(stage, port, "liner")
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const irc = (await connect(stage, port)).read()
    await irc.write("CAP REQ :echo-message message-tags draft/message-redaction\r\nNICK ivy\r\nUSER ivy 0 * :Ivy\r\nCAP END\r\nJOIN #lobby\r\n")
    await reads(page, "ivy has joined the chat!")
    await irc.heard.line(/ 366 ivy #lobby /u)
    await say(page, "hello from the page")
    await irc.heard.line(/ PRIVMSG #lobby :hello from the page\r?$/u)
    await irc.write("PRIVMSG #lobby :hello from irc\r\n")
    await reads(page, "hello from irc")
    const [, id = ""] = /msgid=([^; ]+)/u.exec((await irc.heard.line(/ PRIVMSG #lobby :hello from irc\r?$/u)).text) ?? []
    await irc.write(`REDACT #lobby ${id} :wrong room\r\n`)
    await reads(page, "ivy has taken back a message: wrong room")
    await line.heard.line("ivy has taken back a message: wrong room")
    await irc.heard.line(/ REDACT #lobby \S+ :wrong room\r?$/u)
    await say(page, "/msg ivy psst")
    await irc.heard.line(/ PRIVMSG ivy :psst\r?$/u)
    await irc.write("AWAY :lunch\r\n")
    await irc.heard.line(/ 306 ivy /u)
    await say(page, "/who")
    await reads(page, "ivy (irc, away: lunch)")
    await irc.write("QUIT :good night\r\n")
    await reads(page, "ivy has left the chat. (good night)")
  })

  it.runIf(hasTmux)("says the same words as the screen in a terminal, and as our client in a pipe", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const piped = await join(stage, port, "piped")
    const page = await open(await person(stage), port)
    await enter(page, "page")
    // In a shell, whose screen is there after the client's end too.
    const terminal = await openTerminal(stage)
    await terminal.resize(160, 50)
    await terminal.enter(`node ${cli} join --host 127.0.0.1 --port ${port} --name screen`)
    await piped.line("screen has joined the chat!")
    await reads(page, "screen has joined the chat!")
    const told = await lineClient(stage, port, "Zoë")
    await told.write("good morning\n/me yawns\nsee https://example.org/a_(b), and x\n/nick Zoe B\n<b>bold?</b> &amp; `code` *x*\nשלום, مرحبا, 你好 👩‍👩‍👧\n{quit}\n")
    await piped.line("Zoe B has left the chat.")
    const other = await lineClient(stage, port, "аda")
    await lineClient(stage, port, "ada")
    await piped.line(/^.*looks like/u)
    program.type("/me tidies up\nhear, hear\n")
    await piped.line(/hear, hear/u)
    await other.write("/quit to lunch\n")
    await piped.line("аda has left the chat. (to lunch)")
    program.type("/kick ada too loud\n")
    await piped.line(/^ada has left the chat/u)
    program.kill("SIGTERM")
    const last = "The server is closing: terminated."
    await piped.line(last)
    await reads(page, last)
    const screen = await terminal.shows(new RegExp(last, "u"))
    const from = (lines: ReadonlyArray<string>) => lines.slice(lines.indexOf("Zoë has joined the chat!"), lines.indexOf(last) + 1)
    const words = from(piped.stdout.texts)
    expect(words.length).toBeGreaterThan(13)
    expect(from((await linesOf(page)).filter((line) => line !== "Today"))).toEqual(words)
    // A row of the screen has the time in front.
    expect(from(screen.split("\n").map((row) => row.replace(/^\d\d:\d\d {2}/u, "")))).toEqual(words)
    expect(await page.locator(".log a").getAttribute("href")).toBe("https://example.org/a_(b)")
  })

  it("says that everybody has the last message after a message, and not after a command", async ({ stage }) => {
    const { port } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const hint = page.locator("text=Everybody has your last message")
    await say(page, "/help")
    await page.locator(".log", { hasText: "/nick" }).waitFor()
    expect(await hint.count()).toBe(0)
    await say(page, "hello")
    await hint.waitFor()
  })

  it("shows what is refused, and gives it back to be mended", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--max-line", "256"] })
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const long = "x".repeat(300)
    await say(page, long)
    await page.locator(".refused", { hasText: "too long" }).waitFor()
    await page.click("text=Mend it")
    expect(await page.inputValue(".draft")).toBe(long)
    await say(page, "shorter")
    await reads(page, "shorter")
    await page.locator(".pending").waitFor({ state: "detached" })
  })

  it("keeps what was typed over a reload, and comes back under the same name", async ({ stage }) => {
    const { port } = await serve(stage)
    const line = await lineClient(stage, port, "liner")
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await line.heard.line("web has joined the chat!")
    await page.fill(".draft", "half a thought")
    await page.reload()
    await inRoom(page)
    expect(await page.inputValue(".draft")).toBe("half a thought")
    await page.press(".draft", "Enter")
    await line.heard.line("web: half a thought")
  })

  it("tells the room when a tab is closed, and when somebody goes to another page and back", async ({ stage }) => {
    const { port } = await serve(stage)
    const line = await lineClient(stage, port, "liner")
    const context = await person(stage)
    const page = await open(context, port)
    await enter(page, "web")
    await line.heard.line("web has joined the chat!")
    await page.goto(`http://127.0.0.1:${port}/health`)
    await line.heard.line(/^web has left the chat\./u)
    await page.goBack()
    await inRoom(page)
    await say(page, "back again")
    await line.heard.line("web: back again")
    const count = line.heard.texts.length
    await page.close()
    await line.heard.until("The leave", () => line.heard.texts.slice(count).find((text) => text.startsWith("web has left the chat.")))
  })

  for (const [title, end, words] of [
    ["the server has closed", (program: Program) => { program.kill("SIGTERM") }, "The room has closed."],
    ["it was sent away", (program: Program) => { program.type("/kick web too loud\n") }, "You have been sent away from the room."]
  ] as const) {
    it(`invites to nothing once ${title}: nobody is listed, no link is given, nothing can be typed`, async ({ stage }) => {
      const { port, program } = await serve(stage)
      const page = await open(await person(stage), port)
      await enter(page, "web")
      await lineClient(stage, port, "liner")
      await page.locator(".person", { hasText: "liner" }).waitFor()
      await page.click("[aria-label='Copy the link to this room']")
      await page.fill(".draft", "half a line")
      end(program)
      await page.locator("[role=alert]", { hasText: words }).locator("text=Come in again").waitFor()
      for (const gone of [".people", "[aria-label='People']", "[aria-label='Copy the link to this room']", "[aria-label='Leave the room']", "#link", "kbd"]) {
        expect(await page.locator(gone).count(), gone).toBe(0)
      }
      // What was typed is still there to be copied, or for later.
      await page.locator(".draft").press("x")
      expect(await page.inputValue(".draft")).toBe("half a line")
      expect(await page.locator(".draft").getAttribute("placeholder")).toBe("You are not in the room: come in again to say something")
      expect(await page.locator("[aria-label='Send']").isDisabled()).toBe(true)
      await expectNoBarriers(page)
    })
  }

  it("can be used again after coming in again: the input has the focus, and what was typed", async ({ stage }) => {
    const { port } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await page.fill(".draft", "half a line")
    await page.click("[aria-label='Leave the room']")
    await page.click("text=Come in again")
    await inRoom(page)
    await page.keyboard.type(", and the other")
    await page.keyboard.press("Enter")
    await reads(page, "half a line, and the other")
    await page.locator(".person", { hasText: "web" }).waitFor()
  })

  it("lists nobody while the connection is gone, and says why", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await page.locator(".person", { hasText: "web" }).waitFor()
    program.kill("SIGKILL")
    await page.locator("[role=alert]", { hasText: "The connection is gone." }).waitFor()
    expect(await page.locator(".people h2").textContent()).toBe("People")
    await page.locator(".people", { hasText: "Who is here is not known while there is no connection." }).waitFor()
  })

  it("says that the server closes, and keeps the log", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await say(page, "hello")
    await reads(page, "hello")
    program.kill("SIGTERM")
    await reads(page, "The server is closing: terminated.")
    await page.locator("[role=alert]", { hasText: "The room has closed." }).waitFor()
    expect(await linesOf(page)).toContain("web: hello")
  })

  it("comes back by itself after the connection was lost, with what was typed meanwhile", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await say(page, "before")
    await page.locator("text=Everybody has your last message").waitFor()
    program.kill("SIGKILL")
    await page.locator("[role=alert]", { hasText: "The connection is gone." }).waitFor()
    await say(page, "meanwhile")
    await page.locator(".pending", { hasText: "meanwhile" }).waitFor()
    expect(await linesOf(page)).toContain("web: before")
    await program.ended()
    const again = start(stage, ["serve", "--port", String(port), "--rate-limit", "off"])
    await again.line(/web: meanwhile/u)
    await inRoom(page)
    await page.locator(".pending").waitFor({ state: "detached" })
  })

  it("never pulls a reader away, counts what comes below, and marks what is new", async ({ stage }) => {
    const { port } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const line = await lineClient(stage, port, "liner")
    await line.write(Array.from({ length: 80 }, (_, n) => `line ${n}\n`).join(""))
    await reads(page, "line 79")
    const top = () => page.locator(".log").evaluate((log) => log.scrollTop)
    await page.locator(".log").evaluate((log) => { log.scrollTop = 100 })
    await line.write("one more\nand another\n")
    await page.locator("button", { hasText: "2 new messages" }).waitFor()
    expect(await top()).toBe(100)
    await page.click("text=2 new messages")
    await page.locator("button", { hasText: "new message" }).waitFor({ state: "detached" })
    expect(await top()).toBeGreaterThan(100)
    // Somebody looks elsewhere: what comes is counted in the title, below a line that stays.
    await page.evaluate(() => { window.dispatchEvent(new Event("blur")) })
    const other = await page.context().newPage()
    await other.bringToFront()
    await page.evaluate(() => {
      Object.defineProperty(document, "hasFocus", { value: () => false, configurable: true })
      window.dispatchEvent(new Event("blur"))
    })
    await line.write("web: are you there?\n")
    await page.locator(".divider", { hasText: "New since" }).waitFor()
    await page.waitForFunction(() => document.title.startsWith("(1) "))
    await page.locator(".mention", { hasText: "are you there?" }).waitFor()
  })

  it("completes names and commands, recalls lines, and asks once before several are sent", async ({ stage }) => {
    const { port } = await serve(stage)
    const line = await lineClient(stage, port, "Bruno")
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await page.locator(".person", { hasText: "Bruno" }).waitFor()
    await page.locator(".draft").pressSequentially("hi @br")
    await page.locator("[role=option]", { hasText: "Bruno" }).waitFor()
    await page.keyboard.press("Tab")
    expect(await page.inputValue(".draft")).toBe("hi @Bruno ")
    await page.keyboard.press("Enter")
    await line.heard.line("web: hi @Bruno")
    await page.keyboard.press("ArrowUp")
    expect(await page.inputValue(".draft")).toBe("hi @Bruno ")
    await page.keyboard.press("ArrowDown")
    expect(await page.inputValue(".draft")).toBe("")
    await page.locator(".draft").pressSequentially("/wh")
    await page.locator("[role=option][aria-selected=true]", { hasText: "/who" }).waitFor()
    await page.keyboard.press("Tab")
    expect(await page.inputValue(".draft")).toMatch(/^\/who/u)
    await page.fill(".draft", "one\ntwo\n\n/three")
    await page.keyboard.press("Enter")
    await page.click("text=Send 3 messages")
    await line.heard.line("web: /three")
    expect(line.heard.texts.slice(-3)).toEqual(["web: one", "web: two", "web: /three"])
    await page.locator(".person", { hasText: "Bruno" }).click()
    expect(await page.inputValue(".draft")).toBe("Bruno: ")
  })

  it("is usable on a phone", async ({ stage }) => {
    const { port } = await serve(stage)
    await lineClient(stage, port, "Bruno")
    const page = await open(await person(stage, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }), port)
    await enter(page, "web")
    await say(page, "hello from a phone")
    await reads(page, "hello from a phone")
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    expect(await page.locator(".people").isVisible()).toBe(false)
    await page.click("[aria-label=People]")
    await page.locator(".person", { hasText: "Bruno" }).click()
    expect(await page.inputValue(".draft")).toBe("Bruno: ")
  })

  it("stays quick with ten thousand lines", async ({ stage }) => {
    const { port } = await serve(stage)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const line = await lineClient(stage, port, "liner")
    const fill = async (from: number, to: number) => {
      await line.write(Array.from({ length: to - from }, (_, n) => `line ${from + n}.\n`).join(""))
      await page.waitForFunction((last) => document.querySelector(".log .lines")?.lastElementChild?.previousElementSibling?.lastElementChild?.textContent.includes(`line ${last}.`), to - 1, { timeout: 60_000 })
    }
    const devtools = await page.context().newCDPSession(page)
    await devtools.send("Performance.enable")
    // How long the page was busy since it was opened, s.
    const busy = async () => (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0
    // What a line costs the page, from the WebSocket to the screen, ms: each in a frame of its own.
    const append = async (from: number) => {
      const lines = 40
      const before = await busy()
      for (let n = from; n < from + lines; n += 1) await fill(n, n + 1)
      return ((await busy()) - before) * 1000 / lines
    }
    const scroll = () => page.evaluate(async () => {
      const log = document.querySelector(".log")
      const took: Array<number> = []
      for (let n = 0; n < 20; n += 1) {
        const from = performance.now()
        if (log !== null) log.scrollTop = log.scrollHeight
        await new Promise(requestAnimationFrame)
        took.push(performance.now() - from)
      }
      return took.sort((one, other) => one - other)[10] ?? 0
    })
    await fill(0, 160)
    const few = { append: await append(160), scroll: await scroll() }
    for (let n = 200; n < 10_200; n += 1000) await fill(n, n + 1000)
    const many = { append: await append(10_200), scroll: await scroll() }
    console.log(`A line: ${few.append.toFixed(1)} ms of the page's time with 200 lines, ${many.append.toFixed(1)} ms with 10,000; a scroll step and a frame: ${few.scroll.toFixed(1)} and ${many.scroll.toFixed(1)} ms`)
    expect(many.append).toBeLessThan(Math.max(few.append, 10) * 3)
    expect(many.scroll).toBeLessThan(Math.max(few.scroll, 16.7) * 4)
    expect(await page.locator(".log li").count()).toBeLessThanOrEqual(10_200)
  })
})
