import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { start } from "../e2e/support/program.ts"
import { lineClient } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { serveWindow } from "../e2e/support/window.ts"
import { enter, expectNoBarriers, hasBrowser, open, reads, say, useBrowser } from "./support/browser.ts"

const { person } = useBrowser()

/** A room with its operator's window, open in a browser of its own. */
const openRoom = async (stage: Stage) => {
  const served = await serveWindow(stage)
  const { code, host, port } = served.link
  const page = await (await person(stage, { viewport: { width: 1240, height: 780 } })).newPage()
  const url = `http://${host}:${port}/operator`
  await page.goto(`${url}#${code}`)
  await isOpen(page)
  return { ...served, page, url }
}

const isOpen = (page: Page): Promise<void> => page.locator(".state", { hasText: "open at 127.0.0.1:" }).waitFor()

const shows = (page: Page, words: string | RegExp): Promise<void> => page.locator(".entry", { hasText: words }).last().waitFor()

describe.runIf(hasBrowser)("The operator's window of a room", () => {
  it("shows what happens in it, and who is there", async ({ stage }) => {
    const { page, port } = await openRoom(stage)
    await shows(page, `Listening on 127.0.0.1:${port}`)
    const line = await lineClient(stage, port, "Zoë")
    const web = await open(await person(stage), port)
    await enter(web, "web")
    await line.write("good morning\n/msg web psst\n/nick Zoe B\n")
    await shows(page, "Zoe B")
    const row = (words: string) => page.locator(".entry", { hasText: words })
    // The kind of client comes with the list of people, after the line.
    await row("Zoë joined").locator(".from", { hasText: /^127\.0\.0\.1:\d+ · plain$/u }).waitFor()
    await row("web joined").locator(".from", { hasText: / · browser$/u }).waitFor()
    expect(await row("good morning").locator(".name").textContent()).toBe("Zoë")
    expect(await row("whispers to").locator(".name").allTextContents()).toEqual(["Zoë", "web"])
    expect(await page.locator(".events").textContent()).not.toContain("psst")
    expect(await row("is now called").locator(".name").allTextContents()).toEqual(["Zoë", "Zoe B"])
    await page.locator(".numbers", { hasText: "2 here" }).waitFor()
    await page.locator(".guest", { hasText: "Zoe B" }).waitFor()
    expect(await page.locator(".guest .name").allTextContents()).toEqual(["Zoe B", "web"])
    expect(await page.locator(".side code").first().textContent()).toBe(`127.0.0.1:${port}`)
    // Nobody but this machine can reach it.
    expect(await page.locator(".qr").count()).toBe(0)
    await line.write("{quit}\n")
    await shows(page, "Zoe B left")
    await page.locator(".guest", { hasText: "Zoe B" }).waitFor({ state: "detached" })
  })

  it("speaks to all, is answered, and removes somebody with the words that were shown", async ({ stage }) => {
    const { page, port } = await openRoom(stage)
    const ada = await lineClient(stage, port, "Ada")
    const bob = await lineClient(stage, port, "Bob")
    await page.locator(".guest", { hasText: "Bob" }).waitFor()
    await say(page, "Dinner is ready")
    await ada.heard.line("[server] Dinner is ready")
    await shows(page, "Everybody was told: Dinner is ready")
    await say(page, "/nope")
    await page.locator(".entry.answer", { hasText: "There is no command /nope." }).waitFor()
    await page.fill(".draft", "one\n/quit\n{quit}")
    await page.keyboard.press("Enter")
    await page.click("text=Send 3 messages")
    await ada.heard.line("[server] /quit")
    await ada.heard.line("[server] {quit}")
    expect(ada.heard.texts.some((text) => text.includes("nope"))).toBe(false)
    await page.locator(".draft").pressSequentially("/kick b")
    await page.keyboard.press("Tab")
    expect(await page.inputValue(".draft")).toBe("/kick Bob ")
    await page.fill(".draft", "")
    await page.locator("[aria-label='Remove Bob']").focus()
    await page.keyboard.press("Enter")
    await page.fill("#reason", "too loud")
    const words = (await page.locator("dialog q").textContent()) ?? ""
    await page.keyboard.press("Enter")
    await ada.heard.line(words)
    await bob.heard.line("You have been disconnected: removed: too loud.")
    await page.locator(".guest", { hasText: "Bob" }).waitFor({ state: "detached" })
  })

  it("closes it with the words that were shown", async ({ stage }) => {
    const { page, port, program } = await openRoom(stage)
    const ada = await lineClient(stage, port, "Ada")
    await page.locator(".guest", { hasText: "Ada" }).waitFor()
    await page.click("[aria-label='Close the room']")
    await page.fill("#reason", "See you tomorrow!")
    const words = (await page.locator("dialog q").textContent()) ?? ""
    await page.click("dialog .final")
    await ada.heard.line(words)
    await page.locator("[role=alert]", { hasText: "The room has closed: See you tomorrow!" }).waitFor()
    expect(await program.ended()).toMatchObject({ code: 0 })
    await page.locator(".state", { hasText: "closed" }).waitFor()
    // It invites to nothing that is not possible any more.
    for (const gone of ["#share", ".guests", ".qr", "code", "kbd"]) expect(await page.locator(gone).count(), gone).toBe(0)
    await page.locator(".side", { hasText: "The room has closed. Its links lead nowhere now." }).waitFor()
    await page.locator(".draft").press("x")
    expect(await page.inputValue(".draft")).toBe("")
    expect(await page.locator(".draft").getAttribute("placeholder")).toMatch(/^The room has closed/u)
    await expectNoBarriers(page)
  })

  it("closes it with the word that leaves, as with /quit", async ({ stage }) => {
    const { page, port, program } = await openRoom(stage)
    const ada = await lineClient(stage, port, "Ada")
    await say(page, "{quit}")
    await ada.heard.line("The server is closing: stopped from its console.")
    await page.locator("[role=alert]", { hasText: "The room has closed: stopped from its console" }).waitFor()
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("restarts it with /restart, and the page of a client comes back to the server that is started again", async ({ stage }) => {
    const { page, port, program } = await openRoom(stage)
    const ada = await lineClient(stage, port, "Ada")
    const web = await open(await person(stage), port)
    await enter(web, "web")
    await say(page, "/restart a new version")
    await ada.heard.line("The server is restarting: a new version. It will be back in a moment.")
    await page.locator("[role=alert]", { hasText: "a new version" }).waitFor()
    expect(await program.ended()).toMatchObject({ code: 75 })
    await start(stage, ["serve", "--port", String(port), "--rate-limit", "off"]).line(/Listening on /u)
    const bob = await lineClient(stage, port, "Bob")
    await reads(web, "The server was started anew")
    await say(web, "back again")
    await bob.heard.line("web: back again")
  })

  it("is back after a reload, with what has happened, and says that the room stays open", async ({ stage }) => {
    const { page, port, url } = await openRoom(stage)
    const ada = await lineClient(stage, port, "Ada")
    await ada.write("before the reload\n")
    await shows(page, "before the reload")
    await page.reload()
    expect(page.url()).toBe(url)
    await page.locator("[role=alert]", { hasText: "You are back in time: the room stays open." }).waitFor()
    await shows(page, "before the reload")
    await ada.write("and after it\n")
    await shows(page, "and after it")
  })

  it("says that a link was used already", async ({ stage }) => {
    const { link, page, url } = await openRoom(stage)
    const other = await (await person(stage)).newPage()
    await other.goto(`${url}#${link.code}`)
    await other.locator("[role=alert]", { hasText: "A link to this window is good once" }).waitFor()
    // In the tab that has it open, the link opens it again.
    await page.goto("about:blank")
    await page.goto(`${url}#${link.code}`)
    await isOpen(page)
  })

  it("closes it when it is closed", async ({ stage }) => {
    const { page, port, program } = await openRoom(stage)
    const ada = await lineClient(stage, port, "Ada")
    await page.close()
    await ada.heard.line(/^The server is closing: .*window/u)
    expect(await program.ended()).toMatchObject({ code: 0 })
  })

  it("says that the server is gone, and keeps what has happened", async ({ stage }) => {
    const { page, port, program } = await openRoom(stage)
    const web = await open(await person(stage), port)
    await enter(web, "web")
    await say(web, "hello")
    await reads(web, "hello")
    await shows(page, "web: hello")
    program.kill("SIGKILL")
    await page.locator("[role=alert]", { hasText: "The connection is gone." }).waitFor()
    await shows(page, "web: hello")
  })
})
