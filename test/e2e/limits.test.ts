import { readFileSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { describe, expect } from "vitest"
import { until } from "../support/waiting.ts"
import { cli, join, run, serve } from "./support/program.ts"
import { connect, lineClient, type Native, nativeClient, type Raw } from "./support/raw.ts"
import { inTurn, it, type Stage } from "./support/stage.ts"
import { tcpEnd } from "./support/tcp.ts"
import { patience } from "./support/transcript.ts"

const range = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n)

/** Each limit, how it is given, and how one meets it. */
interface Limit {
  readonly option: string
  readonly value: string
  /** What else has to be so that it can be met. */
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly meet: (stage: Stage, port: number) => Promise<void>
}

/** Says hello from an address, and waits for the first answer. */
const arrive = async (stage: Stage, port: number, name: string, from?: string): Promise<string> => {
  const raw = (await connect(stage, port, from)).read()
  await raw.write(`${name}\n`)
  return (await raw.heard.line(/./u)).text
}

/** A client that can come back. */
const keeper = async (stage: Stage, port: number, nickname: string): Promise<Native> => {
  const native = await nativeClient(stage, port)
  await native.send({ _tag: "Hello", v: 1, nickname, secret: nickname.repeat(16) })
  await native.event("Welcome")
  return native
}

const welcome = (name: string) => `Welcome ${name}! To leave, type {quit}.`

