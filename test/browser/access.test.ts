import { describe, expect } from "vitest"
import { serve } from "../e2e/support/program.ts"
import { lineClient } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { enter, expectNoBarriers, hasBrowser, inRoom, open, reads, say, useBrowser } from "./support/browser.ts"
import { wayTo } from "./support/proxy.ts"

const { person } = useBrowser()

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }

/** Goes through every state of the page, and looks at each. */
const walk = async (stage: Stage, options: Parameters<typeof person>[1]) => {
  const { port, program } = await serve(stage, { args: ["--keep", "0"], env: { BRUSIO_PASSWORD: "open sesame" } })
  const { port: near, way } = await wayTo(stage, port)
  const page = await open(await person(stage, options), near)
  await expectNoBarriers(page, "the form")
  await page.fill("#name", "a:b")
  await page.click("button.primary")
  await page.locator("[role=alert]").waitFor()
  await expectNoBarriers(page, "the form, wrong")
  await page.fill("#name", "web")
  await page.click("button.primary")
  await page.fill("#password", "wrong")
  await page.click("button.primary")
  await page.locator("[role=alert]", { hasText: "Wrong password" }).waitFor()
  await expectNoBarriers(page, "the form, with a password")
  await page.fill("#password", "open sesame")
  await page.click("button.primary")
  await inRoom(page)
  await expectNoBarriers(page, "the room, empty")

  const line = await lineClient(stage, port, "Bruno", "open sesame")
  await line.write("hello web, see https://example.org\n/me waves\n/me waves to web\n/msg web psst\n")
  await reads(page, "psst")
  program.type("hear, hear\n/me nods\n")
  await reads(page, "hear, hear")
  await say(page, "/nope")
  await page.locator(".refused .button").waitFor()
  await say(page, "mine")
  await reads(page, "mine")
  await page.evaluate(() => {
    Object.defineProperty(document, "hasFocus", { value: () => false, configurable: true })
    window.dispatchEvent(new Event("blur"))
  })
  await line.write(Array.from({ length: 60 }, (_, n) => `line ${n}\n`).join(""))
  await reads(page, "line 59")
  await page.locator(".log").evaluate((log) => { log.scrollTop = 0 })
  await line.write("below\n")
  await page.locator("button", { hasText: "1 new message" }).waitFor()
  await expectNoBarriers(page, "the room, with every kind of line")
  await page.locator("button", { hasText: "1 new message" }).click()

  await page.fill(".draft", "/")
  await page.locator("[role=option]").first().waitFor()
  await expectNoBarriers(page, "completions")
  await page.fill(".draft", "one\ntwo")
  await page.press(".draft", "Enter")
  await page.locator("[role=alert]", { hasText: "These are 2 lines." }).waitFor()
  await expectNoBarriers(page, "several lines")
  await page.press(".draft", "Escape")
  await page.fill(".draft", "")

  const people = page.locator("[aria-label=People][aria-expanded]")
  if (await people.isVisible()) {
    await people.click()
    await page.locator(".person", { hasText: "Bruno" }).waitFor()
    await expectNoBarriers(page, "the people")
    await page.locator(".shade").click({ position: { x: 5, y: 5 } })
  }

  way.hold()
  await say(page, "on its way")
  await page.locator(".pending", { hasText: "sending" }).waitFor()
  way.cut()
  await page.locator("[role=alert]", { hasText: "The connection is gone." }).waitFor()
  await say(page, "meanwhile")
  await expectNoBarriers(page, "offline")
  way.release()
  way.mend()
  await page.locator("[role=alert]", { hasText: "One line of yours may not have arrived." }).waitFor()
  await expectNoBarriers(page, "a line that may not have arrived")
  program.kill("SIGTERM")
  await page.locator("[role=alert]", { hasText: "The room has closed." }).waitFor()
  await expectNoBarriers(page, "closed")
}

describe.runIf(hasBrowser)("Nothing in the page keeps somebody out (axe), in every state of it", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    it(`in ${colorScheme}`, ({ stage }) => walk(stage, { colorScheme }))
    it(`in ${colorScheme}, on a phone`, ({ stage }) => walk(stage, { colorScheme, ...phone }))
  }
})

describe.runIf(hasBrowser)("On a phone", () => {
  it("everything that is tapped is large enough, and nothing is cut off or scrolls aside", async ({ stage }) => {
    const { port } = await serve(stage)
    await lineClient(stage, port, "Bruno")
    const page = await open(await person(stage, phone), port)
    const targets = async () => {
      const sizes = await page.locator("button:visible, input:visible, textarea:visible").evaluateAll((all) =>
        all.map((one) => {
          const { height, left, right, width } = one.getBoundingClientRect()
          return { what: one.getAttribute("aria-label") ?? (one.id || one.textContent), width, height, left, right, font: parseFloat(getComputedStyle(one).fontSize), isInput: one.matches("input, textarea") }
        }))
      expect(sizes.length).toBeGreaterThan(0)
      for (const { font, height, isInput, left, right, what, width } of sizes) {
        expect(Math.round(height), what).toBeGreaterThanOrEqual(44)
        expect(Math.round(width), what).toBeGreaterThanOrEqual(44)
        expect(left, what).toBeGreaterThanOrEqual(0)
        expect(right, what).toBeLessThanOrEqual(360)
        // Below that a phone zooms into the input.
        if (isInput) expect(font, what).toBeGreaterThanOrEqual(16)
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    }
    await targets()
    await enter(page, "web")
    await say(page, `a word of ${"x".repeat(200)}`)
    await reads(page, "a word of")
    await targets()
    await page.click("[aria-label=People][aria-expanded]")
    await page.locator(".person", { hasText: "Bruno" }).waitFor()
    await targets()
  })
})
