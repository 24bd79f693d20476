import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { root, start } from "../e2e/support/program.ts"
import { it, type Stage } from "../e2e/support/stage.ts"
import { hasNats } from "./support/NatsServer.ts"
import { agree, engineOf, hears, isWhole, later, node, patience, person, staged, talking } from "./support/party.ts"
import { languages, recordsOf } from "./support/records.ts"

// Nodes of two versions: one of them is made here, and speaks other languages of the log, or has a fault.

/** A copy of the built program in which something is replaced that stands there once. */
const version = (stage: Stage, from: string | RegExp, to: string): string => {
  const path = mkdtempSync(join(tmpdir(), "version-"))
  stage.onEnd(() => {
    rmSync(path, { recursive: true, force: true })
  })
  writeFileSync(join(path, "package.json"), '{"type":"module"}')
  for (const name of ["cli.js", "nats.cjs", "web"]) cpSync(join(root, "dist", name), join(path, name), { recursive: true })
  const parts = readFileSync(join(root, "dist/program.cjs"), "utf8").split(from)
  if (parts.length !== 2) throw new Error(`${String(from)} stands ${parts.length - 1} times in the program`)
  writeFileSync(join(path, "program.cjs"), parts.join(to))
  return join(path, "cli.js")
}

const speaking = (stage: Stage, lowest: number, highest: number): string => version(stage, "speaks=[1,1]", `speaks=[${lowest},${highest}]`)

/** A build whose state has another field in each part, or not one that it should. */
const sending = (stage: Stage, field: string): string => {
  const part = /encodePart=(\w+)=>/u.exec(readFileSync(join(root, "dist/program.cjs"), "utf8"))?.[1] ?? "part"
  return version(stage, /(?<=encodePart=\w+=>JSON\.stringify\()isPart\(\w+\)\?\w+:\w+\(\w+\)/u, `{...${part},${field}}`)
}

const ends = async (stage: Stage, url: string, program?: string) => {
  const started = start(stage, ["serve", "--port", "0", "--no-input", "--cluster", url], program === undefined ? {} : { program })
  const { code } = await started.ended(patience)
  return { code, stderr: started.stderr.text }
}

describe.runIf(hasNats).concurrent("Nodes of two versions", { timeout: 120_000 }, () => {
  it("live together in the language of the elder one, and then in the later one; nobody notices", async ({ stage }) => {
    const engine = await engineOf(stage)
    const heard = await languages(await staged(stage, recordsOf(engine.url)))
    const later = speaking(stage, 1, 2)
    const [one, other] = [await node(stage, engine.url), await node(stage, engine.url, { program: later })]
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    const talks = { ada: talking(ada, "ada"), bob: talking(bob, "bob") }
    await hears(ada, "bob 20")
    expect(heard.all()).toEqual([1])
    // Another of the later version comes, the elder one goes.
    const third = await node(stage, engine.url, { program: later })
    const eve = await person(stage, third, "eve")
    const count = talks.ada.stop()
    await hears(bob, `ada ${count}`)
    one.program.kill("SIGTERM")
    expect(await ada.event("Goodbye")).toMatchObject({ code: "lost" })
    await heard.until(2)
    await hears(eve, `bob ${bob.saidBy("bob").length}`)
    // And an elder one can still come back.
    const fourth = await node(stage, engine.url)
    const abe = await person(stage, fourth, "abe")
    await heard.until(1)
    await eve.send({ _tag: "Say", text: "still here" })
    await hears(abe, "still here")
    await agree([bob], { bob: talks.bob.stop(), ada: count })
    for (const each of [eve, abe]) isWhole(each)
    for (const { program } of [other, third, fourth]) expect(program.stdout.text + program.stderr.text).not.toMatch(/ERROR|FATAL|WARN/u)
  })

  it("do not go together where they have no language in common: the newcomer says why, and what to do, and exits with 1", async ({ stage }) => {
    const [elder, newer] = [await engineOf(stage), await engineOf(stage)]
    const tooNew = speaking(stage, 2, 3)
    const [one, other] = [await node(stage, elder.url), await node(stage, newer.url, { program: tooNew })]
    expect(await ends(stage, elder.url, tooNew)).toEqual({
      code: 1,
      stderr: "This version of brusio is too new for the cluster: its oldest node does not speak its language. Install the version between the two on all nodes first.\n"
    })
    expect(await ends(stage, newer.url)).toEqual({ code: 1, stderr: "This version of brusio is too old for the cluster: its other nodes speak a later language. Install theirs.\n" })
    // Those who were there go on.
    for (const each of [one, other]) await (await person(stage, each, "ada")).roundTrip()
  })

  it("do not go together where one has the state in another form, though they speak the same: the newcomer says so, and exits with 1", async ({ stage }) => {
    const [one, other] = [await engineOf(stage), await engineOf(stage)]
    const [later, elder] = [sending(stage, "later:1"), sending(stage, "mostHere:undefined")]
    for (const [engine, program, what] of [[one, later, "later"], [other, elder, "mostHere"]] as const) {
      const there = await node(stage, engine.url, { program })
      const ada = await person(stage, there, "ada")
      const { code, stderr } = await ends(stage, engine.url)
      expect(code).toBe(1)
      expect(stderr).toMatch(new RegExp(`^The state that this node was sent cannot be read: .* Install the same one: .*${what}.*\\.\n$`, "u"))
      await ada.roundTrip()
      isWhole(ada)
    }
  })

  it("of which one comes to another state: that one says so, and ends; the rest goes on", async ({ stage }) => {
    const engine = await engineOf(stage)
    // It counts what a room is told in twos.
    const faulty = version(stage, /(?<=,[a-z\d]+=room\.seq\+)1(?=,)/u, "2")
    const [one, other] = [await node(stage, engine.url), await node(stage, engine.url, { program: faulty })]
    const [ada, bob] = [await person(stage, one, "ada"), await person(stage, other, "bob")]
    await later(bob, "Goodbye")
    expect((await other.program.ended(patience)).code).toBe(1)
    expect(other.program.stdout.text).toContain("This node has come to another state than the eldest one, which is a fault of the program. Please report it.")
    await ada.roundTrip()
    isWhole(ada)
  })
})