/** Holds that this limit is what stands in the way, and not another. */
const limits: ReadonlyArray<Limit> = [
  {
    option: "max-clients", value: "2",
    meet: async (stage, port) => {
      for (const name of ["one", "two"]) expect(await arrive(stage, port, name)).toBe(welcome(name))
      expect(await arrive(stage, port, "three", "127.0.0.2")).toBe("You have been disconnected: the room is full (2 at most): try again later.")
    }
  },
  {
    option: "max-clients-per-address", value: "1",
    meet: async (stage, port) => {
      expect(await arrive(stage, port, "one", "127.0.0.2")).toBe(welcome("one"))
      expect(await arrive(stage, port, "two", "127.0.0.2")).toMatch(/^You have been disconnected: too many come from your address/u)
      expect(await arrive(stage, port, "three", "127.0.0.3")).toBe(welcome("three"))
    }
  },
  {
    option: "keep", value: "1",
    meet: async (stage, port) => {
      const bob = await nativeClient(stage, port, "bob")
      const ada = await keeper(stage, port, "ada")
      const lost = performance.now()
      ada.socket.resetAndDestroy()
      const left = await bob.event("Left")
      expect(left).toMatchObject({ member: { name: "ada" }, detached: true })
      expect(left.heardAt - lost).toBeGreaterThan(990)
    }
  },
  {
    option: "max-kept-per-address", value: "1",
    meet: async (stage, port) => {
      const bob = await nativeClient(stage, port, "bob")
      const [ada, eve] = [await keeper(stage, port, "ada"), await keeper(stage, port, "eve")]
      ada.socket.resetAndDestroy()
      await bob.event("Detached")
      eve.socket.resetAndDestroy()
      expect(await bob.event("Left")).toMatchObject({ member: { name: "eve" }, code: "lost" })
    }
  },
  {
    option: "max-nameless", value: "1",
    meet: async (stage, port) => {
      const first = await nativeClient(stage, port)
      await first.roundTrip()
      await (await nativeClient(stage, port)).roundTrip()
      expect(await first.event("Goodbye")).toMatchObject({ code: "full" })
    }
  },
  {
    option: "name-timeout", value: "1",
    meet: async (stage, port) => {
      const nameless = await nativeClient(stage, port)
      await nameless.roundTrip()
      expect((await nameless.event("Goodbye")).code).toBe("no-name")
    }
  },
  {
    option: "max-line", value: "300",
    meet: async (stage, port) => {
      const ada = await lineClient(stage, port, "ada")
      await ada.write(`${"x".repeat(301)}\n`)
      await ada.heard.line(/^A line has at most 300 bytes/u)
    }
  },
  {
    option: "max-name", value: "5",
    meet: async (stage, port) => {
      expect(await arrive(stage, port, "abcdefgh")).toBe(welcome("abcde"))
    }
  },
  {
    option: "rate-limit", value: "7",
    meet: async (stage, port) => {
      const ada = await nativeClient(stage, port, "ada")
      // Far more than a slow machine earns anew while it reads them.
      await ada.write(`${JSON.stringify({ _tag: "Ping" })}\n`.repeat(400))
      expect(await ada.event("Throttled")).toMatchObject({ perSecond: 7 })
    }
  },
  {
    option: "rate-burst", value: "3", args: ["--rate-limit", "1"],
    meet: async (stage, port) => {
      const ada = await nativeClient(stage, port, "ada")
      await ada.write(`${JSON.stringify({ _tag: "Ping" })}\n`.repeat(50))
      expect(await ada.event("Throttled")).toMatchObject({ perSecond: 1 })
    }
  },
  {
    option: "address-rate-limit", value: "9", args: ["--rate-limit", "1000", "--rate-burst", "1000", "--address-rate-burst", "1"],
    meet: async (stage, port) => {
      const ada = await nativeClient(stage, port, "ada")
      await ada.write(`${JSON.stringify({ _tag: "Ping" })}\n`.repeat(300))
      expect(await ada.event("Throttled")).toMatchObject({ perSecond: 9 })
    }
  },
  {
    option: "address-rate-burst", value: "6", args: ["--rate-limit", "1000", "--rate-burst", "1000", "--address-rate-limit", "1"],
    meet: async (stage, port) => {
      // A connection and a hello each: one more than there are.
      for (const name of ["one", "two", "three"]) await nativeClient(stage, port, name)
      const ada = await nativeClient(stage, port, "ada")
      await ada.write(`${JSON.stringify({ _tag: "Ping" })}\n`.repeat(50))
      expect(await ada.event("Throttled")).toMatchObject({ perSecond: 1 })
    }
  },
  {
    option: "connect-rate-limit", value: "1", args: ["--rate-limit", "10", "--connect-rate-burst", "1"],
    meet: async (stage, port) => {
      expect(await arrive(stage, port, "one")).toBe(welcome("one"))
      const start = performance.now()
      expect(await arrive(stage, port, "two")).toBe(welcome("two"))
      expect(await arrive(stage, port, "three")).toBe(welcome("three"))
      expect(performance.now() - start).toBeGreaterThan(900)
    }
  },
  {
    option: "connect-rate-burst", value: "2", args: ["--rate-limit", "10", "--connect-rate-limit", "1"],
    meet: async (stage, port) => {
      for (const name of ["one", "two"]) expect(await arrive(stage, port, name)).toBe(welcome(name))
      const start = performance.now()
      expect(await arrive(stage, port, "three")).toBe(welcome("three"))
      expect(await arrive(stage, port, "four")).toBe(welcome("four"))
      expect(performance.now() - start).toBeGreaterThan(900)
    }
  },
  {
    option: "max-rooms", value: "2",
    meet: async (stage, port) => {
      const ada = await nativeClient(stage, port, "ada")
      await ada.send({ _tag: "Enter", room: "dev" })
      await ada.event("Entered")
      await ada.send({ _tag: "Enter", room: "tea" })
      expect(await ada.event("Refused")).toMatchObject({ code: "too-many-rooms", message: "There are 2 rooms already, and no more are made here: /rooms shows them." })
      await ada.send({ _tag: "Exit", room: "dev" })
      await ada.send({ _tag: "Enter", room: "tea" })
      await ada.event("Entered")
    }
  },
  {
    option: "max-turned-away", value: "1", args: ["--max-clients", "1"],
    meet: async (stage, port) => {
      expect(await arrive(stage, port, "one")).toBe(welcome("one"))
      await connect(stage, port)
      expect(await arrive(stage, port, "three")).toBe("The server is busy: try again in a moment.")
    }
  },
  {
    option: "password-tries", value: "1", env: { BRUSIO_PASSWORD: "sesame" },
    meet: async (stage, port) => {
      const ada = await connect(stage, port)
      await ada.read().write("ada\nopen\n")
      await ada.heard.line("You have been disconnected: wrong password.")
    }
  },
  {
    option: "max-unheard", value: "4096", args: ["--rate-limit", "1"],
    meet: async (stage, port) => {
      const ada = await nativeClient(stage, port, "ada")
      await ada.write(`${JSON.stringify({ _tag: "Ping" })}\n`.repeat(1000))
      await ada.event("Throttled")
      const unread = () => tcpEnd(port, ada.socket.localPort ?? 0)?.unread ?? 0
      const witness = await nativeClient(stage, port, "witness")
      // What the default takes would all be read. Once somebody else is answered, the server has read what it reads.
      for (let written = 0; written < 40_000 && unread() === 0; written += 2000) {
        await ada.write("x".repeat(2000))
        for (let n = 0; n < 2; n += 1) await witness.roundTrip()
      }
      expect(unread()).toBeGreaterThan(0)
    }
  },
  {
    option: "tcp-keepalive", value: "7",
    meet: async (stage, port) => {
      const ada = await lineClient(stage, port, "ada")
      const probeIn = () => tcpEnd(port, ada.socket.localPort ?? 0)?.probeIn ?? Number.POSITIVE_INFINITY
      await until(() => "the system is to ask", () => probeIn() <= 7000, patience)
      expect(probeIn()).toBeGreaterThan(4000)
    }
  },
  {
    option: "keepalive", value: "1",
    meet: async (stage, port) => {
      const bob = await nativeClient(stage, port, "bob")
      const ada = await nativeClient(stage, port, "ada")
      await bob.event("Ping")
      const start = performance.now()
      const pongs = setInterval(() => void bob.send({ _tag: "Pong" }), 200)
      stage.onEnd(() => {
        clearInterval(pongs)
      })
      expect(await bob.event("Left", ({ member }) => member.name === "ada")).toMatchObject({ code: "lost" })
      expect(performance.now() - start).toBeLessThan(3000)
      expect(ada.events.map(({ _tag }) => _tag)).toContain("Ping")
    }
  }
]

