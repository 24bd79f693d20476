import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { type ClientId, clientOf } from "../../src/domain/ClientId.ts"
import type { Entry, Happening } from "../../src/domain/Entry.ts"
import type { Bounds } from "../../src/domain/history.ts"
import type { Keep } from "../../src/domain/Keep.ts"
import type { AskedRoom } from "../../src/domain/RoomName.ts"
import { commandIn, Draw, idIn, isRule, type Known, likely, type Message, roomIn, rules, ruleTags, textIn, yes } from "./anyCommand.ts"
import { roomNamed, settings } from "./chat.ts"
import { keepIn } from "./tellings.ts"

// Logs with every kind of entry and of command, of people at three nodes, which close and are given up.

/** How many connections of a node are open at the same time. */
const ofNode = 3

/** Somebody at a node; one connection follows on another. */
interface Line {
  readonly node: number
  readonly line: number
}

/** A log as it comes about, entry by entry. */
class Log implements Known {
  readonly log: Array<Entry> = []
  readonly states: Array<Chat.Chat<ClientId>> = []
  readonly told: Array<ReadonlyArray<Chat.Envelope<ClientId>>> = []
  readonly messages: Array<Message> = []
  now = 1_000_000
  chat: Chat.Chat<ClientId>
  // The nodes that live, by their numbers, and how many connections each place at them has had.
  readonly #nodes = [1, 2, 3]
  #lastNode = 3
  readonly #connections = new Map<string, number>()

  constructor(chat: Chat.Chat<ClientId>) {
    this.chat = chat
  }

