// Loaded before a server's program: on SIGWINCH it writes how long the longest turn of its event loop was since the last time, in ms of
// CPU of its main thread. So it does not count how long others had the core. Without /proc it is how long the loop was blocked.
import { readFileSync } from "node:fs"

const worked = () => {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ", 1)[0]) / 1e6
  } catch {
    return performance.now()
  }
}

let longest = 0
let last = worked()
setInterval(() => {
  const now = worked()
  longest = Math.max(longest, now - last)
  last = now
}, 1).unref()

process.on("SIGWINCH", () => {
  process.stdout.write(`longest turn ${longest.toFixed(1)} ms\n`)
  longest = 0
})
