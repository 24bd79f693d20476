import { addressOf } from "../../bench/load/addressOf.ts"
import type { RunningServer } from "../../test/load/support/RunningServer.ts"
import { Difference } from "../Difference.ts"
import type { Pulse } from "../Pulse.ts"
import { Random } from "../Random.ts"
import { text } from "../text.ts"
import { Annals } from "./Annals.ts"
import type { RoomCounts } from "./RoomCounts.ts"
import { Traveller } from "./Traveller.ts"

/** For how long the server keeps the places of those who are lost, s: so some come too late. */
export const keepSeconds = 5

/** How long an answer, or a return, may take, ms. */
const patience = 60_000
/** How long an answer is waited for until it is asked once more, ms: a question is lost with its connection. */
const askAgain = 5000
/** How long after their goodbyes the last may still be there, ms: at another node of a cluster. Less than a place is kept, so that one which is kept by mistake shows. */
const goneWithin = 3000
/** How often is looked whether they are gone, ms. */
const lookEvery = 100
/** The time between two comparisons, ms. */
const betweenComparisons = 8000

const rooms = Array.from({ length: 12 }, (_, n) => `room-${n}`)

/** What travellers do, and how often. */
const actions = [
  ["say", 50],
  ["enter", 14],
  ["exit", 5],
  ["rule", 10],
  ["topic", 2],
  ["rename", 2],
  ["reset", 3],
  ["end", 2],
  ["black hole", 3],
  ["stay away", 2],
  ["quit", 2]
] as const

const deeds = ["op", "deop", "kick", "ban", "unban", "mute", "unmute"] as const

interface Plan {
  readonly clients: number
  readonly seed: number
}

/** The server of travellers, or several that are one. */
type Host = Pick<RunningServer, "port" | "sockets" | "ask">

/**
 * Travellers go from room to room for `millis` ms, or until `endsEarly`: they talk,
 * rule, are lost, and come back, some too late. Now and then all rest, and what
 * they have heard is compared. In the end all leave.
 */
