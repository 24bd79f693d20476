import { range } from "../../support/range.ts"
import type { Native } from "./raw.ts"
import type { Stage } from "./stage.ts"

/** Somebody who says `message 0`, `message 1` and so on without a break. */
export interface Flood {
  /** How many there were so far. */
  readonly sent: () => number
  readonly stop: () => void
}

/** Lets this client say 200 messages a second, until it is stopped or the test ends. */
export const flood = (stage: Stage, client: Native): Flood => {
  let sent = 0
  const timer = setInterval(() => {
    for (const n of range(10, (n) => sent + n)) void client.send({ _tag: "Say", text: `message ${n}` })
    sent += 10
  }, 50)
  const stop = () => {
    clearInterval(timer)
  }
  stage.onEnd(stop)
  return { sent: () => sent, stop }
}
