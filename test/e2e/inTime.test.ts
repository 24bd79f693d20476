import { describe, expect } from "vitest"
import { join, serve } from "./support/program.ts"
import { type Native, nativeClient } from "./support/raw.ts"
import { lose, member, secretOf } from "./support/returning.ts"
import { it, type Stage } from "./support/stage.ts"

// What is promised to come soon. Times are in ms.

/** After how long others are told that somebody was lost who may come back, and within what time they have heard of it. */
const grace = 500
const heardWithin = 800
/** Within what time others have heard of a goodbye. */
const goodbyeWithin = 100

const isAda = ({ member }: { readonly member: { readonly name: string } }) => member.name === "ada"

/**
 * Measures `work`, beside somebody who asks the server one question after the other meanwhile: the longest time that an answer took is what this
 * machine, and nothing of the promise, adds.
 */
const beside = async (asker: Native, work: () => Promise<number>) => {
  let slowest = 0
  let isOver = false
  const asking = async () => {
    while (!isOver) {
      const from = performance.now()
      await asker.roundTrip()
      slowest = Math.max(slowest, performance.now() - from)
    }
  }
  const [millis] = await Promise.all([
    work().finally(() => {
      isOver = true
    }),
    asking()
  ])
  return { millis, slowest }
}

describe("Others hear", () => {
  for (const { begin, way } of [
    {
      way: "a program that is killed",
      begin: async (stage: Stage, port: number) => {
        const ours = await join(stage, port, "ada")
        return () => ours.kill("SIGKILL")
      }
    },
    {
      way: "a connection that is reset",
      begin: async (stage: Stage, port: number) => {
        const { native } = await member(stage, port, "ada", secretOf())
        return () => {
          const from = performance.now()
          lose(native)
          return from
        }
      }
    }
  ]) {
    it(`of ${way} within 0.8 s, and not before it has had half a second to come back`, async ({ stage }) => {
      const { port } = await serve(stage)
      const [bob, asker] = [await nativeClient(stage, port, "bob"), await nativeClient(stage, port, "asker")]
      const cut = await begin(stage, port)
      await bob.event("Joined", isAda)
      const { millis, slowest } = await beside(asker, async () => {
        const from = cut()
        return (await bob.event("Detached", isAda)).heardAt - from
      })
      // A timer of Node's may fire a little early.
      expect(millis).toBeGreaterThan(grace - 10)
      expect(millis - slowest).toBeLessThan(heardWithin)
    })
  }

  it("of a goodbye at once, though who says it could come back", async ({ stage }) => {
    const { port } = await serve(stage)
    const [bob, asker] = [await nativeClient(stage, port, "bob"), await nativeClient(stage, port, "asker")]
    const { native } = await member(stage, port, "ada", secretOf())
    await bob.event("Joined", isAda)
    const { millis, slowest } = await beside(asker, async () => {
      const from = performance.now()
      await native.send({ _tag: "Quit" })
      const left = await bob.event("Left", isAda)
      expect(left.code).toBe("quit")
      return left.heardAt - from
    })
    expect(millis - slowest).toBeLessThan(goodbyeWithin)
  })
})
