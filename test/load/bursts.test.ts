import { readFileSync } from "node:fs"
import * as Net from "node:net"
import { describe, expect } from "vitest"
import { Histogram } from "../../bench/load/Histogram.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { nativeClient } from "../e2e/support/raw.ts"
import { range } from "../support/range.ts"
import { forMany, until } from "../support/waiting.ts"
import type { RunningServer } from "./support/RunningServer.ts"
import { serve } from "./support/room.ts"

// What is measured is the server's processor time between a line and its receipt by another: however slow or busy the machine is,
// that tells how much the server did first.

const patience = 60_000
/** How many lines are said while nothing else is, and while the bursts are. */
const lines = 60
/**
 * What the line that waits longest may wait for, in fan-outs to the room: what one
 * takes is measured in the same run. A few are the rule; while this process is not
 * run, the server goes on, and that counts too. All the bursts are hundreds.
 */
const fanOuts = 40

/** The processor time of the server's main thread so far, ms. */
const workOf = ({ pid }: RunningServer) => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6

/** A member that reads all it is told and looks at nothing of it. */
const listener = async (stage: Stage, port: number, name: string): Promise<Net.Socket> => {
  let isIn = false
  const callback = () => {
    isIn = true
    return true
  }
  const socket = Net.connect({ host: "127.0.0.1", port, onread: { buffer: Buffer.alloc(16_384), callback } })
  stage.onEnd(() => {
    socket.destroy()
  })
  socket.write(`${JSON.stringify({ _tag: "Hello", v: 1, nickname: name })}\n`)
  await until(() => `${name} is in`, () => isIn, patience)
  return socket
}

const crowd = async (stage: Stage, port: number, kind: string, count: number): Promise<ReadonlyArray<Net.Socket>> => {
  const sockets: Array<Net.Socket> = []
  await forMany(count, 100, async (n) => {
    sockets.push(await listener(stage, port, `${kind}${n}`))
  })
  return sockets
}

/** What a pair that talks waits for, in a room of so many in which some send all that they may at once. */
const waits = async (stage: Stage, room: number, bursts: number, message: (who: number, n: number) => object) => {
  const wide = ["--address-rate-limit", "1000000", "--address-rate-burst", "1000000", "--connect-rate-limit", "1000000", "--connect-rate-burst", "1000000"]
  const server = await serve(stage, ["--rate-limit", "10", ...wide])
  await crowd(stage, server.port, "listener", room - bursts - 2)
  const bursting = await crowd(stage, server.port, "burst", bursts)
  const [ada, bob] = [(await nativeClient(stage, server.port, "ada")).answering(), (await nativeClient(stage, server.port, "bob")).answering()]
  let said = 0
  const talk = async (into: Histogram) => {
    for (let n = 0; n < lines; n += 1) {
      said += 1
      const text = `line ${said}`
      const before = workOf(server)
      await ada.send({ _tag: "Say", text })
      await bob.heard.find(text, ({ text: line }) => line.includes(`"text":"${text}"`) || undefined, patience)
      into.add(workOf(server) - before)
    }
  }
  const [quiet, busy] = [new Histogram(), new Histogram()]
  await talk(quiet)
  bursting.forEach((socket, who) => {
    socket.write(range(98, (n) => `${JSON.stringify(message(who, n))}\n`).join(""))
  })
  await talk(busy)
  const bound = fanOuts * quiet.percentile(0.5)
  const words = (one: Histogram) => `p50 ${one.percentile(0.5).toFixed(1)} ms, p99 ${one.percentile(0.99).toFixed(1)} ms`
  console.log(`${bursts} bursts in a room of ${room}: quiet ${words(quiet)}; during them ${words(busy)}, at most ${bound.toFixed(1)} ms`)
  expect(busy.percentile(1)).toBeLessThanOrEqual(bound)
  expect(server.logged.error, server.complaints.join("\n")).toBe(0)
}

describe("A line waits for a few fan-outs and no more,", () => {
  it("while 50 rename themselves, all they may at once, in a room of 2000", ({ stage }) => waits(stage, 2000, 50, (who, n) => ({ _tag: "Rename", nickname: `r${who}x${n}` })), 300_000)

  it("while 200 say all they may at once in a room of 1000", ({ stage }) => waits(stage, 1000, 200, (who, n) => ({ _tag: "Say", text: `${who} ${n}` })), 300_000)
})
