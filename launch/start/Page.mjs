import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { open } from "./open.mjs"

/** How long a browser may take until it shows the page, ms. */
const patience = 20_000

/** How long after its last window was closed the page counts as closed, ms: a reload closes it and opens it again. */
const grace = 5000

const files = {
  "": ["index.html", "text/html; charset=utf-8"],
  "page.js": ["page.js", "text/javascript; charset=utf-8"],
  "page.css": ["page.css", "text/css; charset=utf-8"],
  "brusio.css": ["../../src/web/brusio.css", "text/css; charset=utf-8"]
}

const headers = {
  connection: "close",
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
}

/**
 * A page in the browser that shows how a start goes. It is served on the loopback, under a path that nobody can guess; it
 * only shows, and nothing can be asked of it.
 */
export class Page {
  /** Where the page is. */
  link = ""
  /** Resolves when the page was open, and every window of it is closed. */
  closed
  #server
  #token = randomBytes(16).toString("base64url")
  #state = { phase: "building", output: "" }
  #windows = new Set()
  #seen = resolvers()
  #presented

  static async open() {
    const page = new Page()
    const { promise, resolve } = resolvers()
    page.closed = promise
    let ending
    page.#server = createServer((request, response) => {
      const own = new URL(page.link).host
      const path = request.url.startsWith(`/${page.#token}/`) ? request.url.slice(page.#token.length + 2) : undefined
      const { origin = `http://${own}` } = request.headers
      if (request.headers.host !== own || origin !== `http://${own}` || request.method !== "GET" || path === undefined) {
        response.writeHead(404, headers).end()
      } else if (path === "events") {
        clearTimeout(ending)
        page.#windows.add(response)
        page.wasSeen = true
        page.#seen.resolve(true)
        response.once("close", () => {
          page.#windows.delete(response)
          if (page.#windows.size === 0) ending = setTimeout(resolve, grace)
        })
        response.writeHead(200, { ...headers, "content-type": "text/event-stream" })
        response.write(page.#event())
      } else if (path in files) {
        const [file, type] = files[path]
        response.writeHead(200, { ...headers, "content-type": type }).end(readFileSync(new URL(file, import.meta.url)))
      } else response.writeHead(404, headers).end()
    })
    await new Promise((listening, failed) => {
      page.#server.once("error", failed)
      page.#server.listen(0, "127.0.0.1", listening)
    })
    page.link = `http://127.0.0.1:${page.#server.address().port}/${page.#token}/`
    return page
  }

  /** Whether a window shows the page now. */
  get isSeen() {
    return this.#windows.size > 0
  }

  /** Whether a window has ever shown it. */
  wasSeen = false

  /** Opens the page in a browser, once. Whether it could be, and a window has come. */
  present() {
    const late = new Promise((resolve) => setTimeout(resolve, patience, false).unref())
    this.#presented ??= open(this.link).then((isOpen) => isOpen && Promise.race([this.#seen.promise, late]))
    return this.#presented
  }

  /** What the page shows from now on. */
  show(state) {
    this.#state = state
    for (const window of this.#windows) window.write(this.#event())
  }

  close() {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #event() {
    return `data: ${JSON.stringify(this.#state)}\n\n`
  }
}

function resolvers() {
  let resolve
  const promise = new Promise((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
