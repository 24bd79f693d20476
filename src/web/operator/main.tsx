import * as Effect from "effect/Effect"
import { render } from "preact"
import { Desk } from "./app.tsx"
import { remembered } from "./memory.ts"
import { DeskPage } from "./page.ts"

// The code is for one use and for nobody else's eyes: it leaves the address before anything is done with it.
const code = location.hash.slice(1)
history.replaceState(null, "", location.pathname)
const kept = remembered.read()
const page = new DeskPage(code === "" && kept.secret === undefined ? undefined : { ...kept, ...(code === "" ? {} : { code }) }, Effect.runFork)

// The window is closed: the server is told at once. A page that comes back from the browser's cache connects again.
window.addEventListener("pagehide", () => {
  page.link.leave()
})
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) page.link.retry()
})

// A new link that is pasted into this tab changes only what stands behind the `#`, for which a browser loads nothing.
window.addEventListener("hashchange", () => {
  if (location.hash !== "") location.reload()
})

const root = document.getElementById("root")
if (root !== null) render(<Desk page={page} />, root)
