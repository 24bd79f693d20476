import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { until } from "../support/waiting.ts"
import { environment, serve } from "./support/program.ts"
import { Proxy } from "./support/proxy.ts"
import { lineClient, nativeClient } from "./support/raw.ts"
import { it, type Stage } from "./support/stage.ts"
import { hasTmux, openTerminal } from "./support/tmux.ts"
import { patience } from "./support/transcript.ts"

// Clients of IRC that other people have written, as they come from Debian: each talks with somebody on nc.

/** A client of IRC that runs. */
interface IrcClient {
  /** Gives one of its commands. */
  readonly command: (line: string) => Promise<void>
  /** Says something in the room that it has entered. */
  readonly say: (text: string) => Promise<void>
  /** Waits until it shows this. */
  readonly shows: (wanted: RegExp) => Promise<void>
}

interface Kind {
  readonly program: string
  readonly package: string
  readonly needs?: boolean
  readonly start: (stage: Stage, port: number, nick: string) => Promise<IrcClient>
  /** How it shows what is said in a room, and to it alone. */
  readonly said: (name: string, text: string) => RegExp
  /** What it needs to come back after its connection was lost: its own commands, or another start; nothing where it comes back by itself. */
  readonly returns: "by itself" | "anew" | readonly [reconnect: string, ...more: ReadonlyArray<string>]
}

const folder = (stage: Stage): string => {
  const path = mkdtempSync(join(tmpdir(), "irc-"))
  stage.onEnd(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

const run = (stage: Stage, program: string, args: ReadonlyArray<string>): void => {
  const child = spawn(program, args, { env: environment(), stdio: "ignore" })
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => {
      resolve()
    })
  })
  stage.onEnd(() => {
    child.kill("SIGKILL")
    return gone
  })
}

const content = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

const shown = (files: ReadonlyArray<string>) => async (wanted: RegExp): Promise<void> => {
  await until(() => `${String(wanted)} is shown`, () => files.some((file) => wanted.test(content(file))), patience)
}

const inTerminal = (args: (port: number, nick: string, path: string) => string, settings: ReadonlyArray<string> = []): Kind["start"] => async (stage, port, nick) => {
  const terminal = await openTerminal(stage, args(port, nick, folder(stage)), {}, { columns: 120 })
  await terminal.shows(/MOTD/u)
  const command = (line: string) => terminal.enter(line)
  for (const setting of settings) await command(setting)
  return {
    command,
    // Whatever it is that is in front.
    say: (text) => command(`/msg #lobby ${text}`),
    shows: async (wanted) => {
      await terminal.shows(wanted)
    }
  }
}

const kinds: ReadonlyArray<Kind> = [
  {
    program: "ii",
    package: "ii",
    start: async (stage, port, nick) => {
      const path = folder(stage)
      run(stage, "ii", ["-s", "127.0.0.1", "-p", String(port), "-n", nick, "-i", path])
      const server = join(path, "127.0.0.1")
      const shows = shown([join(server, "out"), join(server, "#lobby", "out"), join(server, "#dev", "out"), join(server, "bob", "out")])
      await shows(/MOTD/u)
      return { command: (line) => writeFile(join(server, "in"), `${line.replace(/^\/join/u, "/j").replace(/^\/nick/u, "/n")}\n`), say: (text) => writeFile(join(server, "#lobby", "in"), `${text}\n`), shows }
    },
    said: (name, text) => new RegExp(`<${name}> ${text}`, "u"),
    returns: "anew"
  },
  {
    program: "weechat-headless",
    package: "weechat-headless weechat-plugins",
    start: async (stage, port, nick) => {
      const path = folder(stage)
      const fifo = join(path, "fifo")
      const setting = [`/set fifo.file.path "${fifo}"`, "/fifo disable", "/fifo enable", "/set logger.file.flush_delay 0", "/set irc.server_default.autoreconnect_delay 1", `/server add here 127.0.0.1/${port} -notls -nicks=${nick} -nossl`, "/connect here"]
      run(stage, "weechat-headless", ["-d", path, "-r", setting.join(";")])
      const logs = join(path, "logs")
      const shows = shown([join(logs, "irc.server.here.weechatlog"), join(logs, "irc.here.#lobby.weechatlog"), join(logs, "irc.here.#dev.weechatlog"), join(logs, "irc.here.bob.weechatlog")])
      await shows(/MOTD/u)
      return { command: (line) => writeFile(fifo, `irc.server.here *${line}\n`), say: (text) => writeFile(fifo, `irc.here.#lobby *${text}\n`), shows }
    },
    said: (name, text) => new RegExp(`\\t[@+]?${name}\\t${text}`, "u"),
    returns: "by itself"
  },
  {
    program: "irssi",
    package: "irssi",
    needs: hasTmux,
    start: inTerminal((port, nick, path) => `irssi --home=${path} -c 127.0.0.1 -p ${port} -n ${nick}`, ["/set autocreate_query_level NONE", "/set reuse_unused_windows ON", "/set autocreate_windows OFF"]),
    said: (name, text) => new RegExp(`< ?[@+ ]?${name}(?::#lobby)?> ${text}`, "u"),
    returns: ["/reconnect all"]
  },
  {
    program: "epic5",
    package: "epic5",
    needs: hasTmux,
    start: inTerminal((port, nick, path) => {
      writeFileSync(join(path, ".epicrc"), "")
      return `epic5 -q -p ${port} ${nick} 127.0.0.1`
    }),
    said: (name, text) => new RegExp(`<${name}> ${text}`, "u"),
    returns: ["/reconnect", "/join #lobby"]
  }
]

