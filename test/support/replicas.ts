import { setImmediate } from "node:timers/promises"
import type { Body, Self, Written } from "../../src/domain/replica/Body.ts"
import type * as Folding from "../../src/domain/replica/fold.ts"
import { NodeId } from "../../src/domain/replica/Position.ts"
import type * as Records from "../../src/domain/replica/record.ts"
import type * as Replicas from "../../src/domain/replica/Replica.ts"
import type { Bookkeeping, Decided, Ended, Folded } from "../../src/domain/replica/Replica.ts"
import type * as Writers from "../../src/domain/replica/Writer.ts"
import { type Outcome, type Outcomes, kinds, noCounts, random, reasons, type Settings } from "./replicaOutcomes.ts"
import { isUp, type Machine, type State, violationsIn } from "./replicaChecks.ts"

/** The rules that are under test, so that the same story can be played with one of them broken. */
export type Rules =
  & Pick<typeof Folding, "fold" | "bookkeeping" | "restore" | "refused">
  & Pick<typeof Records, "digested">
  & Pick<typeof Replicas, "asking">
  & Pick<typeof Writers, "Writer">

interface Snapshot {
  readonly to: NodeId
  readonly due: number
  readonly book: Bookkeeping<string>
  readonly state: State
}

const languages: Self["speaks"] = [1, 2]
/** How long everything works at the end, in steps of a second. */
const calmSteps = 60

/** When a story begins, ms since 1970. */
const start = 2 ** 40

