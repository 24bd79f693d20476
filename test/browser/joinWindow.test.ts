import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { type Program, serve, start } from "../e2e/support/program.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { enter, expectNoBarriers, hasBrowser, useBrowser } from "./support/browser.ts"

const { person } = useBrowser()

/** Starts `join --window`. Returns the program, and the link to its form. */
const startForm = async (stage: Stage, args: ReadonlyArray<string> = []): Promise<{ readonly program: Program; readonly link: string }> => {
  const program = start(stage, ["join", "--window", ...args], { stdin: "ignore", env: { BRUSIO_BROWSER: "none" } })
  return { program, link: await program.stdout.find("the form", ({ text }) => /^The form is at (\S+)$/u.exec(text)?.[1]) }
}

const openForm = async (page: Page, link: string): Promise<void> => {
  await page.goto(link)
  await page.waitForSelector("#host")
  await expect.poll(() => page.inputValue("#name"), { timeout: 15_000 }).not.toBe("")
}

const valuesOf = async (page: Page) => ({ host: await page.inputValue("#host"), port: await page.inputValue("#port"), name: await page.inputValue("#name") })

const alert = (page: Page, words: string) => page.locator("[role=alert]", { hasText: words }).waitFor()

/** A port at which nobody listens any more. */
const closedPort = async (stage: Stage): Promise<number> => {
  const { port, program } = await serve(stage)
  program.kill("SIGTERM")
  await program.ended()
  return port
}

describe.runIf(hasBrowser)("The form of join --window", () => {
  it("says what is wrong, loses nothing, goes on to the room, and its program ends well", async ({ stage }) => {
    const { port } = await serve(stage)
    const { link, program } = await startForm(stage)
    const page = await (await person(stage)).newPage()
    await openForm(page, link)
    expect(await valuesOf(page)).toMatchObject({ host: "127.0.0.1", port: "25565" })
    expect(await page.inputValue("#name")).toMatch(/^User\d{4}$/u)

    const nobody = await closedPort(stage)
    await page.fill("#port", String(nobody))
    await page.fill("#name", "Ada")
    await page.press("#name", "Enter")
    await alert(page, `Nobody answers at 127.0.0.1, port ${nobody}. Is the room open?`)
    expect(await valuesOf(page)).toEqual({ host: "127.0.0.1", port: String(nobody), name: "Ada" })
    expect(await page.locator(".field[data-wrong] input").getAttribute("id")).toBe("host")
    expect(await page.evaluate("document.activeElement.id")).toBe("host")

    await page.fill("#port", "no number")
    await page.click("button.primary")
    await alert(page, "A port is a whole number from 1 to 65535.")
    expect(await page.evaluate("document.activeElement.id")).toBe("port")

    await page.reload()
    await page.waitForSelector("#host")
    expect(await valuesOf(page)).toEqual({ host: "127.0.0.1", port: "no number", name: "Ada" })

    await page.fill("#port", String(port))
    await page.click("button.primary")
    await page.waitForURL(`http://127.0.0.1:${port}/**`)
    await page.waitForSelector("#name")
    expect(await page.inputValue("#name")).toBe("Ada")
    expect(await program.ended()).toMatchObject({ code: 0 })
    await enter(page, "Ada")
  })

  it("leaves the password to the page of the room", async ({ stage }) => {
    const { port } = await serve(stage, { env: { BRUSIO_PASSWORD: "open sesame" } })
    const { link } = await startForm(stage, ["--port", String(port), "--name", "Ada"])
    const page = await (await person(stage)).newPage()
    await openForm(page, link)
    await page.press("#name", "Enter")
    await page.waitForURL(`http://127.0.0.1:${port}/**`)
    await page.click("button.primary")
    await page.waitForSelector("#password")
  })

  it("ends its program when its tab is closed, and when its browser goes on to another page", async ({ stage }) => {
    const context = await person(stage)
    for (const leave of [(page: Page) => page.close(), (page: Page) => page.goto("about:blank")]) {
      const { link, program } = await startForm(stage)
      const page = await context.newPage()
      await openForm(page, link)
      await leave(page)
      expect(await program.ended(20_000)).toMatchObject({ code: 0 })
    }
  })

  it("says so when its program has ended, and when the link is not whole", async ({ stage }) => {
    const { link, program } = await startForm(stage)
    const context = await person(stage)
    const page = await context.newPage()
    await openForm(page, link)
    const other = await context.newPage()
    await other.goto(link.replace(/#.*$/u, ""))
    await alert(other, "Nothing knows this form: open it by the link")
    program.kill("SIGTERM")
    await alert(page, "The program behind this form has ended.")
    await page.fill("#name", "still here")
    await page.press("#name", "Enter")
    expect(await page.inputValue("#name")).toBe("still here")
  })

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing that keeps people out, ${colorScheme}`, async ({ stage }) => {
      const { link } = await startForm(stage, ["--port", String(await closedPort(stage))])
      const page = await (await person(stage, { colorScheme })).newPage()
      await openForm(page, link)
      for (const isWrong of [false, true]) {
        if (isWrong) {
          await page.click("button.primary")
          await alert(page, "Nobody answers")
        }
        await expectNoBarriers(page, isWrong ? "wrong" : "empty")
      }
    })
  }
})
