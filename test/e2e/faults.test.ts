import { describe, expect } from "vitest"
import { serve } from "./support/program.ts"
import { connect, connectInClear, lineClient, nativeClient } from "./support/raw.ts"
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

const arriving = `
  import { Socket } from "node:net"
  const { emit } = Socket.prototype
  Socket.prototype.emit = function (name, ...values) {
    const [chunk] = values
    if (name === "data" && chunk.includes("boom")) {
      for (const size of ["length", "byteLength"]) Object.defineProperty(chunk, size, { get: () => { throw new Error("a fault in a listener") } })
    }
    return Reflect.apply(emit, this, [name, ...values])
  }`
const upgrading = `
  import { Hash } from "node:crypto"
  const { update } = Hash.prototype
  Hash.prototype.update = function (data, ...options) {
    if (String(data).endsWith("C5AB0DC85B11")) throw new Error("a fault in a hash")
    return Reflect.apply(update, this, [data, ...options])
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

  it("where it accepts ends that connection, told there and in the log, and nothing else", async ({ stage }) => {
    const { port, program } = await serve(stage, { env: after(accepting) })
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    const eve = (await connectInClear(stage, port)).read()
    await eve.heard.line("You have been disconnected: internal error.")
    await eve.closed
    await program.line(/ERROR Accepting a connection has failed: Error: a fault at the door \| at /u)
    await ada.send({ _tag: "Say", text: "all well" })
    await bob.heard.line("ada: all well")
    program.kill("SIGTERM")
    await bob.heard.line("The server is closing: terminated.")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("where bytes arrive ends that session, told on both sides and in the log, and nothing else", async ({ stage }) => {
    const { port, program } = await serve(stage, { env: after(arriving) })
    const ada = await nativeClient(stage, port, "ada")
    const bob = await lineClient(stage, port, "bob")
    await bob.write("boom\n")
    await bob.heard.line("You have been disconnected: internal error.")
    await bob.closed
    expect(await ada.event("Left", ({ member }) => member.name === "bob")).toMatchObject({ code: "internal-error" })
    await program.line(/ERROR The session of 127\.0\.0\.1:\d+ has failed: Error: a fault in a listener \| at /u)
    await ada.roundTrip()
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })

  it("where a browser's request is answered ends that visit, told in the log, and nothing else", async ({ stage }) => {
    const { port, program } = await serve(stage, { env: after(upgrading) })
    const ada = await nativeClient(stage, port, "ada")
    const visitor = (await connect(stage, port)).read()
    await visitor.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`)
    await visitor.closed
    await program.line(/ERROR Opening a WebSocket has failed: Error: a fault in a hash \| at /u)
    await ada.roundTrip()
    program.kill("SIGTERM")
    expect(await program.ended()).toMatchObject({ code: 0, signal: null })
  })
})
