import { describe, expect } from "vitest"
import { serve, start } from "../e2e/support/program.ts"
import { connect, lineClient, nativeClient } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { enter, hasBrowser, inRoom, linesOf, open, reads, say, useBrowser } from "./support/browser.ts"
import { wayTo } from "./support/proxy.ts"

// What is lost when a connection is, and what is not.

const { person } = useBrowser()

const isGone = "The connection is gone."

/** What somebody has said, in order. */
const wordsOf = (lines: ReadonlyArray<string>, name: string): ReadonlyArray<string> =>
  lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []))

/** Takes all places that are left in a room, also those that a browser's connections free one by one. */
const fillUp = async (stage: Stage, port: number, places: number) => {
  const taken = []
  while (taken.length < places) {
    const raw = (await connect(stage, port)).read()
    await raw.write(`filler${taken.length}\n`)
    const answer = await raw.heard.line(/^Welcome filler|^You have been disconnected|full/u)
    if (answer.text.startsWith("Welcome filler")) taken.push(raw)
    else await raw.closed
  }
  return taken
}

describe.runIf(hasBrowser)("A page whose connection was lost", () => {
  it("comes back by itself as who it was, keeps the log, and shows what it has missed, once and in order", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const liner = await nativeClient(stage, port, "liner")
    const page = await open(await person(stage), near)
    await enter(page, "web")
    await liner.send({ _tag: "Say", text: "before" })
    await reads(page, "before")
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    await liner.event("Detached", ({ member }) => member.name === "web")
    for (const text of ["one", "two", "three"]) await liner.send({ _tag: "Say", text })
    await liner.roundTrip()
    expect(await linesOf(page)).toContain("liner: before")
    way.mend()
    // That it was lost has been told too.
    await reads(page, /^Lost \d\d:\d\d:\d\d, back \d\d:\d\d:\d\d, 4 meanwhile\.$/u)
    await inRoom(page)
    await liner.event("Returned", ({ member }) => member.name === "web")
    await reads(page, "three")
    expect(wordsOf(await linesOf(page), "liner")).toEqual(["before", "one", "two", "three"])
    await page.locator(".state", { hasText: "2 here" }).waitFor()
  })

  it("counts what is lost, where more was missed than is kept", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const liner = await nativeClient(stage, port, "liner")
    const page = await open(await person(stage), near)
    await enter(page, "web")
    way.cut()
    await liner.event("Detached", ({ member }) => member.name === "web")
    // The last 256 are kept, so 12 are gone.
    await liner.write(Array.from({ length: 268 }, (_, n) => `${JSON.stringify({ _tag: "Say", text: `n${n}` })}\n`).join(""))
    await liner.event("Said", ({ text }) => text === "n267")
    way.mend()
    await reads(page, "n267")
    expect(await linesOf(page)).toContain("! 12 messages are lost.")
    expect(wordsOf(await linesOf(page), "liner")).toEqual(Array.from({ length: 256 }, (_, n) => `n${n + 12}`))
    await page.locator(".state", { hasText: "2 here" }).waitFor()
  })

  it("hears everything once and in order, also where the connection breaks within a line", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const liner = await nativeClient(stage, port, "liner")
    const page = await open(await person(stage), near)
    await enter(page, "web")
    const words = Array.from({ length: 24 }, (_, n) => `line ${n} ${"x".repeat(80)}`)
    for (const [n, text] of words.entries()) {
      // In the header of a frame, in the middle of a line, and near its end.
      if (n % 8 === 2) way.cutAfter([1, 100, 230][(n - 2) / 8] ?? 1)
      await liner.send({ _tag: "Say", text })
      await liner.event("Said", (event) => event.text === text)
      if (n % 8 === 3) await page.locator(".log li", { hasText: /^Lost/u }).nth((n - 3) / 8).waitFor()
    }
    await reads(page, words.at(-1) ?? "")
    expect(wordsOf(await linesOf(page), "liner")).toEqual(words)
  })

  it("says that it is not known how many, after another start of the server", async ({ stage }) => {
    const one = await serve(stage)
    const other = await serve(stage)
    const { port, way } = await wayTo(stage, one.port)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    one.program.kill("SIGKILL")
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    way.mend(other.port)
    await reads(page, "It is not known how many messages were missed. The server was started anew: roles, locks, topics and claimed names are gone.")
  })

  it("comes back to a server that is started again, where it was, with what was being typed", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--on-stop", "restart"] })
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await say(page, "/join garden")
    await reads(page, /You are in #?garden/u)
    await page.fill(".draft", "half a line")
    program.kill("SIGTERM")
    await reads(page, "The server is restarting: as its operator asked. It will be back in a moment.")
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    await program.ended()
    const again = start(stage, ["serve", "--port", String(port)])
    await reads(page, /The server was started anew: roles, locks, topics and claimed names are gone\.$/u)
    await again.line(/1 person came back after the restart\.$/u)
    const native = await nativeClient(stage, port, "native")
    await native.send({ _tag: "Enter", room: "garden" })
    expect((await native.event("Entered")).members).toMatchObject([{ name: "web" }, { name: "native" }])
    expect(await page.inputValue(".draft")).toBe("half a line")
  })

  it("tries again at once when asked to, and not while the browser is offline", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const context = await person(stage)
    const page = await open(context, near)
    await enter(page, "web")
    await context.setOffline(true)
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    way.mend()
    await page.click("text=Try now")
    await page.locator("[role=alert]", { hasText: /Trying again in \d+ s; what you type is kept/u }).waitFor()
    await context.setOffline(false)
    await inRoom(page)
  })

  it("says why it is not let in, in the room and at the form, and comes in once there is a place", async ({ stage }) => {
    const places = 8
    const { port } = await serve(stage, { args: ["--max-clients", String(places)] })
    const { port: near, way } = await wayTo(stage, port)
    const page = await open(await person(stage), near)
    await enter(page, "web")
    const other = await open(await person(stage), near)
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    const taken = await fillUp(stage, port, places)
    way.mend()
    const why = `The room is full (${places} at most): try again later.`
    await page.locator("[role=alert]", { hasText: why }).waitFor()
    await other.fill("#name", "late")
    await other.click("button.primary")
    await other.locator("[role=alert]", { hasText: why }).waitFor()
    expect(await other.inputValue("#name")).toBe("late")
    // The page itself is answered in the same words.
    const context = await person(stage)
    const third = await context.newPage()
    expect((await third.goto(`http://127.0.0.1:${near}/`))?.status()).toBe(503)
    expect(await third.locator("body").textContent()).toContain(why)
    await taken[0]?.write("{quit}\n")
    await taken[0]?.closed
    // The page tries by itself, too, and may be in by now: then there is no such button any more.
    await page.evaluate(() => {
      for (const button of document.querySelectorAll("button")) if (button.textContent.includes("Try now")) button.click()
    })
    await inRoom(page)
  })

  it("sends once what was on its way, and what was typed meanwhile", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const liner = await lineClient(stage, port, "liner")
    const page = await open(await person(stage), near)
    await enter(page, "web")
    await say(page, "said")
    await page.locator("text=Everybody has your last message").waitFor()
    way.hold()
    await say(page, "on its way")
    await page.locator(".pending", { hasText: "sending" }).waitFor()
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    await say(page, "meanwhile")
    await page.locator(".pending", { hasText: "not sent" }).waitFor()
    way.release()
    way.mend()
    await page.locator(".pending").first().waitFor({ state: "detached" })
    await say(page, "last")
    await liner.heard.line("web: last")
    expect(liner.heard.texts.filter((text) => text.startsWith("web: "))).toEqual(["web: said", "web: on its way", "web: meanwhile", "web: last"])
    await expect.poll(async () => wordsOf(await linesOf(page), "web")).toEqual(["said", "on its way", "meanwhile", "last"])
    // Whatever is pending is drawn with the next frame.
    await expect.poll(() => page.locator(".pending").count()).toBe(0)
  })

  it("shows what is on its way, and, where the place is not kept, what may not have arrived, which can be sent again", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--keep", "0"] })
    const { port: near, way } = await wayTo(stage, port)
    const liner = await lineClient(stage, port, "liner")
    const page = await open(await person(stage), near)
    await enter(page, "web")
    way.hold()
    await say(page, "are you there?")
    await say(page, "/me waits")
    await expect.poll(() => page.locator(".pending", { hasText: "sending" }).count()).toBe(2)
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    way.release()
    way.mend()
    await page.locator("[role=alert]", { hasText: "2 lines of yours may not have arrived." }).waitFor()
    await page.click("text=Send again")
    await liner.heard.line("web: are you there?")
    await liner.heard.line("* web waits")
    await page.locator(".pending").first().waitFor({ state: "detached" })
  })

  it("keeps over a reload what could not be sent, and what was on its way, which is said once", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const liner = await lineClient(stage, port, "liner")
    const page = await open(await person(stage), near)
    await enter(page, "web")
    way.hold()
    await say(page, "on its way")
    await page.locator(".pending", { hasText: "sending" }).waitFor()
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    await say(page, "a line")
    await page.fill(".draft", "{quit}\n/me, I said")
    await page.press(".draft", "Enter")
    await page.click("text=Send 2 messages")
    await say(page, "/nope what")
    await page.fill(".draft", "half a thought")
    await expect.poll(() => page.locator(".pending", { hasText: "not sent" }).count()).toBe(4)
    way.release()
    way.mend()
    await page.reload()
    await inRoom(page)
    const lines = ["web: on its way", "web: a line", "web: {quit}", "web: /me, I said"]
    for (const line of lines) await liner.heard.line(line)
    // What is refused before the first frame of the room can still be mended.
    await page.click("text=Mend it")
    expect(await page.inputValue(".draft")).toBe("/nope what")
    await say(page, "last")
    await liner.heard.line("web: last")
    expect(liner.heard.texts.filter((text) => text.startsWith("web: "))).toEqual([...lines, "web: last"])
  })

  it("leaves when asked to, also while there is no connection", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const page = await open(await person(stage), near)
    await enter(page, "web")
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    await say(page, "{quit}")
    await page.locator("[role=alert]", { hasText: "You have left the room." }).waitFor()
    // It is tried again, and the log stays, also where the first try fails.
    await page.click("text=Come in again")
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    way.mend()
    await reads(page, /^Lost .* meanwhile\.$/u)
    await inRoom(page)
  })
})