describe.concurrent("A limit is met", () => {
  const variable = (option: string) => `BRUSIO_${option.toUpperCase().replaceAll("-", "_")}`
  for (const { args = [], env = {}, meet, option, value } of limits) {
    it(`that is given as --${option}`, async ({ stage }) => {
      const { port } = await serve(stage, { args: [`--${option}`, value, ...args], env })
      await meet(stage, port)
    })
    it(`that is given as ${variable(option)}`, async ({ stage }) => {
      const { port } = await serve(stage, { args, env: { ...env, [variable(option)]: value } })
      await meet(stage, port)
    })
  }

  it("that is given both ways: what stands on the command line counts", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--max-name", "6"], env: { BRUSIO_MAX_NAME: "4" } })
    expect(await arrive(stage, port, "abcdefgh")).toBe(welcome("abcdef"))
  })

  it("of what waits for a client, and of how long it may stall", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--max-waiting", "65536", "--stall-timeout", "3600"] })
    const ada = await nativeClient(stage, port, "ada")
    const stalled = await connect(stage, port)
    await stalled.write("bob\n")
    await ada.event("Joined")
    const told = ada.event("Left", ({ code, member }) => member.name === "bob" && code === "too-slow")
    await floodUntil(ada, told)

    const patient = await serve(stage, { args: ["--max-waiting", "1073741824", "--stall-timeout", "1"] })
    const eve = await nativeClient(stage, patient.port, "eve")
    await (await connect(stage, patient.port)).write("bob\n")
    await eve.event("Joined")
    await floodUntil(eve, eve.event("Left", ({ code }) => code === "too-slow"))
  })
})

