import { describe, expect } from "vitest"
import { overTls } from "../../bench/load/overTls.ts"
import { Returner } from "../../bench/load/Returner.ts"
import type { Fate, Manner } from "../support/Cable.ts"
import { range } from "../support/range.ts"
import { until } from "../support/waiting.ts"
import { Proxy } from "./support/proxy.ts"
import { awaitEvent, connectInClear, eventOf, type Native, nativeClient, Raw } from "./support/raw.ts"
import { join, serve } from "./support/program.ts"
import { isEncryptedPort } from "./support/encrypted.ts"
import { it, type Stage } from "./support/stage.ts"
import { isEncrypted } from "./support/transcript.ts"

const patience = 30_000

/** A client that comes back by itself, and all that it hears, in order. */
interface Listener {
  readonly client: Returner
  readonly texts: ReadonlyArray<string>
}

const listener = (stage: Stage, port: number, name: string, wait?: number): Listener => {
  const texts: Array<string> = []
  const client = new Returner({ port, name, secured: isEncryptedPort(port), ...(wait === undefined ? {} : { patience: wait }), onSaid: (text) => texts.push(text) })
  stage.onEnd(() => {
    client.destroy()
  })
  client.come()
  return { client, texts }
}

const isIn = (all: ReadonlyArray<Listener>) => until(() => "all are in", () => all.every(({ client }) => client.isIn), patience)

const saidIn = ({ events }: Native): ReadonlyArray<string> => events.flatMap((event) => (event._tag === "Said" ? [event.text] : []))

const hasHeard = (witness: Native, texts: ReadonlyArray<string>) =>
  until(
    () => `all of ${texts.length} lines are heard, such as ${texts[0] ?? ""}`,
    () => {
      const heard = new Set(saidIn(witness))
      return texts.every((text) => heard.has(text))
    },
    patience
  )

/** Each has heard all that the witness has, once and in order, and all it said was said. */
const check = async (witness: Native, all: ReadonlyArray<Listener>) => {
  const said = saidIn(witness)
  await until(
    () => `all have heard all ${said.length}: ${all.map(({ client, texts }) => `${client.name} ${texts.length} ${client.faults.join()}`).join("; ")}`,
    () => all.every(({ texts }) => texts.length >= said.length),
    patience
  )
  for (const { client, texts } of all) {
    expect(texts, client.name).toEqual(said)
    const { faults, lives, missed, pending, resumesWithGaps, returned } = client
    expect({ faults, lives, missed, pending, resumesWithGaps, returned }, client.name).toEqual({ faults: [], lives: 1, missed: 0, pending: [], resumesWithGaps: 0, returned: [] })
  }
}

const fates: ReadonlyArray<Fate | "block"> = ["reset", "end", "stop", "block"]

/** How many bytes a handshake of TLS takes at least, in each direction. */
const handshake = { up: 600, down: 1200 }

/** Cables that fail in the middle of a line of the talk, then in that of the answer to a hello or of what is told again, then of the talk again. */
const manners = (fate: Fate | "block", direction: "up" | "down", offset: number): ReadonlyArray<Manner> => {
  const after = direction === "up" ? [330, 70, 420] : [5000, 130, 3500]
  return after.map((bytes) => ({ cut: { direction, after: bytes + offset + (isEncrypted ? handshake[direction] : 0), fate } }))
}

const rounds = 12