  lineIn(draw: Draw): Line {
    return { node: draw.of(this.#nodes) ?? 1, line: draw.upTo(ofNode - 1) }
  }

  clientOf({ line, node }: Line): ClientId {
    return clientOf(node, 1 + line + ofNode * (this.#connections.get(`${node} ${line}`) ?? 0))
  }

  /** Who rules which rooms. */
  get rulers(): ReadonlyArray<{ readonly client: ClientId; readonly room: AskedRoom }> {
    return [...HashMap.values(this.chat.people)].flatMap(({ attachment, client, rooms }) =>
      attachment._tag === "Here" ? rooms.filter(({ role }) => role !== "member").map(({ room: key }) => ({ client, room: { key, name: Chat.roomOf(this.chat, key).name } })) : []
    )
  }

  /** A connection that ends: none of it follows. */
  ending(at: Line): ClientId {
    const client = this.clientOf(at)
    const key = `${at.node} ${at.line}`
    this.#connections.set(key, (this.#connections.get(key) ?? 0) + 1)
    return client
  }

  /** A node that is gone: another one comes in its place. */
  gone(draw: Draw): number {
    const place = draw.upTo(this.#nodes.length - 1)
    const node = this.#nodes[place] ?? 0
    this.#lastNode += 1
    this.#nodes[place] = this.#lastNode
    return node
  }

  submit(happening: Happening): void {
    const entry: Entry = { at: this.now, ...happening }
    const { chat, told } = apply(this.chat, entry, (client) => client)
    this.chat = chat
    this.log.push(entry)
    this.states.push(chat)
    this.told.push(told)
    for (const { event } of told) {
      if (entry._tag !== "Command" || (event._tag !== "Said" && event._tag !== "Acted") || event.n === undefined) continue
      this.messages.push({ id: { n: event.n, at: event.at }, room: roomNamed(event.room), author: entry.client })
    }
  }

  /** Time passes, and what is due comes about. */
  pass(millis: number): void {
    const end = this.now + millis
    for (let due = Chat.nextDeadline(this.chat); due !== undefined && due <= end; due = Chat.nextDeadline(this.chat)) {
      this.now = Math.max(this.now, due)
      this.submit({ _tag: "Expire", by: due })
    }
    this.now = end
  }
}

/** Any entry, by its tag: there is none that these logs leave out. */
const happenings: { readonly [T in Happening["_tag"]]: (draw: Draw, log: Log) => Extract<Happening, { readonly _tag: T }> } = {
  Command: (draw, log) => {
    const tag = draw.of(likely) ?? "Say"
    // Mostly it is somebody who may do that.
    const place = isRule(tag) && draw.upTo(4) > 0 ? draw.of(log.rulers) : undefined
    if (isRule(tag) && place !== undefined) return { _tag: "Command", client: place.client, address: "10.0.0.1:1", command: { ...rules[tag](draw), room: place.room } }
    const message = tag === "Redact" ? draw.of(log.messages.slice(-6)) : undefined
    if (message !== undefined) return { _tag: "Command", client: message.author, address: "10.0.0.1:1", command: { _tag: "Redact", room: message.room, of: message.id } }
    const at = log.lineIn(draw)
    return { _tag: "Command", client: log.clientOf(at), address: `10.0.0.${at.node}:${at.line}`, command: commandIn(draw, log, tag) }
  },
  Quit: (draw, log) => ({ _tag: "Quit", client: log.ending(log.lineIn(draw)), code: "quit", reason: draw.maybe(() => textIn(draw)) }),
  Drop: (draw, log) => ({ _tag: "Drop", client: log.ending(log.lineIn(draw)), code: draw.one("lost", "closed", "too-slow"), reason: draw.maybe(() => textIn(draw)) }),
  Announce: (draw) => ({ _tag: "Announce", text: textIn(draw), room: draw.maybe(() => roomIn(draw).key), to: draw.upTo(3) === 0 ? idIn(draw) : undefined }),
  Rule: (draw) => {
    const tag = draw.of(ruleTags)
    return { _tag: "Rule", room: roomIn(draw).key, command: rules[tag !== undefined && isRule(tag) ? tag : "Topic"](draw) }
  },
  Dismiss: (draw) => ({ _tag: "Dismiss", id: idIn(draw), reason: textIn(draw) }),
  Expire: (draw, log) => ({ _tag: "Expire", by: log.now + draw.upTo(1000) }),
  NodeGone: (draw, log) => ({ _tag: "NodeGone", node: log.gone(draw) }),
  NodeCloses: (draw, log) => ({ _tag: "NodeCloses", node: log.gone(draw), reason: textIn(draw) }),
  Close: (draw) => ({ _tag: "Close", reason: textIn(draw), elsewhere: yes(draw), restarts: yes(draw) })
}

/** The tags of all entries. */
export const happeningTags: ReadonlyArray<string> = Object.keys(happenings)
const isHappening = (tag: string): tag is Happening["_tag"] => tag in happenings
// Nothing follows on a `Close`: it comes at the end, if at all.
const others = happeningTags.filter((tag) => tag !== "Close")
const usual: ReadonlyArray<string> = [...others, "Rule", "Rule", "Rule", ...Array.from({ length: 5 * others.length }, () => "Command")]

/** A log, and what came of it. */
export interface Played {
  /** The chat before the first entry. */
  readonly begin: Chat.Chat<ClientId>
  readonly log: ReadonlyArray<Entry>
  /** The chat after each entry, and what that told. */
  readonly states: ReadonlyArray<Chat.Chat<ClientId>>
  readonly told: ReadonlyArray<ReadonlyArray<Chat.Envelope<ClientId>>>
}

interface Step {
  readonly millis: number
  readonly numbers: ReadonlyArray<number>
}

const history: Bounds = { lines: 8, bytes: 4096, age: 60_000, allBytes: 65_536 }

const play = (steps: ReadonlyArray<Step>, keep: Keep, isKept: boolean, isClosed: boolean): Played => {
  const begin = Chat.empty<ClientId>(settings, keep, Chat.defaultBounds, isKept ? history : undefined)
  const log = new Log(begin)
  steps.forEach(({ millis, numbers }, place) => {
    const draw = new Draw(numbers)
    log.pass(millis)
    // All come in first.
    if (place < 3 * ofNode) {
      const at = { node: 1 + (place % 3), line: Math.floor(place / 3) }
      log.submit({ _tag: "Command", client: log.clientOf(at), address: `10.0.0.${at.node}:${at.line}`, command: commandIn(draw, log, "Join") })
      return
    }
    const tag = isClosed && place === steps.length - 1 ? "Close" : draw.of(usual)
    log.submit(tag !== undefined && isHappening(tag) ? happenings[tag](draw, log) : happenings.Command(draw, log))
  })
  return { begin, log: log.log, states: log.states, told: log.told }
}

const step: FastCheck.Arbitrary<Step> = FastCheck.record({
  millis: FastCheck.constantFrom(1, 7, 7, 50, 600, 2000, 70_000),
  numbers: FastCheck.array(FastCheck.noBias(FastCheck.nat({ max: 9999 })), { minLength: 24, maxLength: 24 })
})

/** Logs of any entries, small windows and large ones, with what is said kept or not. They are not made simpler where something fails: that would take many minutes. */
export const logs: FastCheck.Arbitrary<Played> = FastCheck.noShrink(FastCheck.tuple(
  FastCheck.array(step, { minLength: 60, maxLength: 200, size: "max" }),
  FastCheck.constantFrom(4, 256),
  FastCheck.constantFrom(true, true, false),
  FastCheck.boolean()
).map(([steps, events, isKept, isClosed]) => play(steps, keepIn(events), isKept, isClosed)))
