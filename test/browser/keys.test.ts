import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { serve } from "../e2e/support/program.ts"
import { lineClient } from "../e2e/support/raw.ts"
import { it } from "../e2e/support/stage.ts"
import { enter, hasBrowser, inRoom, linesOf, open, reads, say, useBrowser } from "./support/browser.ts"

const { person } = useBrowser()

/** What has the focus, as a screen reader names it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: element } = document
    return element?.getAttribute("aria-label") ?? element?.id ?? ""
  })

/** Goes on with a key until this has the focus. */
const goTo = async (page: Page, label: string, key: string) => {
  for (let presses = 0; (await focused(page)) !== label; presses += 1) {
    if (presses > 60) throw new Error(`${label} is not reached by ${key}`)
    await page.keyboard.press(key)
  }
}

describe.runIf(hasBrowser)("With the keyboard alone", () => {
  it("somebody enters, talks, completes a name, reads above, and leaves", async ({ stage }) => {
    const { port } = await serve(stage)
    const bruno = await lineClient(stage, port, "Bruno")
    const page = await open(await person(stage), port)
    const { keyboard } = page
    // The form has the focus, and its suggestion is chosen, so that typing replaces it.
    expect(await focused(page)).toBe("name")
    await keyboard.type("Bruno")
    await keyboard.press("Enter")
    await page.locator("[role=alert]", { hasText: "is taken" }).waitFor()
    expect(await focused(page)).toBe("name")
    await keyboard.type("Zoë")
    await keyboard.press("Enter")
    await inRoom(page)
    expect(await focused(page)).toBe("draft")
    await keyboard.type("hello @br")
    await page.locator("[role=option][aria-selected=true]", { hasText: "Bruno" }).waitFor()
    expect(await page.locator(".draft").getAttribute("aria-activedescendant")).toBe("choice-0")
    await keyboard.press("Tab")
    await keyboard.type("and all")
    await keyboard.press("Enter")
    await bruno.heard.line("Zoë: hello @Bruno and all")
    // A name by Tab, without an @.
    await keyboard.type("bru")
    await keyboard.press("Tab")
    expect(await page.inputValue(".draft")).toBe("Bruno: ")
    await keyboard.press("Escape")
    await keyboard.type("hi")
    await keyboard.press("Enter")
    await bruno.heard.line("Zoë: Bruno: hi")
    // Lines of before, and back to the one that was begun.
    await keyboard.type("begun")
    await keyboard.press("ArrowUp")
    expect(await page.inputValue(".draft")).toBe("Bruno: hi")
    await keyboard.press("ArrowUp")
    expect(await page.inputValue(".draft")).toBe("hello @Bruno and all")
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowDown")
    expect(await page.inputValue(".draft")).toBe("begun")
    await keyboard.press("Control+A")
    await keyboard.press("Delete")
    // People.
    await keyboard.press("Control+K")
    expect(await focused(page)).toBe("Find somebody")
    await keyboard.type("BRU")
    await keyboard.press("Enter")
    expect(await page.inputValue(".draft")).toBe("Bruno: ")
    expect(await focused(page)).toBe("draft")
    await keyboard.press("Control+A")
    await keyboard.press("Delete")
    // The log takes the focus, scrolls, and Escape in the line goes back to its end.
    await bruno.write(Array.from({ length: 60 }, (_, n) => `line ${n}\n`).join(""))
    await reads(page, "line 59")
    await goTo(page, "Conversation", "Shift+Tab")
    await keyboard.press("Home")
    await page.waitForFunction(() => document.querySelector(".log")?.scrollTop === 0)
    await bruno.write("below\n")
    await page.locator("button", { hasText: "1 new message" }).waitFor()
    await goTo(page, "draft", "Tab")
    await keyboard.press("Escape")
    await page.locator("button", { hasText: "1 new message" }).waitFor({ state: "detached" })
    await goTo(page, "Leave the room", "Shift+Tab")
    await keyboard.press("Enter")
    await bruno.heard.line("Zoë has left the chat.")
    await page.locator("[role=alert]", { hasText: "You have left the room." }).waitFor()
  })

  it("several lines are asked about once, and can be kept", async ({ stage }) => {
    const { port } = await serve(stage)
    const bruno = await lineClient(stage, port, "Bruno")
    const page = await open(await person(stage), port)
    await enter(page, "web")
    await page.keyboard.insertText("one\ntwo")
    await page.keyboard.press("Enter")
    await page.locator("[role=alert]", { hasText: "These are 2 lines." }).waitFor()
    await page.keyboard.press("Escape")
    await page.locator("[role=alert]", { hasText: "These are 2 lines." }).waitFor({ state: "detached" })
    expect(await page.inputValue(".draft")).toBe("one\ntwo")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await bruno.heard.line("web: two")
    expect(bruno.heard.texts.slice(-2)).toEqual(["web: one", "web: two"])
    expect(await page.inputValue(".draft")).toBe("")
  })
})

describe.runIf(hasBrowser)("With a pointer", () => {
  it("a name in the log is called, and the light is switched, which is remembered", async ({ stage }) => {
    const { port } = await serve(stage)
    const bruno = await lineClient(stage, port, "Bruno")
    const page = await open(await person(stage, { colorScheme: "light" }), port)
    await enter(page, "web")
    await bruno.write("hello\n")
    await page.locator(".log .text", { hasText: "hello" }).waitFor()
    await page.locator(".log .who .name", { hasText: "Bruno" }).click()
    expect(await page.inputValue(".draft")).toBe("Bruno: ")
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    await page.click("[aria-label='Dark or light']")
    await page.waitForFunction((before) => getComputedStyle(document.body).backgroundColor !== before, light)
    const dark = await ground()
    await page.reload()
    await inRoom(page)
    expect(await ground()).toBe(dark)
    await page.click("[aria-label='Dark or light']")
    await page.waitForFunction((before) => getComputedStyle(document.body).backgroundColor === before, light)
  })

  it("the link is copied, or shown to be copied where the browser forbids that", async ({ stage }) => {
    const { port } = await serve(stage)
    const context = await person(stage, { permissions: ["clipboard-read", "clipboard-write"] })
    const page = await open(context, port)
    await enter(page, "web")
    await page.click("[aria-label='Copy the link to this room']")
    await page.getByText("The link is copied").waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`http://127.0.0.1:${port}/`)
  })

  it("the title counts what comes while somebody looks elsewhere, and no more once they look", async ({ stage }) => {
    const { port } = await serve(stage)
    const bruno = await lineClient(stage, port, "Bruno")
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const look = (isHere: boolean) => page.evaluate((value) => {
      Object.defineProperty(document, "hasFocus", { value: () => value, configurable: true })
      window.dispatchEvent(new Event(value ? "focus" : "blur"))
    }, isHere)
    await look(false)
    await bruno.write("one\ntwo\n")
    await page.waitForFunction(() => document.title === "(2) lobby · brusio")
    await page.locator(".divider", { hasText: "New since" }).waitFor()
    await look(true)
    await page.waitForFunction(() => document.title === "lobby · brusio")
    await bruno.write("three\n")
    await reads(page, "three")
    // The line of what was new stays until there is another.
    expect((await linesOf(page)).filter((line) => line.startsWith("New since"))).toHaveLength(1)
    await say(page, "four")
    await reads(page, "four")
    expect(await page.title()).toBe("lobby · brusio")
  })
})
