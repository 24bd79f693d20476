import { afterEach } from "@effect/vitest"

// Lets the event loop turn between tests: the runner reports over it, and gives up on a worker that is not heard for a minute.
afterEach(
  () =>
    new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
)
