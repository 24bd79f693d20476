import { describe, expect } from "vitest"
import { encryptedArgs, joinArgs } from "./support/encrypted.ts"
import { cli, join, type Program, serve, start, type StartOptions } from "./support/program.ts"
import { lineClient, type Native, nativeClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"
import { hasTmux, openTerminal } from "./support/tmux.ts"
import { isEncrypted } from "./support/transcript.ts"

// A server that is ended in order to be started again, and its people.

const restarting = "The server is restarting: as its operator asked. It will be back in a moment."
const anew = "The server was started anew: roles, locks, topics and claimed names are gone."
const service = { args: ["--on-stop", "restart"] }

/** Starts a server where one has ended, and waits until it listens. */
const serveAgain = async (stage: Stage, port: number, args: ReadonlyArray<string> = [], options: StartOptions = {}): Promise<Program> => {
  const program = start(stage, ["serve", "--port", String(port), ...(isEncrypted ? encryptedArgs(stage) : []), "--rate-limit", "off", ...args], options)
  await program.line(/Listening on /u)
  return program
}

/** Enters a room, and waits until somebody is there, too. */
const meets = async (native: Native, room: string, name: string): Promise<void> => {
  await native.send({ _tag: "Enter", room })
  const { members } = await native.event("Entered", (entered) => entered.room === room)
  if (members.every((member) => member.name !== name)) await native.event("Joined", ({ member, room: entered }) => member.name === name && entered === room)
}

describe.concurrent("A server that is started again", () => {
  it("says so to everybody in their words, and ends with exit code 0; our clients come back to their rooms, and its console counts them", async ({ stage }) => {
    const { port, program } = await serve(stage, service)
    const witness = await nativeClient(stage, port, "witness")
    const ada = await join(stage, port, "ada")
    const bob = await join(stage, port, "bob", { args: ["--json"] })
    const short = await join(stage, port, "short", { args: ["--reconnect", "off"] })
    const nc = await lineClient(stage, port, "nc")
    ada.type("/join garden\n")
    await meets(witness, "garden", "ada")
    program.kill("SIGTERM")
    await nc.heard.line(restarting)
    expect(await witness.event("Goodbye")).toMatchObject({ code: "restarting", reason: "as its operator asked" })
    await ada.line(`#garden ${restarting}`)
    await bob.line(/"_tag":"Goodbye".*"code":"restarting"/u)
    await short.line(restarting)
    expect((await short.ended()).code).toBe(0)
    expect((await program.ended()).code).toBe(0)
    const again = await serveAgain(stage, port)
    await ada.line(anew)
    await again.line(/2 people came back after the restart\.$/u)
    expect(bob.stdout.text.match(/"_tag":"Welcome"/gu)).toHaveLength(2)
    await meets(await nativeClient(stage, port, "another"), "garden", "ada")
  })

  it("on /restart says why, and ends with exit code 75; on a signal, without --on-stop, it closes, and nobody comes back", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const nc = await lineClient(stage, port, "nc")
    program.type("/restart a new version\n")
    await nc.heard.line("The server is restarting: a new version. It will be back in a moment.")
    expect((await program.ended()).code).toBe(75)

    const closing = await serve(stage)
    const ada = await join(stage, closing.port, "ada")
    closing.program.kill("SIGTERM")
    await ada.line("The server is closing: terminated.")
    expect((await ada.ended()).code).toBe(0)
    expect((await closing.program.ended()).code).toBe(0)
  })

  it("and does not come back in time has lost who waited for it, with one clear line; what was typed meanwhile is named", async ({ stage }) => {
    const { port, program } = await serve(stage, service)
    const ada = await join(stage, port, "ada", { args: ["--reconnect", "1"] })
    program.kill("SIGTERM")
    await ada.line(restarting)
    ada.type("is anybody there?\n")
    expect((await ada.ended()).code).toBe(1)
    expect(ada.stderr.text).toBe(`No receipt for: is anybody there?\nConnection to 127.0.0.1:${port} lost: the server was restarting, and has not come back in time.\n`)
  })

  it("after a fault ends with exit code 1, and our clients come back; without --on-stop they are told that it closes", async ({ stage }) => {
    const { port, program } = await serve(stage, { ...service, fault: "exception" })
    const ada = await join(stage, port, "ada")
    const nc = await lineClient(stage, port, "nc")
    program.fault()
    await nc.heard.line("The server is restarting: internal error. It will be back in a moment.")
    await ada.line("The server is restarting: internal error. It will be back in a moment.")
    expect((await program.ended()).code).toBe(1)
    const again = await serveAgain(stage, port)
    await ada.line(anew)
    await again.line(/1 person came back after the restart\.$/u)

    const closing = await serve(stage, { fault: "exception" })
    const bob = await join(stage, closing.port, "bob")
    closing.program.fault()
    await bob.line("The server is closing: internal error.")
    expect((await bob.ended()).code).toBe(0)
    expect((await closing.program.ended()).code).toBe(1)
  })

  it("takes no other word for --on-stop", async ({ stage }) => {
    const wrong = start(stage, ["serve", "--port", "0", "--on-stop", "again"])
    expect((await wrong.ended()).code).toBe(1)
    expect(wrong.stderr.text).toBe(`--on-stop cannot be "again": it must be close or restart.\n`)
  })
})

describe.runIf(hasTmux)("The chat screen, at a server that is started again", () => {
  it("keeps what is being typed, and comes back", async ({ stage }) => {
    const { port, program } = await serve(stage, service)
    const terminal = await openTerminal(stage)
    await terminal.enter(`clear; node ${cli} join ${joinArgs(port).join(" ")} --name ada; echo rc=$?`)
    await terminal.shows(/ here · connected/u)
    await terminal.type("half a line")
    await terminal.shows(/half a line/u)
    program.kill("SIGTERM")
    await terminal.shows(/The server is restarting: as its operator asked\./u)
    await terminal.shows(/connection lost .* coming back/u)
    await program.ended()
    const again = await serveAgain(stage, port)
    await terminal.shows(/The server was started anew: roles, locks/u)
    await again.line(/1 person came back after the restart\.$/u)
    const bob = await nativeClient(stage, port, "bob")
    await terminal.press("Enter")
    expect(await bob.event("Said")).toMatchObject({ text: "half a line", from: { name: "ada" } })
  })
})
