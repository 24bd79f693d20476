// Draws docs/pictures from the built program as it runs in a terminal and in browsers: `node scripts/pictures.mjs`. Needs
// tmux, Chromium and the fonts of `.ci/run`.
import { execFile } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { chromium } from "playwright-core"
import stringWidth from "string-width"

const root = fileURLToPath(new URL("..", import.meta.url))
const columns = 84
const rows = 32

// ---- A terminal

const folder = mkdtempSync(join(tmpdir(), "pictures-"))
// Variables that would change how the programs draw are removed, and those that would open a window on this screen.
const env = { ...process.env, LANG: "C.UTF-8", CI: undefined, NO_COLOR: undefined, TMUX: undefined, BRUSIO_BROWSER: "none" }
const exec = promisify(execFile)
const tmux = async (...args) => {
  const { stdout } = await exec("tmux", ["-u", "-S", join(folder, "tmux"), "-f", "/dev/null", ...args], { cwd: root, env })
  return stdout
}

/** Opens a tmux session that runs this command, as if it had been typed at a shell's prompt. */
const open = (name, command) =>
  tmux("new-session", "-d", "-s", name, "-x", `${columns}`, "-y", `${rows}`, `printf '$ %s\\n' ${quoted(command)}; exec ${command}`,
    ";", "set", "-g", "status", "off", ";", "set", "-g", "remain-on-exit", "on")
const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`

const screen = (name) => tmux("capture-pane", "-p", "-J", "-t", name)

const patience = 15_000

/** Waits until the window shows this, and returns what matched. */
const shows = async (name, wanted) => {
  for (const until = Date.now() + patience; Date.now() < until; await delay(50)) {
    const found = wanted.exec(await screen(name))
    if (found !== null) return found
  }
  throw new Error(`${wanted} did not appear in the window of ${name}:\n${await screen(name)}`)
}

// ---- The people

/** Somebody with `nc`. */
const nc = async (port, name) => {
  const socket = connect({ host: "127.0.0.1", port })
  socket.write(`${name}\n`)
  await once(socket, "data")
  socket.resume()
  return { says: (line) => socket.write(`${line}\n`), leaves: () => socket.destroy() }
}

const people = []

// ---- The browser

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path))
if (program === undefined) throw new Error("The pictures of the page need Chromium")
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] })
const devices = {
  page: { viewport: { width: 1000, height: 640 }, deviceScaleFactor: 1.5 },
  phone: { viewport: { width: 390, height: 720 }, deviceScaleFactor: 1.5, hasTouch: true, isMobile: true },
  operator: { viewport: { width: 1100, height: 640 }, deviceScaleFactor: 1 },
  rooms: { viewport: { width: 1100, height: 640 }, deviceScaleFactor: 1 },
  "rooms-phone": { viewport: { width: 390, height: 720 }, deviceScaleFactor: 1.5, hasTouch: true, isMobile: true }
}
const pages = {}

/** Somebody with a browser. */
const browse = async (port, name, device) => {
  const context = await browser.newContext({ colorScheme: "light", locale: "en-GB", reducedMotion: "reduce", ...devices[device] })
  const page = await context.newPage()
  pages[device] = page
  await page.goto(`http://127.0.0.1:${port}/#name=${name}`)
  await page.click("button.primary")
  await page.waitForSelector(".draft")
  return {
    types: (text) => page.fill(".draft", text),
    says: async (line) => {
      await page.fill(".draft", line)
      await page.press(".draft", "Enter")
      await page.locator(".line:not(.pending)", { hasText: line }).waitFor()
    },
    hears: (line) => page.locator(".line", { hasText: line }).last().waitFor()
  }
}

