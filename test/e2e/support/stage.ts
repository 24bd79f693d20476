import { it as base } from "vitest"

/** Owns all that a test starts, and ends it, last first. */
export class Stage {
  readonly #endings: Array<() => Promise<void> | void> = []

  onEnd(end: () => Promise<void> | void): void {
    this.#endings.push(end)
  }

  /** Ends everything, also where an ending fails: what failed is thrown when all is over. */
  async clear(): Promise<void> {
    const failures: Array<unknown> = []
    for (const end of this.#endings.splice(0).reverse()) {
      await Promise.resolve().then(end).catch((failure: unknown) => failures.push(failure))
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "))
  }
}

/** `it`, with a stage of its own for each test. */
export const it = base.extend<{ stage: Stage }>({
  stage: async ({}, use) => {
    const stage = new Stage()
    await use(stage)
    await stage.clear()
  }
})

let turn: Promise<unknown> = Promise.resolve()

/**
 * Runs what keeps the processor busy one after the other, also for tests that
 * run at the same time: what these measure meanwhile is then the program's own.
 */
export const inTurn = <A>(work: () => Promise<A>): Promise<A> => {
  const result = turn.then(work)
  turn = result.catch(() => undefined)
  return result
}