describe("Clients whose connections are cut", () => {
  it("in each way, in each direction and within a line, hear everything once and in order, and have said everything once", async ({ stage }) => {
    const { port } = await serve(stage)
    const witness = await nativeClient(stage, port, "witness")
    const ways = fates.flatMap((fate) => (["up", "down"] as const).flatMap((direction) => [0, 41].map((offset) => ({ direction, fate, offset }))))
    const proxies = await Promise.all(ways.map(({ direction, fate, offset }) => Proxy.open(stage, port, manners(fate, direction, offset))))
    const all = proxies.map((proxy, index) => {
      const { direction, fate, offset } = ways[index]!
      return listener(stage, proxy.port, `${fate}-${direction}-${offset}`)
    })
    proxies.forEach((proxy, index) => {
      // Over a cable that is silent a client gives up after a while.
      proxy.onCut = ({ cut }) => {
        if (cut?.fate === "stop" || cut?.fate === "block") setTimeout(() => { all[index]!.client.lose("forgotten") }, 50)
      }
    })
    await isIn(all)
    const words = range(rounds, (round) => all.map(({ client }) => `${client.name} ${round}`))
    for (const round of words) {
      round.forEach((text, index) => {
        all[index]!.client.say(text)
      })
      await hasHeard(witness, round)
    }
    await check(witness, all)
    for (const { client } of all) expect(witness.saidBy(client.name)).toEqual(words.flat().filter((text) => text.startsWith(`${client.name} `)))
    expect(proxies.map(({ cuts }) => cuts)).toEqual(proxies.map(() => 3))
    // Over TLS a cut may fall into a handshake: whoever was not answered is not back.
    for (const { client } of all) expect(client.resumes, client.name).toBeGreaterThanOrEqual(isEncrypted ? 1 : 2)
  })

  it("hear how much is lost, where they were away for longer than all of it is kept", async ({ stage }) => {
    const { port } = await serve(stage)
    const witness = await nativeClient(stage, port, "witness")
    const proxy = await Proxy.open(stage, port)
    const ada = listener(stage, proxy.port, "ada")
    await isIn([ada])
    ada.client.staysAway = true
    proxy.cut("stop")
    // Said into a connection that takes nothing any more.
    ada.client.say("not heard")
    const words = range(300, (n) => `n${n}`)
    await witness.write(words.map((text) => `${JSON.stringify({ _tag: "Say", text })}\n`).join(""))
    await hasHeard(witness, words)
    ada.client.lose("forgotten")
    ada.client.come()
    await hasHeard(witness, ["not heard"])
    await until(() => "she has heard it too", () => ada.texts.includes("not heard"), patience)
    // Of 300 lines the last 256 are kept. She was not told of as lost: she has come back over another connection first.
    expect(ada.texts).toEqual([...words.slice(44), "not heard"])
    expect(ada.client).toMatchObject({ missed: 44, resumes: 1, resumesWithGaps: 1, lives: 1, faults: [], pending: [] })
  })

  it("and are those of the program: lines in a pipe are said once, and read once, in order", async ({ stage }) => {
    const { port } = await serve(stage)
    const witness = await nativeClient(stage, port, "witness")
    const proxies = await Promise.all((["reset", "end"] as const).map((fate) => Proxy.open(stage, port, [...manners(fate, "down", 3).slice(2), ...manners(fate, "up", 3).slice(0, 2)])))
    const names = ["ada", "bob"]
    const people = await Promise.all(proxies.map((proxy, n) => join(stage, proxy.port, names[n]!, { args: ["--reconnect", "60"] })))
    const words = range(60, (round) => names.map((name) => `${name}'s ${round} ${"x".repeat(40)}`))
    for (const round of words) {
      round.forEach((text, n) => {
        people[n]!.type(`${text}\n`)
      })
      await hasHeard(witness, round)
    }
    expect(witness.saidBy("ada")).toEqual(words.map(([text]) => text))
    expect(witness.saidBy("bob")).toEqual(words.map(([, text]) => text))
    const [ada, bob] = [people[0]!, people[1]!]
    await ada.line(`bob: ${words.at(-1)![1]!}`)
    await bob.line(`ada: ${words.at(-1)![0]!}`)
    expect(ada.stdout.texts.filter((line) => line.startsWith("bob: "))).toEqual(words.map(([, text]) => `bob: ${text!}`))
    expect(bob.stdout.texts.filter((line) => line.startsWith("ada: "))).toEqual(words.map(([text]) => `ada: ${text!}`))
    for (const { cuts } of proxies) expect(cuts).toBe(3)
  })
})

