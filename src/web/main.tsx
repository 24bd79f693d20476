import * as Effect from "effect/Effect"
import { render } from "preact"
import { Dial } from "../client/Dial.ts"
import { App } from "./app.tsx"
import { Page } from "./page.ts"
import { makeDial } from "./wire.ts"

let socket: WebSocket | undefined
const dial = makeDial((opened) => {
  socket = opened
})
const page = new Page((effect) => Effect.runFork(Effect.provideService(effect, Dial, dial)))

// The tab is closed, another page is opened, the browser ends: the room is told at once. A page that comes back from the cache connects again.
window.addEventListener("pagehide", () => {
  page.save()
  socket?.close()
})
window.addEventListener("online", () => {
  page.visit.retry()
})
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) page.visit.retry()
})

const root = document.getElementById("root")
if (root !== null) render(<App page={page} />, root)
