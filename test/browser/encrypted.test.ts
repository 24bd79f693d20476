import { networkInterfaces } from "node:os"
import { chromium } from "playwright-core"
import { describe, expect } from "vitest"
import { folder } from "../e2e/support/encrypted.ts"
import { serve } from "../e2e/support/program.ts"
import { nativeClient } from "../e2e/support/raw.ts"
import { it } from "../e2e/support/stage.ts"
import { enter, executablePath, hasBrowser, inRoom, reads, say } from "./support/browser.ts"

const elsewhere = Object.values(networkInterfaces()).flatMap((all = []) => all).find(({ family, internal }) => family === "IPv4" && !internal)?.address

describe.runIf(hasBrowser && elsewhere !== undefined)("The page that came unencrypted from another machine", () => {
  it("points out once that the word of a room has gone so, and here on this machine does not", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--host", "0.0.0.0"] })
    if (executablePath === undefined) return
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
    stage.onEnd(() => browser.close())
    const pointedOut = async (host: string, name: string): Promise<number> => {
      const page = await (await browser.newContext()).newPage()
      await page.goto(`http://${host}:${port}/`)
      await enter(page, name)
      for (const line of [`/join of-${name} please`, "/lock please", "the end"]) await say(page, line)
      await reads(page, "the end")
      return page.getByText("That word was sent unencrypted: whoever is on the way could read it.").count()
    }
    expect(await pointedOut(elsewhere ?? "", "ada")).toBe(1)
    expect(await pointedOut("127.0.0.1", "bob")).toBe(0)
  })
})

describe.runIf(hasBrowser)("The page over https", () => {
  it("is in the room, may notify and copy, can be installed, and opens where its server is gone", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--tls", "--tls-only"], env: { XDG_STATE_HOME: folder(stage) } })
    if (executablePath === undefined) return
    // The certificate is the server's own: nobody vouches for it.
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--ignore-certificate-errors"] })
    stage.onEnd(() => browser.close())
    const page = await browser.newPage()
    // By the address without TLS: one is sent on.
    await page.goto(`http://127.0.0.1:${port}/`)
    expect(page.url()).toBe(`https://127.0.0.1:${port}/`)
    await enter(page, "ada")
    await say(page, "encrypted")
    await reads(page, "encrypted")
    expect(await page.evaluate(() => window.isSecureContext && "clipboard" in navigator && "Notification" in window)).toBe(true)
    const manifest = await page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]")
      const response = await fetch(link?.href ?? "")
      const text = await response.text()
      const icon = await fetch(/"src": "([^"]+)"/u.exec(text)?.[1] ?? "")
      return { type: response.headers.get("content-type"), display: /"display": "(\w+)"/u.exec(text)?.[1], icon: icon.headers.get("content-type") }
    })
    expect(manifest).toEqual({ type: "application/manifest+json", display: "standalone", icon: "image/svg+xml" })
    await page.evaluate(async () => { await navigator.serviceWorker.ready })
    // What the worker has seen of the page is what it opens later.
    await page.reload()
    await inRoom(page)
    program.kill("SIGKILL")
    await program.ended()
    await page.reload()
    await page.locator("h1", { hasText: "brusio" }).or(page.locator(".dot.off")).first().waitFor()
    expect(await page.title()).toContain("brusio")
  })

  it("leaves no worker behind where it came without", async ({ stage }) => {
    const { port } = await serve(stage)
    await nativeClient(stage, port, "bob")
    if (executablePath === undefined) return
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
    stage.onEnd(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
    await enter(page, "ada")
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0)
  })
})