describe.concurrent("How long a client may stall", () => {
  const wait = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

  it("counts from what is given as --stall-above on", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--stall-above", "3000000", "--max-waiting", "1073741824", "--stall-timeout", "1"] })
    const ada = await nativeClient(stage, port, "ada")
    const stalled = await connect(stage, port)
    await stalled.write("bob\n")
    await ada.event("Joined")
    const line = `${JSON.stringify({ _tag: "Say", text: "x".repeat(15_000) })}\n`
    const inSystem = () => {
      const [near, far] = [stalled.socket.localPort ?? 0, port]
      return (tcpEnd(far, near)?.unsent ?? 0) + (tcpEnd(near, far)?.unread ?? 0)
    }
    // Much more waits than the default allows, and less than is given.
    for (let said = 0; said - inSystem() < 1_000_000; said += 40 * 15_000) {
      await ada.write(line.repeat(40))
      await ada.roundTrip()
    }
    await wait(2000)
    await ada.roundTrip()
    expect(ada.events.map(({ _tag }) => _tag)).not.toContain("Left")
    await floodUntil(ada, ada.event("Left", ({ code }) => code === "too-slow"))
  })

  it("cannot be counted from more than may wait, wherever that is said", async ({ stage }) => {
    expect(await run(stage, ["serve", "--port", "0"], { env: { BRUSIO_STALL_ABOVE: "70000", BRUSIO_MAX_WAITING: "65536" } })).toMatchObject({
      code: 1,
      stderr: `BRUSIO_STALL_ABOVE cannot be "70000": it must be at most what may wait for a client (--max-waiting, 65536).\n`
    })
    expect(await run(stage, ["serve", "--port", "0", "--stall-above", "70000", "--max-waiting", "65536"])).toEqual({
      code: 1,
      stdout: "",
      stderr: `--stall-above cannot be "70000": it must be at most what may wait for a client (--max-waiting, 65536).\n`
    })
  })
})

describe("A server that was stopped for a while", () => {
  it("takes nobody for dead who could not be heard", async ({ stage }) => {
    const { port, program } = await serve(stage, { args: ["--keepalive", "1"] })
    const bob = await nativeClient(stage, port, "bob")
    const pongs = setInterval(() => void bob.send({ _tag: "Pong" }), 100)
    stage.onEnd(() => {
      clearInterval(pongs)
    })
    // Answers what it is asked, and says nothing else.
    const { child } = await join(stage, port, "ada")
    await bob.event("Joined")
    process.kill(program.pid, "SIGSTOP")
    await new Promise((resolve) => setTimeout(resolve, 4000))
    process.kill(program.pid, "SIGCONT")
    child.stdin?.write("still here\n")
    await bob.event("Said", ({ from, text }) => from.name === "ada" && text === "still here")
    expect(bob.events.map(({ _tag }) => _tag)).not.toContain("Left")
  })
})

/** Says long things until something is told. */
const floodUntil = async (talker: Native, told: Promise<unknown>): Promise<void> => {
  const flood = { over: false }
  void told.finally(() => {
    flood.over = true
  })
  const line = `${JSON.stringify({ _tag: "Say", text: "x".repeat(15_000) })}\n`
  while (!flood.over) {
    await talker.write(line.repeat(20))
    await talker.roundTrip()
  }
  await told
}

describe.concurrent("Without a rate limit", () => {
  for (const [how, options] of [
    ["by option", { args: ["--rate-limit", "off"] }],
    ["by environment", { env: { BRUSIO_RATE_LIMIT: "off" } }]
  ] as const) {
    it(`all is taken up as it comes, whoever comes: ${how}`, async ({ stage }) => {
      const { args = [], env = {} }: { readonly args?: ReadonlyArray<string>; readonly env?: Readonly<Record<string, string>> } = options
      const { port } = await serve(stage, { args: [...args, ...oneOf("address-rate"), ...oneOf("connect-rate")], env })
      const ada = await nativeClient(stage, port, "ada")
      const bob = await nativeClient(stage, port, "bob")
      await ada.write(`${JSON.stringify({ _tag: "Say", text: "hello" })}\n`.repeat(1000))
      await ada.roundTrip()
      expect(ada.events.filter(({ _tag }) => _tag === "Said")).toHaveLength(1000)
      expect([...ada.events, ...bob.events].map(({ _tag }) => _tag)).not.toContain("Throttled")
    })
  }
})

/** The arguments for a limit of one a second. */
const oneOf = (name: string): ReadonlyArray<string> => [`--${name}-limit`, "1", `--${name}-burst`, "1"]

