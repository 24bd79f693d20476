import { get } from "node:http"
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { root, run, serve } from "./support/program.ts"
import { it } from "./support/stage.ts"

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly coding: string | undefined
  readonly body: Buffer
}

const fetched = (port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("end", () => {
        resolve({ status: response.statusCode, type: response.headers["content-type"], coding: response.headers["content-encoding"], body: Buffer.concat(parts) })
      })
    }).on("error", reject)
  })

/** How much everything of the page may weigh, gzipped, KiB. */
const mostKibibytes = 110

/** How much everything of the operator's page may weigh, gzipped, KiB. */
const mostOperatorKibibytes = 80

describe("The page that is built", () => {
  it("is served by the program, whole and compressed, and its link is printed", async ({ stage }) => {
    const { port, program } = await serve(stage)
    await program.line(new RegExp(`In a browser: http://127\\.0\\.0\\.1:${port}/$`, "u"))
    const page = await fetched(port, "/")
    expect(page).toMatchObject({ status: 200, type: "text/html; charset=utf-8", coding: undefined })
    const names = [...page.body.toString().matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, name = ""]) => name)
    expect(names.map((name) => name.replace(/\.[0-9A-Z]{8}\./u, ".HASH."))).toEqual(["/brusio.HASH.css", "/app.webmanifest", "/icon.HASH.svg", "/main.HASH.js", "/install.HASH.js"])
    for (const name of names) {
      expect(await fetched(port, name, { "accept-encoding": "br, gzip" })).toMatchObject({ status: 200, coding: "br" })
      expect(await fetched(port, name)).toMatchObject({ status: 200, coding: undefined })
    }
  })

  it("is small, and so is the operator's", () => {
    const folder = join(root, "dist/web")
    const files = readdirSync(folder).filter((name) => name.endsWith(".gz"))
    const weigh = (names: ReadonlyArray<string>) => names.reduce((sum, name) => sum + statSync(join(folder, name)).size / 1024, 0)
    const people = files.filter((name) => !name.startsWith("operator."))
    // What of it is the people's too is weighed with both.
    const operator = files.filter((name) => /^(?:operator|brusio|icon)\./u.test(name))
    console.log(`The page: ${weigh(people).toFixed(1)} KiB gzipped, the operator's: ${weigh(operator).toFixed(1)} KiB`)
    expect(people).toHaveLength(7)
    expect(weigh(people)).toBeLessThan(mostKibibytes)
    expect(operator).toHaveLength(5)
    expect(weigh(operator)).toBeLessThan(mostOperatorKibibytes)
  })

  it("is served under the names that --allow-host gives, and no others", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--allow-host", "chat.example.org, Room.example"] })
    const status = async (host: string) => (await fetched(port, "/", { host })).status
    expect(await status("chat.example.org")).toBe(200)
    expect(await status(`room.example:${port}`)).toBe(200)
    expect(await status("other.example.org")).toBe(421)
    expect(await run(stage, ["serve", "--allow-host", "http://chat.example.org"])).toMatchObject({
      code: 1,
      stderr: `--allow-host cannot be "http://chat.example.org": it must be a host name without a port, such as chat.example.org; several with commas between.\n`
    })
  })
})
