import { readFileSync } from "node:fs"
import * as Net from "node:net"
import { describe, expect } from "vitest"
import { range } from "../support/range.ts"
import { join, serve } from "./support/program.ts"
import { connect, lineClient, listen, type Native, nativeClient } from "./support/raw.ts"
import { greeting, heardBy, lose, member, secretOf } from "./support/returning.ts"
import { it, type Stage } from "./support/stage.ts"

/** What somebody is told who asks for this name with a secret of another, and without any: all but the numbers and the time. */
const answersTo = async (stage: Stage, port: number, nickname: string, seen: { readonly id: string; readonly n: number }) => {
  const thieves = [
    await greeting(stage, port, nickname, secretOf(), seen),
    await greeting(stage, port, nickname, secretOf()),
    await greeting(stage, port, nickname.toUpperCase(), secretOf(), seen)
  ]
  const stranger = await nativeClient(stage, port)
  await stranger.send({ _tag: "Hello", v: 1, nickname })
  const told = async (native: Native) => {
    const { code, message, ref, wait } = await native.event("Refused")
    native.socket.end()
    return { code, message: message.toLowerCase(), ref, wait }
  }
  return Promise.all([...thieves, stranger].map(told))
}

describe.concurrent("A secret", () => {
  it("that is wrong is answered as no secret is, whether its owner is here, lost a moment ago, or gone for a while", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    const { native: ada, you } = await member(stage, port, "ada", secretOf())
    const seen = { id: you.id, n: heardBy(ada) }
    const here = await answersTo(stage, port, "ada", seen)
    expect(new Set(here.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(here[0]).toMatchObject({ code: "name-taken" })
    lose(ada)
    const lost = await answersTo(stage, port, "ada", seen)
    await bob.event("Detached")
    const away = await answersTo(stage, port, "ada", seen)
    expect([lost, away]).toEqual([here, here])
    // Under another name it opens nothing, and hears nothing of what was before.
    const eve = await greeting(stage, port, "eve", secretOf(), seen)
    const { you: other } = await eve.event("Welcome")
    expect(other.id).not.toBe(you.id)
    await eve.roundTrip()
    expect(eve.events.map(({ _tag }) => _tag)).toEqual(["Welcome", "Pong"])
  })

  it("is in no log, no answer and no list of processes, however it is sent", async ({ stage }) => {
    for (const format of ["text", "json"]) {
      const { port, program } = await serve(stage, { args: ["--log-format", format, "--max-line", "512"] })
      const secret = secretOf()
      const bob = await nativeClient(stage, port, "bob")
      const eve = await lineClient(stage, port, "eve")
      const { native: ada, you } = await member(stage, port, "ada", secret)
      lose(ada)
      await bob.event("Detached")
      const back = await greeting(stage, port, "ada", secret, { id: you.id, n: 4 })
      await back.event("Returned")
      await back.send({ _tag: "Hello", v: 1, nickname: "ada", secret })
      await back.event("Refused", ({ code }) => code === "already-joined")
      // Where it is not looked for, of another type, in a line that is cut, too long or no JSON, and before the word Hello is known.
      const slips = [
        { _tag: "Hello", v: 1, nickname: "x".repeat(40), secret },
        { _tag: "Hello", v: 1, nickname: secret, secret: [secret] },
        { _tag: "Hello", v: 2, nickname: "ada", secret },
        { _tag: "Hello", v: 1, nickname: "ada", secret: secret.repeat(4) },
        { _tag: "Hello", v: 1, nickname: "ada", secret, seen: secret },
        { _tag: "Hello", v: 1, nickname: "ada", secret, password: [secret] }
      ].map((message) => JSON.stringify(message))
      const lines = [...slips, `{"_tag":"Hello","secret":"${secret}"`, `{"_tag":"Hello","v":1,"secret":"${secret}","x":"${"x".repeat(600)}"}`]
      const told: Array<string> = []
      for (const line of lines) {
        const raw = (await connect(stage, port)).read()
        await raw.write(`${line}\n`)
        told.push((await raw.heard.line(/"Refused"/u)).text)
      }
      const late = (await connect(stage, port)).read()
      await late.write(`\n${slips[0] ?? ""}\n`)
      await late.heard.line(/^A Hello object has to be the very first line/u)
      program.type("/who\n")
      await program.stdout.find("the list", ({ text }) => text.includes("bob") || undefined)
      // A name that is too long is repeated nowhere either; this one was a secret.
      for (const text of [program.stdout.text, program.stderr.text, bob.heard.text, eve.heard.text, back.heard.text, late.heard.text, ...told]) {
        expect(text.includes(secret), text.split("\n").find((line) => line.includes(secret))).toBe(false)
      }
      const proof = /[\w-]{43}/u
      expect(program.stdout.texts.filter((line) => proof.test(line))).toEqual([])
    }
  })

  it("of our own client is in none of its output, arguments or environment", async ({ stage }) => {
    const { port } = await serve(stage)
    let sent = ""
    const tap = await listen(stage, Net.createServer((near) => {
      const far = Net.connect({ host: "127.0.0.1", port })
      near.on("data", (bytes) => {
        sent += bytes.toString("latin1")
      })
      near.pipe(far).pipe(near)
      near.on("error", () => undefined)
      far.on("error", () => undefined)
      stage.onEnd(() => {
        near.destroy()
        far.destroy()
      })
    }))
    const ada = await join(stage, tap, "ada", { args: ["--reconnect", "60"] })
    const secret = /"secret":"([^"]{32,})"/u.exec(sent)?.[1]
    expect(secret).toBeDefined()
    ada.type("hello\n")
    ada.type("/who\n")
    await ada.line("Here: ada (1)")
    const process = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${ada.pid}/${file}`, "latin1"))
    for (const text of [...process, ada.stdout.text, ada.stderr.text]) expect(text).not.toContain(secret)
    // Another start is somebody else.
    const before = sent.length
    await join(stage, tap, "bob", { args: ["--reconnect", "60"] })
    expect(sent.slice(before)).not.toContain(secret)
  })

  it("opens its place once a second at most; what is refused leaves the connection that there is alone", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    await ada.event("Joined")
    const seen = { id: you.id, n: heardBy(ada) }
    const second = await greeting(stage, port, "ada", secret, seen)
    const { at } = await second.event("Resumed")
    const hasty = await Promise.all(range(5, () => greeting(stage, port, "ada", secret, seen)))
    const waits = await Promise.all(hasty.map(async (native) => native.event("Refused")))
    for (const { at: then, code, wait } of waits) {
      expect(code).toBe("too-soon")
      expect(wait).toBe(at + 1000 - then)
    }
    await second.send({ _tag: "Say", text: "still here" })
    await bob.event("Said", ({ from, text }) => from.id === you.id && text === "still here")
    // Over a connection that was refused, as over any other, it opens the place once that time is over; and the one before ends.
    const [third] = hasty
    await new Promise((resolve) => setTimeout(resolve, waits[0]?.wait ?? 0))
    await third!.send({ _tag: "Hello", v: 1, nickname: "ada", secret, seen })
    const resumed = await third!.event("Resumed")
    expect(resumed.at - at).toBeGreaterThanOrEqual(1000)
    expect(await second.event("Goodbye")).toMatchObject({ code: "resumed" })
    expect(bob.events.filter(({ _tag }) => _tag === "Detached" || _tag === "Returned")).toEqual([])
  })
})

describe.concurrent("What is kept for those who come back", () => {
  it("is 512 KiB on the wire at most, whatever was said, to all and to them alone", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    for (const [n, [letter, size]] of ([["漢", 3], ["\"", 2], ["é", 2], ["👍", 4], ["x", 1]] as const).entries()) {
      const secret = secretOf()
      const { native: ada, you } = await member(stage, port, `ada-${n}`, secret)
      const seen = { id: you.id, n: heardBy(ada) }
      lose(ada)
      await bob.event("Detached", ({ member }) => member.id === you.id)
      const long = letter.repeat(Math.floor(15_000 / size))
      const messages = range(120, (each) => (each % 2 === 0 ? { _tag: "Say", text: long } : { _tag: "Whisper", to: you.id, text: long }))
      await bob.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""))
      await bob.roundTrip()
      const back = await greeting(stage, port, `ada-${n}`, secret, seen)
      expect(await back.event("Resumed")).toMatchObject({ gaps: true })
      await back.event("Returned")
      const bytes = Buffer.byteLength(back.heard.text)
      expect(bytes, letter).toBeLessThanOrEqual(524_288)
      expect(bytes, letter).toBeGreaterThan(200_000)
      await back.send({ _tag: "Quit" })
      await back.closed
    }
  })

  it("is so many places of one address at most; others, and places that are free again, are not touched by that", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--max-kept-per-address", "2"] })
    const bob = await nativeClient(stage, port, "bob")
    const come = async (name: string, localAddress?: string) => {
      const secret = secretOf()
      return { ...(await member(stage, port, name, secret, localAddress)), secret, name }
    }
    const [a, b, c, d] = [await come("a"), await come("b"), await come("c"), await come("d", "127.0.0.2")]
    const told = async (name: string) => {
      const event = await Promise.race([bob.event("Detached", ({ member }) => member.name === name), bob.event("Left", ({ member }) => member.name === name)])
      return event._tag
    }
    const outcome: Array<string> = []
    for (const { name, native } of [a, b, c, d]) {
      lose(native)
      outcome.push(await told(name))
    }
    expect(outcome).toEqual(["Detached", "Detached", "Left", "Detached"])
    // Nothing is left of the one for which there was no room, and nobody else's place is.
    expect((await (await greeting(stage, port, "c", c.secret, { id: c.you.id, n: 1 })).event("Welcome")).you.id).not.toBe(c.you.id)
    const back = await greeting(stage, port, "a", a.secret, { id: a.you.id, n: heardBy(a.native) })
    await back.event("Resumed")
    const e = await come("e")
    lose(e.native)
    expect(await told("e")).toBe("Detached")
    lose(back)
    expect(await bob.event("Left", ({ member }) => member.name === "a")).toMatchObject({ code: "lost" })
  })
})
