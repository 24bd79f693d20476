import AxeBuilder from "axe-core"
import { existsSync } from "node:fs"
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, expect } from "vitest"
import type { Stage } from "../../e2e/support/stage.ts"

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
export const executablePath = programs.find((path) => existsSync(path))

/** Whether there is a real browser to test in. */
export const hasBrowser = executablePath !== undefined

if (!hasBrowser) {
  const words = "The tests in a real browser are skipped: Chromium is not installed."
  if (process.env["CI"] !== undefined) throw new Error(words)
  console.warn(words)
}

/** How long anything on a page is waited for, ms. */
const patience = 15_000

/** A browser for all tests of a file. Returns how to open a person's window in it. */
export const useBrowser = () => {
  let browser: Browser | undefined
  beforeAll(async () => {
    if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
  })
  afterAll(() => browser?.close())

  /** The window of somebody who has never been here; it goes with the test. What the page complains of fails the test. */
  const person = async (stage: Stage, options: BrowserContextOptions = {}): Promise<BrowserContext> => {
    if (browser === undefined) throw new Error("There is no browser")
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, ...options })
    context.setDefaultTimeout(patience)
    const complaints: Array<string> = []
    context.on("weberror", (error) => complaints.push(String(error.error())))
    context.on("console", (message) => {
      // A server that is gone is no fault of the page.
      if (message.type() === "error" && !/WebSocket connection|net::ERR|Failed to load resource/u.test(message.text())) complaints.push(message.text())
    })
    stage.onEnd(async () => {
      await context.close()
      if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join("; ")}`)
    })
    return context
  }
  return { person }
}

/**
 * A browser of its own, which knows further names of this machine. It goes with
 * the test. It does not keep pages of others from this machine by itself: what a
 * server leaves to such a check, other browsers let through.
 */
export const browserWith = async (stage: Stage, hosts: ReadonlyArray<string>): Promise<Browser> => {
  if (executablePath === undefined) throw new Error("There is no browser")
  const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(",")
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", `--host-resolver-rules=${rules}`, "--disable-features=LocalNetworkAccessChecks"] })
  stage.onEnd(() => browser.close())
  return browser
}

/** A browser of its own, and how to kill it. */
export const killableBrowser = async (stage: Stage): Promise<{ readonly browser: Browser; readonly kill: () => void }> => {
  if (executablePath === undefined) throw new Error("There is no browser")
  const server = await chromium.launchServer({ executablePath, args: ["--no-sandbox"] })
  stage.onEnd(() => server.close())
  const browser = await chromium.connect(server.wsEndpoint())
  return { browser, kill: () => server.process().kill("SIGKILL") }
}

/** Opens the page of a server, up to the form. */
export const open = async (context: BrowserContext, port: number, hash = ""): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${port}/${hash}`)
  await page.waitForSelector("#name")
  return page
}

/** Enters by the form. */
export const enter = async (page: Page, name: string): Promise<void> => {
  await page.fill("#name", name)
  await page.click("button.primary")
  await inRoom(page)
}

/** Waits until the page is in the room. */
export const inRoom = async (page: Page): Promise<void> => {
  await page.locator(".dot:not(.off)").waitFor()
  await page.waitForSelector(".draft")
}

/** Types a line and sends it. */
export const say = async (page: Page, line: string): Promise<void> => {
  await page.fill(".draft", line)
  await page.press(".draft", "Enter")
}

/** A line of the conversation: one's own that is pending becomes one when it comes back, and until then stands below. */
const conversationLine = ".log li:not(.pending)"

/** The lines of the conversation as a person reads them, without times. */
export const linesOf = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator(conversationLine).evaluateAll((lines) =>
    lines.map((line) => {
      const copy = line.cloneNode(true)
      if (!(copy instanceof Element)) return ""
      for (const beside of copy.querySelectorAll("time, .you")) beside.remove()
      return copy.textContent
    })
  )

/** Waits for the next frame, with which the page draws what stands beside the log; a page that nobody sees draws without one. */
const nextFrame = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          resolve()
        })
        setTimeout(resolve, 500)
      })
  )

/** Waits until a line of the conversation reads like this, and what has changed with that line is drawn. */
export const reads = async (page: Page, text: string | RegExp): Promise<void> => {
  try {
    await page.locator(conversationLine, { hasText: text }).last().waitFor()
    await nextFrame(page)
  } catch (cause) {
    throw new Error(`No line reads ${String(text)}. The lines:\n${(await linesOf(page)).join("\n")}`, { cause })
  }
}

/** Waits until nothing moves on a page: what fades in has its colours only at the end. */
const isStill = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const moving = () => document.getAnimations().filter(({ playState }) => playState === "running")
    while (moving().length > 0) await Promise.allSettled(moving().map(({ finished }) => finished))
  })

/** What axe finds on a page that keeps somebody out: each rule, and what breaks it. */
const barriersOf = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(AxeBuilder.source)
  await isStill(page)
  return page.evaluate<ReadonlyArray<string>>("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ failureSummary, html }) => html + ' ' + failureSummary).join(' | ')))")
}

/** Fails where axe finds something on a page that keeps somebody out, with the rule and the element in its first line. */
export const expectNoBarriers = async (page: Page, state = "the page"): Promise<void> => {
  const barriers = await barriersOf(page)
  expect(barriers, `${state}: ${barriers.join("; ")}`).toEqual([])
}
