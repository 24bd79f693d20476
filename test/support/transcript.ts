import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { mostBytes } from "../../src/domain/history.ts"
import type { ServerOptions } from "../../src/server/ServerConfig.ts"
import { connect, eventually, otherEnd, type Peer } from "./Peer.ts"
import { opened } from "./room.ts"

/** A conversation on the wire, in the notation of `docs/wire/README.md`. */
export interface Transcript {
  readonly title: string
  readonly config: Partial<ServerOptions>
  readonly steps: ReadonlyArray<Step>
}

/** Whether a transcript tells how the server closes. */
export const tellsOfClosing = ({ steps }: Transcript): boolean => steps.some(({ _tag }) => _tag === "Close")

type Step = { readonly line: number; readonly source: string } & (
  | { readonly _tag: "Connect"; readonly who: string }
  | { readonly _tag: "Send"; readonly who: string; readonly bytes: Buffer }
  | { readonly _tag: "End"; readonly who: string }
  | { readonly _tag: "Hear"; readonly who: string; readonly pattern: RegExp; readonly length: number | undefined }
  | { readonly _tag: "HearEnd"; readonly who: string }
  | { readonly _tag: "Cut"; readonly who: string }
  | { readonly _tag: "Silence"; readonly millis: number }
  | { readonly _tag: "Close"; readonly reason: string; readonly restarts: boolean }
)

const fence = /^```transcript(?<settings>(?: \w+=[\w.]+)*)$/u

/** The transcripts of a page; throws for a line in one that cannot be parsed. */
export const parse = (page: string): ReadonlyArray<Transcript> => {
  const found: Array<Transcript> = []
  let heading = ""
  let current: { readonly config: Partial<ServerOptions>; readonly title: string; readonly steps: Array<Step> } | undefined
  page.split("\n").forEach((source, index) => {
    const line = index + 1
    if (current === undefined) {
      if (source.startsWith("#")) heading = source.replace(/^#+ /u, "").replaceAll("`", "")
      const opening = fence.exec(source)
      if (opening !== null) current = { title: `${heading} (line ${line})`, config: settings(opening.groups?.["settings"] ?? ""), steps: [] }
      else if (source.startsWith("```transcript")) throw new Error(`Line ${line}: ${source} is not how a transcript opens`)
    } else if (source === "```") {
      found.push(current)
      current = undefined
    } else if (source !== "" && !source.startsWith("// ")) {
      current.steps.push(step(source, line))
    }
  })
  if (current !== undefined) throw new Error("The last transcript has no end")
  return found
}

const settings = (words: string): Partial<ServerOptions> =>
  Object.fromEntries(words.trim().split(" ").filter((word) => word !== "").map((word): readonly [string, unknown] => {
    const [name = "", value = ""] = word.split("=")
    if (name === "password") return [name, Redacted.make(value)]
    if (name === "trustProxy") return [name, [value]]
    const number = Number(value)
    if (name === "rateLimit") return [name, { perSecond: number, burst: number }]
    return [name, name === "history" ? { lines: number, bytes: mostBytes, age: 3_600_000, allBytes: mostBytes } : number]
  }))

const step = (source: string, line: number): Step => {
  const silence = /^silence (\d+) ms$/u.exec(source)
  if (silence !== null) return { _tag: "Silence", millis: Number(silence[1]), line, source }
  const closing = /^server (closes|restarts): (.+)$/u.exec(source)
  if (closing !== null) return { _tag: "Close", reason: closing[2] ?? "", restarts: closing[1] === "restarts", line, source }
  const connects = /^(?:(\w+) )?connects$/u.exec(source)
  if (connects !== null) return { _tag: "Connect", who: connects[1] ?? "", line, source }
  const cut = /^(\w+) is cut off$/u.exec(source)
  if (cut !== null) return { _tag: "Cut", who: cut[1] ?? "", line, source }
  const spoken = /^(\w*)([<>])(?: (.*))?$/u.exec(source)
  if (spoken === null) throw new Error(`Line ${line} is not of a transcript: ${source}`)
  const [, who = "", direction, words = ""] = spoken
  if (words === "«end»") return { _tag: direction === ">" ? "End" : "HearEnd", who, line, source }
  if (direction === ">") return { _tag: "Send", who, bytes: Buffer.concat(parts(words).map(literal)), line, source }
  const pieces = parts(words)
  const pattern = new RegExp(`^${pieces.map((part) => (part === at ? "\\d+" : part === instance ? "([\\w-]{36})" : escaped(literal(part)))).join("")}$`, "u")
  const open = words.endsWith(noNewline)
  return { _tag: "Hear", who, pattern, length: open ? Buffer.concat(pieces.map(literal)).length : undefined, line, source }
}

