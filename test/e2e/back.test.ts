import { describe, expect } from "vitest"
import type { Event } from "../../src/domain/Event.ts"
import { lineClient, type Native, nativeClient } from "./support/raw.ts"
import { serve } from "./support/program.ts"
import { greeting, heardBy, lose, member, secretOf } from "./support/returning.ts"
import { it } from "./support/stage.ts"

const isSaid = (text: string) => (event: { readonly text: string }) => event.text === text

const said = ({ events }: Native): ReadonlyArray<string> => events.flatMap((event) => (event._tag === "Said" ? [event.text] : []))

/** What came behind the answer to a hello. */
const behind = ({ events }: Native, tag: Event["_tag"]) => events.slice(events.findIndex(({ _tag }) => _tag === tag) + 1)

describe("Who comes back to a server", () => {
  it("has the name, the id and all that was said meanwhile, once; the others hear of the loss within 0.8 s", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    const eve = await lineClient(stage, port, "eve")
    await ada.event("Joined", ({ member }) => member.name === "eve")
    const n = heardBy(ada)
    const start = performance.now()
    lose(ada)
    const detached = await bob.event("Detached")
    expect(detached.heardAt - start).toBeGreaterThanOrEqual(490)
    expect(detached.heardAt - start).toBeLessThan(800)
    await eve.heard.line("ada has left the chat. (connection lost, may come back)")
    // Nobody else can have the name.
    const thief = await greeting(stage, port, "ada", secretOf(), { id: you.id, n })
    expect(await thief.event("Refused")).toMatchObject({ code: "name-taken" })
    for (const text of ["a", "b", "c"]) await bob.send({ _tag: "Say", text })
    await bob.event("Said", isSaid("c"))
    const back = await greeting(stage, port, "ada", secret, { id: you.id, n })
    const resumed = await back.event("Resumed")
    expect(resumed).toMatchObject({ you, gaps: false, rooms: [{ room: "lobby", here: 3 }] })
    await back.event("Returned")
    expect(behind(back, "Resumed").map((event) => event._tag)).toEqual(["Detached", "Said", "Said", "Said", "Returned"])
    await eve.heard.line("ada has joined the chat! (back)")
    await back.send({ _tag: "Say", text: "thanks" })
    await bob.event("Said", ({ from, text }) => from.id === you.id && text === "thanks")
  })
})

