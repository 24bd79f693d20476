import { describe, expect } from "vitest"
import { join, serve } from "./support/program.ts"
import { lineClient, nativeClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"
import { Tap } from "./support/tap.ts"

// What a client has to mind that comes back by itself, see docs/wire/native.md: ours does, whatever is lost on the way.

/** Our own client in a pipe, over a proxy, and somebody who hears what it says. */
const together = async (stage: Stage) => {
  const { port, program: server } = await serve(stage)
  const bob = await nativeClient(stage, port, "bob")
  const tap = await Tap.open(stage, port)
  const ada = await join(stage, tap.port, "ada", { args: ["--reconnect", "60"] })
  const { member } = await bob.event("Joined")
  /** Waits until she has read all that was typed before. */
  const read = async () => {
    const before = ada.stdout.texts.filter((line) => line === ignoring).length
    ada.type("/ignore\n")
    await ada.stdout.find("what was typed is read", () => (ada.stdout.texts.filter((line) => line === ignoring).length > before ? true : undefined))
  }
  return { ada, bob, member, port, read, server, tap }
}

const ignoring = "You ignore nobody."

const tagsOf = (lines: ReadonlyArray<string>) => lines.map((line) => /"_tag":"(\w+)"/u.exec(line)?.[1])

const isSaid = (text: string) => (event: { readonly text: string }) => event.text === text

describe.concurrent("A client that comes back", () => {
  it("says nothing between its hello and the answer (1), and does not say again what was taken (2): each is said once, though no receipt came", async ({ stage }) => {
    const { ada, bob, read, tap } = await together(stage)
    tap.hold()
    ada.type("one\n")
    await bob.event("Said", isSaid("one"))
    tap.cut()
    await bob.event("Detached")
    await tap.sent.line(/"Hello"/u)
    ada.type("two\n")
    await read()
    expect(tagsOf(tap.sent.texts)).toEqual(["Hello"])
    tap.release()
    await bob.event("Said", isSaid("two"))
    ada.type("/quit\n")
    expect(await ada.ended()).toMatchObject({ code: 0 })
    await bob.event("Left")
    expect(bob.saidBy("ada")).toEqual(["one", "two"])
    expect(ada.stderr.text).not.toContain("No receipt")
  })

  it("does not say again what was taken, where its receipt is among what is lost (2), and says how much that is (6)", async ({ stage }) => {
    const { ada, bob, tap } = await together(stage)
    tap.hold()
    ada.type("one\n")
    await bob.event("Said", isSaid("one"))
    tap.cut()
    await bob.event("Detached")
    await bob.write(Array.from({ length: 300 }, (_, n) => `${JSON.stringify({ _tag: "Say", text: `n${n}` })}\n`).join(""))
    await bob.event("Said", isSaid("n299"))
    // Who is held answers no hello.
    await tap.sent.line(/"Hello"/u)
    tap.release()
    await ada.line("bob: n299")
    ada.type("two\n/quit\n")
    expect(await ada.ended()).toMatchObject({ code: 0 })
    await bob.event("Left")
    expect(bob.saidBy("ada")).toEqual(["one", "two"])
    expect(ada.stdout.texts.filter((line) => line.startsWith("bob: "))).toHaveLength(256)
    expect(ada.stderr.text + ada.stdout.text).not.toContain("No receipt")
    // Her own line, and 44 of 300: that she was lost is told between them.
    const losses = ada.stdout.texts.filter((line) => line.endsWith("lost."))
    expect(losses).toEqual(["You are ada again. Some of what you have missed is lost.", "1 message is lost.", "44 messages are lost."])
  })

  it("is where it is, also if it was not told so (3): it is told once, and says the next line there", async ({ stage }) => {
    const { ada, bob, tap } = await together(stage)
    await bob.send({ _tag: "Enter", room: "dev" })
    await bob.event("Entered")
    tap.hold()
    ada.type("/join dev\n")
    await bob.event("Joined", ({ room }) => room === "dev")
    tap.cut()
    await bob.event("Detached")
    tap.release()
    await bob.event("Returned")
    await ada.line("#dev You are in #dev. Here with you: bob.")
    ada.type("here\n")
    expect(await bob.event("Said", isSaid("here"))).toMatchObject({ room: "dev" })
    expect(ada.stdout.texts.filter((line) => line.includes("You are in #dev"))).toHaveLength(1)
  })

  it("hears what was told to it alone (4): that it was put out of rooms and invited to others, by whom and why", async ({ stage }) => {
    const { ada, bob, member: { id }, port, tap } = await together(stage)
    for (const room of ["dev", "tea", "secret"]) await bob.send({ _tag: "Enter", room })
    await bob.event("Entered", ({ room }) => room === "secret")
    await bob.send({ _tag: "Lock", room: "secret" })
    ada.type("/join dev\n/join tea\n")
    await ada.line(/You are in #tea/u)
    tap.hold()
    tap.cut()
    await bob.event("Detached")
    await bob.send({ _tag: "Moderate", room: "dev", deed: "kick", who: id, reason: "noise" })
    await bob.send({ _tag: "Moderate", room: "tea", deed: "ban", who: id, forMs: 60_000, reason: "spam" })
    await bob.send({ _tag: "Invite", room: "secret", who: id })
    await bob.event("Invited")
    await bob.send({ _tag: "Say", room: "dev", text: "not for her" })
    tap.release()
    await bob.event("Returned")
    for (const line of [/bob has removed you from #dev: noise$/u, /bob has banned you from #tea for 1 minute: spam$/u, /bob has invited ada to #secret. To enter, type \/join secret.$/u]) await ada.line(line)
    ada.type("/join tea\n/join secret\nI am in\n")
    expect(await bob.event("Said", isSaid("I am in"))).toMatchObject({ room: "secret" })
    await ada.stderr.find("a refusal", ({ text }) => (text.includes("You cannot enter #tea for") ? true : undefined))
    expect(ada.stdout.text).not.toContain("not for her")
    const liner = await lineClient(stage, port, "liner")
    await liner.write("/rooms\n")
    await liner.heard.line(/^#dev 1\b/u)
  })

  it("to a server that was started again, is somebody else (5): what has no receipt is given back, and not said by itself", async ({ stage }) => {
    const { ada, bob, server, tap } = await together(stage)
    const { port } = await serve(stage)
    // There the same ids are of others: that of bob, whom she ignores, and her own.
    const kim = await nativeClient(stage, port, "kim")
    const zoe = await nativeClient(stage, port, "zoe")
    ada.type("/ignore bob\n")
    await ada.line("You do not see what bob says. /unignore bob shows it again.")
    tap.hold()
    ada.type("one\n")
    await bob.event("Said", isSaid("one"))
    tap.target = port
    server.kill("SIGKILL")
    tap.cut()
    await tap.sent.line(/"Hello"/u)
    tap.release()
    await kim.event("Joined", ({ member }) => member.name === "ada")
    await ada.stderr.line("No receipt for: one")
    ada.type("two\n")
    await kim.event("Said", isSaid("two"))
    expect(kim.saidBy("ada")).toEqual(["two"])
    await ada.line("You see again what these say: bob.")
    for (const each of [kim, zoe]) await each.send({ _tag: "Say", text: "hello" })
    for (const name of ["kim", "zoe"]) await ada.line(`${name}: hello`)
  })
})

describe("The numbers of a room", () => {
  it("never come again, also where nobody was in it any more (6)", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    let last = 0
    for (let life = 0; life < 3; life += 1) {
      await bob.send({ _tag: "Enter", room: "dev" })
      const entered = await bob.event("Entered", ({ seq }) => seq > last)
      expect(entered.role).toBe("owner")
      await bob.send({ _tag: "Say", room: "dev", text: `${life}` })
      const { seq } = await bob.event("Said", isSaid(`${life}`))
      expect(seq).toBe(entered.seq + 1)
      last = seq
      await bob.send({ _tag: "Exit", room: "dev" })
      await bob.event("Exited", ({ n = 0 }) => n > (entered.n ?? 0))
    }
    const seqs = bob.events.flatMap((event) => ("seq" in event && event.room === "dev" ? [event.seq] : []))
    expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other))
  })
})
