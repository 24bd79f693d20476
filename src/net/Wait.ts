import * as Effect from "effect/Effect"

/** Something to wait for: it calls `go` once it has come, perhaps at once. What it returns gives it up before that; after that it does nothing. */
export type Wait = (go: () => void) => () => void

/** Waits so many ms. */
export const after =
  (ms: number): Wait =>
  (go) => {
    const timer = setTimeout(go, ms)
    return () => {
      clearTimeout(timer)
    }
  }

/** Waits for it and nothing else. */
export const waited = (wait: Wait): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const giveUp = wait(() => {
      resume(Effect.void)
    })
    return Effect.sync(giveUp)
  })
