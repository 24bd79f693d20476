import type { RunningServer } from "../test/load/support/RunningServer.ts"
import type { Counts } from "./Counts.ts"
import { Difference } from "./Difference.ts"
import { NativeVisit } from "./NativeVisit.ts"
import { PlainVisit } from "./PlainVisit.ts"
import type { Pulse } from "./Pulse.ts"
import { Random } from "./Random.ts"
import { text } from "./text.ts"
import type { Scene, Visit, Way } from "./Visit.ts"
import { Whispers } from "./Whispers.ts"
import { Witness } from "./Witness.ts"

/** An order for a client, given to many at the same moment. */
type Order = "leave" | "come" | "be kicked"

/** A slot for one client after the other. Each slot has a random generator of its own, so its clients act the same for the same seed. */
interface Seat {
  readonly index: number
  readonly random: Random
  visit: Visit | undefined
  order: Order | undefined
  visits: number
  said: number
  names: number
  isWaiting: boolean
}

/** The actions of a client and their relative weights. */
const actions = [
  ["say", 52],
  ["act", 8],
  ["whisper", 10],
  ["rename", 6],
  ["who", 5],
  ["nonsense", 2],
  ["stall", 3],
  ["stall and ask", 0.4],
  ["quit", 4],
  ["half-close", 3],
  ["reset", 3]
] as const

const leaveWays: ReadonlyArray<Way> = ["quit", "half-close", "reset"]

/** The size and the variant of a soak. */
export interface Plan {
  readonly clients: number
  readonly seed: number
  /** Whether the server has its rate limit (token bucket) on. */
  readonly isLimited: boolean
}

/** Hundreds of clients that act at random, each compared with the model. */
export class Crowd {
  readonly #pulse: Pulse
  readonly #server: RunningServer
  readonly #witness: Witness
  readonly #witnessName: string
  readonly #scene: Scene
  readonly #isLimited: boolean
  readonly #random: Random
  readonly #seats: ReadonlyArray<Seat>
  readonly #visits = new Set<Visit>()
  readonly #announced: Array<string> = []
  readonly #stopChecking: () => void
  /** How many sockets the server has open without the clients of this crowd. */
  readonly #ownSockets: number
  #isQuiet = false
  #isOver = false

