import { describe, expect } from "vitest"
import { cli, join, serve } from "./support/program.ts"
import { joinArgs } from "./support/encrypted.ts"
import { awaitEvent, eventOf, lineClient, type Native, nativeClient } from "./support/raw.ts"
import { greeting, heardBy, lose, member, secretOf } from "./support/returning.ts"
import { it } from "./support/stage.ts"
import { hasTmux, openTerminal } from "./support/tmux.ts"

// Several rooms, and who may what in them.

const named = (name: string) => ({ member }: { readonly member: { readonly name: string } }) => member.name === name

/** Enters a room, and waits until it is in. */
const enters = async (native: Native, room: string, word?: string) => {
  await native.send({ _tag: "Enter", room, word })
  return native.event("Entered", (event) => event.room === room)
}

describe.concurrent("A room", () => {
  it("belongs to who opens it, who rules it, and makes others operators", async ({ stage }) => {
    const { port } = await serve(stage)
    const [ada, bob, eve] = [await nativeClient(stage, port, "ada"), await nativeClient(stage, port, "bob"), await nativeClient(stage, port, "eve")]
    const nc = await lineClient(stage, port, "nc")
    for (const each of [ada, bob, eve]) await enters(each, "dev")
    await nc.write("/join dev\n")
    await ada.event("Joined", (event) => event.room === "dev" && named("nc")(event))
    await bob.send({ _tag: "Topic", room: "dev", text: "Ours" })
    await bob.event("Refused", ({ code }) => code === "not-allowed")
    await ada.send({ _tag: "Moderate", room: "dev", deed: "op", name: "bob" })
    await bob.event("Moderated", ({ deed, target }) => deed === "op" && target?.name === "bob")
    await bob.send({ _tag: "Topic", room: "dev", text: "Ours" })
    for (const each of [ada, bob, eve]) expect(await each.event("TopicSet")).toMatchObject({ room: "dev", text: "Ours", by: { name: "bob" } })
    await bob.send({ _tag: "Moderate", room: "dev", deed: "mute", name: "eve" })
    await eve.event("Moderated", ({ deed }) => deed === "mute")
    await eve.send({ _tag: "Say", room: "dev", text: "unheard" })
    await eve.event("Refused", ({ code }) => code === "muted")
    await bob.send({ _tag: "Moderate", room: "dev", deed: "ban", name: "eve", forMs: 60_000, reason: "noise" })
    expect(await eve.event("Removed")).toMatchObject({ room: "dev", by: { name: "bob" }, reason: "noise" })
    await eve.send({ _tag: "Enter", room: "dev" })
    await eve.event("Refused", ({ code }) => code === "banned")
    await bob.send({ _tag: "Moderate", room: "dev", deed: "kick", name: "ada" })
    await bob.event("Refused", ({ code }) => code === "not-allowed")
    await nc.heard.line(/^#dev .*bob.*eve.*noise/u)
    expect([ada, bob, eve].map(({ heard }) => heard.text.includes("unheard"))).toEqual([false, false, false])
  })

  it("that is locked lets in who knows the word, or is invited; a hidden one is in no list", async ({ stage }) => {
    const { port } = await serve(stage)
    const [ada, bob, eve] = [await nativeClient(stage, port, "ada"), await nativeClient(stage, port, "bob"), await nativeClient(stage, port, "eve")]
    await enters(ada, "dev")
    await ada.send({ _tag: "Lock", room: "dev", word: "sesame" })
    await ada.event("Moderated", ({ deed }) => deed === "lock")
    await ada.send({ _tag: "Hide", room: "dev" })
    await ada.event("Moderated", ({ deed }) => deed === "hide")
    await bob.send({ _tag: "Enter", room: "dev" })
    await bob.event("Refused", ({ code }) => code === "locked")
    await bob.send({ _tag: "Rooms" })
    expect((await bob.event("RoomList")).rooms.map(({ room }) => room)).toEqual(["lobby"])
    await enters(bob, "dev", "sesame")
    await ada.send({ _tag: "Invite", room: "dev", name: "eve" })
    expect(await eve.event("Invited")).toMatchObject({ room: "dev", by: { name: "ada" } })
    await enters(eve, "dev")
    await eve.send({ _tag: "Say", room: "dev", text: "here" })
    for (const each of [ada, bob, eve]) expect(await each.event("Said")).toMatchObject({ room: "dev", text: "here" })
  })

  it("keeps the role of who was lost, in each room, and passes it on where its owner leaves", async ({ stage }) => {
    const { port } = await serve(stage)
    const secret = secretOf()
    const { native: ada, you } = await member(stage, port, "ada", secret)
    const bob = await nativeClient(stage, port, "bob")
    for (const room of ["dev", "tea"]) {
      await enters(ada, room)
      await enters(bob, room)
      await ada.event("Joined", (event) => event.room === room && named("bob")(event))
    }
    const n = heardBy(ada)
    lose(ada)
    await bob.event("Detached")
    for (const room of ["dev", "tea"]) await bob.send({ _tag: "Say", room, text: `in ${room}` })
    await bob.roundTrip()
    const back = await greeting(stage, port, "ada", secret, { id: you.id, n })
    expect((await back.event("Resumed")).rooms.map(({ room }) => room)).toEqual(["lobby", "dev", "tea"])
    for (const room of ["dev", "tea"]) await back.event("Said", (event) => event.room === room && event.text === `in ${room}`)
    await back.send({ _tag: "Moderate", room: "dev", deed: "kick", name: "bob" })
    expect(await bob.event("Removed")).toMatchObject({ room: "dev", by: { id: you.id } })
    await back.send({ _tag: "Quit" })
    expect(await bob.event("Moderated", ({ deed }) => deed === "owner")).toMatchObject({ room: "tea", target: { name: "bob" } })
    expect(back.events.filter(({ _tag }) => _tag === "Said")).toHaveLength(2)
  })
})

describe.concurrent("A client in a pipe", () => {
  it("begins each line with its room while it is in several, and says what it reads in the one that it entered last", async ({ stage }) => {
    const own = await serve(stage)
    const client = await join(stage, own.port, "reader")
    const other = await nativeClient(stage, own.port, "other")
    await client.line("other has joined the chat!")
    client.type("/join dev\n")
    await client.line("#dev You are in #dev. Nobody else is here yet.")
    await other.send({ _tag: "Say", text: "in the lobby" })
    await client.line("#lobby other: in the lobby")
    await other.send({ _tag: "Enter", room: "dev" })
    await client.line("#dev other has joined the chat!")
    await other.send({ _tag: "Say", room: "dev", text: "in dev" })
    await client.line("#dev other: in dev")
    client.type("mine\n")
    expect(await other.event("Said", ({ text }) => text === "mine")).toMatchObject({ room: "dev" })
    client.type("/leave\n")
    await client.line("You are in #lobby.")
    await other.send({ _tag: "Say", room: "lobby", text: "as before" })
    await client.line("other: as before")
    client.type("mine, too\n{quit}\n")
    expect(await other.event("Said", ({ text }) => text === "mine, too")).toMatchObject({ room: "lobby" })
    expect(await client.ended()).toMatchObject({ code: 0 })
    expect(client.stdout.texts).toEqual([
      "Welcome reader! Nobody else is here yet. To leave, type {quit}. For help, type /help.",
      "other has joined the chat!",
      "#dev You are in #dev. Nobody else is here yet.",
      "#lobby other: in the lobby",
      "#dev other has joined the chat!",
      "#dev other: in dev",
      "You are in #lobby.",
      "other: as before",
      "Goodbye!"
    ])
    expect(client.stderr.text).toBe("")
  })

  it("with --json prints the events of all its rooms, each with its room, and nothing else", async ({ stage }) => {
    const own = await serve(stage)
    const client = await join(stage, own.port, "machine", { args: ["--json"] })
    const other = await nativeClient(stage, own.port, "other")
    await awaitEvent(client.stdout, "Joined")
    client.type("/join dev\n")
    await awaitEvent(client.stdout, "Entered")
    await other.send({ _tag: "Enter", room: "dev" })
    for (const room of ["lobby", "dev"]) await other.send({ _tag: "Say", room, text: `in ${room}` })
    await awaitEvent(client.stdout, "Said", ({ text }) => text === "in dev")
    client.type("mine\n/leave\n")
    await awaitEvent(client.stdout, "Exited")
    client.type("{quit}\n")
    expect(await client.ended()).toMatchObject({ code: 0 })
    const events = client.stdout.lines.map(eventOf)
    expect(events.map((event) => [event._tag, "room" in event ? event.room : undefined, "text" in event ? event.text : undefined])).toEqual([
      ["Welcome", "lobby", undefined],
      ["Joined", "lobby", undefined],
      ["Entered", "dev", undefined],
      ["Joined", "dev", undefined],
      ["Said", "lobby", "in lobby"],
      ["Said", "dev", "in dev"],
      ["Said", "dev", "mine"],
      ["Exited", "dev", undefined],
      ["Goodbye", undefined, undefined]
    ])
    expect(client.stderr.text).toBe("")
  })
})

describe.runIf(hasTmux)("The screen with several rooms", () => {
  it("shows one at a time: what came in another is counted, and shown below a line when one looks there", async ({ stage }) => {
    const { port } = await serve(stage)
    const other = await nativeClient(stage, port, "other")
    const terminal = await openTerminal(stage)
    await terminal.enter(`clear; node ${cli} join ${joinArgs(port).join(" ")} --name ours`)
    await terminal.shows(/ here · connected/u)
    await other.send({ _tag: "Say", text: "in the lobby" })
    await terminal.shows(/ {2}other: in the lobby$/mu)
    await terminal.enter("/join dev")
    await terminal.until("Two rooms", (screen) => (screen.endsWith("#lobby  [#dev] · 1 here · connected\n>") ? true : undefined))
    await other.send({ _tag: "Enter", room: "dev" })
    await other.event("Entered")
    await other.send({ _tag: "Say", text: "first", room: "dev" })
    await terminal.shows(/ {2}other: first$/mu)
    await terminal.type("half a line")
    await terminal.press("M-1")
    await terminal.until("The lobby, shown again", (screen) => (screen.endsWith("other: in the lobby\n[#lobby]  #dev · 2 here · connected\n>") ? true : undefined))
    await other.send({ _tag: "Say", text: "ours: look here", room: "dev" })
    await other.send({ _tag: "Say", text: "and here", room: "dev" })
    await terminal.until("What is new in the other", (screen) => (screen.endsWith("\n[#lobby]  #dev 2@ · 2 here · connected\n>") ? true : undefined))
    await terminal.press("M-2")
    const screen = await terminal.until("The other room", (screen) => (screen.endsWith("> half a line") ? screen : undefined))
    expect(screen.slice(screen.lastIndexOf("\n#dev\n")).split("\n").map((row) => row.replace(/^\d\d:\d\d /u, ""))).toEqual([
      "", "#dev", " You are in #dev. Nobody else is here yet.", " other has joined the chat!", " other: first", "--- new ---", " other: ours: look here", " other: and here",
      "#lobby  [#dev] · 2 here · connected", "> half a line"
    ])
    await terminal.press("Enter")
    expect(await other.event("Said", ({ from }) => from.name === "ours")).toMatchObject({ room: "dev", text: "half a line" })
    await terminal.enter("/kick other enough")
    await terminal.shows(/^\d\d:\d\d # ours has removed other: enough$/mu)
    expect(await other.event("Removed")).toMatchObject({ room: "dev", reason: "enough" })
    await terminal.enter("/leave")
    await terminal.until("One room again", (screen) => (screen.endsWith("\nlobby · 2 here · connected\n>") ? true : undefined))
  })
})
