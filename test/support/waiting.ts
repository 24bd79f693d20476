import { setTimeout as sleep } from "node:timers/promises"

const glance = 10

/** Waits until `holds`; throws an error with `what` after `millis` ms. */
export const until = async (what: () => string, holds: () => boolean, millis: number): Promise<void> => {
  const giveUp = performance.now() + millis
  while (!holds()) {
    if (performance.now() > giveUp) throw new Error(`It did not come to be within ${millis} ms: ${what()}`)
    await sleep(glance)
  }
}

/** Runs `work` for the indices 0 to `count` - 1, at most `atOnce` at the same time. */
export const forMany = async (count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> => {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
}