describe("A server that is stopped, and goes on after all of its clients have lost patience,", () => {
  it("loses nothing: each line is said once, and heard once, in order", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--keepalive", "1"] })
    const witness = (await nativeClient(stage, port, "witness")).answering()
    // One of them waits for ever.
    const all = [...range(12, (n) => listener(stage, port, `client-${n}`, 150)), listener(stage, port, "patient")]
    await isIn(all)
    const before = all.map(({ client }) => `${client.name} before`)
    for (const { client } of all) client.say(`${client.name} before`)
    await hasHeard(witness, before)
    program.kill("SIGSTOP")
    for (const { client } of all) client.say(`${client.name} while it stands still`)
    await until(() => "all have tried again and again", () => all.every(({ client }) => client.givenUp >= 4 || client.name === "patient"), patience)
    for (const { client } of all) client.say(`${client.name} still`)
    program.kill("SIGCONT")
    await hasHeard(witness, all.flatMap(({ client }) => [`${client.name} while it stands still`, `${client.name} still`]))
    await check(witness, all)
    for (const { client } of all) {
      expect(witness.saidBy(client.name)).toEqual(["before", "while it stands still", "still"].map((words) => `${client.name} ${words}`))
      expect(client.resumes > 0, client.name).toBe(client.name !== "patient")
    }
    expect(program.stderr.text).toBe("")
  })

  /** A person whose client tries to come back while the server stands still. */
  const persons = (stage: Stage, port: number) => {
    const hello = (n: number) => `${JSON.stringify({ _tag: "Hello", v: 1, nickname: `client-${n}`, secret: String(n).padStart(40, "x") })}\n`
    const come = async (n: number) => {
      const clear = await connectInClear(stage, port)
      if (!isEncryptedPort(port)) {
        await clear.read().write(hello(n))
        return clear
      }
      // No handshake of TLS comes to its end while the server stands still: what is written waits for that.
      const raw = new Raw(overTls(clear.socket)).read()
      raw.socket.write(hello(n))
      return raw
    }
    const all = <A>(what: (n: number) => Promise<A>) => Promise.all(range(5, what))
    return { all, come, hello }
  }

  const movesOf = ({ events }: Native) => events.filter(({ _tag }) => _tag === "Detached" || _tag === "Returned" || _tag === "Left" || _tag === "Presence")

  it("tells nobody of who has come back meanwhile, however often it has tried", async ({ stage }) => {
    const { port, program } = await serve(stage)
    const witness = await nativeClient(stage, port, "witness")
    const { all, come, hello } = persons(stage, port)
    const first = await all(come)
    for (const raw of first) await awaitEvent(raw.heard, "Welcome")
    program.kill("SIGSTOP")
    for (const raw of first) raw.socket.resetAndDestroy()
    // Hellos that nobody waits for any more, and then one each that waits.
    const lost = await all(come)
    for (const raw of lost) raw.socket.destroy()
    const last = await all(come)
    program.kill("SIGCONT")
    await Promise.all(last.map(async (raw, n) => {
      const answer = await raw.heard.find("An answer", (line) => {
        const event = eventOf(line)
        return event._tag === "Resumed" || event._tag === "Refused" ? event : undefined
      })
      // A hello that nobody waits for any more was taken for its coming back, where it was read in time.
      if (answer._tag === "Refused") {
        expect(answer.code).toBe("too-soon")
        await new Promise((resolve) => setTimeout(resolve, answer.wait))
        await raw.write(hello(n))
        await awaitEvent(raw.heard, "Resumed")
      }
      await raw.write(`{"_tag":"Say","text":"back ${n}"}\n`)
    }))
    await hasHeard(witness, range(5, (n) => `back ${n}`))
    expect(movesOf(witness)).toEqual([])
  })
})
