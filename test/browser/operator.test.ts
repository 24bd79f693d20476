import type { BrowserContextOptions, Page } from "playwright-core"
import { describe, expect } from "vitest"
import { it, Stage } from "../e2e/support/stage.ts"
import { expectNoBarriers, hasBrowser, say, useBrowser } from "./support/browser.ts"
import { type FakeDesk, fakeDesk, type FakeWindow, joined, line, opened, people, said, status, story } from "./support/fakeDesk.ts"

const { person } = useBrowser()

interface Setting {
  readonly desk: FakeDesk
  readonly page: Page
  readonly window: FakeWindow
}

/** A window that is open, with nothing told yet. */
const emptyDesk = async (stage: Stage, options: BrowserContextOptions = {}): Promise<Setting> => {
  const desk = await fakeDesk(stage)
  const page = await (await person(stage, { viewport: { width: 1240, height: 780 }, ...options })).newPage()
  await page.goto(`http://127.0.0.1:${desk.port}/operator#CODE`)
  const window = await desk.window
  expect(await window.said).toEqual({ _tag: "Open", code: "CODE" })
  window.tell(opened)
  await isOpen(page)
  return { desk, page, window }
}

/** A window in the middle of a day. */
const openDesk = async (stage: Stage, options: BrowserContextOptions = {}): Promise<Setting> => {
  const setting = await emptyDesk(stage, options)
  setting.window.tell(...story, people, status)
  await shows(setting.page, "opening the room now")
  await setting.page.locator(".guest", { hasText: "Zoë" }).waitFor({ state: "attached" })
  return setting
}

const isOpen = (page: Page): Promise<void> => page.locator(".state", { hasText: "open at 192.168.1.7:25565" }).waitFor()

/** Waits until an event reads like this. */
const shows = (page: Page, words: string | RegExp): Promise<void> => page.locator(".entry", { hasText: words }).last().waitFor()

/** The words of the events, without time and address. */
const wordsOf = (page: Page): Promise<ReadonlyArray<string>> => page.locator(".entry p").evaluateAll((all) => all.map((one) => one.textContent))

const closeButton = "button:has-text('Close'):not(dialog *)"

