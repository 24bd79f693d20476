import { describe, expect } from "vitest"
import { serve } from "./support/program.ts"
import { lineClient, nativeClient } from "./support/raw.ts"
import { it } from "./support/stage.ts"

/** An environment in which this runs before the program. */
const after = (script: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` })

// What is decoded, or encoded, is a fault where it says `boom`.
const decoding = `
  const decode = TextDecoder.prototype.decode
  TextDecoder.prototype.decode = function (bytes, options) {
    const text = Reflect.apply(decode, this, [bytes, options])
    if (text.includes("boom")) throw new Error("a fault in a decoder")
    return text
  }`
const encoding = `
  const { stringify } = JSON
  JSON.stringify = (value, ...options) => {
    if (value?.text === "boom") throw new Error("a fault in the broadcast")
    return stringify(value, ...options)
  }`
const accepting = `
  import { Socket } from "node:net"
  let accepted = 0
  const { setNoDelay } = Socket.prototype
  Socket.prototype.setNoDelay = function (...options) {
    if ((accepted += 1) > 2) throw new Error("a fault at the door")
    return Reflect.apply(setNoDelay, this, options)
  }`

describe.concurrent("A fault in the server's program", { timeout: 60_000 }, () => {
  it("in a decoder ends that session, told on both sides and in the log, and nothing else", async ({ stage }) => {
    const { port, program } = await serve(stage, { env: after(decoding) })
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    const eve = await nativeClient(stage, port, "eve")
    await bob.write("boom\n")
    await bob.heard.line("You have been disconnected: internal error.")
    expect((await bob.closed).by).toBe("FIN")
    await eve.send({ _tag: "Say", text: "boom" })
    expect(await eve.event("Goodbye")).toMatchObject({ code: "internal-error", reason: "internal error" })
    for (const name of ["bob", "eve"]) {
      expect(await ada.event("Left", ({ member }) => member.name === name)).toMatchObject({ code: "internal-error", reason: "internal error" })
    }
    await program.line(/ERROR The session of 127\.0\.0\.1:\d+ has failed: Error: a fault in a decoder \| at /u)
    await ada.roundTrip()
    program.kill("SIGTERM")
    expect(await ada.event("Goodbye")).toMatchObject({ reason: "terminated" })
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("in the broadcast ends the session of whoever said what cannot be told, and nothing else", async ({ stage }) => {
    const { port, program } = await serve(stage, { env: after(encoding) })
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    await bob.write("boom\n")
    await bob.heard.line("You have been disconnected: internal error.")
    expect((await bob.closed).by).toBe("FIN")
    expect(await ada.event("Left", ({ member }) => member.name === "bob")).toMatchObject({ code: "internal-error" })
    await ada.roundTrip()
    program.kill("SIGTERM")
    expect(await ada.event("Goodbye")).toMatchObject({ reason: "terminated" })
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
    expect(program.stdout.text).toMatch(/Error: a fault in the broadcast/u)
  })

  it("where it accepts closes it: everybody is told, the log has the cause, and it exits with 1", async ({ stage }) => {
    const { port, program } = await serve(stage, { env: after(accepting) })
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    await nativeClient(stage, port)
    expect(await ada.event("Goodbye")).toMatchObject({ code: "closing", reason: "internal error" })
    await bob.heard.line("The server is closing: internal error.")
    expect(await program.ended()).toMatchObject({ code: 1, signal: null })
    expect(program.stdout.text).toMatch(/ERROR A fault that nobody caught: Error: a fault at the door \| at /u)
  })
})