/** The script of the pictures. Each step waits for its effect on the screen, so that the order is always the same. */
const play = async () => {
  await open("serve", "node dist/cli.js serve")
  const [, command, port] = await shows("serve", /Join with: (.* --port (\d+))/u)
  const enters = async (name) => {
    const person = await nc(Number(port), name)
    people.push(person)
    await shows("serve", new RegExp(`${name} joined`, "u"))
    return person
  }
  const heard = (text) => shows("join", new RegExp(text, "u"))
  const types = async (line) => {
    await tmux("send-keys", "-t", "join", "-l", "--", line)
    await tmux("send-keys", "-t", "join", "Enter")
    await heard(`›.*${line.slice(-12)}`)
  }

  const bob = await enters("bob")
  const grace = await enters("Grace")
  const marta = await browse(port, "Marta", "page")
  await shows("serve", /Marta joined/u)
  const yara = await browse(port, "Yara", "phone")
  await shows("serve", /Yara joined/u)
  await open("join", `${command} --name Ada`)
  await heard("5 here")
  bob.says("Good morning, Ada! I came with nc, as always.")
  await heard("as always")
  await types("Good morning, everybody.")
  await marta.says("And I only opened the link: http://127.0.0.1:25565/")
  await heard("opened the link")
  const misaki = await enters("美咲")
  misaki.says("おはよう、みなさん")
  await heard("みなさん")
  grace.says("/me pours coffee")
  await heard("coffee")
  bob.says("Is the release out?")
  await heard("release")
  await types("The tests are running: five minutes.")
  grace.says("/msg Ada Shall I write the announcement?")
  await heard("announcement")
  await yara.says("On the train, so by phone. Marta, is it done?")
  await heard("by phone")
  await marta.says("Green on every machine.")
  await heard("every machine")
  misaki.says("/quit breakfast")
  await heard("breakfast")
  await marta.hears("breakfast")
  await yara.hears("breakfast")
  await marta.types("Ada, shall we?")
  await tmux("send-keys", "-t", "join", "-l", "/msg Grace Yes, please")
  await heard("Yes, please")
  // The server's status is drawn once a second.
  await delay(1200)
}

