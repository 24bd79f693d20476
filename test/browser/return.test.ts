import { describe, expect } from "vitest"
import { serve } from "../e2e/support/program.ts"
import { connect, lineClient, nativeClient } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { enter, hasBrowser, inRoom, linesOf, open, reads, say, useBrowser } from "./support/browser.ts"
import { wayTo } from "./support/proxy.ts"

// What is lost when a connection is, and what is not.

const { person } = useBrowser()

const isGone = "The connection is gone."

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
  it("comes back by itself, keeps the log, and says how many messages were missed", async ({ stage }) => {
    const { port } = await serve(stage)
    const { port: near, way } = await wayTo(stage, port)
    const liner = await nativeClient(stage, port, "liner")
    const page = await open(await person(stage), near)
    await enter(page, "web")
    await liner.send({ _tag: "Say", text: "before" })
    await reads(page, "before")
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    await liner.event("Left", ({ member }) => member.name === "web")
    for (const text of ["one", "two", "three"]) await liner.send({ _tag: "Say", text })
    await liner.roundTrip()
    expect(await linesOf(page)).toContain("liner: before")
    way.mend()
    await reads(page, "3 messages were missed: what was said, and who came and went.")
    await inRoom(page)
    expect(await linesOf(page)).toContain("liner: before")
    expect((await linesOf(page)).join()).not.toContain("two")
    // Once more, with nothing in between.
    way.cut()
    await page.locator("[role=alert]", { hasText: isGone }).waitFor()
    way.mend()
    await reads(page, "No message was missed.")
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
    await reads(page, "It is not known how many messages were missed: the server was started anew.")
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
    await page.click("text=Try now")
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
    await page.click("text=Try now")
    await inRoom(page)
  })

  it("shows what is on its way, and what may not have arrived, which can be sent again", async ({ stage }) => {
    const { port } = await serve(stage)
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

  it("keeps over a reload what could not be sent, and what may not have arrived", async ({ stage }) => {
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
    for (const line of ["web: a line", "web: {quit}", "web: /me, I said"]) await liner.heard.line(line)
    // What is refused before the first frame of the room can still be mended.
    await page.click("text=Mend it")
    expect(await page.inputValue(".draft")).toBe("/nope what")
    await page.locator("[role=alert]", { hasText: "One line of yours may not have arrived." }).waitFor()
    await page.click("text=Send again")
    await liner.heard.line("web: on its way")
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
    await reads(page, /messages? (?:was|were) missed/u)
  })
})