const isThere = ({ needs = true, package: name, program }: Kind): boolean => {
  const isInstalled = spawnSync("which", [program]).status === 0
  if (!isInstalled) console.warn(`The test with ${program} is skipped: it is not installed (apt-get install ${name}).`)
  return isInstalled && needs
}

describe.concurrent("A client of IRC", () => {
  for (const kind of kinds) {
    it.skipIf(!isThere(kind))(`talks with everybody else: ${kind.program}`, async ({ stage }) => {
      const { port } = await serve(stage)
      const bob = await lineClient(stage, port, "bob")
      const way = await Proxy.open(stage, port)
      let client = await kind.start(stage, way.port, "ivy")
      await client.command("/join #lobby")
      await bob.heard.line(/^ivy has joined the chat!$/u)
      await bob.write("hello ivy\n")
      await client.shows(kind.said("bob", "hello ivy"))
      await client.say("hello bob")
      await bob.heard.line(/^ivy: hello bob$/u)
      await client.command("/nick iris")
      await bob.heard.line(/^ivy is now called iris\.$/u)
      await bob.write("/msg iris quietly\n")
      await client.shows(/quietly/u)
      // Put out of a room by somebody with another program.
      const ada = await nativeClient(stage, port, "ada")
      await ada.send({ _tag: "Enter", room: "dev" })
      await ada.event("Entered", ({ room }) => room === "dev")
      await client.command("/join #dev")
      await ada.event("Joined", ({ member, room }) => room === "dev" && member.name === "iris")
      await ada.send({ _tag: "Moderate", room: "dev", deed: "kick", name: "iris", reason: "enough" })
      await ada.event("Moderated", ({ deed }) => deed === "kick")
      await client.shows(/enough/u)
      // Its connection is lost, and it comes back as whatever it is that it calls itself.
      way.cut("reset")
      await bob.heard.line(/^iris has left the chat\. \(connection lost\)$/u)
      if (kind.returns === "anew") {
        client = await kind.start(stage, way.port, "iris")
        await client.command("/join #lobby")
      } else if (kind.returns !== "by itself") {
        const [reconnect, ...others] = kind.returns
        await client.command(reconnect)
        await client.shows(/Welcome to brusio, iris/u)
        for (const line of others) await client.command(line)
      }
      await bob.heard.line(/^iris has joined the chat!$/u)
      await bob.write("you are back\n")
      await client.shows(kind.said("bob", "you are back"))
      await client.say("here again")
      await bob.heard.line(/^iris: here again$/u)
      await client.command("/quit good night")
      expect(await bob.heard.line(/^iris has left the chat\./u)).toBeDefined()
    })
  }
})