const at = Symbol("at")
const instance = Symbol("instance")
type Varying = typeof at | typeof instance
const noNewline = "«no newline»"

/** Parses a line of the notation: bytes, and placeholders for what varies: the times of events, and the name of this start of the server. */
const parts = (words: string): ReadonlyArray<Buffer | Varying> =>
  (words.endsWith(noNewline) ? words.slice(0, -noNewline.length) : `${words}\n`)
    .split(/(«[^»]*»)/u)
    .filter((part) => part !== "")
    .map((part) => {
      if (!part.startsWith("«")) return Buffer.from(part)
      const inside = part.slice(1, -1)
      if (inside === "at") return at
      if (inside === "instance") return instance
      const repeated = /^(\d+) × (.+)$/u.exec(inside)
      if (repeated !== null) return Buffer.from((repeated[2] ?? "").repeat(Number(repeated[1])))
      if (/^[\dA-F]{2}(?: [\dA-F]{2})*$/u.test(inside)) return Buffer.from(inside.replaceAll(" ", ""), "hex")
      throw new Error(`${part} stands for nothing`)
    })

const literal = (part: Buffer | Varying): Buffer => {
  if (!Buffer.isBuffer(part)) throw new Error(`«${part.description ?? ""}» stands only in whole lines of the server`)
  return part
}

// Bytes are compared as Latin-1 text, one character a byte.
const escaped = (bytes: Buffer): string =>
  bytes.toString("latin1").replace(/[^\w \n]/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)

/** The room of a transcript: one server, or several that are one. */
interface Played {
  /** The ports of its servers. Each client comes to the next of them. */
  readonly ports: readonly [number, ...ReadonlyArray<number>]
  /** Closes it; `restarts`: in order to be started again. */
  readonly close: (reason: string, restarts: boolean) => Effect.Effect<void>
  /** Whether this is all that is told of its close. */
  readonly isOver: (rest: string) => boolean
}

const overReason = "the transcript is over"
const overPlain = new RegExp(`^(?:#\\S+ )?The server is closing: ${overReason}\\.\n$`, "u")
const overNative = new RegExp(`^\\{"_tag":"Goodbye",(?:"n":\\d+,)?"at":\\d+,"code":"closing","reason":"${overReason}"\\}\\n$`, "u")

const alone = (config: Partial<ServerOptions>) => Effect.map(opened(config), ({ port, server, shut }): Played => ({
  ports: [port],
  close: (reason, restarts) => Effect.zipRight(restarts ? server.restart(reason) : server.close(reason), shut),
  isOver: (rest) => overPlain.test(rest) || overNative.test(rest)
}))

/** Of several servers that close: what is told of the ends of the others, too, and of whom a room belongs to then. */
export const isOverForAll = (rest: string): boolean =>
  rest.split("\n").every((line) => line === "" || line.includes(overReason) || /"deed":"owner"| owns the room now\.$/u.test(line))

/**
 * Plays a transcript against a server of its own, or several. It fails if the server sends
 * anything else, sends it too early, or sends more.
 */
