import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { cli, serve } from "./support/program.ts"
import { joinArgs } from "./support/encrypted.ts"
import { type Native, nativeClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"
import { hasTmux, openTerminal, type Terminal } from "./support/tmux.ts"

// A chat screen that is killed, and started again.

/** A state directory of a user, which goes with the test, and its files of places. */
const userOf = (stage: Stage) => {
  const state = mkdtempSync(join(tmpdir(), "brusio-"))
  stage.onEnd(() => {
    rmSync(state, { recursive: true, force: true })
  })
  const folder = join(state, "brusio", "places")
  const files = (): ReadonlyArray<string> => readdirSync(folder).map((name) => join(folder, name))
  return { state, folder, files }
}

const starts = async (stage: Stage, port: number, name: string, state: string, args = ""): Promise<Terminal> => {
  const terminal = await openTerminal(stage, undefined, { XDG_STATE_HOME: state })
  await terminal.enter(`clear; node ${cli} join ${joinArgs(port).join(" ")} --name ${name} ${args}; echo rc=$?`)
  return terminal
}

const isIn = (terminal: Terminal) => terminal.shows(/ here · connected/u)

const kill = async (terminal: Terminal) => {
  process.kill(await terminal.child("join"), "SIGKILL")
}

const member = (name: string) => ({ member }: { readonly member: { readonly name: string } }) => member.name === name

const says = async (native: Native, ...texts: ReadonlyArray<string>) => {
  for (const text of texts) await native.send({ _tag: "Say", text })
  await native.roundTrip()
}

const isGone = (native: Native): boolean => native.events.some(({ _tag }) => _tag === "Left")

describe.runIf(hasTmux).concurrent("A screen that was killed, and is started again", () => {
  it("is who it was, and shows what was said meanwhile, once and in order", async ({ stage }) => {
    const { port } = await serve(stage)
    const { files, folder, state } = userOf(stage)
    const witness = (await nativeClient(stage, port, "witness")).answering()
    const first = await starts(stage, port, "ada", state)
    await isIn(first)
    await first.enter("before")
    const { from } = await witness.event("Said")
    expect(files()).toHaveLength(1)
    expect(files().map((file) => statSync(file).mode & 0o777)).toEqual([0o600])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    await kill(first)
    await witness.event("Detached", member("ada"))
    await says(witness, "one", "two", "three")
    const second = await starts(stage, port, "ada", state)
    await second.shows(/ You are ada again\.$/mu)
    await witness.event("Returned", member("ada"))
    const screen = await second.shows(/witness: three$/mu)
    expect(screen.match(/witness: (?:one|two|three)$/gmu)).toEqual(["witness: one", "witness: two", "witness: three"])
    await isIn(second)
    expect(screen).not.toMatch(/Welcome ada/u)
    await second.enter("after")
    expect(await witness.event("Said", ({ text }) => text === "after")).toMatchObject({ from })
    expect(isGone(witness)).toBe(false)
    expect(files()).toHaveLength(1)
  })

  it("is who it was in several rooms, too, and shows what was said in each", async ({ stage }) => {
    const { port } = await serve(stage)
    const { state } = userOf(stage)
    const witness = (await nativeClient(stage, port, "witness")).answering()
    const first = await starts(stage, port, "ada", state)
    await isIn(first)
    await first.enter("/join dev")
    await first.shows(/^#lobby {2}\[#dev\] · 1 here · connected$/mu)
    await witness.send({ _tag: "Enter", room: "dev" })
    await witness.event("Entered")
    await first.enter("before")
    const { from } = await witness.event("Said", ({ text }) => text === "before")
    await kill(first)
    await witness.event("Detached", member("ada"))
    for (const room of ["dev", "lobby"]) await witness.send({ _tag: "Say", room, text: `in ${room}` })
    await witness.roundTrip()
    const second = await starts(stage, port, "ada", state)
    await second.shows(/ You are ada again\.$/mu)
    await witness.event("Returned", member("ada"))
    await second.shows(/^(?:\[#lobby\] {2}#dev 1|#lobby 1 {2}\[#dev\]) · 2 here · connected$/mu)
    await second.press("M-2")
    await second.shows(/witness: in dev$/mu)
    await second.press("M-1")
    await second.shows(/witness: in lobby$/mu)
    await second.press("M-2")
    await second.shows(/^#lobby {2}\[#dev\] · 2 here · connected$/mu)
    await second.enter("after")
    expect(await witness.event("Said", ({ text }) => text === "after")).toMatchObject({ room: "dev", from })
    expect(isGone(witness)).toBe(false)
  })

  it("is who it was after another name, too, whichever of both it asks for", async ({ stage }) => {
    const { port } = await serve(stage)
    const { files, state } = userOf(stage)
    const witness = (await nativeClient(stage, port, "witness")).answering()
    const first = await starts(stage, port, "ada", state)
    await isIn(first)
    await first.enter("/nick bea")
    await witness.event("Renamed")
    await first.shows(/bea/u)
    await kill(first)
    await witness.event("Detached", member("bea"))
    const second = await starts(stage, port, "ada", state)
    await second.shows(/ You are bea again\.$/mu)
    await isIn(second)
    await kill(second)
    const third = await starts(stage, port, "bea", state)
    await third.shows(/ You are bea again\.$/mu)
    await isIn(third)
    await third.enter("{quit}")
    await third.shows(/^rc=0$/mu)
    expect(await witness.event("Left")).toMatchObject({ member: { name: "bea" }, code: "quit" })
    expect(files()).toEqual([])
  })

  it("does not end another one that runs beside it, and is not ended by it", async ({ stage }) => {
    const { port } = await serve(stage)
    const { state } = userOf(stage)
    const witness = (await nativeClient(stage, port, "witness")).answering()
    const first = await starts(stage, port, "ada", state)
    await isIn(first)
    const second = await starts(stage, port, "ada", state)
    await second.shows(/The name ada is taken/u)
    await second.shows(/^Name /mu)
    await second.enter("bob")
    await isIn(second)
    await kill(second)
    await witness.event("Detached", member("bob"))
    const third = await starts(stage, port, "bob", state)
    await third.shows(/ You are bob again\.$/mu)
    await first.enter("still here")
    await witness.event("Said", ({ from, text }) => from.name === "ada" && text === "still here")
    await third.enter("and so am I")
    await witness.event("Said", ({ from, text }) => from.name === "bob" && text === "and so am I")
    expect(witness.events.filter(({ _tag }) => _tag === "Joined")).toHaveLength(2)
    expect(isGone(witness)).toBe(false)
  })

  it("is one person where two are started at once", async ({ stage }) => {
    const { port } = await serve(stage)
    const { state } = userOf(stage)
    const witness = (await nativeClient(stage, port, "witness")).answering()
    const first = await starts(stage, port, "ada", state)
    await isIn(first)
    await kill(first)
    await witness.event("Detached", member("ada"))
    const both = await Promise.all([starts(stage, port, "ada", state), starts(stage, port, "ada", state)])
    const screens = await Promise.all(both.map((terminal) => terminal.shows(/ You are ada again\.$|The name ada is taken/mu)))
    expect(screens.filter((screen) => screen.includes("You are ada again."))).toHaveLength(1)
    expect(isGone(witness)).toBe(false)
  })

  it("is somebody new where it said goodbye, and where nothing is to be kept", async ({ stage }) => {
    const { port } = await serve(stage)
    const { files, folder, state } = userOf(stage)
    const first = await starts(stage, port, "ada", state)
    await isIn(first)
    expect(files()).toHaveLength(1)
    await first.enter("{quit}")
    await first.shows(/^rc=0$/mu)
    expect(files()).toEqual([])
    rmSync(folder, { recursive: true })
    const second = await starts(stage, port, "ada", state, "--no-keep-place")
    await second.shows(/^Welcome ada!/mu)
    await isIn(second)
    expect(() => readdirSync(folder)).toThrow("ENOENT")
  })

  it("says nothing of a folder that cannot be written", async ({ stage }) => {
    const { port } = await serve(stage)
    const { state } = userOf(stage)
    const file = join(state, "file")
    writeFileSync(file, "")
    const terminal = await starts(stage, port, "ada", file)
    await isIn(terminal)
    expect(await terminal.screen()).toMatch(/^Welcome ada!/u)
    await terminal.enter("{quit}")
    expect(await terminal.shows(/^rc=\d+$/mu)).not.toMatch(/EEXIST|ENOTDIR|rror/u)
    await terminal.shows(/^rc=0$/mu)
  })

  it("passes over files that are broken or of others, and takes away what is older than a day", async ({ stage }) => {
    const { port } = await serve(stage)
    const { folder, state } = userOf(stage)
    mkdirSync(folder, { recursive: true })
    const gone = 4_194_305
    const content = { host: "127.0.0.1", port, asked: "ada", name: "ada", secret: "5".repeat(64), machine: "another" }
    const old = ["old"].map(() => join(folder, `${gone}.00000001.json`))
    const kept = [
      { name: `${gone}.00000002.json`, text: "{" },
      { name: `${gone}.00000003.json`, text: JSON.stringify({ ...content, secret: 1 }) },
      { name: `${gone}.00000004.json`, text: JSON.stringify(content) }
    ]
    for (const file of old) {
      writeFileSync(file, "{}")
      utimesSync(file, new Date(), new Date(Date.now() - 2 * 86_400_000))
    }
    for (const { name, text } of kept) writeFileSync(join(folder, name), text)
    const terminal = await starts(stage, port, "ada", state)
    await terminal.shows(/^Welcome ada!/mu)
    await isIn(terminal)
    const names = readdirSync(folder).filter((name) => name.startsWith(String(gone)))
    expect(names).toEqual(kept.map(({ name }) => name))
    for (const { name, text } of kept) expect(readFileSync(join(folder, name), "utf8")).toBe(text)
  })
})
