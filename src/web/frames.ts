import { useLayoutEffect, useState } from "preact/hooks"

/** How long a frame is waited for before the page is drawn without it, ms. */
const longestFrame = 100

/** Brings what has changed to those who show it, at most once a frame. */
export class Frames {
  readonly #before: () => void
  readonly #watchers = new Set<() => void>()
  #isDue = false

  /** `before` is called first in each frame. */
  constructor(before: () => void) {
    this.#before = before
  }

  /** Calls `watcher` in each frame in which something has changed. Returns how to stop that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => {
      this.#watchers.delete(watcher)
    }
  }

  /** Something has changed. */
  request(): void {
    if (this.#isDue) return
    this.#isDue = true
    const draw = () => {
      if (!this.#isDue) return
      this.#isDue = false
      this.#before()
      for (const watcher of this.#watchers) watcher()
    }
    // A page that nobody sees, or that is hidden before its next frame, gets no frame: its title still counts.
    requestAnimationFrame(draw)
    window.setTimeout(draw, longestFrame)
  }
}

/** Draws a component again in each of these frames, from the moment it is in the page: no frame falls between its first drawing and the watch. */
export const useFrames = (frames: Frames): void => {
  const [, redraw] = useState(0)
  useLayoutEffect(() => frames.watch(() => {
    redraw((count) => count + 1)
  }), [])
}