export const play = ({ config, steps }: Transcript, open: (config: Partial<ServerOptions>) => Effect.Effect<Played, unknown, Scope.Scope> = alone) =>
  Effect.gen(function* () {
    const room = yield* open(config)
    let connections = 0
    const peers = new Map<string, Peer>()
    const gone = new Set<Peer>()
    let closed = false
    // What «instance» stands for.
    let started: string | undefined
    // When a client last sent something, and how long after that the server has to stay silent, ms.
    let spokeAt = 0
    let silent = 0

    const fail = ({ line, source }: Step, words: string): never => {
      throw new Error(`Line ${line}: ${source}\n${words}`)
    }
    const peerOf = (step: Step, who: string): Peer => peers.get(who) ?? fail(step, "is not connected")
    const kept = (step: Step, heardAt: number) => {
      if (silent > 0 && heardAt - spokeAt < silent - 2) fail(step, `came after ${heardAt - spokeAt} ms already, not after ${silent} ms`)
      silent = 0
    }

    for (const [index, step] of steps.entries()) {
      switch (step._tag) {
        case "Connect": {
          spokeAt = performance.now()
          const peer = yield* connect(room.ports[connections % room.ports.length] ?? room.ports[0])
          connections += 1
          peers.set(step.who, peer)
          yield* eventually("the server accepts", () => otherEnd(peer) !== undefined)
          break
        }
        case "Send": {
          const peer = peerOf(step, step.who)
          const there = otherEnd(peer) ?? fail(step, "the server has closed this connection")
          const read = there.bytesRead + step.bytes.length
          spokeAt = performance.now()
          yield* peer.send(step.bytes)
          // Waits until the server has read these bytes, so that separate sends are separate reads.
          yield* eventually("the server reads", () => there.bytesRead >= read)
          break
        }
        case "End":
          spokeAt = performance.now()
          yield* peerOf(step, step.who).end
          break
        case "Hear": {
          const peer = peerOf(step, step.who)
          const length = yield* peer.until(step.source, () => {
            const end = peer.unread.indexOf(10) + 1
            const whole = step.length ?? (end > 0 ? end : undefined)
            return whole !== undefined && peer.unread.length >= whole ? whole : peer.ended && -1
          })
          if (length === -1) fail(step, `the connection ended after ${JSON.stringify(peer.unread.toString())}`)
          kept(step, peer.lastHeard)
          const heard = peer.take(length).toString("latin1")
          const found = step.pattern.exec(heard) ?? fail(step, `was ${Buffer.from(heard, "latin1").toString()}`)
          started ??= found[1]
          if (found[1] !== undefined && found[1] !== started) fail(step, `this start of the server was ${started ?? ""} before`)
          break
        }
        case "HearEnd": {
          const peer = peerOf(step, step.who)
          const how = yield* peer.closed
          if (how !== "end") fail(step, "it was a reset")
          if (peer.unread.length > 0) fail(step, `more came before it: ${peer.unread.toString()}`)
          kept(step, performance.now())
          gone.add(peer)
          break
        }
        case "Silence": {
          silent += step.millis
          const following = steps[index + 1]?._tag
          if (following === "Hear" || following === "HearEnd") break
          const from = performance.now()
          yield* Effect.sleep(step.millis)
          for (const [who, peer] of peers) {
            if (peer.lastHeard > from) fail(step, `${who} was told ${peer.unread.toString()}`)
          }
          silent = 0
          break
        }
        case "Cut": {
          spokeAt = performance.now()
          const peer = peerOf(step, step.who)
          if (peer.unread.length > 0) fail(step, `was told before: ${peer.unread.toString()}`)
          peer.socket.resetAndDestroy()
          gone.add(peer)
          break
        }
        case "Close":
          spokeAt = performance.now()
          closed = true
          yield* Effect.forkScoped(room.close(step.reason, step.restarts))
          break
      }
    }

    if (!closed) yield* Effect.forkScoped(room.close(overReason, false))
    for (const [who, peer] of peers) {
      if (gone.has(peer)) continue
      const rest = yield* peer.rest
      const over = !closed && room.isOver(rest)
      if (!over) throw new Error(`${who || "The client"} was also told: ${rest}`)
    }
  })