  private constructor(pulse: Pulse, server: RunningServer, witness: Witness, witnessName: string, counts: Counts, plan: Plan, ownSockets: number) {
    this.#pulse = pulse
    this.#server = server
    this.#witness = witness
    this.#witnessName = witnessName
    this.#isLimited = plan.isLimited
    this.#ownSockets = ownSockets
    this.#random = new Random(plan.seed)
    this.#scene = {
      port: server.port,
      reference: witness.reference,
      whispers: new Whispers(),
      counts,
      patience: plan.isLimited ? 60_000 : 20_000
    }
    this.#seats = Array.from({ length: plan.clients }, (_, index) => ({
      index,
      random: new Random(plan.seed * 7919 + index),
      visit: undefined,
      order: undefined,
      visits: 0,
      said: 0,
      names: 0,
      isWaiting: false
    }))
    this.#stopChecking = pulse.each(() => {
      for (const visit of this.#visits) {
        visit.catchUp()
        if (visit.isConcluded) this.#visits.delete(visit)
      }
    })
  }

  /** Connects the witness; the other clients connect in `live`. */
  static async gather(pulse: Pulse, server: RunningServer, counts: Counts, plan: Plan): Promise<Crowd> {
    const ownSockets = server.sockets
    const witnessName = `witness-${plan.seed}`
    const witness = await Promise.race([Witness.come(server.port, witnessName, pulse), pulse.failed])
    return new Crowd(pulse, server, witness, witnessName, counts, plan, ownSockets)
  }

  /** Runs the clients for `millis` ms, or until `endsEarly`; then all leave, the witness last. */
  async live(millis: number, endsEarly: () => boolean, onQuiet: () => void = () => undefined): Promise<void> {
    const until = performance.now() + millis
    const isTimeUp = () => endsEarly() || performance.now() >= until
    const lives = this.#seats.map((seat) => this.#inhabit(seat))
    const lived = Promise.all(lives)
    lived.catch((error: unknown) => {
      this.#pulse.fail(error)
    })
    const direction = this.#direct(isTimeUp, onQuiet)
    await Promise.race([direction, this.#pulse.failed])
    this.#isOver = true
    await Promise.race([lived, this.#pulse.failed])
    await Promise.race([this.#leave(), this.#pulse.failed])
  }

  /** All connect, and the server is stopped while they are there; returns how it stopped. */
  async seeOut(): Promise<Awaited<ReturnType<RunningServer["stop"]>>> {
    const { patience } = this.#scene
    const coming = this.#seats.map((seat) => this.#come(seat))
    await Promise.race([Promise.all(coming), this.#pulse.failed])
    for (const seat of this.#seats) if (seat.visit !== undefined) this.#speak(seat, seat.visit)
    await Promise.race([this.#settle(), this.#pulse.failed])
    const visits = [...this.#visits]
    for (const visit of visits) visit.leave("closing", "")
    this.#witness.expectEnd()
    const stopped = await Promise.race([this.#server.stop(), this.#pulse.failed])
    const allTold = this.#pulse.until("a goodbye for all", () => visits.every(({ isConcluded }) => isConcluded), patience)
    await Promise.race([allTold, this.#pulse.failed])
    this.#stopChecking()
    return stopped
  }

  /** Destroys all connections at once. */
  destroy(): void {
    this.#stopChecking()
    for (const visit of this.#visits) visit.destroy()
    this.#witness.destroy()
  }

  // Gives orders to crowds, and stops all activity now and then to compare with the model.
  async #direct(isTimeUp: () => boolean, onQuiet: () => void): Promise<void> {
    const random = this.#random
    let round = 0
    while (!isTimeUp()) {
      round += 1
      const many = this.#seats.filter(() => random.chance(0.15))
      await this.#pulse.pause(random.between(1500, 3000), isTimeUp)
      if (!isTimeUp()) this.#announce(`notice ${round}`)
      this.#order(many, "leave")
      await this.#pulse.pause(random.between(1000, 2000), isTimeUp)
      this.#order(many, "come")
      this.#order(this.#seats.filter(() => random.chance(1 / this.#seats.length)), "be kicked")
      await this.#pulse.pause(random.between(500, 1500), isTimeUp)
      if (round % 2 === 0 && !isTimeUp()) {
        await this.#quiet()
        onQuiet()
      }
    }
    await this.#quiet()
    onQuiet()
  }

  #order(seats: ReadonlyArray<Seat>, order: Order): void {
    for (const seat of seats) seat.order = order
    if (seats.length > 10) this.#scene.counts.crowds += 1
  }

  #announce(words: string): void {
    this.#announced.push(words)
    this.#scene.counts.notices += 1
    this.#server.tell(words)
  }

  // A quiescent point: nobody acts and every line has been delivered. Members, whispers, notices and sockets are compared with the model.
  async #quiet(): Promise<void> {
    const { counts, patience, reference } = this.#scene
    this.#isQuiet = true
    const busy = () => this.#seats.filter(({ isWaiting }) => !isWaiting)
    await this.#pulse.until(
      () => `all are quiet: ${busy().slice(0, 5).map(({ index, visit }) => visit?.standing ?? `nobody on seat ${index}`).join("; ")}`,
      () => busy().length === 0,
      2 * patience
    )
    await this.#settle()
    this.#scene.whispers.check()
    const heard = reference.notices.filter((words) => words.startsWith("notice "))
    if (heard.join() !== this.#announced.join()) throw new Difference(`announced: ${this.#announced.join()}; heard: ${heard.join()}`)
    this.#compareMembers()
    await this.#comparePages()
    const sockets = this.#server.sockets - this.#ownSockets
    if (sockets !== this.#visits.size + 1) throw new Difference(`the server has ${sockets} connections, and ${this.#visits.size + 1} are there`)
    counts.quietPoints += 1
    this.#isQuiet = false
  }

  async #settle(): Promise<void> {
    const { patience, reference } = this.#scene
    for (const visit of this.#visits) visit.sign()
    const open = (isDone: (visit: Visit) => boolean) => [...this.#visits].filter((visit) => !isDone(visit))
    const all = (what: string, isDone: (visit: Visit) => boolean) =>
      this.#pulse.until(() => `${what}: ${open(isDone).slice(0, 5).map(({ standing }) => standing).join("; ")}`, () => open(isDone).length === 0, patience)
    await all("an answer for all", ({ isAnswered }) => isAnswered)
    await this.#witness.sign(this.#pulse, patience)
    await all(`all are told all ${reference.entries.length}`, ({ isUpToDate }) => isUpToDate)
  }

  #compareMembers(): void {
    const { members } = this.#scene.reference
    for (const { id = "", name } of this.#visits) {
      if (members.get(id) !== name) throw new Difference(`${name} (${id}) is here and not a member`)
    }
    const ids = new Set([...this.#visits].map(({ id }) => id))
    const ghosts = [...members].filter(([id, name]) => !ids.has(id) && name !== this.#witnessName)
    if (ghosts.length > 0) throw new Difference(`members and not here: ${ghosts.join("; ")}`)
  }

  async #comparePages(): Promise<void> {
    const visits = [...this.#visits]
    const natives = visits.filter((visit) => visit instanceof NativeVisit)
    const plains = visits.filter((visit) => visit instanceof PlainVisit)
    const names = [...this.#scene.reference.members.values()]
    const compare = (kind: string, told: ReadonlyArray<string>, here: number, expected: ReadonlyArray<string>) => {
      if (here !== names.length || told.join() !== expected.join()) {
        throw new Difference(`${kind}: of ${here} here it was told ${told.join()}\n  and there are ${names.length}: ${expected.join()}`)
      }
    }
    const native = this.#random.pick(natives)
    const told: Array<string> = []
    let after: string | undefined
    for (let isMore = native !== undefined; isMore; ) {
      isMore = false
      let isThere = false
      native?.who((page) => {
        isThere = true
        told.push(...page.names)
        after = page.lastId
        isMore = page.more
        if (!isMore) compare(native.name, told, page.here, names)
      }, after)
      await this.#pulse.until("a page of who is here", () => isThere, this.#scene.patience)
    }
    const plain = this.#random.pick(plains)
    plain?.who((page) => {
      compare(plain.name, page.names, page.here, names.slice(0, 100))
    })
    await this.#pulse.until("a list of who is here", () => plain?.isAnswered ?? true, this.#scene.patience)
  }

  // Everybody leaves, the witness last, as it is compared with all the others.
  async #leave(): Promise<void> {
    const { patience, reference } = this.#scene
    await this.#pulse.until("all have gone", () => this.#visits.size === 0, patience)
    await this.#witness.sign(this.#pulse, patience)
    this.#compareMembers()
    this.#witness.leave()
    await this.#pulse.until("the witness has gone", () => reference.isComplete, patience)
    const status = await this.#server.ask("/who")
    if (status !== "Nobody is here.") throw new Difference(`all have left, and the server says: ${status}`)
    await this.#pulse.until(
      () => `the connections are gone: ${this.#server.sockets - this.#ownSockets} are there`,
      () => this.#server.sockets === this.#ownSockets,
      patience
    )
    this.#scene.counts.roomEvents += reference.entries.length
    this.#stopChecking()
  }

  async #inhabit(seat: Seat): Promise<void> {
    const { patience } = this.#scene
    for (;;) {
      await this.#pulse.pause(seat.random.between(300, 3700), () => seat.order !== undefined || this.#isQuiet || this.#isOver)
      seat.isWaiting = true
      await this.#pulse.until("the others go on", () => !this.#isQuiet || this.#isOver, 10 * patience)
      seat.isWaiting = false
      if (this.#isOver) break
      await this.#step(seat)
    }
    if (seat.visit !== undefined) await this.#go(seat, seat.visit, seat.random.pick(leaveWays) ?? "quit")
  }

  async #step(seat: Seat): Promise<void> {
    const { order, visit } = seat
    seat.order = undefined
    if (visit === undefined) {
      if (order === "leave") return
      if (seat.random.chance(0.03)) await this.#lookIn(seat)
      else await this.#come(seat)
    } else if (order === "leave") {
      await this.#go(seat, visit, seat.random.pick(leaveWays) ?? "quit")
    } else if (order === "be kicked") {
      await this.#pulse.until(() => visit.standing, () => visit.isAnswered, this.#scene.patience)
      await this.#go(seat, visit, "kick")
    } else {
      await this.#do(seat, visit)
    }
  }

  async #come(seat: Seat): Promise<void> {
    seat.visits += 1
    const name = `${isNative(seat) ? "ana" : "pea"}${seat.index}-${seat.visits}`
    const visit = isNative(seat) ? new NativeVisit(this.#scene, name) : new PlainVisit(this.#scene, name)
    seat.visit = visit
    this.#visits.add(visit)
    visit.introduce()
    await this.#pulse.until(() => visit.standing, () => visit.state === "here" && visit.id !== undefined, this.#scene.patience)
  }

  // A client that connects, sends nothing, not even a name, and disconnects.
  async #lookIn(seat: Seat): Promise<void> {
    const visit = new PlainVisit(this.#scene, "")
    this.#visits.add(visit)
    await this.#pulse.pause(seat.random.between(50, 1500), () => this.#isQuiet)
    visit.leave(seat.random.chance(0.5) ? "half-close" : "reset", "")
    await this.#pulse.until(() => visit.standing, () => visit.isConcluded, this.#scene.patience)
    this.#scene.counts.namelessVisits += 1
  }

  async #go(seat: Seat, visit: Visit, way: Way): Promise<void> {
    const { counts } = this.#scene
    if (way === "quit") counts.quits += 1
    if (way === "half-close") counts.halfCloses += 1
    if (way === "reset") counts.resets += 1
    if (way === "kick") {
      counts.kicks += 1
      this.#server.tell(`/kick ${visit.name} ${this.#text(seat)}`)
    }
    visit.leave(way, this.#text(seat))
    await this.#gone(seat, visit)
  }

  async #gone(seat: Seat, visit: Visit): Promise<void> {
    await this.#pulse.until(() => visit.standing, () => visit.isConcluded, 2 * this.#scene.patience)
    seat.visit = undefined
  }

  async #do(seat: Seat, visit: Visit): Promise<void> {
    const { counts } = this.#scene
    const { random } = seat
    const action = random.weighted<(typeof actions)[number][0]>(actions) ?? "say"
    switch (action) {
      case "say":
        for (let rest = random.chance(0.02) ? 20 : 1 + random.below(3); rest > 0; rest -= 1) this.#speak(seat, visit)
        return
      case "act":
        visit.act(this.#text(seat))
        counts.actions += 1
        return
      case "whisper": {
        const to = random.pick(this.#seats)?.visit
        if (to?.id === undefined || to === visit) return
        visit.whisper(to, this.#text(seat, false))
        counts.whispers += 1
        return
      }
      case "rename":
        visit.rename(this.#newName(seat))
        counts.renames += 1
        return
      case "who":
        visit.who()
        return
      case "nonsense":
        visit.nonsense()
        return
      case "stall":
        await this.#stall(seat, visit, 0)
        return
      case "stall and ask":
        await this.#stall(seat, visit, this.#isLimited ? 10 : Math.round(random.between(600, 2400)))
        return
      case "quit":
      case "half-close":
      case "reset":
        await this.#go(seat, visit, action)
        return
    }
  }

  #speak(seat: Seat, visit: Visit): void {
    visit.say(this.#text(seat))
    this.#scene.counts.messages += 1
  }

  // A slow reader: stops reading for a while. With `questions`, more answers wait than the server keeps for a client.
  async #stall(seat: Seat, visit: Visit, questions: number): Promise<void> {
    const { counts, patience } = this.#scene
    counts.stalls += 1
    visit.stopReading()
    const times = isNative(seat) ? questions : 3 * questions
    for (let i = 0; i < times; i += 1) visit.who()
    await this.#pulse.pause(seat.random.between(500, questions > 0 ? 8000 : 4000), () => this.#isQuiet || visit.hasEnded)
    if (seat.random.chance(0.1)) {
      await this.#go(seat, visit, "reset")
      return
    }
    visit.readOn()
    await this.#pulse.until(() => visit.standing, () => !visit.mayBeCut || visit.isConcluded, 2 * patience)
    if (visit.hasEnded) await this.#gone(seat, visit)
  }

  #text(seat: Seat, mayBeLong = true): string {
    seat.said += 1
    return text(seat.random, `${seat.index}.${seat.said}`, mayBeLong)
  }

  // Mostly a name of its own; now and then another's, or one that looks like it.
  #newName(seat: Seat): string {
    const { random } = seat
    const visit = random.pick(this.#seats)?.visit
    // The name of a client that is still joining is left to it.
    const other = visit?.id === undefined ? undefined : visit.name
    seat.names += 1
    if (other !== undefined && random.chance(0.1)) return other
    if (other !== undefined && random.chance(0.1)) return other.replace("a", "\u0430")
    return `${isNative(seat) ? "ana" : "pea"}${seat.index}-${seat.visits}-${seat.names}`
  }
}

const isNative = ({ index }: Seat): boolean => index % 2 === 0