describe.concurrent("An option is refused", () => {
  for (const option of ["--MAX-CLIENTS", "--Max-Clients", "--PASSWORD-FILE", "--Host", "--RATE-LIMIT"]) {
    it(`that is none, as its letters are not: ${option}`, async ({ stage }) => {
      for (const args of [[option, "1"], [`${option}=1`]]) {
        expect(await run(stage, ["serve", "--port", "0", ...args])).toEqual({
          code: 1,
          stdout: "",
          stderr: `Received unknown argument: '${args[0] ?? ""}' (see --help)\n`
        })
      }
    })
  }

  it("that is given twice", async ({ stage }) => {
    for (const args of [["--max-clients", "1", "--max-clients", "2"], ["--max-clients=1", "--max-clients=1"]]) {
      expect(await run(stage, ["serve", "--port", "0", ...args])).toEqual({ code: 1, stdout: "", stderr: "--max-clients was given twice: once is enough\n" })
    }
  })
})

describe.concurrent("One who finds no room, and nobody who could say so in its own words,", () => {
  it("is told so by our client all the same", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--max-clients", "1", "--max-turned-away", "1"] })
    await nativeClient(stage, port, "ada")
    await connect(stage, port)
    const { code, stderr } = await run(stage, ["join", "--port", String(port), "--name", "bob", "--no-input"])
    expect(code).toBe(1)
    expect(stderr).toContain("It says: The server is busy: try again in a moment.\n")
  })
})

describe.concurrent("A limit that cannot be one is refused, with what it may be", () => {
  const wrong: ReadonlyArray<readonly [string, string, string]> = [
    ["max-clients", "0", "a whole number from 1 to 1000000"],
    ["max-clients", "many", "a whole number from 1 to 1000000"],
    ["max-clients-per-address", "1e3", "a whole number from 1 to 1000000"],
    ["max-nameless", "1.5", "a whole number from 1 to 1000000"],
    ["keep", "86401", "a whole number from 0 to 86400"],
    ["max-kept-per-address", "0", "a whole number from 1 to 1000000"],
    ["name-timeout", "86401", "a whole number from 1 to 86400"],
    ["max-line", "255", "a whole number from 256 to 262144"],
    ["max-name", "3", "a whole number from 4 to 64"],
    ["rate-limit", "0", "a whole number from 1 to 1000000, or off"],
    ["rate-limit", "none", "a whole number from 1 to 1000000, or off"],
    ["rate-burst", "0x10", "a whole number from 1 to 1000000"],
    ["max-waiting", "65535", "a whole number from 65536 to 1073741824"],
    ["stall-timeout", " 5", "a whole number from 1 to 86400"],
    ["keepalive", "99999999999", "a whole number from 1 to 86400"],
    ["tcp-keepalive", "32768", "a whole number from 1 to 32767"],
    ["address-rate-limit", "0", "a whole number from 1 to 1000000"],
    ["address-rate-burst", "off", "a whole number from 1 to 1000000"],
    ["connect-rate-limit", "0", "a whole number from 1 to 1000000"],
    ["connect-rate-burst", "0", "a whole number from 1 to 1000000"],
    ["history", "500,12h,300", "lines such as 500 (at most 100000), a size such as 256KB or 1MB (at most 64MB), an age such as 30m, 12h or 2d (at most 7d), or several of these with commas between"],
    ["max-rooms", "0", "a whole number from 1 to 1000000"],
    ["max-turned-away", "0", "a whole number from 1 to 1000000"],
    ["password-tries", "0", "a whole number from 1 to 1000000"],
    ["max-unheard", "1023", "a whole number from 1024 to 1073741824"],
    ["stall-above", "1023", "a whole number from 1024 to 1073741824"]
  ]
  for (const [option, value, expected] of wrong) {
    it(`--${option} ${JSON.stringify(value)}`, async ({ stage }) => {
      expect(await run(stage, ["serve", "--port", "0", `--${option}`, value])).toEqual({
        code: 1,
        stdout: "",
        stderr: `--${option} cannot be ${JSON.stringify(value)}: it must be ${expected}.\n`
      })
    })
  }

  it("in the environment, under that name", async ({ stage }) => {
    expect(await run(stage, ["serve", "--port", "0"], { env: { BRUSIO_MAX_LINE: "short" } })).toEqual({
      code: 1,
      stdout: "",
      stderr: `BRUSIO_MAX_LINE cannot be "short": it must be a whole number from 256 to 262144.\n`
    })
  })

  it("a number below zero, and none at all", async ({ stage }) => {
    const [below, none] = await Promise.all([run(stage, ["serve", "--port", "0", "--max-clients=-5"]), run(stage, ["serve", "--port", "0", "--max-clients"])])
    expect(below).toMatchObject({ code: 1, stdout: "" })
    expect(below.stderr).toContain("--max-clients")
    expect(none).toMatchObject({ code: 1, stdout: "", stderr: "--max-clients needs a value (see --help)\n" })
  })

  it("an empty one in the environment is as good as none", async ({ stage }) => {
    const { port } = await serve(stage, { env: { BRUSIO_MAX_CLIENTS: "", BRUSIO_MAX_NAME: "" } })
    expect(await arrive(stage, port, "abcdefgh")).toBe(welcome("abcdefgh"))
  })
})

