import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect } from "vitest"
import { Returner } from "../../bench/load/Returner.ts"
import { join, type Program, serve } from "../e2e/support/program.ts"
import { nativeClient } from "../e2e/support/raw.ts"
import { it } from "../e2e/support/stage.ts"
import { until } from "../support/waiting.ts"
import { enter, hasBrowser, linesOf, open, say, useBrowser } from "./support/browser.ts"

const { person } = useBrowser()

/** For how long the server stands still, ms: as long as clients wait for a sign of life before they give a connection up. */
const standsStill = 30_000
const patience = 30_000

/** What these people have said, of all lines of a view. */
const talkIn = (lines: ReadonlyArray<string>, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.filter((line) => names.some((name) => line.startsWith(`${name}: `)))

describe.runIf(hasBrowser)("A server that is stopped for half a minute, and goes on,", () => {
  it("loses nothing, and nothing is said or shown twice: to a native client, to join and to a page", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const witness = (await nativeClient(stage, port, "witness")).answering()
    const heard: Array<string> = []
    const native = new Returner({ port, name: "native", patience: standsStill / 3, onSaid: (text, from) => heard.push(`${from}: ${text}`) })
    stage.onEnd(() => {
      native.destroy()
    })
    native.come()
    await until(() => "the native client is in", () => native.isIn, patience)
    const pipe = await join(stage, port, "pipe")
    const patient = await join(stage, port, "patient", { args: ["--reconnect", "60"] })
    const page = await open(await person(stage), port)
    await enter(page, "web")
    const names = ["native", "pipe", "patient", "web"]
    const type = (program: Program, words: string) => {
      program.type(`${words}\n`)
    }
    const sayAll = async (words: string) => {
      native.say(words)
      type(pipe, words)
      type(patient, words)
      await say(page, words)
    }
    const isHeard = (words: string) => Promise.all(names.map((name) => witness.event("Said", ({ from, text }) => from.name === name && text === words)))
    await sayAll("before")
    await isHeard("before")
    program.kill("SIGSTOP")
    const stopped = performance.now()
    await sayAll("while it stands still")
    await sleep(standsStill - (performance.now() - stopped))
    program.kill("SIGCONT")
    await isHeard("while it stands still")
    await sayAll("after")
    await isHeard("after")
    const said = witness.events.flatMap((event) => (event._tag === "Said" ? [`${event.from.name}: ${event.text}`] : []))
    for (const name of names) expect(witness.saidBy(name), name).toEqual(["before", "while it stands still", "after"])
    await until(() => `the native client has heard all ${said.length}: ${heard.length}`, () => heard.length >= said.length, patience)
    expect(heard).toEqual(said)
    for (const [name, program] of [["pipe", pipe], ["patient", patient]] as const) {
      const others = said.filter((line) => !line.startsWith(`${name}: `))
      await until(() => `${name} has printed all ${others.length}:\n${program.stdout.text}`, () => talkIn(program.stdout.texts, names).length >= others.length, patience)
      expect(talkIn(program.stdout.texts, names), name).toEqual(others)
    }
    await expect.poll(async () => talkIn(await linesOf(page), names)).toEqual(said)
    for (const program of [pipe, patient]) {
      program.endInput()
      expect(await program.ended()).toMatchObject({ code: 0 })
    }
    expect(native.faults).toEqual([])
    expect(witness.events.filter(({ _tag }) => _tag === "Left")).toHaveLength(2)
    expect(program.stderr.text).toBe("")
  })
})
