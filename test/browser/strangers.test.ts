import { createServer } from "node:http"
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { serve } from "../e2e/support/program.ts"
import { listen, type Native, nativeClient } from "../e2e/support/raw.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { browserWith, hasBrowser } from "./support/browser.ts"

// Pages of others, in somebody's browser on the machine of a room: what they can reach of it.

const evil = "evil.example"

/** A page of somebody else's, open in a browser that takes the stranger's name for this machine. */
const strangersPage = async (stage: Stage, url: (port: number) => string): Promise<Page> => {
  const site = await listen(stage, createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" })
    response.end("<!doctype html><title>a stranger's page</title>")
  }))
  const browser = await browserWith(stage, [evil])
  const page = await browser.newPage()
  await page.goto(url(site))
  return page
}

/** What became of a WebSocket. */
const webSocket = (page: Page, url: string): Promise<string> =>
  page.evaluate((address) => new Promise<string>((resolve) => {
    const socket = new WebSocket(address)
    socket.onopen = () => {
      socket.send('{"_tag":"Hello","v":1,"nickname":"eve"}')
      resolve("opened")
    }
    socket.onclose = ({ code }) => {
      resolve(`closed ${code}`)
    }
  }), url)

/** What a request is answered, or `failed`. */
const request = (page: Page, url: string, init: RequestInit): Promise<string> =>
  page.evaluate(async ({ init, url }) => {
    try {
      const answer = await fetch(url, init)
      return `${answer.type} ${answer.status}`
    } catch {
      return "failed"
    }
  }, { url, init })

const body = "eve\nhi all\n{\"_tag\":\"Hello\",\"v\":1,\"nickname\":\"eve\"}\nbye\n"

/** The room was told nothing of anybody, but for what its witness says now. */
const expectUntouched = async (witness: Native) => {
  await witness.send({ _tag: "Say", text: "is anybody here?" })
  expect(await witness.event("Said")).toMatchObject({ seq: 2 })
  expect(witness.events.map(({ _tag }) => _tag).filter((tag) => tag !== "Ping")).toEqual(["Welcome", "Said"])
}

describe.runIf(hasBrowser)("A page of another site", () => {
  for (const [whose, url] of [["another port of this machine", (port: number) => `http://127.0.0.1:${port}/`], ["another name", (port: number) => `http://${evil}:${port}/`]] as const) {
    it(`says nothing in the room, and reads nothing of it: ${whose}`, async ({ stage }) => {
      const { port } = await serve(stage)
      const witness = await nativeClient(stage, port, "witness")
      const page = await strangersPage(stage, url)
      for (const host of ["127.0.0.1", "localhost", evil]) {
        expect(await webSocket(page, `ws://${host}:${port}/`)).toBe("closed 1006")
        for (const path of ["/", "/health", "/x"]) {
          // It is told neither the status nor a word of the answer, or nothing at all.
          expect(["failed", "opaque 0"]).toContain(await request(page, `http://${host}:${port}${path}`, { mode: "no-cors", method: "POST", body }))
          expect(["failed", "opaque 0"]).toContain(await request(page, `http://${host}:${port}${path}`, { mode: "no-cors" }))
          expect(await request(page, `http://${host}:${port}${path}`, {})).toBe("failed")
          expect(await request(page, `http://${host}:${port}${path}`, { method: "PUT", body })).toBe("failed")
        }
      }
      // A form, too, whose fields are lines of text; the browser then shows what is answered.
      await page.evaluate(({ action, body }) => {
        const form = document.createElement("form")
        Object.assign(form, { action, method: "post", enctype: "text/plain" })
        const field = document.createElement("textarea")
        Object.assign(field, { name: "eve\nhi all\n", value: body })
        form.append(field)
        document.body.append(form)
        form.submit()
      }, { action: `http://127.0.0.1:${port}/`, body })
      await page.getByText("Another site's page may not speak here.").waitFor()
      await expectUntouched(witness)
    })
  }

  it("cannot show the page in a frame of its own", async ({ stage }) => {
    const { port } = await serve(stage)
    const page = await strangersPage(stage, (site) => `http://127.0.0.1:${site}/`)
    await page.evaluate((source) => new Promise<void>((resolve) => {
      const frame = document.createElement("iframe")
      frame.src = source
      frame.onload = () => {
        resolve()
      }
      document.body.append(frame)
    }), `http://127.0.0.1:${port}/`)
    expect(page.frames().map((frame) => frame.url())).not.toContain(`http://127.0.0.1:${port}/`)
  })
})

describe.runIf(hasBrowser)("A page whose name was pointed at this machine (DNS rebinding)", () => {
  it("says nothing in the room, by whatever method it can send, and reads nothing of it", async ({ stage }) => {
    const { port } = await serve(stage)
    const witness = await nativeClient(stage, port, "witness")
    const browser = await browserWith(stage, [evil])
    const page = await browser.newPage()
    // The stranger's server has given the page; from now on its name is the room's address, and the room is its origin.
    const origin = `http://${evil}:${port}`
    await page.route(`${origin}/attack`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>an attack</title>" }))
    await page.goto(`${origin}/attack`)
    for (const path of ["/", "/x"]) {
      for (const method of ["GET", "HEAD", "OPTIONS"]) expect(await request(page, path, { method })).toMatch(/^basic (?:421|400)$/u)
      for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) expect(await request(page, path, { method, body })).toMatch(/^basic (?:421|400)$/u)
      // Any token is a method to a browser: what the server takes for one is answered, all else cut off.
      for (const method of ["foo", "a.b1", "!", "0", "#$%&'*+-.^_`|~", "Hello", "NICK", "eve", "x".repeat(20_000)]) {
        expect(await request(page, path, { method, body }), method.slice(0, 20)).toMatch(/^(?:basic (?:421|400|431)|failed)$/u)
      }
    }
    expect(await webSocket(page, `ws://${evil}:${port}/`)).toBe("closed 1006")
    await expectUntouched(witness)
    await page.goto(`${origin}/`)
    expect(await page.locator("body").textContent()).toContain(`This room is not served under the name ${evil}`)
  })
})