describe.concurrent("The help", () => {
  it("names every limit, with its unit and its default, and how variables are named", async ({ stage }) => {
    const { code, stdout } = await run(stage, ["serve", "--help"])
    expect(code).toBe(0)
    const words = stdout.replace(/\s+/gu, " ")
    for (const [option, unit, fallback] of [
      ["max-clients", "N", "20000"],
      ["max-clients-per-address", "N", "20000"],
      ["max-nameless", "N", "5000"],
      ["name-timeout", "SECONDS", "300"],
      ["max-line", "BYTES", "16384"],
      ["max-name", "CHARACTERS", "32"],
      ["rate-limit", "N|off", "10"],
      ["rate-burst", "N", "100"],
      ["address-rate-limit", "N", "300"],
      ["address-rate-burst", "N", "3000"],
      ["connect-rate-limit", "N", "50"],
      ["connect-rate-burst", "N", "500"],
      ["max-waiting", "BYTES", "1048576"],
      ["stall-timeout", "SECONDS", "30"],
      ["keepalive", "SECONDS", "20"],
      ["tcp-keepalive", "SECONDS", "30"],
      ["keep", "SECONDS", "120"],
      ["max-kept-per-address", "N", "1000"],
      ["max-rooms", "N", "1000"],
      ["max-turned-away", "N", "256"],
      ["password-tries", "N", "3"],
      ["max-unheard", "BYTES", "65536"],
      ["stall-above", "BYTES", "65536"]
    ] as const) {
      expect(words).toContain(`--${option} ${unit}`)
      const name = words.indexOf(`--${option} ${unit}`)
      expect(words.slice(words.indexOf("Default: ", name))).toMatch(new RegExp(`^Default: ${fallback}(?: [a-z ]+)?\\.`, "u"))
    }
    expect(words).toMatch(/Every option can also be set in the environment: --[a-z-]+ is BRUSIO_[A-Z_]+\./u)
  })
})

describe.concurrent("Where everybody could come in", () => {
  it.for(["0.0.0.0", "::ffff:0.0.0.0"])("how to join is told for each address, and who can get in: --host %s", async (host, { stage }) => {
    const { port, program } = await serve(stage, { args: ["--host", host] })
    await program.line(/WARN {2}There is no password: whoever can reach this machine can get in, read and speak\./u)
    const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ family }) => family === "IPv4").map(({ address }) => address))
    for (const address of addresses) await program.line(new RegExp(`Join with: node ${cli} join --host ${address} --port ${port}$`, "u"))
  })

  it("also where all addresses are asked for in another way", async ({ stage }) => {
    const { program } = await serve(stage, { args: ["--host", "0"] })
    await program.line(/WARN {2}There is no password/u)
    expect(program.stdout.text).not.toContain("--host 0 ")
  })

  it("but not on the loopback, nor with a password", async ({ stage }) => {
    const [mapped, near, guarded] = await Promise.all([serve(stage, { args: ["--host", "::ffff:127.0.0.1"] }), serve(stage), serve(stage, { args: ["--host", "0.0.0.0"], env: { BRUSIO_PASSWORD: "sesame" } })])
    for (const { port, program } of [mapped, near, guarded]) {
      await arrive(stage, port, "ada")
      await program.line(/ connected$/u)
      expect(program.stdout.text).not.toContain("no password")
    }
    expect(guarded.program.stdout.text).toMatch(new RegExp(`Join with: .* --port ${guarded.port} --password$`, "mu"))
  })
})

