import { describe, expect } from "vitest"
import { cli, join, serve } from "./support/program.ts"
import { Proxy } from "./support/proxy.ts"
import { connect, lineClient, nativeClient, type Raw } from "./support/raw.ts"
import { heardBy, lose, secretOf } from "./support/returning.ts"
import { it, type Stage } from "./support/stage.ts"
import { hasTmux, openTerminal } from "./support/tmux.ts"

// Who has no client of ours, and comes back by words.

const words = "correct horse"

const nobody = "Nobody here is kept under that name and these words."

const isSaid = (text: string) => (event: { readonly text: string }) => event.text === text

/** A person with `nc`, whose place is kept by words, over a proxy that can cut the cable. */
const keyed = async (stage: Stage, port: number, name: string) => {
  const proxy = await Proxy.open(stage, port)
  const nc = await lineClient(stage, proxy.port, name)
  await nc.write(`/key ${words}\n`)
  await nc.heard.line(`Your place is kept for 2 minutes if the connection is lost. Then: /back ${name} WORDS`)
  return { nc, proxy }
}

/** The lines from this one on. */
const from = ({ heard }: Raw, first: string): ReadonlyArray<string> => heard.texts.slice(heard.texts.indexOf(first))

describe.concurrent("Who has set words with nc, and is cut off,", () => {
  it("is who it was by /back from another nc: hears all it has missed, once and in order, and its other name is gone", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    const { nc: ada, proxy } = await keyed(stage, port, "ada")
    await ada.write("/join dev\n")
    await ada.heard.line("You are in #dev. Nobody else is here yet.")
    await bob.send({ _tag: "Enter", room: "dev" })
    await bob.event("Entered")
    await ada.heard.line("#dev bob has joined the chat!")
    const { member: me } = await bob.event("Joined", ({ member }) => member.name === "ada")
    proxy.cut("reset")
    await bob.event("Detached")
    await bob.send({ _tag: "Say", text: "one", room: "dev" })
    await bob.send({ _tag: "Say", text: "two", room: "lobby" })
    await bob.send({ _tag: "Whisper", to: me.id, text: "psst" })
    await bob.event("Whispered")
    const again = await lineClient(stage, port, "eve")
    await again.write(`/back ada ${words}\n`)
    await again.heard.line("#lobby ada has joined the chat! (back)")
    const opening = "#dev You are ada again. While you were away:"
    expect(from(again, opening)).toEqual([opening, "#dev bob: one", "#lobby bob: two", "#dev [bob -> ada] psst", "#lobby ada has joined the chat! (back)"])
    expect(await bob.event("Left")).toMatchObject({ member: { name: "eve" }, code: "resumed", reason: "is ada again" })
    // It rules its room, as before, and there is one of it.
    await again.write("/lock\n/who\nhello\n")
    await again.heard.line("#dev ada has locked the room.")
    expect(await bob.event("Said", isSaid("hello"))).toMatchObject({ from: me, room: "dev" })
    await bob.send({ _tag: "Who" })
    expect((await bob.event("Members")).members.map(({ name }) => name)).toEqual(["bob", "ada"])
  })

  it("ends its own connection by /back at once, where nobody has noticed yet that it is lost", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    const { proxy } = await keyed(stage, port, "ada")
    // The cable takes nothing any more, and says nothing of it.
    proxy.cut("stop")
    const again = (await connect(stage, port)).read()
    await again.write("ada\n")
    await again.heard.line("The name ada is taken: you are ada_2.")
    await again.write(`/back ada ${words}\nit is me\n`)
    expect(await bob.event("Said", isSaid("it is me"))).toMatchObject({ from: { name: "ada" } })
    await bob.send({ _tag: "Who" })
    expect((await bob.event("Members")).members.map(({ name }) => name)).toEqual(["bob", "ada"])
    expect(bob.events.map(({ _tag }) => _tag)).not.toContain("Detached")
  })

  it("is not taken for another who says other words: those are refused alike for any name, and cost a pause, in which not even right ones count", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--log-format", "json"] })
    const bob = await nativeClient(stage, port, "bob")
    const { proxy } = await keyed(stage, port, "ada")
    proxy.cut("reset")
    await bob.event("Detached")
    const eve = await lineClient(stage, port, "eve")
    const answers = () => eve.heard.texts.filter((line) => line === nobody).length
    for (const name of ["ada", "zoe", "bob"]) await eve.write(`/back ${name} wrong battery\n`)
    await eve.write(`/back ada wrong battery\n/back ada ${words}\n`)
    const { text } = await eve.heard.line(/^Too many wrong words/u)
    expect(text).toBe("Too many wrong words came from your address: try again in 1 s.")
    expect(answers()).toBe(4)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await eve.write(`/back ada ${words}\n`)
    await eve.heard.line(/^You are ada again\./u)
    await bob.event("Returned")
    for (const text of [program.stdout.text, program.stderr.text, bob.heard.text, eve.heard.text]) for (const word of ["horse", "battery"]) expect(text).not.toContain(word)
  })

  it("finds nothing after a clean goodbye; under another name it is found by that one", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    const { nc: ada } = await keyed(stage, port, "ada")
    await ada.write("/quit\n")
    expect(await bob.event("Left")).toMatchObject({ code: "quit" })
    const { nc: kim, proxy } = await keyed(stage, port, "kim")
    await kim.write("/nick Kim B\n")
    await bob.event("Renamed")
    proxy.cut("reset")
    await bob.event("Detached")
    const again = await lineClient(stage, port, "eve")
    for (const name of ["ada", "kim", "Kim B"]) await again.write(`/back ${name} ${words}\n`)
    await again.heard.line("You are Kim B again.")
    expect(again.heard.texts.filter((line) => line === nobody)).toHaveLength(2)
  })

  it("is told that nothing is kept, where it is so, and leaves at once", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--keep", "0"] })
    const bob = await nativeClient(stage, port, "bob")
    const ada = await lineClient(stage, port, "ada")
    await ada.write(`/key ${words}\n`)
    await ada.heard.line("This server keeps nobody's place: who is lost has left, and comes in anew.")
    ada.socket.resetAndDestroy()
    expect(await bob.event("Left")).not.toHaveProperty("detached")
    expect(bob.events.map(({ _tag }) => _tag)).not.toContain("Detached")
  })
})

