// Behind brusio-serve and brusio-join: starts the program without a terminal. The first start installs and builds it, and
// shows that on a page in the browser; whatever goes wrong is shown there, too, and in a dialog where no browser can be opened.
// It needs nothing but Node.js: when it runs, nothing is installed yet.
import { spawn } from "node:child_process"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { open, tell } from "./start/open.mjs"
import { Page } from "./start/Page.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url))
/** Who is installing, and the page that shows it, so that a second start meanwhile shows the same page. */
const claim = fileURLToPath(new URL("../.first-start.json", import.meta.url))

const noNpm = "brusio has to be built first, and npm is missing: it comes with Node.js from https://nodejs.org."

/** The links to windows that the program prints. */
const windowLink = /http:\/\/(?:127\.0\.0\.1|\[::1\]):\d+\/(?:operator)?#[\w-]+/u

/** How much of what a program has said is shown, characters. */
const mostShown = 8000

const wanted = process.argv.slice(2).filter((word) => word !== "--detach" && word !== "--window")

// Windows ends a program with the console that it was started in, unless it is another's.
if (wanted[0] !== "serve" && wanted[0] !== "join") {
  process.stderr.write("This starts brusio without a terminal: give it serve or join.\n")
  process.exitCode = 1
} else if (process.argv.includes("--detach")) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...wanted], { cwd: root, detached: true, windowsHide: true, stdio: "ignore" })
  child.once("error", ({ message }) => {
    process.stderr.write(`${message}\n`)
    process.exitCode = 1
  })
  child.unref()
} else {
  process.exitCode = await (existsSync(cli) ? run() : first())
  process.exit()
}

/** Runs the program, and shows why when it fails. Resolves with the exit code. */
async function run() {
  const { code, output } = await program({
    complained: (line, linked) => {
      if (line.startsWith("No browser could be")) void linked.then((link) => tell(`${line}\n\n${link}`))
    }
  })
  if (code !== 0) await fail(undefined, "brusio has ended with an error.", output)
  return code
}

/** Installs, builds and runs the program, with a page that shows how it goes. */
async function first() {
  const page = await Page.open()
  const other = claimed(page.link)
  if (other !== undefined) {
    page.close()
    if (!(await open(other))) await tell("brusio is being installed by another start of this. Start it again in a few minutes.")
    return 0
  }
  try {
    page.show({ phase: "building", output: "" })
    // Without a browser, too: a dialog would stand in the way. What fails is shown in one.
    void page.present()
    const built = await build(page)
    if (built.stopped) return 1
    if (built.code !== 0 || !existsSync(cli)) {
      await fail(page, built.missing ? noNpm : "The installation (npm ci) has failed. When the reason is mended, start this again.", built.output)
      return 1
    }
  } finally {
    rmSync(claim, { force: true })
  }
  page.show({ phase: "starting", output: "" })
  // The page goes on to the program's window: one is enough.
  const isShown = page.isSeen
  const { code, output } = await program({
    env: isShown ? { BRUSIO_BROWSER: "none" } : {},
    linked: (link) => {
      page.show({ phase: "going", link })
      void page.closed.then(() => page.close())
    }
  })
  if (code !== 0) await fail(page, "brusio has ended with an error.", output)
  page.close()
  return code
}

/** Shows what has failed until it has been seen: on the page that is open, or on one that is opened for it. */
async function fail(shown, words, output) {
  // A page that a browser is still about to show will do; one that was closed, or has gone on to the program's window, will not.
  const page = shown !== undefined && (shown.isSeen || (!shown.wasSeen && (await shown.present()))) ? shown : await Page.open()
  page.show({ phase: "failed", words, output: output.trim() })
  if (page.isSeen || (await page.present())) await page.closed
  else await tell(`${words}\n\n${output.trim().slice(-1000)}`.trim())
  page.close()
}

function build(page) {
  // On Windows npm is a script of the console.
  const child = spawn("npm", ["ci", "--include=dev"], { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell: process.platform === "win32", windowsHide: true, detached: process.platform !== "win32" })
  let stopped = false
  const stop = () => {
    stopped = true
    // With all that npm has started.
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { windowsHide: true, stdio: "ignore" })
    else if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM")
  }
  void page.closed.then(() => {
    if (child.exitCode === null && child.signalCode === null) stop()
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop)
  return new Promise((resolve) => {
    let output = ""
    const hear = (bytes) => {
      output = (output + String(bytes)).slice(-mostShown)
      page.show({ phase: "building", output })
    }
    child.stdout.on("data", hear)
    child.stderr.on("data", hear)
    child.once("error", (error) => {
      resolve({ code: 1, output: error.message, missing: error.code === "ENOENT", stopped })
    })
    child.once("close", (code) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, stop)
      // The console of Windows says with 9009 that there is no such program.
      resolve({ code: code ?? 1, output, missing: code === 9009, stopped })
    })
  })
}

function program({ complained, env = {}, linked }) {
  const child = spawn(process.execPath, [cli, wanted[0], "--window", ...wanted.slice(1)], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true
  })
  let asked = false
  const pass = (signal) => {
    asked = true
    child.kill(signal)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, pass)
  return new Promise((resolve) => {
    let beginning = ""
    const link = new Promise((found) => {
      child.stdout.on("data", (bytes) => {
        if (beginning.length > mostShown) return
        beginning += String(bytes)
        const [first] = windowLink.exec(beginning.slice(0, beginning.lastIndexOf("\n") + 1)) ?? []
        if (first !== undefined) found(first)
      })
    })
    if (linked !== undefined) void link.then(linked)
    let output = ""
    let line = ""
    child.stderr.on("data", (bytes) => {
      output = (output + String(bytes)).slice(-mostShown)
      const lines = (line + String(bytes)).split("\n")
      line = lines.pop()
      for (const each of lines) complained?.(each, link)
    })
    child.once("error", (error) => {
      resolve({ code: 1, output: error.message })
    })
    // Who ends it by a signal knows that it ends.
    child.once("close", (code, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, pass)
      resolve({ code: asked ? 0 : (code ?? 1), output: signal === null ? output : `${output}\nIt was ended by the signal ${signal}.` })
    })
  })
}

/** Claims the installation. Returns the link to the page of whoever has it already. */
function claimed(link) {
  const mine = JSON.stringify({ pid: process.pid, link })
  try {
    writeFileSync(claim, mine, { flag: "wx", mode: 0o600 })
    return undefined
  } catch (error) {
    // A folder that cannot be written to is what the installation itself fails with, in words.
    if (error.code !== "EEXIST") return undefined
  }
  try {
    const other = JSON.parse(readFileSync(claim, "utf8"))
    process.kill(other.pid, 0)
    return String(other.link)
  } catch {
    // Its process is gone, or it is not whole.
    rmSync(claim, { force: true })
    return claimed(link)
  }
}