describe.concurrent("Who comes back to a server", () => {
  it("says it twice where it speaks before it is answered (1), and once where it cuts what waits at `last` (2)", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    await ada.send({ _tag: "Say", text: "once", ref: "r1" })
    await bob.event("Said", isSaid("once"))
    // The receipt is lost with the connection.
    lose(ada)
    const seen = { id: you.id, n: 1 }
    const hasty = await greeting(stage, port, "ada", secret, seen)
    await hasty.send({ _tag: "Say", text: "twice", ref: "r1" })
    expect(await hasty.event("Resumed")).toMatchObject({ last: "r1" })
    await bob.event("Said", isSaid("twice"))
    expect(bob.saidBy("ada")).toEqual(["once", "twice"])
  })

  it("is told where it is (3), and what was told to it alone (4)", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    lose(ada)
    await bob.event("Detached")
    await bob.send({ _tag: "Whisper", to: you.id, text: "for you", ref: "w" })
    await bob.event("Whispered")
    const back = await greeting(stage, port, "ada", secret, { id: you.id, n: 1 })
    expect((await back.event("Resumed")).rooms).toMatchObject([{ room: "lobby", here: 2 }])
    await back.event("Returned")
    expect(behind(back, "Resumed").filter(({ _tag }) => _tag === "Whispered")).toMatchObject([{ text: "for you" }])
  })

  it("as somebody else, or from another server, has heard nothing, and is told no `last` (5)", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    await ada.send({ _tag: "Say", text: "hello", ref: "r1" })
    await ada.event("Said")
    for (const seen of [{ id: "m77", n: 3 }, { id: you.id, n: 4000 }, undefined]) {
      const back = await greeting(stage, port, "ada", secret, seen)
      const answer = await Promise.race([back.event("Resumed"), back.event("Refused")])
      if (answer._tag === "Refused") {
        expect(answer).toMatchObject({ code: "too-soon" })
        await new Promise((resolve) => setTimeout(resolve, answer.wait))
        await back.send({ _tag: "Hello", v: 1, nickname: "ada", secret, seen })
      }
      expect(await back.event("Resumed")).not.toHaveProperty("last")
      await back.event("Said", isSaid("hello"))
    }
  })

  it("sees by the numbers of the room how much is gone (6)", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    await ada.event("Joined")
    lose(ada)
    await bob.event("Detached")
    await bob.write(Array.from({ length: 300 }, (_, n) => `${JSON.stringify({ _tag: "Say", text: `n${n}` })}\n`).join(""))
    await bob.event("Said", isSaid("n299"))
    const back = await greeting(stage, port, "ada", secret, { id: you.id, n: 4 })
    expect(await back.event("Resumed")).toMatchObject({ gaps: true, rooms: [{ seq: 303 }] })
    await back.event("Returned")
    const [first, second] = behind(back, "Resumed")
    // Of 300 lines the last 256 are kept: 44 are gone, numbers 4 to 47. That she was lost is kept apart from them.
    expect(first).toMatchObject({ _tag: "Detached", seq: 3 })
    expect(second).toMatchObject({ _tag: "Said", seq: 48 })
    expect(said(back)).toHaveLength(256)
  })

  it("is answered once more where the answer was lost: no ghost keeps the name", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const lost = await greeting(stage, port, "ada", secret)
    await lost.event("Welcome")
    const again = await greeting(stage, port, "ada", secret)
    expect(await again.event("Resumed")).toMatchObject({ you: { name: "ada" } })
    expect(await lost.event("Goodbye")).toMatchObject({ code: "resumed" })
    expect(await lost.closed).toMatchObject({ by: "FIN" })
  })

  it("cannot be heard over the connection that it had", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    await ada.event("Joined")
    const back = await greeting(stage, port, "ada", secret, { id: you.id, n: 4 })
    await back.event("Resumed")
    await ada.send({ _tag: "Hello", v: 1, nickname: "ada", secret }).catch(() => undefined)
    await ada.send({ _tag: "Say", text: "void" }).catch(() => undefined)
    await ada.closed
    await back.send({ _tag: "Say", text: "counts" })
    await bob.event("Said", isSaid("counts"))
    expect(said(bob)).toEqual(["counts"])
    expect(back.events.some(({ _tag }) => _tag === "Goodbye")).toBe(false)
  })

  it("finds nothing after a clean goodbye, or once it was sent away", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    await ada.send({ _tag: "Quit" })
    expect(await bob.event("Left")).toMatchObject({ code: "quit" })
    const again = await greeting(stage, port, "ada", secret, { id: you.id, n: 4 })
    const { you: other } = await again.event("Welcome")
    expect(other.id).not.toBe(you.id)
    lose(again)
    await bob.event("Detached")
    program.type("/kick ada enough\n")
    expect(await bob.event("Left", ({ member }) => member.id === other.id)).toMatchObject({ code: "removed", reason: "removed: enough", detached: true })
    const third = await greeting(stage, port, "ada", secret, { id: other.id, n: 8 })
    expect((await third.event("Welcome")).you.id).not.toBe(other.id)
  })

  it("is in no log and no message, with its secret", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--log-format", "json"] })
    const secret = secretOf()
    const bob = await nativeClient(stage, port, "bob")
    const { native: ada, you } = await member(stage, port, "ada", secret)
    lose(ada)
    await bob.event("Detached")
    const back = await greeting(stage, port, "ada", secret, { id: you.id, n: 4 })
    await back.event("Returned")
    await back.send({ _tag: "Hello", v: 1, nickname: "ada", secret: `${secret}\u0000${"x".repeat(200)}` })
    const refused = await back.event("Refused")
    expect(refused).toMatchObject({ code: "bad-command" })
    await program.stdout.find("is back", ({ text }) => text.includes("is back") || undefined)
    for (const text of [program.stdout.text, program.stderr.text, bob.heard.text, back.heard.text]) expect(text).not.toContain(secret)
  })
})

describe.concurrent("Where no place is kept,", () => {
  it("who is lost leaves at once, as without a secret", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--keep", "0"] })
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    expect(ada.events[0]).not.toHaveProperty("keep")
    const bob = await nativeClient(stage, port, "bob")
    lose(ada)
    expect(await bob.event("Left")).not.toHaveProperty("detached")
    const again = await greeting(stage, port, "ada", secret, { id: you.id, n: 4 })
    expect((await again.event("Welcome")).you.id).not.toBe(you.id)
    expect(bob.events.map(({ _tag }) => _tag)).not.toContain("Detached")
  })
})