describe.concurrent("In native JSON", () => {
  it("words open the place also for another program, whose secret opens it from then on", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    const ada = await nativeClient(stage, port, "ada")
    await ada.send({ _tag: "SetKey", words })
    expect(await ada.event("KeySet")).toMatchObject({ name: "ada", keep: 120_000 })
    const { member: me } = await bob.event("Joined", ({ member }) => member.name === "ada")
    lose(ada)
    await bob.event("Detached")
    await bob.send({ _tag: "Say", text: "missed" })
    const secret = secretOf()
    const again = await nativeClient(stage, port)
    await again.send({ _tag: "Hello", v: 1, nickname: "eve", secret })
    await again.send({ _tag: "Back", name: "ada", words: "wrong words" })
    expect(await again.event("Refused")).toMatchObject({ code: "no-such-place", message: nobody })
    await again.send({ _tag: "Back", name: "ada", words })
    const resumed = await again.event("Resumed")
    expect(resumed).toMatchObject({ you: me, gaps: false, rooms: [{ room: "lobby", here: 2 }] })
    await again.event("Said", isSaid("missed"))
    await again.event("Returned")
    expect(again.saidBy("bob")).toEqual(["missed"])
    const n = heardBy(again)
    lose(again)
    await bob.event("Detached", ({ n = 0 }) => n > (resumed.n ?? 0))
    const third = await nativeClient(stage, port)
    const hello = { _tag: "Hello", v: 1, nickname: "ada", secret, seen: { id: me.id, n } }
    await third.send(hello)
    const answer = await Promise.race([third.event("Resumed"), third.event("Refused")])
    if (answer._tag === "Refused") {
      // Once a second.
      expect(answer).toMatchObject({ code: "too-soon" })
      await new Promise((resolve) => setTimeout(resolve, answer.wait))
      await third.send(hello)
    }
    expect(await third.event("Resumed")).toMatchObject({ you: me })
  })
})

describe.concurrent("Our own client", () => {
  const needless = "This client keeps your place and comes back by itself: /key and /back are for nc and telnet."

  it("in a pipe says that it needs no words, and says them to nobody", async ({ stage }) => {
    const { port } = await serve(stage)
    const bob = await nativeClient(stage, port, "bob")
    const ada = await join(stage, port, "ada")
    ada.type(`/key ${words}\n/back bob ${words}\nhello\n`)
    await bob.event("Said", isSaid("hello"))
    expect(bob.heard.text).not.toContain("horse")
    expect((ada.stderr.text + ada.stdout.text).split("\n").filter((line) => line.includes(needless))).toHaveLength(2)
  })

  it.runIf(hasTmux)("in a terminal says so below what is typed, and does not offer them", async ({ stage }) => {
    const { port } = await serve(stage)
    const terminal = await openTerminal(stage)
    await terminal.enter(`clear; node ${cli} join --host 127.0.0.1 --port ${port} --name ada`)
    await terminal.shows(/ here · connected/u)
    await terminal.enter(`/key ${words}`)
    await terminal.shows(/This client keeps your place and comes back by itself/u)
    await terminal.press("C-u")
    await terminal.type("/ke")
    await terminal.press("Tab")
    await terminal.type("!")
    await terminal.shows(/\/ke!/u)
  })
})
