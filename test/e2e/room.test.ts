import { spawn, spawnSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { environment, join, Program, type Served, serve } from "./support/program.ts"
import { chunkClient, connect, eventOf, lineClient, type Native, nativeClient } from "./support/raw.ts"
import { inTurn, it, Stage } from "./support/stage.ts"
import { isAcross, type Line } from "./support/transcript.ts"

// All kinds of clients in one room, as people start them.

const hasNc = spawnSync("nc", ["-h"]).error === undefined
if (!hasNc) console.warn("The test with nc is skipped: nc is not installed.")

describe.concurrent("Clients of every kind in one room", () => {
  it("see each other come, talk and go", async ({ stage }) => {
    const { port } = await serve(stage)
    const ours = await join(stage, port, "ours")
    const line = await lineClient(stage, port, "liner")
    await ours.line("liner has joined the chat!")
    const chunk = await chunkClient(stage, port, "chunker")
    await Promise.all([ours.line("chunker has joined the chat!"), line.heard.line("chunker has joined the chat!")])

    ours.type("hello from ours\n")
    await Promise.all([line.heard.line("ours: hello from ours"), chunk.heard.line("ours: hello from ours")])
    await line.write("hello from the line\n")
    await Promise.all([ours.line("liner: hello from the line"), chunk.heard.line("liner: hello from the line")])
    await chunk.write("hello from the chunk")
    await Promise.all([ours.line("chunker: hello from the chunk"), line.heard.line("chunker: hello from the chunk")])

    await chunk.write("{quit}")
    await Promise.all([ours.line("chunker has left the chat."), line.heard.line("chunker has left the chat.")])
    expect((await chunk.closed).by).toBe("FIN")
    expect(chunk.heard.text.endsWith("{quit}")).toBe(true)
    await line.write("{quit}\n")
    await ours.line("liner has left the chat.")
    expect((await line.closed).by).toBe("FIN")
    expect(line.heard.texts).toEqual([
      "Welcome liner! To leave, type {quit}.",
      "chunker has joined the chat!",
      "ours: hello from ours",
      "chunker: hello from the chunk",
      "chunker has left the chat.",
      "Goodbye!"
    ])
    ours.type("{quit}\n")
    expect(await ours.ended()).toMatchObject({ code: 0 })
    expect(ours.stdout.texts).toEqual([
      "Welcome ours! Nobody else is here yet. To leave, type {quit}. For help, type /help.",
      "liner has joined the chat!",
      "chunker has joined the chat!",
      "liner: hello from the line",
      "chunker: hello from the chunk",
      "chunker has left the chat.",
      "liner has left the chat.",
      "Goodbye!"
    ])
  })

  it.runIf(hasNc)("include a person with nc, who is asked for a name", async ({ stage }) => {
    const { port } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    const child = spawn("nc", ["127.0.0.1", String(port)], { env: environment(), stdio: "pipe" })
    const nc = new Program(child)
    stage.onEnd(() => {
      child.kill("SIGKILL")
    })
    await nc.line(/Welcome to brusio.*name/u)
    nc.type("grace\n")
    await nc.line("Welcome grace! To leave, type {quit}.")
    await ada.event("Joined", ({ member }) => member.name === "grace")
    nc.type("hello from nc \u{1f6a2}\n")
    await ada.event("Said", ({ from, text }) => from.name === "grace" && text === "hello from nc \u{1f6a2}")
    await ada.send({ _tag: "Say", text: "gr\u00fc\u00dfe" })
    await nc.line("ada: gr\u00fc\u00dfe")
    nc.type("{quit}\n")
    await ada.event("Left", ({ code, member }) => member.name === "grace" && code === "quit")
    await nc.line("Goodbye!")
  })

  it("a latecomer sees nothing from before", async ({ stage }) => {
    const { port } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    await ada.send({ _tag: "Say", text: "a secret" })
    await ada.event("Said")
    const [ours, line, chunk] = [await join(stage, port, "ours"), await lineClient(stage, port, "liner"), await chunkClient(stage, port, "chunker")]
    await ada.send({ _tag: "Say", text: "now" })
    await Promise.all([ours.line("ada: now"), line.heard.line("ada: now"), chunk.heard.line("ada: now")])
    for (const text of [ours.stdout.text, line.heard.text, chunk.heard.text]) expect(text).not.toContain("secret")
  })

  it("200 that join at once are all told the same, in the same order, without a gap", async ({ stage }) => {
    const { port } = await serve(stage)
    await inTurn(async () => {
      const witness = await nativeClient(stage, port, "witness")
      const clients = await Promise.all(Array.from({ length: 200 }, (_, n) => nativeClient(stage, port, `c${n}`)))
      await Promise.all(clients.map((client, n) => client.send({ _tag: "Say", text: `from c${n}` })))
      await witness.heard.until("All that was said", () => (witness.heard.texts.filter((line) => line.includes('"Said"')).length === 200 ? true : undefined))
      await witness.send({ _tag: "Say", text: "that was all" })
      await Promise.all([witness, ...clients].map(({ heard }) => heard.line(/that was all/u)))

      // What the room was told, with the last number it stands for: the witness was there before everybody.
      const told: Array<{ readonly text: string; readonly seq: number }> = []
      // Each node of a cluster gathers those who come at once in lines of its own: there, it is the same but for that.
      const numbered = (line: Line): typeof told => {
        const event = eventOf(line)
        if (!("seq" in event)) return [{ text: line.text, seq: Number.NaN }]
        if (isAcross && event._tag === "Joined") return [{ text: event.member.name, seq: event.seq }]
        if (isAcross && event._tag === "Presence") return event.joined.map(({ name }, i) => ({ text: name, seq: event.first + i }))
        return [{ text: line.text, seq: event.seq }]
      }
      let last = 1
      for (const line of witness.heard.lines.slice(1)) {
        const event = eventOf(line)
        if (!("seq" in event)) continue
        expect("first" in event ? event.first : event.seq).toBe(last + 1)
        last = event.seq
        told.push(...numbered(line))
      }
      expect(last).toBe(1 + 200 + 200 + 1)
      for (const client of clients) {
        const [first, ...rest] = client.heard.lines
        const welcome = first === undefined ? undefined : eventOf(first)
        const from = welcome?._tag === "Welcome" ? welcome.seq : Number.NaN
        const heard = rest.flatMap(numbered).filter(({ seq }) => !(seq <= from))
        expect(heard.map(({ text }) => text)).toEqual(told.filter(({ seq }) => seq > from).map(({ text }) => text))
      }
    })
  })
})

describe.concurrent("What is said arrives whole", () => {
  const shared = new Stage()
  let server: Served
  let native: Native
  beforeAll(async () => {
    server = await serve(shared)
    native = await nativeClient(shared, server.port, "native")
  })
  afterAll(() => shared.clear())

  const word = "na\u00efve \u{1f469}\u200d\u{1f680} \u65e5\u672c\u8a9e \u{1f1e8}\u{1f1ed}"

  for (const [kind, enter, end] of [
    ["a line client", lineClient, "\n"],
    ["a chunk client", chunkClient, ""]
  ] as const) {
    it(`a character that ${kind} sends in two writes is one character`, async ({ stage }) => {
      const name = kind === "a line client" ? "line-splitter" : "chunk-splitter"
      const raw = await enter(stage, server.port, name)
      // Its first byte alone, and the rest only when the server must have read that.
      const bytes = Buffer.from(`\u{1f680}${end}`)
      await raw.write(bytes.subarray(0, 1))
      await native.roundTrip()
      await raw.write(bytes.subarray(1, 3))
      await native.roundTrip()
      await raw.write(bytes.subarray(3))
      const said = await native.event("Said", ({ from }) => from.name === name)
      expect(said.text).toBe("\u{1f680}")
    })
  }

  it("a character that a native client sends in two writes is one character", async ({ stage }) => {
    const raw = await nativeClient(stage, server.port, "native-splitter")
    for (const byte of Buffer.from(`${JSON.stringify({ _tag: "Say", text: word })}\n`)) await raw.write(Uint8Array.of(byte))
    const said = await native.event("Said", ({ from }) => from.name === "native-splitter")
    expect(said.text).toBe(word)
  })

  it("a plain line of exactly 16384 bytes is accepted; one byte more is refused once, and the connection stays", async ({ stage }) => {
    const raw = await lineClient(stage, server.port, "plain-long")
    await raw.write(`${"a".repeat(16_384)}\n`)
    const said = await native.event("Said", ({ from }) => from.name === "plain-long")
    expect(said.text).toBe("a".repeat(16_384))
    await raw.write(`${"b".repeat(16_385)}\nshort\n`)
    await native.event("Said", ({ from, text }) => from.name === "plain-long" && text === "short")
    await raw.write("{quit}\n")
    expect((await raw.closed).by).toBe("FIN")
    expect(raw.heard.texts.filter((line) => line.includes("16384"))).toHaveLength(1)
    expect(native.heard.text).not.toContain("bbb")
  })

  it("a native line of exactly 16384 bytes is accepted; one byte more is refused once, and the connection stays", async ({ stage }) => {
    const raw = await nativeClient(stage, server.port, "native-long")
    const line = (bytes: number) => {
      const empty = JSON.stringify({ _tag: "Say", text: "" })
      return `${JSON.stringify({ _tag: "Say", text: "c".repeat(bytes - empty.length) })}\n`
    }
    await raw.write(line(16_384))
    const said = await native.event("Said", ({ from }) => from.name === "native-long")
    expect(said.text).toMatch(/^c{16000,}$/u)
    await raw.write(line(16_385))
    await raw.roundTrip()
    expect(raw.events.flatMap((event) => (event._tag === "Refused" ? [event.code] : []))).toEqual(["line-too-long"])
    await raw.send({ _tag: "Say", text: "still here" })
    await raw.event("Said", ({ text }) => text === "still here")
  })

  it("a long message is cut for plain clients into lines that bear the name, and nothing is lost", async ({ stage }) => {
    const raw = await lineClient(stage, server.port, "reader")
    const text = `${word} `.repeat(100).trimEnd()
    await native.send({ _tag: "Say", text })
    await native.send({ _tag: "Say", text: "the end of it" })
    await raw.heard.line("native: the end of it")
    const parts = raw.heard.texts.filter((line) => line.startsWith("native: ") && line.includes("\u{1f680}"))
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThan(960)
    expect(parts.map((part) => part.slice("native: ".length)).join("")).toBe(text)
  })
})

describe("A long message", () => {
  it("does not keep the others waiting: 20 of 16000 characters are through within 1 s, though somebody speaks the plain dialect", async ({ stage }) => {
    const { port } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    const bob = await nativeClient(stage, port, "bob")
    const plain = await lineClient(stage, port, "cleo")
    const from = performance.now()
    await ada.write(`${JSON.stringify({ _tag: "Say", text: "x".repeat(16_000) })}\n`.repeat(20))
    await ada.roundTrip()
    await bob.roundTrip()
    expect(performance.now() - from).toBeLessThan(1000)
    await ada.send({ _tag: "Say", text: "that was all" })
    await plain.heard.line("ada: that was all")
  })

  it("that one of the room never ends does not concern the others", async ({ stage }) => {
    const { port } = await serve(stage)
    const ada = await nativeClient(stage, port, "ada")
    const endless = await connect(stage, port)
    await endless.write(`eve\n${"y".repeat(10_000_000)}`)
    await ada.event("Joined", ({ member }) => member.name === "eve")
    const from = performance.now()
    await ada.roundTrip()
    expect(performance.now() - from).toBeLessThan(1000)
    expect(ada.heard.text).not.toContain("yyy")
  })
})