describe.runIf(hasBrowser)("The operator's window", () => {
  it("opens with the code of its link, which leaves the address, and after a reload with the secret", async ({ stage }) => {
    const { desk, page, window } = await openDesk(stage)
    expect(page.url()).toBe(`http://127.0.0.1:${desk.port}/operator`)
    await page.reload()
    expect(await window.closed).not.toBe(1006)
    const again = await desk.window
    expect(await again.said).toEqual({ _tag: "Open", secret: "a secret" })
    again.tell({ ...opened, secret: "another secret" }, ...story)
    await shows(page, "opening the room now")
    await page.reload()
    expect(await (await desk.window).said).toEqual({ _tag: "Open", secret: "another secret" })
  })

  it("opens with the secret too where its link is opened twice in a tab", async ({ stage }) => {
    const { desk, page } = await openDesk(stage)
    await page.goto("about:blank")
    await page.goto(`http://127.0.0.1:${desk.port}/operator#CODE`)
    const again = await desk.window
    expect(await again.said).toEqual({ _tag: "Open", code: "CODE", secret: "a secret" })
    again.tell(opened)
    await isOpen(page)
  })

  it("opens with a new link that is pasted into its tab, also where it was shut", async ({ stage }) => {
    const { desk, page, window } = await openDesk(stage)
    window.tell({ _tag: "Denied", message: "The server was started again." })
    await page.locator("[role=alert]", { hasText: "The server was started again." }).waitFor()
    // The same page but for what stands behind the `#`: the browser loads nothing by itself.
    await page.evaluate(() => { location.href = "/operator#NEW" })
    const again = await desk.window
    expect(await again.said).toEqual({ _tag: "Open", code: "NEW" })
    again.tell(opened)
    await isOpen(page)
    expect(page.url()).toBe(`http://127.0.0.1:${desk.port}/operator`)
  })

  it("keeps over a reload what was typed, until it is sent", async ({ stage }) => {
    const { desk, page, window } = await openDesk(stage)
    await page.fill(".draft", "half a thought")
    await page.reload()
    const again = await desk.window
    await again.said
    again.tell(opened)
    await isOpen(page)
    expect(await page.inputValue(".draft")).toBe("half a thought")
    await page.press(".draft", "Enter")
    expect(await again.said).toEqual({ _tag: "Type", text: "half a thought" })
    await page.reload()
    await (await desk.window).said
    expect(await page.inputValue(".draft")).toBe("")
    expect(await window.closed).not.toBe(1006)
  })

  it("does nothing of what is asked while there is no connection, and does it after", async ({ stage }) => {
    const { desk, page, window } = await openDesk(stage)
    await page.click(closeButton)
    await page.fill("#reason", "sleep well")
    desk.isReachable = false
    window.cut()
    await page.locator("dialog [role=alert]", { hasText: "There is no connection" }).waitFor()
    await page.keyboard.press("Enter")
    expect(await page.inputValue("#reason")).toBe("sleep well")
    expect(await page.locator("dialog .final").isDisabled()).toBe(true)
    desk.isReachable = true
    const again = await desk.window
    await again.said
    again.tell(opened)
    await page.locator("dialog [role=alert]").waitFor({ state: "detached" })
    await page.keyboard.press("Enter")
    expect(await again.said).toEqual({ _tag: "Type", text: "/quit sleep well" })
  })

  it("says why it is denied, and what to do without a code", async ({ stage }) => {
    const desk = await fakeDesk(stage)
    const page = await (await person(stage)).newPage()
    await page.goto(`http://127.0.0.1:${desk.port}/operator#OLD`)
    const window = await desk.window
    await window.said
    window.tell({ _tag: "Denied", message: "This link was used already: start the room again." })
    await page.locator("[role=alert]", { hasText: "This link was used already: start the room again." }).waitFor()
    expect(await window.closed).not.toBe(1006)
    await page.reload()
    await page.locator("[role=alert]", { hasText: "opens only with the link that the program prints: serve --window" }).waitFor()
    await expectNoBarriers(page)
  })

  it("comes back by itself, or at once when asked, and shows nothing twice", async ({ stage }) => {
    const { desk, page, window } = await openDesk(stage)
    const before = await wordsOf(page)
    // The pauses double: the third, of more than a second, does not end here unless somebody asks for it.
    await page.evaluate(() => {
      const later = globalThis.setTimeout.bind(globalThis)
      Object.defineProperty(globalThis, "setTimeout", { value: (work: () => void, ms: number) => (ms > 1000 ? 0 : later(work, ms)) })
    })
    desk.isReachable = false
    window.cut()
    await page.locator("[role=alert]", { hasText: "The connection is gone." }).waitFor()
    expect(await page.locator(".numbers b").allTextContents()).toEqual(["–", "–", "–", "–"])
    await page.fill(".draft", "half a thought")
    await page.press(".draft", "Enter")
    expect(await page.inputValue(".draft")).toBe("half a thought")
    // Two tries that it makes by itself.
    await desk.refused
    await desk.refused
    desk.isReachable = true
    const coming = desk.window
    const tries = { areOver: false }
    void coming.finally(() => { tries.areOver = true }).catch(() => undefined)
    while (!tries.areOver) await page.locator("text=Try now").click({ timeout: 1000 }).catch(() => undefined)
    const again = await coming
    expect(await again.said).toEqual({ _tag: "Open", secret: "a secret" })
    again.tell(opened, { _tag: "Skipped", count: 3 }, ...story.slice(3), said("12:46:00", "Ada", "that was missed"))
    await shows(page, "that was missed")
    expect(await wordsOf(page)).toEqual([...before, "Ada: that was missed"])
    expect(await page.locator(".gap").count()).toBe(0)
    await page.locator(".strip").waitFor({ state: "detached" })
    again.cut()
    const third = await desk.window
    await third.said
    third.tell(opened, { _tag: "Skipped", count: 500 }, said("12:50:00", "Ada", "much later"))
    await shows(page, "much later")
    const known = story.length + 1
    await page.locator(".gap", { hasText: `${500 - known} events are missing here` }).waitFor()
    expect(await page.locator(".gap").count()).toBe(1)
  })

  it("closes its connection with a word when the tab is closed", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    await page.close()
    expect(await window.closed).not.toBe(1006)
  })

  it("shows each event with its sign, its colour and the names in it", async ({ stage }) => {
    const { page } = await openDesk(stage)
    const rows = await page.locator(".entry").evaluateAll((all) => all.map((entry) => ({
      as: entry.getAttribute("class"),
      names: [...entry.querySelectorAll(".name")].map((name) => name.textContent),
      words: entry.querySelector("p")?.textContent,
      from: entry.querySelector(".from")?.textContent,
      hasSign: entry.querySelector(".sign path") !== null
    })))
    const row = (words: string) => rows.find((each) => each.words?.includes(words))
    expect(rows.every(({ hasSign }) => hasSign)).toBe(true)
    expect(row("Bruno joined")).toMatchObject({ as: "entry in", names: ["Bruno"], words: "Bruno joined", from: "192.168.1.22:60122 · browser" })
    expect(row("Teo left")).toMatchObject({ as: "entry out", names: ["Teo"], words: "Teo left: connection closed", from: "192.168.1.50:4500" })
    expect(row("connected")).toMatchObject({ as: "entry dim", from: "" })
    expect(row("Morning everybody")).toMatchObject({ as: "entry", names: ["Bruno"] })
    expect(row("looks into")).toMatchObject({ as: "entry dim", names: ["Mei 美"], words: "* Mei 美 looks into her bag too" })
    expect(row("whispers")).toMatchObject({ names: ["Zoë", "Ada"], words: "Zoë whispers to Ada" })
    expect(row("is now called")).toMatchObject({ names: ["Örjan", "Örjan (afk)"] })
    expect(row("slowed down")).toMatchObject({ as: "entry warn", names: ["CI"], words: "Warning: CI sends too fast and is slowed down" })
    expect(row("has failed")).toMatchObject({ as: "entry warn error", words: "Error: An observer has failed" })
    expect(row("Everybody was told")).toMatchObject({ as: "entry own", words: "Everybody was told: The room closes at 18:00. Save what you want to keep." })
    expect(row("opening the room now")).toMatchObject({ words: "Ada: <b>I have it</b> &amp; opening the room now" })
    expect(await page.locator(".entry a").getAttribute("href")).toBe("https://example.org/demo")
    // A name has one colour, in the events and in the list of people.
    const colours = await page.locator("bdi.name", { hasText: "Bruno" }).evaluateAll((all) => [...new Set(all.map((name) => name.getAttribute("class")))])
    expect(colours).toHaveLength(1)
  })

  it("filters and searches the events, with counts", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    const chip = (label: string) => page.locator(".chip", { hasText: label })
    expect(await page.locator(".chip b").allTextContents()).toEqual(["8", "6", "3"])
    await chip("Warnings").click()
    expect(await chip("Warnings").getAttribute("aria-pressed")).toBe("true")
    expect(await page.locator(".entry").count()).toBe(3)
    window.tell(said("12:46:00", "Ada", "not shown now"), line("12:46:01", "log", "A second warning", {}, "warn"))
    await shows(page, "A second warning")
    expect(await page.locator(".entry").count()).toBe(4)
    expect(await page.locator(".chip b").allTextContents()).toEqual(["9", "6", "4"])
    await chip("Coming and going").click()
    expect(await page.locator(".entry").count()).toBe(6)
    await chip("Messages").click()
    expect(await page.locator(".entry").count()).toBe(9)
    // By words, whatever their case, and by address.
    await page.keyboard.press("Control+k")
    await page.keyboard.type("ADA")
    await page.locator(".found", { hasText: "4 found" }).waitFor()
    expect(await wordsOf(page)).toEqual(expect.arrayContaining(["Zoë whispers to Ada", "Ada: not shown now"]))
    await chip("Everything").click()
    await page.fill("#find", "192.168.1.50")
    expect(await wordsOf(page)).toEqual(["Teo left: connection closed"])
    await page.fill("#find", "nothing reads like this")
    await page.locator(".found", { hasText: "0 found" }).waitFor()
    await page.press("#find", "Escape")
    expect(await page.inputValue("#find")).toBe("")
    expect(await page.locator(".entry").count()).toBe(story.length + 2)
  })

  it("never pulls a reader away, and says what has come below", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    window.tell(...Array.from({ length: 80 }, (_, n) => said("12:46:00", "Ada", `line ${n}.`)))
    await shows(page, "line 79.")
    const top = () => page.locator(".events").evaluate((log) => log.scrollTop)
    await page.locator(".events").evaluate((log) => { log.scrollTop = 100 })
    window.tell(said("12:47:00", "Ada", "one more"), joined("12:47:01", "Eve", "192.168.1.99:4000"))
    await page.locator("button", { hasText: "2 new events" }).waitFor()
    expect(await top()).toBe(100)
    await page.click("text=2 new events")
    await page.locator("button", { hasText: "new event" }).waitFor({ state: "detached" })
    expect(await top()).toBeGreaterThan(100)
    // Only what would be seen is counted.
    await page.locator(".chip", { hasText: "Messages" }).click()
    await page.locator(".events").evaluate((log) => { log.scrollTop = 100 })
    window.tell(joined("12:47:02", "Mallory", "192.168.1.98:4000"), said("12:47:03", "Ada", "hello Mallory"))
    await page.locator("button", { hasText: "1 new event" }).waitFor()
  })

  it("keeps the newest ten thousand events, and stays quick with them", async ({ stage }) => {
    const { page, window } = await emptyDesk(stage)
    const many = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => said("12:46:00", `Guest ${(from + n) % 50}`, `line ${from + n}.`))
    // Looked for in the last list alone: to search ten thousand lines again and again is what would take the time here.
    const shown = (words: string) => page.waitForFunction((wanted) => document.querySelector(".events .chunk:last-child")?.lastElementChild?.textContent.includes(wanted), words, { timeout: 60_000 })
    window.tell(...many(0, 200))
    await shown("line 199.")
    const step = () => page.evaluate(async () => {
      const log = document.querySelector(".events")
      const took: Array<number> = []
      for (let n = 0; n < 20; n += 1) {
        const from = performance.now()
        if (log !== null) log.scrollTop = log.scrollHeight
        await new Promise(requestAnimationFrame)
        took.push(performance.now() - from)
      }
      return took.sort((one, other) => one - other)[10] ?? 0
    })
    const few = await step()
    for (let n = 200; n < 10_500; n += 2060) window.tell(...many(n, n + 2060))
    await shown("line 10499.")
    expect(await page.locator(".chip b").first().textContent()).toBe("10,000")
    // The oldest go by whole lists.
    const left = await page.locator(".events .entry").count()
    expect(left).toBeGreaterThanOrEqual(10_000)
    expect(left).toBeLessThan(10_100)
    const full = await step()
    console.log(`A scroll step and a frame: ${few.toFixed(1)} ms with 200 events, ${full.toFixed(1)} ms with 10,000`)
    expect(full).toBeLessThan(Math.max(few, 16.7) * 4)
    // What is filtered goes with the rest when it is too old.
    await page.fill("#find", "line 50")
    await page.locator(".found", { hasText: "110 found" }).waitFor()
    window.tell(...many(10_500, 20_500))
    await page.locator(".found", { hasText: /^0 found$/u }).waitFor()
  })

  it("says how many events it was not told", async ({ stage }) => {
    const { page, window } = await emptyDesk(stage)
    window.tell({ _tag: "Skipped", count: 1 }, said("12:40:00", "Ada", "first"), { _tag: "Skipped", count: 1200 }, said("12:41:00", "Ada", "second"))
    await shows(page, "second")
    const all = await page.locator(".events li").evaluateAll((lines) => lines.map((one) => (one.querySelector("p") ?? one).textContent))
    expect(all).toEqual(["1 event is missing here", "Thursday, March 5", "Ada: first", "1,200 events are missing here", "Ada: second"])
    window.babble("{\"_tag\":\"Riddle\"}")
    await page.locator(".below", { hasText: "The server said what this page does not understand" }).waitFor()
  })

  it("shows what is now, and how people get there", async ({ stage }) => {
    const context = { permissions: ["clipboard-read", "clipboard-write"] }
    const { page, window } = await openDesk(stage, context)
    expect(await page.locator(".numbers div").allTextContents()).toEqual(["8 here", "3 messages/s", "0:15:04 open", "58 MB"])
    window.tell({ ...status, people: 1200, connections: 1200, uptime: 90_061 })
    await page.locator(".numbers", { hasText: "1,200" }).waitFor()
    expect(await page.locator(".numbers").textContent()).toContain("25:01:01")
    expect(await page.title()).toBe("1200 here · The room · brusio")
    expect(await page.locator(".side code").allTextContents()).toEqual(["192.168.1.7:25565", "10.8.0.2:25565"])
    await page.click("text=Copy the link")
    await page.locator(".below", { hasText: "The link is copied" }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("http://192.168.1.7:25565/")
    // The code, read back from its path.
    const path = (await page.locator(".qr path").getAttribute("d")) ?? ""
    const grid = opened.qr?.map((row) => Array.from(row, () => "0")) ?? []
    for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/gu)) grid[Number(y)]?.fill("1", Number(x), Number(x) + Number(length))
    expect(grid.map((row) => row.join(""))).toEqual(opened.qr)
    expect(await page.locator(".qr").evaluate((qr) => getComputedStyle(qr).backgroundColor)).toBe("rgb(255, 255, 255)")
    const { address, commands, links, secret } = opened
    window.tell({ _tag: "Opened", address, commands, links, secret })
    await page.locator(".qr").waitFor({ state: "detached" })
    await page.locator("text=On this machine, open:").waitFor()
  })

  it("marks a link for copying by hand where the browser does not let a page copy", async ({ stage }) => {
    const { page } = await openDesk(stage)
    await page.evaluate(() => {
      Object.defineProperty(navigator.clipboard, "writeText", { value: () => Promise.reject(new Error("no")) })
    })
    await page.click("text=Copy the link")
    await page.locator(".below", { hasText: "copy it with the keyboard" }).waitFor()
    expect(await page.evaluate(() => getSelection()?.toString())).toBe("192.168.1.7:25565")
  })

  it("removes somebody, after saying what the room will read", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    const row = page.locator(".guest", { hasText: "Nina" })
    expect(await row.locator("small").textContent()).toBe("plain · 192.168.1.9:33014")
    await row.hover()
    await row.locator("button").click()
    const dialog = page.locator("dialog")
    await page.locator("h2", { hasText: "Remove Nina?" }).waitFor()
    expect(await dialog.locator("q").textContent()).toBe("Nina has left the chat. (removed)")
    await page.keyboard.press("Escape")
    await dialog.waitFor({ state: "detached" })
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe("Remove Nina")
    await page.keyboard.press("Enter")
    await page.fill("#reason", "  too loud ")
    expect(await dialog.locator("q").textContent()).toBe("Nina has left the chat. (removed: too loud)")
    await page.click("dialog .final")
    expect(await window.said).toEqual({ _tag: "Remove", id: "Nina", reason: "too loud" })
    window.tell({ ...people, total: 7, people: people.people.filter(({ name }) => name !== "Nina") })
    await row.waitFor({ state: "detached" })
    await page.locator(".guest", { hasText: "CI" }).hover()
    await page.locator(".guest", { hasText: "CI" }).locator("button").click()
    await page.locator("h2", { hasText: "Remove CI?" }).waitFor()
    await page.keyboard.press("Enter")
    expect(await window.said).toEqual({ _tag: "Remove", id: "CI" })
  })

  it("finds somebody in a crowd", async ({ stage }) => {
    const { page, window } = await emptyDesk(stage)
    window.tell({ _tag: "People", total: 4000, people: Array.from({ length: 1000 }, (_, n) => ({ id: `m${n}`, name: `Guest ${n}`, address: `10.0.0.1:${n}`, client: "plain", rooms: ["lobby"] })) })
    await page.locator(".guests", { hasText: "4,000" }).waitFor()
    expect(await page.locator(".guest").count()).toBe(200)
    expect(await page.locator(".guests").textContent()).toContain("and 3,800 more")
    await page.fill(".guests .search", "guest 999")
    await page.locator(".guest", { hasText: "Guest 999" }).waitFor()
    expect(await page.locator(".guest").count()).toBe(1)
  })

  it("lists the rooms, and shows and speaks in the one that is chosen, as far as the server says that it is", async ({ stage }) => {
    const { desk, page, window } = await openDesk(stage)
    const rooms = { _tag: "Rooms", total: 1, rooms: [{ room: "lobby", here: 8, locked: false, hidden: false }] } as const
    window.tell(rooms)
    await page.locator(".guests h2", { hasText: "8" }).waitFor()
    // Where all are in one room, nobody has to know of rooms.
    expect(await page.locator(".side .rooms").count()).toBe(0)
    const both = { ...rooms, total: 2, rooms: [...rooms.rooms, { room: "demo", here: 2, topic: "at three", locked: true, hidden: true }] } as const
    const inDemo = people.people.map((guest) => (["Ada", "CI"].includes(guest.name) ? { ...guest, rooms: ["lobby", "demo"] } : guest))
    window.tell(both, { ...people, people: inDemo }, line("12:46:00", "said", "#demo Ada: the plug fits", { name: "Ada", id: "Ada", text: "the plug fits", room: "demo" }))
    await shows(page, "#demo Ada: the plug fits")
    expect(await page.locator(".entry", { hasText: "the plug fits" }).locator(".name").textContent()).toBe("Ada")
    await page.locator(".place", { hasText: "#demo" }).click()
    expect(await window.said).toEqual({ _tag: "Choose", room: "demo" })
    expect(await page.locator(".place[aria-pressed=true]").textContent()).toBe("All rooms")
    window.tell({ _tag: "Chosen", room: "demo" })
    await page.locator(".strip", { hasText: "You speak and act in #demo." }).waitFor()
    expect(await page.locator(".place[aria-pressed=true]").textContent()).toContain("#demo")
    expect(await page.locator(".guest .name").allTextContents()).toEqual(["Ada", "CI"])
    expect(await page.locator(".entry", { hasText: "opening the room now" }).count()).toBe(0)
    await shows(page, "#demo Ada: the plug fits")
    await say(page, "only there")
    expect(await window.said).toEqual({ _tag: "Type", text: "only there" })
    // A window that has come back asks for its room, and speaks to all until that is answered.
    const again = desk.window
    window.cut()
    const back = await again
    expect(await back.said).toMatchObject({ _tag: "Open" })
    back.tell(opened)
    expect(await back.said).toEqual({ _tag: "Choose", room: "demo" })
    await page.locator(".strip", { hasText: "You speak and act in" }).waitFor({ state: "detached" })
    back.tell(both, { _tag: "Chosen", room: "demo" })
    await page.click("text=In all rooms again")
    expect(await back.said).toEqual({ _tag: "Choose" })
    back.tell({ _tag: "Chosen" })
    await shows(page, "opening the room now")
  })

  it("lists the servers that are one room, and who of them comes and goes among the events", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    expect(await page.locator(".side .nodes").count()).toBe(0)
    const berlin = { name: "berlin", isThis: true, here: 8, silent: 0, language: 1 }
    const oslo = { name: "oslo", isThis: false, here: 1, silent: 0, language: 1 }
    window.tell({ _tag: "Nodes", nodes: [berlin, oslo] }, line("12:46:00", "nodejoined", "The node oslo has joined the cluster", { node: "oslo" }))
    await page.locator(".side .nodes h2", { hasText: "2" }).waitFor()
    const rows = page.locator(".node")
    expect(await rows.allTextContents()).toEqual(["berlin (this one)in time · language 18", "osloin time · language 11"])
    expect(await rows.locator(".count").evaluateAll((all) => all.map((one) => one.ariaLabel))).toEqual(["8 people", "1 person"])
    await expectNoBarriers(page)
    window.tell({ _tag: "Nodes", nodes: [berlin, { ...oslo, silent: 4 }] })
    await rows.locator(".late", { hasText: "silent for 4 s" }).waitFor()
    window.tell({ _tag: "Nodes", nodes: [berlin] }, { ...line("12:46:11", "nodelost", "The node oslo was silent for too long, and is given up", { node: "oslo" }), level: "warn" })
    await rows.nth(1).waitFor({ state: "detached" })
    await page.click(".chip:has-text('Coming and going')")
    await shows(page, "The node oslo has joined the cluster")
    await shows(page, "The node oslo was silent for too long, and is given up")
    await page.click(".chip:has-text('Warnings')")
    await shows(page, "The node oslo was silent for too long, and is given up")
    window.tell({ _tag: "Closing", reason: "sleep well" })
    await page.locator(".side .nodes").waitFor({ state: "detached" })
  })

  it("speaks to all, completes and recalls commands, and shows their answers", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    await say(page, "Dinner is ready")
    expect(await window.said).toEqual({ _tag: "Type", text: "Dinner is ready" })
    await page.locator(".draft").pressSequentially("/he")
    await page.keyboard.press("Tab")
    expect(await page.inputValue(".draft")).toBe("/help")
    await page.keyboard.press("Enter")
    expect(await window.said).toEqual({ _tag: "Type", text: "/help" })
    window.tell(line("12:46:00", "console", "/help                  shows this"), line("12:46:00", "console", "/kick NAME [REASON]    removes somebody"))
    await page.locator(".entry.answer", { hasText: "/kick NAME [REASON]    removes somebody" }).waitFor()
    expect(await page.locator("[aria-label=Answers] li").allTextContents()).toHaveLength(2)
    await page.locator(".draft").pressSequentially("/kick ör")
    await page.keyboard.press("Tab")
    expect(await page.inputValue(".draft")).toBe("/kick \"Örjan (afk)\" ")
    await page.keyboard.press("Enter")
    expect(await window.said).toEqual({ _tag: "Type", text: "/kick \"Örjan (afk)\" " })
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    expect(await page.inputValue(".draft")).toBe("/help")
    // What is unknown is the server's to answer: it is not made a notice here.
    await say(page, "/nope")
    expect(await window.said).toEqual({ _tag: "Type", text: "/nope" })
    // Several lines ask once, and none of them is a command.
    await page.fill(".draft", "one\n/quit")
    await page.keyboard.press("Enter")
    await page.click("text=Send 2 messages")
    expect(await window.said).toEqual({ _tag: "Type", text: "one" })
    expect(await window.said).toEqual({ _tag: "Type", text: "//quit" })
  })

  it("closes the room after asking once, with the words that people will read", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    await page.click(closeButton)
    const dialog = page.locator("dialog")
    await dialog.locator("text=8 people are here. They are told, with your words, and disconnected.").waitFor()
    expect(await dialog.locator("q").textContent()).toBe("The server is closing: closed by its operator.")
    await page.click("text=Keep it open")
    await dialog.waitFor({ state: "detached" })
    await page.click(closeButton)
    await page.fill("#reason", "See you tomorrow!")
    expect(await dialog.locator("q").textContent()).toBe("The server is closing: See you tomorrow!")
    await page.click("dialog .final")
    // The first that the window has said since it opened: keeping the room open said nothing.
    expect(await window.said).toEqual({ _tag: "Type", text: "/quit See you tomorrow!" })
    window.tell({ _tag: "Closing", reason: "See you tomorrow!" })
    await page.locator("[role=alert]", { hasText: "The room has closed: See you tomorrow!" }).waitFor()
    window.close()
    await page.locator(".state", { hasText: "closed" }).waitFor()
    expect(await page.locator(closeButton).count()).toBe(0)
    expect(await page.locator(".guest").count()).toBe(0)
    await shows(page, "opening the room now")
  })

  it("says that it came back in time", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    window.tell({ _tag: "Staying" })
    await page.locator("[role=alert]", { hasText: "You are back in time: the room stays open." }).waitFor()
    await page.click("text=Good")
    await page.locator(".strip").waitFor({ state: "detached" })
  })

  it("is usable with the keyboard alone", async ({ stage }) => {
    const { page, window } = await openDesk(stage)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("draft")
    const tabTo = async (selector: string) => {
      for (let n = 0; n < 60; n += 1) {
        if (await page.locator(selector).evaluate((wanted) => wanted === document.activeElement)) return
        await page.keyboard.press("Tab")
      }
      throw new Error(`The focus does not reach ${selector}`)
    }
    await tabTo(closeButton)
    await tabTo(".chip >> nth=3")
    await page.keyboard.press("Space")
    expect(await page.locator(".entry").count()).toBe(3)
    await tabTo(".events")
    await tabTo("[aria-label='Remove Bruno']")
    expect(await page.locator("[aria-label='Remove Bruno']").evaluate((button) => getComputedStyle(button).opacity)).toBe("1")
    await page.keyboard.press("Enter")
    await page.keyboard.type("bye")
    // The focus stays within the question.
    for (let n = 0; n < 6; n += 1) {
      await page.keyboard.press("Tab")
      expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null)).toBe(true)
    }
    await tabTo("dialog .final")
    await page.keyboard.press("Enter")
    expect(await window.said).toEqual({ _tag: "Remove", id: "Bruno", reason: "bye" })
    await tabTo(".draft")
  })

  it("is usable on a phone", async ({ stage }) => {
    const { page, window } = await openDesk(stage, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    expect(await page.locator(".side").isVisible()).toBe(false)
    await page.fill("#find", "ada")
    await page.locator(".found", { hasText: "4 found" }).waitFor({ state: "attached" })
    await page.click("[aria-label='Room and people']")
    await page.locator("[aria-label='Remove Ada']").click()
    await page.click("dialog .final")
    expect(await window.said).toEqual({ _tag: "Remove", id: "Ada" })
    await page.keyboard.press("Escape")
    await page.locator(".side").waitFor({ state: "hidden" })
    await page.click(closeButton)
    await page.locator("dialog").waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  })

  it("remembers whether it is light or dark", async ({ stage }) => {
    const { desk, page } = await openDesk(stage, { colorScheme: "light" })
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await page.click("[aria-label='Dark or light']")
    expect(await background()).not.toBe(light)
    await page.reload()
    const again = await desk.window
    again.tell(opened)
    await isOpen(page)
    expect(await background()).not.toBe(light)
  })

  it.each(["light", "dark"] as const)("has nothing that keeps somebody out, in %s", async (colorScheme) => {
    // An `each` has no stage of its own.
    const stage = new Stage()
    try {
      const { page, window } = await openDesk(stage, { colorScheme })
      window.tell({ _tag: "Skipped", count: 3 }, line("12:46:00", "console", "Nobody here has that name."), { _tag: "Staying" })
      await page.locator(".gap").waitFor()
      await page.locator(".strip").waitFor()
      await expectNoBarriers(page)
      await page.click(closeButton)
      await page.locator("dialog").waitFor()
      await expectNoBarriers(page)
      await page.keyboard.press("Escape")
      await page.locator("[aria-label='Remove Ada']").focus()
      await page.keyboard.press("Enter")
      await page.locator("dialog").waitFor()
      await expectNoBarriers(page)
      await page.keyboard.press("Escape")
      window.tell({ _tag: "Closing", reason: "stopped" })
      await page.locator("[role=alert]", { hasText: "The room has closed" }).waitFor()
      await expectNoBarriers(page)
    } finally {
      await stage.clear()
    }
  })
})
