import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** How long a browser is watched for failing right after its start, ms. */
const watched = 1000

/** The programs that may open a page, in the order in which they are tried. */
const openers = (url) => {
  const chosen = process.env.BRUSIO_BROWSER ?? ""
  if (chosen !== "") return chosen === "none" ? [] : [[chosen, url]]
  if (process.platform === "darwin") return [["open", url]]
  if (process.platform === "win32") return [["rundll32", "url.dll,FileProtocolHandler", url]]
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return []
  const inApp = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge"]
  return [...inApp.map((name) => [name, `--app=${url}`]), ["xdg-open", url]]
}

/** Opens a page in a browser, without waiting for the browser's end. Whether one could be started, and has not failed at once. */
export const open = async (url) => {
  for (const [program, ...args] of openers(url)) {
    const isStarted = await new Promise((resolve) => {
      const child = spawn(program, args, { detached: true, stdio: "ignore" })
      const timer = setTimeout(resolve, watched, true)
      child.once("error", () => {
        clearTimeout(timer)
        resolve(false)
      })
      child.once("exit", (code) => {
        clearTimeout(timer)
        resolve(code === 0)
      })
      child.unref()
    })
    if (isStarted) return true
  }
  return false
}

// `$env:` and not a part of the script: the words are whatever some program has said.
const box = "Add-Type -AssemblyName PresentationFramework; [void][System.Windows.MessageBox]::Show($env:BRUSIO_WORDS, 'brusio')"

/** Shows words in a dialog, or in whatever else there is. Resolves when that has ended. */
export const tell = (words) => {
  const [program, ...args] =
    process.platform === "win32" ? ["powershell", "-NoProfile", "-Command", box] : ["sh", fileURLToPath(new URL("../tell.sh", import.meta.url)), words]
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...process.env, BRUSIO_WORDS: words }, stdio: ["ignore", "ignore", "inherit"], windowsHide: true })
    child.once("error", resolve)
    child.once("exit", resolve)
  })
}