/** Plays a story of nodes that pause, die, are cut off, close and come, over an engine that drops, doubles, delays, truncates and forgets. */
export const play = ({ Writer, asking, bookkeeping, digested, fold, refused, restore }: Rules, seed: number, { forgets = true, length = 300, through }: Settings = {}): Outcome => {
  const next = random(seed)
  const below = (n: number) => Math.floor(next() * n)
  const counts = noCounts()
  const violations: Array<string> = []
  const wrong = (what: string) => violations.push(`seed ${seed}: ${what}`)
  const machines: Array<Machine> = []
  let snapshots: Array<Snapshot> = []
  let late: Array<{ readonly due: number; readonly from: NodeId; readonly body: Body<string> }> = []
  let log: Array<Written<string>> = []
  // When its records were written.
  let steps: Array<number> = []
  let first = 1
  let epoch = 1
  let now = 0
  let skew = 0
  let down = false
  let said = 0

  const epochName = (n: number) => `epoch ${String(n).padStart(4, "0")}`

  const isCut = ({ away, cut }: Machine) => cut || now < away

  const isAway = (machine: Machine) => down || isCut(machine) || machine.paused || machine.replica.phase === "asking"

  const append = (from: NodeId, body: Body<string>) => {
    machines.find(({ replica }) => replica.me.id === from)?.landed.push(now)
    steps.push(now)
    log.push({ at: { epoch: epochName(epoch), seq: log.length + 1 }, time: start + now * 1000 + skew, from, size: 100, body: through?.(from, body) ?? body })
  }

  const add = (settings = "same", speaks = languages) => {
    const id = NodeId.make(`N${machines.length}`)
    machines.push({
      replica: asking<string>({ id, name: `node ${machines.length}`, speaks, settings }),
      writer: new Writer<string>(({ length }) => length),
      state: { life: "", count: 0 },
      history: [],
      base: 0,
      submitted: [],
      digests: [],
      cursor: next() < 0.5 ? 1 : log.length + 1,
      epoch,
      cut: false,
      away: 0,
      paused: false,
      dead: false,
      closing: false,
      ended: undefined,
      endedAt: 0,
      trouble: 0,
      landed: [],
      at: 0
    })
    counts.joins += 1
  }

  const decide = (machine: Machine, decided: Decided<string>) => {
    const { me } = machine.replica
    if (decided.at < machine.at) wrong(`time goes back for ${me.id}`)
    machine.at = decided.at
    if (decided._tag === "NodeCame" && decided.node.number === 1 && machine.state.count === 0) {
      const { at } = machine.replica
      machine.state = { life: `${at.epoch}/${at.seq}`, count: 0 }
      counts.founded += 1
    }
    const words = decided._tag === "Entry" ? `${decided.node}:${decided.entry}` : decided._tag === "Checkpoint" ? `checkpoint ${decided.number}` : `${decided._tag} ${decided.node.number} ${decided.node.id}`
    machine.history.push(words)
    machine.state = { ...machine.state, count: machine.state.count + 1 }
    counts.decided += 1
    if (decided._tag === "Checkpoint") machine.digests.push({ due: now + below(3), number: decided.number, value: machine.state.count })
  }

  const take = (machine: Machine, { decided, replica, wants }: Folded<string>) => {
    machine.replica = replica
    for (const one of decided) decide(machine, one)
    for (const want of wants) {
      switch (want._tag) {
        case "SendState":
          if (replica.phase === "full") snapshots.push({ to: want.to, due: now + below(3), book: bookkeeping(replica), state: machine.state })
          break
        case "Refuse": {
          const to = machines.find(({ replica }) => replica.me.id === want.to)
          if (to !== undefined) take(to, refused(to.replica, want.why))
          break
        }
        case "Resend":
          machine.writer.resend()
          counts.resent += 1
          break
        case "End":
          if (machine.ended !== undefined) wrong(`${replica.me.id} ends twice`)
          machine.ended = want.why
          if (want.why === "given-up") counts.expired += 1
      }
    }
    machine.writer.seen(replica, now * 1000)
  }

  // The engine can be reached again: by one sooner than by another, and a newcomer may be the first.
  const reconnect = () => {
    for (const machine of machines) machine.away = now + below(4)
    if (next() < 0.5 && machines.filter(isUp).length < 5) add()
  }

  const happen = (machine: Machine) => {
    const chance = next()
    const alive = machines.filter(isUp)
    if (chance < 0.018) {
      if (down || !forgets) return
      epoch += 1
      log = []
      steps = []
      first = 1
      down = next() < 0.5
      counts.forgets += 1
      if (!down) reconnect()
    } else if (chance < 0.034) {
      down = !down
      if (!down) reconnect()
    }
    else if (chance < 0.055) {
      if (alive.length < 2 || now < 40 || machine.dead || machine.ended !== undefined) return
      machine.dead = true
      counts.kills += 1
    } else if (chance < 0.085) {
      machine.paused = !machine.paused
      if (machine.paused) counts.pauses += 1
    } else if (chance < 0.13) {
      machine.cut = !machine.cut
      if (machine.cut) counts.cuts += 1
    } else if (chance < 0.16) {
      if (alive.length < 5) add(next() < 0.1 ? "other" : "same", next() < 0.1 ? [3, 3] : languages)
    } else if (chance < 0.164) {
      if (alive.length < 2 || machine.closing || machine.replica.phase !== "full") return
      machine.closing = true
      machine.writer.close()
      counts.closes += 1
    } else if (chance < 0.17) {
      first = Math.max(first, log.length - 40)
      counts.truncations += 1
    } else if (chance < 0.175) {
      skew = Math.floor((next() - 0.5) * 7_200_000)
      counts.skews += 1
    }
  }

  const write = (machine: Machine, calm: boolean) => {
    const { me } = machine.replica
    if (!calm && machine.replica.phase === "full" && !machine.closing && next() < 0.5) {
      const entries = Array.from({ length: 1 + below(4) }, () => `${me.id}.${(said += 1)}`)
      machine.submitted.push(...entries)
      machine.writer.enqueue(entries)
    }
    for (const body of machine.writer.due(machine.replica, now * 1000)) {
      if (down || isCut(machine)) continue
      const chance = calm ? 0.5 : next()
      if (chance < 0.05) continue
      if (chance < 0.08) late.push({ due: now + 1 + below(5), from: me.id, body })
      else append(me.id, body)
      if (chance > 0.95) append(me.id, body)
      if (chance > 0.98) late.push({ due: now + 1 + below(5), from: me.id, body })
    }
  }

  const read = (machine: Machine, calm: boolean) => {
    if (machine.epoch !== epoch) {
      machine.epoch = epoch
      machine.cursor = 1
    }
    machine.cursor = Math.max(machine.cursor, first)
    for (let most = calm || next() < 0.6 ? Infinity : below(8); most > 0 && machine.cursor <= log.length; most -= 1) {
      const written = log[machine.cursor - 1]
      machine.cursor += 1
      if (written === undefined || machine.ended !== undefined) continue
      take(machine, fold(machine.replica, written))
      machine.endedAt = steps[machine.cursor - 2] ?? now
    }
  }

  const turn = (machine: Machine, calm: boolean) => {
    write(machine, calm)
    if (!down && !isCut(machine)) read(machine, calm)
    for (const { due, number, value } of machine.digests.splice(0)) {
      if (due > now) machine.digests.push({ due, number, value })
      else if (isUp(machine)) {
        take(machine, digested(machine.replica, number, value))
        machine.writer.compare({ checkpoint: number, value })
      }
    }
  }

  const deliverLate = () => {
    for (const { body, due, from } of late) if (due <= now && !down) append(from, body)
    late = late.filter(({ due }) => due > now)
  }

  const arrive = (machine: Machine, { book, state }: Snapshot) => {
    const { base, state: before } = machine
    machine.state = state
    machine.base = state.count
    const folded = restore(machine.replica, book)
    if (folded === undefined) {
      machine.state = before
      machine.base = base
      return
    }
    counts.snapshots += 1
    take(machine, folded)
  }

  for (let n = 0; n < 3; n += 1) add()
  for (let step = 0; step < length; step += 1) {
    const calm = step >= length - calmSteps
    now += 1
    if (calm) {
      down = false
      for (const machine of machines) machine.cut = machine.paused = false
    } else {
      const machine = machines[below(machines.length)]
      if (machine !== undefined) happen(machine)
    }
    deliverLate()
    const begin = below(machines.length)
    for (const machine of [...machines.slice(begin), ...machines.slice(0, begin)]) {
      if (isUp(machine) && isAway(machine)) machine.trouble = now
      if (isUp(machine) && !machine.paused) turn(machine, calm)
    }
    for (const snapshot of snapshots) {
      const machine = machines.find(({ replica }) => replica.me.id === snapshot.to)
      if (snapshot.due <= now && machine !== undefined && isUp(machine) && !machine.paused && !isCut(machine) && next() > 0.1) arrive(machine, snapshot)
    }
    snapshots = snapshots.filter(({ due }) => due > now)
  }

  const live = machines.filter((machine) => isUp(machine) && machine.replica.phase === "full")
  violations.push(...violationsIn(machines, live, counts.forgets > 0).map((what) => `seed ${seed}: ${what}`))
  const ended: Partial<Record<Ended, number>> = {}
  for (const { ended: why } of machines) if (why !== undefined) ended[why] = (ended[why] ?? 0) + 1
  return { violations, stuck: machines.filter(isUp).length - live.length, live: live.length, counts, ended }
}

/** Plays the stories of the seeds 1 to `seeds`; in every fourth the engine does not forget. */
export const playAll = async (rules: Rules, seeds: number): Promise<Outcomes> => {
  const counts = noCounts()
  const ended: Partial<Record<Ended, number>> = {}
  const violations: Array<string> = []
  let [nobody, stuck] = [0, 0]
  for (let seed = 1; seed <= seeds; seed += 1) {
    // The test's runner wants to be heard in between.
    if (seed % 10 === 0) await setImmediate()
    const outcome = play(rules, seed, { forgets: seed % 4 !== 0 })
    violations.push(...outcome.violations)
    stuck += outcome.stuck
    if (outcome.live === 0) nobody += 1
    for (const what of kinds) counts[what] += outcome.counts[what]
    for (const why of reasons) if (outcome.ended[why] !== undefined) ended[why] = (ended[why] ?? 0) + outcome.ended[why]
  }
  return { counts, ended, nobody, stuck, violations }
}