describe.runIf(hasBrowser)("A page that is loaded anew", () => {
  it("is who it was, and nobody is told anything", async ({ stage }) => {
    const { port } = await serve(stage)
    const liner = await lineClient(stage, port, "liner")
    const context = await person(stage)
    const other = await open(context, port)
    await enter(other, "other")
    const page = await open(context, port)
    await enter(page, "web")
    await say(page, "before")
    await liner.heard.line("web: before")
    // A machine that is busy may take longer than the half second after which others are told of a loss: then it is tried again.
    const told = () => liner.heard.texts.filter((line) => line.startsWith("web has left"))
    for (let tries = 1; ; tries += 1) {
      const before = told().length
      await page.fill(".draft", `thought ${tries}`)
      await page.reload()
      await inRoom(page)
      expect(await page.inputValue(".draft")).toBe(`thought ${tries}`)
      await page.press(".draft", "Enter")
      await liner.heard.line(`web: thought ${tries}`)
      // A loss that is told of is told before anything is said after it, so nothing has to be waited for.
      if (told().length === before) break
      expect(tries, "reloads that were told of").toBeLessThan(5)
    }
    await say(other, "who is here?")
    await reads(other, "who is here?")
    const isOf = (line: string) => line.startsWith("web has")
    expect((await linesOf(other)).filter(isOf)).toEqual(liner.heard.texts.filter(isOf))
    await page.locator(".state", { hasText: "3 here" }).waitFor()
    await page.locator(".people li", { hasText: "liner" }).waitFor()
  })

  it("shows what was said while it was away, once and in order, and after another name too", async ({ stage }) => {
    const { port } = await serve(stage)
    const native = (await nativeClient(stage, port, "native")).answering()
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await say(page, "/nick other")
    await native.event("Renamed")
    // What the page has not read before it goes, it has missed too.
    await reads(page, "web is now called other")
    await page.goto(`http://127.0.0.1:${port}/health`)
    await native.event("Detached")
    for (const text of ["one", "two", "three"]) await native.send({ _tag: "Say", text })
    await native.roundTrip()
    await page.goto(`http://127.0.0.1:${port}/`)
    await reads(page, /^Lost .* 4 meanwhile\.$/u)
    expect(await native.event("Returned")).toMatchObject({ member: { name: "other" } })
    await reads(page, "three")
    expect(wordsOf(await linesOf(page), "native")).toEqual(["one", "two", "three"])
  })

  it("is somebody new where the server was started anew, and says nothing by itself that may have been said", async ({ stage }) => {
    const one = await serve(stage)
    const other = await serve(stage)
    const { port, way } = await wayTo(stage, one.port)
    const page = await open(await person(stage), port)
    await enter(page, "web")
    way.hold()
    await say(page, "to those who were here")
    await page.locator(".pending", { hasText: "sending" }).waitFor()
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    way.release()
    const liner = await lineClient(stage, other.port, "liner")
    way.mend(other.port)
    await page.reload()
    await inRoom(page)
    await liner.heard.line("web has joined the chat!")
    await page.locator("[role=alert]", { hasText: "One line of yours may not have arrived." }).waitFor()
    await say(page, "new")
    await liner.heard.line("web: new")
    expect(liner.heard.texts.filter((text) => text.startsWith("web: "))).toEqual(["web: new"])
  })

  it("needs no password again where the room has one, and keeps none; it is asked for where the place is gone", async ({ stage }) => {
    const { port } = await serve(stage, { env: { BRUSIO_PASSWORD: "open sesame" } })
    const liner = await nativeClient(stage, port)
    await liner.send({ _tag: "Hello", v: 1, nickname: "liner", password: "open sesame" })
    await liner.event("Welcome")
    const page = await open(await person(stage), port)
    await page.fill("#name", "web")
    await page.click("button.primary")
    await page.fill("#password", "open sesame")
    await page.click("button.primary")
    await inRoom(page)
    await say(page, "before")
    const { from } = await liner.event("Said", ({ text }) => text === "before")
    await page.reload()
    await inRoom(page)
    await say(page, "after")
    expect((await liner.event("Said", ({ text }) => text === "after")).from).toEqual(from)
    const stored = await page.evaluate(() => [sessionStorage, localStorage].flatMap((storage) => Object.values<unknown>(storage)).join())
    expect(stored).toContain("secret")
    expect(stored).not.toContain("sesame")
    // Who has left says the password again.
    await say(page, "{quit}")
    await page.locator("[role=alert]", { hasText: "You have left the room." }).waitFor()
    await page.reload()
    await page.waitForSelector("#name")
    await page.click("button.primary")
    await page.waitForSelector("#password")
  })
})
