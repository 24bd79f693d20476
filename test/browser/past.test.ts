import { describe, expect } from "vitest"
import { serve } from "../e2e/support/program.ts"
import { nativeClient } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { enter, expectNoBarriers, hasBrowser, linesOf, open, reads, say, useBrowser } from "./support/browser.ts"

const { person } = useBrowser()

/** A room in which something was said before the page enters it, which counts the sounds that it makes. */
const late = async (stage: Stage, options: Parameters<typeof person>[1] = {}) => {
  const { port } = await serve(stage, { args: ["--history", "100"] })
  const other = await nativeClient(stage, port, "bob")
  await other.send({ _tag: "Enter", room: "dev" })
  await other.event("Entered")
  await other.send({ _tag: "Say", room: "dev", text: "web: are you there?" })
  await other.send({ _tag: "Say", room: "dev", text: "I am on http://127.0.0.1/ now" })
  await other.send({ _tag: "Act", room: "dev", text: "waits for web" })
  await other.event("Acted")
  const context = await person(stage, options)
  await context.addInitScript("window.sounds = 0; const start = OscillatorNode.prototype.start; OscillatorNode.prototype.start = function (at) { window.sounds += 1; return start.call(this, at) }")
  const page = await open(context, port)
  await enter(page, "web")
  await say(page, "/join dev")
  await page.locator(".past").waitFor()
  return { other, page, sounds: () => page.evaluate<number>("window.sounds") }
}

describe.runIf(hasBrowser)("What was said before", () => {
  it("stands apart, calls for nobody, counts nowhere, and is not read out by itself", async ({ stage }) => {
    const { other, page, sounds } = await late(stage)
    const past = page.locator(".log:visible .past")
    expect(await past.locator(".divider").textContent()).toBe("What was said here before:")
    expect(await past.locator("ol").getAttribute("aria-live")).toBe("off")
    expect(await past.locator("li").evaluateAll((lines) => lines.map((line) => line.getAttribute("class")))).toEqual(["line first", "line", "line event act"])
    expect(await past.locator(".text").allTextContents()).toEqual(["web: are you there?", "I am on http://127.0.0.1/ now", "* bob waits for web"])
    expect(await past.locator("a").getAttribute("href")).toBe("http://127.0.0.1/")
    const colour = (selector: string) => page.locator(selector).first().evaluate((node) => getComputedStyle(node).color)
    // The same words now are a message that calls.
    await other.send({ _tag: "Say", room: "dev", text: "web: hello" })
    await page.locator(".log:visible .mention", { hasText: "web: hello" }).waitFor()
    expect(await sounds()).toBe(2)
    expect(await page.locator(".mention").count()).toBe(1)
    expect(await colour(".past .text")).not.toBe(await colour(".log:visible .chunk > .line.mention .text"))
    expect(await page.title()).toBe("#dev · brusio")
  })

  it("is no news for who looks away, nor for who is found by a search", async ({ stage }) => {
    const { other, page, sounds } = await late(stage)
    await page.evaluate("window.dispatchEvent(new Event('blur')); Object.defineProperty(document, 'hasFocus', { value: () => false }); window.dispatchEvent(new Event('blur'))")
    await say(page, "/search there")
    await reads(page, "What was found:")
    expect(await page.locator(".log:visible .past").last().locator(".text").allTextContents()).toEqual(["web: are you there?"])
    expect((await linesOf(page)).filter((line) => line.startsWith("New since"))).toEqual([])
    expect(await page.title()).toBe("#dev · brusio")
    expect(await sounds()).toBe(0)
    // What is said now is.
    await other.send({ _tag: "Say", room: "dev", text: "something else" })
    await page.waitForFunction(() => document.title === "(1) #dev · brusio")
    await reads(page, "New since")
  })

  for (const colorScheme of ["light", "dark"] as const) {
    it(`keeps nobody out (axe), in ${colorScheme}`, async ({ stage }) => {
      const { page } = await late(stage, { colorScheme })
      await expectNoBarriers(page, "a room with a past")
    })
  }
})