export const travel = async (
  { clients, seed }: Plan,
  server: Host,
  pulse: Pulse,
  counts: RoomCounts,
  millis: number,
  endsEarly: () => boolean
): Promise<void> => {
  const annals = new Annals()
  const ownSockets = server.sockets
  const journey = {
    port: server.port,
    annals,
    counts,
    fail: (error: unknown) => {
      pulse.fail(error)
    }
  }
  const state = { isResting: false, isOver: false, names: 0 }
  const seats: Array<Traveller | undefined> = Array.from({ length: clients }, () => undefined)
  const travellers = () => seats.filter((each) => each !== undefined)
  const waiting = new Set<number>()

  const someone = (random: Random) => random.pick(travellers())?.client.id

  const act = async (seat: number, traveller: Traveller, random: Random): Promise<void> => {
    const { client } = traveller
    const room = traveller.aRoom
    switch (random.weighted<(typeof actions)[number][0]>(actions) ?? "say") {
      case "say":
        for (let rest = 1 + random.below(3); rest > 0; rest -= 1) traveller.say()
        return
      case "enter":
        // Most rooms are known to all, and some are of one's own and go with the last in them.
        client.ask({ _tag: "Enter", room: random.chance(0.9) ? random.pick(rooms) : `own-${random.below(1000)}` })
        return
      case "exit":
        if (room !== undefined) client.ask({ _tag: "Exit", room })
        return
      case "rule":
        counts.moderations += 1
        client.ask({ _tag: "Moderate", room: room ?? rooms[0], deed: random.pick(deeds), who: someone(random) ?? "m1", forMs: 1000 + random.below(2000) })
        return
      case "topic":
        if (room !== undefined) client.ask({ _tag: "Topic", room, text: text(random, "topic", false) })
        return
      case "rename":
        state.names += 1
        client.ask({ _tag: "Rename", nickname: `other${seat}-${state.names}` })
        return
      case "reset":
      case "end":
        counts.drops += 1
        client.lose(random.chance(0.5) ? "reset" : "end")
        return
      case "black hole":
        // The server goes on writing to a connection that nobody reads, until its client comes over another one.
        counts.blackHoles += 1
        client.lose("forgotten")
        return
      case "stay away":
        counts.absences += 1
        client.staysAway = true
        client.lose("reset")
        await pulse.pause(random.between(500, 2 * keepSeconds * 1000), () => state.isResting || state.isOver)
        client.staysAway = false
        client.come()
        return
      case "quit":
        await leave(seat, traveller)
    }
  }

  const leave = async (seat: number, { client }: Traveller): Promise<void> => {
    // What it says is lost where its connection is, as when its node is.
    while (!client.isOver) {
      await pulse.until(`${client.name} is in, to leave`, () => client.isIn, patience)
      client.quit()
      await pulse.until(`${client.name} has left`, () => client.isOver || !client.isIn, patience)
    }
    const [fault] = client.faults
    if (fault !== undefined) throw new Difference(fault)
    seats[seat] = undefined
    client.destroy()
  }

  const live = async (seat: number): Promise<void> => {
    const random = new Random(seed * 104_729 + seat)
    for (let lives = 1; ; ) {
      await pulse.pause(random.between(200, 3000), () => state.isResting || state.isOver)
      waiting.add(seat)
      await pulse.until("the others go on", () => !state.isResting || state.isOver, 10 * patience)
      waiting.delete(seat)
      if (state.isOver) break
      const traveller = seats[seat]
      if (traveller?.client.isIn === true) await act(seat, traveller, random)
      else if (traveller === undefined) seats[seat] = new Traveller(journey, `t${seat}-${lives++}`, addressOf(seat), random)
    }
    const traveller = seats[seat]
    if (traveller !== undefined) await leave(seat, traveller)
  }

  // All rest: everybody is back, has heard what all the others of its rooms have, and was answered.
  const compare = async (): Promise<void> => {
    state.isResting = true
    await pulse.until("all rest", () => waiting.size === clients, 2 * patience)
    const restless = () => travellers().filter(({ isAtRest }) => !isAtRest)
    await pulse.until(() => `all are back, and answered: ${restless().slice(0, 5).map(({ client }) => `${client.name} waits for ${client.pending.length} answers`).join("; ")}`, () => restless().length === 0, patience)
    for (const { here } of travellers()) here.clear()
    const ask = () => {
      for (const { client, here } of travellers()) for (const room of client.rooms.keys()) if (!here.has(room)) client.ask({ _tag: "Who", room })
    }
    ask()
    const asking = setInterval(ask, askAgain)
    await pulse.until("all are told who is in their rooms", () => travellers().every(({ client, here }) => [...client.rooms.keys()].every((room) => here.has(room))), patience)
    clearInterval(asking)
    const behind = () => {
      const last = new Map<string, number>()
      for (const { client } of travellers()) for (const [room, seq] of client.rooms) last.set(room, Math.max(last.get(room) ?? 0, seq))
      return travellers().filter(({ client }) => [...client.rooms].some(([room, seq]) => seq !== last.get(room)))
    }
    const late = () => behind().filter(({ hasGaps }) => !hasGaps)
    await pulse.until(() => `all have heard everything: ${late().slice(0, 5).map(({ client }) => client.name).join("; ")}`, () => late().length === 0, patience)
    for (const { client, here } of travellers()) {
      for (const room of client.rooms.keys()) {
        const inIt = travellers().filter((other) => other.client.rooms.has(room)).length
        if (here.get(room) !== inIt) throw new Difference(`${client.name} was told that ${String(here.get(room))} are in ${room}, and ${inIt} are`)
      }
    }
    const isBehind = new Set(behind())
    for (const traveller of travellers()) traveller.check(isBehind.has(traveller))
    annals.forget()
    counts.comparisons += 1
    counts.linesCompared = annals.compared
    state.isResting = false
  }

  const direct = async (): Promise<void> => {
    const until = performance.now() + millis
    const isTimeUp = () => endsEarly() || performance.now() >= until
    while (!isTimeUp()) {
      await pulse.pause(betweenComparisons, isTimeUp)
      await compare()
    }
  }

  const lives = Promise.all(seats.map((_, seat) => live(seat)))
  lives.catch((error: unknown) => {
    pulse.fail(error)
  })
  try {
    await Promise.race([direct(), pulse.failed])
    state.isOver = true
    await Promise.race([lives, pulse.failed])
    // A client has its goodbye at one node before all nodes have read that it is gone.
    const last = performance.now() + goneWithin
    let status = await server.ask("/who")
    while (status !== "Nobody is here." && performance.now() < last) {
      await pulse.pause(lookEvery, () => false)
      status = await server.ask("/who")
    }
    if (status !== "Nobody is here.") throw new Difference(`all have left, and the server says: ${status}`)
    await pulse.until("the connections are gone", () => server.sockets === ownSockets, patience)
  } finally {
    state.isOver = true
    for (const { client } of travellers()) client.destroy()
  }
}