/** The operator's window of another room, which those in the same network can reach. */
const operate = async () => {
  await open("operate", "node dist/cli.js serve --window --host 0.0.0.0")
  const [link, port] = await shows("operate", /http:\/\/127\.0\.0\.1:(\d+)\/operator#[\w-]+/u)
  const context = await browser.newContext({ colorScheme: "light", locale: "en-GB", reducedMotion: "reduce", ...devices.operator })
  const page = await context.newPage()
  pages.operator = page
  await page.goto(link)
  const told = (text) => page.locator(".entry", { hasText: text }).last().waitFor()
  const enters = async (name) => {
    const person = await nc(Number(port), name)
    people.push(person)
    await told(`${name} joined`)
    return person
  }
  await told("window is open")
  const bob = await enters("bob")
  const grace = await enters("Grace")
  const marta = await browse(port, "Marta", "page")
  await told("Marta joined")
  const misaki = await enters("美咲")
  await marta.says("Good morning! I scanned the code on the wall.")
  bob.says("And I came with nc, as always.")
  await told("as always")
  grace.says("/me pours coffee")
  await told("coffee")
  misaki.says("/msg Grace One for me, please")
  await told("whispers")
  await page.fill(".draft", "The demo is at three, in the big room.")
  await page.press(".draft", "Enter")
  await told("Everybody was told")
  bob.says("/nick Bob (afk)")
  await told("is now called")
  await marta.says("Who brings the adapter for the projector?")
  await told("projector")
  await page.locator(".guest", { hasText: "afk" }).waitFor()
}

/** Somebody's several rooms, in a terminal, on a page and on a phone. */
const roam = async () => {
  await open("roam", "node dist/cli.js serve")
  const [, command, port] = await shows("roam", /Join with: (.* --port (\d+))/u)
  const enters = async (name, ...rooms) => {
    const person = await nc(Number(port), name)
    people.push(person)
    await shows("roam", new RegExp(`${name} joined`, "u"))
    for (const room of rooms) {
      person.says(`/join ${room}`)
      await shows("roam", new RegExp(`#${room}.*${name}|${name}.*#?${room}`, "u"))
    }
    return person
  }
  const bob = await enters("bob", "demo", "build")
  const grace = await enters("Grace", "build", "demo")
  bob.says("/join demo")
  bob.says("/topic The big room, at three")
  const ada = await browse(port, "Ada", "rooms")
  const yara = await browse(port, "Yara", "rooms-phone")
  await open("rooms", `${command} --name Marta`)
  await shows("rooms", /5 here/u)
  const types = async (line, seen) => {
    await tmux("send-keys", "-t", "rooms", "-l", "--", line)
    await tmux("send-keys", "-t", "rooms", "Enter")
    await shows("rooms", seen)
  }
  for (const room of ["build", "demo"]) {
    for (const page of [pages.rooms, pages["rooms-phone"]]) {
      await page.fill(".draft", `/join ${room}`)
      await page.press(".draft", "Enter")
      await page.locator("h1", { hasText: room }).waitFor()
    }
    await types(`/join ${room}`, new RegExp(`\\[#${room}\\]`, "u"))
  }
  await ada.says("Who brings the adapter for the projector?")
  await shows("rooms", /projector/u)
  bob.says("It is in my bag, as last time.")
  await ada.hears("as last time")
  await types("I have the cable, then.", /cable, then/u)
  grace.says("/me tests the microphone")
  await ada.hears("microphone")
  bob.says("/mute Grace 5 the microphone is on")
  await ada.hears("has muted")
  await yara.says("We hear you in the corridor, Grace!")
  await ada.hears("corridor")
  const misaki = await enters("美咲", "build")
  for (const line of ["The build is green.", "Tagging it now.", "Ada, Marta, Yara: it is out!"]) misaki.says(line)
  for (const page of [pages.rooms, pages["rooms-phone"]]) await page.locator(".place.called .count", { hasText: "3" }).waitFor({ state: "attached" })
  await shows("rooms", /#build 3@/u)
  await ada.types("Then we can show it.")
  await pages["rooms-phone"].locator(".sheet-toggle").first().click()
  await pages["rooms-phone"].locator("nav.rooms").waitFor()
  await delay(1200)
}

// ---- From the terminal to a picture

const cell = { width: 8.43, height: 20 }
const margin = { x: 18, top: 44, bottom: 16 }
const theme = { back: "#16181d", text: "#d5d8de", frame: "#2c3038" }
const fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
const basic = [
  "#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
  "#7f848e", "#f08b93", "#b1d896", "#f0d399", "#85c4f7", "#d99aec", "#7fcfd9", "#ffffff"
]

const hex = (...parts) => `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`

/** One of the 256 colours. */
const colour = (index) => {
  if (index < 16) return basic[index]
  if (index >= 232) return hex(...Array(3).fill(8 + 10 * (index - 232)))
  const level = (part) => (part === 0 ? 0 : 55 + 40 * part)
  const at = index - 16
  return hex(level(Math.floor(at / 36)), level(Math.floor(at / 6) % 6), level(at % 6))
}

const flags = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  39: { text: undefined },
  49: { back: undefined }
}

/** The style after the parameters of an SGR sequence. */
const styled = (style, parameters) => {
  const codes = parameters.split(/[;:]/u).map(Number)
  let next = style
  for (let code = codes.shift(); code !== undefined; code = codes.shift()) {
    if (code === 0) next = {}
    else if (code === 38 || code === 48) {
      const value = codes.shift() === 5 ? colour(codes.shift()) : hex(...codes.splice(0, 3))
      next = { ...next, [code === 38 ? "text" : "back"]: value }
    } else if (code >= 30 && code <= 37) next = { ...next, text: basic[code - 30] }
    else if (code >= 40 && code <= 47) next = { ...next, back: basic[code - 40] }
    else if (code >= 90 && code <= 97) next = { ...next, text: basic[code - 82] }
    else if (code >= 100 && code <= 107) next = { ...next, back: basic[code - 92] }
    else next = { ...next, ...flags[code] }
  }
  return next
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })

