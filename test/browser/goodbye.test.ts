import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { type Program, serve } from "../e2e/support/program.ts"
import { nativeClient } from "../e2e/support/raw.ts"
import { it } from "../e2e/support/stage.ts"
import { enter, hasBrowser, inRoom, killableBrowser, linesOf, open, reads, say, useBrowser } from "./support/browser.ts"

// Every way out of a tab, and what is told of it.

const { person } = useBrowser()

/** How soon the others are told, ms: a browser has a machine's other work beside it. */
const soon = 5000

const closed = "connection closed"

// A page that goes may be loaded anew, or come back: its place is kept for a while. Only who asks to leave has left for good.
const ways: ReadonlyArray<{ readonly way: string; readonly leave: (page: Page, port: number) => Promise<unknown>; readonly code: "quit" | "closed"; readonly reason?: string }> = [
  { way: "{quit}", leave: (page) => say(page, "{quit}"), code: "quit" },
  { way: "/quit with a reason", leave: (page) => say(page, "/quit to lunch"), code: "quit", reason: "to lunch" },
  { way: "the leave button", leave: (page) => page.click("[aria-label='Leave the room']"), code: "quit" },
  { way: "the tab closed", leave: (page) => page.close(), code: "closed", reason: closed },
  { way: "the tab closed by a page that asks first", leave: (page) => page.close({ runBeforeUnload: true }), code: "closed", reason: closed },
  { way: "the window closed", leave: (page) => page.context().close(), code: "closed", reason: closed },
  { way: "another page opened in it", leave: (page, port) => page.goto(`http://127.0.0.1:${port}/health`), code: "closed", reason: closed },
  { way: "Back", leave: (page) => page.goBack(), code: "closed", reason: closed }
]

describe.runIf(hasBrowser)("However somebody leaves the page, the others are told", () => {
  for (const { code, leave, reason, way } of ways) {
    it(`${way}: "${reason ?? "has left the chat."}"`, async ({ stage }) => {
      const { port } = await serve(stage)
      const native = (await nativeClient(stage, port, "native")).answering()
      const page = await (await person(stage)).newPage()
      // There is something to go back to.
      await page.goto(`http://127.0.0.1:${port}/health`)
      await page.goto(`http://127.0.0.1:${port}/`)
      await enter(page, "web")
      await native.event("Joined", ({ member }) => member.name === "web")
      const from = performance.now()
      await leave(page, port)
      const left = await native.event(code === "quit" ? "Left" : "Detached", ({ member }) => member.name === "web")
      console.log(`${way}: told after ${Math.round(left.heardAt - from)} ms`)
      expect(left).toMatchObject({ code, ...(reason === undefined ? {} : { reason }) })
      expect(left.heardAt - from).toBeLessThan(soon)
    })
  }

  it("the browser killed", async ({ stage }) => {
    const { port } = await serve(stage)
    const native = (await nativeClient(stage, port, "native")).answering()
    const { browser, kill } = await killableBrowser(stage)
    const page = await open(await browser.newContext(), port)
    await enter(page, "web")
    await native.event("Joined", ({ member }) => member.name === "web")
    const from = performance.now()
    kill()
    const left = await native.event("Detached", ({ member }) => member.name === "web")
    console.log(`The browser killed: told after ${Math.round(left.heardAt - from)} ms`)
    expect(["closed", "lost"]).toContain(left.code)
    expect(left.heardAt - from).toBeLessThan(soon)
  })

  it("and whoever comes back by Forward is in again, under the same name", async ({ stage }) => {
    const { port } = await serve(stage)
    const native = (await nativeClient(stage, port, "native")).answering()
    const page = await (await person(stage)).newPage()
    await page.goto(`http://127.0.0.1:${port}/health`)
    await page.goto(`http://127.0.0.1:${port}/`)
    await enter(page, "web")
    await page.fill(".draft", "half a thought")
    await page.goBack()
    await native.event("Detached", ({ member }) => member.name === "web")
    await page.goForward()
    await inRoom(page)
    await native.event("Returned", ({ member }) => member.name === "web")
    expect(await page.inputValue(".draft")).toBe("half a thought")
    await page.press(".draft", "Enter")
    expect(await native.event("Said")).toMatchObject({ from: { name: "web" }, text: "half a thought" })
  })
})

describe.runIf(hasBrowser)("However the server ends, the page says so, and keeps the log", () => {
  const ends: ReadonlyArray<{ readonly way: string; readonly end: (program: Program) => void; readonly reason: string }> = [
    { way: "SIGINT", end: (program) => program.kill("SIGINT"), reason: "stopped by its operator" },
    { way: "SIGHUP", end: (program) => program.kill("SIGHUP"), reason: "the window was closed" },
    { way: "/quit with a reason", end: (program) => { program.type("/quit moving to room 7\n") }, reason: "moving to room 7" }
  ]
  for (const { end, reason, way } of ends) {
    it(`${way}: "${reason}"`, async ({ stage }) => {
      const { port, program } = await serve(stage)
      const page = await open(await person(stage), port)
      await enter(page, "web")
      await say(page, "hello")
      await reads(page, "hello")
      await page.fill(".draft", "too late")
      end(program)
      await reads(page, `The server is closing: ${reason}.`)
      await page.locator("[role=alert]", { hasText: "The room has closed." }).waitFor()
      await page.locator(".state", { hasText: "not connected" }).waitFor()
      // Nothing more can be typed, and what was is not lost.
      expect(await page.inputValue(".draft")).toBe("too late")
      expect(await page.locator(".draft").isEditable()).toBe(false)
      expect(await linesOf(page)).toContain("web: hello")
    })
  }
})
