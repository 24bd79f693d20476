import { Fault } from "./Fault.ts"
import type { Histogram } from "./Histogram.ts"
import { senderOf, textBytes } from "./Line.ts"
import { Log } from "./Log.ts"
import type { Member } from "./Member.ts"

/**
 * Checks that every member receives every message of every other, once, whole
 * and in the room's one order. Every byte of every member's stream is compared.
 */
export class Room {
  readonly members: ReadonlyArray<Member>
  /** The index of the first member: all of a load are numbered through, in however many rooms they are. */
  readonly #first: number
  readonly #senders: ReadonlySet<Member>
  /** The length of every message as it is received. */
  readonly #lineBytes: number
  readonly #log: Log
  /** Senders that hold received bytes for which the log has no lines yet. */
  readonly #waiting = new Set<Member>()
  /** The first line that somebody has still to receive, and how many members are still before it. */
  #frontier = 0
  #behind: number
  /** How many messages were received, each by one member. */
  deliveries = 0
  /** Counts the latency of each delivery; `undefined` while nothing is measured. */
  latencies: Histogram | undefined
  /** Called when messages have reached everybody. */
  onDelivered: () => void = () => undefined

  constructor(members: ReadonlyArray<Member>, senders: ReadonlyArray<Member>) {
    this.members = members
    this.#first = members[0]?.index ?? 0
    this.#senders = new Set(senders)
    this.#behind = members.length
    const lengths = new Set(members.map(({ dialect, source }) => dialect.heard(source, " ".repeat(textBytes)).length))
    const [lineBytes = 0, ...others] = lengths
    if (others.length > 0) throw new Fault("the names of the members, as they are heard, differ in length")
    this.#lineBytes = lineBytes
    this.#log = new Log(lineBytes)
  }

  /** Takes the next bytes of a member's stream, which are valid only during the call; throws a `Fault` where they are wrong. */
  hear(member: Member, chunk: Buffer): void {
    const now = performance.now()
    const known = this.#log.lines
    const bytes = member.held.length > 0 ? member.takeHeld(chunk) : chunk
    let at = 0
    while (at < bytes.length) {
      const size = Math.min(member.own[0] ?? this.#log.end, this.#log.end) - member.place
      if (size > 0) {
        const length = Math.min(size, bytes.length - at)
        if (!this.#log.matches(member.place, bytes, at, length)) throw this.#mismatch(member, bytes, at)
        this.#count(member.place, member.place + length, now)
        member.place += length
        at += length
        member.skipOwn(this.#lineBytes)
      } else if (this.#senders.has(member) || bytes.length - at < this.#lineBytes) {
        // There is nothing to compare with yet. A sender's stream cannot extend the log, as its own lines are missing from it.
        member.held = Buffer.from(bytes.subarray(at))
        if (this.#senders.has(member)) this.#waiting.add(member)
        break
      } else {
        this.#learn(member, bytes.toString("latin1", at, at + this.#lineBytes))
      }
    }
    this.#note(member)
    if (this.#log.lines > known && this.#waiting.size > 0) this.#retry()
  }

  /** Whether everybody has received everything. */
  get settled(): boolean {
    return this.members.every(({ place, unconfirmed }) => place === this.#log.end && unconfirmed.length === 0)
  }

  /** Throws unless everybody has received everything, as often as there are others. */
  check(): void {
    for (const { name, unconfirmed } of this.members) {
      const first = unconfirmed[0]
      if (first !== undefined) throw new Fault(`lost: ${unconfirmed.length} of ${name}, for everybody, from ${show(first.line)} on`)
    }
    for (const { name, place } of this.members) {
      const line = Math.floor(place / this.#lineBytes)
      if (line < this.#log.lines) {
        throw new Fault(`lost: ${name} did not receive the last ${this.#log.lines - line}, from ${show(this.#log.text(line))} on`)
      }
    }
    for (const { held, name } of this.members) {
      if (held.length > 0) throw new Fault(`doubled, or never said: ${name} received ${show(held.toString("latin1", 0, this.#lineBytes))}`)
    }
    const expected = this.#log.lines * (this.members.length - 1)
    if (this.deliveries !== expected) throw new Fault(`${this.deliveries} deliveries instead of ${expected}`)
  }

  // Extends the log by a line that a silent member is the first to receive: it has to be the next line of its sender.
  #learn(member: Member, line: string): void {
    const sender = this.#at(senderOf(line))
    const next = sender?.unconfirmed[0]
    if (sender === undefined || next?.line !== line) {
      throw new Fault(
        `lost, doubled, corrupted or out of order: ${member.name} received ${show(line)}, ` +
          `the next of its sender is ${next === undefined ? "none" : show(next.line)}`
      )
    }
    sender.unconfirmed.shift()
    sender.own.push(this.#log.end)
    this.#log.append(line, sender.index, next.intendedAt)
    sender.skipOwn(this.#lineBytes)
    this.#note(sender)
  }

  #at(index: number): Member | undefined {
    return this.members[index - this.#first]
  }

  #retry(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const member of waiting) this.hear(member, Buffer.alloc(0))
  }

  // Counts the lines that end between two places.
  #count(from: number, to: number, now: number): void {
    const first = Math.floor(from / this.#lineBytes)
    const end = Math.floor(to / this.#lineBytes)
    this.deliveries += end - first
    if (this.latencies === undefined) return
    for (let line = first; line < end; line += 1) this.latencies.add(now - this.#log.intendedAt(line))
  }

  // Moves the frontier, a low-water mark over all members, but looks through them only when the last member at it has moved on.
  #note(member: Member): void {
    const before = member.line
    member.line = Math.floor(member.place / this.#lineBytes)
    if (before !== this.#frontier || member.line === before) return
    this.#behind -= 1
    if (this.#behind > 0) return

    const delivered = this.#frontier
    this.#frontier = this.members.reduce((least, { line }) => Math.min(least, line), Infinity)
    for (const { line } of this.members) if (line === this.#frontier) this.#behind += 1
    for (let line = delivered; line < this.#frontier; line += 1) {
      const sender = this.#at(this.#log.senderOf(line))
      if (sender !== undefined) sender.inFlight -= 1
    }
    this.#log.forget(this.#frontier)
    this.onDelivered()
  }

  #mismatch(member: Member, bytes: Buffer, from: number): Fault {
    let at = from
    let place = member.place
    let rest = this.#lineBytes - (place % this.#lineBytes)
    while (this.#log.matches(place, bytes, at, Math.min(rest, bytes.length - at))) {
      at += rest
      place += rest
      rest = this.#lineBytes
    }
    const line = Math.floor(place / this.#lineBytes)
    const received = bytes.toString("latin1", at, at + rest)
    const found = this.#log.find(received)
    const kind = found === undefined ? "corrupted, or not said lately" : found > line ? "lost" : "doubled or out of order"
    return new Fault(`${kind}: ${member.name} received ${show(received)} instead of ${show(this.#log.text(line))}`)
  }
}

const show = (line: string): string => JSON.stringify(line)