/** The rows of a screen as runs of one style, each with its column. A wide character is a run of its own, as fonts differ in its width. */
const parse = (ansi) => {
  let style = {}
  return ansi.trimEnd().split("\n").map((line) => {
    const runs = []
    let column = 0
    for (const [part, parameters] of line.matchAll(/\u001b\[([\d;:]*)m|[^\u001b]+|\u001b/gu)) {
      if (parameters !== undefined) style = styled(style, parameters)
      else if (part !== "\u001b") {
        for (const { segment } of graphemes.segment(part)) {
          const width = stringWidth(segment)
          const last = runs.at(-1)
          if (width === 1 && last?.style === style && !last.wide) {
            last.text += segment
            last.width += 1
          } else runs.push({ text: segment, style, column, width, wide: width !== 1 })
          column += width
        }
      }
    }
    return runs
  })
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const element = (name, attributes, content) => {
  const list = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escaped(String(value))}"`]))
  return `<${name}${list.join("")}${content === undefined ? "/" : `>${content}</${name}`}>`
}
const round = (number) => Math.round(number * 100) / 100

const left = (column) => round(margin.x + column * cell.width)

const drawRun = ({ column, style, text, wide, width }, row) => {
  const y = margin.top + row * cell.height
  const [ink, paper] = style.inverse ? [style.back ?? theme.back, style.text ?? theme.text] : [style.text, style.back]
  const back =
    paper === undefined ? "" : element("rect", { x: left(column), y, width: round(width * cell.width), height: cell.height, fill: paper })
  const words = text.trim()
  if (words === "") return back
  // Both attributes keep the text in its columns, whatever font the reader has. Of two spaces, browsers would draw one.
  const place = wide
    ? { x: left(column + width / 2), "text-anchor": "middle" }
    : { x: left(column + text.length - text.trimStart().length), textLength: round(stringWidth(words) * cell.width) }
  return back + element("text", {
    ...place,
    y: y + 15,
    fill: ink,
    "font-weight": style.bold ? "bold" : undefined,
    "font-style": style.italic ? "italic" : undefined,
    "text-decoration": style.underline ? "underline" : undefined,
    opacity: style.dim ? 0.6 : undefined
  }, escaped(words.replaceAll(/ (?= )/gu, "\u00a0")))
}

/** A terminal window with this screen, as a self-contained SVG. */
const draw = (title, ansi, cursor) => {
  const lines = parse(ansi)
  const width = round(columns * cell.width + 2 * margin.x)
  const height = margin.top + Math.max(lines.length, cursor.y + 1) * cell.height + margin.bottom
  const buttons = ["#ff5f57", "#febc2e", "#28c840"].map((fill, index) => element("circle", { cx: 22 + 20 * index, cy: 20, r: 6, fill }))
  const caption = element("text", { x: width / 2, y: 25, "text-anchor": "middle", opacity: 0.6 }, escaped(title))
  const block = element("rect", {
    x: left(cursor.x), y: margin.top + cursor.y * cell.height, width: cell.width, height: cell.height, fill: theme.text, opacity: 0.7
  })
  const body = [caption, ...lines.map((runs, row) => runs.map((run) => drawRun(run, row)).join("")), block].filter((line) => line !== "")
  return `${element("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" }, [
    "",
    element("title", {}, escaped(title)),
    element("rect", { x: 0.5, y: 0.5, width: round(width - 1), height: height - 1, rx: 10, fill: theme.back, stroke: theme.frame }),
    ...buttons,
    element("g", { "font-family": fonts, "font-size": 14, fill: theme.text, "xml:space": "preserve" }, `\n${body.join("\n")}\n`),
    ""
  ].join("\n"))}\n`
}

const picture = async (name, title) => {
  const ansi = await tmux("capture-pane", "-e", "-p", "-t", name)
  const [x, y] = (await tmux("display-message", "-p", "-t", name, "#{cursor_x} #{cursor_y}")).trim().split(" ").map(Number)
  writeFileSync(`${root}/docs/pictures/${name}.svg`, draw(title, ansi, { x, y }))
}

const pictures = async (...names) => {
  for (const name of names) await pages[name].screenshot({ path: `${root}/docs/pictures/${name}.png`, caret: "hide" })
}

try {
  await play()
  mkdirSync(`${root}/docs/pictures`, { recursive: true })
  await picture("join", "brusio join")
  await picture("serve", "brusio serve")
  await pictures("page", "phone")
  // The other room is on the same port.
  await tmux("send-keys", "-t", "serve", "-l", "--", "/quit")
  await tmux("send-keys", "-t", "serve", "Enter")
  await shows("serve", /Pane is dead/u)
  await operate()
  await pictures("operator")
  await roam()
  await picture("rooms", "brusio join")
  await pictures("rooms", "rooms-phone")
} finally {
  await browser.close()
  for (const { leaves } of people) leaves()
  await tmux("kill-server").catch(() => undefined)
  rmSync(folder, { recursive: true, force: true })
}