/** Writes single bytes, each in a segment of its own, as fast as they are taken. */
const flooding = (stage: Stage, { socket }: Raw): void => {
  let immediate: NodeJS.Immediate
  const go = () => {
    for (let n = 0; n < 100 && socket.writableLength < 1000; n += 1) socket.write("x")
    immediate = setImmediate(go)
  }
  go()
  stage.onEnd(() => {
    clearImmediate(immediate)
  })
}

/** What part of a second this process keeps a processor busy, while somebody else is heard twenty times. */
const busy = async (pid: number, witness: Native): Promise<number> => {
  const [start, before] = [performance.now(), processorTime(pid)]
  for (let n = 0; n < 20; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    await witness.roundTrip()
  }
  return (processorTime(pid) - before) / (performance.now() - start)
}

/** The processor time of a process so far, ms. */
const processorTime = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

describe.concurrent("A host that reconnects", () => {
  it("gets no more said than its address may, and others are heard meanwhile", async ({ stage }) => {
    const { port } = await serve(stage, { args: ["--rate-limit", "10", "--address-rate-limit", "100", "--address-rate-burst", "200"] })
    const ear = await nativeClient(stage, port, "ear")
    const start = performance.now()
    const loop = async (name: string) => {
      for (let n = 0; n < 3; n += 1) {
        const raw = (await connect(stage, port, "127.0.0.2")).read()
        const hello = JSON.stringify({ _tag: "Hello", v: 1, nickname: `${name}${n}` })
        const said = `${JSON.stringify({ _tag: "Say", text: "spam" })}\n`.repeat(60)
        await raw.write(`${hello}\n${said}${JSON.stringify({ _tag: "Quit" })}\n`)
        await raw.heard.line(/"_tag":"Goodbye"/u)
      }
    }
    const attack = { isOver: false }
    const loops = Promise.all(["a", "b", "c"].map(loop)).then(() => {
      attack.isOver = true
    })
    const bob = await nativeClient(stage, port, "bob")
    let longest = 0
    while (!attack.isOver) {
      const asked = performance.now()
      await bob.roundTrip()
      longest = Math.max(longest, performance.now() - asked)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await loops
    const seconds = (performance.now() - start) / 1000
    await ear.roundTrip()
    const heard = ear.events.filter(({ _tag }) => _tag === "Said").length
    expect(heard).toBe(9 * 60)
    expect(heard).toBeLessThan(200 + 100 * seconds)
    expect(longest).toBeLessThan(seconds * 500)
  })
})

describe("Floods", () => {
  for (const [title, bytes] of [
    ["blank lines", "\n".repeat(65_536)],
    ["bad lines", "{}\n".repeat(22_000)],
    ["messages", `${JSON.stringify({ _tag: "Say", text: "hello" })}\n`.repeat(2000)]
  ] as const) {
    it(`of ${title} leave the processor alone, and the others in peace`, async ({ stage }) => {
      await inTurn(async () => {
        const { port, program } = await serve(stage, { args: ["--rate-limit", "10"] })
        const bob = await nativeClient(stage, port, "bob")
        const flooders = await Promise.all(range(3).map((n) => nativeClient(stage, port, `flooder ${n}`)))
        for (const flooder of flooders) for (let n = 0; n < 100; n += 1) void flooder.write(bytes).catch(() => undefined)
        await Promise.all(flooders.map((flooder) => flooder.event("Throttled")))
        await bob.roundTrip()
        expect(await busy(program.pid, bob)).toBeLessThan(0.25)
      })
    })
  }

  it("of single bytes do so too", async ({ stage }) => {
    await inTurn(async () => {
      const { port, program } = await serve(stage, { args: ["--rate-limit", "10"] })
      const bob = await nativeClient(stage, port, "bob")
      const flooder = await lineClient(stage, port, "flooder")
      flooding(stage, flooder)
      await flooder.heard.line(/^You are sending more than 10 messages a second/u)
      expect(await busy(program.pid, bob)).toBeLessThan(0.25)
    })
  })
})

describe("When there are no more file descriptors", () => {
  const openFiles = 100

  /** Connects until one more is turned away in words. */
  const fill = async (stage: Stage, port: number): Promise<{ readonly inside: ReadonlyArray<Native>; readonly words: string }> => {
    const inside: Array<Native> = []
    for (;;) {
      const native = await nativeClient(stage, port)
      await native.send({ _tag: "Hello", v: 1, nickname: `guest ${inside.length}` })
      const answer = await Promise.race([native.event("Welcome"), native.event("Goodbye")])
      if (answer._tag === "Goodbye") return { inside, words: answer.reason }
      inside.push(native)
    }
  }

  it("newcomers are told so, those inside go on talking, and there is room again when some leave", async ({ stage }) => {
    const { port, program } = await serve(stage, { openFiles })
    const started = performance.now()
    const { inside, words } = await fill(stage, port)
    expect(inside.length).toBeGreaterThan(30)
    expect(inside.length).toBeLessThan(openFiles)
    expect(words).toBe(`the room is full (${inside.length} at most): try again later`)
    await program.line(new RegExp(` WARN {2}At most ${inside.length} clients: for more, allow more open files \\(ulimit -n\\)$`, "u"))

    // Each in its own words, one after the other.
    for (const n of range(10)) {
      const late = (await connect(stage, port)).read()
      await late.write(n % 2 === 0 ? "late\n" : `${JSON.stringify({ _tag: "Hello", v: 1, nickname: "late" })}\n`)
      await late.heard.line(n % 2 === 0 ? `You have been disconnected: ${words}.` : /^\{"_tag":"Goodbye".*"code":"full"/u)
      expect((await late.closed).by).toBe("FIN")
    }

    // Far more at once than anybody has a place for: they hold on as long as they can.
    const [talker, listener] = [inside[0], inside[1]]
    if (talker === undefined || listener === undefined) throw new Error("Somebody is inside")
    const storm: ReadonlyArray<Raw> = await Promise.all(range(300).map(async () => (await connect(stage, port)).read()))
    for (const n of range(20)) {
      await talker.send({ _tag: "Say", text: `still here ${n}` })
      await listener.event("Said", ({ text }) => text === `still here ${n}`)
    }
    await Promise.all(storm.map(({ closed }) => closed))
    expect(storm.filter(({ heard }) => /full|busy/u.test(heard.text)).length).toBeGreaterThan(0)

    await program.line(/Turned away, as there was no room: \d+ in the last second$/u)
    const logged = program.stdout.texts.filter((line) => line.includes("Turned away"))
    expect(logged.length).toBeLessThanOrEqual((performance.now() - started) / 1000 + 1)
    expect(program.stdout.text).not.toMatch(/ERROR|FATAL/u)

    const left = inside.slice(-5)
    for (const one of left) await one.send({ _tag: "Quit" })
    await Promise.all(left.map(({ closed }) => closed))
    for (const n of range(left.length)) await nativeClient(stage, port, `newcomer ${n}`)
    await talker.roundTrip()
    expect(program.stderr.text).toBe("")
  })

  it("a storm that never lets go keeps nobody out for longer than it lasts", async ({ stage }) => {
    const { port, program } = await serve(stage, { openFiles })
    const ada = await nativeClient(stage, port, "ada")
    const storm: ReadonlyArray<Raw> = await Promise.all(range(400).map(() => connect(stage, port)))
    await ada.roundTrip()
    for (const { socket } of storm) socket.destroy()
    const enters = async (): Promise<void> => {
      const late = (await connect(stage, port)).read()
      await late.write("late\n")
      const answer = await late.heard.line(/./u).catch(() => undefined)
      if (answer?.text.startsWith("Welcome late") !== true) await enters()
    }
    await enters()
    await ada.event("Joined", ({ member }) => member.name.startsWith("late"))
    expect(program.stdout.text).not.toMatch(/ERROR|FATAL/u)
  })
})
